"""Update: bring a project to another version of its blueprint, or to edited answers, with the team's work kept."""

import os
from collections.abc import Collection, Iterable, Mapping
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from scaffold import disk
from scaffold.answers.question import Ask, Review
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Change, Operation, Record
from scaffold.errors import ProjectError
from scaffold.git import porcelain
from scaffold.git.conversion import ATTRIBUTES
from scaffold.git.index import Entry
from scaffold.git.objects import Objects, find_repository
from scaffold.plan.actions import Action
from scaffold.process import Notify, bounds
from scaffold.project.applying import rerere
from scaffold.project.applying.changes import changes_of, keep_base, sides_of, to_store
from scaffold.project.applying.commit import NOTHING, commit_applied, commit_message, commit_refused
from scaffold.project.applying.meanwhile import refuse_changed, unhurried
from scaffold.project.opening import Project, find_root, open_project, place_of
from scaffold.project.planning.along import Wanted
from scaffold.project.planning.prepare import Prepared, prepare
from scaffold.render.means import Means
from scaffold.report.results import Updated
from scaffold.tree import File


def update(
    directory: Path | str = ".",
    *,
    to: str | None = None,
    data: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    commit: bool = False,
    branch: str | None = None,
    ask: Ask | None = None,
    review: Review | None = None,
    offline: bool = False,
    prereleases: bool = False,
    means: Means = Means(),
    move_own: Wanted = False,
    recopy: bool = False,
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> Updated:
    """Plan an update and, unless it is a dry run, apply it; raises ScaffoldError with the project untouched.

    With `recopy` the blueprint's files come as if stamped anew, and what the team made of them since is given up.
    `move_own` says, or is asked, whether the team's own files go along with a folder that the blueprint has moved.
    `today` decides which waivers hold.
    """
    root = find_root(Path(directory))
    place = place_of(root, find_repository(root))

    def planned() -> Prepared:
        with bounds.limited(means.limits, "rendering"):
            return prepare(
                open_project(root, place.repository), to=to, data=data or {}, ask=ask, review=review, offline=offline,
                prereleases=prereleases, means=means, move_own=unhurried(move_own), recopy=recopy, today=today,
                notify=notify,
            )  # fmt: skip

    asked, head = None, place.repository.head()
    if not dry_run and (ask is not None or callable(move_own)):
        with transaction.exclusively(place):  # so that nobody is asked in vain
            records.refuse_unfinished(place)
        asked = planned()
    with nullcontext() if dry_run else transaction.exclusively(place):
        records.refuse_unfinished(place)
        prepared = asked or planned()
        if asked is not None:
            refuse_changed(asked, head)
        made = commit_refused(prepared.project) if commit and prepared.nothing_to_do and not dry_run else NOTHING
        if made.commit:
            told = (*prepared.notes, *made.notes)
            return Updated(root, prepared.plan, applied=True, up_to_date=False, commit=made.commit, notes=told)
        if dry_run or prepared.nothing_to_do:
            return Updated(root, prepared.plan, applied=False, up_to_date=prepared.nothing_to_do, notes=prepared.notes)
        refuse_dirty(prepared.project, prepared.plan.changes)
        refuse_unfit(place.repository, branch)
        return _carry_out(prepared, commit=commit or branch is not None, branch=branch)


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


def _carry_out(prepared: Prepared, *, commit: bool, branch: str | None) -> Updated:
    plan = prepared.plan
    before, after = plan.lock_before, plan.lock_after
    step = after.version if before.version == after.version else f"{before.version} -> {after.version}"
    message = commit_message(prepared) if commit else None
    record = carry_out(prepared, "update", f"update {after.blueprint} {step}", message=message, branch=branch)
    replayed = rerere.replay(prepared.project.place, record, plan.conflicts)
    made = commit_applied(prepared.project.place, message, record) if message and not plan.conflicts else NOTHING
    return Updated(
        prepared.project.root,
        plan,
        applied=True,
        up_to_date=False,
        commit=made.commit,
        branch=branch,
        notes=(*prepared.notes, *made.notes),
        next_steps=prepared.messages,
        rerere=replayed,
    )


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
