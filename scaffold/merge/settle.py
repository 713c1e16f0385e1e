"""Settling what is still marked in a file for one side or for both; what the sides hold themselves is no marker."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Literal, NamedTuple

from scaffold.merge.markers import SIZE, Conflict, Part, Piece, Ways, pieces, sign, split

Side = Literal["ours", "theirs", "both"]
Whole = tuple[bytes, bytes, bytes]  # base, ours and theirs
MOST = 1_000  # lines in one conflict that may begin its last side


class Sides(NamedTuple):
    """The whole files that were merged; empty for one that is not there.

    Where nobody knows them any more, `markers` are how lines begin that mark a conflict, and nothing else counts.
    `size` is how many characters a marker of the file has.
    """

    base: bytes = b""
    ours: bytes = b""
    theirs: bytes = b""
    markers: tuple[bytes, ...] = (b"",)
    size: int = SIZE

    def whole(self) -> Whole:
        """Return the files, with the line ends, and the last one, that a file with markers has."""
        return _plain(self.base), _plain(self.ours), _plain(self.theirs)


class Settled(NamedTuple):
    """The file without the conflicts that could be read, and how many those were."""

    content: bytes
    conflicts: int


def parts(content: bytes, sides: Sides) -> list[Part]:
    """Take a file apart at what is marked in it; what cannot be told apart stays text."""
    return [piece.text if conflict is None else conflict for piece, conflict in _read(content, sides)]


def _read(content: bytes, sides: Sides) -> list[tuple[Piece, Conflict | None]]:
    known = sides.whole()
    return [(piece, _reading(piece, known, sides.markers)) for piece in pieces(content, sides.size)]


def settle(content: bytes, side: Side, sides: Sides) -> Settled:
    """Take one side in every conflict that is marked in a file, and leave everything else as it stands."""
    return settle_by(content, sides, lambda _: side)


def settle_by(content: bytes, sides: Sides, choose: Callable[[Conflict], Side | None]) -> Settled:
    """Take in every conflict that is marked in a file the side that is chosen for it; None leaves it open."""
    found = [(piece, conflict, conflict and choose(conflict)) for piece, conflict in _read(content, sides)]
    texts = [chosen(conflict, side) if conflict and side else piece.text for piece, conflict, side in found]
    if found and (side := found[-1][2]) and _ends_open(texts[-1], sides, side):
        texts[-1] = texts[-1].removesuffix(b"\n").removesuffix(b"\r")
    return Settled(b"".join(texts), sum(side is not None for _, _, side in found))


def marked_line(content: bytes, sides: Sides) -> int | None:
    """Return the number of the first line that is a marker and stands in neither of the sides, or None."""
    own = {line for whole in sides.whole() for line in split(whole)}
    lines = ((number, sign(line, sides.size), _plain(line)) for number, line in enumerate(split(content), start=1))
    marking = ((number, line) for number, which, line in lines if which not in (b"", b"=") and line not in own)
    return next((number for number, line in marking if line.startswith(sides.markers)), None)


def _plain(content: bytes) -> bytes:
    content = content.replace(b"\r\n", b"\n")
    return content if content.endswith(b"\n") or not content else content + b"\n"


def _reading(piece: Piece, known: Whole, markers: tuple[bytes, ...]) -> Conflict | None:
    """Return the conflict that a piece is, or None for text and where its sides cannot be told apart."""
    text = _plain(piece.text)
    if not text.startswith(markers) or any(text in whole for whole in known[1:]):
        return None  # an example of a conflict, in a document about them
    found = tuple(islice(_fitting(piece.ways, known), 2)) if len(tuple(islice(piece.ways, 2))) > 1 else ()
    return piece.ways.only() if not found else piece.ways.read(*found[0]) if len(found) == 1 else None


def _fitting(ways: Ways, known: Whole) -> Iterator[tuple[int | None, int]]:
    """Yield the ways whose sides stand in the files that were merged; where very many may be, none is looked for.

    Where some lines stand in a file, so do the first ones and the last ones of them: that finds most by halving.
    """
    lines = ways.lines

    def stands(side: int, start: int, end: int) -> bool:
        return _plain(b"".join(lines[start:end])) in known[side]

    middles = ways.middles[bisect_left(ways.middles, True, key=lambda at: stands(2, at + 1, len(lines))) :]
    if not ways.begins:
        many = bisect_left(middles, True, key=lambda at: not stands(1, 0, at))
        yield from ((None, at) for at in middles[:many])
        return
    begins = ways.begins[: bisect_left(ways.begins, True, key=lambda at: not stands(1, 0, at))]
    for middle in middles if len(middles) <= MOST else ():
        for begin in reversed(begins[: bisect_left(begins, middle)]):
            if not stands(0, begin + 1, middle):
                break
            yield begin, middle


def chosen(conflict: Conflict, side: Side) -> bytes:
    """Return the lines of one side of a conflict, or of both."""
    if side == "both":
        return _both(split(conflict.ours), split(conflict.theirs))
    return conflict.ours if side == "ours" else conflict.theirs


def _both(ours: list[bytes], theirs: list[bytes]) -> bytes:
    """Return ours and then theirs, with the lines that both begin or end with only once."""
    most = min(len(ours), len(theirs))
    head = next((at for at in range(most) if ours[at] != theirs[at]), most)
    most -= head
    tail = next((at for at in range(most) if ours[-1 - at] != theirs[-1 - at]), most)
    return b"".join([*ours, *theirs[head:]] if not tail else [*ours[:-tail], *theirs[head:]])


def _ends_open(part: bytes, sides: Sides, side: Side) -> bool:
    """Whether the side has no line end after its last line, which only the marker after it made necessary."""
    whole = sides.ours if side == "ours" else sides.theirs
    last = part.rstrip(b"\r\n")
    return bool(last) and not whole.endswith(b"\n") and whole.endswith(last)
