"""A check for people: what fails first, grouped by rule, with why it matters and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.guard.finding import SEVERITIES
from scaffold.report.text import Line, Tone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.guard.check import Verdict
    from scaffold.guard.finding import Finding, State
    from scaffold.report.checked import Checked

SHOWN = 10  # findings of a rule that are listed
STANDINGS = {
    "lapsing": "lapses on {expires}",
    "expired": "has expired on {expires} and waives nothing",
    "unused": "waives nothing that is found: take it out",
}
TONES: dict[str, Tone] = {"critical": "bad", "high": "bad", "medium": "warn", "low": "warn"}


def text(checked: Checked) -> Iterator[Line]:
    """Say what fails and how it is mended, what is waived, what could not be checked, and how much passes."""
    yield Line(f"{checked.blueprint} {checked.version}: {_place(checked.checked)} of {checked.root}", "title")
    failing = sorted(_with("fail", checked), key=lambda verdict: SEVERITIES.index(verdict.rule.severity))
    for verdict in failing:
        yield Line("")
        yield from _failing(verdict)
    yield from _waived(checked)
    yield from _unknown(checked)
    yield from _warnings(checked)
    yield from (Line(f"  note: {note}", "warn") for note in checked.notes)
    yield Line("")
    yield _score(checked)


def _place(checked: str) -> str:
    return f"commit {checked[:10]}" if checked not in ("work tree", "index") else checked


def _with(state: str, checked: Checked) -> list[Verdict]:
    return [verdict for verdict in checked.verdicts if any(finding.state == state for finding in verdict.findings)]


def _failing(verdict: Verdict) -> Iterator[Line]:
    rule = verdict.rule
    yield Line(f"{rule.id} {rule.title} ({rule.severity})", TONES[rule.severity])
    findings = [finding for finding in verdict.findings if finding.state == "fail"]
    yield from _places(findings)
    yield Line(f"  why: {rule.rationale}", "dim")
    for fix in dict.fromkeys(finding.fix for finding in findings):
        yield Line(f"  fix: {fix}")


def _places(findings: list[Finding]) -> Iterator[Line]:
    for finding in findings[:SHOWN]:
        yield Line(f"  {place(finding)}{finding.message}")
    if len(findings) > SHOWN:
        yield Line(f"  and {len(findings) - SHOWN} more")


def place(finding: Finding) -> str:
    """Return where a finding is, to stand before its message."""
    if finding.path is None:
        return ""
    return f"{finding.path}:{finding.line}: " if finding.line else f"{finding.path}: "


def _waived(checked: Checked) -> Iterator[Line]:
    waived = [finding for finding in checked.findings if finding.state == "waived"]
    if waived:
        yield Line("")
        yield Line("Waived:", "title")
        for finding in waived:
            yield Line(f"  {finding.rule} {place(finding)}{finding.message} ({finding.waiver})", "dim")


def _unknown(checked: Checked) -> Iterator[Line]:
    """Say what could not be checked: what stands in the way of several rules once."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for finding in checked.findings:
        if finding.state == "unknown":
            reasons.setdefault((place(finding), finding.message), []).append(finding.rule)
    if reasons:
        yield Line("")
        yield Line("Could not be checked:", "title")
        for (where, message), rules in reasons.items():
            yield Line(f"  {', '.join(dict.fromkeys(rules))}: {where}{message}", "warn")


def _warnings(checked: Checked) -> Iterator[Line]:
    stood = [one for one in checked.waivers if one.state in STANDINGS]
    if stood:
        yield Line("")
    for one in stood:
        said = STANDINGS[one.state].format(expires=one.waiver.expires)
        yield Line(f"  {one.waiver.name}: the waiver of {one.waiver.rule} {said}", "warn")


def _score(checked: Checked) -> Line:
    passed, of = checked.score
    counts = checked.summary
    rest = [f"{counts[state]} {name}" for state, name in _RESTS if counts[state]]
    said = f"{passed} of {of} rules pass" + (f"; {', '.join(rest)}" if rest else "")
    return Line(said, "good" if not counts["fail"] else "bad")


_RESTS: Iterable[tuple[State, str]] = (
    ("fail", "fail"), ("waived", "waived"), ("unknown", "unknown"), ("not_applicable", "not applicable"),
)  # fmt: skip
