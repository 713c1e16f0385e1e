"""Undo: take the last new, update or adopt back, also one that was killed half-way."""

import shutil
from contextlib import suppress
from pathlib import Path

from scaffold import disk
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Place, Record
from scaffold.errors import ProjectError
from scaffold.git.objects import find_repository
from scaffold.project import rerere
from scaffold.project.opened import FOLDER, find_root, place_of
from scaffold.report.results import Undone


def undo(directory: Path | str = ".", *, force: bool = False) -> Undone:
    """Take the last operation back; with `force`, also what was edited since. Raises ProjectError."""
    root = _root(Path(directory))
    place = place_of(root, find_repository(root))
    with transaction.exclusively(place):
        found = records.records(place)
        if not found:
            raise ProjectError("there is nothing to take back", where=str(root))
        record = found[-1]
        paths = tuple(step.path for step in record.steps)
        if record.whole_repository:
            _refuse_used(place, record)
            _remove(root)
            return Undone(root, record.what, paths, removed=True)
        refuse_elsewhere(place, record)
        transaction.roll_back(place, record, "lose" if force else "refuse")
        rerere.forget(place)
        moved_on = place.repository.head() != record.head
    note = "the commits since then stay; what was before is staged on top of them" if moved_on else ""
    return Undone(root, record.what, paths, removed=_gone(root), notes=(note,) if note else ())


def _root(directory: Path) -> Path:
    """Return the project's folder; one whose adoption was broken off half-way may have no `.scaffold/` as yet."""
    start = directory.resolve()
    repository = find_repository(start) if start.is_dir() else None
    if repository is None:
        return find_root(directory)
    for folder in (start, *start.parents):
        if (folder / FOLDER).is_dir() or not folder.is_relative_to(repository.root.resolve()):
            break
        if any(record.state == "swapping" for record in records.records(place_of(folder, repository))):
            return folder
    return find_root(directory)


def refuse_elsewhere(place: Place, record: Record) -> None:
    """Raise ProjectError where the operation made a branch, and another one is checked out."""
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


def _refuse_used(place: Place, record: Record) -> None:
    """Raise ProjectError where the repository holds anything but what `new` made."""
    files = disk.walk(place.root)
    added = sorted(files.keys() - {step.path for step in record.steps})
    edited = transaction.edited_since(place, record)
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
    gone = root.with_name(f".{root.name}.scaffold-gone")
    root.rename(gone)
    shutil.rmtree(gone)


def _gone(root: Path) -> bool:
    with suppress(OSError):  # not empty: something of the project, or of the team, is there
        root.rmdir()
    return not root.exists()
