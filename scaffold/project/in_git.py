"""A project seen in git: at a commit of any repository, bare ones included, or in the index; nothing is checked out."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from scaffold.blueprint.globs import like_git
from scaffold.errors import GitError, ProjectError
from scaffold.git.attributes import CommittedAttributes
from scaffold.process.loading import later
from scaffold.tree import EXECUTABLE, REGULAR, SYMLINK, File, is_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from scaffold.git import holding
    from scaffold.git.attributes import Attributes
    from scaffold.git.index import Entry
    from scaffold.git.objects import Objects
    from scaffold.lock import Locked
    from scaffold.merge import ends
    from scaffold.merge.manner import Manner
    from scaffold.project.seen import Standing
else:
    ends, holding = later("scaffold.merge.ends"), later("scaffold.git.holding")


LARGEST = 100_000_000  # bytes of a file: many projects are looked at side by side
LINKS = 40  # that lead to one another, as Linux follows them (path_resolution)
IGNORING = ".gitignore"
FOLDER = "40000"  # the mode of an entry that is a tree


class Commit:
    """What a commit holds; one file is looked up without the others."""

    def __init__(self, repository: Objects, id_: str) -> None:
        """Take a repository, and the id of a commit in it."""
        self.repository, self.name = repository, id_

    def all(self, folder: str) -> dict[str, Entry]:
        """Return everything in a folder of the repository, by its path there."""
        return self.repository.at_commit(self.name, folder)

    def some(self, names: Iterable[str]) -> Mapping[str, Entry]:
        """Return those of some files that are there, by their names in the repository."""
        return self.repository.entries(names, self.name)

    @cached_property
    def attributes(self) -> Attributes:
        """What the commit says of how git treats its files."""
        return CommittedAttributes(self.repository.attributes, self.name, lambda name: bool(self.some([name])))


class Changed(Commit):
    """What a commit would hold with some files changed, by their names in the repository (None: one that goes)."""

    def __init__(self, repository: Objects, id_: str, files: Mapping[str, File | None]) -> None:
        """Take a repository, the id of a commit in it, and the files."""
        kept = {name: file for name, file in files.items() if file is not None}
        super().__init__(holding.Holding(repository, {file.blob: file.content for file in kept.values()}), id_)
        self._new = {name: (file.mode, file.blob) for name, file in kept.items()}
        self._gone = files.keys() - kept.keys()

    def all(self, folder: str) -> dict[str, Entry]:
        """Return everything in a folder of the repository, by its path there."""
        start = f"{folder}/" if folder else ""
        new = {name[len(start) :]: entry for name, entry in self._new.items() if name.startswith(start)}
        held = {**super().all(folder), **new}
        return {path: held[path] for path in sorted(held) if start + path not in self._gone}

    def some(self, names: Iterable[str]) -> Mapping[str, Entry]:
        """Return those of some files that are there, by their names in the repository."""
        wanted = [name for name in names if name not in self._gone]
        return {**super().some(wanted), **{name: self._new[name] for name in wanted if name in self._new}}


class Index:
    """What git's index holds, or another index file; of a path in conflict, our side."""

    name = "index"

    def __init__(self, repository: Objects, index_file: Path | None = None) -> None:
        """Take a repository, and the index file, where it is not its own."""
        self.repository, self._file = repository, index_file
        self.attributes = repository.attributes

    def all(self, folder: str) -> dict[str, Entry]:
        """Return everything in a folder of the repository, by its path there."""
        start = f"{folder}/" if folder else ""
        return {n[len(start) :]: entry for n, entry in self._entries.items() if n.startswith(start)}

    def some(self, names: Iterable[str]) -> Mapping[str, Entry]:
        """Return those of some files that are there, by their names in the repository."""
        return {name: self._entries[name] for name in names if name in self._entries}

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return self.repository.in_index("", self._file)


class InGit:
    """The files that git has at a commit or in its index."""

    def __init__(self, root: Path, held: Commit | Index, prefix: str) -> None:
        """Take where the repository is, what it holds, and the way from its top to the project."""
        self.root = root
        self.name = held.name
        self._held, self._repository = held, held.repository
        self._prefix = prefix
        self._start = f"{prefix}/" if prefix else ""

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return self._held.all(self._prefix)

    def standing(self, paths: Iterable[str]) -> dict[str, File | None]:
        """Return the file at each of `paths`; a folder or a submodule is none. Raises GitError for a missing object."""
        wanted = list(paths)
        found = self.staged(wanted)
        return {path: self._file(path, found.get(path)) for path in wanted}

    def _file(self, path: str, entry: Entry | None) -> File | None:
        if entry is None or entry[0] not in (REGULAR, EXECUTABLE, SYMLINK):
            return None
        if (size := self._bytes_of(entry[1])) > LARGEST:
            raise ProjectError(
                f"{path} has {size:,} bytes, and at most {LARGEST:,} are read of one", where=str(self.root)
            )
        content = self._repository.blob(entry[1])
        if content is None:
            raise GitError(f"the repository lacks the content of {path}", where=str(self.root), hint="git fetch it")
        return File(content, entry[0])

    def _bytes_of(self, id_: str) -> int:
        """Return how many bytes git's database has under an id: none where it lacks that, and it is kept elsewhere."""
        try:
            return self._repository.size(id_)
        except GitError:
            return 0

    def stored(self, standing: Standing, known: Mapping[str, Locked]) -> dict[str, File]:
        """Return the same files; with CRLF where the blueprint brings that and a checkout would make it so."""
        files = {path: file for path, file in standing.items() if file is not None}
        for path, file in files.items():
            locked = known.get(path)
            if locked and locked.blob and not locked.matches(file) and self._is_with_returns(path, locked.blob):
                files[path] = File(ends.as_in(b"\r\n", file.content), file.mode)
        return files

    def _is_with_returns(self, path: str, blob: str) -> bool:
        name, attributes = self._start + path, self._held.attributes
        if not (attributes.speak_of(name) and attributes.said(name, "eol") == "crlf"):
            return False
        return ends.end_of(self._repository.blob(blob) or b"") == "CRLF"

    def entries(self) -> dict[str, Entry]:
        """Return all there is, by path in order."""
        return dict(self._entries)

    def size(self, path: str, id_: str) -> int:  # noqa: ARG002 - as in a work tree
        """Return the bytes that git has under an id."""
        return self._repository.size(id_)

    def tracked(self) -> tuple[str, ...]:
        """Return the paths that are there."""
        return tuple(self._entries)

    def staged(self, paths: Iterable[str]) -> dict[str, Entry]:
        """Return mode and id of those of `paths` that are there."""
        names = {self._start + path: path for path in paths}
        found = self._held.some(names).items()
        return {names[name]: entry for name, entry in found if entry[0] != FOLDER}

    def committed(self, paths: Iterable[str]) -> dict[str, Entry]:
        """Return the same: there is nothing beside what is there."""
        return self.staged(paths)

    def conflicted(self) -> frozenset[str]:
        """Return nothing: a commit holds no conflict of git's."""
        return frozenset()

    def others(self, folder: str) -> list[str]:  # noqa: ARG002 - as in a work tree
        """Return nothing: git has all there is."""
        return []

    def inside(self, folder: str) -> list[str]:
        """Return the files in a folder; none where there is no folder."""
        return [path for path in self._entries if path.startswith(f"{folder}/")]

    def names(self, folder: str) -> list[str]:
        """Return the names of the files directly in a folder (empty: the top)."""
        start = f"{folder}/" if folder else ""
        below = (path[len(start) :] for path in self._entries if path.startswith(start))
        return [name for name in below if "/" not in name]

    def other_case(self, path: str) -> str | None:
        """Return what stands at a path that differs from this one by case only, or None."""
        parts = path.split("/")
        for above in ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1)):
            alike = self._cases.get(above.casefold(), ())
            if alike and above not in alike:
                return min(alike)
        return None

    @cached_property
    def _cases(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for path in self._entries:
            parts = path.split("/")
            for above in ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1)):
                found.setdefault(above.casefold(), set()).add(above)
        return found

    def added(self, path: str, file: File, here: Entry | None) -> File | None:
        """Return a file as git would store it if it were added; None where the project has a .gitignore that means it.

        What git has at the path, which is `here`, is never ignored, and keeps its line ends (gitattributes, "text").
        """
        if here is None and self._ignores(path):
            return None
        if b"\r\n" not in file.content or file.mode == SYMLINK:
            return file
        name, attributes = self._start + path, self._held.attributes
        text = attributes.said(name, "text") if attributes.speak_of(name) else None
        before = (self._repository.blob(here[1]) if here else None) or b""
        if text == "auto" and (b"\r\n" in before or not is_text(file.content)):
            return file
        said = text in (True, "auto") or (text is None and attributes.said(name, "eol") is not None)
        return replace(file, content=file.content.replace(b"\r\n", b"\n")) if said else file

    def _ignores(self, path: str) -> bool:
        """Whether a .gitignore at the commit means a path; of several the deepest that speaks of it decides."""
        parts = (self._start + path).split("/")
        ways = ["/".join(parts[:depth]) for depth in range(len(parts))]
        held = self._held.some(f"{way}/{IGNORING}".lstrip("/") for way in ways)
        for depth, way in reversed([*enumerate(ways)]):
            entry = held.get(f"{way}/{IGNORING}".lstrip("/"))
            lines = (self._repository.blob(entry[1]) or b"").decode(errors="replace").splitlines() if entry else ()
            below = parts[depth:]
            for end in range(1, len(below) + 1) if lines else ():
                said = like_git(lines).says("/".join(below[:end]) + "/" * (end < len(below)))
                if said is not None and (said or end == len(below)):
                    return said
        return False

    def manner(self, path: str) -> Manner:
        """Return how git is told to merge a file; raises GitError."""
        return self._held.attributes.manner(self._start + path)

    def read(self, path: str) -> bytes | None:
        """Return a file, or what a link in the project leads to; raises ProjectError for one that leads out of it."""
        for _ in range(LINKS):
            file = self.standing([path])[path]
            if file is None or file.mode != SYMLINK:
                return file.content if file else None
            target = normpath(join(dirname(path), file.content.decode(errors="replace")))
            if target.startswith(("/", "../")) or target == "..":
                raise ProjectError(f"the symbolic link {path} leads out of the project", where=str(self.root))
            path = target
        return None
