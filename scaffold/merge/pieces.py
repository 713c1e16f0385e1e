"""Merged text in the making: pieces, and the conflicts between them."""

from dataclasses import dataclass
from typing import Literal

from scaffold.merge.markers import Conflict
from scaffold.merge.text import merge_parts

Side = Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Clash:
    """A conflict: the text of each side, in whole lines."""

    base: str
    ours: str
    theirs: str


Pieces = tuple[str | Clash, ...]


def resolved(pieces: Pieces, side: Side) -> str:
    """Return the text with one side taken in every conflict."""
    return "".join(piece if isinstance(piece, str) else getattr(piece, side) for piece in pieces)


def aligned(pieces: Pieces) -> bool:
    """Whether every conflict begins and ends where lines do."""
    before = "\n"
    for piece in pieces:
        if isinstance(piece, Clash):
            if not before.endswith("\n") or any(s and not s.endswith("\n") for s in (piece.ours, piece.theirs)):
                return False
            before = "\n"
        elif piece:
            before = piece
    return True


def merge_text(base: str | None, ours: str | None, theirs: str | None) -> Pieces | None:
    """Merge texts that span lines line by line; None where one does not."""
    sides = [side.encode() for side in (base, ours, theirs) if isinstance(side, str) and "\n" in side]
    if len(sides) != 3:  # noqa: PLR2004
        return None
    return tuple(
        Clash(part.base.decode(), part.ours.decode(), part.theirs.decode())
        if isinstance(part, Conflict)
        else part.decode()
        for part in merge_parts(sides[0], sides[1], sides[2])
    )
