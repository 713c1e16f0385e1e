"""Updates from earlier releases, planned in memory: a case as it was stamped, edited as a team edits it, brought on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from packaging.version import Version

from scaffold.authoring.cases import as_asked_by, done, render_case
from scaffold.authoring.code_migrations import CodeMigrations, migrating_from
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
    from scaffold.project.planning.migrations import Migrations
    from scaffold.render.engine import Rendered
    from scaffold.tree import File


def stamped(release: Release, rendered: Rendered) -> Plan:
    """Return the plan of a new project, whose lock says what was stamped."""
    lock = new_lock(release, "", rendered.answers, folder=None)
    target = Target(tree=rendered.tree, ownership=rendered.ownership, migrations=(), lock=lock)
    return make(lock, {}, target, lambda _path, _locked: None)


def brought(case: Case, before: Release, after: Release, rendered: Rendered, *, trust: bool = False) -> Update:
    """Bring a case on from a release to what it renders to now, with a team's edits; code runs only with trust."""
    try:
        old = render_case(before, as_asked_by(before, case), trust=trust)
    except ScaffoldError as error:
        return Update(case.name, before.version, error=f"{before.version} does not render it: {error}")
    way = _Way(case, stamped(before, old).lock_after, old, after, rendered, migrating_from(before, after))
    code = way.code.places
    try:
        plans = [way.plan(edited(old.tree, old.ownership, place), trust=trust) for place in PLACES]
    except ScaffoldError as error:
        return Update(case.name, before.version, error=f"from {before.version}, migrated: {error}")
    found = set.intersection(*({action.path for action in plan.conflicts} for plan in plans))
    conflicts = {path for path in found if not _is_told(path, old, rendered)}
    return Update(
        case=case.name,
        version=before.version,
        changed=max(len(plan.changes) for plan in plans),
        conflicts=tuple(sorted(conflicts - {*case.conflicts})),
        missing=tuple(path for path in case.conflicts if path not in conflicts),
        untried=() if trust else code,
    )


class _Way(NamedTuple):
    """A case that goes from a release, as its lock and render say, to what it renders to now."""

    case: Case
    was: Lock
    old: Rendered
    after: Release
    rendered: Rendered
    code: CodeMigrations

    def plan(self, files: Mapping[str, File], *, trust: bool) -> Plan:
        """Plan the update of a team's files; raises ScaffoldError where a migration fails."""
        migrations = self.code.begun(self.was, files, self.case.name) if trust and self.code.places else None
        rendered = self._rendered(migrations, trust=trust)
        target = Target(
            tree=rendered.tree,
            ownership=rendered.ownership,
            migrations=self.after.blueprint.migrations_of(self.was.blueprint),
            lock=new_lock(self.after, "", rendered.answers, folder=None),
            drivers=chosen(self.after.blueprint.merge, {}),
        )
        if migrations is None:
            return make(self.was, files, target, self._find_base, lambda: files)
        migrations.go_on(rendered)
        target = replace(target, migrations=(*target.migrations, migrations.moved))
        return migrations.finish(make(self.was, migrations.ours, target, self._find_base, lambda: files))

    def _rendered(self, migrations: Migrations | None, *, trust: bool) -> Rendered:
        """Return what the case renders to now, with the answers that migrations have made of those of before."""
        found = self.after.blueprint.coming_from(self.was.blueprint, Version(self.was.version))
        steps = [step for one in found for step in one.answers]
        made = migrations.answers if migrations else None
        if not steps and made is None:
            return self.rendered
        previous = migrated(self.old.answers.recorded if made is None else made, steps)
        given = {name: value for name, value in self.case.answers.items() if name not in previous}
        around = Surroundings(self.case.name, "update")
        rendered = engine.render(self.after, given=given, previous=previous, surroundings=around)
        return done(self.after, rendered, around, trust=trust)

    def _find_base(self, path: str, locked: Locked) -> bytes | None:
        file = self.old.tree.get(path)
        return file.content if file is not None and file.blob == locked.blob else None


def _is_told(path: str, old: Rendered, new: Rendered) -> bool:
    """Whether a file becomes locked or is dropped, of which the release tells teams: edits are then in conflict."""
    locked = new.ownership(path).file == "locked" and old.ownership(path).file != "locked"
    return locked or (path in old.tree and path not in new.tree)
