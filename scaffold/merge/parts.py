"""A document's layout together with its parsed values: entries that know their text and what it means."""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats.equal import canonical, equal
from scaffold.merge.layout import Branch, Entry
from scaffold.merge.layouts.known import Format
from scaffold.merge.schema import KeyPath, list_at

_COMMENT = re.compile(r"(?<=\s)(#|//).*")


@dataclass(frozen=True, slots=True)
class Part:
    """An entry, its key, its value as data, and the parts of a value that has entries itself."""

    key: Hashable
    entry: Entry
    data: Any
    children: tuple["Part", ...] | None

    def alike(self, other: "Part") -> bool:
        """Whether both hold the same values, however they are written and whatever the comments say."""
        if self.children is None or other.children is None:
            if isinstance(self.data, float) and self.entry.value.text != other.entry.value.text:
                return False  # 3.1 and 3.10 are one number, and two versions
            return equal(self.data, other.data)
        return len(self.children) == len(other.children) and all(
            mine.key == its.key and mine.alike(its) for mine, its in zip(self.children, other.children, strict=True)
        )

    def adds_to(self, other: "Part") -> bool:
        """Whether this has a value or a comment that the other has not."""
        return not self.alike(other) or not set(comments_of(self)) <= set(comments_of(other))


def parts_of(path: str, kind: Format, root: Branch, data: Any) -> tuple[Part, ...]:
    """Pair the entries of a layout with the data they hold; raises FormatError where they do not fit.

    The key of a TOML table or of a dotted key is the tuple of its keys; an element of an array of tables has its name
    by the schema, or all of its data, in place of its number.
    """
    if kind == "toml":
        return tuple(_toml(entry, data, (), path) for entry in root.entries)
    return tuple(_plain(root, data))


def _toml(entry: Entry, holder: Any, at: KeyPath, path: str) -> Part:
    data, name = holder, at
    for key in entry.key.split("\0"):
        counted = re.fullmatch(r"\[(\d+)\]", key)
        try:
            if counted and isinstance(data, list):
                data = data[int(counted[1])]
                known = list_at(path, name)
                name = (*name, known.named(data) if known else canonical(data))
            else:
                data, name = data[key], (*name, key)
        except (LookupError, TypeError) as error:
            raise FormatError(f"the key {key} is not where it seems") from error
    children = None
    if isinstance(entry.value, Branch):
        table = entry.value.kind == "mapping"
        below = (_toml(e, data, name, path) for e in entry.value.entries) if table else _plain(entry.value, data)
        children = tuple(below)
    return Part(name[len(at) :], entry, data, children)


def _plain(branch: Branch, data: Any) -> Iterator[Part]:
    items: Sequence[tuple[Hashable, Any]] = ()
    if branch.kind == "mapping" and isinstance(data, Mapping):
        items = list(data.items())
    elif branch.kind == "list" and isinstance(data, list):
        items = [("", item) for item in data]
    if len(items) != len(branch.entries):
        raise FormatError("entries and values do not fit together")
    for entry, (key, value) in zip(branch.entries, items, strict=True):
        children = tuple(_plain(entry.value, value)) if isinstance(entry.value, Branch) else None
        yield Part(key, entry, value, children)


def comments_of(part: Part) -> Iterator[str]:
    """Walk the lines of all comments in and around an entry, without the space around them."""
    branch = part.entry.value
    own = (part.entry.lead, _after_key(part.entry.head), part.entry.tail)
    for text in (*own, branch.opening, branch.closing) if isinstance(branch, Branch) else own:
        yield from (" ".join(words(line)) for line in text.splitlines() if line.strip(" \t,[]{}"))
    for child in part.children or ():
        yield from comments_of(child)


def _after_key(head: str) -> str:
    """Return the comment after a key whose value begins on the next line."""
    found = _COMMENT.search(head) if head.endswith("\n") else None
    return found[0] if found else ""


def words(text: str) -> list[str]:
    """Return what a comment says, whatever the space in and around it."""
    return text.split()
