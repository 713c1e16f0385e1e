"""The values of a campaign: one plan carried out over many projects, and how far it is with each."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

Stage = Literal[
    "waiting", "held", "failed", "pushed", "open", "needs hands",
    "merged", "declined", "closed elsewhere", "reverted", "closed",
]  # fmt: skip
State = Literal["ready", "waiting", "halted", "done", "aborted"]
Tested = Literal["", "none", "pending", "passed", "failed", "failed before"]
STAGES: tuple[Stage, ...] = (
    "merged", "open", "pushed", "waiting", "needs hands", "held",
    "failed", "declined", "closed elsewhere", "reverted", "closed",
)  # fmt: skip
OFFERED: frozenset[Stage] = frozenset(("pushed", "open", "needs hands"))  # it is out there, and may still change
ASKING: tuple[Stage, ...] = ("needs hands", "held", "failed", "declined", "closed elsewhere", "reverted")


class Followed(NamedTuple):
    """How far a campaign is with one project.

    `why` says what keeps it, and `by` who closed it; `commits` are those that were made for its branch, `commit` the
    one that is out there, and `base` what it is a child of. `since` is when it was offered, and `ended` when its pull
    request was closed, in seconds since the epoch.
    `shown` are pull requests whose closing was told, `refused` labels and reviewers that the forge did not take.
    `landed` says that the default branch had it, and `again` that it is to be offered once more whatever was said.
    """

    name: str
    stage: Stage = "waiting"
    why: str = ""
    wave: str = ""
    branch: str = ""
    commit: str = ""
    number: int = 0
    web: str = ""
    tested: Tested = ""
    failing: tuple[str, ...] = ()
    review: str = ""
    waiting_for: tuple[str, ...] = ()
    by: str = ""
    ended: float = 0
    merged_as: str = ""
    base: str = ""
    since: float = 0
    dressed: bool = False
    merging: bool = False
    landed: bool = False
    again: bool = False
    commits: frozenset[str] = frozenset()
    shown: frozenset[int] = frozenset()
    refused: tuple[str, ...] = ()


def without(members: Collection[Followed]) -> str:
    """Say how many a campaign that has ended has not reached, or nothing."""
    left = sum(one.stage != "merged" for one in members)
    return f"{left:,} of {len(members):,} went without it" if left else ""


OF_A_PULL = frozenset(  # what is known of one pull request, and of the next no more
    ("tested", "failing", "review", "waiting_for", "by", "since", "dressed", "merging", "landed", "again", "refused")
)


class Waved(NamedTuple):
    """A wave as it was opened: who is in it, and when; `passed` is when it was left, or 0."""

    name: str
    members: tuple[str, ...]
    opened: float
    passed: float = 0


SINGULAR = {"are": "is", "were": "was", "have": "has"}


class Gate(NamedTuple):
    """How many of a wave are so that they may halt it, of how many; `most` is the threshold in words, or nothing.

    `causes` are those members, and `passed` says that there are more of them than the threshold allows. Who was
    `excused` counts no more: by whom, and why.
    """

    what: str
    causes: tuple[str, ...]
    of: int
    most: str
    passed: bool
    excused: Mapping[str, str] = {}

    def __str__(self) -> str:
        """Return it in words: `1 of 5 was reverted (1 excused by Ada: it was releasing)`."""
        total = len(self.causes) + len(self.excused)
        verb, _, rest = self.what.partition(" ")
        excused = "; ".join(f"{count} excused by {why}" for why, count in Counter(self.excused.values()).items())
        said = f"{total} of {self.of} {SINGULAR.get(verb, verb) if total == 1 else verb} {rest}"
        return f"{said} ({excused})" if excused else said


class Moment(NamedTuple):
    """How many members a campaign had at each stage at a moment, in seconds since the epoch."""

    at: float
    counts: Mapping[Stage, int]


class Rollout(NamedTuple):
    """A campaign: its state, why it is in that, its waves, and how far it is with each member, by name.

    `left` are the seconds that what is not offered yet takes at least, by the limits of the forges, and `unavailable`
    the hosts that could not be asked, with why. `conflicts` are the paths in conflict of who was offered a draft.
    """

    id: str
    state: State
    why: str
    next: str
    waves: tuple[Waved, ...]
    ahead: tuple[tuple[str, int], ...]
    members: tuple[Followed, ...]
    notes: tuple[str, ...] = ()
    left: float = 0
    unavailable: tuple[tuple[str, str], ...] = ()
    conflicts: Mapping[str, tuple[str, ...]] = {}

    def counts(self) -> Mapping[Stage, int]:
        """Return how many members are at each stage."""
        found = Counter(one.stage for one in self.members)
        return {stage: found[stage] for stage in STAGES}

    @property
    def is_clean(self) -> bool:
        """Whether nothing of it needs somebody."""
        trouble = ("open", "pushed") if self.state == "aborted" else ("waiting",)
        asks = any(one.stage in ASKING or (one.stage in trouble and one.why) for one in self.members)
        return self.state != "halted" and not self.unavailable and not asks


class Told(NamedTuple):
    """A campaign as its journal tells it: how it stands, the gates of its waves that have begun, and its way there.

    `marks` are what happened to all of it, and when.
    """

    rollout: Rollout
    gates: Mapping[str, tuple[Gate, ...]]
    moments: tuple[Moment, ...]
    marks: tuple[tuple[float, str], ...] = ()


class Lack(NamedTuple):
    """What a member lacks, and what mends that; where it does not stop it, it is only to be known."""

    what: str
    mend: str
    stops: bool = True


class Preflight(NamedTuple):
    """What is missing before a campaign starts, by member; those that lack nothing are there too.

    `notes` are what its waves do not wait for.
    """

    id: str
    members: tuple[tuple[str, tuple[Lack, ...]], ...]
    notes: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing stops anybody."""
        return not any(lack.stops for _, lacks in self.members for lack in lacks)
