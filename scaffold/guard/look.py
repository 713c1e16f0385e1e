"""What a rule works with: the files, the lock, the answers, and what a blueprint has set."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from scaffold.errors import FormatError, ScaffoldError
from scaffold.formats import documents
from scaffold.formats.located import Located
from scaffold.guard.finding import Found
from scaffold.guard.snapshot import LARGEST, SUBMODULE, Snapshot
from scaffold.lock import Lock
from scaffold.tree import SYMLINK, File, Mode, is_text


@dataclass(frozen=True, slots=True)
class Look:
    """One rule's look at a project. What it wanted to read and could not is in `unread`, and makes it unknown."""

    snapshot: Snapshot
    lock: Lock
    parameters: Mapping[str, Any]
    unread: dict[str, Found] = field(default_factory=dict)

    @property
    def answers(self) -> Mapping[str, Any]:
        """The answers that the project was stamped with."""
        return self.lock.answers

    def __contains__(self, path: str) -> bool:
        """Whether there is a file at `path`."""
        return path in self.snapshot.modes

    def paths(self, *patterns: str) -> tuple[str, ...]:
        """Return the files, links and submodules left out, that patterns as in .gitignore match."""
        modes = self.snapshot.modes
        return tuple(path for path in self.snapshot.paths.matching(patterns) if modes[path] not in (SYMLINK, SUBMODULE))

    def file(self, path: str) -> File | None:
        """Return what stands at `path`, however large; None as for `content`."""
        mode = self.snapshot.modes.get(path)
        if mode is None or mode == SUBMODULE:
            return None
        try:
            return File(self.snapshot.fetch(path), cast("Mode", mode))
        except ScaffoldError as error:
            self._note(path, f"the file cannot be read: {error.message}")
            return None

    def content(self, path: str) -> bytes | None:
        """Return a file's bytes; None where there is none, or it cannot be read, which makes the rule unknown."""
        if self.snapshot.modes.get(path, SUBMODULE) in (SYMLINK, SUBMODULE):
            return None
        try:
            size = self.snapshot.measure(path)
            if size > LARGEST:
                self._note(path, f"the file has {size:,} bytes, and what is over {LARGEST:,} is not looked into")
                return None
            return self.snapshot.fetch(path)
        except ScaffoldError as error:
            self._note(path, f"the file cannot be read: {error.message}")
            return None

    def raw(self, path: str) -> bytes | None:
        """Return what `content` does for a text of a size that people write, and None for all else, without a word."""
        try:
            if self.snapshot.measure(path) > LARGEST:
                return None
        except ScaffoldError:
            pass  # `content` says so
        content = self.content(path)
        return content if content is not None and is_text(content) else None

    def text(self, path: str) -> str | None:
        """Return a file's text; None as for `content`, and where it is not UTF-8."""
        content = self.content(path)
        if content is None:
            return None
        if not is_text(content):
            self._note(path, "the file is binary where text is expected")
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self._note(path, "the file is not UTF-8 text")
            return None

    def data(self, path: str) -> Located | None:
        """Return a TOML, YAML or JSON file's document with its lines; None as for `content`, or where it is broken."""
        found = self.documents(path)
        return found[0] if found else None

    def documents(self, path: str) -> tuple[Located, ...]:
        """Return all documents of a YAML file, or the one of a TOML or JSON file; none as for `data`."""
        content = self.content(path)
        if content is None:
            return ()
        try:
            return _documents(path, content)
        except FormatError as error:
            line = (error.where or "").removeprefix(f"{path}:")
            self._note(path, error.message, int(line) if line.isdecimal() else None)
            return ()

    def python(self, path: str) -> ast.Module | None:
        """Return a Python file's syntax tree; None as for `content`, and where it is not Python."""
        content = self.content(path)
        if content is None:
            return None
        try:
            return _python(content)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = error.lineno if isinstance(error, SyntaxError) else None
            self._note(path, f"this is not valid Python: {error.args[0] if error.args else error}", line)
            return None

    def texts(self, *patterns: str) -> Iterator[tuple[str, str]]:
        """Yield path and text of the files that patterns match."""
        for path in self.paths(*patterns):
            if (text := self.text(path)) is not None:
                yield path, text

    def _note(self, path: str, why: str, line: int | None = None) -> None:
        self.unread[path] = Found(why, path, line, known=False)


# What many repositories have in common, a fleet need not parse more than once.
@lru_cache(maxsize=512)
def _documents(path: str, content: bytes) -> tuple[Located, ...]:
    return documents.load(path, content)


@lru_cache(maxsize=512)
def _python(content: bytes) -> ast.Module:
    import warnings

    with warnings.catch_warnings():  # a doubtful escape in somebody's text is no matter of ours
        warnings.simplefilter("ignore")
        return ast.parse(content)
