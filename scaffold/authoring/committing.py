"""Write files of a library and commit them, all of it or nothing: what a release and a withdrawal end with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold import disk
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Change
from scaffold.errors import ProjectError
from scaffold.git import porcelain
from scaffold.git.objects import find_repository, is_repository, open_repository
from scaffold.project.opening import place_of
from scaffold.tree import REGULAR, File

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scaffold.apply.record import Operation, Place


def opened(root: Path) -> Place:
    """Return a library's repository, to be released from; raises ProjectError where it is none, or not all of one."""
    where = str(root)
    if not root.is_dir():
        raise ProjectError("there is no such folder", where=where, hint="name the library with --library DIR")
    if not is_repository(root):
        if (around := find_repository(root)) is not None:
            message = f"the library is a folder of the repository {around.root}, and must be its top"
            raise ProjectError(message, where=where, hint="move it into a repository of its own")
        hint = "run git init there, or make a library with scaffold library init DIR"
        raise ProjectError("the library is not a git repository", where=where, hint=hint)
    place = place_of(root, open_repository(root))
    if place.repository.branch() is None:
        raise ProjectError("HEAD is on no branch", where=where, hint="switch to the default branch first")
    if place.repository.history.is_shallow:
        hint = "git fetch --unshallow --tags brings the rest"
        raise ProjectError("the library is a shallow clone, without all of its releases", where=where, hint=hint)
    return place


def carry_out(place: Place, operation: Operation, texts: Mapping[str, str], message: str, tagged: str = "") -> None:
    """Write texts by path, commit them with a message, and tag where the operation has a tag; raises ScaffoldError.

    Where that fails, nothing is done; where it is killed, `scaffold undo` takes it back.
    """
    repository, before = place.repository, {path: disk.read(place.root, path) for path in texts}
    changes = [
        Change(path, old, File(texts[path].encode(), old.mode if old else REGULAR), None, added=True)
        for path, old in before.items()
    ]
    record = transaction.stage(place, operation, changes)
    with transaction.rolling_back(place, record):
        transaction.swap(place, record, changes)
    record = records.finish(place, record)
    with transaction.rolling_back(place, record, "lose"):
        porcelain.commit_paths(repository.root, texts, message, f"mend what it says, and {operation.kind} again")
        if operation.tag is not None:
            porcelain.tag(repository.root, operation.tag, tagged)
    records.forget(record)
