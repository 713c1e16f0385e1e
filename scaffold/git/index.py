"""Git's index, in-process (pygit2): what is staged, what is in conflict, what a sparse checkout leaves out."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pygit2 import Index, IndexEntry, Oid, Repository
from pygit2.enums import FileMode
from pygit2.ffi import C, ffi

from scaffold.git.explained import explained

SKIP_WORKTREE = 1 << 14  # git's index-format.txt; pygit2 does not show an entry's flags
Entry = tuple[str, str]  # mode in octal digits, blob id
BASE, OURS, THEIRS = 1, 2, 3  # the stages of a conflict
Staged = Mapping[int, Entry]  # index stage (0: merged, or one of a conflict) -> entry


class Staging:
    """The index of one repository."""

    def __init__(self, repository: Repository, root: Path) -> None:
        """Wrap an open repository; `root` is what errors name."""
        self._repository = repository
        self.root = root

    def setting(self, name: str, *, default: bool) -> bool:
        """Return what git's settings say, or `default` where they do not."""
        with explained(self.root):
            config = self._repository.config
            return config.get_bool(name) if name in config else default

    def staged(self, paths: Iterable[str]) -> dict[str, dict[int, Entry]]:
        """Return the index entries of `paths` by stage; a path without one maps to nothing."""
        with explained(self.root):
            index = self._repository.index
            index.read()
            found: dict[str, dict[int, Entry]] = {path: {} for path in paths}
            conflicts = self._conflicts(index)
            for path in found:
                if path in conflicts:
                    found[path] = conflicts[path]
                elif entry := C.git_index_get_bypath(index._index, path.encode(), 0):  # noqa: SLF001 - ten times as fast
                    found[path] = {0: (f"{entry.mode:o}", bytes(ffi.buffer(entry.id.id)).hex())}
            return found

    def tracked(self, folder: str) -> tuple[str, ...]:
        """Return the paths in git's index below a folder (empty: all), by their path below it."""
        start = f"{folder}/" if folder else ""
        with explained(self.root):
            index = self._repository.index
            index.read()
            return tuple(entry.path[len(start) :] for entry in index if entry.path.startswith(start))

    def conflicted(self) -> frozenset[str]:
        """Return the paths that the index holds conflict stages for."""
        with explained(self.root):
            index = self._repository.index
            index.read()
            return frozenset(self._conflicts(index))

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
            index = self._repository.index
            staged = self.staged(changes)
            differing = {path: stages for path, stages in changes.items() if staged[path] != stages}
            if not differing:
                return
            conflicted = self._conflicts(index)
            for path, stages in differing.items():
                if path in conflicted:
                    del index.conflicts[path]
                if path in index:
                    index.remove(path)
                entries = {stage: self._entry(path, entry) for stage, entry in stages.items()}
                if 0 in entries:
                    index.add(entries[0])
                elif entries:
                    index.add_conflict(*(entries.get(stage) for stage in (1, 2, 3)))
            index.write()

    @staticmethod
    def _entry(path: str, entry: Entry) -> IndexEntry:
        mode, id_ = entry
        return IndexEntry(path, Oid(hex=id_), FileMode(int(mode, 8)))

    def skipped(self, paths: Iterable[str]) -> frozenset[str]:
        """Return those of `paths` that need not be in the work tree, as in a sparse checkout (skip-worktree bit)."""
        with explained(self.root):
            index = self._repository.index
            index.read()
            found = {path: C.git_index_get_bypath(index._index, path.encode(), 0) for path in paths}  # noqa: SLF001
            return frozenset(path for path, entry in found.items() if entry and entry.flags_extended & SKIP_WORKTREE)
