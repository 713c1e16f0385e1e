"""Line ends: a side that has all of its lines end otherwise differs in nothing that a merge should ask about."""

import re
from typing import Literal

from scaffold.tree import is_text

End = Literal["LF", "CRLF"]
_LONE = re.compile(rb"(?<!\r)\n")
_RETURN = re.compile(rb"\r\r\n")


def end_of(content: bytes) -> End | None:
    """Return what all lines of `content` end with; None where they are mixed, or there are none, or it is binary."""
    if not is_text(content) or _RETURN.search(content):
        return None
    windows = content.count(b"\r\n")
    if windows == content.count(b"\n"):
        return "CRLF" if windows else None
    return None if windows else "LF"


def as_in(ours: bytes, side: bytes) -> bytes:
    """Return `side` with the line ends of `ours`, or as it is where either side has none, or mixed ones."""
    if b"\r" not in ours and b"\r" not in side:
        return side
    wanted, has = end_of(ours), end_of(side)
    if wanted is None or has is None or wanted == has:
        return side
    return _LONE.sub(b"\r\n", side) if wanted == "CRLF" else side.replace(b"\r\n", b"\n")
