"""A project seen in its folder: files as git would store them, line ends and encoding of a checkout converted back."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

from scaffold import disk
from scaffold.blueprint.globs import like_git
from scaffold.errors import GitError, ProjectError
from scaffold.git.listing import UNKNOWN
from scaffold.process.loading import later
from scaffold.tree import SYMLINK, File

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from scaffold.git.index import Entry
    from scaffold.git.objects import Objects
    from scaffold.lock import Locked
    from scaffold.merge import ends, manner, pointers
    from scaffold.merge.manner import Manner
    from scaffold.project.seen import Standing
    from scaffold.tree import Mode
else:
    ends, manner, pointers = (later(f"scaffold.merge.{name}") for name in ("ends", "manner", "pointers"))

MADE = ("/.git", "__pycache__/", ".venv/", "node_modules/", ".tools/")  # by tools, in a folder without git


class WorkTree:
    """The files in a folder, which may be in no repository."""

    name = "work tree"

    def __init__(self, root: Path, repository: Objects | None, prefix: str) -> None:
        """Take the project's folder, its repository, and the way from the top of that to the folder."""
        self.root = root
        self.repository = repository
        self._start = f"{prefix}/" if prefix else ""
        self._prefix = prefix

    def standing(self, paths: Iterable[str]) -> dict[str, File | None]:
        """Return the file that stands at each of `paths`, as it is there; a folder is none."""
        known: set[str] = set()
        return {path: disk.file_at(self.root, path, known) for path in paths}

    def stored(self, standing: Standing, known: Mapping[str, Locked]) -> dict[str, File]:
        """Return what stands at some paths as git would store it, with what a sparse checkout leaves out."""
        files = {path: file for path, file in standing.items() if file is not None}
        if self.repository is None:
            return files
        if missing := [path for path in standing if path not in files]:
            files |= self._not_checked_out(self.repository, missing)
        odd = [path for path, file in files.items() if path not in known or not known[path].matches(file)]
        at_head = self.committed(odd)
        for path in odd:
            files[path] = self._stored(self.repository, path, files[path], at_head.get(path), known.get(path))
        return files

    def _not_checked_out(self, repository: Objects, paths: list[str]) -> dict[str, File]:
        """Return what git was told to leave out of the work tree, as the index has it; raises GitError."""
        skipped, staged = repository.skipped(self._start + path for path in paths), self.staged(paths)
        found = {}
        for path in paths:
            if self._start + path in skipped:
                mode, id_ = staged[path]
                content = repository.blob(id_)
                if content is None:
                    raise GitError(
                        f"{path} is neither checked out nor fetched", where=str(self.root), hint="git checkout it"
                    )
                found[path] = File(content, cast("Mode", mode))
        return found

    def _stored(
        self, repository: Objects, path: str, file: File, committed: Entry | None, locked: Locked | None
    ) -> File:
        name = self._start + path
        if committed is None:
            return _with_ends_of(repository, locked, file, repository.conversion.stored(name, file))
        mode, id_ = cast("Mode", committed[0]), committed[1]
        if SYMLINK in (file.mode, mode):
            return file
        file = file if repository.keeps_modes() else replace(file, mode=mode)
        if id_ == file.blob:
            return file
        # The blueprint brings a Git LFS pointer, and here stands what it points to.
        if locked and locked.blob and pointers.is_pointer(repository.blob(locked.blob) or b""):
            pointer = repository.blob(id_) or b""
            if pointers.stands_for(pointer, file.content):
                return File(pointer, file.mode)
        return _with_ends_of(repository, locked, file, repository.conversion.stored(name, file))

    def entries(self) -> dict[str, Entry]:
        """Return what git does not ignore; the id is UNKNOWN where git has it otherwise, or there is no git."""
        if self.repository is not None:
            return self.repository.in_work_tree(self._prefix)
        ignoring = disk.read(self.root, ".gitignore")
        lines = ignoring.content.decode(errors="replace").splitlines() if ignoring else ()
        ignored = like_git((*MADE, *lines))
        return {path: (mode, UNKNOWN) for path, mode in disk.modes(self.root, ignored.matches)}

    def size(self, path: str, id_: str) -> int:
        """Return the bytes of what stands at a path, or of what git has under the id."""
        if self.repository is not None and id_ != UNKNOWN:
            return self.repository.size(id_)
        try:
            return os.lstat(self.root / path).st_size
        except OSError as error:
            raise ProjectError(f"{path} cannot be read: {error.strerror}", where=str(self.root / path)) from error

    def tracked(self) -> tuple[str, ...]:
        """Return the paths in git's index."""
        return self.repository.tracked(self._prefix) if self.repository else ()

    def staged(self, paths: Iterable[str]) -> dict[str, Entry]:
        """Return mode and id of those of `paths` that are in git's index, without conflict."""
        if self.repository is None:
            return {}
        names = {path: self._start + path for path in paths}
        stages = self.repository.staged(names.values())
        return {path: stages[name][0] for path, name in names.items() if 0 in stages[name]}

    def committed(self, paths: Iterable[str]) -> dict[str, Entry]:
        """Return mode and id of those of `paths` that are at HEAD."""
        if self.repository is None:
            return {}
        names = {self._start + path: path for path in paths}
        return {names[name]: entry for name, entry in self.repository.entries(names).items()}

    def conflicted(self) -> frozenset[str]:
        """Return the paths that git's index holds stages of a conflict for."""
        start, names = self._start, self.repository.conflicted() if self.repository else ()
        return frozenset(name[len(start) :] for name in names if name.startswith(start))

    def others(self, folder: str) -> list[str]:
        """Return the files in a folder that git neither has nor ignores."""
        here, repository = self.inside(folder), self.repository
        known = set(self.tracked())
        return [p for p in here if p not in known and not (repository and repository.is_ignored(self._start + p))]

    def inside(self, folder: str) -> list[str]:
        """Return the files in a folder; none where there is no folder."""
        return disk.inside(self.root, folder)

    def names(self, folder: str) -> list[str]:
        """Return the names of the files directly in a folder (empty: the top), those too that git ignores."""
        return disk.names(self.root / folder)

    def other_case(self, path: str) -> str | None:
        """Return what stands at a path that differs from this one by case only, or None."""
        return disk.other_case(self.root, path, self._cases)

    @cached_property
    def _cases(self) -> dict[str, dict[str, str]]:
        return {}

    def manner(self, path: str) -> Manner:
        """Return how git is told to merge a file; raises GitError."""
        return self.repository.attributes.manner(self._start + path) if self.repository else manner.UNSAID

    def read(self, path: str) -> bytes | None:
        """Return what a template may read of a file; raises ProjectError for a link that leads out of the project."""
        return read(self.root, path)


def read(root: Path, path: str) -> bytes | None:
    """Return a file in a folder, or what a link in it leads to; raises ProjectError where that leads out of it."""
    file = disk.read(root, path)
    if file and file.mode == SYMLINK:
        there = (root / path).resolve()
        if not there.is_relative_to(root.resolve()):
            raise ProjectError(f"the symbolic link {path} leads out of the project", where=str(root / path))
        file = disk.read(there.parent, there.name)
    return file.content if file else None


def _with_ends_of(repository: Objects, locked: Locked | None, file: File, stored: File) -> File:
    """Return the file as it stands where the blueprint brings it with CRLF (eol=crlf), which git does not store."""
    if stored is file or locked is None or locked.blob is None or ends.end_of(file.content) != "CRLF":
        return stored
    return file if ends.end_of(repository.blob(locked.blob) or b"") == "CRLF" else stored
