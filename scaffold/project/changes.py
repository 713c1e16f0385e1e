"""From a plan to changes: what each path and git's index become, and the blobs that the next merge starts from."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from scaffold import disk, lock
from scaffold.answers import file as answers_file
from scaffold.apply.record import Change, Place
from scaffold.git.objects import Entry, Objects
from scaffold.lock import Lock
from scaffold.plan.actions import Action
from scaffold.project.opened import Project
from scaffold.project.prepare import Prepared
from scaffold.tree import File


def changes_of(prepared: Prepared) -> list[Change]:
    """Return all changes, those of scaffold's own files first, and store every blob that git's index will name."""
    place = prepared.project.place
    return [*_own_changes(prepared, place.repository), *_changes(prepared.project, prepared.plan.changes)]


def _own_changes(prepared: Prepared, repository: Objects) -> list[Change]:
    project = prepared.project
    wanted = {
        answers_file.PATH: replace(project.wishes_file, content=prepared.wishes_file),
        lock.PATH: File(lock.dump(prepared.plan.lock_after)),
    }
    repository.write_blobs(file.content for file in wanted.values())
    return [
        Change(path, disk.read(project.root, path), file, {0: (file.mode, file.blob)}) for path, file in wanted.items()
    ]


def _changes(project: Project, actions: Collection[Action]) -> list[Change]:
    repository = project.place.repository
    staged = repository.staged(project.in_repository(action.path) for action in actions)
    before = disk.read_all(project.root, [action.path for action in actions])
    changes = []
    for action in actions:
        name = project.in_repository(action.path)
        untracked = action.verb != "conflict" and not staged[name] and repository.is_ignored(name)
        index = None if untracked else _index(action)
        sides = (action.after, *_sides(action).values())
        repository.write_blobs(side.content for side in sides if side is not None)
        changes.append(Change(action.path, before.get(action.path), action.after, index))
    return changes


def _sides(action: Action) -> dict[int, File]:
    if action.stages is None:
        return {0: action.after} if action.after else {}
    sides = {1: action.stages.base, 2: action.stages.ours, 3: action.stages.theirs}
    return {stage: side for stage, side in sides.items() if side is not None}


def _index(action: Action) -> dict[int, Entry]:
    return {stage: (side.mode, side.blob) for stage, side in _sides(action).items()}


def keep_base(place: Place, after: Lock, contents: Iterable[bytes]) -> None:
    """Store what the next merge starts from, and keep git's clean-up away from it."""
    place.repository.write_blobs(contents)
    place.repository.keep(place.reference, (locked.blob for locked in after.files.values() if locked.blob))
