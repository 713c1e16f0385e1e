"""Apply changes so that, killed at any instant, a project is as before, as after, or can be put back as it was.

A record in the repository's own `.git` folder holds every changed path before and after. Its life:

    staging    the new content lies beside the record; the project is untouched
    swapping   files are moved into place one by one, then git's index is written once
    done       the record stays, so that `undo` can take the operation back

An error or Ctrl-C while swapping rolls back at once. A record left in `swapping` is a killed run, for `undo`.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from scaffold import disk
from scaffold.errors import ProjectError
from scaffold.git.objects import Entry, Objects
from scaffold.tree import File, Mode

State = Literal["staging", "swapping", "done"]
Side = tuple[Mode, str] | None  # mode and blob id; None: no file
KEPT = 20  # finished records per project
RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class Change:
    """One path's file before and after, and its index entries by stage (None: the index is left alone)."""

    path: str
    before: File | None
    after: File | None
    index: Mapping[int, Entry] | None


@dataclass(frozen=True, slots=True)
class Step:
    """A change as recorded: ids only, the contents lie beside the record."""

    path: str
    before: Side
    after: Side
    index_before: dict[int, Entry] | None


@dataclass(frozen=True, slots=True)
class Record:
    """One operation on a project."""

    folder: Path
    kind: str
    what: str
    state: State
    steps: tuple[Step, ...]
    head: str | None
    branch: str | None
    new_branch: str | None = None
    commits: bool = False
    commit: str | None = None
    whole_repository: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a project stands: its folder, its repository, and the way from the repository's top to it."""

    root: Path
    repository: Objects
    prefix: str

    @property
    def records(self) -> Path:
        """The folder of this project's records."""
        return self.repository.folder / "scaffold" / self.slug

    @property
    def slug(self) -> str:
        """A name for the project that is safe in a file name and a reference."""
        return "root" if not self.prefix else sha256(self.prefix.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Operation:
    """What is known of an operation before it starts."""

    kind: str
    what: str
    new_branch: str | None = None
    commits: bool = False
    whole_repository: bool = False


@contextmanager
def exclusively(place: Place) -> Iterator[None]:
    """Hold the project against a second scaffold; raises ProjectError where another holds it."""
    place.records.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.records / "busy", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise ProjectError(
            "another scaffold is at work on this project", where=str(place.root), hint="wait until it is done"
        ) from error
    try:
        yield
    finally:
        lock.release()


def records(place: Place) -> list[Record]:
    """Return the records that count, oldest first; what was killed while staging never began."""
    found = [_load(folder) for folder in _folders(place)]
    return [record for record in found if record is not None and record.state != "staging"]


def refuse_interrupted(place: Place) -> None:
    """Raise ProjectError where an operation was killed half-way."""
    for record in records(place):
        if record.state == "swapping":
            raise ProjectError(
                f"{record.what} was interrupted half-way", where=str(place.root), hint="take it back with scaffold undo"
            )


@contextmanager
def rolling_back(place: Place, record: Record) -> Iterator[None]:
    """Put everything back as before where the body fails or is interrupted; raises ProjectError for a failing disk."""
    try:
        yield
    except BaseException as error:
        roll_back(place, record, force=True)
        if isinstance(error, OSError):
            where = str(error.filename or place.root)
            raise ProjectError(f"nothing was changed: {error.strerror}", where=where) from error
        raise


def swap(place: Place, record: Record, changes: list[Change]) -> None:
    """Move the staged files into place one by one, then write git's index once; raises OSError or ProjectError."""
    for change in changes:
        if change.after is None:
            disk.remove(place.root, change.path)
        elif not change.after.same_as(change.before):
            disk.swap_in(_staged(record.folder, change.path), place.root, change.path)
    _write_index(place, {change.path: change.index for change in changes})


def stage(place: Place, operation: Operation, changes: list[Change], *, files_exist: bool = False) -> Record:
    """Write the record and the new contents, after which the operation counts as begun; raises ProjectError.

    `files_exist`: the caller has written the new files elsewhere and moves them in itself.
    """
    for change in changes:
        disk.check_way(place.root, change.path)
    index = place.repository.staged([_in_repository(place, change.path) for change in changes])
    steps = tuple(
        Step(
            path=change.path,
            before=_side(change.before),
            after=_side(change.after),
            index_before=None if change.index is None else index[_in_repository(place, change.path)],
        )
        for change in changes
    )
    folder = _new_folder(place)
    record = Record(
        folder=folder,
        kind=operation.kind,
        what=operation.what,
        state="staging",
        steps=steps,
        head=place.repository.head(),
        branch=place.repository.branch(),
        new_branch=operation.new_branch,
        commits=operation.commits,
        whole_repository=operation.whole_repository,
    )
    try:
        for change in changes:
            if change.before is not None:
                (folder / "before" / change.before.blob).write_bytes(change.before.content)
            if change.after is not None and not files_exist:
                disk.write(_staged(folder, change.path), change.after, place.root / change.path)
        return save(replace(record, state="swapping"))
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ProjectError(f"nothing was changed: {error.strerror}", where=str(error.filename)) from error


def save(record: Record) -> Record:
    """Write a record in one step."""
    data: dict[str, Any] = asdict(record)
    del data["folder"]
    place = record.folder / f"{RECORD}.new"
    with place.open("w") as file:
        json.dump(data, file)
        file.flush()
        os.fsync(file.fileno())
    place.replace(record.folder / RECORD)
    return record


def finish(place: Place, record: Record) -> Record:
    """Mark an operation as done, and forget the oldest ones."""
    done = save(replace(record, state="done"))
    shutil.rmtree(record.folder / "after", ignore_errors=True)
    for folder in _folders(place)[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
    return done


def edited_since(place: Place, record: Record) -> list[str]:
    """Return the paths that are now neither as before the operation nor as after it."""
    now = {step.path: _side(disk.read(place.root, step.path)) for step in record.steps}
    return [step.path for step in record.steps if now[step.path] not in (step.before, step.after)]


def roll_back(place: Place, record: Record, *, force: bool = False) -> None:
    """Put every path and its index entries back as before; with `force`, also what was edited since.

    Raises ProjectError naming what was edited since. May be killed and run again.
    """
    edited = edited_since(place, record)
    if edited and not force:
        raise ProjectError(
            f"changed since: {', '.join(edited)}",
            where=str(place.root),
            hint="commit it and use git revert, or lose it with scaffold undo --force",
        )
    for step in record.steps:
        now = disk.read(place.root, step.path)
        if _side(now) == step.before:
            continue
        if step.before is None:
            disk.remove(place.root, step.path)
            continue
        mode, id_ = step.before
        file = File((record.folder / "before" / id_).read_bytes(), mode)
        staged = record.folder / "back"
        staged.unlink(missing_ok=True)
        disk.write(staged, file, place.root / step.path)
        disk.swap_in(staged, place.root, step.path)
    _take_head_back(place, record)
    _write_index(place, {step.path: step.index_before for step in record.steps})
    forget(record)


def _take_head_back(place: Place, record: Record) -> None:
    """Undo the operation's own commit and branch, unless HEAD has moved on or the commit was pushed."""
    repository, head = place.repository, place.repository.head()
    if head is not None and head != record.head:
        first = repository.parents(head)[:1]
        own = head == record.commit if record.commit else first == ((record.head,) if record.head else ())
        if not record.commits or not own or repository.is_pushed(head):
            return
        repository.point_head(record.branch, record.head)
    if record.new_branch is not None and repository.reference(record.new_branch) in (head, record.head):
        repository.point_head(record.branch, record.head)
        repository.delete_reference(record.new_branch)


def forget(record: Record) -> None:
    """Remove a record in one step."""
    gone = record.folder.with_name(f"{record.folder.name}.gone")
    shutil.rmtree(gone, ignore_errors=True)
    record.folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _write_index(place: Place, entries: Mapping[str, Mapping[int, Entry] | None]) -> None:
    wanted = {_in_repository(place, path): stages for path, stages in entries.items() if stages is not None}
    if wanted and place.repository.staged(wanted) != wanted:
        place.repository.stage(wanted)


def _in_repository(place: Place, path: str) -> str:
    return f"{place.prefix}/{path}" if place.prefix else path


def _side(file: File | None) -> Side:
    return None if file is None else (file.mode, file.blob)


def _staged(folder: Path, path: str) -> Path:
    return folder / "after" / sha256(path.encode()).hexdigest()


def _folders(place: Place) -> list[Path]:
    if not place.records.is_dir():
        return []
    return sorted(folder for folder in place.records.iterdir() if folder.name.isdigit())


def _new_folder(place: Place) -> Path:
    folders = _folders(place)
    number = int(folders[-1].name) + 1 if folders else 1
    folder = place.records / f"{number:06}"
    for name in ("before", "after"):
        (folder / name).mkdir(parents=True)
    return folder


def _load(folder: Path) -> Record | None:
    try:
        data = json.loads((folder / RECORD).read_text())
        steps = tuple(
            Step(
                path=step["path"],
                before=_pair(step["before"]),
                after=_pair(step["after"]),
                index_before=None
                if step["index_before"] is None
                else {int(stage): (mode, id_) for stage, (mode, id_) in step["index_before"].items()},
            )
            for step in data.pop("steps")
        )
        return Record(folder=folder, steps=steps, **data)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # never came to be written: the run was killed while staging


def _pair(side: Any) -> Side:
    return None if side is None else (side[0], side[1])
