"""Git's memory of how conflicts were resolved (git rerere), where the user has it switched on."""

from collections.abc import Iterable
from contextlib import suppress

from scaffold import disk
from scaffold.apply import back
from scaffold.apply.record import Place, Record
from scaffold.errors import GitError
from scaffold.git import porcelain
from scaffold.plan.actions import Action

WAITING = "MERGE_RR"  # in git's folder: the conflicts that git waits for a resolution of


def has_any(place: Place, record: Record) -> bool:
    """Whether an operation has left conflicts that git may have seen before."""
    return bool(record.conflicts) and place.repository.reuses_resolutions()


def replay(place: Place, record: Record, conflicts: Iterable[Action]) -> tuple[str, ...]:
    """Have git resolve what was resolved before, and remember the rest; returns the paths that it has resolved.

    The record says so already: killed on the way, nobody could tell what git has resolved from what a person has.
    """
    left = {action.path: action.after for action in conflicts}
    if record.state != "replaying":
        return ()
    with suppress(GitError):  # the update stands, with or without
        porcelain.rerere(place.repository.root)
    now = disk.read_all(place.root, left)
    resolved = tuple(path for path, after in left.items() if path in now and not now[path].same_as(after))
    back.amend(place, record._replace(state="done"), resolved)
    return resolved


def remember(place: Place) -> None:
    """Have git write down how conflicts that hold no markers any more were resolved."""
    if place.repository.reuses_resolutions():
        with suppress(GitError):
            porcelain.rerere(place.repository.root)


def forget(place: Place) -> None:
    """Have git no longer wait for resolutions: it would take what stands there once the update is gone for them."""
    waiting = place.repository.folder / WAITING
    if waiting.is_file() and waiting.stat().st_size and not place.repository.in_progress():
        with suppress(GitError):
            porcelain.rerere(place.repository.root, "clear")
