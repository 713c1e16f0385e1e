"""An update that left conflicts: go on with it once they are resolved, or take it back."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from scaffold import disk, lock
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Place, Record, side_of
from scaffold.errors import ProjectError
from scaffold.git import porcelain
from scaffold.git.objects import find_repository
from scaffold.lock import DROPPED, Lock, Locked
from scaffold.merge.readable import broken
from scaffold.merge.settle import marked_line
from scaffold.project import rerere
from scaffold.project.opened import Project, find_root, open_project, place_of
from scaffold.project.resolve import contents_of, is_as_left, sides_of, stays_out
from scaffold.project.undo import refuse_elsewhere
from scaffold.project.update import NOTHING, Committed, commit_applied, refuse_unfit
from scaffold.report.results import Continued, OpenConflict, Undone
from scaffold.tree import File

AS_LEFT = "as the update left it, which may be meant so or not: scaffold resolve it, or git add it"
MARKED = "holds conflict markers"
BROKEN = "cannot be read any more, though every side could"
UNMERGED = "git has it in conflict: git add it once it is right"


def continue_update(directory: Path | str = ".") -> Continued:
    """Finish the last update if nothing of it is in conflict any more; raises ScaffoldError where there is none.

    A file counts as decided once it holds no markers and is not just as the update left it, or once the person has put
    it into git's index. Then it is staged as it stands, and the lock is settled.
    """
    root = find_root(Path(directory))
    place = place_of(root, find_repository(root))
    with transaction.exclusively(place):
        records.refuse_interrupted(place)
        project, record = open_project(root, place.repository), records.conflicted(place)
        if not (project.recorded.pending or (record and (record.message or _is_half_done(place, record)))):
            raise ProjectError(
                "there is no update to go on with", where=str(root), hint="scaffold status says how it stands"
            )
        what = record.what if record else f"update {project.recorded.blueprint} {project.recorded.version}"
        if left := tuple(_left_open(project)):
            return Continued(root, what, conflicts=left)
        refuse_unfit(place.repository, None)
        if record:
            refuse_elsewhere(place, record)
        resolved = tuple(sorted(_places(project)))
        _settle(project, record)
        rerere.remember(place)
        made = _commit(project, record) if record and record.message else NOTHING
    on = place.repository.branch()
    branch = on and on.removeprefix("refs/heads/")
    return Continued(root, what, resolved=resolved, commit=made.commit, branch=branch, notes=made.notes)


def abort_update(directory: Path | str = ".") -> Undone:
    """Take an update with conflicts back, and lose what was done about them; raises ProjectError for any other."""
    root = find_root(Path(directory))
    place = place_of(root, find_repository(root))
    with transaction.exclusively(place):
        record = records.conflicted(place)
        if record is None:
            raise ProjectError(
                "there is no update with conflicts to abort",
                where=str(root),
                hint="scaffold undo takes back whatever was done last",
            )
        refuse_elsewhere(place, record)
        if record.state == "done" and place.repository.head() != record.head and not open_project(root).unresolved:
            raise ProjectError(
                f"{record.what} is committed", where=str(root), hint="scaffold undo takes it back none the less"
            )
        transaction.roll_back(place, record, given_up={*record.conflicts, lock.PATH})
        rerere.forget(place)
    return Undone(root, record.what, tuple(step.path for step in record.steps))


def _places(project: Project) -> dict[str, Locked]:
    """Return the lock's entries with a conflict, by where the project has their files."""
    files = project.recorded.files
    return {files[path].at or path: files[path] for path in project.recorded.pending}


def _is_half_done(place: Place, record: Record) -> bool:
    """Whether the run that settled the lock was killed before it could say so."""
    now = side_of(disk.read(place.root, lock.PATH))
    return any(now not in (step.before, step.after) for step in record.steps if step.path == lock.PATH)


def _left_open(project: Project) -> Iterator[OpenConflict]:
    in_index, places = project.place.repository.conflicted(), _places(project)
    for path, stages in sides_of(project, sorted({*places, *project.unresolved})).items():
        unmerged, file = project.in_repository(path) in in_index, disk.read(project.root, path)
        is_open = unmerged or path in project.unresolved
        line = marked_line(file.content, contents_of(project, path, stages)) if is_open and file else None
        if line:
            yield OpenConflict(path, line, MARKED)
        elif is_open and (not unmerged or path not in places or is_as_left(project, path, file)):
            yield OpenConflict(path, None, AS_LEFT if path in places else UNMERGED)
        elif file and path in places and (why := broken(path, file.content, _sides(project, path, places[path]))):
            yield OpenConflict(path, None, f"{BROKEN}: {why}")


def _sides(project: Project, path: str, locked: Locked) -> Iterator[bytes]:
    """Yield what was merged, as far as it is known: once a file is in git's index, that has the sides no more."""
    repository, name = project.place.repository, project.in_repository(path)
    committed = repository.entries([name]).get(name)
    for id_ in (locked.blob, locked.pending, committed and committed[1]):
        content = repository.blob(id_) if id_ not in (None, DROPPED) else None
        if content is not None:
            yield content


def _settle(project: Project, record: Record | None) -> None:
    """Stage what was decided, then write the lock: killed in between, it can be run again."""
    place = project.place
    repository, paths = place.repository, _places(project)
    outside = {path for path in paths if stays_out(project, path)}
    repository.stage({project.in_repository(path): {} for path in outside})
    if names := sorted(_unstaged(project, _to_stage(project, record) - outside)):
        porcelain.add(repository.root, names)
    settled = File(lock.dump(_with_digests(project, project.recorded.settled(frozenset(), project.sided))))
    if paths:
        transaction.put(place, lock.PATH, settled)
    repository.store([settled])
    repository.stage({project.in_repository(lock.PATH): {0: (settled.mode, settled.blob)}})
    if record:
        transaction.amend(place, record, {*record.conflicts, lock.PATH})


def _to_stage(project: Project, record: Record | None) -> set[str]:
    """Return what was decided, and what else the update has made and nobody has edited: a git reset may have been run.

    Where a person has committed the update, an edit is other work, and only what git has in conflict again counts.
    """
    place, name = project.place, project.in_repository(lock.PATH)
    repository, paths = place.repository, {*_places(project)}
    committed = repository.entries([name]).get(name)
    if committed and committed[1] == repository.stored_blob(name):
        in_index = repository.conflicted()
        return {path for path in paths if project.in_repository(path) in in_index}
    steps = [step for step in record.steps if step.index_before is not None] if record else []
    return paths | {step.path for step in steps if side_of(disk.file_at(place.root, step.path)) == step.after}


def _unstaged(project: Project, paths: Iterable[str]) -> Iterator[str]:
    """Yield the names of what git's index has otherwise than it stands, or not at all."""
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
            yield name


def _with_digests(project: Project, settled: Lock) -> Lock:
    """Return the lock with the SHA-256 of each locked file that was in conflict."""
    files = dict(settled.files)
    for path in project.recorded.pending:
        locked = files.get(path)
        if locked and locked.owner == "locked" and locked.blob:
            content = project.place.repository.blob(locked.blob)
            files[path] = locked if content is None else replace(locked, sha256=File(content).sha256)
    return replace(settled, files=files)


def _commit(project: Project, record: Record) -> Committed:
    """Make the commit that the update would have made; raises GitError where a hook refuses, and may be run again."""
    record = _again(project, record)
    made = commit_applied(project, record.message, records.save(replace(record, commits=True)))
    # With nothing left to commit, it was a person who did, unless a run of ours was killed right after it.
    commits = made.commit is not None or record.commits
    records.save(replace(_again(project, record), commits=commits, commit=made.commit, message=""))
    return made


def _again(project: Project, record: Record) -> Record:
    """Return a record as it was saved last."""
    return next(known for known in records.records(project.place) if known.folder == record.folder)
