"""The transaction: stage everything, swap it in, and roll back where that fails."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import disk
from scaffold.apply import beside
from scaffold.apply.back import Edited, committed, remedy, roll_back, write_index
from scaffold.apply.record import (
    ENDINGS,
    Change,
    Operation,
    Place,
    Record,
    Step,
    Steps,
    litter,
    new_place,
    newest,
    save,
    side_of,
    tidy,
)
from scaffold.errors import ProjectError, ScaffoldError
from scaffold.process.loading import later

if TYPE_CHECKING:
    from scaffold.git import porcelain
else:
    porcelain = later("scaffold.git.porcelain")

PATIENCE = 20  # times a twentieth of a second


@contextmanager
def exclusively(place: Place) -> Iterator[None]:
    """Hold the repository, whose index all its projects share, against a second scaffold.

    Raises ProjectError where there is one, and where the disk fails.
    """
    from filelock import FileLock, Timeout  # only what changes a project needs it

    try:
        disk.private(disk.private(place.records.parent) / place.records.name)
        lock = FileLock(place.records.parent / "busy", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise ProjectError(
            "another scaffold is at work in this repository", where=str(place.root), hint="wait until it is done"
        ) from error
    except OSError as error:
        raise _unchanged(place, error) from error
    try:
        _unlock_reference(place)
        record = newest(place)
        place.repository.unlock_index()
        if record is not None and record.state in ENDINGS:
            place.repository.unlock_after_git()
        tidy(place)
        beside.sweep(place.records.parent)
        if record:
            committed(place, record)
        yield
    except OSError as error:
        raise ProjectError(
            f"it was broken off: {error.strerror or error}",
            where=str(error.filename or place.root),
            hint=f"{remedy(error)}, and scaffold status says how it stands",
        ) from error
    finally:
        lock.release()


def is_at_work(place: Place) -> bool:
    """Whether a scaffold holds the repository now."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(place.records.parent / "busy", timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def clean_up(place: Place) -> None:
    """Remove what a killed run has left, unless somebody is at work, or it cannot be."""
    if litter(place) or place.repository.is_index_locked() or beside.left_in(place.records.parent):
        with suppress(ScaffoldError), exclusively(place):
            pass


def _unlock_reference(place: Place) -> None:
    """Remove the lock on this project's own reference that a killed run has left; git holds it for an instant only."""
    left = place.repository.common / f"{place.reference}.lock"
    for _ in range(PATIENCE):
        if not left.exists():
            return
        time.sleep(0.05)
    left.unlink(missing_ok=True)


def stage(
    place: Place,
    operation: Operation,
    changes: list[Change],
    *,
    files_exist: bool = False,
    part_of: Record | None = None,
) -> Record:
    """Write the record and the new contents, after which the operation counts as begun; raises ProjectError.

    `files_exist`: the caller has written the new files elsewhere and moves them in itself. `part_of` is the operation
    that this one goes on with.
    """
    gone = {change.path for change in changes if change.after is None}
    known: set[str] = set()
    for change in changes:
        disk.check_way(place.root, change.path, gone, known)
    try:
        folder, file = new_place(place, part_of)
    except OSError as error:
        raise _unchanged(place, error) from error
    record = Record(
        folder=folder,
        kind=operation.kind,
        what=operation.what,
        state="staging",
        steps=_steps(place, changes),
        head=place.repository.head(),
        branch=place.repository.branch(),
        new_branch=operation.new_branch,
        commits=operation.commits,
        whole_repository=operation.whole_repository,
        conflicts=operation.conflicts,
        message=operation.message,
        trusted=operation.trusted,
        tag=operation.tag,
        made=operation.made,
        folders=disk.missing_folders(place.root, (change.path for change in changes if change.before is None)),
        file=file,
    )
    try:
        kept = _committed(place, changes)
        for change, step in zip(changes, record.steps, strict=True):
            if change.before is not None and change.path not in kept:
                copy = folder / "before" / change.before.blob
                if not copy.exists():
                    disk.write_private(copy, change.before.content)
            if change.after is not None and not files_exist and not change.after.same_as(change.before):
                disk.write_beside(_staged(folder, change.path), change.after, step.bits)
        return save(record._replace(state="swapping"))
    except OSError as error:
        tidy(place)
        raise _unchanged(place, error) from error


def _steps(place: Place, changes: list[Change]) -> Steps:
    index = place.repository.staged([place.in_repository(change.path) for change in changes])
    return Steps(
        Step(
            path=change.path,
            before=side_of(change.before),
            after=side_of(change.after),
            index_before=index[place.in_repository(change.path)] if change.is_staged else None,
            bits=disk.permissions(place.root, change.path) if change.before else None,
        )
        for change in changes
    )


def _unchanged(place: Place, error: OSError, path: str | None = None) -> ProjectError:
    where = error.filename or place.root if path is None else place.root / path
    hint = f"{remedy(error)}, then run it again"
    return ProjectError(f"nothing was changed: {error.strerror or error}", where=str(where), hint=hint)


def _committed(place: Place, changes: list[Change]) -> set[str]:
    """Return the paths whose content before is in the commit at HEAD, where undo finds it again."""
    before = {change.path: change.before.blob for change in changes if change.before is not None}
    at_head = place.repository.entries(place.in_repository(path) for path in before)
    committed = {name: id_ for name, (_, id_) in at_head.items()}
    return {path for path, blob in before.items() if committed.get(place.in_repository(path)) == blob}


def swap(place: Place, record: Record, changes: list[Change]) -> None:
    """Move the staged files into place one by one, then write git's index once; raises OSError or ProjectError."""
    known: set[str] = set()
    for change in sorted(changes, key=lambda change: change.after is not None):  # a file may become a folder
        if not _stands(place, change, known):
            raise ProjectError(
                f"nothing was changed: {change.path} was edited meanwhile", where=str(place.root), hint="run it again"
            )
        try:
            if change.after is None:
                disk.remove(place.root, change.path)
                known.clear()  # a folder that is empty now went along
            elif not change.after.same_as(change.before):
                disk.swap_in(_staged(record.folder, change.path), place.root, change.path, known)
        except OSError as error:
            raise _unchanged(place, error, change.path) from error
    write_index(place, {change.path: change.index for change in changes})
    if added := sorted(place.in_repository(change.path) for change in changes if change.added):
        with place.repository.index_aside() as index:
            porcelain.add(place.repository.root, added, index)


def _stands(place: Place, change: Change, known: set[str]) -> bool:
    """Whether what stands at a path is as before; contents are compared as they are, which takes no digest."""
    now = disk.file_at(place.root, change.path, known)
    return now is None if change.before is None else change.before.same_as(now)


@contextmanager
def rolling_back(place: Place, record: Record, edited: Edited = "keep") -> Iterator[None]:
    """Put everything back as before where the body fails or is interrupted; raises ProjectError for a failing disk."""
    try:
        yield
    except BaseException as error:
        roll_back(place, record, edited)
        if isinstance(error, OSError):
            raise _unchanged(place, error) from error
        raise


def _staged(folder: Path, path: str) -> str:
    return f"{folder}/after/{sha256(path.encode()).hexdigest()}"
