"""A check for people: what fails first, grouped by rule, with why it matters and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.formats.shown import shown
from scaffold.report.checks.words import (
    failing,
    fixes,
    lacking,
    named,
    one_line,
    place,
    score,
    unknown,
    with_state,
)
from scaffold.report.text import Line, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.guard.finding import Finding
    from scaffold.guard.verdict import Verdict
    from scaffold.report.checked import Checked

SHOWN = 10  # findings of a rule that are listed
STANDINGS = {
    "lapsing": "lapses on {expires}",
    "expired": "has expired on {expires} and waives nothing",
    "unused": "waives nothing that is found: take it out",
}
UNBOUND = "is bound to no content, and holds for any edit until {expires}: scaffold waive writes one that is"
TONES: dict[str, Tone] = {"critical": "bad", "high": "bad", "medium": "warn", "low": "warn"}


def text(checked: Checked, *, every: bool = False) -> Iterator[Line]:
    """Say what fails and how it is mended, what is waived, what could not be checked, and how much passes.

    With `every` also which rules do not apply, and why.
    """
    for line in _lines(checked, every=every):
        yield line._replace(text=shown(line.text).replace("\n", " "))


def _lines(checked: Checked, *, every: bool) -> Iterator[Line]:
    yield Line(f"{checked.blueprint} {checked.version}: {_what(checked.checked)} of {checked.root}", "title")
    if checked.policy is not None:
        yield Line(f"held against {checked.policy.written} ({checked.policy.said})", "dim")
    for verdict, findings in failing(checked):
        yield Line("")
        yield from _failing(verdict, findings)
    yield from _waived(checked)
    yield from _unknown(checked)
    yield from _warnings(checked)
    if checked.notes:
        yield Line("")
    yield from (Line(f"  note: {note}", "warn") for note in checked.notes)
    yield Line("")
    told = list(lacking(checked))
    if every or not checked.score[1]:
        yield from (Line(said, "dim") for said in told)
    elif told:
        yield Line(f"{told[0]} --all lists them", "dim")
    yield Line(score(checked), "bad" if checked.summary["fail"] else "warn" if not checked.score[1] else "good")


def _what(checked: str) -> str:
    return f"commit {checked[:10]}" if checked not in ("work tree", "index") else checked


def _failing(verdict: Verdict, findings: list[Finding]) -> Iterator[Line]:
    rule = verdict.rule
    severity = findings[0].severity
    yield Line(f"{named(rule)} ({severity})", TONES[severity])
    todo = fixes(findings)
    for finding in findings[:SHOWN]:
        yield Line(f"  {place(finding)}{_judged(verdict, finding)}{one_line(finding.message)}")
        if len(todo) > 1:
            yield Line(f"    fix: {one_line(finding.fix)}")
    if len(findings) > SHOWN:
        yield Line(f"  and {len(findings) - SHOWN} more")
    if rule.rationale:
        yield Line(f"  why: {one_line(rule.rationale)}", "dim")
    if len(todo) == 1:
        yield Line(f"  fix: {todo[0]}")


def _judged(verdict: Verdict, finding: Finding) -> str:
    """Return what an outside judge calls the rule."""
    name = finding.rule.removeprefix(f"{verdict.rule.id}/")
    return "" if finding.rule == verdict.rule.id else f"{one_line(name)} ({finding.severity}): "


def _waived(checked: Checked) -> Iterator[Line]:
    waived = with_state("waived", checked)
    if waived:
        yield Line("")
        yield Line("Waived:", "title")
    for finding in waived:
        waiver = checked.waiver_of(finding)
        by = f"until {waiver.expires}, {waiver.name}" if waiver else finding.waiver
        yield Line(f"  {finding.rule} {place(finding)}{one_line(finding.message)} ({by})", "dim")


def _unknown(checked: Checked) -> Iterator[Line]:
    reasons = unknown(checked)
    if reasons:
        yield Line("")
        yield Line("Could not be checked:", "title")
    for (path, line, message), rules in reasons.items():
        where = "" if path is None else f"{one_line(path)}:{line}: " if line else f"{one_line(path)}: "
        yield Line(f"  {', '.join(rules)}: {where}{one_line(message)}", "warn")


def _warnings(checked: Checked) -> Iterator[Line]:
    stood = list(warnings(checked))
    if stood:
        yield from (Line(""), Line("Waivers to look at:", "title"))
        yield from (Line(f"  {said}", "warn") for said in stood)


def warnings(checked: Checked) -> Iterator[str]:
    """Say which waivers lapse soon, have expired, waive nothing, or are for any content."""
    for one in checked.waivers:
        if one.state in STANDINGS:
            said = STANDINGS[one.state].format(expires=one.waiver.expires)
            yield f"{one.waiver.name}: the waiver of {one_line(one.waiver.rule)} {said}"
        elif one.waiver.is_unbound:
            yield f"{one.waiver.name}: the waiver of {one.waiver.rule} {UNBOUND.format(expires=one.waiver.expires)}"
