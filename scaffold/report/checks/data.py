"""A check as JSON; `scaffold schema check` prints its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.errors import without_credentials

if TYPE_CHECKING:
    from scaffold.guard.finding import Finding
    from scaffold.guard.policy import Policy
    from scaffold.guard.verdict import Verdict
    from scaffold.guard.waivers import Stood
    from scaffold.report.checked import Checked


def data(checked: Checked) -> dict[str, Any]:
    """Return the check with stable keys."""
    passed, of = checked.score
    return {
        "path": str(checked.root),
        "prefix": checked.prefix,
        "blueprint": checked.blueprint,
        "version": checked.version,
        "checked": checked.checked,
        "findings": [finding(one) for one in checked.findings],
        "rules": [_rule(verdict) for verdict in checked.verdicts],
        "waivers": [waiver(stood) for stood in checked.waivers],
        "summary": dict(checked.summary),
        "score": {"passed": passed, "of": of},
        "notes": list(checked.notes),
        "policy": None if checked.policy is None else policy(checked.policy),
    }


def policy(one: Policy) -> dict[str, Any]:
    """Return a one."""
    version = None if one.version is None else str(one.version)
    return {"library": without_credentials(one.library), "version": version, "said": one.said}


def finding(one: Finding) -> dict[str, Any]:
    """Return a finding."""
    return {
        "rule": one.rule,
        "severity": one.severity,
        "state": one.state,
        "path": one.path,
        "line": one.line,
        "key": one.key,
        "message": one.message,
        "fix": one.fix,
        "fingerprint": one.fingerprint,
        "waiver": one.waiver,
    }


def _rule(verdict: Verdict) -> dict[str, Any]:
    rule = verdict.rule
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "state": verdict.state,
        "why": verdict.why,
        "rationale": rule.rationale,
        "fix": rule.fix,
        "references": list(rule.references),
    }


def waiver(stood: Stood) -> dict[str, Any]:
    """Return a waiver and how it stands."""
    one = stood.waiver
    return {
        "rule": one.rule,
        "scope": one.scope,
        "content": list(one.content),
        "reason": one.reason,
        "owner": one.owner,
        "approver": one.approver,
        "created": str(one.created),
        "expires": str(one.expires),
        "link": one.link,
        "state": stood.state,
        "line": one.line,
    }
