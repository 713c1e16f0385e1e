"""The values of a plan for many projects."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

State = Literal["unchanged", "clean", "conflict", "blocked", "unreadable", "retired"]
Risk = Literal["none", "low", "medium", "high"]
Side = tuple[str, str] | None  # mode and blob id; None: no file
STATES: tuple[State, ...] = ("clean", "unchanged", "conflict", "blocked", "unreadable", "retired")
RISKS: tuple[Risk, ...] = ("none", "low", "medium", "high")


class Touched(NamedTuple):
    """What an update does to one path, and the file of the template that it comes from."""

    path: str
    template: str
    verb: str
    why: str
    before: Side
    after: Side


class Result(NamedTuple):
    """What an update would make of one project.

    `base` is the commit that it was planned at, and `tree` what its commit would hold: `files` are all that differ, by
    their names in the repository. `risks` are the reasons for the risk, and `group` is the digest of its patch.
    """

    name: str
    state: State
    why: str = ""
    blueprint: str = ""
    source: str = ""
    version: str = ""
    to: str = ""
    place: str = ""
    prefix: str = ""
    base: str = ""
    owner: str = ""
    mission: str = ""
    labels: Mapping[str, str] = {}
    tree: str = ""
    conflicts: tuple[tuple[str, str], ...] = ()
    changes: tuple[Touched, ...] = ()
    files: Mapping[str, Side] = {}
    risk: Risk = "none"
    risks: tuple[str, ...] = ()
    group: str = ""
    message: str = ""
    notes: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The place of the project: its repository, and the folder in that."""
        return f"{self.place}//{self.prefix}" if self.prefix else self.place


class Group(NamedTuple):
    """Projects that get the same patch, which `diff` shows as the first of them gets it."""

    digest: str
    projects: tuple[str, ...]
    files: tuple[str, ...]
    risk: Risk
    diff: str


class Aim(NamedTuple):
    """A release that projects are brought to; the digest is that of all its files."""

    blueprint: str
    source: str
    version: str
    commit: str | None
    digest: str


class FleetPlan(NamedTuple):
    """An update of many projects, as it was planned: to be read, and to be applied from nothing else.

    `id` is the digest of all the rest.
    """

    id: str
    scaffold: str
    made: str
    where: str
    to: str | None
    data: Mapping[str, Any]
    aims: tuple[Aim, ...]
    results: tuple[Result, ...]
    groups: tuple[Group, ...]

    def counts(self) -> dict[State, int]:
        """Return how many projects are in each state."""
        found = Counter(one.state for one in self.results)
        return {state: found[state] for state in STATES}

    def risks(self) -> dict[Risk, int]:
        """Return how many of the projects that would change have each risk."""
        found = Counter(one.risk for one in self.results if one.state in ("clean", "conflict"))
        return {risk: found[risk] for risk in RISKS}

    @property
    def is_clean(self) -> bool:
        """Whether every member either is as it should be, or would be without anybody's help."""
        return all(one.state in ("clean", "unchanged") for one in self.results)


class Shown(NamedTuple):
    """A plan as it lies in a folder, and what of it was asked for: without either all of it."""

    plan: FleetPlan
    folder: str
    group: Group | None = None
    member: Result | None = None
