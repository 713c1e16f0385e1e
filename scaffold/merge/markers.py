"""Conflict markers in zdiff3 style, written and read."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

SIZE = 7  # of a marker, as git writes it unless .gitattributes says otherwise
SIGNS = (b"<", b"|", b"=", b">")  # of the lines before ours, the base, theirs, and after it


class Labels(NamedTuple):
    """What the three sides are called in conflict markers, and how many characters a marker has."""

    base: str
    ours: str
    theirs: str
    size: int = SIZE


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place where the sides differ, as the lines of each; `end` is the line's end of its markers."""

    base: bytes
    ours: bytes
    theirs: bytes
    end: bytes = field(default=b"\n", compare=False)


Part = bytes | Conflict


def write(parts: Sequence[Part], labels: Labels) -> bytes:
    """Put a file together, with markers around what is in conflict."""
    return b"".join(part if isinstance(part, bytes) else _marked(part, labels) for part in parts)


def _marked(conflict: Conflict, labels: Labels) -> bytes:
    end = conflict.end
    sides = (
        (b"<", labels.ours, conflict.ours),
        (b"|", labels.base, conflict.base),
        (b"=", "", conflict.theirs),
    )
    text = b""
    for sign, label, content in sides:
        text += (sign * labels.size + b" " + label.encode()).rstrip() + end + ended(content, end)
    return text + b">" * labels.size + b" " + labels.theirs.encode() + end


def ended(content: bytes, end: bytes) -> bytes:
    """Return lines of which the last one has an end too."""
    return content if not content or content.endswith(b"\n") else content + end


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to tell the sides of a conflict apart: by a line that may begin the base, and a later one theirs.

    Without any of the former there is no base. More than one way where a side holds lines like markers, as the
    underline of a heading may be; the conflicts are made only of those that are asked for.
    """

    lines: tuple[bytes, ...] = ()
    begins: tuple[int, ...] = ()
    middles: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[tuple[int | None, int]]:
        """Yield each way."""
        for begin in self.begins or (None,):
            for middle in self.middles if begin is None else self.middles[bisect_right(self.middles, begin) :]:
                yield begin, middle

    def read(self, begin: int | None, middle: int) -> Conflict:
        """Return the conflict that one way makes of it."""
        base = () if begin is None else self.lines[begin + 1 : middle]
        ours = self.lines[: middle if begin is None else begin]
        return Conflict(*map(b"".join, (base, ours, self.lines[middle + 1 :])))

    def only(self) -> Conflict | None:
        """Return the conflict where there is one way alone."""
        found = tuple(islice(self, 2))
        return self.read(*found[0]) if len(found) == 1 else None


class Piece(NamedTuple):
    """A stretch of a file as it stands, and the ways in which it is a conflict: none for plain text."""

    text: bytes
    ways: Ways = Ways()


def read(content: bytes) -> tuple[Part, ...]:
    """Take a file apart at its markers, with or without a base between them; what cannot be told apart stays text."""
    parts: list[Part] = []
    text: list[bytes] = []
    for piece in pieces(content):
        conflict = piece.ways.only()
        if conflict is None:
            text.append(piece.text)
            continue
        parts += [b"".join(text), conflict] if text else [conflict]
        text = []
    return (*parts, b"".join(text)) if text else tuple(parts)


def pieces(content: bytes, size: int = SIZE) -> Iterator[Piece]:
    """Yield a file in pieces, each conflict in it one of its own; `size` is that of its markers."""
    lines = split(content)
    signs = [sign(line, size) for line in lines]
    plain, opened = 0, None
    for at, which in enumerate(signs):
        if which == b"<":
            opened = at
        elif which == b">" and opened is not None:
            ways = _ways(lines[opened + 1 : at], signs[opened + 1 : at])
            if next(iter(ways), None):
                if plain < opened:
                    yield Piece(b"".join(lines[plain:opened]))
                yield Piece(b"".join(lines[opened : at + 1]), ways)
                plain = at + 1
            opened = None
    if plain < len(lines):
        yield Piece(b"".join(lines[plain:]))


def _ways(lines: Sequence[bytes], signs: Sequence[bytes]) -> Ways:
    places = (tuple(at for at, which in enumerate(signs) if which == wanted) for wanted in (b"|", b"="))
    return Ways(tuple(lines), *places)


def sign(line: bytes, size: int = SIZE) -> bytes:
    """Return which marker a line is, by its first character, or nothing where it is none."""
    first, bare = line[:1], line.rstrip(b"\r\n")
    if first not in SIGNS or not bare.startswith(first * size):
        return b""
    return first if bare == first * size or (first != b"=" and bare[size : size + 1] == b" ") else b""


def split(content: bytes) -> list[bytes]:
    """Split after each line feed: a lone carriage return is a character like any other."""
    if b"\r" not in content:
        return content.splitlines(keepends=True)
    lines = [line + b"\n" for line in content.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
