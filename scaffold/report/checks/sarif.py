"""A check as SARIF 2.1.0, for code scanning: what fails, and what is waived as suppressed.

What passes is no result there. What could not be checked is a notification of the tool, since it is no breach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import scaffold
from scaffold.formats.shown import shown
from scaffold.report.checks.words import family, in_repository, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scaffold.guard.finding import Finding
    from scaffold.guard.rule import Rule
    from scaffold.guard.verdict import Verdict
    from scaffold.report.checked import Checked

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
PROBLEMS = {**LEVELS, "low": "recommendation"}  # as code scanning calls them
# What code scanning ranks security alerts by; it belongs to rules about security only.
SECURITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}
SECURE = ("CI", "SC", "SP")  # families that are about security as a whole
FRAMEWORKS = ("CWE", "CIS", "CKV", "PSS")  # references that make any other rule one about security


def sarif(checked: Checked) -> dict[str, Any]:
    """Return the log: one run of one tool."""
    id_ = f"scaffold/{quote(shown(checked.prefix))}".rstrip("/") + "/"
    return log([checked], id_, "The top of the repository.", lambda _, one: one.fingerprint)


def log(
    checks: Iterable[Checked], id_: str, root: str, fingerprint: Callable[[Checked, Finding], str]
) -> dict[str, Any]:
    """Return one run over several checks, whose paths are below the prefix of each and count from `root`, in words."""
    rules: dict[str, int] = {}
    verdicts: list[Verdict] = []
    results: list[dict[str, Any]] = []
    unknown: list[dict[str, Any]] = []
    for checked in checks:
        for verdict in checked.verdicts:
            index = rules.setdefault(verdict.rule.id, len(verdicts))
            verdicts += [verdict] if index == len(verdicts) else []
            for one in verdict.findings:
                if one.state == "unknown":
                    unknown.append(_notification(checked, index, one))
                else:
                    results.append(_result(checked, index, one, fingerprint(checked, one)))
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "scaffold",
                        "version": scaffold.__version__,
                        "rules": [_rule(verdict) for verdict in verdicts],
                    }
                },
                "automationDetails": {"id": id_},
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": unknown}],
                "originalUriBaseIds": {ROOT: {"description": {"text": root}}},
                "results": results,
            }
        ],
    }


def _rule(verdict: Verdict) -> dict[str, Any]:
    rule = verdict.rule
    why, fix = one_line(rule.rationale), one_line(rule.fix)
    refers = f"References: {', '.join(map(one_line, rule.references))}." if rule.references else ""
    said = {"**Why:** ": why, "**Fix:** ": fix, "": refers}
    secure = _is_about_security(rule)
    properties: dict[str, Any] = {
        "tags": [
            *(["security"] if secure else []),
            family(rule.id).lower().replace(" ", "-"),
            *map(one_line, rule.references),
        ],
        "precision": "very-high",
        "problem.severity": PROBLEMS[rule.severity],
    }
    if secure:
        properties["security-severity"] = SECURITY[rule.severity]
    return {
        "id": one_line(rule.id),
        "shortDescription": {"text": f"{_unlinked(one_line(rule.title))}."},
        "fullDescription": {"text": _unlinked(why or f"{one_line(rule.title)}.")},
        "help": {
            "text": _unlinked("\n".join(part for part in (why, fix, refers) if part) or one_line(rule.title)),
            "markdown": _unlinked(
                "\n\n".join(f"{head}{part}" for head, part in said.items() if part) or one_line(rule.id)
            ),
        },
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": properties,
    }


def _is_about_security(rule: Rule) -> bool:
    return rule.id.partition("-")[0] in SECURE or any(one.startswith(FRAMEWORKS) for one in rule.references)


def _result(checked: Checked, index: int, finding: Finding, fingerprint: str) -> dict[str, Any]:
    message = f"{one_line(finding.message)}. {one_line(finding.fix)}".strip()
    return {
        "ruleId": one_line(finding.rule),
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": _unlinked(message)},
        "locations": [_location(in_repository(checked, finding.path), finding.line)],
        "partialFingerprints": {"scaffold/v1": fingerprint},
        "suppressions": [_suppression(checked, finding)] if finding.state == "waived" else [],
    }


def _suppression(checked: Checked, finding: Finding) -> dict[str, Any]:
    waiver = checked.waiver_of(finding)
    suppression: dict[str, Any] = {"kind": "external", "status": "accepted"}
    if waiver is None:
        return suppression
    link = f" ({one_line(waiver.link)})" if waiver.link else ""
    reason = one_line(waiver.reason)
    said = f"{reason}{link}; until {waiver.expires}, approved by {one_line(waiver.approver)}"
    path = waiver.name.rpartition(":")[0]
    return suppression | {
        "justification": said,
        "location": _location(in_repository(checked, path), waiver.line),
    }


def _notification(checked: Checked, index: int, finding: Finding) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": {"text": _unlinked(f"{one_line(finding.rule)} could not be checked: {one_line(finding.message)}.")},
        "associatedRule": {"id": one_line(finding.rule), "index": index},
        "locations": [_location(in_repository(checked, finding.path), finding.line)] if finding.path else [],
    }


def _location(path: str, line: int | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(path), "uriBaseId": ROOT}}
    if line:
        physical["region"] = {"startLine": line}
    return {"physicalLocation": physical}


def uri(path: str) -> str:
    """Return a path as a relative URI: its bytes as git has them."""
    try:
        return quote(path, errors="surrogateescape")
    except UnicodeEncodeError:  # not from git, but from a text that holds half a character
        return quote(shown(path))


def _unlinked(text: str) -> str:
    """Return a text in which nothing is a link to a reader of SARIF."""
    return text.replace("](", "] (")
