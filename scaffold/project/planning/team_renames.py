"""Files that the team has moved: found where they are now, so that what the blueprint changes goes there."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from scaffold.lock import Lock
from scaffold.plan.make import FindBase
from scaffold.plan.places import is_fixed
from scaffold.plan.similar import pairs
from scaffold.project.opening import FOLDER, Project, read_readable
from scaffold.tree import EXECUTABLE, REGULAR, SYMLINK, File, Mode


class Staged(NamedTuple):
    """A file as git's index has it."""

    mode: Mode
    blob: str


def follow_team(
    project: Project, lock: Lock, ours: Mapping[str, File], bases: FindBase
) -> tuple[Lock, dict[str, File]]:
    """Return the lock with what the team has moved taken down, and the project's files, the moved ones among them.

    A file that the platform owns, or a key of, is not followed: it is put back where it belongs.
    """
    gone = {
        path: locked
        for path, locked in lock.files.items()
        if locked.blob and not is_fixed(locked.ownership) and path not in ours and lock.place_of(path, ours) not in ours
    }
    if not gone or project.repository is None:
        return lock, dict(ours)
    repository, known = project.repository, {*lock.paths, *ours}
    others = _staged(project, (path for path in tracked(project) if path not in known))
    moves = pairs(
        gone,
        others,
        lambda path: bases(path, gone[path]),
        lambda path: repository.blob(others[path].blob),
    )
    found = read_readable(project, moves.values())
    moves = {path: to for path, to in moves.items() if to in found}
    return lock.with_moves(moves), {**ours, **{to: found[to] for to in moves.values()}}


def tracked(project: Project) -> tuple[str, ...]:
    """Return what git has of the project, without scaffold's own folder."""
    return tuple(path for path in project.seen.tracked() if path.split("/")[0] != FOLDER)


def _staged(project: Project, paths: Iterable[str]) -> dict[str, Staged]:
    """Return the index entries of files; what is in conflict has none, and a submodule is no file."""
    found = project.seen.staged(paths).items()
    return {path: Staged(mode, blob) for path, (mode, blob) in found if mode in (REGULAR, EXECUTABLE, SYMLINK)}
