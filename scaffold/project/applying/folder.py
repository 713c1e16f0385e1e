"""From a plan to the project's folder: what may be written over; then all comes to disk and index, or nothing."""

import os
from collections.abc import Collection, Iterable, Mapping

from scaffold import disk
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Change, Operation, Record
from scaffold.errors import ProjectError
from scaffold.git import porcelain
from scaffold.git.conversion import ATTRIBUTES
from scaffold.git.index import Entry
from scaffold.git.objects import Objects
from scaffold.plan.actions import Action
from scaffold.project.applying import rerere
from scaffold.project.applying.changes import changes_of, keep_base, sides_of, to_store
from scaffold.project.opening import Project
from scaffold.project.planning.prepared import Prepared
from scaffold.tree import File


def refuse_dirty(project: Project, actions: Collection[Action], what: str = "the update") -> None:
    """Raise ProjectError where a file that would change holds work that git does not have, or cannot be written."""
    repository = project.place.repository
    names = {action.path: project.in_repository(action.path) for action in actions}
    _refuse_folders(project, actions)
    skipped = repository.skipped(names.values())
    if left_out := [p for p, name in names.items() if name in skipped and not os.path.lexists(project.root / p)]:
        raise ProjectError(
            f"{what} would change files that are not checked out: {', '.join(left_out)}",
            where=str(project.root),
            hint="git sparse-checkout add them",
        )
    at_head, staged = repository.entries(names.values()), repository.staged(names.values())
    dirty = [
        action.path
        for action in actions
        if not _is_clean(project, action, at_head.get(names[action.path]), staged[names[action.path]])
    ]
    committed = [names[path] for path in dirty if staged[names[path]] == {0: at_head.get(names[path])}]
    unedited = _unedited(repository, committed)
    if dirty := [path for path in dirty if names[path] not in unedited]:
        raise ProjectError(
            f"{what} would change files with uncommitted work: {', '.join(dirty)}",
            where=str(project.root),
            hint="commit or stash it first",
        )


def _refuse_folders(project: Project, actions: Collection[Action]) -> None:
    """Raise ProjectError where a file is to come and a folder stands that holds what does not go."""
    going = {action.path for action in actions if action.after is None}
    for action in actions:
        if (
            action.after is not None
            and action.before is None
            and not going.issuperset(disk.inside(project.root, action.path))
        ):
            raise ProjectError(
                f"{action.path} is a folder, and the blueprint has a file there",
                where=str(project.root / action.path),
                hint="move it away",
            )


def _unedited(repository: Objects, names: Iterable[str]) -> frozenset[str]:
    """Return which of these committed paths only look edited: behind a filter driver, git stores something else."""
    filtered = repository.filtered(names)
    return frozenset(filtered) - porcelain.edited(repository.root, filtered) if filtered else frozenset()


def _is_clean(project: Project, action: Action, committed: Entry | None, staged: Mapping[int, Entry]) -> bool:
    """Whether nothing is lost if the path changes.

    That is so for what is committed, for what is exactly as scaffold applied it, for a deletion, and for an ignored
    file, which nobody can commit: the record of the update keeps it.
    """
    repository, name = project.place.repository, project.in_repository(action.path)
    entry = None if action.before is None else _entry(repository, name, action.before)
    if staged not in ({}, {0: committed}) and (entry is None or staged != {0: entry}):
        return False
    if action.before is None or staged == {0: entry} == {0: committed}:
        return True
    locked = project.recorded.files.get(action.path)
    if locked is not None and locked.matches(action.before):
        return True
    return committed is None and not staged and repository.is_ignored(name)


def _entry(repository: Objects, name: str, file: File) -> Entry:
    stored = repository.conversion.normalised(name, file)
    return (stored.mode, stored.blob)


def refuse_unfit(repository: Objects, branch: str | None) -> None:
    """Raise ProjectError in the middle of a merge, and where the branch exists: its commits may be somebody's."""
    if doing := repository.in_progress():
        raise ProjectError(f"git is in the middle of a {doing}", where=str(repository.root), hint="finish that first")
    if branch is not None and repository.reference(f"refs/heads/{branch}") is not None:
        raise ProjectError(f"the branch {branch} exists already", where=str(repository.root), hint="name another one")


def carry_out(prepared: Prepared, kind: str, what: str, *, message: str | None, branch: str | None = None) -> Record:
    """Bring a plan to the disk and into git's index, all of it or nothing; raises ScaffoldError.

    `message` is that of the commit which the caller makes then, or, while conflicts are open, who finishes the update.
    """
    project, plan = prepared.project, prepared.plan
    place = project.place
    sides = sides_of(prepared)
    changes = changes_of(prepared, sides)
    keep_base(place, plan.lock_after, to_store(prepared, sides), project.recorded)
    operation = Operation(
        kind,
        what,
        new_branch=f"refs/heads/{branch}" if branch else None,
        commits=message is not None and not plan.conflicts,
        conflicts=tuple(action.path for action in plan.conflicts),
        message=message if message is not None and plan.conflicts else "",
        trusted=prepared.trusted,
    )
    record = transaction.stage(place, operation, changes)
    with transaction.rolling_back(place, record):
        if branch is not None:
            porcelain.switch_to_new(place.repository.root, branch)
        transaction.swap(place, record, changes)
        _filter(project, changes)
    return records.finish(place, record, replays=kind == "update" and rerere.has_any(place, record))


def _filter(project: Project, changes: list[Change]) -> None:
    """Have git itself stage what its filter drivers change on the way into the index; raises GitError.

    Where attributes have changed, that may be every file.
    """
    repository = project.place.repository
    staged = [project.in_repository(change.path) for change in changes if change.index and 0 in change.index]
    others = any(change.path.rpartition("/")[2] == ATTRIBUTES for change in changes)
    if filtered := staged if others else repository.filtered(staged):
        with repository.index_aside() as index:
            porcelain.add(repository.root, filtered, index)
