"""Files that a template leaves out of updates by `_exclude`: not dropped, but the team's from then on."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from scaffold.blueprint.places import manifest_path
from scaffold.blueprint.release import Release
from scaffold.errors import RenderError, ScaffoldError
from scaffold.lock import Lock
from scaffold.plan.actions import Plan
from scaffold.project.opening import Project
from scaffold.project.stamp import surroundings_in
from scaffold.render import native
from scaffold.render.engine import Rendered

WHY = "the blueprint leaves it out, so it is the team's"


def left_out(project: Project, release: Release, rendered: Rendered, before: Lock) -> dict[str, str]:
    """Return the stamped files that this version leaves out, and why nothing happens to them.

    Those that it leaves out only because an answer was edited are not among them. Raises RenderError for locked ones.
    """
    gone = [path for path in before.files if path not in rendered.tree and rendered.left_out(path)]
    if gone and rendered.answers.recorded != before.answers:
        try:
            answers = native.resolve(release, given={}, previous=before.answers, surroundings=surroundings_in(project))
            gone = list(filter(native.left_out(release, answers, "update"), gone))
        except ScaffoldError:
            pass  # with the answers of last time this version cannot say what it leaves out, so nothing is dropped
    refuse_locked_out(release, rendered, gone)
    return {path: f"{WHY}{'; it was locked' if before.files[path].ownership.holds_locked else ''}" for path in gone}


def refuse_locked_out(release: Release, rendered: Rendered, paths: Iterable[str]) -> None:
    """Raise RenderError where a version locks what it leaves out of updates, which could never be put back then."""
    for path in sorted(paths) if release.kind == "library" else ():
        if rendered.left_out(path) and rendered.ownership(path).holds_locked:
            blueprint = release.blueprint
            raise RenderError(
                f"{blueprint.name} {blueprint.version} locks {path} and leaves it out of updates",
                where=manifest_path(blueprint.name),
                hint="take it out of `_exclude`, or give it to the team under `ownership`",
            )


def given_to_team(plan: Plan, out: Collection[str]) -> Plan:
    """Return the plan with what is left out recorded as the team's."""
    files = {
        path: locked._replace(owner="seeded", sha256=None, keys={}) if path in out else locked
        for path, locked in plan.lock_after.files.items()
    }
    return replace(plan, lock_after=replace(plan.lock_after, files=files))
