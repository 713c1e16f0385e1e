"""Changes of single words: what both sides changed alike is one change, also where only one changed more beside it."""

import re
from difflib import SequenceMatcher

from scaffold.merge.budget import Unprovable, spend
from scaffold.merge.markers import Conflict

MOST = 400  # words of a side
SEVERAL = 2  # words of a line that is more than a name
_words = re.compile(rb"[\w.+-]+|\s+|[^\w\s]").findall  # a version, a path's part or a range is one
Change = tuple[int, int, tuple[bytes, ...]]


def containing(conflict: Conflict) -> bytes | None:
    """Return the side that made all changes of the other, and more; None where neither did, or lines came or went."""
    sides = (conflict.base, conflict.ours, conflict.theirs)
    base, ours, theirs = map(_words, sides)
    if len({side.count(b"\n") for side in sides}) > 1 or max(map(len, (base, ours, theirs))) > MOST:
        return None
    try:
        spend(len(base) * (len(ours) + len(theirs)) // 16)
    except Unprovable:
        return None
    mine, its = _changes(base, ours), _changes(base, theirs)
    for some, all_, side in ((mine, its, conflict.theirs), (its, mine, conflict.ours)):
        if not some < all_ or any(_takes_out(base, change) for change in all_):
            continue
        if some and all(_replaces(base, change) for change in some):
            return side
    return None


def around(base: str, ours: str, theirs: str) -> str | None:
    """Return a line of several words with what one side has put before all of it, and the other behind it."""
    if len(base.split()) < SEVERAL or "\n" in base + ours + theirs:
        return None
    for one, other in ((ours, theirs), (theirs, ours)):
        if one.endswith(f" {base}") and other.startswith(f"{base} "):
            return one + other.removeprefix(base)
    return None


def _changes(base: list[bytes], side: list[bytes]) -> frozenset[Change]:
    codes = SequenceMatcher(None, base, side, autojunk=False).get_opcodes()
    return frozenset((start, end, tuple(side[a:b])) for tag, start, end, a, b in codes if tag != "equal")


def _replaces(base: list[bytes], change: Change) -> bool:
    """Whether words are replaced by others: a comma, or what is only put in, may mean another thing there."""
    start, end, new = change
    return all(re.search(rb"\w", b"".join(text)) for text in (base[start:end], new))


def _takes_out(base: list[bytes], change: Change) -> bool:
    start, end, new = change
    return bool(re.search(rb"\w", b"".join(base[start:end]))) and not re.search(rb"\w", b"".join(new))
