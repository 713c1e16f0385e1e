"""How the members of a fleet stand: the values that `fleet status` returns, and that every report of it is made of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scaffold.guard.finding import State
    from scaffold.report.standing import Status

# The states of members in the order in which they press; of several, a member's first is its `state`.
PRESSING = (
    "unreadable", "unadopted", "conflict", "withdrawn", "drift", "edited", "incomplete", "behind", "unknown", "lapsing",
    "paused", "current",
)  # fmt: skip
NOBODY = ""  # the owner of what nobody owns, and the blueprint of what has none


class Score(NamedTuple):
    """How many rules pass, of how many that could be checked, and how many came out in each way."""

    passed: int
    of: int
    summary: Mapping[State, int]


class Standing(NamedTuple):
    """How one member stands; `status` is what `scaffold status` says of it, and None where it could not be opened.

    `states` has at least one word, the most pressing first. `why` says what makes it unreadable, or unknown how far it
    is behind, `stale` why it was read as it was fetched before, and `unchecked` why there is no score. `behind` counts
    the releases that came after its version, and is None where that cannot be told. `where` is what lists it,
    and `notes` are what else is to be said.
    """

    name: str
    where: str
    repository: str
    prefix: str = ""
    commit: str = ""
    owner: str = ""
    mission: str = ""
    labels: Mapping[str, str] = {}
    library: str = ""
    states: tuple[str, ...] = ("unreadable",)
    why: str = ""
    stale: str = ""
    status: Status | None = None
    behind: int | None = None
    score: Score | None = None
    unchecked: str = ""
    notes: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """The most pressing of its states."""
        return self.states[0]

    @property
    def blueprint(self) -> str:
        """The name of its blueprint, or nothing."""
        return self.status.blueprint if self.status else NOBODY

    @property
    def is_clean(self) -> bool:
        """Whether `scaffold status` would exit 0, on what is there now."""
        return "current" in self.states and not self.stale


class FleetStatus(NamedTuple):
    """How the members stand that `where` means, by name; `checked`: against their guardrails too."""

    file: str
    members: tuple[Standing, ...]
    where: str = ""
    checked: bool = False
    notes: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nobody has anything to do."""
        return all(one.is_clean for one in self.members)

    @property
    def states(self) -> dict[str, int]:
        """How many members are in each state that somebody is in; one may be in several."""
        counts = Counter(word for one in self.members for word in one.states)
        return {word: counts[word] for word in PRESSING if counts[word]}

    def by(self, key: Callable[[Standing], str]) -> dict[str, list[Standing]]:
        """Return the members by something, in the order of that."""
        found: dict[str, list[Standing]] = {}
        for one in self.members:
            found.setdefault(key(one), []).append(one)
        return dict(sorted(found.items()))


def counted(members: Iterable[Standing]) -> dict[str, int]:
    """Return how many there are, how many of them are clean, and how many are in each state."""
    members = list(members)
    counts = Counter(word for one in members for word in one.states)
    clean = sum(one.is_clean for one in members)
    return {"members": len(members), "clean": clean, **{word: counts[word] for word in PRESSING}}
