"""The files of a project that are checked, wherever they are seen, each read once for all rules."""

from collections.abc import Callable
from typing import NamedTuple

from scaffold import lock
from scaffold.errors import ProjectError
from scaffold.git.listing import UNKNOWN
from scaffold.guard.snapshot import SEARCHED, SUBMODULE, Snapshot
from scaffold.lock import Lock
from scaffold.plan.drift import watched
from scaffold.project.opening import Project, read_ours, read_readable
from scaffold.project.seen import Entries
from scaffold.tree import is_text

KEPT = 64_000_000  # bytes of content that are kept for the next rule


class View(NamedTuple):
    """A project to check, the lock to hold it against, and its files."""

    project: Project
    lock: Lock
    snapshot: Snapshot
    is_unlocked: bool  # it has no lock of its own, or one that counts for nothing


def view(project: Project) -> View:
    """Return a project's files to check, without what git ignores; raises ScaffoldError."""
    repository, seen = project.repository, project.seen
    entries = without_inner(_with_owned(project, seen.entries()))

    def measure(path: str) -> int:
        return seen.size(path, entries[path][1])

    def fetch(path: str) -> bytes:
        id_ = entries[path][1]
        content = repository.blob(id_) if repository is not None and id_ != UNKNOWN else None
        if content is not None:
            return content
        file = read_ours(project, [path]).get(path)
        if file is None:
            raise ProjectError(f"{path} is no longer there", where=str(project.root), hint="run it again")
        return file.content

    recall = repository.blob if repository is not None else lambda _: None
    is_unlocked = seen.standing([lock.PATH])[lock.PATH] is None
    return View(project, project.lock, snapshot_of(entries, measure, fetch, recall), is_unlocked)


def _with_owned(project: Project, entries: Entries) -> Entries:
    """Return the entries with what the platform owns as it stands, also where git was told not to look at it."""
    owned = watched(project.lock)
    files = read_readable(project, owned)
    kept = {path: entry for path, entry in entries.items() if path not in owned or path in files}
    edited = {path: file for path, file in files.items() if entries.get(path) != (file.mode, file.blob)}
    return {**kept, **{path: (file.mode, UNKNOWN) for path, file in edited.items()}}


def without_inner(entries: Entries) -> Entries:
    """Return the entries without the projects that stand in a folder of this one: those are checked by themselves."""
    inner = tuple(path.removesuffix(lock.PATH) for path in entries if path.endswith(f"/{lock.PATH}"))
    return {path: entry for path, entry in entries.items() if not path.startswith(inner)} if inner else entries


def snapshot_of(
    entries: Entries,
    measure: Callable[[str], int],
    fetch: Callable[[str], bytes],
    recall: Callable[[str], bytes | None] = lambda _: None,
) -> Snapshot:
    """Return a snapshot that keeps what was read for the next rule, as long as that is not much."""
    kept: dict[str, bytes] = {}
    sizes: dict[str, int] = {}
    room = KEPT

    def measuring(path: str) -> int:
        if path not in sizes:
            sizes[path] = measure(path)
        return sizes[path]

    def keeping(path: str) -> bytes:
        nonlocal room
        if path in kept:
            return kept[path]
        content = fetch(path)
        if len(content) <= min(room, SEARCHED) and is_text(content):  # of what is none, only the first bytes are asked
            kept[path] = content
            room -= len(content)
        return content

    return Snapshot(
        modes={path: mode for path, (mode, _) in entries.items()},
        blobs={path: id_ for path, (mode, id_) in entries.items() if id_ != UNKNOWN and mode != SUBMODULE},
        measure=measuring,
        fetch=keeping,
        recall=recall,
    )
