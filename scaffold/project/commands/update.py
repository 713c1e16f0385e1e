"""Update: bring a project to another version of its blueprint, or to edited answers, with the team's work kept."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from scaffold.answers.question import Ask, Review
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Place
from scaffold.errors import ProjectError
from scaffold.process import Notify, bounds
from scaffold.project.applying import rerere
from scaffold.project.applying.commit import NOTHING, commit_applied, commit_refused
from scaffold.project.applying.folder import carry_out, refuse_dirty, refuse_unfit
from scaffold.project.conditions import Conditions, Moves, Person
from scaffold.project.opening import Project, bare_at, open_at, open_project, place_at
from scaffold.project.planning.commit_message import commit_message
from scaffold.project.planning.prepare import prepare
from scaffold.project.planning.prepared import Prepared
from scaffold.render.means import Means
from scaffold.report.results import Updated


def update(
    directory: Path | str = ".",
    *,
    revision: str | None = None,
    to: str | None = None,
    blueprint: str = "",
    data: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    commit: bool = False,
    branch: str | None = None,
    ask: Ask | None = None,
    review: Review | None = None,
    offline: bool = False,
    prereleases: bool = False,
    means: Means = Means(),
    move_own: Moves = False,
    recopy: bool = False,
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> Updated:
    """Plan an update and, unless it is a dry run, apply it; raises ScaffoldError with the project untouched.

    With `recopy` the blueprint's files come as if stamped anew, and what the team made of them since is given up.
    `move_own` says, or is asked, whether the team's own files go along with a folder that the blueprint has moved.
    `blueprint` is another one of the same library to move the project to, whose manifest says what becomes of answers.
    `today` decides which waivers hold. A dry run can be made of a commit, `revision`, and in a bare repository of HEAD.
    """
    conditions, person = (
        Conditions(offline, prereleases, means, today, blueprint),
        Person(ask, review, notify, move_own),
    )

    def planned(project: Project) -> Prepared:
        with bounds.limited(means.limits, "rendering"):
            prepared = prepare(project, conditions, person, to=to, data=data or {}, recopy=recopy)
        return replace(prepared, notes=(*prepared.notes, *_paused(project, today)))

    if dry_run:
        project = open_at(Path(directory), revision)
        if project.has_folder:
            records.refuse_unfinished(project.place)
        return _not_applied(planned(project))
    if revision is not None or bare_at(Path(directory)):
        raise ProjectError(
            "an update is written to a work tree, and there is none here", hint="add --dry-run, or clone it"
        )
    place = place_at(Path(directory))
    return _apply(place, planned, asks=ask is not None or callable(move_own), commit=commit, branch=branch)


def _paused(project: Project, today: date | None) -> list[str]:
    """Say that the team has paused the updates of a fleet, which holds back nobody who asks for one."""
    pause = project.wishes.updates
    if pause is None or not pause.lasts(today or datetime.now(UTC).date()):
        return []
    return [f"a fleet's updates are paused until {pause.until} ({pause.reason}); this one was asked for"]


def _apply(
    place: Place, planned: Callable[[Project], Prepared], *, asks: bool, commit: bool, branch: str | None
) -> Updated:
    """Plan, and carry that out with the repository held; where the plan asks somebody, it is made before that."""
    root, asked, head = place.root, None, place.repository.head()
    if asks:
        with transaction.exclusively(place):  # so that nobody is asked in vain
            records.refuse_unfinished(place)
        asked = planned(open_project(root, place.repository))
    with transaction.exclusively(place):
        records.refuse_unfinished(place)
        prepared = asked or planned(open_project(root, place.repository))
        if asked is not None:
            _refuse_changed(asked, head)
        made = commit_refused(prepared.project) if commit and prepared.nothing_to_do else NOTHING
        if made.commit:
            told = (*prepared.notes, *made.notes)
            return Updated(root, prepared.plan, applied=True, up_to_date=False, commit=made.commit, notes=told)
        if prepared.nothing_to_do:
            return _not_applied(prepared)
        refuse_dirty(prepared.project, prepared.plan.changes)
        refuse_unfit(place.repository, branch)
        return _carry_out(prepared, commit=commit or branch is not None, branch=branch)


def _refuse_changed(prepared: Prepared, head: str | None) -> None:
    """Raise ProjectError where the project is not as it was before people were asked, at a commit at HEAD."""
    then = prepared.project
    now = open_project(then.root, then.repository)
    same = (_told(now), then.place.repository.head()) == (_told(then), head)
    if same:
        here = now.seen.standing(prepared.standing)
        same = all(file.same_as(here[path]) if file else here[path] is None for path, file in prepared.standing.items())
    if not same:
        raise ProjectError("the project was changed while this was planned", where=str(then.root), hint="run it again")


def _told(project: Project) -> tuple[object, ...]:
    return project.recorded, project.wishes_file.content, project.unresolved


def _not_applied(prepared: Prepared) -> Updated:
    root, same = prepared.project.root, prepared.nothing_to_do
    return Updated(root, prepared.plan, applied=False, up_to_date=same, notes=prepared.notes)


def _carry_out(prepared: Prepared, *, commit: bool, branch: str | None) -> Updated:
    plan = prepared.plan
    before, after = plan.lock_before, plan.lock_after
    step = after.version if before.version == after.version else f"{before.version} -> {after.version}"
    message = commit_message(prepared) if commit else None
    record = carry_out(prepared, "update", f"update {after.blueprint} {step}", message=message, branch=branch)
    replayed = rerere.replay(prepared.project.place, record, plan.conflicts)
    made = commit_applied(prepared.project.place, message, record) if message and not plan.conflicts else NOTHING
    return Updated(
        prepared.project.root,
        plan,
        applied=True,
        up_to_date=False,
        commit=made.commit,
        branch=branch,
        notes=(*prepared.notes, *made.notes),
        next_steps=prepared.messages,
        rerere=replayed,
    )
