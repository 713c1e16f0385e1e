"""Diff: the team's edits against what was stamped, or what an update would change."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scaffold.errors import SourceError
from scaffold.git.objects import unified_diff
from scaffold.plan.actions import Plan
from scaffold.process import Notify, bounds
from scaffold.project.conditions import Conditions, Person
from scaffold.project.opening import Project, open_at, read_ours
from scaffold.project.planning.bases import Bases
from scaffold.project.planning.library import library_of
from scaffold.project.planning.prepare import prepare
from scaffold.project.planning.team_renames import follow_team
from scaffold.render.means import Means
from scaffold.report.results import Diff, Difference
from scaffold.sources.library import Library
from scaffold.tree import File


def diff(
    directory: Path | str = ".",
    *,
    revision: str | None = None,
    upstream: bool = False,
    seeded: bool = False,
    to: str | None = None,
    data: Mapping[str, Any] | None = None,
    offline: bool = False,
    means: Means = Means(),
    notify: Notify = lambda _: None,
) -> Diff:
    """Compare; nothing is written. Raises ScaffoldError.

    With `upstream` it is what an update would change; `seeded`: and what the blueprint has now of files that it gave
    once, which no update changes. `revision` names a commit instead of the files as they stand; a bare repository is
    seen at HEAD without one.
    """
    project = open_at(Path(directory), revision)
    if upstream:
        return _upstream(project, to, data or {}, Conditions(offline=offline, means=means), notify, seeded=seeded)
    lock = project.lock
    library = _library(project, offline=offline, notify=notify)
    bases = Bases(project, lambda: library, means)
    lock, files = follow_team(project, lock, read_ours(project, lock.paths), bases)
    found = []
    for path, locked in lock.files.items():
        place = lock.place_of(path, files)
        file = files.get(place)
        if locked.matches(file) and place == path:
            continue
        content = bases(path, locked)
        base = None if content is None else File(content, locked.mode)
        what = "deleted" if file is None else f"moved to {place}" if place != path else "edited"
        text = None if base is None else _text(path, base, file)
        owner = "seeded" if project.owns(path, locked) else locked.owner
        found.append(Difference(path, owner, what, text))
    return Diff(project.root, f"{lock.blueprint} {lock.version} as stamped", "yours", tuple(found))


def _upstream(
    project: Project,
    to: str | None,
    data: Mapping[str, Any],
    conditions: Conditions,
    notify: Notify,
    *,
    seeded: bool,
) -> Diff:
    with bounds.limited(conditions.means.limits, "rendering"):
        plan = prepare(project, conditions, Person(notify=notify), to=to, data=data).plan
    differences = tuple(
        Difference(
            action.path,
            plan.lock_after.files[action.path].owner if action.path in plan.lock_after.files else "none",
            action.verb,
            _text(action.path, action.before, action.after),
        )
        for action in plan.changes
    )
    after = plan.lock_after
    given = tuple(_given(plan)) if seeded else ()
    return Diff(project.root, "yours", f"{after.blueprint} {after.version}", (*differences, *given))


def _given(plan: Plan) -> Iterator[Difference]:
    """Yield the team's own files that the blueprint gave once and would give otherwise now."""
    for action in plan:
        theirs = plan.given.get(action.path)
        is_left = action.verb == "leave" and action.after is not None
        if is_left and theirs is not None and not theirs.same_as(action.before):
            yield Difference(action.path, "seeded", "left", _text(action.path, action.before, theirs))


def _text(path: str, old: File | None, new: File | None) -> str:
    text = unified_diff(path, old.content if old else None, new.content if new else None)
    if old and new and old.mode != new.mode:
        return f"old mode {old.mode}\nnew mode {new.mode}\n{text}"
    return text


def _library(project: Project, *, offline: bool, notify: Notify) -> Library | None:
    try:
        return library_of(project, notify, offline=offline)
    except SourceError:
        return None  # the project's own objects are enough in most cases
