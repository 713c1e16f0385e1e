"""Versions in a list, which stand for a range: of 3.11 to 3.13 nobody means to leave out 3.12."""

import re
from collections.abc import Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet

# 18, 3.11, v1.2, pypy-3.11 or Programming Language :: Python :: 3.11, as JSON writes them; no E501, port or address.
_VERSION = re.compile(r'"?((?:|.*[^\d.])(?:\d+\.){1,2}|)(\d{1,2})"?')
NOWHERE: AbstractSet[int] = frozenset()


def contradict(base: Sequence[Hashable], ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> bool:
    """Whether one side has narrowed a range of versions that the other has widened there, or both leave a hole."""
    sides = [_ranges(items) for items in (base, ours, theirs)]
    return any(_contradict(*(side.get(one, NOWHERE) for side in sides)) for one in {*sides[1], *sides[2]})


def _ranges(items: Iterable[Hashable]) -> dict[str, set[int]]:
    """Return the last numbers of the versions by what stands before them."""
    ranges: dict[str, set[int]] = {}
    for found in map(_VERSION.fullmatch, map(str, items)):
        if found:
            ranges.setdefault(found[1], set()).add(int(found[2]))
    return ranges


def _contradict(base: AbstractSet[int], ours: AbstractSet[int], theirs: AbstractSet[int]) -> bool:
    joined = (ours & theirs) | ((ours | theirs) - base)
    if not joined:
        return bool(ours and theirs)
    pulled = any(
        _narrows(base, one, end) and _widens(base, other, end)
        for one, other in ((ours, theirs), (theirs, ours))
        for end in (1, -1)
    )
    return pulled or bool(_missing(joined) - _missing(ours) - _missing(theirs))


def _narrows(base: AbstractSet[int], side: AbstractSet[int], end: int) -> bool:
    """Whether a side ends before the base does: with 1 at the top, with -1 at the bottom."""
    last = max((end * number for number in base), default=None)
    return last is not None and all(end * number < last for number in side)


def _widens(base: AbstractSet[int], side: AbstractSet[int], end: int) -> bool:
    last = max((end * number for number in base), default=None)
    return last is not None and any(end * number > last for number in side)


def _missing(numbers: AbstractSet[int]) -> set[int]:
    """Return what is left out between the first and the last."""
    return set(range(min(numbers), max(numbers))) - numbers if numbers else set()
