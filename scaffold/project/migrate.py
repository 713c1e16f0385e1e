"""A template's migrations: run on a copy of the project before and after the merge, and folded into the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from packaging.version import Version

from scaffold.blueprint import manifest
from scaffold.blueprint.release import Release
from scaffold.blueprint.scripts import Migration, Stage
from scaffold.errors import ScaffoldError
from scaffold.plan.actions import Action, Plan, Verb
from scaffold.plan.similar import MOST, alike_pairs
from scaffold.project.opened import FOLDER, Project, read_readable
from scaffold.project.stamp import Notify, staging_of, surroundings_of
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.render.scripts import Staging, Versions, applying, refuse_untrusted_migrations, run_migrations
from scaffold.sources.library import Library
from scaffold.tree import File

WHY = "changed by a migration of the template"


@dataclass(slots=True)
class Migrations:
    """The migrations of one update: `real` is the project as it is, `now` as they have made it so far.

    `found` has those of each layer, with what they are run with.
    """

    found: tuple[tuple[tuple[Migration, ...], Staging], ...]
    versions: Versions
    real: Mapping[str, File]
    now: dict[str, File]
    left_out: tuple[str, ...] = ()

    def run(self, stage: Stage) -> None:
        """Run those of one stage on a copy; raises ScriptError or LimitError."""
        for migrations, staging in self.found:
            staged = run_migrations(stage, migrations, self.now, self.versions, staging)
            self.now = staged.files
            self.left_out += (*staged.ignored, *staged.left_out)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of what they did."""
        return tuple(f"made by a migration and ignored by git, so left out: {path}" for path in self.left_out)

    @property
    def moved(self) -> manifest.Migration:
        """What they have moved so far, as content tells: the base of a merge has to go along."""
        gone = {path: file for path, file in self.real.items() if path not in self.now}
        made = sorted(self.now.keys() - self.real.keys())[:MOST]
        return manifest.Migration(self.versions.pep440_to, alike_pairs(gone, {path: self.now[path] for path in made}))

    def finish(self, plan: Plan) -> Plan:
        """Run the last stage on the merged project, and return the plan with all that migrations changed."""
        for action in plan.changes:
            if action.after is None:
                self.now.pop(action.path, None)
            else:
                self.now[action.path] = action.after
        self.run("after")
        planned = {action.path: action for action in plan}
        paths = {*planned, *(p for p in {*self.real, *self.now} if not _same(self.real.get(p), self.now.get(p)))}
        actions = (self._action(path, planned.get(path)) for path in sorted(paths))
        return replace(plan, actions=tuple(actions))

    def _action(self, path: str, planned: Action | None) -> Action:
        before, after = self.real.get(path), self.now.get(path)
        if planned is not None and (planned.changes or _same(before, after)):
            if _same(before, after) and planned.changes and planned.verb != "conflict":
                return replace(planned, verb="keep", before=before, after=after)
            kept = not planned.changes or planned.verb == "conflict" or (planned.verb == "merge" and after is not None)
            return replace(planned, verb=planned.verb if kept else _verb(before, after), before=before, after=after)
        return Action(path=path, verb=_verb(before, after), why=WHY, before=before, after=after)


def _verb(before: File | None, after: File | None) -> Verb:
    return "create" if before is None else "delete" if after is None else "replace"


def _same(one: File | None, other: File | None) -> bool:
    return one is other or (one is not None and one.same_as(other))


def migrations_of(
    project: Project, library: Library, release: Release, rendered: Rendered, means: Means, notify: Notify
) -> Migrations | None:
    """Return what migrates the project to a release, or None where nothing does; raises RenderError without trust."""
    recorded = project.recorded
    came_from, to = Version(recorded.version), release.blueprint.version
    if recorded.blueprint != release.blueprint.name or came_from == to:
        return None
    found = {layer: applying(layer.settings.migrations, came_from, to) for layer in release.layers}
    found = {layer: migrations for layer, migrations in found.items() if migrations}
    if not found:
        return None
    refuse_untrusted_migrations((one for migrations in found.values() for one in migrations), trust=means.trust)
    paths = {*project.place.repository.tracked(project.prefix), *recorded.paths, *rendered.tree}
    real = read_readable(project, sorted(path for path in paths if path.split("/")[0] != FOLDER))
    versions = Versions(
        _called(library, project) or recorded.version, release.described or release.version, came_from, to
    )
    surroundings = surroundings_of(project.root, "update", project.folder_name)
    steps = (
        (migrations, staging_of(release, layer, rendered, surroundings, means, notify))
        for layer, migrations in found.items()
    )
    return Migrations(tuple(steps), versions, real, dict(real))


def _called(library: Library, project: Project) -> str | None:
    """Return what the template calls the version that the project is at."""
    recorded = project.recorded
    try:
        return library.release(recorded.blueprint, recorded.commit or recorded.version).described
    except ScaffoldError:
        return None
