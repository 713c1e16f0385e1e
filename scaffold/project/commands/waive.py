"""Waive: write down an exception to a rule, as its blueprint allows it."""

from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold import disk
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.blueprint.guardrails import Guardrails
from scaffold.blueprint.patterns import pattern_of
from scaffold.errors import FormatError, ProjectError
from scaffold.formats import edit, yaml
from scaffold.git.objects import find_repository
from scaffold.guard import waivers
from scaffold.guard.catalogue import FORGE, LOCKED
from scaffold.guard.finding import Finding
from scaffold.guard.judges.table import JUDGES
from scaffold.guard.verdict import Verdict
from scaffold.guard.waivers import ONE, PATH, Policy, Waiver
from scaffold.process.loading import later
from scaffold.project.commands.check import judged
from scaffold.project.opening import find_root, open_project, place_of
from scaffold.project.snapshots import view as view_of
from scaffold.report.checked import Checked, Exceptions

if TYPE_CHECKING:
    from scaffold.project.checking import forge as at_forge
else:
    at_forge = later("scaffold.project.checking.forge")

HEAD = b"""\
# Exceptions to the guardrails: each with a reason, an owner, somebody else who approved it, and an end.
# What is malformed or has expired waives nothing. scaffold waive adds an entry that is in order.
waivers:
"""


def waive(
    rule: str,
    *,
    reason: str,
    expires: date,
    directory: Path | str = ".",
    path: str | None = None,
    finding: str | None = None,
    owner: str | None = None,
    approver: str | None = None,
    link: str | None = None,
    today: date | None = None,
) -> Exceptions:
    """Add waivers for what a rule finds now; raises ProjectError where there is nothing to waive, or it is not allowed.

    `path` is a pattern, and `finding` a fingerprint; with neither, each place that the rule finds is waived. The
    owner is the project's unless named, and the approver the first whom the blueprint allows.
    """
    root = find_root(Path(directory))
    repository = find_repository(root)
    place = place_of(root, repository) if repository else None
    with transaction.exclusively(place) if place else nullcontext():
        if place:
            records.refuse_unfinished(place)
        project = open_project(root, repository)
        view, day = view_of(project), today or datetime.now(UTC).date()
        judge = rule.partition("/")[0]
        asked = at_forge.asked(view, lambda _: None, offline=False) if rule in FORGE else ()
        checked = judged(view, day, [judge] if judge in JUDGES else (), extra=asked)
        guardrails = view.lock.guardrails or Guardrails()
        entry: dict[str, Any] = {
            "reason": reason,
            "owner": owner or view.lock.answers.get("owner"),
            "approver": approver or next(iter(guardrails.approvers), None),
            "created": day,
            "expires": expires,
            **({"link": link} if link else {}),
        }
        _refuse_unnamed(entry, str(root))
        failing = _failing(rule, checked, path, finding, str(root))
        file = disk.read(root, PATH)
        before = after = _begun(file.content) if file else HEAD
        for scope, contents in _scopes(failing, path, finding).items():
            bound = {"content": contents if len(contents) > 1 else contents[0]} if contents else {}
            after = edit.append_item(PATH, after, "waivers", {"rule": rule, "scope": scope, **bound, **entry})
        severities = {one.rule.id: one.rule.severity for one in checked.verdicts if one.rule.can_be_waived}
        added = _added(before, after, Policy(guardrails, severities, day, since=date.min), failing, str(root / PATH))
        disk.put(root, PATH, after, place.records / "new" if place else None)
    return Exceptions(root, added)


def _begun(content: bytes) -> bytes:
    """Return the file with its list begun, where there is nothing in it but comments."""
    try:
        is_empty = yaml.load(content, PATH).data is None
    except FormatError:
        return content  # which the edit refuses, with the place
    end = b"" if content.endswith(b"\n") or not content else b"\n"
    return content + end + b"waivers:\n" if is_empty else content


def _refuse_unnamed(entry: dict[str, Any], where: str) -> None:
    for name in ("owner", "approver"):
        if not isinstance(entry[name], str):
            raise ProjectError(f"nobody is named as {name} of the waiver", where=where, hint=f"give --{name}")


def _failing(rule: str, checked: Checked, path: str | None, finding: str | None, where: str) -> list[Finding]:
    """Return the findings that are to be waived; raises ProjectError where there are none."""
    verdict = _verdict(rule, checked, where)
    failing = [one for one in verdict.findings if one.state == "fail" and one.rule == rule]
    if finding is not None:
        failing = [one for one in failing if one.fingerprint == finding]
    if path is not None:
        failing = [one for one in failing if waivers.matches(path, one)]
    if not failing:
        shown = f" there: {path or finding}" if path or finding else ""
        raise ProjectError(f"{rule} finds nothing{shown} that could be waived", where=where, hint="see scaffold check")
    return failing


def _scopes(failing: list[Finding], path: str | None, finding: str | None) -> dict[str, list[str]]:
    """Return what is to be waived, and for which contents, where the rule is about those."""
    found: dict[str, list[str]] = {}
    for one in failing:
        contents = found.setdefault(path or _scope(one, by_itself=finding is not None), [])
        if one.content is not None and one.content not in contents:
            contents.append(one.content)
    return found


def _scope(finding: Finding, *, by_itself: bool) -> str:
    by_itself = by_itself or finding.path is None
    return f"{ONE}{finding.fingerprint}" if by_itself else pattern_of(finding.path or "")


def _verdict(rule: str, checked: Checked, where: str) -> Verdict:
    verdict = next((one for one in checked.verdicts if one.rule.id == rule.partition("/")[0]), None)
    if rule in LOCKED and not LOCKED[rule].can_be_waived:
        raise ProjectError(f"{rule} cannot be waived", where=where, hint=LOCKED[rule].fix)
    if verdict is None:
        known = ", ".join(one.rule.id for one in checked.verdicts)
        raise ProjectError(f"there is no rule {rule} here", where=where, hint=f"there are {known}")
    return verdict


def _added(before: bytes, after: bytes, policy: Policy, failing: list[Finding], where: str) -> tuple[Waiver, ...]:
    """Return the new waivers; raises ProjectError where one of them, or all together, would not do."""
    known, now = waivers.read(before, policy), waivers.read(after, policy)
    new = now.malformed[len(known.malformed) :]
    if new:
        reason = new[0].message.removeprefix("this waiver waives nothing: ")
        raise ProjectError(f"the blueprint does not allow this waiver: {reason}", where=where)
    added = now.entries[len(known.entries) :]
    for finding in failing:
        if not any(waiver.covers(finding) for waiver in added):
            raise ProjectError(
                f"no pattern names {finding.path} alone", where=where, hint=f"use --finding {finding.fingerprint}"
            )
    return added
