"""From a plan to changes: what each path and git's index become, and the blobs that the next merge starts from."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from scaffold import disk, lock
from scaffold.apply.record import Change, Place, keep_private
from scaffold.git.index import BASE, OURS, THEIRS
from scaffold.lock import Lock
from scaffold.merge.ends import as_in
from scaffold.merge.pointers import is_pointer
from scaffold.plan.actions import Action
from scaffold.project.opening import FOLDER, Project
from scaffold.project.planning.prepared import Prepared
from scaffold.tree import SYMLINK, File

Sides = Mapping[str, Mapping[int, File]]


def changes_of(prepared: Prepared, sides: Sides) -> list[Change]:
    """Return all changes, those of scaffold's own files first."""
    return [*_own_changes(prepared), *_changes(prepared, sides)]


def sides_of(prepared: Prepared) -> Sides:
    """Return what the index is to have for each path that changes, by stage, as git would store it."""
    return {action.path: _sides(prepared.project, action) for action in prepared.plan.changes}


def _own_changes(prepared: Prepared) -> list[Change]:
    project = prepared.project
    conversion = project.place.repository.conversion
    changes = []
    for path, file in prepared.own_files.items():
        name, here = project.in_repository(path), disk.read(project.root, path)
        stays = here is not None and conversion.stored(name, here).same_as(file)
        after = here if stays else conversion.checked_out(name, file)
        changes.append(Change(path, here, after, {0: (file.mode, file.blob)}))
    return changes


def _changes(prepared: Prepared, sides: Sides) -> list[Change]:
    project, actions = prepared.project, prepared.plan.changes
    repository = project.place.repository
    staged = repository.staged(project.in_repository(action.path) for action in actions)
    # What was planned with must still be there when it is replaced, so it is not read again here.
    unread = [action.path for action in actions if action.path not in prepared.standing]
    before = {**prepared.standing, **project.seen.standing(unread)}
    changes = []
    for action in actions:
        name = project.in_repository(action.path)
        untracked = action.verb != "conflict" and not staged[name] and repository.is_ignored(name)
        index = None if untracked else {stage: (side.mode, side.blob) for stage, side in sides[action.path].items()}
        here = before.get(action.path)
        # What stays as git has it stays as it is here too: behind a filter, or with the line ends of a checkout.
        stays = action.after is not None and action.after.same_as(action.before)
        after = action.after and repository.conversion.checked_out(name, action.after)
        changes.append(Change(action.path, here, here if stays else after, index))
    return changes


def _sides(project: Project, action: Action) -> dict[int, File]:
    stages = {0: action.after}
    if action.stages is not None:
        # With the line ends that they were merged with: else git's own tools show each line as a conflict.
        base, ours, theirs = action.stages
        stages = {BASE: _with_ends_of(ours, base), OURS: ours, THEIRS: _with_ends_of(ours, theirs)}
    name, conversion = project.in_repository(action.path), project.place.repository.conversion
    return {stage: conversion.normalised(name, side) for stage, side in stages.items() if side is not None}


def _with_ends_of(ours: File | None, side: File | None) -> File | None:
    if ours is None or side is None or SYMLINK in (ours.mode, side.mode) or is_pointer(side.content):
        return side
    return replace(side, content=as_in(ours.content, side.content))


def to_store(prepared: Prepared, sides: Sides) -> Iterator[tuple[str, File]]:
    """Yield every file that git's index will name, and all that the next merge starts from, by their paths.

    What git ignores is in its index in a conflict alone, and then stands under no path.
    """
    for files in (prepared.tree, prepared.plan.given, prepared.own_files):
        yield from files.items()
    for action in prepared.plan.changes:
        for side in sides[action.path].values():
            yield "" if action.verb == "conflict" else action.path, side
        if action.verb == "conflict" and action.after is not None:
            yield "", action.after  # what was decided in it is told from its markers


def keep_base(place: Place, after: Lock, files: Iterable[tuple[str, File]], before: Lock | None = None) -> None:
    """Store files, what the next merge starts from among them, and keep git's clean-up away from that.

    What git ignores it is not to have, which anybody may read or push. What the lock `before` names is kept too: should
    the operation fail, however often, it is still the one in force.
    """
    named = list(files)
    outside = staying_out(place, {path for path, _ in named if path})
    place.repository.store(file for path, file in named if path not in outside)
    entries = [*after.files.values(), *(before.files.values() if before else ())]
    known = (id_ for locked in entries for id_ in (locked.blob, locked.pending, locked.marked))
    wanted = {id_ for id_ in known if id_ and id_ != lock.DROPPED}
    place.repository.keep(place.reference, wanted)
    keep_private(place, (file for path, file in named if path in outside and file.blob in wanted), wanted)


def staying_out(place: Place, paths: Collection[str]) -> set[str]:
    """Return the paths that git ignores and does not have, which therefore stay untracked."""
    repository = place.repository
    names = {path: f"{place.prefix}/{path}" if place.prefix else path for path in paths}
    names = {path: name for path, name in names.items() if path.partition("/")[0] != FOLDER}
    staged = repository.staged(names.values())
    new = {path: name for path, name in names.items() if not staged[name]}
    at_head = repository.entries(new.values())
    return {path for path, name in new.items() if name not in at_head and repository.is_ignored(name)}
