"""Results as plain data for `--format json`; the keys are promises: more may come, none is renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a report needs the types of what it words, not the modules
    from scaffold.plan.actions import Plan
    from scaffold.report.results import (
        Adopted,
        Continued,
        Diff,
        Explanation,
        Freed,
        LibraryMade,
        Listed,
        Owned,
        Published,
        Released,
        Resolved,
        Shown,
        Stamped,
        Started,
        Undone,
        Updated,
        Withdrawn,
    )
    from scaffold.report.standing import Status


def new(result: Stamped) -> dict[str, Any]:
    """Return the report of `scaffold new`."""
    return {
        "path": str(result.root),
        "blueprint": result.blueprint,
        "version": result.version,
        "source": result.source,
        "commit": result.commit,
        "files": list(result.files),
        "ownership": dict(result.owners),
        "repository": result.repository,
        "applied": result.applied,
        **changed(result.plan),
        "next_steps": list(result.next_steps),
        "notes": list(result.notes),
        **({"published": publish(result.published)} if result.published else {}),
    }


def publish(result: Published) -> dict[str, Any]:
    """Return the report of `scaffold publish`."""
    return {
        "path": str(result.root),
        "address": result.address,
        "web": result.web,
        "branch": result.branch,
        "commit": result.commit,
        "made": result.made,
        "remote_added": result.added,
        "pushed": result.pushed,
        "settings": [
            {
                "setting": one.setting,
                "wanted": list(one.wanted) if isinstance(one.wanted, tuple) else one.wanted,
                "outcome": one.outcome,
                "why": one.why,
            }
            for one in result.settings
        ],
        "missing": [{"what": what, "why": why} for what, why in result.missing],
        "notes": list(result.notes),
    }


def changed(plan: Plan) -> dict[str, Any]:
    """Return what a plan changes, and what it leaves to decide."""
    changes = [action for action in plan.changes if action.verb != "conflict"]
    return {
        "changed": [{"path": action.path, "action": action.verb, "why": action.why} for action in changes],
        "conflicts": [{"path": action.path, "reason": action.why} for action in plan.conflicts],
    }


def update(result: Updated) -> dict[str, Any]:
    """Return the report of `scaffold update`."""
    plan = result.plan
    return {
        "path": str(result.root),
        "blueprint": plan.lock_after.blueprint,
        "from": plan.lock_before.version,
        "to": plan.lock_after.version,
        "applied": result.applied,
        "up_to_date": result.up_to_date,
        **changed(plan),
        "drift_replaced": drift_replaced(plan),
        "kept": [{"path": a.path, "action": a.verb, "why": a.why} for a in plan if not a.changes],
        "decided_before": [
            {"path": a.path, "taken": one.taken, "version": one.version} for a in plan for one in a.decided
        ],
        "waived": [{"path": action.path, "waiver": action.waiver} for action in plan.waived],
        "offers": [{"from": offer.path, "to": offer.to} for offer in plan.offers],
        "commit": result.commit,
        "branch": result.branch,
        "rerere": list(result.rerere),
        "next_steps": list(result.next_steps),
        "notes": list(result.notes),
    }  # fmt: skip


def update_continue(result: Continued) -> dict[str, Any]:
    """Return the report of `scaffold update --continue`."""
    return {
        "path": str(result.root),
        "continued": result.what,
        "resolved": list(result.resolved),
        "conflicts": [{"path": c.path, "line": c.line, "reason": c.reason} for c in result.conflicts],
        "commit": result.commit,
        "branch": result.branch,
        "notes": list(result.notes),
    }


def resolve(result: Resolved) -> dict[str, Any]:
    """Return the report of `scaffold resolve`."""
    return {
        "path": str(result.root),
        "side": result.side,
        "files": [
            {"path": file.path, "places": file.conflicts, "whole": file.whole, "deleted": file.deleted}
            for file in result.files
        ],
        "conflicts": [{"path": path} for path in result.conflicts],
    }


def drift_replaced(plan: Plan) -> list[dict[str, Any]]:
    """Return the locked files and keys that are put back."""
    return [{"path": action.path, "key": key or None} for action in plan for key in action.drift]


def status(result: Status) -> dict[str, Any]:
    """Return the report of `scaffold status`."""
    return {
        "path": str(result.root),
        "blueprint": result.blueprint,
        "source": result.source,
        "version": result.version,
        "latest": result.latest,
        "behind": result.behind,
        "ahead": result.ahead,
        "withdrawn": result.withdrawn or None,
        "interrupted": result.interrupted or None,
        "uncommitted": result.uncommitted or None,
        "drift": [{"path": drift.path, "kind": drift.kind, "key": drift.key} for drift in result.drift],
        "conflicts": [{"path": path} for path in result.conflicts],
        "edited_answers": list(result.edited_answers),
        "own": list(result.own),
        "missing": list(result.missing),
        "unlike": list(result.unlike),
        "waivers": [
            {
                "rule": one.waiver.rule,
                "scope": one.waiver.scope,
                "expires": str(one.waiver.expires),
                "state": one.state,
            }
            for one in result.waivers
        ],
        "paused": result.paused and {"until": str(result.paused.until), "reason": result.paused.reason},
        "offered": [offer._asdict() for offer in result.offers],
        "state": result.state,
        "notes": list(result.notes),
    }


def own(result: Owned) -> dict[str, Any]:
    """Return the report of `scaffold own`."""
    return {
        "path": str(result.root),
        "files": list(result.files),
        "own": list(result.own),
        "back": result.back,
        "locked_keys": list(result.held),
    }


def diff(result: Diff) -> dict[str, Any]:
    """Return the report of `scaffold diff`."""
    return {
        "path": str(result.root),
        "old": result.old,
        "new": result.new,
        "files": [
            {"path": file.path, "ownership": file.ownership, "what": file.what, "diff": file.text}
            for file in result.files
        ],
        "notes": list(result.notes),
    }


def undo(result: Undone) -> dict[str, Any]:
    """Return the report of `scaffold undo`."""
    return {
        "path": str(result.root),
        "undone": result.what,
        "files": list(result.paths),
        "removed": result.removed,
        "notes": list(result.notes),
    }


def explain(result: Explanation) -> dict[str, Any]:
    """Return the report of `scaffold explain`."""
    return {
        "path": result.path,
        "blueprint": result.blueprint,
        "version": result.version,
        "template": result.template,
        "ownership": result.ownership,
        "own": result.own,
        "meaning": result.meaning,
        "state": result.state,
        "keys": dict(result.keys),
        "line": result.line,
        "line_from": result.line_from,
        "decided_before": [{"taken": one.taken, "version": one.version} for one in result.decided],
        "rules": [{"id": id_, "title": title} for id_, title in result.rules.items()],
    }


def blueprint_list(result: tuple[Listed, ...]) -> dict[str, Any]:
    """Return the report of `scaffold blueprint list`."""
    return {
        "blueprints": [
            {
                "name": listed.name,
                "version": listed.version,
                "title": listed.title,
                "lifecycle": listed.lifecycle,
                "versions": list(listed.versions),
            }
            for listed in result
        ]
    }


def blueprint_show(result: Shown) -> dict[str, Any]:
    """Return the report of `scaffold blueprint show`."""
    return {
        "name": result.name,
        "version": result.version,
        "title": result.title,
        "description": result.description,
        "owners": list(result.owners),
        "lifecycle": result.lifecycle,
        "commit": result.commit,
        "layers": list(result.layers),
        "versions": list(result.versions),
        "questions": {name: dict(known) for name, known in result.questions.items()},
        "ownership": dict(result.ownership),
        "code": list(result.code),
    }


def blueprint_release(result: Released) -> dict[str, Any]:
    """Return the report of `scaffold blueprint release`."""
    return {
        "path": str(result.root),
        "name": result.name,
        "from": result.previous,
        "to": result.version,
        "tag": result.tag,
        "commit": result.commit or None,
        "notes": list(result.notes),
        "level": result.level,
        "changes": [one._asdict() for one in result.changes],
        "applied": result.applied,
        "signed": result.signed,
    }


def blueprint_new(result: Started) -> dict[str, Any]:
    """Return the report of `scaffold blueprint new`."""
    return {
        "path": str(result.root),
        "name": result.name,
        "files": list(result.files),
        "questions": dict(result.questions),
        "left": list(result.left),
        "notes": list(result.notes),
        "applied": result.applied,
    }


def blueprint_withdraw(result: Withdrawn) -> dict[str, Any]:
    """Return the report of `scaffold blueprint withdraw`."""
    return {
        "path": str(result.root),
        "name": result.name,
        "version": result.version,
        "reason": result.reason,
        "commit": result.commit,
        "instead": result.instead,
    }


def library_init(result: LibraryMade) -> dict[str, Any]:
    """Return the report of `scaffold library init`."""
    return {"path": str(result.root), "tags": list(result.tags)}


def fleet_clean(result: Freed) -> dict[str, Any]:
    """Return the report of `scaffold fleet clean`."""
    return {"mirrors": result.mirrors, "bytes": result.bytes, "applied": result.applied}


def adopt(result: Adopted) -> dict[str, Any]:
    """Return the report of `scaffold adopt`."""
    return {
        "path": str(result.root),
        "origin": result.origin or None,
        "blueprint": result.blueprint,
        "source": result.source,
        "version": result.version,
        "answers": dict(result.answers),
        "files": list(result.files),
        "edited": list(result.edited),
        "own": list(result.own),
        "deleted": list(result.deleted),
        "missing": list(result.missing),
        "removed": list(result.removed),
        "fits": [
            {
                "blueprint": fit.blueprint,
                "version": fit.version,
                "score": round(fit.score, 4),
                "present": round(fit.present, 4),
                "lines": round(fit.lines, 4),
                "answers": dict(fit.answers),
            }
            for fit in result.fits
        ],
        "kept_copier": result.kept_copier,
        "proposed": result.proposed,
        "applied": result.applied,
        "commit": result.commit,
        "notes": list(result.notes),
    }
