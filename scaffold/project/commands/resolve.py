"""Resolve: take one side of what is still in conflict, and keep the merge and the team's edits around it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, cast

from scaffold import disk, lock
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Change, Operation, side_of
from scaffold.errors import ProjectError
from scaffold.git.index import BASE, OURS, THEIRS, Staged
from scaffold.git.objects import Objects
from scaffold.lock import DROPPED, Locked
from scaffold.merge.readable import broken
from scaffold.merge.settle import Side, Sides, marked_line, settle
from scaffold.project.applying import rerere
from scaffold.project.opening import Project, as_stored, open_project, place_at, untouched
from scaffold.project.seen import Standing
from scaffold.report.results import Resolution, Resolved
from scaffold.tree import REGULAR, SYMLINK, File, Mode


class Taken(NamedTuple):
    """What becomes of one path; `exact`: it is a whole side, and goes into the index as it was there."""

    path: str
    after: File | None
    conflicts: int = 0
    exact: bool = False


def resolve(paths: Iterable[Path | str], *, side: Side) -> Resolved:
    """Settle the conflicts in files, or below folders, for one side; raises ProjectError with nothing written."""
    places, start = places_of(paths)
    place = place_at(start)
    with transaction.exclusively(place):
        records.refuse_unfinished(place)
        project = open_project(place.root, place.repository)
        found = sides_of(project, conflicts_in(project, places))
        taken = [_take(project, path, side, stages) for path, stages in found.items()]
        what = f"resolve --{side} {', '.join(one.path for one in taken)}"
        _carry_out(project, taken, what)
        left = open_project(place.root, place.repository).unresolved
    files = tuple(Resolution(t.path, t.conflicts, whole=t.exact, deleted=t.after is None) for t in taken)
    return Resolved(place.root, side, files, tuple(sorted(left)))


def places_of(paths: Iterable[Path | str]) -> tuple[list[Path], Path]:
    """Return where some paths are, and the folder to look for the project from; raises ProjectError for none."""
    places = [_place(Path(path)) for path in paths]
    if not places:
        raise ProjectError("no path was named", hint="name the files to resolve, or a folder that holds them")
    return places, _there(places[0])


def _place(path: Path) -> Path:
    """Return where a path is: a link at its end is not followed."""
    place = path.absolute()
    whole = place.name in ("", "..") or (place.is_dir() and not place.is_symlink())
    return place.resolve() if whole else place.parent.resolve() / place.name


def _there(place: Path) -> Path:
    """Return the nearest folder at or above a path that there is."""
    return next(folder for folder in (place, *place.parents) if folder.is_dir() and not folder.is_symlink())


def conflicts_in(project: Project, places: Iterable[Path]) -> list[str]:
    """Return the conflicts that the places name; raises ProjectError for one that is none."""
    wanted: dict[str, None] = {}
    none: list[str] = []
    for place in places:
        if not place.is_relative_to(project.root):
            raise ProjectError("this is not in the project", where=str(place), hint=f"the project is {project.root}")
        name = place.relative_to(project.root).as_posix()
        below = "" if name == "." else f"{name}/"
        found = [path for path in sorted(project.unresolved) if path == name or path.startswith(below)]
        if not found and _there(place) == place:
            raise ProjectError("no conflict is below this folder", where=str(place), hint=_these(project, ()))
        none += [] if found else [name]
        wanted |= dict.fromkeys(found)
    if none:
        what = "this is no conflict" if len(none) == 1 else f"these are no conflicts: {', '.join(none)}"
        where = project.root / none[0] if len(none) == 1 else project.root
        raise ProjectError(what, where=str(where), hint=_these(project, wanted))
    return list(wanted)


def _these(project: Project, named: Iterable[str]) -> str:
    """Say which files are in conflict, or of those that were named, which ones to name alone."""
    if some := list(named):
        return f"nothing was changed: name only {' '.join(some)}"
    return f"these are: {', '.join(sorted(project.unresolved))}" if project.unresolved else "none is left"


def _take(project: Project, path: str, side: Side, stages: dict[int, File]) -> Taken:
    file, sides = disk.read(project.root, path), contents_of(project, path, stages)
    if file is not None and file.mode != SYMLINK and marked_line(file.content, sides):
        settled = settle(file.content, side, sides)
        if line := marked_line(settled.content, sides):
            raise ProjectError(
                "the markers in the file cannot be told apart",
                where=f"{project.root / path}:{line}",
                hint="edit it by hand, and git add it",
            )
        if why := broken(path, settled.content, (whole.content for whole in stages.values())):
            raise ProjectError(
                f"with {'both sides' if side == 'both' else f'--{side}'} {path} could not be read any more: {why}",
                where=str(project.root / path),
                hint="edit it by hand, and git add it",
            )
        return Taken(path, replace(file, content=settled.content), settled.conflicts)
    if file is not None and OURS in stages and THEIRS in stages:
        _refuse_replayed(project, path, file)
    if file is not None and not is_as_left(project, path, file) and not _is_a_side(project, path, file, stages):
        if OURS in stages and THEIRS in stages and entry_of(project, path).left is None:
            return Taken(path, file)  # it had markers, and somebody has dealt with them
        raise ProjectError(
            f"{path} was edited since the update",
            where=str(project.root),
            hint="git add it if it is right, or git checkout --ours it to lose the edit",
        )
    if side == "both":
        raise ProjectError(
            f"{path} has no markers, so one cannot keep both",
            where=str(project.root),
            hint="take --ours or --theirs, or edit it and git add it",
        )
    return Taken(path, _whole(project, path, side, file, stages), exact=True)


def _refuse_replayed(project: Project, path: str, file: File) -> None:
    """Raise ProjectError where it was git that resolved the file, as somebody did before: a side was asked for now."""
    record = records.conflicted(project.place)
    left = {step.path: step.after for step in record.steps} if record else {}
    replays = project.place.repository.reuses_resolutions() and entry_of(project, path).left is None
    if replays and left.get(path) == side_of(file):
        raise ProjectError(
            f"git has resolved {path} as it was resolved before (git rerere), so no conflict is marked in it",
            where=str(project.root),
            hint=f"git add it if it is right, else git rerere forget {path} and git checkout --merge {path}, "
            "then resolve it",
        )


def entry_of(project: Project, path: str) -> Locked:
    """Return the lock's entry of a file by where the project has it, or an empty one."""
    entries = project.recorded.files.items()
    found = (locked for name, locked in entries if (locked.at or name) == path)
    return next(found, Locked(None, REGULAR, "managed", ""))


def is_as_left(project: Project, path: str, file: File | None) -> bool:
    """Whether nobody has touched a file since the update that had no markers to set in it."""
    known = entry_of(project, path).left
    if file is not None and (known is None or file.blob == known):
        return known is not None
    record = records.conflicted(project.place)
    left = {step.path: step.after for step in record.steps} if record else {}
    return path in left and side_of(file) == left[path]


def _is_a_side(project: Project, path: str, file: File, stages: dict[int, File]) -> bool:
    """Whether the file is one of the sides, as git's own commands check them out."""
    stored = file.blob if file.mode == SYMLINK else project.place.repository.stored_blob(project.in_repository(path))
    return any(whole.blob in (file.blob, stored) for whole in stages.values())


def sides_of(project: Project, paths: Iterable[str]) -> dict[str, dict[int, File]]:
    """Return the sides of each conflict by stage, as git's index has them."""
    repository, names = project.place.repository, {path: project.in_repository(path) for path in paths}
    staged = repository.staged(names.values())
    return {path: dict(_sides_in(repository, staged[name])) for path, name in names.items()}


def _sides_in(repository: Objects, staged: Staged) -> Iterator[tuple[int, File]]:
    for stage, (mode, id_) in staged.items():
        content = repository.blob(id_) if stage else None
        if content is not None:
            yield stage, File(content, cast("Mode", mode))


def contents_of(project: Project, path: str, stages: dict[int, File]) -> Sides:
    """Return what the three sides hold, nothing for one that is not there; else how an update marks a conflict."""
    marked = project.marked(path)
    if not stages:
        return marked
    base, ours, theirs = (stages[stage].content if stage in stages else b"" for stage in (BASE, OURS, THEIRS))
    return Sides(base, ours, theirs, size=marked.size)


def _whole(project: Project, path: str, side: Side, file: File | None, stages: dict[int, File]) -> File | None:
    """Return a side's whole file, or None where it has none; without stages, after a git reset, by the lock."""
    if stages:
        return stages.get(OURS if side == "ours" else THEIRS)
    if side == "ours":
        return file
    locked = entry_of(project, path)
    if locked.pending in (None, DROPPED):
        return None
    content = project.place.repository.blob(str(locked.pending))
    if content is None:
        raise ProjectError(
            f"what the blueprint has for {path} is not known any more",
            where=str(project.root),
            hint="scaffold resolve --stages it, or take the update back with scaffold update --abort, and update again",
        )
    return File(content, locked.mode)


def _carry_out(project: Project, taken: list[Taken], what: str) -> None:
    """Write files and index, and what undo has to know, as a part of the update that left the conflicts."""
    place, update = project.place, records.conflicted(project.place)
    place.repository.store(one.after for one in taken if one.after is not None)
    changes = [_change(project, one) for one in taken]
    changes += _decided(project, {change.path: change.after for change in changes})
    operation = Operation("resolve", what, message=update.message if update else "")
    record = transaction.stage(place, operation, changes, part_of=update)
    with transaction.rolling_back(place, record):
        transaction.swap(place, record, changes)
    records.finish(place, record)
    rerere.remember(place)


def _change(project: Project, one: Taken) -> Change:
    """Return what becomes of one path; a whole side goes into the index as it was there, the rest as git adds it."""
    before, after = disk.file_at(project.root, one.path), _written(project, one)
    if stays_out(project, one.path):
        return Change(one.path, before, after, {})
    entry = {} if one.after is None else {0: (one.after.mode, one.after.blob)}
    if one.exact and not (entry and project.place.repository.filtered([project.in_repository(one.path)])):
        return Change(one.path, before, after, entry)
    return Change(one.path, before, after, None, added=True)


def _written(project: Project, one: Taken) -> File | None:
    """Return what a path is to have in the work tree: a whole side comes from git, as a checkout would write it."""
    if one.after is None or not one.exact:
        return one.after
    return project.place.repository.conversion.checked_out(project.in_repository(one.path), one.after)


def stays_out(project: Project, path: str) -> bool:
    """Whether git ignores the file and the commit at HEAD does not have it: then it stays untracked."""
    repository, name = project.place.repository, project.in_repository(path)
    return repository.is_ignored(name) and name not in repository.entries([name])


def _decided(project: Project, standing: Standing) -> list[Change]:
    """Return the change of the lock that tells which files are meant to be as the update left them, if any are."""
    if not (places := untouched(project, as_stored(project, standing))):
        return []
    files = {
        name: locked._replace(left=None, open=False) if (locked.at or name) in places else locked
        for name, locked in project.recorded.files.items()
    }
    decided = File(lock.dump(replace(project.recorded, files=files)), REGULAR)
    return [Change(lock.PATH, disk.file_at(project.root, lock.PATH), decided, None)]
