"""Git's index, in-process (pygit2): what is staged, what is in conflict, what a sparse checkout leaves out."""

import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from pygit2 import GitError as LibgitError
from pygit2 import Index, IndexEntry, Oid, Repository
from pygit2.enums import FileMode, RepositoryOpenFlag
from pygit2.ffi import C, ffi

from scaffold.git.explained import explained

SKIP_WORKTREE = 1 << 14  # git's index-format.txt; pygit2 does not show an entry's flags
Entry = tuple[str, str]  # mode in octal digits, blob id
BASE, OURS, THEIRS = 1, 2, 3  # the stages of a conflict
HELD = b"held by scaffold\n"  # what git's lock on the index holds where it is ours; git's own is empty, or an index
LOCKS = "*.lock"  # git's, in the folder of a work tree: on its index, its HEAD, what rerere knows
SHARED_LOCKS = ("packed-refs.lock", "refs/**/*.lock")  # and on what all its work trees share: branches and tags
Staged = Mapping[int, Entry]  # index stage (0: merged, or one of a conflict) -> entry


class Staging:
    """The index of one repository."""

    def __init__(self, repository: Repository, root: Path) -> None:
        """Wrap an open repository; `root` is what errors name."""
        self._repository = repository
        self.root = root
        self.folder = Path(repository.path)
        self._read: bytes | None = b""  # the index file that was read last, which none is, and what was found in it
        self._found: dict[str, dict[int, Entry]] = {}

    @property
    def common(self) -> Path:
        """The folder of what linked work trees share: objects, branches, settings."""
        shared = self.folder / "commondir"
        return self.folder / shared.read_text().strip() if shared.is_file() else self.folder

    def _index(self) -> Index:
        """Return the index as it is on the disk, which is parsed again only where it is another."""
        index: Index = self._repository.index
        try:
            on_disk = (self.folder / "index").read_bytes()
        except FileNotFoundError:
            on_disk = None
        if on_disk != self._read:
            index.read()
            self._read, self._found = on_disk, self._conflicts(index)
        return index

    def setting(self, name: str, *, default: bool) -> bool:
        """Return what git's settings say, or `default` where they do not."""
        with explained(self.root):
            config = self._repository.config
            return config.get_bool(name) if name in config else default

    def staged(self, paths: Iterable[str]) -> dict[str, dict[int, Entry]]:
        """Return the index entries of `paths` by stage; a path without one maps to nothing."""
        with explained(self.root):
            index, wanted = self._index(), dict.fromkeys(paths)
            for path in wanted.keys() - self._found.keys():
                entry = C.git_index_get_bypath(index._index, path.encode(), 0)  # noqa: SLF001 - ten times as fast
                self._found[path] = {0: (f"{entry.mode:o}", bytes(ffi.buffer(entry.id.id)).hex())} if entry else {}
            return {path: self._found[path] for path in wanted}

    def tracked(self, folder: str) -> tuple[str, ...]:
        """Return the paths in git's index below a folder (empty: all), by their path below it."""
        start = f"{folder}/" if folder else ""
        with explained(self.root):
            return tuple(entry.path[len(start) :] for entry in self._index() if entry.path.startswith(start))

    def conflicted(self) -> frozenset[str]:
        """Return the paths that the index holds conflict stages for."""
        with explained(self.root):
            return frozenset(self._conflicts(self._index()))

    @staticmethod
    def _conflicts(index: Index) -> dict[str, dict[int, Entry]]:
        found: dict[str, dict[int, Entry]] = {}
        for sides in index.conflicts or ():
            for stage, side in enumerate(sides, start=1):
                if side is not None:
                    found.setdefault(side.path, {})[stage] = (f"{int(side.mode):o}", str(side.id))
        return found

    def stage(self, changes: Mapping[str, Staged]) -> None:
        """Set the index entries of some paths (none: take the path out) in one write, if any differs."""
        with explained(self.root):
            staged = self.staged(changes)
            differing = {path: stages for path, stages in changes.items() if staged[path] != stages}
            if not differing:
                return
        with self.index_aside() as aside, explained(self.root):
            index = self._index_at(aside)
            conflicted = self._conflicts(index)
            for path, stages in differing.items():
                if path in conflicted:
                    del index.conflicts[path]
                entries = {stage: self._entry(path, entry) for stage, entry in stages.items()}
                if 0 in entries:
                    index.add(entries[0])  # in the place of the one that is there
                    continue
                if path in index:
                    index.remove(path)
                if entries:
                    index.add_conflict(*(entries.get(stage) for stage in (BASE, OURS, THEIRS)))
            index.write()

    @contextmanager
    def index_aside(self) -> Iterator[Path]:
        """Hold git's lock on the index and yield a copy of it, which takes its place at the end; raises GitError.

        Whatever is killed in the body, also a git that was to change the copy, leaves the index as it was, and a lock
        that can be told from that of any other git.
        """
        index, lock = self.folder / "index", self.folder / "index.lock"
        # Named anew each time: a git that was told to end removes the lock on its copy, perhaps only now.
        aside = self.folder / f"scaffold/index-{os.urandom(4).hex()}"
        with explained(self.root):
            aside.parent.mkdir(exist_ok=True)
            self.unlock_index()
            _lock(lock, aside.with_name("index-lock"))
        try:
            with suppress(FileNotFoundError):
                shutil.copy2(index, aside)  # with its time, by which git tells what may have changed since
            yield aside
        finally:
            with suppress(FileNotFoundError):
                aside.replace(index)
            lock.unlink(missing_ok=True)

    def is_index_locked(self) -> bool:
        """Whether the lock on the index is one of ours; nobody holds it but who has the repository for himself."""
        try:
            with (self.folder / "index.lock").open("rb") as file:
                return file.read(len(HELD) + 1) == HELD
        except OSError:
            return False

    def unlock_index(self) -> None:
        """Remove what a killed run of ours has left of its lock on the index, and nobody else's."""
        if self.is_index_locked():
            (self.folder / "index.lock").unlink()
        for left in (self.folder / "scaffold").glob("index*"):
            left.unlink(missing_ok=True)

    def unlock_after_git(self) -> None:
        """Remove every lock that a git has left which was killed along with us; none of a git that lives."""
        shared = (lock for pattern in SHARED_LOCKS for lock in self.common.glob(pattern))
        if locks := {*self.folder.glob(LOCKS), *shared}:
            places = self._work_trees()
            for lock in locks:
                if _is_left(lock, places):
                    lock.unlink(missing_ok=True)

    def _work_trees(self) -> tuple[Path, ...]:
        """Return where a git of this repository may be at work."""
        linked = (Path(place.read_text().strip()).parent for place in self.common.glob("worktrees/*/gitdir"))
        main = self.common.resolve()
        return tuple(
            place.resolve() for place in (self.root, main, *([main.parent] if main.name == ".git" else []), *linked)
        )

    def _index_at(self, place: Path) -> Any:
        """Open another file as the index of the repository, which decides what in it may be out of date."""
        before = {name: os.environ.pop(name, None) for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")}
        os.environ["GIT_INDEX_FILE"] = str(place)
        try:
            return Repository(self._repository.path, RepositoryOpenFlag.FROM_ENV).index
        finally:
            del os.environ["GIT_INDEX_FILE"]
            os.environ.update({name: value for name, value in before.items() if value is not None})

    @staticmethod
    def _entry(path: str, entry: Entry) -> IndexEntry:
        mode, id_ = entry
        return IndexEntry(path, Oid(hex=id_), _mode(mode))

    def skipped(self, paths: Iterable[str]) -> frozenset[str]:
        """Return those of `paths` that need not be in the work tree, as in a sparse checkout (skip-worktree bit)."""
        with explained(self.root):
            index = self._index()
            found = {path: C.git_index_get_bypath(index._index, path.encode(), 0) for path in paths}  # noqa: SLF001
            return frozenset(path for path, entry in found.items() if entry and entry.flags_extended & SKIP_WORKTREE)


def _is_left(lock: Path, places: Collection[Path]) -> bool:
    """Whether a lock of git's is a dead one's: it is ours, nobody has it open, and no git is at work in these places.

    A live one may have closed it and still hold it, as `git commit -a` does while somebody writes the message. Where
    the system does not tell (proc(5)), it counts as held.
    """
    processes = Path("/proc")
    if not (processes / "self/fd").is_dir() or not lock.exists() or lock.stat().st_uid != os.geteuid():
        return False
    lock = lock.resolve()
    for process in processes.glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is another user's, whose lock this is not
            if (process / "comm").read_text().startswith("git"):
                at = (process / "cwd").resolve()
                if any(at.is_relative_to(place) for place in places):
                    return False
            for opened in (process / "fd").iterdir():
                with suppress(OSError):
                    if opened.readlink() == lock:
                        return False
    return True


@cache
def _mode(digits: str) -> FileMode:
    return FileMode(int(digits, 8))


def _lock(lock: Path, mark: Path) -> None:
    """Make git's lock on the index, with what tells that it is ours in it from the first; raises LibgitError."""
    mark.write_bytes(HELD)
    try:
        try:
            lock.hardlink_to(mark)
        except FileExistsError:
            raise
        except OSError:  # no hard links here
            with lock.open("xb") as file:
                file.write(HELD)
    except FileExistsError as error:
        raise LibgitError("the index is locked by another git") from error
    finally:
        mark.unlink(missing_ok=True)
