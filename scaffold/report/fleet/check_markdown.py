"""The check of a fleet as Markdown: a table of the rules and one of the owners first, who fails folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.guard.finding import STATES
from scaffold.report.checks.words import named
from scaffold.report.fleet.check_text import said, score
from scaffold.report.fleet.guarded import rules, summary
from scaffold.report.fleet.status_markdown import MESSAGE, folded, head
from scaffold.report.fleet.status_text import SHOWN, members, some
from scaffold.report.marked import code, escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.guard.finding import State
    from scaffold.report.fleet.guarded import FleetChecked, Guarded, RuleCount

COLUMNS: tuple[State, ...] = ("fail", "waived", "unknown", "pass", "not_applicable")


def markdown(result: FleetChecked) -> str:
    """Return the document."""
    return "".join(f"{line}\n" for line in _lines(result))


def _lines(result: FleetChecked) -> Iterator[str]:
    counts = summary(result.members)
    passing = score({**counts, "members": counts["checked"]})
    where = f" ({escaped(result.where)})" if result.where else ""
    yield f"### Guardrails of {members(counts['members'])} of {code(result.file)}{where}: {passing}"
    held = f", held against {escaped(result.policy.written)}" if result.policy else ""
    yield from ("", f"{counts['checked']:,} checked, {counts['clean']:,} with nothing that fails{held}.", "")
    found = rules(result)
    yield from head(("rule", "severity", *(state.replace("_", " ") for state in COLUMNS)))
    yield from (_row(one) for one in found)
    yield from _by("owner", result.by(lambda one: one.owner))
    yield from _by("mission", result.by(lambda one: one.mission))
    for one in found:
        if one.count("fail"):
            groups = one.grouped("fail")
            lines = [
                f"- {escaped(said(finding), MESSAGE)}: {escaped(some(tuple(who)))}" for finding, who in groups[:SHOWN]
            ]
            lines += [f"- and {len(groups) - SHOWN:,} more findings"] * (len(groups) > SHOWN)
            lines += [f"- **Fix:** {escaped(one.rule.fix, MESSAGE)}"] * bool(one.rule.fix)
            yield from folded(f"{escaped(named(one.rule))}: fails in {one.count('fail'):,}", lines)
    unchecked = [f"- {escaped(one.standing.name)}: {escaped(one.why_not, MESSAGE)}" for one in result.unchecked]
    if unchecked:
        yield from folded(f"Not checked: {len(unchecked):,}", unchecked)
    for note in result.notes:
        yield from ("", f"Note: {escaped(note, MESSAGE)}")


def _row(one: RuleCount) -> str:
    return f"| {escaped(named(one.rule))} | {one.severity} | {' | '.join(str(one.count(state)) for state in COLUMNS)} |"


def _by(name: str, groups: dict[str, list[Guarded]]) -> Iterator[str]:
    if set(groups) <= {""}:
        return
    columns = ("members", "checked", "clean", *STATES)
    yield ""
    yield from head((name, *(column.replace("_", " ") for column in columns)))
    for key, found in groups.items():
        counts = summary(found)
        yield f"| {escaped(key) or '(none)'} | {' | '.join(str(counts[column]) for column in columns)} |"
