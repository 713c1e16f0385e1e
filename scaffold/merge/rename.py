"""Items of a list that one side has given another name, recognised by what they say."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import Any

from scaffold.formats.equal import canonical

MOST = 2000  # pairs to compare; where more have changed their names, nobody can say which became which
SHORTEST = 16  # characters of a value that says enough to be known again, changed
SAME = 4  # and of a text that is known again where it is the same
ALIKE = 0.7  # of two items of which one may be the other under a new name; git takes half of a file for enough


def recognised(keys: Sequence[Sequence[Hashable]], items: Sequence[Sequence[Any]]) -> list[list[Hashable]]:
    """Give renamed items the key that the base knows them by; the sides are base, ours and theirs."""
    base = dict(zip(keys[0], items[0], strict=True))
    found = [list(side) for side in keys]
    for side in (1, 2):
        gone = [key for key in keys[0] if key not in keys[side]]
        if len(gone) * sum(key not in base for key in keys[side]) > MOST:
            continue
        for at, key in enumerate(keys[side]):
            if key in base or not gone or not isinstance(items[side][at], Mapping):
                continue
            best = max(gone, key=lambda old: _likeness(base[old], items[side][at]))
            if _likeness(base[best], items[side][at]) >= ALIKE:
                found[side][at] = best
                gone.remove(best)
    return found


def moved(old: Any, new: Any, base: Any, ours: Any) -> bool:
    """Whether the team has an `old` value at another key than the base has, without what makes it the `new` one."""
    return any(
        _likeness(old, other) >= ALIKE and not _follows(old, new, other) for other in islice(_added(base, ours), MOST)
    )


def _follows(old: Any, new: Any, other: Any) -> bool:
    """Whether a list has already what was put into an old one to make it the new one, and not what was taken out."""
    if not isinstance(new, list):
        return False
    before, after, here = (set(map(canonical, items)) for items in (old, new, other))
    return after - before <= here and not (before - after) & here


def _added(base: Any, ours: Any) -> Iterator[Any]:
    """Walk the values at keys that the base has not, and the items that its lists have not."""
    if isinstance(ours, Mapping):
        for key, value in ours.items():
            before = base.get(key) if isinstance(base, Mapping) else None
            if before is None:
                yield value
            yield from _added(before, value)
    elif isinstance(ours, list):
        known = [canonical(item) for item in base] if isinstance(base, list) else []
        yield from (item for item in ours if canonical(item) not in known)


def _likeness(one: Any, other: Any) -> float:
    if type(one) is not type(other) or not isinstance(one, Mapping | list):
        return float(isinstance(one, str) and one == other and len(one) >= SAME)
    texts = canonical(one), canonical(other)
    if min(map(len, texts)) < SHORTEST:
        return 0.0
    matcher = SequenceMatcher(None, *texts, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE else 0.0
