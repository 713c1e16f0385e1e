"""Conflict markers in zdiff3 style, written and read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

SIZE = 7  # of a marker, as git writes it unless .gitattributes says otherwise
SIGNS = (b"<", b"|", b"=", b">")  # of the lines before ours, the base, theirs, and after it


@dataclass(frozen=True, slots=True)
class Labels:
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


class Piece(NamedTuple):
    """A stretch of a file as it stands, and the conflicts that it can be read as: none for plain text.

    More than one where a side holds lines like markers, as the underline of a heading may be.
    """

    text: bytes
    readings: tuple[Conflict, ...] = ()


def read(content: bytes) -> tuple[Part, ...]:
    """Take a file apart at its markers, with or without a base between them; what cannot be told apart stays text."""
    parts: list[Part] = []
    for piece in pieces(content):
        part = piece.readings[0] if len(piece.readings) == 1 else piece.text
        if isinstance(part, bytes) and parts and isinstance(parts[-1], bytes):
            parts[-1] += part
        else:
            parts.append(part)
    return tuple(parts)


def pieces(content: bytes, size: int = SIZE) -> Iterator[Piece]:
    """Yield a file in pieces, each conflict in it one of its own; `size` is that of its markers."""
    lines = split(content)
    at, plain = 0, 0
    while at < len(lines):
        end = _end(lines, at, size) if sign(lines[at], size) == b"<" else None
        readings = tuple(_readings(lines[at + 1 : end], size)) if end is not None else ()
        if end is None or not readings:
            at += 1
            continue
        if plain < at:
            yield Piece(b"".join(lines[plain:at]))
        yield Piece(b"".join(lines[at : end + 1]), readings)
        at = plain = end + 1
    if plain < at:
        yield Piece(b"".join(lines[plain:]))


def sign(line: bytes, size: int = SIZE) -> bytes:
    """Return which marker a line is, by its first character, or nothing where it is none."""
    first, bare = line[:1], line.rstrip(b"\r\n")
    if first not in SIGNS or not bare.startswith(first * size):
        return b""
    return first if bare == first * size or (first != b"=" and bare[size : size + 1] == b" ") else b""


def split(content: bytes) -> list[bytes]:
    """Split after each line feed: a lone carriage return is a character like any other."""
    lines = [line + b"\n" for line in content.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _end(lines: Sequence[bytes], start: int, size: int) -> int | None:
    """Return the number of the line that ends the conflict, or None where another begins before it."""
    found = ((at, sign(lines[at], size)) for at in range(start + 1, len(lines)))
    at, closing = next(((at, which) for at, which in found if which in (b"<", b">") and which), (0, b""))
    return at if closing == b">" else None


def _readings(lines: Sequence[bytes], size: int) -> Iterator[Conflict]:
    """Yield every way to tell the sides apart: with a base where a line may begin one, else without."""
    signs = [sign(line, size) for line in lines]
    begins: list[int | None] = [at for at, which in enumerate(signs) if which == b"|"]
    for begin in begins or [None]:
        for middle in (at for at, which in enumerate(signs) if which == b"="):
            if begin is None:
                yield Conflict(b"", b"".join(lines[:middle]), b"".join(lines[middle + 1 :]))
            elif begin < middle:
                sides = (lines[begin + 1 : middle], lines[:begin], lines[middle + 1 :])
                yield Conflict(*map(b"".join, sides))
