"""Git's memory of how conflicts were resolved (git rerere), where the user has it switched on."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from scaffold import disk
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Place, Record
from scaffold.errors import GitError
from scaffold.git import porcelain
from scaffold.plan.actions import Action

WAITING = "MERGE_RR"  # in git's folder: the conflicts that git waits for a resolution of


def replay(place: Place, record: Record, conflicts: Iterable[Action]) -> tuple[str, ...]:
    """Have git resolve what was resolved before, and remember the rest; returns the paths that it has resolved."""
    left = {action.path: action.after for action in conflicts}
    if not left or not place.repository.reuses_resolutions():
        return ()
    record = records.save(replace(record, state="replaying"))
    with suppress(GitError):  # the update stands, with or without
        porcelain.rerere(place.repository.root)
    now = disk.read_all(place.root, left)
    resolved = tuple(path for path, after in left.items() if path in now and not now[path].same_as(after))
    transaction.amend(place, replace(record, state="done"), resolved)
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
