"""A check as a code quality report of GitLab, which shows what a merge request brings and mends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.formats.shown import shown
from scaffold.report.checks.words import (
    in_repository,
    one_line,
    until,
    worst_first,
)

if TYPE_CHECKING:
    from scaffold.guard.finding import Finding
    from scaffold.report.checked import Checked

SEVERITIES = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}


def gitlab(checked: Checked) -> list[dict[str, Any]]:
    """Return one entry a finding, the worst first; what is waived or could not be checked is for information."""
    return [_entry(checked, finding) for finding in worst_first(checked.findings)]


def _entry(checked: Checked, finding: Finding) -> dict[str, Any]:
    message = one_line(finding.message)
    said = {
        "fail": f"{message}. {one_line(finding.fix)}".strip(),
        "waived": f"{until(checked, finding)}: {message}",
        "unknown": f"could not be checked: {message}",
    }
    return {
        "description": said[finding.state],
        "check_name": one_line(finding.rule),
        # several projects of one repository may hold the same finding
        "fingerprint": f"{shown(checked.prefix)}:{finding.fingerprint}" if checked.prefix else finding.fingerprint,
        "severity": SEVERITIES[finding.severity] if finding.state == "fail" else "info",
        "location": {"path": shown(in_repository(checked, finding.path)), "lines": {"begin": finding.line or 1}},
    }
