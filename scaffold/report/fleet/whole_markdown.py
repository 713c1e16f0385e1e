"""The report on a fleet as Markdown: its tables, for a summary or a wiki."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.report.checks.words import named
from scaffold.report.fleet import status_markdown
from scaffold.report.fleet.guarded import rules
from scaffold.report.fleet.status_markdown import MESSAGE, folded, head
from scaffold.report.fleet.whole import by_whom, exceptions, stuck
from scaffold.report.marked import code, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.report.fleet.guarded import FleetChecked
    from scaffold.report.fleet.whole import Carried, FleetReport

ROWS = 20  # of a table that is not of the fleet's owners, missions and versions


def markdown(report: FleetReport) -> str:
    """Return the document."""
    return status_markdown.markdown(report.status) + "".join(f"{line}\n" for line in _more(report))


def _more(report: FleetReport) -> Iterator[str]:
    if report.checked is not None:
        yield from _rules(report.checked)
    for one in report.carried:
        yield from _carried(one)
    found = exceptions(report.status)
    if found:
        yield from ("", f"### Waivers: {len(found):,}", "")
        rows = ((one.stood.waiver.rule, str(one.stood.waiver.expires), one.stood.state, one.member.name,
                 one.member.owner, one.stood.waiver.reason) for one in found)  # fmt: skip
        yield from _table(("rule", "ends", "state", "member", "owner", "reason"), rows)


def _rules(checked: FleetChecked) -> Iterator[str]:
    failing = sorted((one for one in rules(checked) if one.count("fail")), key=lambda one: -one.count("fail"))
    yield from ("", f"### Rules that fail: {len(failing):,}", "")
    rows = ((named(one.rule), one.severity, *(str(one.count(state)) for state in ("fail", "waived", "unknown", "pass")))
            for one in failing)  # fmt: skip
    yield from _table(("rule", "severity", "fail", "waived", "unknown", "pass"), rows)


def _carried(one: Carried) -> Iterator[str]:
    aims = ", ".join(f"{aim.blueprint} {aim.version}" for aim in one.plan.aims)
    state = one.told.rollout.state if one.told else "a plan"
    yield from ("", f"### Rollout to {escaped(aims) or 'nothing'}: {state}", "")
    counts = one.told.rollout.counts() if one.told else one.plan.counts()
    yield ", ".join(f"{count:,} {word}" for word, count in counts.items() if count) + f", in {code(one.folder)}."
    if one.told and one.told.rollout.why:
        yield from ("", escaped(one.told.rollout.why, MESSAGE))
    found = stuck(one)
    if found:
        yield ""
        rows = ((who, str(sum(kinds.values())), ", ".join(f"{what} {count:,}" for what, count in kinds.items()))
                for who, kinds in by_whom(found).items())  # fmt: skip
        yield from _table(("waits on", "members", "for what"), rows)
        lines = [
            f"- {escaped(each.name)}: {each.what}, on {escaped(', '.join(each.on))} {escaped(each.why, MESSAGE)}"
            for each in found[:ROWS]
        ]
        yield from folded("What is stuck", lines + [f"- and {len(found) - ROWS:,} more"] * (len(found) > ROWS))


def _table(columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield from head(columns)
    every = list(rows)
    yield from (f"| {' | '.join(escaped(cell, MESSAGE) for cell in row)} |" for row in every[:ROWS])
    if len(every) > ROWS:
        yield from ("", f"And {len(every) - ROWS:,} more.")
