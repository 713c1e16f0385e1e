"""A check as Markdown, for a pull request or the summary of a step: a table first, the rest folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.report.checks.text import warnings
from scaffold.report.checks.words import (
    failing,
    fixes,
    idle,
    in_repository,
    named,
    score,
    unknown,
    with_state,
    worst_first,
)
from scaffold.report.marked import PATH, code, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.guard.finding import Finding
    from scaffold.guard.verdict import Verdict
    from scaffold.report.checked import Checked

# GitHub takes 65,536 characters: what each part may come to, with what is left for headings.
TABLE, MENDING, WAIVED, UNKNOWN, WARNINGS = 24_000, 15_000, 8_000, 5_000, 3_000
MESSAGE, FIXES = 300, 10  # characters of one that are shown, and fixes of a rule


def markdown(checked: Checked) -> str:
    """Return the document."""
    return "".join(f"{line}\n" for line in _lines(checked))


def _lines(checked: Checked) -> Iterator[str]:
    what = checked.checked[:10] if " " not in checked.checked else checked.checked
    where = f", {code(checked.prefix)}" if checked.prefix else ""
    yield f"### Guardrails: {score(checked)}"
    yield ""
    yield f"{escaped(f'{checked.blueprint} {checked.version}')}, {what}{where}{_held(checked)}"
    failed = failing(checked)
    if failed:
        found = worst_first(finding for _, findings in failed for finding in findings)
        yield from ("", "| rule | severity | where | what |", "|---|---|---|---|")
        yield from _within(TABLE, (_row(checked, finding) for finding in found), len(found))
        yield from _folded("Why, and how it is mended", MENDING, [_mending(*one) for one in failed])
    waived = [_waived(checked, finding) for finding in with_state("waived", checked)]
    yield from _folded(f"Waived: {len(waived)}", WAIVED, waived)
    reasons = [
        f"- {escaped(', '.join(rules), MESSAGE)}: {_where(checked, path, line)} {escaped(message, MESSAGE)}"
        for (path, line, message), rules in unknown(checked).items()
    ]
    yield from _folded(f"Could not be checked: {len(reasons)}", UNKNOWN, reasons)
    number = sum(map(len, idle(checked).values()))
    blocks = [f"- {escaped(why, MESSAGE)}: {', '.join(map(escaped, ids))}" for why, ids in idle(checked).items()]
    yield from _folded(f"Does not apply: {number}", UNKNOWN, blocks)
    yield from _folded("Waivers to look at", WARNINGS, [f"- {escaped(one, MESSAGE)}" for one in warnings(checked)])
    for note in checked.notes:
        yield from ("", f"Note: {escaped(note, MESSAGE)}")


def _held(checked: Checked) -> str:
    return f", held against {escaped(checked.policy.written)}" if checked.policy is not None else ""


def _row(checked: Checked, finding: Finding) -> str:
    where = _where(checked, finding.path, finding.line)
    return f"| {escaped(finding.rule)} | {finding.severity} | {where} | {escaped(finding.message, MESSAGE)} |"


def _mending(verdict: Verdict, findings: list[Finding]) -> str:
    rule = verdict.rule
    refers = f" ({escaped(', '.join(rule.references), MESSAGE)})" if rule.references else ""
    lines = [f"- **{escaped(named(rule), MESSAGE)}**{refers}"]
    lines += [f"  - why: {escaped(rule.rationale, MESSAGE)}"] if rule.rationale else []
    return "\n".join([*lines, *(f"  - fix: {escaped(fix, MESSAGE)}" for fix in fixes(findings)[:FIXES])])


def _waived(checked: Checked, finding: Finding) -> str:
    waiver = checked.waiver_of(finding)
    by = (
        f": until {waiver.expires}, {escaped(waiver.reason, MESSAGE)}; {escaped(waiver.approver, PATH)}"
        if waiver
        else ""
    )
    where = _where(checked, finding.path, finding.line)
    return f"- {escaped(finding.rule)} {where} {escaped(finding.message, MESSAGE)}{by}"


def _folded(summary: str, room: int, blocks: list[str]) -> Iterator[str]:
    if blocks:
        yield from ("", "<details>", f"<summary>{summary}</summary>", "")
        yield from _within(room, blocks, len(blocks))
        yield from ("", "</details>")


def _within(room: int, blocks: Iterable[str], number: int) -> Iterator[str]:
    """Yield blocks as long as there is room, and say how many are left out."""
    for shown, block in enumerate(blocks):
        room -= len(block) + 1
        if room < 0:
            yield from ("", f"And {number - shown} more, which `scaffold check` lists.")
            return
        yield block


def _where(checked: Checked, path: str | None, line: int | None) -> str:
    if path is None:
        return ""
    return code(in_repository(checked, path)) + (f":{line}" if line else "")
