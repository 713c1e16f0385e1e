"""A check as Markdown, for a pull request or the summary of a step: a table first, the rest folded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scaffold.report.checks.text import warnings
from scaffold.report.checks.words import (
    failing,
    fixes,
    idle,
    in_repository,
    named,
    one_line,
    score,
    unknown,
    with_state,
    worst_first,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.guard.finding import Finding
    from scaffold.guard.verdict import Verdict
    from scaffold.report.checked import Checked

# GitHub takes 65,536 characters: what each part may come to, with what is left for headings.
TABLE, MENDING, WAIVED, UNKNOWN, WARNINGS = 24_000, 15_000, 8_000, 5_000, 3_000
MESSAGE, PATH, FIXES = 300, 150, 10  # characters of one that are shown, and fixes of a rule
ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;", "$": "&#36;"}
# What stays as it is: code. What is escaped: markup. What would call people, or name an issue: is kept apart.
SPECIAL = re.compile(r"`[^`|]+`|[\\`*_\[\]<>|~&$]|@(?=\w)|#(?=\d)|(?<=\bGH)-(?=\d)", re.IGNORECASE)
PLAIN = re.compile(r"[\w./+@=:,$ -]+")


def markdown(checked: Checked) -> str:
    """Return the document."""
    return "".join(f"{line}\n" for line in _lines(checked))


def _lines(checked: Checked) -> Iterator[str]:
    what = checked.checked[:10] if " " not in checked.checked else checked.checked
    where = f", {_code(checked.prefix)}" if checked.prefix else ""
    yield f"### Guardrails: {score(checked)}"
    yield ""
    yield f"{_text(f'{checked.blueprint} {checked.version}')}, {what}{where}{_held(checked)}"
    failed = failing(checked)
    if failed:
        found = worst_first(finding for _, findings in failed for finding in findings)
        yield from ("", "| rule | severity | where | what |", "|---|---|---|---|")
        yield from _within(TABLE, (_row(checked, finding) for finding in found), len(found))
        yield from _folded("Why, and how it is mended", MENDING, [_mending(*one) for one in failed])
    waived = [_waived(checked, finding) for finding in with_state("waived", checked)]
    yield from _folded(f"Waived: {len(waived)}", WAIVED, waived)
    reasons = [
        f"- {_text(', '.join(rules), MESSAGE)}: {_where(checked, path, line)} {_text(message, MESSAGE)}"
        for (path, line, message), rules in unknown(checked).items()
    ]
    yield from _folded(f"Could not be checked: {len(reasons)}", UNKNOWN, reasons)
    number = sum(map(len, idle(checked).values()))
    blocks = [f"- {_text(why, MESSAGE)}: {', '.join(map(_text, ids))}" for why, ids in idle(checked).items()]
    yield from _folded(f"Does not apply: {number}", UNKNOWN, blocks)
    yield from _folded("Waivers to look at", WARNINGS, [f"- {_text(one, MESSAGE)}" for one in warnings(checked)])
    for note in checked.notes:
        yield from ("", f"Note: {_text(note, MESSAGE)}")


def _held(checked: Checked) -> str:
    return f", held against {_text(checked.policy.written)}" if checked.policy is not None else ""


def _row(checked: Checked, finding: Finding) -> str:
    where = _where(checked, finding.path, finding.line)
    return f"| {_text(finding.rule)} | {finding.severity} | {where} | {_text(finding.message, MESSAGE)} |"


def _mending(verdict: Verdict, findings: list[Finding]) -> str:
    rule = verdict.rule
    refers = f" ({_text(', '.join(rule.references), MESSAGE)})" if rule.references else ""
    lines = [f"- **{_text(named(rule), MESSAGE)}**{refers}"]
    lines += [f"  - why: {_text(rule.rationale, MESSAGE)}"] if rule.rationale else []
    return "\n".join([*lines, *(f"  - fix: {_text(fix, MESSAGE)}" for fix in fixes(findings)[:FIXES])])


def _waived(checked: Checked, finding: Finding) -> str:
    waiver = checked.waiver_of(finding)
    by = f": until {waiver.expires}, {_text(waiver.reason, MESSAGE)}; {_text(waiver.approver, PATH)}" if waiver else ""
    where = _where(checked, finding.path, finding.line)
    return f"- {_text(finding.rule)} {where} {_text(finding.message, MESSAGE)}{by}"


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
    return _code(in_repository(checked, path)) + (f":{line}" if line else "")


def _code(path: str) -> str:
    line = one_line(path)
    line = line if len(line) <= PATH else f"…{line[1 - PATH :]}"  # a file's name is at its end
    return f"`{line}`" if PLAIN.fullmatch(line) and line == line.strip() else _text(line)


def _text(text: str, most: int = 0) -> str:
    """Return a text that is only text there, code in backticks apart, in a table too."""
    return SPECIAL.sub(_escaped, one_line(text, most))


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) > 1:
        return found
    return f"{found}&#8203;" if found in "@#-" else ENTITIES.get(found, f"\\{found}")
