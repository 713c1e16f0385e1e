"""Paths in a git submodule: they belong to another repository's history, so an update leaves them and says so."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scaffold.lock import Lock
from scaffold.plan.actions import Action, Plan
from scaffold.project.opened import Project
from scaffold.tree import Tree

SUBMODULE = "160000"  # the mode of its entry in git's index


def in_submodules(project: Project, lock: Lock, tree: Tree) -> dict[str, str]:
    """Return what of lock and tree is a submodule, lies in one, or was moved into one, with the submodule's path."""
    found = _found(project, {*lock.paths, *tree})
    moved = {path: found[locked.at] for path, locked in lock.files.items() if locked.at and locked.at in found}
    return {path: module for path, module in {**moved, **found}.items() if path in lock.files or path in tree}


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


def without(files: Tree, modules: Mapping[str, str]) -> Tree:
    """Return the tree without what lies in a submodule."""
    if not modules:
        return files
    return Tree({path: file for path, file in files.items() if path not in modules}, files.folders)


def lock_without(lock: Lock, modules: Mapping[str, str]) -> Lock:
    """Return the lock without what lies in a submodule."""
    return replace(lock, files={path: locked for path, locked in lock.files.items() if path not in modules})


def left(plan: Plan, before: Lock, tree: Tree, modules: Mapping[str, str]) -> Plan:
    """Return the plan with what lies in a submodule left, and recorded as it was while the blueprint still has it."""
    leaves = [
        Action(path=path, verb="leave", why=f"it lies in the submodule {module}", before=None, after=None)
        for path, module in modules.items()
    ]
    kept = {path: before.files[path] for path in modules if path in before.files and path in tree}
    return replace(
        plan,
        actions=tuple(sorted([*plan.actions, *leaves], key=lambda action: action.path)),
        lock_before=before,
        lock_after=replace(plan.lock_after, files={**plan.lock_after.files, **kept}),
    )
