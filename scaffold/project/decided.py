"""What was decided in a file that was in conflict, should it be done with."""

from scaffold.git.objects import Objects
from scaffold.lock import DROPPED, Locked
from scaffold.merge.decisions import Decision, learned, learned_whole, remembered
from scaffold.merge.settle import Sides, parts
from scaffold.tree import File


def decided(
    repository: Objects | None, locked: Locked, file: File, marked: Sides, version: str
) -> tuple[Decision, ...]:
    """Return what is remembered of a file: what was before, and what the file itself tells, in the update to a version.

    `marked` is how conflicts were marked in it.
    """
    return remembered(locked.decided, _new(repository, locked, file, marked, version))


def _new(repository: Objects | None, locked: Locked, file: File, marked: Sides, version: str) -> tuple[Decision, ...]:
    if locked.marked is not None:
        content = repository.blob(locked.marked) if repository else None
        return learned(parts(content, marked), file.content, version) if content is not None else ()
    if len(locked.mine) != 1 or locked.pending in (None, DROPPED):
        return ()  # a side had no file
    return (learned_whole(locked.blob, min(locked.mine), str(locked.pending), file.blob, version),)
