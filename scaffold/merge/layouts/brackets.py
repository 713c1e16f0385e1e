"""Lists and mappings between brackets, as TOML, JSON and YAML's flow style write them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scaffold.errors import FormatError
from scaffold.merge.layout import Branch, Entry, Leaf, Node

DEEPEST = 100  # far below what Python's own stack bears


@dataclass(frozen=True, slots=True)
class Grammar:
    """What differs between the formats: `assigned` reads a key and gives it with the place where its value begins."""

    name: str
    gap: re.Pattern[str]  # spaces, line ends and comments; it matches everywhere
    scalar: re.Pattern[str]
    assigned: Callable[[str, int], tuple[str, int]]


class Item(NamedTuple):
    """An entry's places in the text: of its key, of its value, and `after` its comma (`end` where there is none)."""

    key: str
    start: int
    inside: int
    value: Node
    end: int
    after: int


def refused(name: str, text: str, at: int) -> FormatError:
    """Return the error that names the line of a place that is not understood."""
    line = text.count("\n", 0, at) + 1
    return FormatError(f"line {line} cannot be taken apart as {name}")


def read(text: str, lines: str, at: int, grammar: Grammar, depth: int = 0) -> tuple[Node, int]:
    """Read the value at a place and return it with its end; raises FormatError.

    `lines` is the text with the line ends that do not end a line (those within block comments) taken out.
    """
    if text[at : at + 1] in ("[", "{"):
        return _collection(text, lines, at, grammar, depth + 1)
    found = grammar.scalar.match(text, at)
    if not found:
        raise refused(grammar.name, text, at)
    return Leaf(found[0]), found.end()


def _collection(text: str, lines: str, start: int, grammar: Grammar, depth: int) -> tuple[Node, int]:
    if depth > DEEPEST:
        raise FormatError(f"this is nested more than {DEEPEST} levels deep")
    mapping = text[start] == "{"
    closer = "}" if mapping else "]"
    items: list[Item] = []
    at, more, odd = start + 1, True, False
    while text[(begin := past(grammar.gap, text, at)) : begin + 1] != closer:
        if not more:
            raise refused(grammar.name, text, begin)
        key, inside = grammar.assigned(text, begin) if mapping else ("", begin)
        value, end = read(text, lines, inside, grammar, depth)
        at, comment = past_comma(text, end, grammar.gap)
        more, odd = at > end, odd or comment
        items.append(Item(key, begin, inside, value, end, at))
    if mapping:
        no_key_twice(items, grammar.name)
    if odd:
        return Leaf(text[start : begin + 1]), begin + 1
    return bracketed(text, lines, (start, start + 1, begin), items, mapping=mapping), begin + 1


def no_key_twice(entries: Sequence[Item | Entry], name: str) -> None:
    """Raise FormatError for a mapping that holds a key twice."""
    if len({entry.key for entry in entries}) < len(entries):
        raise FormatError(f"a key of this {name} is written twice")


def past_comma(text: str, end: int, gap: re.Pattern[str]) -> tuple[int, bool]:
    """Return the place after the comma that follows a value, and whether a comment stands before that comma."""
    comma = past(gap, text, end)
    if text[comma : comma + 1] != ",":
        return end, False
    return comma + 1, bool(text[end:comma].strip())


def past(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return the place after what the pattern matches there, if anything."""
    found = pattern.match(text, at)
    return found.end() if found else at


def bracketed(text: str, lines: str, places: tuple[int, int, int], items: Sequence[Item], *, mapping: bool) -> Branch:
    """Slice a collection into entries; `places` are its start, the end of its opening bracket, its closing bracket."""
    start, at, closer = places
    cut = lines.find("\n", at, items[0].start if items else closer) + 1 or at
    opening = text[start:cut]
    entries = []
    for number, (key, begin, inside, value, end, after) in enumerate(items, 1):
        line = lines.rfind("\n", cut, begin) + 1 or cut
        lead, head, comma = text[cut:line], text[line:inside], text[end:after]
        following = items[number].start if number < len(items) else closer
        broken = lines.find("\n", after, following)
        if broken < 0:
            cut = after
        elif after > end:
            cut = broken + 1
        else:  # without a comma, the line's end belongs to the closing bracket
            cut = broken - 1 if lines[after:broken].endswith("\r") else broken
        entries.append(Entry(key, lead, head, value, comma, text[after:cut]))
    return Branch("mapping" if mapping else "list", opening, tuple(entries), text[cut : closer + 1])
