"""What all steps of a campaign have in common: its plan, its journal, and the ways out into the world."""

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from scaffold.fleet.campaign.history import History, history, with_record
from scaffold.fleet.campaign.policy import Policy
from scaffold.fleet.journal import Journal
from scaffold.fleet.repository import Repository
from scaffold.fleet.selectors import Selector
from scaffold.forges.hosts import Forges
from scaffold.forges.port import Forge, ForgeError
from scaffold.plan.campaign import Followed
from scaffold.plan.fleet import FleetPlan, Result
from scaffold.project.applying.in_git import By
from scaffold.project.conditions import Conditions


class At(NamedTuple):
    """A repository at its forge."""

    forge: Forge
    path: str


def place_at(address: str) -> tuple[str, str]:
    """Return the host of a repository's address, as forges go by it, and its path there."""
    if "://" not in address:
        host, _, path = address.partition(":")
        address = f"ssh://{host}/{path}"
    parts = urlsplit(address)
    host = (parts.hostname or "") if parts.scheme == "ssh" else parts.netloc
    return host.lower(), unquote(parts.path).strip("/").removesuffix(".git")


class Asked(NamedTuple):
    """What was asked of a run: without a forge or `direct`ly only branches are made, of `local` repositories too.

    `again` are members that are to be offered to once more whatever was said, and `seconds` those between two looks.
    To `take_over` is to go on with what another machine has begun. Only those whom `where` means are offered to.
    """

    direct: bool = False
    local: bool = False
    again: frozenset[str] = frozenset()
    seconds: float = 60
    take_over: bool = False
    where: Selector = Selector()


class Work(NamedTuple):
    """A campaign at work in this process; `began` is when this run did."""

    plan: FleetPlan
    folder: Path
    contents: Callable[[str], bytes]
    repositories: Mapping[str, Repository]
    policy: Policy
    forges: Forges
    book: "Book"
    by: By
    asked: Asked
    conditions: Conditions
    began: float

    def at(self, address: str) -> At | None:
        """Return a repository at its forge, by its address; None where nobody says what kind of forge that is."""
        host, path = place_at(address)
        try:
            return At(self.forges.of(host).forge, path)
        except ForgeError:
            return None

    @property
    def results(self) -> Mapping[str, Result]:
        """What was planned, by member."""
        return self.book.results


class Book:
    """A journal with what it comes to, for several threads; all that happens is recorded here, and nowhere else."""

    def __init__(self, journal: Journal, results: Mapping[str, Result], clock: Callable[[], float]) -> None:
        """Take an open journal, what was planned for each member that takes part, and what tells the time.

        `before` is when the newest record of earlier runs was made.
        """
        self._journal, self._lock = journal, Lock()
        self.results, self.clock = results, clock
        self.history: History = history(results, journal.records)
        self.run, self.before = journal.run, self.history.last

    def add(self, member: str, event: str, **said: object) -> None:
        """Record what happened to a member, or (no name) to all; raises ProjectError where it cannot be."""
        with self._lock:
            self.history = with_record(self.history, self._journal.add(member, event, **said))

    def stands(self, member: str) -> Followed:
        """Return how far the campaign is with a member."""
        return self.history.members[member]
