"""Paths that an update leaves and says so: those of a git submodule's own history, and those that the run names."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from scaffold.blueprint.release import Release
from scaffold.lock import Lock
from scaffold.plan import moves
from scaffold.plan.actions import Action, Plan
from scaffold.plan.make import FindBase
from scaffold.project.opening import Project, read_ours
from scaffold.project.planning.team_renames import follow_team
from scaffold.render.engine import Rendered, refuse_locked
from scaffold.render.means import Means
from scaffold.render.paths import matcher
from scaffold.tree import Tree

_SLASH = re.compile("/")
SUBMODULE = "160000"  # the mode of its entry in git's index


def in_submodules(project: Project, lock: Lock, tree: Tree) -> dict[str, str]:
    """Return what of lock and tree is a submodule, lies in one, or was moved into one, and why it is left."""
    found = _found(project, {*lock.paths, *tree})
    moved = {path: found[locked.at] for path, locked in lock.files.items() if locked.at and locked.at in found}
    modules = {path: module for path, module in {**moved, **found}.items() if path in lock.files or path in tree}
    return {path: f"it lies in the submodule {module}" for path, module in modules.items()}


def _found(project: Project, paths: Iterable[str]) -> dict[str, str]:
    ways = {path: [path[:end] for end in _ends(path)] for path in paths}
    staged = project.seen.staged({folder for way in ways.values() for folder in way})
    modules = {folder for folder, (mode, _) in staged.items() if mode == SUBMODULE}
    return {path: folder for path, way in ways.items() for folder in way if folder in modules}


def _ends(path: str) -> Iterable[int]:
    return (*(found.start() for found in _SLASH.finditer(path)), len(path))


def left_by_wish(
    project: Project, lock: Lock, release: Release, rendered: Rendered, means: Means, bases: FindBase
) -> dict[str, str]:
    """Return what this run is to leave: what it excludes, and what it skips where it exists.

    Both are named as the blueprint has or had them, or by where the team has moved them.
    """
    if not (means.exclude or means.skip):
        return {}
    paths = {*lock.files, *rendered.tree}
    lock, ours = follow_team(project, lock, read_ours(project, {*lock.paths, *paths}), bases)
    names = {path: {path, lock.place_of(path, ours)} for path in paths}
    moved = moves.find(lock, rendered.tree, release.blueprint.migrations_of(lock.blueprint), ours, bases)
    for old, new in moved.items():
        names[old] = names[new] = names[old] | names[new]
    texts = rendered.texts(release.layers[0])

    def named(patterns: Iterable[str], option: str) -> set[str]:
        matches = matcher(tuple(texts.render_text(one, rendered.answers.context, option) for one in patterns), option)
        return {path for path in names if any(map(matches, names[path]))}

    skipped = named(means.skip, "--skip") - {rendered.answers_file}
    if release.kind == "library":
        refuse_locked(release, rendered.ownership, skipped, "--skip")
    there = {path: "it exists, and --skip leaves it" for path in skipped if not names[path].isdisjoint(ours)}
    excluded = named(means.exclude, "--exclude") & {*lock.files, *moved.values()}
    return there | dict.fromkeys(excluded, "left out by --exclude")


def without(files: Tree, aside: Collection[str]) -> Tree:
    """Return the tree without what is left."""
    if not aside:
        return files
    return Tree({path: file for path, file in files.items() if path not in aside}, files.folders)


def lock_without(lock: Lock, aside: Collection[str]) -> Lock:
    """Return the lock without what is left."""
    return replace(lock, files={path: locked for path, locked in lock.files.items() if path not in aside})


def left(plan: Plan, before: Lock, known: Collection[str], aside: Mapping[str, str]) -> Plan:
    """Return the plan with what is left in it, and recorded as it was while the blueprint is known to have it."""
    places = {path: before.files[path].at or path if path in before.files else path for path in aside}
    leaves = [Action(path=places[path], verb="leave", why=why, before=None, after=None) for path, why in aside.items()]
    way = before.version, plan.lock_after.version
    kept = {path: before.files[path].left_at(*way) for path in aside if path in before.files and path in known}
    return replace(
        plan,
        actions=tuple(sorted([*plan.actions, *leaves], key=lambda action: action.path)),
        lock_before=before,
        lock_after=replace(plan.lock_after, files={**plan.lock_after.files, **kept}),
    )
