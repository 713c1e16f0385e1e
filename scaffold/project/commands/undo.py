"""Undo: take the last new, update or adopt back, also one that was killed half-way."""

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from scaffold import disk, lock
from scaffold.apply import back, beside, transaction
from scaffold.apply import record as records
from scaffold.apply.record import Place, Record
from scaffold.errors import FormatError, ProjectError
from scaffold.lock import Lock
from scaffold.project.applying import rerere
from scaffold.project.opening import place_at
from scaffold.report.results import Undone


def undo(directory: Path | str = ".", *, force: bool = False) -> Undone:
    """Take the last operation back; with `force`, also what was edited since. Raises ProjectError."""
    beside.sweep_from(disk.place_at(directory))
    place = place_at(Path(directory))
    with transaction.exclusively(place):
        record = records.unfinished(place) or records.last(place)
        if record is None:
            raise ProjectError("there is nothing to take back", where=str(place.root))
        paths = tuple(step.path for step in record.steps)
        if record.whole_repository:
            _refuse_used(place, record)
            _remove(place.root)
            return Undone(place.root, record.what, paths, removed=True)
        refuse_elsewhere(place, record)
        back.roll_back(place, record, "lose" if force else "refuse", given_up=_settled(place, record))
        if record.is_whole:
            rerere.forget(place)
        moved_on = place.repository.head() != record.head
    note = "the commits since then stay; what was before is staged on top of them" if moved_on else ""
    return Undone(place.root, record.what, paths, removed=_gone(place.root, record.made), notes=(note,) if note else ())


def _settled(place: Place, record: Record) -> set[str]:
    """Return the conflicts that a person has settled by committing them."""
    return back.committed_as_they_stand(place, record.conflicts) if record.state == "done" else set()


def _without(known: Lock, paths: Collection[str]) -> Lock:
    return replace(known, files={path: locked for path, locked in known.files.items() if path not in paths})


def _lock_now(place: Place) -> Lock | None:
    file = disk.file_at(place.root, lock.PATH)
    with suppress(FormatError):
        return lock.parse(file.content) if file else None
    return None


def _lock_of(place: Place, record: Record) -> Lock | None:
    """Return the lock that the operation wrote, or None where nobody knows it any more."""
    made = next((step.after for step in record.steps if step.path == lock.PATH), None)
    content = place.repository.blob(made[1]) if made else None
    with suppress(FormatError):
        return lock.parse(content) if content is not None else None
    return None


def refuse_elsewhere(place: Place, record: Record) -> None:
    """Raise ProjectError where the operation was made on another branch than the one that is checked out."""
    _refuse_left_behind(place, record)
    made = record.new_branch
    if (
        record.state != "done"
        or made is None
        or made == place.repository.branch()
        or place.repository.reference(made) is None
    ):
        return
    name = made.removeprefix("refs/heads/")
    raise ProjectError(f"{record.what} is on the branch {name}", where=str(place.root), hint=f"git switch {name} first")


def _refuse_left_behind(place: Place, record: Record) -> None:
    """Raise ProjectError where another branch was checked out, and nothing of the operation went along to it."""
    repository, branch = place.repository, record.branch
    if record.state != "done" or record.new_branch or branch is None:
        return
    if branch == repository.branch() or repository.head() == record.head:
        return
    made, now = _lock_of(place, record), _lock_now(place)
    if (
        made is None
        or repository.reference(branch) is None
        or (now is not None and _without(now, made.pending) == _without(made, made.pending))
    ):
        return
    name = branch.removeprefix("refs/heads/")
    raise ProjectError(
        f"{record.what} was made on the branch {name}", where=str(place.root), hint=f"git switch {name} first"
    )


def _refuse_used(place: Place, record: Record) -> None:
    """Raise ProjectError where the repository holds anything but what `new` made."""
    files = disk.walk(place.root)
    added = sorted(files.keys() - {step.path for step in record.steps})
    edited = back.edited_since(place, record)
    reasons = [f"files were added: {', '.join(added[:5])}"] if added else []
    reasons += [f"files were changed: {', '.join(edited[:5])}"] if edited else []
    made = place.repository.made_since(record.commit)
    reasons += [made] if made else []
    reasons += ["changes were staged"] if place.repository.differing() else []
    if reasons:
        raise ProjectError(
            f"since it was stamped {' and '.join(reasons)}",
            where=str(place.root),
            hint="remove the folder yourself if you mean to lose that",
        )


def _remove(root: Path) -> None:
    """Remove the project in one step, where every folder of it may be emptied; raises ProjectError."""
    for folder in (root.parent, root, *(Path(path) for path, _, _ in os.walk(root))):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise ProjectError(
                "nothing was removed: this folder may not be written",
                where=str(folder),
                hint="mend the permissions, then scaffold undo again",
            )
    with beside.aside(root) as gone:
        try:
            root.rename(gone)
            shutil.rmtree(gone)
        except OSError as error:
            left = f"what is left of {root.name} is removed by the next run" if gone.exists() else "nothing was removed"
            raise ProjectError(f"{error.strerror or error}", where=str(error.filename or root), hint=left) from error


def _gone(root: Path, made: int) -> bool:
    """Remove the project's folder, and those that were made above it, where nothing is in them."""
    with suppress(OSError):  # not empty: something of the project, or of the team, is there
        for folder in (root, *root.parents)[: made + 1]:
            folder.rmdir()
    return not root.exists()
