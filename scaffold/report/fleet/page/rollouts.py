"""Plans and campaigns as parts of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scaffold.report.checks.words import one_line
from scaffold.report.fleet.page.charts import STANDS, Chart, burndown, stands
from scaffold.report.fleet.page.members import web
from scaffold.report.fleet.page.overview import Part, bar
from scaffold.report.fleet.plans import ASKING
from scaffold.report.fleet.reasons import Reason, grouped
from scaffold.report.fleet.whole import Waiting, by_whom, days_since, moment, stuck

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from scaffold.plan.campaign import Gate, Stage, Told
    from scaffold.plan.fleet import FleetPlan, Group
    from scaffold.report.fleet.whole import Carried

GROUPS = 60  # patches of a plan that are shown
LINES, PATCHES = 300, 500_000  # lines of one patch, and characters of all of a plan
NAMES = 40  # of a group
STUCK = 1_000  # rows of who is waited for
WHO = 50  # who somebody is waited for on
REASONS = 20
WHY = 200
TONES: Mapping[str, str] = {"none": "m", "low": "g", "medium": "w", "high": "b"}
STATES: Mapping[str, str] = {"done": "g", "halted": "b", "aborted": "b", "waiting": "i", "ready": "m"}


class Line(NamedTuple):
    """A line of a patch; `kind` is a for added, d for deleted, h for a heading, or nothing."""

    text: str
    kind: str


class Patch(NamedTuple):
    """A group of members that get the same patch."""

    digest: str
    members: int
    names: str
    risk: str
    tone: str
    files: tuple[str, ...]
    reasons: tuple[str, ...]
    example: str
    lines: tuple[Line, ...]
    left: int


class Asked(NamedTuple):
    """What of a plan needs somebody: how that is said, and the reasons."""

    what: str
    members: int
    reasons: tuple[Reason, ...]


class Wave(NamedTuple):
    """A wave: how it stands, its members by how they do, and how far it is from a halt."""

    name: str
    members: int
    said: str
    tone: str
    bar: tuple[Part, ...]
    gates: tuple[Gate, ...] = ()


class Stuck(NamedTuple):
    """A member that is waited for, in words."""

    name: str
    owner: str
    what: str
    on: str
    why: str
    days: str
    web: str
    number: str


class Course(NamedTuple):
    """How a campaign goes."""

    state: str
    tone: str
    why: str
    following: str
    bar: tuple[Part, ...]
    chart: Chart | None
    waves: tuple[Wave, ...]
    stuck: tuple[Stuck, ...]
    left: int
    whom: tuple[tuple[str, int, str], ...]
    notes: tuple[str, ...]


class Rolling(NamedTuple):
    """A plan, and the campaign of it where one has begun."""

    id: str
    folder: str
    title: str
    made: str
    bar: tuple[Part, ...]
    patches: tuple[Patch, ...]
    left: int
    asked: tuple[Asked, ...]
    course: Course | None


PLANNED: Mapping[str, str] = {
    "clean": "g", "unchanged": "m", "conflict": "b", "blocked": "w", "unreadable": "b", "retired": "m",
}  # fmt: skip


def rolling(carried: Carried, today: date) -> Rolling:
    """Return a plan with its campaign for a page."""
    plan = carried.plan
    aims = ", ".join(f"{aim.blueprint} {aim.version}" for aim in plan.aims)
    counts = ((state, count, f"{PLANNED[state]} p-{state}") for state, count in plan.counts().items())
    return Rolling(
        plan.id[:12],
        carried.folder,
        f"To {aims}" if aims else "Nothing to update",
        plan.made,
        bar(counts),
        tuple(_patches(plan)),
        max(0, len(plan.groups) - GROUPS),
        tuple(_asked(plan)),
        carried.told and _course(carried, carried.told, today),
    )


def _patches(plan: FleetPlan) -> Iterator[Patch]:
    room = PATCHES
    risks = {one.name: one.risks for one in plan.results}
    for group in plan.groups[:GROUPS]:
        lines = group.diff.splitlines()
        shown = [one[:WHY] for one in lines[:LINES]] if room > 0 else []
        room -= sum(map(len, shown))
        yield _patch(group, risks.get(group.projects[0], ()), shown, len(lines) - len(shown))


def _patch(group: Group, risks: tuple[str, ...], shown: list[str], left: int) -> Patch:
    members = len(group.projects)
    more = f" and {members - NAMES:,} more" if members > NAMES else ""
    return Patch(
        group.digest[:10],
        members,
        ", ".join(map(one_line, group.projects[:NAMES])) + more,
        group.risk,
        TONES[group.risk],
        group.files,
        risks,
        group.projects[0],
        tuple(Line(text, _kind(text)) for text in shown),
        left,
    )


def _kind(text: str) -> str:
    if text.startswith(("+++", "---", "diff ", "index ", "@@")):
        return "h"
    return {"+": "a", "-": "d"}.get(text[:1], "")


def _asked(plan: FleetPlan) -> Iterator[Asked]:
    for state, what in ASKING.items():
        found = [one for one in plan.results if one.state == state]
        if found:
            said = (
                (one_line(one.why or ", ".join(dict.fromkeys(path for path, _ in one.conflicts)), WHY), one.name)
                for one in found
            )
            yield Asked(what, len(found), grouped(said)[:REASONS])


def _course(carried: Carried, told: Told, today: date) -> Course:
    rollout, found = told.rollout, stuck(carried)
    whom = (
        (who, sum(kinds.values()), ", ".join(f"{what} {count:,}" for what, count in kinds.items()))
        for who, kinds in by_whom(found).items()
    )
    return Course(
        rollout.state,
        STATES[rollout.state],
        rollout.why,
        rollout.next,
        bar(stands(rollout.counts())),
        burndown(told),
        tuple(_waves(told)),
        tuple(_stuck(one, today) for one in found[:STUCK]),
        max(0, len(found) - STUCK),
        tuple(whom)[:WHO],
        rollout.notes,
    )


def _stuck(one: Waiting, today: date) -> Stuck:
    days = str(days_since(one.since, today)) if one.since else ""
    number = f"#{one.number}" if one.number else ""
    on = ", ".join(one.on)
    return Stuck(one.name, one.owner, one.what, on, one_line(one.why, WHY), days, web(one.web), number)


def _waves(told: Told) -> Iterator[Wave]:
    rollout = told.rollout
    stages = {one.name: one.stage for one in rollout.members}
    for wave in rollout.waves:
        counts: dict[Stage, int] = {}
        for name in wave.members:
            counts[stages[name]] = counts.get(stages[name], 0) + 1
        gates = told.gates.get(wave.name, ())
        over = any(gate.passed for gate in gates)
        said = f"over since {moment(wave.passed)}" if wave.passed else f"on since {moment(wave.opened)}"
        tone = "b" if over else "g" if wave.passed else "i"
        yield Wave(wave.name, len(wave.members), said, tone, bar(stands(counts)), gates)
    for name, members in rollout.ahead:
        ahead = bar([(STANDS[-1][0], members, STANDS[-1][1])])
        yield Wave(name, members, "not begun", "m", ahead)
