"""From a plan to changes: what each path and git's index become, and the blobs that the next merge starts from."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scaffold import disk, lock
from scaffold.answers import file as answers_file
from scaffold.apply.record import Change, Place
from scaffold.git.index import BASE, OURS, THEIRS, Entry
from scaffold.lock import Lock
from scaffold.plan.actions import Action
from scaffold.project.opened import standing
from scaffold.project.prepare import Prepared
from scaffold.tree import File


def changes_of(prepared: Prepared) -> list[Change]:
    """Return all changes, those of scaffold's own files first."""
    return [*_own_changes(prepared), *_changes(prepared)]


def _own_changes(prepared: Prepared) -> list[Change]:
    project = prepared.project
    wanted = {
        answers_file.PATH: replace(project.wishes_file, content=prepared.wishes_file),
        lock.PATH: File(lock.dump(prepared.plan.lock_after)),
    }
    return [
        Change(path, disk.read(project.root, path), file, {0: (file.mode, file.blob)}) for path, file in wanted.items()
    ]


def _changes(prepared: Prepared) -> list[Change]:
    project, actions = prepared.project, prepared.plan.changes
    repository = project.place.repository
    staged = repository.staged(project.in_repository(action.path) for action in actions)
    # What was planned with must still be there when it is replaced, so it is not read again here.
    unread = [action.path for action in actions if action.path not in prepared.standing]
    before = {**prepared.standing, **standing(project, unread)}
    changes = []
    for action in actions:
        name = project.in_repository(action.path)
        untracked = action.verb != "conflict" and not staged[name] and repository.is_ignored(name)
        index = None if untracked else _index(action)
        here = before.get(action.path)
        # What stays as git has it stays as it is here too: behind a filter, or with the line ends of a checkout.
        stays = action.after is not None and action.after.same_as(action.before)
        changes.append(Change(action.path, here, here if stays else action.after, index))
    return changes


def _sides(action: Action) -> dict[int, File]:
    if action.stages is None:
        return {0: action.after} if action.after else {}
    sides = zip((BASE, OURS, THEIRS), action.stages, strict=True)
    return {stage: side for stage, side in sides if side is not None}


def _index(action: Action) -> dict[int, Entry]:
    return {stage: (side.mode, side.blob) for stage, side in _sides(action).items()}


def to_store(prepared: Prepared, changes: Iterable[Change]) -> Iterator[File]:
    """Yield every file that git's index will name, and all that the next merge starts from."""
    yield from prepared.tree.values()
    yield from (change.after for change in changes if change.after)
    for action in prepared.plan.conflicts:
        yield from _sides(action).values()


def keep_base(place: Place, after: Lock, files: Iterable[File], before: Lock | None = None) -> None:
    """Store files, what the next merge starts from among them, and keep git's clean-up away from that.

    What the lock `before` names is kept too: should the operation fail, however often, it is still the one in force.
    """
    place.repository.store(files)
    entries = [*after.files.values(), *(before.files.values() if before else ())]
    known = (id_ for locked in entries for id_ in (locked.blob, locked.pending))
    place.repository.keep(place.reference, (id_ for id_ in known if id_ and id_ != lock.DROPPED))
