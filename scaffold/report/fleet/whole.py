"""All that a report on a fleet says: the values that `fleet report` returns, and every form of it is made of."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from scaffold.plan.campaign import ASKING, OFFERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.guard.waivers import Stood
    from scaffold.plan.campaign import Followed, Told
    from scaffold.plan.fleet import FleetPlan, Result
    from scaffold.report.fleet.guarded import FleetChecked
    from scaffold.report.fleet.history import Day
    from scaffold.report.fleet.standing import FleetStatus, Standing

EPOCH, SECONDS = date(1970, 1, 1).toordinal(), 86_400
PLATFORM = "the platform"  # who has to do something where no team can
NOBODY_ASKED = "nobody"


class Carried(NamedTuple):
    """A plan by its folder, and the campaign that carries it out, or None where none has begun."""

    folder: str
    plan: FleetPlan
    told: Told | None = None

    @property
    def open(self) -> dict[str, Followed]:
        """Who is offered an update that is neither merged nor closed, by name."""
        members = self.told.rollout.members if self.told else ()
        return {one.name: one for one in members if one.stage in OFFERED}


class FleetReport(NamedTuple):
    """How a fleet stands on a day, what its guardrails say where they were asked, its history, plans and campaigns."""

    day: date
    status: FleetStatus
    checked: FleetChecked | None = None
    history: tuple[Day, ...] = ()
    carried: tuple[Carried, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing of it needs somebody."""
        stands = self.checked is None or not self.checked.fails()
        return self.status.is_clean and stands and all(one.told.rollout.is_clean for one in self.carried if one.told)

    @property
    def updates(self) -> dict[str, Followed]:
        """The update that each member is offered, by name; of several plans that of the last."""
        return {name: one for each in self.carried for name, one in each.open.items()}


class Waiting(NamedTuple):
    """A member that a rollout waits for: what for, on whom, and since when in seconds since the epoch, or 0."""

    name: str
    owner: str
    what: str
    why: str
    on: tuple[str, ...]
    since: float = 0
    web: str = ""
    number: int = 0


def stuck(carried: Carried) -> tuple[Waiting, ...]:
    """Return what keeps a rollout, those that wait longest for the same first; a plan alone keeps nobody."""
    if carried.told is None:
        return ()
    results = {one.name: one for one in carried.plan.results}
    found = [one for member in carried.told.rollout.members for one in _waiting(member, results[member.name])]
    found += [_no_part(one) for one in carried.plan.results if one.state in ("blocked", "unreadable", "retired")]
    return tuple(sorted(found, key=lambda one: (KINDS.index(one.what), one.since or float("inf"), one.name)))


KINDS = (
    "reverted", "failed", "checks fail", "needs hands", "held", "changes wanted", "waits for review",
    "nobody was asked", "to be merged", "declined", "closed elsewhere", "blocked", "unreadable", "retired",
)  # fmt: skip
BY_PLATFORM = ("failed", "closed elsewhere")  # what no team can do anything about
CONFLICT = "conflict"  # how the reason of a member begins that is held since it is in conflict


def _waiting(one: Followed, planned: Result) -> Iterator[Waiting]:
    team = planned.owner or NOBODY_ASKED
    said = Waiting(one.name, planned.owner, one.stage, one.why, (team,), one.since, one.web, one.number)
    if one.stage in ASKING:
        platform = one.stage in BY_PLATFORM or (one.stage == "held" and not one.why.startswith(CONFLICT))
        by = f"by {one.by}" if one.by else ""
        yield said._replace(on=(PLATFORM,) if platform else (team,), why=one.why or by)
    elif one.stage in OFFERED and one.tested in ("failed", "failed before"):
        before = " as before the update" if one.tested == "failed before" else ""
        yield said._replace(what="checks fail", why=", ".join(one.failing) + before)
    elif one.stage in OFFERED and one.tested != "pending":
        yield _in_review(said, one)


def _in_review(said: Waiting, one: Followed) -> Waiting:
    if one.review == "changes requested":
        return said._replace(what="changes wanted")
    if one.waiting_for:
        return said._replace(what="waits for review", on=one.waiting_for)
    return said._replace(what="to be merged" if one.review == "approved" else "nobody was asked")


def _no_part(one: Result) -> Waiting:
    on = (one.owner or NOBODY_ASKED) if one.state == "blocked" else PLATFORM
    return Waiting(one.name, one.owner, one.state, one.why, (on,))


class Excepted(NamedTuple):
    """A waiver of a member."""

    member: Standing
    stood: Stood


def exceptions(status: FleetStatus) -> list[Excepted]:
    """Return all waivers of a fleet, those that end first before the others."""
    found = [Excepted(one, stood) for one in status.members if one.status for stood in one.status.waivers]
    return sorted(found, key=lambda one: (one.stood.waiver.expires, one.member.name, one.stood.waiver.name))


def days_since(at: float, today: date) -> int:
    """Return how many days ago a moment was."""
    return max(0, today.toordinal() - EPOCH - int(at // SECONDS))


def moment(at: float) -> str:
    """Return a moment as day and time of day."""
    minutes = int(at % SECONDS) // 60
    return f"{day_of(at)} {minutes // 60:02}:{minutes % 60:02} UTC"


def day_of(at: float) -> date:
    """Return the day of a moment, in UTC."""
    return date.fromordinal(EPOCH + int(at // SECONDS))


def by_whom(found: tuple[Waiting, ...]) -> Mapping[str, dict[str, int]]:
    """Return who is waited for, those with the most first, and how often for what."""
    counts: dict[str, dict[str, int]] = {}
    for one in found:
        for who in one.on:
            kinds = counts.setdefault(who, {})
            kinds[one.what] = kinds.get(one.what, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0])))
