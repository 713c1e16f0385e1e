"""A check as JUnit XML, for the test tabs of CI servers: a suite a family, a test a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.formats.shown import shown
from scaffold.report.checks.words import (
    family,
    fixes,
    in_repository,
    named,
    one_line,
    place,
    until,
    worst_first,
)

if TYPE_CHECKING:
    from scaffold.guard.finding import Finding, State
    from scaffold.guard.verdict import Verdict
    from scaffold.report.checked import Checked

COUNTS: dict[str, tuple[State, ...]] = {"failures": ("fail",), "skipped": ("waived", "unknown", "not_applicable")}


def junit(checked: Checked) -> str:
    """Return the XML."""
    from xml.etree import ElementTree as ET

    families: dict[str, list[Verdict]] = {}
    for verdict in checked.verdicts:
        families.setdefault(family(verdict.rule.id), []).append(verdict)
    suites = ET.Element("testsuites", {"name": "scaffold check", **_counts(checked.verdicts)})
    for name, verdicts in families.items():
        suite = ET.SubElement(suites, "testsuite", {"name": name, **_counts(tuple(verdicts))})
        for verdict in verdicts:
            _case(checked, verdict, suite)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _counts(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    counted = {name: str(sum(verdict.state in states for verdict in verdicts)) for name, states in COUNTS.items()}
    return {"tests": str(len(verdicts)), "failures": counted["failures"], "errors": "0", "skipped": counted["skipped"]}


def _case(checked: Checked, verdict: Verdict, suite: Any) -> None:
    from xml.etree import ElementTree as ET

    rule = verdict.rule
    name = {"name": one_line(named(rule)), "classname": f"scaffold.{family(rule.id)}"}
    findings: dict[State, list[Finding]] = {}
    for one in verdict.findings:
        findings.setdefault(one.state, []).append(one)
    worst = worst_first(findings.get(verdict.state, []))
    if worst and worst[0].path:
        name["file"] = shown(in_repository(checked, worst[0].path))
    case = ET.SubElement(suite, "testcase", {**name, "time": "0"})
    if waived := findings.get("waived"):  # also where something else fails, so that no waiver is out of sight
        properties = ET.SubElement(case, "properties")
        for one in waived:
            said = f"{one.fingerprint} {place(one)}{one_line(one.message)} ({until(checked, one)})"
            ET.SubElement(properties, "property", {"name": "waived", "value": said})
    if verdict.state == "fail":
        more = f", and {len(worst) - 1} more" if len(worst) > 1 else ""
        message = {"message": f"{_said(worst[0])}{more}", "type": worst[0].severity}
        ET.SubElement(case, "failure", message).text = _body(verdict, worst)
    elif why := _skipped(checked, verdict, worst):
        ET.SubElement(case, "skipped", {"message": why}).text = "\n".join(map(_said, worst))


def _skipped(checked: Checked, verdict: Verdict, findings: list[Finding]) -> str:
    if verdict.state == "not_applicable":
        return f"not applicable: {one_line(verdict.why)}"
    if verdict.state == "unknown":
        return f"unknown: {_said(findings[0])}"
    if verdict.state == "waived":
        waiver = checked.waiver_of(findings[0])
        return f"{until(checked, findings[0])}: {one_line(waiver.reason)}" if waiver else "waived"
    return ""


def _body(verdict: Verdict, findings: list[Finding]) -> str:
    lines = [*map(_said, findings), f"why: {one_line(verdict.rule.rationale)}"]
    return "\n".join([*lines, *(f"fix: {fix}" for fix in fixes(findings))])


def _said(finding: Finding) -> str:
    return f"{place(finding)}{one_line(finding.message)}"
