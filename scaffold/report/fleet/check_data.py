"""The check of a fleet as JSON, CSV and SARIF; `scaffold schema fleet-check` prints the schema of the first."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from scaffold.guard.finding import STATES
from scaffold.report.checks import data as of_one
from scaffold.report.checks import sarif as of_tools
from scaffold.report.fleet.guarded import rules, summary
from scaffold.report.fleet.status_data import cell

if TYPE_CHECKING:
    from scaffold.report.fleet.guarded import FleetChecked, Guarded, RuleCount

COLUMNS = (
    "name", "repository", "prefix", "commit", "owner", "mission", "blueprint", "version", "rule", "severity", "state",
    "path", "line", "message", "fix", "fingerprint", "waiver",
)  # fmt: skip
TOP = "The folder that would hold each member under its name."


def data(result: FleetChecked) -> dict[str, Any]:
    """Return the report of `scaffold fleet check`."""
    return {
        "fleet": result.file,
        "where": result.where,
        "policy": result.policy and of_one.policy(result.policy),
        "rules": [_rule(one) for one in rules(result)],
        "projects": [_project(one) for one in result.members],
        "summary": {
            **summary(result.members),
            "owners": {name: summary(found) for name, found in result.by(lambda one: one.owner).items()},
            "missions": {name: summary(found) for name, found in result.by(lambda one: one.mission).items()},
        },
        "notes": list(result.notes),
    }


def _rule(one: RuleCount) -> dict[str, Any]:
    rule = one.rule
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": one.severity,
        "rationale": rule.rationale,
        "fix": rule.fix,
        "references": list(rule.references),
        **{state: one.count(state) for state in STATES},
        "failing": one.names["fail"],
        "waiving": one.names["waived"],
        "unchecked": one.names["unknown"],
    }


def _project(one: Guarded) -> dict[str, Any]:
    stands, checked = one.standing, one.checked
    passed, of = checked.score if checked else (0, 0)
    return {
        "name": stands.name,
        "repository": stands.repository,
        "prefix": stands.prefix,
        "commit": stands.commit or None,
        "owner": stands.owner,
        "mission": stands.mission,
        "labels": dict(stands.labels),
        "blueprint": stands.blueprint or None,
        "version": stands.status.version if stands.status else None,
        "states": list(stands.states),
        "findings": [of_one.finding(finding) for finding in checked.findings] if checked else [],
        "waivers": [of_one.waiver(stood) for stood in checked.waivers] if checked else [],
        "summary": dict(checked.summary) if checked else None,
        "score": {"passed": passed, "of": of} if checked else None,
        "why": one.why_not,
        "stale": stands.stale,
        "notes": list(checked.notes) if checked else [],
    }


def table(result: FleetChecked) -> str:
    """Return the findings as CSV (RFC 4180), a line each; who could not be checked has one line too."""
    out = StringIO()
    rows = csv.DictWriter(out, COLUMNS)
    rows.writeheader()
    for one in result.members:
        project = _project(one)
        lines = project["findings"] if one.checked else [{"state": "unknown", "message": one.why_not}]
        for line in lines:
            cells = {**project, **line}
            rows.writerow({key: cell(cells.get(key)) for key in COLUMNS})
    return out.getvalue()


def sarif(result: FleetChecked) -> dict[str, Any]:
    """Return one run, whose paths begin with the names of the members."""
    checks = (checked._replace(prefix=name) for name, checked in result.checks)
    made = of_tools.log(checks, "scaffold/fleet/", TOP, lambda checked, one: f"{one.fingerprint}/{checked.prefix}")
    notices = made["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    notices += [
        {"level": "error", "message": {"text": f"{one.standing.name} could not be checked: {one.why_not}."}}
        for one in result.unchecked
    ]
    return made
