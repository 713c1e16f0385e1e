"""The roll of a fleet: from `fleet.yml` to the repositories on this disk in which a selector may mean somebody."""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from scaffold.errors import FormatError
from scaffold.fleet import inventory, mirrors
from scaffold.fleet.facts import of_repository
from scaffold.fleet.inventory import Fleet
from scaffold.fleet.repository import Repository
from scaffold.fleet.selectors import Facts, Selector, Term, Value, nobody
from scaffold.process import Notify

FILE = Path("fleet.yml")


def option(file: Path) -> str:
    """Return the option that names the file of a fleet on a command line, after a space: nothing for the default."""
    return "" if file == FILE else f" --fleet {shlex.quote(str(file))}"


class Reached(NamedTuple):
    """A repository, and the folder of this disk that it is read from; `why` says why there is none.

    `stale` says why it is read as it was fetched before.
    """

    repository: Repository
    folder: Path | None
    why: str = ""
    stale: str = ""


class Meant(NamedTuple):
    """How many members a selector was asked about, which of its terms hold, or may, for some, and their values."""

    asked: int = 0
    partly: frozenset[Term] = frozenset()
    values: frozenset[Value] = frozenset()

    @classmethod
    def of(cls, where: Selector, members: Iterable[Facts]) -> "Meant":
        """Return what is known of members that a selector was asked about."""
        found = [*members]
        partly = frozenset[Term]().union(*map(where.partly, found))
        return cls(len(found), partly, frozenset[Value]().union(*map(where.values, found)))

    def and_those(self, others: "Meant") -> "Meant":
        """Return what is known of these members and of others."""
        return Meant(self.asked + others.asked, self.partly | others.partly, self.values | others.values)


class Gathered(NamedTuple):
    """The repositories in which a selector may mean somebody, and what it says of the others."""

    fleet: Fleet
    found: tuple[Reached, ...]
    others: Meant
    notes: tuple[str, ...] = ()


def gather(file: Path, where: Selector, *, offline: bool, notify: Notify) -> Gathered:
    """Read `fleet.yml`, and fetch what is far away where the selector may mean it.

    Raises FormatError, ScriptError, SourceError or ForgeError.
    """
    fleet = inventory.read(file, offline=offline, notify=notify)
    known = [(one, of_repository(one)) for one in fleet.repositories]
    wanted = [one for one, facts in known if where.may_match(facts)]
    others = Meant.of(where, (facts for _, facts in known if not where.may_match(facts)))
    urls = [one.place.address for one in wanted if one.place.kind == "url"]
    brought = mirrors.mirrored(urls, login=fleet.forges.login, offline=offline, notify=notify) if urls else {}
    found = [
        _at(one, brought[one.place.address]) if one.place.kind == "url" else Reached(one, Path(one.place.address))
        for one in wanted
    ]
    notes = (*fleet.notes, *(one.note for one in brought.values() if one.note))
    return Gathered(fleet, tuple(found), others, notes)


def _at(repository: Repository, mirror: mirrors.Mirror) -> Reached:
    if mirror.folder is None:
        return Reached(repository, None, mirror.why)
    return Reached(repository, mirror.folder, stale=mirror.why)


def refused(where: Selector, others: Meant, asked: Iterable[Meant]) -> FormatError:
    """Return the error for a selector that means nobody."""
    for one in asked:
        others = others.and_those(one)
    return nobody(where, others.asked, others.partly, others.values)
