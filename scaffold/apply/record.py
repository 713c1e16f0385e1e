"""Records of operations: what changed, before and after, beside the contents that undo needs."""

import json
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple

from scaffold import disk
from scaffold.errors import ProjectError
from scaffold.git.index import Entry
from scaffold.git.objects import PRIVATE, Objects
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
    """A change as recorded: ids only, the contents lie beside the record.

    `bits` are the permissions that the file had: git keeps but one of them, and a secret may depend on the others.
    """

    path: str
    before: Side
    after: Side
    index_before: dict[int, Entry] | None
    bits: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One operation on a project.

    `conflicts` are the paths that it left for a person to decide, and `message` that of the commit to be made then.
    `trusted`: code that it brought may run.
    """

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
    conflicts: tuple[str, ...] = ()
    message: str = ""
    trusted: bool = False


RECORDED = [field.name for field in fields(Record) if field.name != "folder"]


class Place(NamedTuple):
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
        """A name for the project that is safe in a file name."""
        return "root" if not self.prefix else sha256(self.prefix.encode()).hexdigest()[:16]

    @property
    def reference(self) -> str:
        """The reference that keeps the bases of this project, apart for each work tree of the repository."""
        folder = self.repository.folder
        return f"refs/scaffold/{self.slug}" + (f"-{folder.name}" if folder.parent.name == "worktrees" else "")


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


def records(place: Place) -> list[Record]:
    """Return the records that count, oldest first; what was killed while staging never began."""
    found = [_load(folder) for folder in _folders(place)]
    return [record for record in found if record is not None and record.state != "staging"]


def conflicted(place: Place) -> Record | None:
    """Return the last operation where it is one that left conflicts."""
    last = records(place)[-1:]
    return last[0] if last and last[0].conflicts else None


def refuse_interrupted(place: Place) -> None:
    """Raise ProjectError where an operation was killed half-way."""
    for record in records(place):
        if record.state == "swapping":
            raise ProjectError(
                f"{record.what} was interrupted half-way", where=str(place.root), hint="take it back with scaffold undo"
            )


def save(record: Record) -> Record:
    """Write a record in one step."""
    place = record.folder / f"{RECORD}.new"
    with place.open("w") as file:
        file.write(json.dumps({name: getattr(record, name) for name in RECORDED}, default=_step_out))
    place.replace(record.folder / RECORD)
    return record


def _step_out(step: Step) -> dict[str, Any]:
    return {field.name: getattr(step, field.name) for field in fields(Step)}


def finish(place: Place, record: Record) -> Record:
    """Mark an operation as done, and forget the oldest ones."""
    done = save(replace(record, state="done"))
    shutil.rmtree(record.folder / "after", ignore_errors=True)
    for folder in _folders(place)[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
    return done


def forget(record: Record) -> None:
    """Remove a record in one step."""
    gone = record.folder.with_name(f"{record.folder.name}.gone")
    shutil.rmtree(gone, ignore_errors=True)
    record.folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def side_of(file: File | None) -> Side:
    """Return what a record keeps of a file."""
    return None if file is None else (file.mode, file.blob)


def _folders(place: Place) -> list[Path]:
    if not place.records.is_dir():
        return []
    return sorted(folder for folder in place.records.iterdir() if folder.name.isdigit())


def new_folder(place: Place) -> Path:
    """Make the folder of the next record."""
    folders = _folders(place)
    number = int(folders[-1].name) + 1 if folders else 1
    folder = place.records / f"{number:06}"
    for name in ("before", "after"):
        disk.private(folder / name)
    return folder


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
                bits=step.get("bits"),
            )
            for step in data.pop("steps")
        )
        conflicts = tuple(data.pop("conflicts", ()))
        return Record(folder=folder, steps=steps, conflicts=conflicts, **data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # never came to be written: the run was killed while staging


def _pair(side: Any) -> Side:
    return None if side is None else (side[0], side[1])
