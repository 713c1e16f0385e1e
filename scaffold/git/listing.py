"""What files there are: at a commit, in the index, or in the work tree, with mode and blob id and without content."""

import os
from collections.abc import Iterator
from pathlib import Path

from pygit2 import Index, Oid, Repository, Tree
from pygit2.enums import FileStatus

from scaffold.git.explained import explained
from scaffold.git.index import BASE, OURS, THEIRS, Entry, Staging

GONE = FileStatus.WT_DELETED
HERE = FileStatus.WT_NEW | FileStatus.WT_MODIFIED | FileStatus.WT_TYPECHANGE | FileStatus.CONFLICTED
UNKNOWN = ""  # stands for the id of what git does not have as it stands


class Listing(Staging):
    """The files of one repository, below a folder of it (empty: all), by their path below that."""

    _repository: Repository

    def at_commit(self, commit: str, folder: str) -> dict[str, Entry]:
        """Return what a commit holds; nothing where it has no such folder."""
        with explained(self.root):
            top = self._repository[Oid(hex=commit)].peel(Tree)
            below = top[folder] if folder and folder in top else None if folder else top
            return dict(sorted(_below(below, ""))) if isinstance(below, Tree) else {}

    def in_index(self, folder: str, index_file: Path | None = None) -> dict[str, Entry]:
        """Return what is staged, in an index file of its own if one is named; of a path in conflict, our side."""
        start = f"{folder}/" if folder else ""
        with explained(self.root):
            index = self._repository.index if index_file is None else Index(str(index_file))
            index.read()
            entries = {entry.path: (f"{int(entry.mode):o}", str(entry.id)) for entry in index}
            for path, stages in self._conflicts(index).items():
                entries[path] = stages.get(OURS) or stages.get(THEIRS) or stages[BASE]
            return {path[len(start) :]: entry for path, entry in entries.items() if path.startswith(start)}

    def in_work_tree(self, folder: str) -> dict[str, Entry]:
        """Return what stands in the work tree and is not ignored; the id is UNKNOWN where git has it otherwise."""
        found, start = self.in_index(folder), f"{folder}/" if folder else ""
        with explained(self.root):
            status = self._repository.status(untracked_files="all")
        for path, flags in status.items():
            if not path.startswith(start) or path.endswith("/"):  # a folder: another repository
                continue
            if flags & HERE and os.path.lexists(self.root / path):
                found[path[len(start) :]] = (_mode(self.root / path), UNKNOWN)
            elif flags & (GONE | FileStatus.CONFLICTED):
                found.pop(path[len(start) :], None)
        return dict(sorted(found.items()))

    def size(self, id_: str) -> int:
        """Return how many bytes a blob has; raises GitError."""
        with explained(self.root):
            return int(self._repository.odb.read_header(Oid(hex=id_))[1])


def _mode(place: os.PathLike[str]) -> str:
    mode = os.lstat(place).st_mode
    if os.path.islink(place):  # noqa: PTH114 - one of two questions about one text
        return "120000"
    return "100755" if mode & 0o100 else "100644"


def _below(tree: Tree, start: str) -> Iterator[tuple[str, Entry]]:
    for item in tree:
        name = start + os.fsdecode(item.raw_name or b"")
        if isinstance(item, Tree):
            yield from _below(item, f"{name}/")
        else:
            yield name, (f"{int(item.filemode):o}", str(item.id))
