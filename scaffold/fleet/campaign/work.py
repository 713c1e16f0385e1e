"""What all steps of a campaign have in common: its plan, its journal, and the ways out into the world."""

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event, Lock
from typing import NamedTuple

from scaffold.fleet.campaign.aims import Aims
from scaffold.fleet.campaign.history import History, history, with_record
from scaffold.fleet.campaign.policy import Policy
from scaffold.fleet.journal import Journal
from scaffold.fleet.repository import Repository
from scaffold.fleet.selectors import Selector
from scaffold.forges.hosts import Forges, place_of
from scaffold.forges.port import Forge, ForgeError
from scaffold.plan.campaign import Followed
from scaffold.plan.fleet import FleetPlan, Result
from scaffold.project.applying.in_git import By
from scaffold.project.conditions import Conditions


class At(NamedTuple):
    """A repository at its forge."""

    forge: Forge
    path: str

    def say(self, number: int, text: str) -> None:
        """Write below a pull request, unless it stands there, as after a run that was killed, or got no answer."""
        if not any(text in said for said in self.forge.comments(self.path, number)):
            self.forge.comment(self.path, number, text)


class Asked(NamedTuple):
    """What was asked of a run: without a forge or `direct`ly only branches are made, of `local` repositories too.

    `seconds` are those between two looks; only those whom `where` means are offered to.
    """

    direct: bool = False
    local: bool = False
    seconds: float = 60
    where: Selector = Selector()

    @property
    def words(self) -> str:
        """The options that say so on a command line, each after a space."""
        return " --direct" * self.direct + " --local" * self.local


class Work(NamedTuple):
    """A campaign at work in this process; `began` is when this run did; `stop` ends what waits for a network.

    `called` are the words that name it, and its fleet, on a command line.
    """

    plan: FleetPlan
    folder: Path
    called: str
    contents: Callable[[str], bytes]
    repositories: Mapping[str, Repository]
    policy: Policy
    forges: Forges
    book: "Book"
    by: By
    asked: Asked
    conditions: Conditions
    began: float
    stop: Event
    aims: Aims = Aims()

    def at(self, address: str) -> At | None:
        """Return a repository at its forge, by its address; None where nobody says what kind of forge that is."""
        place = place_of(address)
        try:
            return At(self.forges.of(place.host).forge, place.path) if place else None
        except ForgeError:
            return None

    def end(self) -> None:
        """Have all that waits for somebody far away end, as this run does."""
        self.stop.set()
        self.forges.stop()

    @property
    def results(self) -> Mapping[str, Result]:
        """What was planned, by member."""
        return self.book.results


class Book:
    """A journal with what it comes to, for several threads; all that happens is recorded here, and nowhere else."""

    def __init__(self, journal: Journal, results: Mapping[str, Result], clock: Callable[[], float]) -> None:
        """Take an open journal, what was planned for each member that takes part, and what tells the time."""
        self._journal, self._lock = journal, Lock()
        self.results, self.clock = results, clock
        self.history: History = history(results, journal.records)
        self.run = journal.run

    def add(self, member: str, event: str, **said: object) -> None:
        """Record what happened to a member, or (no name) to all; raises ProjectError where it cannot be."""
        with self._lock:
            self.history = with_record(self.history, self._journal.add(member, event, **said))

    def stands(self, member: str) -> Followed:
        """Return how far the campaign is with a member."""
        return self.history.members[member]
