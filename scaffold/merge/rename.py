"""Items of a list that one side has given another name, recognised by what they say."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from scaffold.formats.equal import canonical
from scaffold.merge.likeness import Words, likeness, words_of

MOST = 2000  # pairs to compare; where more have changed their names, nobody can say which became which
SHORTEST = 16  # characters of a value that says enough to be known again, changed
SAME = 4  # and of a text that is known again where it is the same
ALIKE = 0.7  # of two items of which one may be the other under a new name; git takes half of a file for enough


class Said(NamedTuple):
    """A value, and for a mapping or list that says enough its words."""

    value: Any
    words: Words | None


def said(value: Any) -> Said:
    """Read a value once, to be held against many."""
    text = canonical(value) if isinstance(value, Mapping | list) else ""
    return Said(value, words_of(text) if len(text) >= SHORTEST else None)


def recognised(keys: Sequence[Sequence[Hashable]], items: Sequence[Sequence[Any]]) -> list[list[Hashable]]:
    """Give renamed items the key that the base knows them by; the sides are base, ours and theirs."""
    base = set(keys[0])
    found = [list(side) for side in keys]
    for side in (1, 2):
        here = set(keys[side])
        gone = {key: said(item) for key, item in zip(keys[0], items[0], strict=True) if key not in here}
        new = [at for at, key in enumerate(keys[side]) if key not in base and isinstance(items[side][at], Mapping)]
        if len(gone) * len(here - base) > MOST:
            continue
        for at in new:
            if not gone:
                break
            item = said(items[side][at])
            scores = {key: _likeness(old, item) for key, old in gone.items()}
            best = max(scores, key=scores.__getitem__)
            if scores[best] >= ALIKE:
                found[side][at] = best
                del gone[best]
    return found


def added(base: Any, ours: Any) -> list[Said]:
    """Return the first of the values at keys that the base has not, and of the items that its lists have not."""
    return [said(value) for value in islice(_added(base, ours), MOST)]


def moved(old: Any, new: Any, others: Sequence[Said]) -> bool:
    """Whether the team has an `old` value among those it added, without what makes it the `new` one."""
    before = said(old)
    return any(_likeness(before, other) >= ALIKE and not _follows(old, new, other.value) for other in others)


def _follows(old: Any, new: Any, other: Any) -> bool:
    """Whether a list has already what was put into an old one to make it the new one, and not what was taken out."""
    if not isinstance(new, list):
        return False
    before, after, here = (set(map(canonical, items)) for items in (old, new, other))
    return after - before <= here and not (before - after) & here


def _added(base: Any, ours: Any) -> Iterator[Any]:
    if isinstance(ours, Mapping):
        for key, value in ours.items():
            before = base.get(key) if isinstance(base, Mapping) else None
            if before is None:
                yield value
            yield from _added(before, value)
    elif isinstance(ours, list):
        known = set(map(canonical, base)) if isinstance(base, list) else set()
        yield from (item for item in ours if canonical(item) not in known)


def _likeness(one: Said, other: Said) -> float:
    if type(one.value) is not type(other.value) or not isinstance(one.value, Mapping | list):
        return float(isinstance(one.value, str) and one.value == other.value and len(one.value) >= SAME)
    return likeness(one.words, other.words, ALIKE) if one.words and other.words else 0.0
