"""Updates from earlier releases, planned in memory: a case as it was stamped, edited as a team edits it, brought on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.version import Version

from scaffold.authoring.cases import render_case
from scaffold.authoring.edits import PLACES, edited
from scaffold.blueprint.answer_steps import migrated
from scaffold.errors import ScaffoldError
from scaffold.merge.drivers import chosen
from scaffold.plan.make import Target, make
from scaffold.project.planning.plan import new_lock
from scaffold.render import engine
from scaffold.render.context import Surroundings
from scaffold.report.testing import Update

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.authoring.cases import Case
    from scaffold.blueprint.release import Release
    from scaffold.lock import Lock, Locked
    from scaffold.plan.actions import Plan
    from scaffold.render.engine import Rendered
    from scaffold.tree import File


def stamped(release: Release, rendered: Rendered) -> Plan:
    """Return the plan of a new project, whose lock says what was stamped."""
    lock = new_lock(release, "", rendered.answers, folder=None)
    target = Target(tree=rendered.tree, ownership=rendered.ownership, migrations=(), lock=lock)
    return make(lock, {}, target, lambda _path, _locked: None)


def brought(case: Case, before: Release, after: Release, rendered: Rendered) -> Update:
    """Bring a case on from a release to what it renders to now, with a team's edits."""
    asked = {question.name for question in before.questions}
    answered = {**case.answers, **case.before}
    then = case._replace(answers={name: value for name, value in answered.items() if name in asked})
    try:
        old = render_case(before, then)
    except ScaffoldError as error:
        return Update(case.name, before.version, error=f"{before.version} does not render it: {error}")
    was = stamped(before, old).lock_after
    if steps := [
        step for one in after.blueprint.coming_from(was.blueprint, Version(was.version)) for step in one.answers
    ]:
        try:
            rendered = _answered(case, after, migrated(old.answers.recorded, steps))
        except ScaffoldError as error:
            return Update(case.name, before.version, error=f"from {before.version}, with its answers migrated: {error}")
    teams = [edited(old.tree, old.ownership, place) for place in PLACES]
    plans = [_plan(was, old.tree, files, after, rendered) for files in teams]
    found = set.intersection(*({action.path for action in plan.conflicts} for plan in plans))
    conflicts = {path for path in found if not _is_told(path, old, rendered)}
    return Update(
        case=case.name,
        version=before.version,
        changed=max(len(plan.changes) for plan in plans),
        conflicts=tuple(sorted(conflicts - {*case.conflicts})),
        missing=tuple(path for path in case.conflicts if path not in conflicts),
    )


def _is_told(path: str, old: Rendered, new: Rendered) -> bool:
    """Whether a file becomes locked or is dropped, of which the release tells teams: edits are then in conflict."""
    locked = new.ownership(path).file == "locked" and old.ownership(path).file != "locked"
    return locked or (path in old.tree and path not in new.tree)


def _answered(case: Case, after: Release, previous: Mapping[str, Any]) -> Rendered:
    """Render a release with answers that were migrated, and the case's to what they do not answer."""
    given = {name: value for name, value in case.answers.items() if name not in previous}
    around = Surroundings(case.name, "update")
    return engine.render(after, given=given, previous=previous, surroundings=around)


def _plan(was: Lock, base: Mapping[str, File], files: Mapping[str, File], after: Release, rendered: Rendered) -> Plan:
    def find_base(path: str, locked: Locked) -> bytes | None:
        file = base.get(path)
        return file.content if file is not None and file.blob == locked.blob else None

    target = Target(
        tree=rendered.tree,
        ownership=rendered.ownership,
        migrations=after.blueprint.migrations_of(was.blueprint),
        lock=new_lock(after, "", rendered.answers, folder=None),
        drivers=chosen(after.blueprint.merge, {}),
    )
    return make(was, files, target, find_base, lambda: files)
