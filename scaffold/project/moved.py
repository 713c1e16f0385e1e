"""Files that the team has moved: found where they are now, so that what the blueprint changes goes there."""

from collections.abc import Mapping

from scaffold.lock import Lock
from scaffold.plan.moves import MOST, alike_pairs
from scaffold.project.base import Bases
from scaffold.project.opened import FOLDER, Project, read_readable
from scaffold.tree import File


def follow_team(project: Project, lock: Lock, ours: Mapping[str, File], bases: Bases) -> tuple[Lock, dict[str, File]]:
    """Return the lock with what the team has moved taken down, and the project's files, the moved ones among them.

    A locked file is not followed: it is put back where it belongs.
    """
    gone = {
        path: locked
        for path, locked in lock.files.items()
        if locked.owner != "locked" and locked.blob and path not in ours and lock.place_of(path, ours) not in ours
    }
    if not gone or project.repository is None:
        return lock, dict(ours)
    known = {*lock.paths, *ours}
    candidates = [
        path
        for path in project.repository.tracked(project.prefix)
        if path not in known and path.split("/")[0] != FOLDER
    ]
    others = read_readable(project, candidates[:MOST])
    contents = {path: bases(path, locked) for path, locked in gone.items()} if others else {}
    applied = {p: File(content, gone[p].mode) for p, content in contents.items() if content is not None}
    moves = alike_pairs(applied, others)
    return lock.with_moves(moves), {**ours, **{to: others[to] for to in moves.values()}}
