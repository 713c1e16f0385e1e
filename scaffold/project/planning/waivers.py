"""What of the platform's own files a project may have otherwise for now, by its waivers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from scaffold.blueprint.guardrails import Guardrails
from scaffold.guard import waivers
from scaffold.guard.catalogue import LOCKED
from scaffold.guard.looking import look_with
from scaffold.guard.verdict import judge
from scaffold.plan.actions import Plan, Waived
from scaffold.project.opening import Project
from scaffold.project.snapshots import view as view_of
from scaffold.tree import File

OWNED = (LOCKED["LK-01"], LOCKED["LK-02"])


def waived(project: Project, today: date | None = None) -> Mapping[str, Waived]:
    """Return what waivers that hold `today` allow, by path; empty where there are none."""
    view = view_of(project)
    if waivers.PATH not in view.snapshot.modes:
        return {}
    guardrails = view.lock.guardrails or Guardrails()
    looked = [look_with(rule, rule.parameters, view.snapshot, view.lock) for rule in OWNED]
    content = view.snapshot.fetch(waivers.PATH)
    judged = judge(looked, content, guardrails, today or datetime.now(UTC).date())
    ends = {stood.waiver.name: stood.waiver.expires for stood in judged.waivers}
    found: dict[str, Waived] = {}
    for finding in (finding for verdict in judged.verdicts for finding in verdict.findings):
        if finding.waiver is not None and finding.path is not None:
            before = found.get(finding.path, Waived("", whole=False))
            keys = before.keys | ({finding.key} if finding.key else set())
            waiver = f"{finding.waiver}, until {ends[finding.waiver]}"
            found[finding.path] = Waived(waiver, before.whole or finding.key is None, keys)
    return found


def carried(project: Project, plan: Plan) -> Mapping[str, File]:
    """Return the file of waivers as it has to be after a plan: what was waived is so with the blueprint's lines in it.

    The edit is the one that the waiver was granted for; whoever reviews the update sees both.
    """
    file = project.seen.standing([waivers.PATH])[waivers.PATH]
    content = file.content if file else b""
    for action in plan.waived:
        if action.verb != "conflict" and action.before and action.after:
            content = content.replace(action.before.blob.encode(), action.after.blob.encode())
    return {} if file is None or content == file.content else {waivers.PATH: replace(file, content=content)}
