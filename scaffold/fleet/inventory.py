"""`fleet.yml`: which repositories there are, read with errors that give file and line."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from scaffold.errors import FormatError
from scaffold.fleet import listing
from scaffold.fleet.campaign import policy
from scaffold.fleet.campaign.policy import Policy
from scaffold.fleet.organisations import Asking
from scaffold.fleet.pauses import LONGEST
from scaffold.fleet.repository import Repository
from scaffold.forges import declared
from scaffold.forges.hosts import Forges
from scaffold.formats import yaml
from scaffold.formats.located import Located, text
from scaffold.process import Notify

KEYS = {"members", "library", "commit", "campaign", "pauses", "forges"}
SMALLEST = "members: [{glob: services/*}]"
_AUTHOR = re.compile(r"([^<>]*[^<>\s])\s*<([^<>\s]+@[^<>\s]+)>")


class Commits(NamedTuple):
    """Who commits to members, and whether that is signed off, and signed; without an author it is whom git knows.

    `sign` is the key to sign with, or true for the one in git's settings.
    """

    author: str = ""
    email: str = ""
    signoff: bool = False
    sign: bool | str = False


class Fleet(NamedTuple):
    """What `fleet.yml` says; a pause that ends more than `longest_pause` days ahead is not honoured.

    `notes` are what was left out of what organisations have.
    """

    file: str
    repositories: tuple[Repository, ...]
    commits: Commits = Commits()
    campaign: Policy = Policy()
    longest_pause: int = LONGEST
    forges: Forges = Forges()
    notes: tuple[str, ...] = ()


class Named(Protocol):
    """What has a name, and a place that gave it."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def where(self) -> str:
        """The place."""


def read(file: Path, *, offline: bool = False, notify: Notify = lambda _: None) -> Fleet:
    """Read a file, look up what its patterns match, run the programs it names and ask forges for their organisations.

    With `offline` organisations are as they were listed last. Raises FormatError for what it says, ScriptError for a
    program that fails, and ForgeError: then nobody knows who is missing.
    """
    return parse(_document(file), file.absolute().parent, offline=offline, notify=notify)


def campaign_of(file: Path) -> Policy:
    """Read how campaigns go, and nobody else is asked anything; raises FormatError."""
    return _document(file).optional("campaign", policy.read, Policy())


def forges_of(file: Path) -> Forges:
    """Read what a file says of forges alone; raises FormatError."""
    return _forges(_document(file), file.absolute().parent)


def _document(file: Path) -> Located:
    try:
        content = file.read_bytes()
    except OSError as error:
        mend = f"write one, as in `{SMALLEST}`, or name another with --fleet"
        hint = mend if isinstance(error, FileNotFoundError) else None
        raise FormatError(f"the fleet cannot be read: {error.strerror}", where=str(file), hint=hint) from error
    return yaml.load(yaml.in_utf8(content, str(file)), str(file))


def _forges(document: Located, base: Path) -> Forges:
    return document.optional("forges", lambda at: Forges(declared.read(at, base)), Forges())


def parse(document: Located, base: Path, *, offline: bool = False, notify: Notify = lambda _: None) -> Fleet:
    """Read a document whose paths start at `base`; raises as `read` does."""
    document.only(KEYS)
    forges = _forges(document, base)
    asking = Asking(forges, offline, notify, [])
    around = listing.Around(base, asking)
    default = document.optional("library", lambda at: listing.library(at, base), "")
    found = [listing.listed(entry, around) for entry in document.required("members", lambda at: at.elements())]
    ranked = [(source.rank, one) for source, ones in found for one in ones]
    repositories = _once(sorted(ranked, key=lambda pair: pair[0]))
    refuse_same_names(repositories)
    said = [one if one.library else one._replace(library=default) for one in repositories]
    return Fleet(
        document.file,
        tuple(said),
        document.optional("commit", _commits, Commits()),
        document.optional("campaign", policy.read, Policy()),
        document.optional("pauses", _longest, LONGEST),
        forges,
        tuple(asking.notes),
    )


def _once(ranked: Iterable[tuple[int, Repository]]) -> list[Repository]:
    """Keep each repository once: what names it counts before what a program prints, and that before a pattern."""
    known: dict[str, tuple[int, Repository]] = {}
    for rank, one in ranked:
        before, first = known.setdefault(one.place.identity, (rank, one))
        if first is not one and rank == before and rank < listing.SOURCES["glob"].rank:
            raise FormatError(f"{one.place.address} is listed twice, first at {first.where}", where=one.where)
    return [one for _, one in known.values()]


def refuse_same_names(members: Iterable[Named]) -> None:
    """Raise FormatError where two have one name."""
    known: dict[str, Named] = {}
    for one in members:
        first = known.setdefault(one.name, one)
        if first is not one:
            hint = "give one of them a `name`"
            raise FormatError(
                f"two members are called {one.name}, the first at {first.where}", where=one.where, hint=hint
            )


def _commits(at: Located) -> Commits:
    at.only({"author", "signoff", "sign"})
    name, email = at.optional("author", _author, ("", ""))
    signoff = at.optional("signoff", lambda value: value.a(bool), default=False)
    unsigned: bool | str = False
    return Commits(name, email, signoff, at.optional("sign", _sign, unsigned))


def _sign(at: Located) -> bool | str:
    if not isinstance(at.data, bool | str) or at.data == "":
        at.fail("true or false, or the id of a key")
    return at.data


def _longest(at: Located) -> int:
    at.only({"longest"})
    return at.optional("longest", _days, LONGEST)


def _days(at: Located) -> int:
    if at.a(int) < 0:
        at.fail("a number of days")
    return at.a(int)


def _author(at: Located) -> tuple[str, str]:
    found = _AUTHOR.fullmatch(text(at))
    if not found:
        at.fail("a name and an address, as in Platform Bot <bot@acme.example>")
    return found[1], found[2]
