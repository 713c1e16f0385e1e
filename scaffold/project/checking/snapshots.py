"""Where the files come from that are checked: the work tree, git's index, or a commit, also of a bare repository."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from scaffold import disk, lock
from scaffold.answers.file import Wishes
from scaffold.blueprint.globs import like_git
from scaffold.errors import GitError, ProjectError
from scaffold.git.listing import UNKNOWN
from scaffold.git.objects import Objects, find_repository, is_repository, open_repository
from scaffold.guard.snapshot import SEARCHED, SUBMODULE, Snapshot
from scaffold.lock import Lock
from scaffold.plan.drift import watched
from scaffold.project.opening import FOLDER, Project, find_root, open_project, prefix_of, read_ours, read_readable
from scaffold.tree import File, is_text

INDEX = b"DIRC"  # how git's index begins
KEPT = 64_000_000  # bytes of content that are kept for the next rule
MADE = ("/.git", "__pycache__/", ".venv/", "node_modules/", ".tools/")  # by tools, in a folder without git
Entries = Mapping[str, tuple[str, str]]


class View(NamedTuple):
    """A project to check: where it is, its lock there, its files, and what they are called: a commit, or a place."""

    root: Path
    lock: Lock
    snapshot: Snapshot
    name: str
    project: Project | None = None  # where it is the work tree
    prefix: str = ""  # the way to it from the top of its repository
    is_unlocked: bool = False  # it has no lock of its own, or one that counts for nothing


def view(
    directory: Path, revision: str | None = None, *, staged: bool | Path = False, instead: Lock | None = None
) -> View:
    """Return what to check, of the index or of another index file if `staged`; raises ScaffoldError.

    `instead` stands for the lock where there is none.
    """
    bare = _bare_at(directory)
    if bare is not None:
        repository, prefix = bare
        return _at_commit(directory, repository, prefix, revision or "HEAD", instead)
    root = directory.resolve() if instead and _is_bare_of_locks(directory) else find_root(directory)
    if revision is None and not staged:
        if instead and not (root / lock.PATH).exists():
            return in_work_tree(_unlocked(root, instead))._replace(is_unlocked=True)
        return in_work_tree(open_project(root))
    repository_here = find_repository(root)
    if repository_here is None:
        raise ProjectError("the project is in no git repository", where=str(root), hint="check it without --rev")
    prefix = prefix_of(root, repository_here)
    if revision is not None:
        return _at_commit(root, repository_here, prefix, revision, instead)
    index_file = staged if isinstance(staged, Path) else None
    if index_file is not None and not (index_file.is_file() and index_file.read_bytes()[:4] == INDEX):
        raise ProjectError("this is no index of git", where=str(index_file), hint="leave --index-file out")
    entries = repository_here.in_index(prefix, index_file)
    return _view(root, repository_here, entries, "index", instead)._replace(prefix=prefix)


def _is_bare_of_locks(directory: Path) -> bool:
    start = directory.resolve()
    return start.is_dir() and not any((folder / FOLDER).is_dir() for folder in (start, *start.parents))


def _unlocked(root: Path, instead: Lock) -> Project:
    """Return a folder as a project that nothing was applied to."""
    repository = find_repository(root)
    prefix = prefix_of(root, repository) if repository else ""
    return Project(root, repository, prefix, instead, Wishes(instead.blueprint, instead.source, {}), File(b""))


def _bare_at(directory: Path) -> tuple[Objects, str] | None:
    """Return the bare repository at or above a path, and the way from it to the project in it."""
    start = Path(os.path.abspath(disk.expand(directory)))  # noqa: PTH100 - what is in it exists in git only
    for folder in (start, *start.parents):
        if (folder / FOLDER).is_dir():
            return None
        if is_repository(folder):
            repository = open_repository(folder)
            return (repository, start.relative_to(folder).as_posix()) if repository.is_bare else None
    return None


def _at_commit(where: Path, repository: Objects, prefix: str, revision: str, instead: Lock | None) -> View:
    commit = repository.commit_of(revision)
    if commit is None:
        raise GitError(f"there is no commit {revision}", where=str(where), hint="name a branch, a tag or a commit")
    folder = "" if prefix == "." else prefix
    return _view(where, repository, repository.at_commit(commit, folder), commit, instead)._replace(prefix=folder)


def _view(where: Path, repository: Objects, entries: Entries, name: str, instead: Lock | None) -> View:
    if lock.PATH not in entries and instead is None:
        inside = [path.removesuffix(f"/{lock.PATH}") for path in entries if path.endswith(f"/{lock.PATH}")]
        hint = f"name one of the projects in it: {', '.join(inside)}" if inside else "make one with scaffold new"
        raise ProjectError(
            f"this is no scaffold project at {name}: it holds no {lock.PATH}", where=str(where), hint=hint
        )

    def fetch(path: str) -> bytes:
        content = repository.blob(entries[path][1])
        if content is None:
            raise GitError(f"the repository lacks the content of {path}", where=str(where), hint="git fetch it")
        return content

    entries = without_inner(entries)
    snapshot = snapshot_of(entries, lambda path: repository.size(entries[path][1]), fetch, repository.blob)
    if lock.PATH not in entries and instead is not None:
        return View(where, instead, snapshot, name, is_unlocked=True)
    return View(where, lock.parse(fetch(lock.PATH), f"{where}:{lock.PATH}"), snapshot, name)


def in_work_tree(project: Project) -> View:
    """Return the files of an open project as they stand, without what git ignores."""
    repository = project.repository
    entries = _on_disk(project.root) if repository is None else repository.in_work_tree(project.prefix)
    entries = without_inner(_with_owned(project, entries))

    def measure(path: str) -> int:
        id_ = entries[path][1]
        if repository is not None and id_ != UNKNOWN:
            return repository.size(id_)
        return _size(project.root, path)

    def fetch(path: str) -> bytes:
        id_ = entries[path][1]
        content = repository.blob(id_) if repository is not None and id_ != UNKNOWN else None
        if content is not None:
            return content
        file = read_ours(project, [path]).get(path)
        if file is None:
            raise ProjectError(f"{path} is there no more", where=str(project.root))
        return file.content

    recall = repository.blob if repository is not None else lambda _: None
    snapshot = snapshot_of(entries, measure, fetch, recall)
    return View(project.root, project.lock, snapshot, "work tree", project, project.prefix)


def _with_owned(project: Project, entries: Entries) -> Entries:
    """Return the entries with what the platform owns as it stands, also where git was told not to look at it."""
    owned = watched(project.lock)
    files = read_readable(project, owned)
    kept = {path: entry for path, entry in entries.items() if path not in owned or path in files}
    return {**kept, **{path: (file.mode, UNKNOWN) for path, file in files.items() if not _is(file, entries.get(path))}}


def _is(file: File, entry: tuple[str, str] | None) -> bool:
    return entry == (file.mode, file.blob)


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


def _size(root: Path, path: str) -> int:
    try:
        return os.lstat(root / path).st_size
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {error.strerror}", where=str(root / path)) from error


def _on_disk(root: Path) -> Entries:
    """Return what stands in a folder that is in no repository, without what its .gitignore names."""
    ignoring = disk.read(root, ".gitignore")
    lines: Iterable[str] = ignoring.content.decode(errors="replace").splitlines() if ignoring else ()
    ignored = like_git((*MADE, *lines))
    return {path: (mode, UNKNOWN) for path, mode in disk.modes(root, ignored.matches)}
