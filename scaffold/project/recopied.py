"""A recopy: the blueprint's files as if they were stamped anew, with the answers kept and the team's edits given up."""

from dataclasses import replace

from scaffold.lock import Lock, Locked
from scaffold.plan.make import FindBase
from scaffold.project.opened import Project, read_ours
from scaffold.tree import File, Tree


def as_it_stands(project: Project, lock: Lock, tree: Tree, bases: FindBase) -> tuple[Lock, FindBase]:
    """Return the lock as if what stands in the project had been stamped, so that nothing in it counts as an edit.

    The bases of it are still what was applied. What the team has deleted has no entry, and comes back. What the
    blueprint has dropped, or the team has made its own, keeps its entry, and so an edit of it is still one.
    """
    ours = read_ours(project, lock.paths)
    files: dict[str, Locked] = {}
    for path, locked in lock.files.items():
        file = ours.get(lock.place_of(path, ours))
        if path not in tree or project.owns(path, locked):
            files[path] = locked
        elif file is not None:
            files[path] = _stamped_so(locked, file)
    return replace(lock, files=files), lambda path, locked: bases(path, lock.files.get(path, locked))


def _stamped_so(locked: Locked, file: File) -> Locked:
    return replace(locked, blob=file.blob, mode=file.mode) if locked.owner == "managed" else locked
