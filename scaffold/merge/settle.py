"""Settling what is still marked in a file for one side or for both; what the sides hold themselves is no marker."""

from typing import Literal, NamedTuple

from scaffold.merge.markers import SIZE, Conflict, Piece, pieces, sign, split

Side = Literal["ours", "theirs", "both"]


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

    def whole(self) -> tuple[bytes, bytes, bytes]:
        """Return the files, with the line ends, and the last one, that a file with markers has."""
        return _plain(self.base), _plain(self.ours), _plain(self.theirs)


class Settled(NamedTuple):
    """The file without the conflicts that could be read, and how many those were."""

    content: bytes
    conflicts: int


def settle(content: bytes, side: Side, sides: Sides) -> Settled:
    """Take one side in every conflict that is marked in a file, and leave everything else as it stands."""
    found = [(piece, _reading(piece, sides)) for piece in pieces(content, sides.size)]
    parts = [piece.text if conflict is None else _chosen(conflict, side) for piece, conflict in found]
    count = sum(conflict is not None for _, conflict in found)
    if found and found[-1][1] is not None and _ends_open(parts[-1], sides, side):
        parts[-1] = parts[-1].removesuffix(b"\n").removesuffix(b"\r")
    return Settled(b"".join(parts), count)


def marked_line(content: bytes, sides: Sides) -> int | None:
    """Return the number of the first line that is a marker and stands in neither of the sides, or None."""
    own = {line for whole in sides.whole() for line in split(whole)}
    lines = ((number, sign(line, sides.size), _plain(line)) for number, line in enumerate(split(content), start=1))
    marking = ((number, line) for number, which, line in lines if which not in (b"", b"=") and line not in own)
    return next((number for number, line in marking if line.startswith(sides.markers)), None)


def _plain(content: bytes) -> bytes:
    content = content.replace(b"\r\n", b"\n")
    return content if content.endswith(b"\n") or not content else content + b"\n"


def _reading(piece: Piece, sides: Sides) -> Conflict | None:
    """Return the conflict that a piece is, or None for text and where its sides cannot be told apart."""
    text, known = _plain(piece.text), sides.whole()
    if any(text in whole for whole in known[1:]) or not text.startswith(sides.markers):
        return None  # an example of a conflict, in a document about them
    if len(piece.readings) <= 1:
        return piece.readings[0] if piece.readings else None
    fitting = [
        reading
        for reading in piece.readings
        if all(
            _plain(part) in whole
            for part, whole in zip((reading.base, reading.ours, reading.theirs), known, strict=True)
        )
    ]
    return fitting[0] if len(fitting) == 1 else None


def _chosen(conflict: Conflict, side: Side) -> bytes:
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
