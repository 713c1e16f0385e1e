"""Files that a template leaves out of updates by `_exclude`: not dropped, but the team's from then on."""

from collections.abc import Collection
from dataclasses import replace

from scaffold.blueprint.release import Release
from scaffold.errors import ScaffoldError
from scaffold.lock import Lock
from scaffold.plan.actions import Plan
from scaffold.project.opened import Project
from scaffold.project.stamp import surroundings_of
from scaffold.render import native
from scaffold.render.engine import Rendered

WHY = "the blueprint leaves it out, so it is the team's"


def left_out(project: Project, release: Release, rendered: Rendered, before: Lock) -> dict[str, str]:
    """Return what was stamped and is left out now, with words for it; but not what only an edited answer leaves out."""
    gone = [path for path in before.files if path not in rendered.tree and rendered.left_out(path)]
    if not gone or rendered.answers.recorded == before.answers:
        return dict.fromkeys(gone, WHY)
    try:
        surroundings = surroundings_of(project.root, "update")
        answers = native.resolve(release, given={}, previous=before.answers, surroundings=surroundings)
        unasked = native.left_out(release, answers, "update")
    except ScaffoldError:  # the answers of last time are none to this version: then nobody can say, and nothing goes
        return dict.fromkeys(gone, WHY)
    return {path: WHY for path in gone if unasked(path)}


def recorded(plan: Plan, out: Collection[str], rendered: Rendered) -> Plan:
    """Return the plan with what is left out recorded as seeded, where new projects get it so."""
    given = {path for path in out if rendered.ownership(path).file == "seeded"}
    files = {
        p: replace(locked, owner="seeded") if p in given else locked for p, locked in plan.lock_after.files.items()
    }
    return replace(plan, lock_after=replace(plan.lock_after, files=files))
