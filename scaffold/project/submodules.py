"""Paths that an update leaves and says so: in a git submodule, which has a history of its own, or left out by it."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from scaffold.lock import Lock
from scaffold.plan.actions import Action, Plan
from scaffold.project.opened import Project
from scaffold.tree import Tree

SUBMODULE = "160000"  # the mode of its entry in git's index


def in_submodules(project: Project, lock: Lock, tree: Tree) -> dict[str, str]:
    """Return what of lock and tree is a submodule, lies in one, or was moved into one, with words for it."""
    found = _found(project, {*lock.paths, *tree})
    moved = {path: found[locked.at] for path, locked in lock.files.items() if locked.at and locked.at in found}
    modules = {**moved, **found}.items()
    return {path: f"it lies in the submodule {at}" for path, at in modules if path in lock.files or path in tree}


def _found(project: Project, paths: Iterable[str]) -> dict[str, str]:
    if project.repository is None:
        return {}
    ways = {path: [path[:end] for end in _ends(path)] for path in paths}
    folders = {folder: project.in_repository(folder) for way in ways.values() for folder in way}
    staged = project.repository.staged(folders.values())
    modules = {folder for folder, name in folders.items() if staged[name].get(0, ("",))[0] == SUBMODULE}
    return {path: folder for path, way in ways.items() for folder in way if folder in modules}


def _ends(path: str) -> Iterable[int]:
    return (*(at for at, letter in enumerate(path) if letter == "/"), len(path))


def without(files: Tree, aside: Mapping[str, str]) -> Tree:
    """Return the tree without what is left."""
    if not aside:
        return files
    return Tree({path: file for path, file in files.items() if path not in aside}, files.folders)


def lock_without(lock: Lock, aside: Mapping[str, str]) -> Lock:
    """Return the lock without what is left."""
    return replace(lock, files={path: locked for path, locked in lock.files.items() if path not in aside})


def left(plan: Plan, before: Lock, brings: Container[str], aside: Mapping[str, str]) -> Plan:
    """Return the plan with what is aside left, and recorded as it was while the blueprint still has it."""
    leaves = [Action(path=path, verb="leave", why=why, before=None, after=None) for path, why in aside.items()]
    kept = {path: before.files[path] for path in aside if path in before.files and path in brings}
    return replace(
        plan,
        actions=tuple(sorted([*plan.actions, *leaves], key=lambda action: action.path)),
        lock_before=before,
        lock_after=replace(plan.lock_after, files={**plan.lock_after.files, **kept}),
    )
