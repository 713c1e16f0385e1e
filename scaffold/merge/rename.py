"""Items of a list that one side has given another name, recognised by what they say."""

from collections.abc import Hashable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from scaffold.merge.schema import canonical

MOST = 2000  # pairs to compare; where more have changed their names, nobody can say which became which
ALIKE = 0.75  # of two items of which one may be the other under a new name; git takes half of a file for enough


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


def _likeness(one: Any, other: Any) -> float:
    if not isinstance(one, Mapping):
        return 0.0
    matcher = SequenceMatcher(None, canonical(one), canonical(other), autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE else 0.0
