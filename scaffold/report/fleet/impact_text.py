"""The impact of an unreleased state for people, as lines and as Markdown: the numbers first, then what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.report.checks.words import one_line
from scaffold.report.fleet import plans, status_markdown, status_text
from scaffold.report.fleet.impact import TURNS, contested, rules
from scaffold.report.fleet.reasons import Reason, Section, grouped, without_place
from scaffold.report.fleet.status_text import broken, members
from scaffold.report.marked import code, escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.plan.fleet import FleetPlan, Group, State
    from scaffold.report.fleet.impact import Impact, Turn
    from scaffold.report.text import Line, Tone

NOBODY = "(no owner)"
LEFT: Mapping[State, str] = {
    "blocked": "no update is made of them",
    "unreadable": "they may be of this blueprint",
    "retired": "the blueprint has come to its end",
}
TONES: Mapping[Turn, Tone] = {"fails": "bad", "unknown": "warn", "dropped": "warn", "passes": "good"}


def text(impact: Impact, width: int = 0, *, every: bool = False) -> Iterator[Line]:
    """Word an impact for a terminal of so many columns (0: lines may be any length); `every` lists all names."""
    title, *rest = _head(impact)
    yield from broken("", title, width, "title")
    for said in rest:
        yield from broken("  ", said, width)
    yield from plans.groups(impact.plan, "--format json has them all, with the patch of each")
    for section in _sections(impact):
        yield from status_text.worded(section, width, every=every)
    for note in impact.notes:
        yield from broken("note: ", one_line(note), width, "warn")


def markdown(impact: Impact) -> str:
    """Return the document."""
    return "".join(f"{line}\n" for line in _lines(impact))


def _lines(impact: Impact) -> Iterator[str]:
    title, *rest = _head(impact)
    yield from (f"### {escaped(title)}", "", *(f"- {escaped(said)}" for said in rest))
    for section in _sections(impact):
        yield from status_markdown.worded(section)
    groups = impact.plan.groups
    alike = [f"- {members(len(one.projects))}, risk {one.risk}: {_files(one)}" for one in groups[: plans.SHOWN]]
    alike += [f"- and {len(groups) - plans.SHOWN:,} more" for _ in groups[plans.SHOWN : plans.SHOWN + 1]]
    if groups:
        yield from status_markdown.folded(f"Different patches: {len(groups):,}", alike)
    for note in impact.notes:
        yield from ("", f"Note: {escaped(note)}")


def _files(group: Group) -> str:
    files = group.files
    more = f" and {len(files) - plans.SHOWN:,} more" if len(files) > plans.SHOWN else ""
    return ", ".join(map(code, files[: plans.SHOWN])) + more


def _head(impact: Impact) -> Iterator[str]:
    added = {name for name, paths in impact.added().items() if paths}
    beside = f", beside {impact.released}, the newest release" if impact.released else "; nothing is released yet"
    yield one_line(f"{impact.blueprint} {impact.version} of {impact.library}{beside}")
    yield f"{members(len(impact.plan.results))}: {_counts(impact.plan)}"
    if impact.now:
        yield f"with {impact.released} alone: {_counts(impact.now)}"
        clashing = {name for one in contested(impact) for name in one.added}
        news = f", {members(len(clashing))} in conflict" if clashing else ""
        yield f"the draft changes something for {members(len(added))}{news}"
    if impact.turned is not None:
        turns = [one.turn for _, one in impact.turns()]
        said = [f"{turns.count(turn):,} times a rule {what}" for turn, what in TURNS.items() if turn in turns]
        missing = f"; {members(len(impact.unchecked))} not checked" if impact.unchecked else ""
        yield f"guardrails: {', '.join(said) or 'all come out as they do now'}{missing}"


def _counts(plan: FleetPlan) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in plan.counts().items() if count)


def _sections(impact: Impact) -> Iterator[Section]:
    """Yield what needs somebody, what is in conflict first."""
    files = contested(impact)
    reasons = tuple(
        Reason(one_line(f"{one.path} ({owner or NOBODY})"), names)
        for one in files
        for owner, names in one.owners.items()
    )
    if reasons:
        yield Section("In conflict", "they decide by hand", reasons, len({*_names(reasons)}), "bad")
    for turn, what in TURNS.items():
        found = tuple(
            Reason(f"{one.rule} {one.title} ({one.severity})", one.turns[turn])
            for one in rules(impact)
            if one.turns[turn]
        )
        if found:
            yield Section("Guardrails", f"what {what}", found, len({*_names(found)}), TONES[turn])
    for state, todo in LEFT.items():
        about = [one for one in impact.plan.results if one.state == state]
        whys = grouped((without_place(one.why, one.place, one.prefix), one.name) for one in about)
        if about:
            yield Section(state.capitalize(), todo, whys, len(about))
    if impact.unchecked:
        found = grouped((why, name) for name, why in impact.unchecked.items())
        yield Section("Not checked", "nobody can say what becomes of their guardrails", found, len(impact.unchecked))


def _names(reasons: tuple[Reason, ...]) -> Iterator[str]:
    for one in reasons:
        yield from one.names
