"""Fix: put right what the guardrails find and the blueprint knows how to mend, as a plan like any other."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.blueprint.guardrails import Guardrails
from scaffold.blueprint.ownership import key_path
from scaffold.errors import FormatError
from scaffold.formats import edit
from scaffold.formats.located import Located
from scaffold.guard.finding import Finding
from scaffold.guard.readers.pins import pin
from scaffold.plan.actions import Action, Plan, Verb
from scaffold.process import Notify
from scaffold.project.applying.commit import NOTHING, Committed, commit_applied
from scaffold.project.applying.folder import carry_out, refuse_dirty, refuse_unfit
from scaffold.project.checking.snapshots import view
from scaffold.project.commands.check import judged
from scaffold.project.opening import Project, open_project, place_at, read_ours
from scaffold.project.planning.bases import Bases
from scaffold.project.planning.prepared import Prepared, refuse_open_conflicts
from scaffold.report.checked import Checked, Fixed
from scaffold.sources.locate import Tracked, locate
from scaffold.sources.trust import is_trusted
from scaffold.templating.limits import UNLIMITED
from scaffold.tree import File

PINNED = "CI-02"  # the rule that the blueprint's pins belong to
MESSAGE = "chore: put right what the guardrails found"
Stamped = Callable[[str], File | None]


def fix(
    directory: Path | str = ".",
    *,
    rules: Collection[str] = (),
    dry_run: bool = False,
    commit: bool = False,
    offline: bool = False,
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> Fixed:
    """Mend what can be mended, of all rules or of some; raises ScaffoldError with the project untouched.

    What is waived stays as it is, and so does what only a person can decide: the check that is returned names it.
    """
    place = place_at(Path(directory))
    day = today or datetime.now(UTC).date()
    with nullcontext() if dry_run else transaction.exclusively(place):
        records.refuse_unfinished(place)
        project = open_project(place.root, place.repository)
        refuse_open_conflicts(project)
        notify("Checking")
        whole = judged(view(project), day)
        checked = whole.only(rules)
        stamped = _stamped(project, offline=offline, notify=notify)
        plan = Plan(
            actions=tuple(_actions(project, checked, _waived(whole), stamped)),
            lock_before=project.recorded,
            lock_after=project.recorded,
        )
        if dry_run or not plan.changes:
            return Fixed(place.root, plan, checked, applied=False)
        refuse_dirty(project, plan.changes, "the fix")
        refuse_unfit(place.repository, None)
        made = _applied(project, plan, commit=commit)
        after = judged(view(open_project(place.root)), day).only(rules)
        return Fixed(place.root, plan, after, applied=True, commit=made.commit, notes=made.notes)


def _applied(project: Project, plan: Plan, *, commit: bool) -> Committed:
    standing, trusted = project.seen.standing([one.path for one in plan.changes]), is_trusted(project.recorded.source)
    prepared = Prepared(project, plan, project.wishes_file.content, standing=standing, trusted=trusted)
    message = MESSAGE if commit else None
    record = carry_out(prepared, "fix", "fix what the guardrails found", message=message)
    return commit_applied(project.place, MESSAGE, record) if commit else NOTHING


def _stamped(project: Project, *, offline: bool, notify: Notify) -> Stamped:
    """Return what finds a file as it was stamped: in the project's own objects, else rendered again by the library."""
    tracked = Tracked(project.recorded.blueprint)
    source, base = project.recorded.source, project.root
    bases = Bases(
        project,
        lambda: locate(source, base=base, offline=offline, limits=UNLIMITED, notify=notify, tracked=tracked),
    )

    def stamped(path: str) -> File | None:
        locked = project.recorded.files.get(path)
        content = bases(path, locked) if locked else None  # what nobody has any more stays a finding
        return File(content, locked.mode, locked.origin) if locked and content is not None else None

    return stamped


def _waived(checked: Checked) -> frozenset[str | None]:
    """Return the files that may be otherwise for now, or away."""
    return frozenset(finding.path for finding in checked.findings if finding.state == "waived")


def _actions(project: Project, checked: Checked, waived: Collection[str | None], stamped: Stamped) -> Iterator[Action]:
    """Yield an action for each file that can be mended; a locked one is put back only where that was asked for."""
    by_path: dict[str, list[Finding]] = {}
    for finding in checked.findings:
        if finding.state == "fail" and finding.path is not None:
            by_path.setdefault(finding.path, []).append(finding)
    ours = read_ours(project, by_path)
    for path, findings in sorted(by_path.items()):
        before = ours.get(path)
        if before is None:
            after, why = None if path in waived else stamped(path), "it is missing, and the blueprint has it"
        elif any(finding.rule == "LK-01" for finding in findings):
            after, why = stamped(path), "locked: put back, it had been edited"
        else:
            after, why = _mended(project, before, findings, stamped)
        if after is not None and not after.same_as(before):
            verb: Verb = "create" if before is None else "replace"
            yield Action(path=path, verb=verb, why=why, before=before, after=after)


def _mended(project: Project, before: File, findings: list[Finding], stamped: Stamped) -> tuple[File, str]:
    """Return a file of the team's with the platform's keys and pins in it, and what was done to it."""
    content, done = before.content, []
    for finding in findings:
        path = finding.path or ""
        if finding.rule == "LK-02" and finding.key and (base := stamped(path)):
            with suppress(FormatError):  # it cannot be set without harm: the finding stays
                key = key_path(finding.key, Located(None, path, {}))
                content = edit.copy_key(path, key, to=content, source=base.content)
                done.append(f"{finding.key} is put back")
    if any(finding.rule == PINNED for finding in findings):
        with suppress(UnicodeDecodeError):
            content = pin(content.decode(), _pins(project)).encode()
            done.append("actions are pinned as the blueprint says")
    return replace(before, content=content), "; ".join(done)


def _pins(project: Project) -> Mapping[str, Any]:
    guardrails = project.recorded.guardrails or Guardrails()
    pins: Mapping[str, Any] = guardrails.rules.get(PINNED, {}).get("with", {}).get("pins", {})
    return pins
