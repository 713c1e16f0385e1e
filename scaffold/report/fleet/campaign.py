"""A campaign: as JSON, and as lines for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from scaffold.plan.campaign import OFFERED, STAGES
from scaffold.report.checks.words import one_line
from scaffold.report.fleet.reasons import Section, grouped
from scaffold.report.fleet.status_text import broken, worded
from scaffold.report.text import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scaffold.plan.campaign import Followed, Rollout, Stage, Tested, Waved
    from scaffold.report.text import Tone

STATES: Mapping[str, Tone] = {"done": "good", "halted": "bad", "aborted": "bad"}
SOON = 120.0  # seconds of which nothing is said
KEPT = frozenset(("commits", "shown", "landed", "dressed", "again"))  # of a member, for the campaign alone
ASKING: Mapping[Stage, tuple[str, str, Tone]] = {
    "failed": ("Failed", "mend it, then scaffold fleet apply --retry failed", "bad"),
    "needs hands": ("Need hands", "people work on the branch: nothing of theirs is overwritten", "warn"),
    "held": ("Held", "not offered, for a reason", "warn"),
    "declined": ("Declined", "closed by a person: not offered again, but with --again NAME", "warn"),
    "closed elsewhere": ("Closed elsewhere", "by no person's decision: offered again by the next apply", "warn"),
    "reverted": ("Reverted", "taken back after the merge: ask why; --again NAME offers it once more", "bad"),
}
TESTED: Mapping[Tested, tuple[str, str, Tone]] = {
    "failed": ("Checks fail", "that passed before the update", "bad"),
    "failed before": ("Checks fail as before", "they failed before the update too, and count against nothing", "warn"),
}


def data(rollout: Rollout) -> dict[str, Any]:
    """Return a campaign as JSON has it."""
    return {
        "campaign": rollout.id,
        "state": rollout.state,
        "why": rollout.why,
        "next": rollout.next,
        "waves": [{**one._asdict(), "members": list(one.members)} for one in rollout.waves],
        "ahead": [{"name": name, "members": members} for name, members in rollout.ahead],
        "projects": [_member(one) for one in rollout.members],
        "summary": dict(rollout.counts()),
        "notes": list(rollout.notes),
        "seconds_left": round(rollout.left),
        "unavailable": [{"host": host, "why": why} for host, why in rollout.unavailable],
        "conflicts": [{"name": name, "paths": list(paths)} for name, paths in rollout.conflicts.items()],
    }


def _member(one: Followed) -> dict[str, Any]:
    said = {key: value for key, value in one._asdict().items() if key not in KEPT}
    return {"name": said.pop("name"), "state": said.pop("stage"), **said}


def text(rollout: Rollout, width: int = 0, *, every: bool = False) -> Iterator[Line]:
    """Say how a campaign stands: its state, its waves, and then who needs somebody, grouped by reason."""
    yield Line(f"Campaign {rollout.id[:12]}: {rollout.state}", STATES.get(rollout.state, "title"))
    if rollout.why:
        yield from broken("  ", one_line(rollout.why), width)
    for _, why in rollout.unavailable:
        if why != rollout.why:
            yield from broken("  ", one_line(why), width)
    yield Line(f"  {_counts(rollout.counts())}")
    yield Line("")
    yield from _waves(rollout)
    for section in _sections(rollout):
        yield from worded(section, width, every=every)
    if every:
        yield Line("")
        yield from (_line(one) for one in rollout.members)
    yield from (Line(f"  {one_line(note)}", "dim") for note in rollout.notes)
    if rollout.left >= SOON:
        yield Line(f"  what is left takes {_time(rollout.left)} at least, by the limits of the forge", "dim")
    if rollout.next:
        yield Line("")
        yield Line(f"Next: {rollout.next}", "dim")


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004


def _counts(counts: Mapping[Stage, int]) -> str:
    return ", ".join(f"{count:,} {stage}" for stage, count in counts.items() if count) or "nobody takes part"


def _waves(rollout: Rollout) -> Iterator[Line]:
    size = max([4, *(len(one.name) for one in rollout.waves), *(len(name) for name, _ in rollout.ahead)])
    stands = {one.name: one for one in rollout.members}
    yield Line(f"  {'wave':<{size}}  members", "dim")
    for wave in rollout.waves:
        yield Line(f"  {wave.name:<{size}}  {len(wave.members):>7,}  {_wave(wave, stands)}")
    for name, members in rollout.ahead:
        yield Line(f"  {name:<{size}}  {members:>7,}  not begun", "dim")


def _wave(wave: Waved, stands: Mapping[str, Followed]) -> str:
    found = Counter(stands[name].stage for name in wave.members)
    return _counts({stage: found[stage] for stage in STAGES})


def _sections(rollout: Rollout) -> Iterator[Section]:
    for stage, (title, todo, tone) in ASKING.items():
        yield from _section(title, todo, tone, ((one, one.why) for one in rollout.members if one.stage == stage))
    out = [one for one in rollout.members if one.stage in OFFERED]
    undecided = ((one, ", ".join(rollout.conflicts[one.name])) for one in out if one.name in rollout.conflicts)
    yield from _section("Hold a conflict", "a draft, which its team has to decide", "warn", undecided)
    for tested, (title, todo, tone) in TESTED.items():
        failing = ((one, ", ".join(one.failing)) for one in out if one.tested == tested)
        yield from _section(title, todo, tone, failing)
    waiting = ((one, ", ".join(one.waiting_for)) for one in out if one.waiting_for)
    yield from _section("Wait for a review", "by whom", "plain", waiting)
    trouble = ((one, one.why) for one in rollout.members if one.why and one.stage in ("waiting", "open", "pushed"))
    yield from _section("To be looked at again", "the next apply or watch does", "warn", trouble)
    refused = ((one, why) for one in out for why in one.refused)
    yield from _section("Not taken by the forge", "labels and reviewers", "plain", refused)


def _section(title: str, todo: str, tone: Tone, about: Iterable[tuple[Followed, str]]) -> Iterator[Section]:
    said = [(one_line(why), one.name) for one, why in about]
    if said:
        yield Section(title, todo, grouped(said), len({name for _, name in said}), tone)


def _line(one: Followed) -> Line:
    what = one.web or one.branch
    return Line(f"  {one.name}: {one.stage}{f', checks {one.tested}' if one.tested else ''}{what and f', {what}'}")
