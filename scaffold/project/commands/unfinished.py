"""An update that left conflicts: go on with it once they are resolved, or take it back."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from scaffold import disk, lock
from scaffold.apply import back, transaction
from scaffold.apply import record as records
from scaffold.apply.record import Change, Operation, Record, side_of
from scaffold.errors import ProjectError
from scaffold.lock import DROPPED, Lock
from scaffold.merge.readable import broken
from scaffold.merge.settle import marked_line
from scaffold.project.applying import rerere
from scaffold.project.applying.commit import NOTHING, commit_applied
from scaffold.project.applying.folder import refuse_unfit
from scaffold.project.commands.resolve import contents_of, entry_of, is_as_left, sides_of, stays_out
from scaffold.project.commands.undo import refuse_elsewhere
from scaffold.project.opening import Project, open_project, place_at
from scaffold.report.results import Continued, OpenConflict, Undone
from scaffold.tree import File

OPEN = "nobody has decided it on this branch: scaffold resolve it, or scaffold resolve --stages it and use git's tools"
AS_LEFT = "as the update left it, which may be meant so or not: scaffold resolve it, or git add it"
MARKED = "holds conflict markers"
BROKEN = "cannot be read any more, though every side could"
UNMERGED = "git has it in conflict: git add it once it is right"


def continue_update(directory: Path | str = ".") -> Continued:
    """Finish the last update if nothing of it is in conflict any more; raises ScaffoldError where there is none.

    A file counts as decided once it holds no markers and is not just as the update left it, or once the person has put
    it into git's index. Then it is staged as it stands, and the lock is settled.
    """
    place = place_at(Path(directory))
    with transaction.exclusively(place):
        records.refuse_unfinished(place)
        project = open_project(place.root, place.repository)
        record = records.conflicted(place) or records.uncommitted(place)
        if not (project.recorded.pending or (record and record.message)):
            raise ProjectError(
                "there is no update to go on with", where=str(place.root), hint="scaffold status says how it stands"
            )
        what = record.what if record else f"update {project.recorded.blueprint} {project.recorded.version}"
        if left := tuple(_left_open(project)):
            return Continued(place.root, what, conflicts=left)
        refuse_unfit(place.repository, None)
        if record:
            refuse_elsewhere(place, record)
        resolved = tuple(sorted(project.recorded.conflicts))
        part = _settle(project, record)
        rerere.remember(place)
        made = commit_applied(place, part.message, part) if part.message else NOTHING
    on = place.repository.branch()
    branch = on and on.removeprefix("refs/heads/")
    return Continued(place.root, what, resolved=resolved, commit=made.commit, branch=branch, notes=made.notes)


def abort_update(directory: Path | str = ".") -> Undone:
    """Take an update with conflicts back, and lose what was done about them; raises ProjectError for any other."""
    place = place_at(Path(directory))
    with transaction.exclusively(place):
        record = records.conflicted(place)
        if record is None:
            raise ProjectError(
                "there is no update with conflicts to abort",
                where=str(place.root),
                hint="scaffold undo takes back whatever was done last",
            )
        refuse_elsewhere(place, record)
        stays = place.repository.head() == record.head
        if record.state == "done" and not stays and not open_project(place.root).unresolved:
            raise ProjectError(
                f"{record.what} is committed", where=str(place.root), hint="scaffold undo takes it back none the less"
            )
        back.roll_back(place, record, given_up={*record.conflicts, lock.PATH})
        rerere.forget(place)
    return Undone(place.root, record.what, tuple(step.path for step in record.steps))


def _left_open(project: Project) -> Iterator[OpenConflict]:
    in_index, places = project.place.repository.conflicted(), project.recorded.conflicts
    for path, stages in sides_of(project, sorted({*places, *project.unresolved})).items():
        unmerged, file = project.in_repository(path) in in_index, disk.read(project.root, path)
        is_open = unmerged or path in project.unresolved
        line = marked_line(file.content, contents_of(project, path, stages)) if is_open and file else None
        if line:
            yield OpenConflict(path, line, MARKED)
        elif is_open and (not unmerged or path not in places or is_as_left(project, path, file)):
            told = OPEN if entry_of(project, path).open else AS_LEFT
            yield OpenConflict(path, None, told if path in places else UNMERGED)
        elif file and path in places and (why := broken(path, file.content, _sides(project, path))):
            yield OpenConflict(path, None, f"{BROKEN}: {why}")


def _sides(project: Project, path: str) -> Iterator[bytes]:
    """Yield what was merged, as far as it is known: once a file is in git's index, that has the sides no more."""
    repository, name, locked = project.place.repository, project.in_repository(path), entry_of(project, path)
    committed = repository.entries([name]).get(name)
    for id_ in (locked.blob, locked.pending, committed and committed[1]):
        content = repository.blob(id_) if id_ not in (None, DROPPED) else None
        if content is not None:
            yield content


def _settle(project: Project, record: Record | None) -> Record:
    """Stage what was decided, and write the lock, as a part of the update; returns its record."""
    place, places, made = project.place, {*project.recorded.conflicts}, record.steps if record else ()
    outside = {path for path in places if stays_out(project, path)}
    added = {*_unstaged(project, _to_stage(project, record) - outside)}
    settled = File(
        lock.dump(_with_digests(project, project.recorded.settled(frozenset(), project.sided, project.decided)))
    )
    place.repository.store([settled])
    here = project.seen.standing([*places, *(step.path for step in made if step.index_before is not None), lock.PATH])
    staged = place.repository.staged(map(project.in_repository, here))
    changes = [
        Change(path, file, file, {} if path in outside else staged[project.in_repository(path)], added=path in added)
        for path, file in here.items()
        if path != lock.PATH
    ]
    now = here[lock.PATH]
    changes.append(Change(lock.PATH, now, settled if places else now, {0: (settled.mode, settled.blob)}))
    message = record.message if record else ""
    part = transaction.stage(
        place,
        Operation("continue", "update --continue", commits=bool(message), message=message),
        changes,
        part_of=record,
    )
    with transaction.rolling_back(place, part):
        transaction.swap(place, part, changes)
    return records.finish(place, part)


def _to_stage(project: Project, record: Record | None) -> set[str]:
    """Return what was decided, and what else the update has made and nobody has edited: a git reset may have been run.

    Where a person has committed the update, an edit is other work, and only what git has in conflict again counts.
    """
    place, name = project.place, project.in_repository(lock.PATH)
    repository, paths = place.repository, {*project.recorded.conflicts}
    committed = repository.entries([name]).get(name)
    if committed and committed[1] == repository.stored_blob(name):
        in_index = repository.conflicted()
        return {path for path in paths if project.in_repository(path) in in_index}
    steps = [step for step in record.steps if step.index_before is not None] if record else []
    return paths | {step.path for step in steps if side_of(disk.file_at(place.root, step.path)) == step.after}


def _unstaged(project: Project, paths: Iterable[str]) -> Iterator[str]:
    """Yield the paths of what git's index has otherwise than it stands, or not at all."""
    repository, names = project.place.repository, {path: project.in_repository(path) for path in paths}
    staged, files = repository.staged(names.values()), disk.read_all(project.root, names)
    for path, name in names.items():
        file, entry = files.get(path), staged[name].get(0)
        if file is None or entry is None:
            differs = file is not None or bool(staged[name])
        else:
            differs = entry[1] not in (file.blob, repository.stored_blob(name))
            differs |= repository.keeps_modes() and entry[0] != file.mode
        if differs:
            yield path


def _with_digests(project: Project, settled: Lock) -> Lock:
    """Return the lock with the SHA-256 of each locked file that was in conflict."""
    files = dict(settled.files)
    for path in project.recorded.pending:
        locked = files.get(path)
        if locked and locked.owner == "locked" and locked.blob:
            content = project.place.repository.blob(locked.blob)
            files[path] = locked if content is None else locked._replace(sha256=File(content).sha256)
    return replace(settled, files=files)
