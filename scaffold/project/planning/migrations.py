"""A template's migrations: run on a copy of the project before and after the merge, and folded into the plan.

Those that come first also come before the questions: what they make of the answers is what the update starts from.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from packaging.version import Version

from scaffold.answers import file as answers_file
from scaffold.blueprint import manifest
from scaffold.blueprint.scripts import Migration, Stage
from scaffold.blueprint.template import Layer
from scaffold.errors import ScaffoldError
from scaffold.formats import yaml
from scaffold.plan.actions import Action, Plan, Verb
from scaffold.plan.similar import MOST, alike_pairs
from scaffold.process import Notify
from scaffold.project.opening import FOLDER, Project, read_readable
from scaffold.project.planning.copier_answers import answers_since, only_answers, read_answers
from scaffold.project.planning.prepared import Update
from scaffold.project.stamp import staging_of, surroundings_in
from scaffold.render.engine import Rendered, before_questions
from scaffold.render.scripts import Staging, Versions, applying, refuse_untrusted_migrations, run_migrations
from scaffold.sources.library import Library
from scaffold.tree import File

WHY = "changed by a migration of the template"


@dataclass(slots=True)
class Migrations:
    """The migrations of one update: `real` is the project as it is, `now` as they have made it so far.

    `found` has those of each layer, and `staged` gives what they are run with. `told` are files with the answers that
    they may change, and of the project only as it has them itself.
    """

    found: Mapping[Layer, tuple[Migration, ...]]
    staged: Callable[[Layer, Rendered], Staging]
    read: Callable[[Iterable[str]], Mapping[str, File]]
    versions: Versions
    real: dict[str, File]
    now: dict[str, File]
    rendered: Rendered
    told: Mapping[str, File]
    left_out: tuple[str, ...] = ()

    def run(self, stage: Stage) -> None:
        """Run those of one stage on a copy; raises ScriptError or LimitError."""
        for layer, migrations in self.found.items():
            made = run_migrations(stage, migrations, self.now, self.versions, self.staged(layer, self.rendered))
            self.now = made.files
            self.left_out += (*made.ignored, *made.left_out)

    def go_on(self, rendered: Rendered) -> None:
        """Take what the release has become since, and look at the files that stand where it writes."""
        self.rendered = rendered
        more = self.read(path for path in rendered.tree if path not in self.real and path not in self.told)
        self.real |= more
        self.now = {**more, **self.now}

    @property
    def ours(self) -> Mapping[str, File]:
        """The project as they have made it, without what they were told."""
        return self._as_it_was(self.told)

    @property
    def answers(self) -> Mapping[str, Any] | None:
        """The answers as they have made them, or None where they have left them; raises FormatError."""
        path = self.rendered.answers_file
        if (made := self._made(answers_file.PATH)) is not None:
            return answers_file.parse(made).answers
        made = self._made(path)
        return None if made is None else only_answers(read_answers(path, made))

    def _made(self, path: str) -> bytes | None:
        """Return what they have made of a file that they were told, or None where it is as it was."""
        file = self.now.get(path)
        return None if file is None or file.same_as(self.told.get(path)) else file.content

    def _as_it_was(self, paths: Collection[str]) -> dict[str, File]:
        made = {path: file for path, file in self.now.items() if path not in paths}
        return made | {path: self.real[path] for path in paths if path in self.real}

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of what they did."""
        return tuple(f"made by a migration and ignored by git, so left out: {path}" for path in self.left_out)

    @property
    def moved(self) -> manifest.Migration:
        """What they have moved so far, as content tells: the base of a merge has to go along."""
        ours = self.ours
        gone = {path: file for path, file in self.real.items() if path not in ours}
        made = sorted(ours.keys() - self.real.keys())[:MOST]
        return manifest.Migration(self.versions.pep440_to, alike_pairs(gone, {path: ours[path] for path in made}))

    def finish(self, plan: Plan) -> Plan:
        """Run the last stage on the merged project, and return the plan with all that migrations changed."""
        for action in plan.changes:
            if action.after is None:
                self.now.pop(action.path, None)
            else:
                self.now[action.path] = action.after
        self.run("after")
        planned = {action.path: action for action in plan}
        self.now = self._as_it_was(self.told.keys() - {action.path for action in plan.changes})
        paths = {*planned, *(p for p in {*self.real, *self.now} if not _same(self.real.get(p), self.now.get(p)))}
        actions = (self._action(path, planned.get(path)) for path in sorted(paths))
        return replace(plan, actions=tuple(actions))

    def _action(self, path: str, planned: Action | None) -> Action:
        before, after = self.real.get(path), self.now.get(path)
        if planned is not None and (planned.changes or _same(before, after)):
            if _same(before, after) and planned.changes and planned.verb != "conflict":
                return planned._replace(verb="keep", before=before, after=after)
            kept = not planned.changes or planned.verb == "conflict" or (planned.verb == "merge" and after is not None)
            return planned._replace(verb=planned.verb if kept else _verb(before, after), before=before, after=after)
        return Action(path=path, verb=_verb(before, after), why=WHY, before=before, after=after)


def _verb(before: File | None, after: File | None) -> Verb:
    return "create" if before is None else "delete" if after is None else "replace"


def _same(one: File | None, other: File | None) -> bool:
    return one is other or (one is not None and one.same_as(other))


def migrations_of(update: Update, notify: Notify) -> Migrations | None:
    """Return what migrates the project to a release, its first stage done, or None where nothing does.

    Raises RenderError without trust, and ScriptError where a migration fails.
    """
    project, release, means = update.known, update.release, update.means
    recorded = project.recorded
    came_from, to = Version(recorded.version), release.blueprint.version
    if recorded.blueprint != release.blueprint.name or came_from == to:
        return None
    found = {layer: applying(layer.settings.migrations, came_from, to) for layer in release.layers}
    found = {layer: migrations for layer, migrations in found.items() if migrations}
    if not found:
        return None
    refuse_untrusted_migrations((one for migrations in found.values() for one in migrations), trust=means.trust)

    def read(paths: Iterable[str]) -> dict[str, File]:
        return read_readable(project, sorted(path for path in paths if path.split("/")[0] != FOLDER))

    called = _called(update.library, project) or recorded.version
    real = read({*project.seen.tracked(), *recorded.paths})
    surroundings = surroundings_in(project)._replace(answers_file=means.answers_file)
    start = before_questions(release, answers_of(project), surroundings)
    told = told_to(start, project.wishes_file, project.wishes.public, called, real)
    migrations = Migrations(
        found=found,
        staged=lambda layer, rendered: staging_of(release, layer, rendered, surroundings, means, notify),
        read=read,
        versions=Versions(called, release.described or release.version, came_from, to),
        real=real,
        now={**real, **told},
        rendered=start,
        told=told,
    )
    migrations.run("before")
    return migrations


def answers_of(project: Project, migrations: Migrations | None = None) -> Mapping[str, Any]:
    """Return the answers of last time, as a person, Copier or migrations have edited them; raises FormatError."""
    if migrations is not None and (made := migrations.answers) is not None:
        return made
    return {**project.wishes.answers, **answers_since(project)}


def told_to(start: Rendered, wishes: File, source: str, called: str, real: Mapping[str, File]) -> dict[str, File]:
    """Return the files that hold the answers: scaffold's own, and Copier's, which migrations are written for.

    Where Copier's is kept as JSON it stays JSON, as a migration of that template reads it.
    """
    told = {answers_file.PATH: wishes}
    if path := start.answers_file:
        stamp = {"_commit": called, "_src_path": source, **start.answers.recorded}
        as_json = path in real and real[path].content.lstrip().startswith(b"{")
        told[path] = File(json.dumps(stamp, default=str).encode() if as_json else yaml.dump(stamp).encode())
    return told


def _called(library: Library, project: Project) -> str | None:
    """Return what the template calls the version that the project is at."""
    recorded = project.recorded
    try:
        return library.release(recorded.blueprint, recorded.ref).described
    except ScaffoldError:
        return None
