"""Merged text in the making: pieces, and the conflicts between them."""

from dataclasses import dataclass
from typing import Literal

from scaffold.merge.markers import Conflict
from scaffold.merge.text import merge_whole, same_insertion, trimmed

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


def merge_text(base: str | None, ours: str | None, theirs: str | None, *, insertions: bool) -> Pieces | None:
    """Merge texts that span lines line by line, with `insertions` as that driver does; None where one does not."""
    sides = [side.encode() for side in (base, ours, theirs) if isinstance(side, str) and "\n" in side]
    if len(sides) != 3:  # noqa: PLR2004
        return None
    pieces: list[str | Clash] = []
    for whole in merge_whole(sides[0], sides[1], sides[2]):
        once = same_insertion(whole) if insertions and isinstance(whole, Conflict) else None
        parts = trimmed(whole if once is None else once)
        pieces += [part.decode() if isinstance(part, bytes) else _clash(part) for part in parts]
    return tuple(pieces)


def _clash(conflict: Conflict) -> Clash:
    return Clash(conflict.base.decode(), conflict.ours.decode(), conflict.theirs.decode())
