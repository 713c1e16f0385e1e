"""The way back: put a project as it was before an operation, and tell what of it is the operation's own."""

import errno
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

from scaffold import disk
from scaffold.apply.record import Place, Record, Side, Step, Steps, forget, is_committed, save, side_of
from scaffold.errors import ProjectError
from scaffold.git.index import Entry
from scaffold.tree import File, blob_id

Edited = Literal["refuse", "keep", "lose"]
FULL = (errno.ENOSPC, errno.EDQUOT)


def roll_back(place: Place, record: Record, edited: Edited = "refuse", given_up: Collection[str] = ()) -> None:
    """Put every path and its index entries back as before; raises ProjectError. May be killed and run again.

    `edited` says what to do with a path that is now neither as before nor as after: refuse, keep it, or lose it.
    Edits of the paths in `given_up` are lost in any case.
    """
    blocked = _blocked(place, record)
    if blocked and edited != "keep":
        raise ProjectError(
            f"something of yours is in the way of {', '.join(blocked)}",
            where=str(place.root),
            hint="move it away first",
        )
    changed = {*edited_since(place, record), *blocked}
    lost = changed & ({*given_up} if edited != "lose" else changed)
    since = sorted(changed - lost)
    if since and edited == "refuse":
        raise ProjectError(
            f"changed since: {', '.join(since)}",
            where=str(place.root),
            hint="scaffold undo --force loses that, or commit it and use git revert"
            if {*since} - committed_as_they_stand(place, since)
            else "git revert the commit, or lose it with scaffold undo --force",
        )
    if edited != "keep":
        _refuse_shut(place, [step for step in record.steps if _side_now(place, step.path) != step.before])
    # What is given up is known from here on, and so is what is kept: killed, scaffold undo goes on from this.
    steps = (s._replace(after=_side_now(place, s.path)) if s.path in lost else s for s in record.steps)
    steps = (step._replace(kept=step.kept or (step.path in since and edited == "keep")) for step in steps)
    record = save(record._replace(state="undoing", steps=Steps(steps)))
    for step in sorted(record.steps, key=lambda step: step.before is not None):  # a folder may become a file again
        if not step.kept:
            try:
                _put_back(place, record, step)
            except OSError as error:
                raise ProjectError(
                    f"{step.path} cannot be put back: {error.strerror or error}",
                    where=str(place.root),
                    hint=f"{remedy(error)}, then scaffold undo goes on where it stopped",
                ) from error
    disk.remove_folders(place.root, record.folders)  # also one for a file that had not come when the run was killed
    _take_head_back(place, record)
    write_index(place, {step.path: step.index_before for step in record.steps})
    forget(record)


def _blocked(place: Place, record: Record) -> list[str]:
    """Return the paths that cannot be put back, for a folder with other files, or a file above them, is there."""
    ours = {step.path for step in record.steps}
    blocked = []
    for step in record.steps:
        here = place.root / step.path
        above = [parent for parent in here.parents if parent != place.root and place.root in parent.parents]
        if step.before is not None and (
            any(path not in ours for path in disk.inside(place.root, step.path))
            or any(
                (parent.is_file() or parent.is_symlink()) and parent.relative_to(place.root).as_posix() not in ours
                for parent in above
            )
        ):
            blocked.append(step.path)
    return blocked


def _refuse_shut(place: Place, steps: list[Step]) -> None:
    """Raise ProjectError, while nothing is changed yet, where a folder of a file to put back may not be written."""
    for step in steps:
        folder = next(folder for folder in (place.root / step.path).parents if os.path.lexists(folder))
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            raise ProjectError(
                f"nothing was changed: {step.path} cannot be put back, for its folder may not be written",
                where=str(folder),
                hint="mend the permissions, then run it again",
            )


def _put_back(place: Place, record: Record, step: Step) -> None:
    disk.forget_staged(place.root, step.path)
    if _side_now(place, step.path) == step.before:
        return
    if step.before is None:
        disk.remove(place.root, step.path)
        return
    mode, id_ = step.before
    kept = record.folder / "before" / id_
    content = kept.read_bytes() if kept.exists() else b""
    if blob_id(content) != id_:
        content = place.repository.blob(id_) or b""
    if blob_id(content) != id_:
        raise ProjectError(f"what {step.path} was before is lost", where=str(kept), hint="look for it with git log")
    _put(place, step.path, File(content, mode), record.folder / "back", step.bits)


def _put(place: Place, path: str, file: File, staged: Path, bits: int | None = None) -> None:
    staged.unlink(missing_ok=True)
    disk.write(staged, file, place.root / path)
    if bits is not None:
        staged.chmod(bits)
    disk.swap_in(str(staged), place.root, path)


def edited_since(place: Place, record: Record) -> list[str]:
    """Return the paths that are now neither as before the operation nor as after it."""
    now = {step.path: _side_now(place, step.path) for step in record.steps if not step.kept}
    return [step.path for step in record.steps if not step.kept and now[step.path] not in (step.before, step.after)]


def committed_as_they_stand(place: Place, paths: Collection[str]) -> set[str]:
    """Return those of `paths` that are at HEAD just as they stand, one that is neither there nor at HEAD among them."""
    names = {path: place.in_repository(path) for path in paths}
    at_head = place.repository.entries(names.values())
    found = set()
    for path, name in names.items():
        now, committed = disk.file_at(place.root, path), at_head.get(name)
        if now is None or committed is None:
            same = now is None and committed is None
        else:
            same = committed[1] in (now.blob, place.repository.stored_blob(name))
        if same:
            found.add(path)
    return found


def amend(place: Place, record: Record, paths: Collection[str]) -> Record:
    """Take down what stands at some paths now as what the operation made of them, which undo may take back."""
    steps = (s._replace(after=_side_now(place, s.path)) if s.path in paths else s for s in record.steps)
    return save(record._replace(steps=Steps(steps)))


def committed(place: Place, record: Record) -> None:
    """Take down that an operation is committed, where it was to be and now is.

    What hooks made of its files is its own too, as far as the commit has it.
    """
    repository, head = place.repository, place.repository.head()
    if head is None or not is_committed(place, record):
        return
    if record.tag:
        forget(record)  # with its tag it is out, and nobody's to take back
        return
    own = repository.parents(head)[:1] == ((record.head,) if record.head else ())
    made = committed_as_they_stand(place, edited_since(place, record)) if own else ()
    amend(place, record._replace(state="done", commits=own, commit=head if own else None, message=""), made)


def _take_head_back(place: Place, record: Record) -> None:
    """Undo the operation's own commit and branch, unless somebody has moved on, or the commit was pushed."""
    repository, head, branch = place.repository, place.repository.head(), place.repository.branch()
    if record.new_branch is not None and branch == record.branch and head == record.head:
        # Killed before it was switched to, or after it was left again.
        if repository.reference(record.new_branch) in {record.head, record.commit} - {None}:
            repository.delete_reference(record.new_branch)
        return
    if branch != (record.new_branch or record.branch):
        return
    if record.new_branch and record.branch and repository.reference(record.branch) != record.head:
        return
    if head is not None and head != record.head:
        follows = repository.parents(head)[:1] == ((record.head,) if record.head else ())
        own = record.commits and follows and record.commit in (None, head)
        if not own or repository.is_pushed(head):
            return
    if head != record.head or record.new_branch:
        repository.point_head(record.branch, record.head)
    if record.new_branch:
        repository.delete_reference(record.new_branch)


def write_index(place: Place, entries: Mapping[str, Mapping[int, Entry] | None]) -> None:
    """Set the index entries of some paths; None leaves them alone."""
    place.repository.stage({place.in_repository(path): s for path, s in entries.items() if s is not None})


def remedy(error: OSError) -> str:
    """Return what mends a failing disk."""
    if error.errno in FULL:
        return "free some space"
    return "mend the permissions" if isinstance(error, PermissionError) else "see to the disk"


def _side_now(place: Place, path: str) -> Side:
    return side_of(disk.file_at(place.root, path))
