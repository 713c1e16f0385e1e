"""Migrations of code in the test of a blueprint: run where there is trust, each on a copy, as an update runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from packaging.version import Version

from scaffold.answers import file as answers_file
from scaffold.answers.file import Wishes
from scaffold.project.planning.migrations import Migrations, told_to
from scaffold.project.stamp import staging_of
from scaffold.render.context import Surroundings
from scaffold.render.engine import before_questions
from scaffold.render.means import Means
from scaffold.render.scripts import Versions, applying
from scaffold.tree import File

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.blueprint.release import Release
    from scaffold.blueprint.scripts import Migration
    from scaffold.blueprint.template import Layer
    from scaffold.lock import Lock


class CodeMigrations(NamedTuple):
    """The migrations of code on the way from one release to what stands in the library, by layer."""

    release: Release
    versions: Versions
    found: Mapping[Layer, tuple[Migration, ...]]

    @property
    def places(self) -> tuple[str, ...]:
        """Where they are written."""
        return tuple(one.script.where for migrations in self.found.values() for one in migrations)

    def begun(self, was: Lock, files: Mapping[str, File], folder: str) -> Migrations:
        """Return them with their first stage done on a project's files; raises ScriptError where one fails."""
        around, means = Surroundings(folder, "update"), Means(trust=True)
        start = before_questions(self.release, was.answers, around)
        wishes = Wishes(was.blueprint, was.source, was.answers)
        told = told_to(start, File(answers_file.dump(wishes)), wishes.public, self.versions.came_from, files)
        made = Migrations(
            found=self.found,
            staged=lambda layer, rendered: staging_of(self.release, layer, rendered, around, means, lambda _: None),
            read=lambda _: {},
            versions=self.versions,
            real=dict(files),
            now={**files, **told},
            rendered=start,
            told=told,
        )
        made.run("before")
        return made


def migrating_from(before: Release, after: Release) -> CodeMigrations:
    """Return what migrates from a release by code.

    What stands in the library is meant for the newest version that a migration of it names: it is not released yet.
    """
    came_from = Version(before.version)
    named = [one.version for layer in after.layers for one in layer.settings.migrations if one.version is not None]
    to = max([after.blueprint.version, *named])
    found = (
        {layer: applying(layer.settings.migrations, came_from, to) for layer in after.layers} if to > came_from else {}
    )
    found = {layer: migrations for layer, migrations in found.items() if migrations}
    return CodeMigrations(after, Versions(before.described or before.version, str(to), came_from, to), found)
