"""Records of operations: how far each has come, what changed, before and after, and the contents that undo needs."""

import json
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple

from scaffold import disk
from scaffold.errors import ProjectError
from scaffold.git.index import Entry
from scaffold.git.objects import PRIVATE, Objects
from scaffold.tree import File, Mode

State = Literal["staging", "swapping", "replaying", "committing", "undoing", "done"]
Side = tuple[Mode, str] | None  # mode and blob id; None: no file
FORMAT = 1
KEPT = 20  # finished records per project
RECORD, PART = "record.json", "part-{:06}.json"
# What was killed in a state, as a sentence about it, and the one command that ends it.
ENDINGS: Mapping[State, tuple[str, str]] = {
    "swapping": ("was interrupted half-way", "take it back with scaffold undo"),
    "replaying": ("was interrupted while git looked up earlier resolutions", "scaffold update --abort takes it back"),
    "committing": ("is applied, and was interrupted before it was committed", "take it back with scaffold undo"),
    "undoing": ("was being taken back when that was interrupted", "scaffold undo goes on with it"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One path's file before and after, and its index entries by stage (None: the index is left alone).

    `added`: git itself puts what stands there into the index.
    """

    path: str
    before: File | None
    after: File | None
    index: Mapping[int, Entry] | None
    added: bool = False

    @property
    def is_staged(self) -> bool:
        """Whether the index changes too."""
        return self.added or self.index is not None


class Step(NamedTuple):
    """A change as recorded: ids only, the contents lie beside the record.

    `before` and `after` are mode and blob id, `index_before` what git's index had (None: it was left alone). `bits` are
    the permissions that the file had: git keeps but one of them, and a secret may depend on the others.
    `kept`: somebody edited the file meanwhile, so it is not put back.
    """

    path: str
    before: Side
    after: Side
    index_before: dict[int, Entry] | None
    bits: int | None = None
    kept: bool = False


class Steps(tuple[Step, ...]):  # noqa: SLOT001 - a tuple can have no slot, and keeps its text
    """The changes of an operation, which stay as they are while its state changes."""

    @cached_property
    def written(self) -> str:
        """They as JSON."""
        return json.dumps([step._asdict() for step in self])


class Record(NamedTuple):
    """One operation on a project, or one part of it: what `resolve` and `update --continue` do later, in a file beside.

    `kind` is the command, `what` the operation in words, `head` and `branch` where HEAD was. It makes a `new_branch`, a
    `commit` where it `commits`, or the `whole_repository`. `conflicts` are the paths that it left for a person to
    decide, and `message` that of the commit to be made then. `trusted`: code that it brought may run. With a `tag` it
    has ended once that is there. `folders` were not there before; `made` counts those made above the project.
    """

    folder: Path
    kind: str
    what: str
    state: State
    steps: Steps
    head: str | None
    branch: str | None
    new_branch: str | None = None
    commits: bool = False
    commit: str | None = None
    whole_repository: bool = False
    conflicts: tuple[str, ...] = ()
    message: str = ""
    trusted: bool = False
    tag: str | None = None
    made: int = 0
    folders: tuple[str, ...] = ()
    file: str = RECORD

    @property
    def is_whole(self) -> bool:
        """Whether it is an operation, and not a part of one."""
        return self.file == RECORD


RECORDED = [name for name in Record._fields if name not in ("folder", "file", "steps")]


class Place(NamedTuple):
    """Where a project stands: its folder, its repository, and the way from the repository's top to it."""

    root: Path
    repository: Objects
    prefix: str

    @property
    def records(self) -> Path:
        """The folder of this project's records."""
        return _records(self.repository.folder, self.slug)

    @property
    def slug(self) -> str:
        """A name for the project that is safe in a file name."""
        return "root" if not self.prefix else sha256(self.prefix.encode()).hexdigest()[:16]

    def in_repository(self, path: str) -> str:
        """Return a path as the repository calls it."""
        return f"{self.prefix}/{path}" if self.prefix else path

    @property
    def reference(self) -> str:
        """The reference that keeps the bases of this project, apart for each work tree of the repository."""
        folder = self.repository.folder
        return f"refs/scaffold/{self.slug}" + (f"-{folder.name}" if folder.parent.name == "worktrees" else "")


@lru_cache(maxsize=16)  # it is asked for at every turn
def _records(repository: Path, slug: str) -> Path:
    return repository / "scaffold" / slug


class Operation(NamedTuple):
    """What is known of an operation before it starts."""

    kind: str
    what: str
    new_branch: str | None = None
    commits: bool = False
    whole_repository: bool = False
    conflicts: tuple[str, ...] = ()
    message: str = ""
    trusted: bool = False
    tag: str | None = None
    made: int = 0


def last(place: Place) -> Record | None:
    """Return the last operation with its parts, or None; raises ProjectError where its record cannot be read."""
    written = _written(place)
    return _whole(written) if written else None


def newest(place: Place) -> Record | None:
    """Return what was written last, an operation or a part of one, or None; raises ProjectError."""
    return next(reversed(_written(place)), None)


def conflicted(place: Place) -> Record | None:
    """Return the last operation where it is one that left conflicts."""
    found = last(place)
    return found if found and found.conflicts else None


def uncommitted(place: Place) -> Record | None:
    """Return the last operation where its commit was refused or broken off, and nobody has made it since.

    While conflicts are open, it is not time for that commit yet, and the lock says so. Raises ProjectError.
    """
    record = last(place)
    if record is None or record.state != "done" or record.commits or not record.message:
        return None
    return record if place.repository.head() == record.head and place.repository.differing() else None


def unfinished(place: Place) -> Record | None:
    """Return the operation, or the part of one, that was killed on its way; raises ProjectError."""
    record = newest(place)
    return record if record and record.state in ENDINGS and not is_committed(place, record) else None


def refuse_unfinished(place: Place) -> None:
    """Raise ProjectError where an operation was killed on its way: it says which command ends it."""
    if record := unfinished(place):
        what, command = said_of(record)
        raise ProjectError(what, where=str(place.root), hint=command)


def said_of(record: Record) -> tuple[str, str]:
    """Return what is unfinished, and the command that ends it."""
    said, command = ENDINGS[record.state]
    return f"{record.what} {said}", command


def is_committed(place: Place, record: Record) -> bool:
    """Whether an operation that was to be committed is, by a run that was killed right after it or by a person."""
    if record.state != "committing" or place.repository.head() == record.head:
        return False
    return record.tag is None or place.repository.reference(f"refs/tags/{record.tag}") is not None


def _written(place: Place) -> list[Record]:
    """Return the last operation that counts and then its parts; what was killed while staging never began."""
    for folder in reversed(_folders(place)):
        if main := _load(folder, RECORD):
            parts = sorted(file.name for file in folder.glob("part-*.json")) if _lets_part(place, main) else []
            return [main, *(part for name in parts if (part := _load(folder, name)))]
    return []


def _lets_part(place: Place, main: Record) -> bool:
    return main.state not in ENDINGS or is_committed(place, main)


def _whole(written: list[Record]) -> Record:
    """Return an operation and its finished parts as one: before it each path was as before the first of them."""
    if written[1:] and written[-1].state in ENDINGS:
        written = written[:-1]
    steps: dict[str, Step] = {}
    for record in written:
        for step in record.steps:
            known = steps.get(step.path, step)
            index = step.index_before if known.index_before is None else known.index_before
            steps[step.path] = known._replace(after=step.after, index_before=index)
    return written[0]._replace(
        steps=Steps(steps.values()),
        state=written[-1].state,
        commits=any(record.commits for record in written),
        commit=next((record.commit for record in reversed(written) if record.commit), None),
        message=written[-1].message,
    )


def save(record: Record) -> Record:
    """Write a record in one step."""
    place, known = record.folder / f"{RECORD}.new", {name: getattr(record, name) for name in RECORDED}
    head = json.dumps({"format": FORMAT, **known})
    place.write_text(f'{head[:-1]}, "steps": {record.steps.written}}}')
    place.replace(record.folder / record.file)
    return record


def finish(place: Place, record: Record, *, replays: bool = False) -> Record:
    """Mark an operation as done, or as to be committed or replayed now, and forget the oldest ones."""
    commits = record.commits and record.commit is None
    done = save(record._replace(state="replaying" if replays else "committing" if commits else "done"))
    shutil.rmtree(record.folder / "after", ignore_errors=True)
    for folder in _folders(place)[:-KEPT]:
        _remove(folder)
    return done


def forget(record: Record) -> None:
    """Remove a record, or what is known of a part, in one step."""
    if record.is_whole:
        _remove(record.folder)
    else:
        (record.folder / record.file).unlink()


def forget_all(place: Place) -> None:
    """Remove every record of a project."""
    for folder in reversed(_folders(place)):
        _remove(folder)


def tidy(place: Place) -> None:
    """Remove what a killed run has left beside the records; nobody else may be at work."""
    for left in litter(place):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def litter(place: Place) -> list[Path]:
    """Return what a killed run has left beside the records, if none is at work."""
    there = list(place.records.iterdir()) if place.records.is_dir() else []
    counts = [entry for entry in there if entry.name.isdigit() and (entry / RECORD).exists()]
    inside = [folder / name for folder in counts for name in (f"{RECORD}.new", "after")]
    kept = [place.records / PRIVATE, *counts]
    return [*(entry for entry in there if entry not in kept), *(entry for entry in inside if entry.exists())]


def _remove(folder: Path) -> None:
    gone = folder.with_name(f"{folder.name}.gone")
    shutil.rmtree(gone, ignore_errors=True)
    folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def side_of(file: File | None) -> Side:
    """Return what a record keeps of a file."""
    return None if file is None else (file.mode, file.blob)


def _folders(place: Place) -> list[Path]:
    if not place.records.is_dir():
        return []
    return sorted(folder for folder in place.records.iterdir() if folder.name.isdigit())


def new_place(place: Place, part_of: Record | None) -> tuple[Path, str]:
    """Make the folder of the next record; return it and the record's file, which for a part is one more."""
    if part_of is None:
        folders = _folders(place)
        number = int(folders[-1].name) + 1 if folders else 1
        folder, file = place.records / f"{number:06}", RECORD
    else:
        folder = part_of.folder
        number = max((int(part.stem[-6:]) for part in folder.glob("part-*.json")), default=0) + 1
        file = PART.format(number)
        shutil.rmtree(folder / "after", ignore_errors=True)
    for name in ("before", "after"):
        disk.private(folder / name)
    return folder, file


def keep_private(place: Place, files: Iterable[File], wanted: Collection[str]) -> None:
    """Keep contents that git is not to have where the user alone can read them, and of earlier ones those `wanted`.

    The repository finds them there as it finds its own objects. Raises OSError.
    """
    folder = place.records / PRIVATE
    for file in files:
        kept = disk.private(folder) / file.blob
        if not kept.exists():
            disk.write_private(kept, file.content)
    for left in folder.iterdir() if folder.is_dir() else ():
        if left.name not in wanted:
            left.unlink()


def _load(folder: Path, file: str) -> Record | None:
    """Return a record, or None where it never came to be written: the run was killed while staging."""
    place = folder / file
    try:
        return _parsed(place, place.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(place) from error


@lru_cache(maxsize=2)  # an operation asks for the last one more than once, and that has a step for each file
def _parsed(place: Path, written: bytes) -> Record:
    try:
        data = json.loads(written)
        format_ = data.pop("format", FORMAT)
        if format_ == FORMAT:
            steps = Steps(map(_step, data.pop("steps")))
            data |= {name: tuple(data.get(name, ())) for name in ("conflicts", "folders")}
            return Record(folder=place.parent, file=place.name, steps=steps, **data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(place) from error
    raise ProjectError(
        f"the record of the last operation has the format {format_}, and this scaffold knows {FORMAT}",
        where=str(place),
        hint="use the newer scaffold that wrote it",
    )


def _unreadable(place: Path) -> ProjectError:
    return ProjectError(
        "the record of the last operation cannot be read",
        where=str(place),
        hint="see to it that git status is as it should be, and remove that folder",
    )


def _step(data: dict[str, Any]) -> Step:
    index = data["index_before"]
    known = data | {
        "before": _pair(data["before"]),
        "after": _pair(data["after"]),
        "index_before": None if index is None else {int(stage): (mode, id_) for stage, (mode, id_) in index.items()},
    }
    return Step(**known)


def _pair(side: Any) -> Side:
    return None if side is None else (side[0], side[1])
