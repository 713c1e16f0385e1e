"""The merge of parsed data, key by key: what a structured merge of the text must come to."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeVar

from scaffold.formats.equal import ABSENT, canonical, equal
from scaffold.merge import ranges, rename
from scaffold.merge.pieces import Clash, Side, merge_text, resolved
from scaffold.merge.schema import KeyPath, List, list_at
from scaffold.merge.slots import Gap, Slot, by_key, by_key_again, by_place, unique

T = TypeVar("T")


class Differs(Exception):  # noqa: N818 - it is an outcome, not an error
    """Both sides changed one value, and nothing says which one it is to be."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a file's values are merged.

    `decided` gives the value of a key path on which the sides differ; at those that are `held`, and at all others
    where they differ, the side in `favour` wins.
    """

    path: str
    decided: Mapping[KeyPath, Any]
    held: AbstractSet[KeyPath]
    favour: Side | None = None
    sets: bool = True
    insertions: bool = True


def merge_values(base: Any, ours: Any, theirs: Any, rules: Rules, at: KeyPath = ()) -> Any:
    """Merge three values; raises Differs where they cannot be, and no side is favoured."""
    if at in rules.decided:
        return rules.decided[at]
    if at in rules.held and rules.favour is not None:
        return ours if rules.favour == "ours" else theirs
    if equal(ours, theirs) or equal(theirs, base):
        return ours
    if equal(ours, base):
        return theirs
    sides = (base, ours, theirs)
    if all(isinstance(side, Mapping) or (side is ABSENT and side is base) for side in sides):
        return _mappings({} if base is ABSENT else base, ours, theirs, rules, at)
    if isinstance(base, Mapping) and ABSENT in sides and isinstance(ours if theirs is ABSENT else theirs, Mapping):
        mine, new = ({} if side is ABSENT else side for side in (ours, theirs))
        return _mappings(base, mine, new, rules, at) or ABSENT  # dropped key by key: the other may have changed some
    if all(isinstance(side, list) or (side is ABSENT and side is base) for side in sides):
        return _lists([] if base is ABSENT else base, ours, theirs, rules, at)
    texts = (side if isinstance(side, str) else None for side in sides)
    lines = merge_text(*texts, insertions=rules.insertions)
    if lines is not None and (rules.favour or not any(isinstance(piece, Clash) for piece in lines)):
        return resolved(lines, rules.favour or "ours")
    if rules.favour is None:
        raise Differs
    return ours if rules.favour == "ours" else theirs


def _mappings(
    base: Mapping[Any, Any], ours: Mapping[Any, Any], theirs: Mapping[Any, Any], rules: Rules, at: KeyPath
) -> Any:
    result = {}
    for key in {**ours, **theirs, **base}:
        before, mine, new = (side.get(key, ABSENT) for side in (base, ours, theirs))
        value = merge_values(before, mine, new, rules, (*at, key))
        if value is not ABSENT:
            result[key] = value
    return result


def _lists(base: list[Any], ours: list[Any], theirs: list[Any], rules: Rules, at: KeyPath) -> Any:
    result = []
    sides = (base, ours, theirs)
    keys, slots = pair_items(list_at(rules.path, at) if rules.sets else None, sides, lambda item: item)
    for slot in slots:
        if isinstance(slot, Gap):
            if rules.favour is None:
                raise Differs
            chosen = (ours, slot.ours) if rules.favour == "ours" else (theirs, slot.theirs)
            result += [chosen[0][i] for i in chosen[1]]
            continue
        indices = (slot.base, slot.ours, slot.theirs)
        items = [ABSENT if i is None else side[i] for side, i in zip(sides, indices, strict=True)]
        before, mine, new = bare(items[0], items[1], items[2], lambda item: item, ABSENT)
        value = merge_values(before, mine, new, rules, (*at, name_of(slot, keys)))
        if value is not ABSENT:
            result.append(value)
    return result


def pair_items(
    known: List | None, sides: Sequence[Sequence[Any]], data: Callable[[Any], Any]
) -> tuple[list[list[Hashable]], list[Slot | Gap]]:
    """Pair the items of three lists: by name where the schema gives them one, else by their place."""
    for named in (known.named, known.finer) if known is not None else ():
        keys = [] if named is None else [[named(data(item)) for item in side] for side in sides]
        if keys and known is not None and unique(*keys):
            if not known.ordered and ranges.contradict(*keys):
                return keys, [Gap(*(range(len(side)) for side in keys))]
            keys = rename.recognised(keys, [[data(item) for item in side] for side in sides])
            return keys, by_key(*keys, ordered=known.ordered)
    if known is not None and not known.ordered and (again := _repeated(known, sides, data)):
        return again
    items = [[data(item) for item in side] for side in sides]
    plain: list[list[Hashable]] = [[canonical(item) for item in side] for side in items]
    return plain, [_apart(slot, items) for slot in by_place(*plain)]


def _repeated(
    known: List, sides: Sequence[Sequence[Any]], data: Callable[[Any], Any]
) -> tuple[list[list[Hashable]], list[Slot | Gap]] | None:
    """Pair the items of a set in which some stand twice, where the same name means the same item; None elsewhere.

    Two requirements of one project may differ, so that of those only what the other side repeats to the letter counts.
    """
    named = known.finer or known.named
    base, ours, theirs = ([named(data(item)) for item in side] for side in sides)
    whole = {(key, canonical(data(item))) for key, item in zip(theirs, sides[2], strict=True)}
    alike = known.finer is None or (unique(base, ours) and len(whole) == len(set(theirs)))
    return by_key_again(base, ours, theirs) if alike else None


def _apart(slot: Slot | Gap, items: Sequence[Sequence[Any]]) -> Slot | Gap:
    """Leave mappings of which all three have no key in common in conflict: their place alone does not make them one."""
    if isinstance(slot, Gap) or slot.base is None or slot.ours is None or slot.theirs is None:
        return slot
    places = (slot.base, slot.ours, slot.theirs)
    found = [side[at] for side, at in zip(items, places, strict=True)]
    keys = [set(item) for item in found if isinstance(item, Mapping)]
    if len(keys) == len(found) and not set.intersection(*keys):
        return Gap(*(range(at, at + 1) for at in places))
    return slot


def bare(base: T, ours: T, theirs: T, data: Callable[[T], Any], absent: T) -> tuple[T, T, T]:
    """Take an item that is only a name for the same item before it has anything below its name, as mkdocs does."""
    shown = (data(base), data(ours), data(theirs))
    if isinstance(shown[0], str) and isinstance(shown[1], Mapping) and isinstance(shown[2], Mapping):
        return absent, ours, theirs
    if base is absent and isinstance(shown[1], str) and isinstance(shown[2], Mapping):
        return ours, ours, theirs
    if base is absent and isinstance(shown[2], str) and isinstance(shown[1], Mapping):
        return theirs, ours, theirs
    return base, ours, theirs


def name_of(slot: Slot, keys: Sequence[Sequence[Hashable]]) -> tuple[Hashable, ...]:
    """Return what a key path calls an item: its name, and its places, which no other item shares."""
    indices = (slot.base, slot.ours, slot.theirs)
    named = next(keys[side][i] for side, i in enumerate(indices) if i is not None)
    return (named, *indices)
