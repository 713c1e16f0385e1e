"""What a rule works with: the files, the lock, the answers, and what a blueprint has set."""

import ast
import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, TypeVar, cast

from scaffold.errors import FormatError, ScaffoldError
from scaffold.formats import documents
from scaffold.formats.located import Located
from scaffold.guard.finding import Found
from scaffold.guard.kept import Kept
from scaffold.guard.kinds import kind_of
from scaffold.guard.snapshot import LARGEST, SEARCHED, SUBMODULE, Snapshot
from scaffold.lock import Lock
from scaffold.tree import SYMLINK, File, Mode, is_text

T = TypeVar("T")
Load = Callable[[str, bytes], tuple[Located, ...]]
BINARY = "the file is binary where text is expected"
_MARKS = {  # the first two of UTF-32 begin as those of UTF-16 do
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


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
        return self._content(path, LARGEST)

    def raw(self, path: str) -> bytes | None:
        """Return the bytes of a text to search in, larger ones than of `content`, and in UTF-8 for those in UTF-16.

        None where there is none, as for `content`; but of what is no text nothing is said, unless its name says that it
        is one, nor of the size of what is none by its name.
        """
        if self._size(path) > LARGEST and kind_of(path) == "binary":
            return None
        content = self._content(path, SEARCHED)
        if content is None:
            return None
        content = _in_utf_8(content)
        if is_text(content):
            return content
        if kind_of(path) == "text":
            self._note(path, BINARY)
        return None

    def text(self, path: str) -> str | None:
        """Return a file's text; None as for `content`, and where it is in no UTF."""
        content = self.content(path)
        if content is None:
            return None
        content = _in_utf_8(content)
        if not is_text(content):
            self._note(path, BINARY)
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

    def documents(self, path: str, load: Load = documents.load) -> tuple[Located, ...]:
        """Return all documents of a YAML file, or the one of a TOML or JSON file; none as for `data`."""
        content = self.content(path)
        if content is None:
            return ()
        try:
            return _DOCUMENTS.get(content, lambda: load(path, content), path, load)
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
            trees: Kept[ast.Module] = self.snapshot.made.setdefault(ast.Module, Kept())
            return trees.get(content, lambda: _python(content))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = error.lineno if isinstance(error, SyntaxError) else None
            self._note(path, f"this is not valid Python: {error.args[0] if error.args else error}", line)
            return None

    def once(self, make: Callable[["Look"], T]) -> T:
        """Return what a function makes of the project, once for all rules; what it could not read counts for each."""
        made = self.snapshot.made
        if make not in made:
            alone = replace(self, unread={}, parameters={})
            made[make] = make(alone), alone.unread
        found, unread = made[make]
        self.unread.update(unread)
        return cast("T", found)

    def texts(self, *patterns: str) -> Iterator[tuple[str, str]]:
        """Yield path and text of the files that patterns match."""
        for path in self.paths(*patterns):
            if (text := self.text(path)) is not None:
                yield path, text

    def _content(self, path: str, most: int) -> bytes | None:
        if self.snapshot.modes.get(path, SUBMODULE) in (SYMLINK, SUBMODULE):
            return None
        try:
            if (size := self.snapshot.measure(path)) > most:
                self._note(path, f"the file has {size:,} bytes, and what is over {most:,} is not looked into")
                return None
            return self.snapshot.fetch(path)
        except ScaffoldError as error:
            self._note(path, f"the file cannot be read: {error.message}")
            return None

    def _size(self, path: str) -> int:
        """Return a file's size, or 0 where that cannot be told, which whoever reads it is told."""
        try:
            return self.snapshot.measure(path) if path in self.snapshot.modes else 0
        except ScaffoldError:
            return 0

    def _note(self, path: str, why: str, line: int | None = None) -> None:
        self.unread[path] = Found(why, path, line, known=False)


def once(read: Callable[[Look], Iterable[T]]) -> Callable[[Look], tuple[T, ...]]:
    """Have a reader gather all that it finds in a project once for all rules."""

    def gather(look: Look) -> tuple[T, ...]:
        return tuple(read(look))

    return wraps(read)(lambda look: look.once(gather))


# What many repositories have in common, a fleet need not parse more than once.
_DOCUMENTS: Kept[tuple[Located, ...]] = Kept()


def _python(content: bytes) -> ast.Module:
    import warnings

    with warnings.catch_warnings():  # a doubtful escape in somebody's text is no matter of ours
        warnings.simplefilter("ignore")
        return ast.parse(content)


def _in_utf_8(content: bytes) -> bytes:
    """Return a text that begins with the mark of UTF-16 or UTF-32 in UTF-8, and all else as it is."""
    if not content.startswith(tuple(_MARKS)):
        return content
    try:
        return content.decode(next(encoding for mark, encoding in _MARKS.items() if content.startswith(mark))).encode()
    except UnicodeDecodeError:
        return content
