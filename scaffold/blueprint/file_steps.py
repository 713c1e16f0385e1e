"""Steps by which files of services follow a version: declared, and so without code.

A step is one of `drop: [FILE]`, `drop: {FILE: [KEY]}`, `set: {FILE: {KEY: VALUE}}`, `rename: {FILE: {KEY: NEW KEY}}`
and `replace: {FILE: {TEXT: NEW TEXT}}`. FILE is a pattern as in .gitignore, and KEY a key path as under `ownership:`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from scaffold.blueprint.globs import check, globs
from scaffold.blueprint.ownership import key_path, spell
from scaffold.formats import edit
from scaffold.formats.equal import ABSENT, at, equal
from scaffold.formats.rename import rename_key
from scaffold.formats.values import parse as data_of
from scaffold.merge.ends import end_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scaffold.blueprint.ownership import KeyPath
    from scaffold.formats.located import Located

Verb: TypeAlias = Literal["drop", "take", "set", "rename", "replace"]
VERBS = ("drop", "set", "rename", "replace")


class FileStep(NamedTuple):
    """One step on the files that a pattern means: drop them, take, set or rename a key of theirs, or replace a text."""

    verb: Verb
    pattern: str
    old: Any = None
    new: Any = None
    where: str = ""

    @property
    def said(self) -> str:
        """What it does, in words."""
        if self.verb == "replace":
            return "replaces a text"
        key = f"`{spell(self.old)}`" if self.old else "the file"
        if self.verb == "rename":
            return f"renames {key} to `{spell(self.new)}`"
        return f"{'sets' if self.verb == 'set' else 'drops'} {key}"

    def means(self, path: str) -> bool:
        """Whether a path is one of those it is about."""
        return globs((self.pattern,)).matches(path)

    def apply(self, path: str, content: bytes) -> bytes:
        """Return a file's content after the step, as it is where there is nothing to do; raises FormatError."""
        if self.verb == "replace":
            old, new = self._texts(content)
            return new.join(part.replace(old, new) for part in _around(content, new))
        here = self.value(path, content)
        if self.verb == "set":
            return content if equal(here, self.new) else edit.put_key(path, content, self.old, self.new)
        if here is ABSENT:
            return content
        if self.verb == "take" or equal(here, at(data_of(path, content), self.new)):
            return edit.take_key(path, content, self.old)
        return rename_key(path, content, self.old, self.new)

    def value(self, path: str, content: bytes) -> Any:
        """Return what stands at the key, or ABSENT; raises FormatError."""
        return at(data_of(path, content), self.old)

    def count(self, content: bytes) -> int:
        """Return how often the text stands there that is to be replaced."""
        old, new = self._texts(content)
        return sum(part.count(old) for part in _around(content, new))

    def _texts(self, content: bytes) -> tuple[bytes, bytes]:
        ends = "\r\n" if end_of(content) == "CRLF" else "\n"
        old, new = (text.replace("\n", ends).encode() for text in (self.old, self.new))
        return old, new


def _around(content: bytes, new: bytes) -> list[bytes]:
    """Return what stands between a text that is there already: what holds the old one too is not replaced again."""
    return content.split(new) if new else [content]


def parse(at: Located) -> tuple[FileStep, ...]:
    """Read `files:` of a migration; raises FormatError."""
    return tuple(step for element in at.elements() for step in _steps(element))


def _steps(at: Located) -> Iterator[FileStep]:
    at.only(set(VERBS))
    if len(at.a(dict)) != 1:
        at.fail(f"a mapping with one of {', '.join(VERBS)}")
    verb = next(iter(at.data))
    value = at.child(verb)
    if verb == "drop" and isinstance(value.data, list):
        for element in value.elements():
            yield FileStep("drop", _pattern(element.a(str), element), where=element.where)
        return
    for pattern, below in value.items():
        for step in _READ[verb](below):
            yield step._replace(pattern=_pattern(pattern, below))


def _pattern(written: str, at: Located) -> str:
    check(written, at.where)
    return written


def _taken(at: Located) -> Iterator[FileStep]:
    for key in at.elements():
        yield FileStep("take", "", _key(key.a(str), key), None, key.where)


def _set(at: Located) -> Iterator[FileStep]:
    for key, value in at.items():
        yield FileStep("set", "", _key(key, value), value.data, value.where)


def _renamed(at: Located) -> Iterator[FileStep]:
    for key, new in at.items():
        old, to = _key(key, new), _key(new.a(str), new)
        if old == to[: len(old)] or to == old[: len(to)]:
            new.fail("a key path that is not inside the old one, or round it")
        yield FileStep("rename", "", old, to, new.where)


def _replaced(at: Located) -> Iterator[FileStep]:
    for old, new in at.items():
        if not old or old == new.a(str):
            new.fail("another text, in place of one that is not empty")
        yield FileStep("replace", "", old, new.data, new.where)


def _key(written: str, at: Located) -> KeyPath:
    return key_path(written, at)


_READ: Mapping[str, Callable[[Located], Iterator[FileStep]]] = {
    "drop": _taken,
    "set": _set,
    "rename": _renamed,
    "replace": _replaced,
}
