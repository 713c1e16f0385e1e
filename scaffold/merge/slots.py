"""Which entries of three sequences belong together, and in which order the merged sequence has them."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, NamedTuple

from scaffold.merge.budget import spend
from scaffold.merge.likeness import likeness, words_of

ALIKE = 0.5  # of two items of which one may have taken the other's place
MOST = 100_000  # pairs of equal entries to match by their place
STEPS = 8  # of that matching in the time in which two words are compared


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the merged sequence: the index of its entry on each side, or None."""

    base: int | None
    ours: int | None
    theirs: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A place that both sides filled with something else, with nothing to say which comes first."""

    base: range
    ours: range
    theirs: range


Keys = Sequence[Hashable]
Orders = Sequence[Callable[[Any], Any]]
ORDERS: Orders = (str.casefold, str)  # in which people sort lists


def unique(*sides: Keys) -> bool:
    """Whether no side has one key twice."""
    return all(len(set(keys)) == len(keys) for keys in sides)


def by_key(base: Keys, ours: Keys, theirs: Keys, *, ordered: bool = False, orders: Orders = ORDERS) -> list[Slot | Gap]:
    """Pair entries by their keys, which are unique on each side.

    The order is that of the side which has reordered, else ours; what only the other side has comes after what it
    follows there. Sides that are all sorted in one of the `orders` give a result that is. Where the order counts, two
    insertions in one place are a gap, and so is all of it where both sides have reordered, or one side put in what
    follows something that the other side took.
    """
    index = [{key: at for at, key in enumerate(keys)} for keys in (base, ours, theirs)]
    kept = _kept(base, ours, theirs)
    woven = _order(kept, (base, ours, theirs), () if ordered else orders)
    slots = [Slot(*(side.get(key) for side in index)) for key in woven]
    if not ordered:
        return list(slots)
    unsure = kept[0] != kept[1] != kept[2] != kept[0] or _adrift(base, ours, theirs) or _adrift(base, theirs, ours)
    found = None if unsure else _gaps(slots)
    return found or ([Gap(range(len(base)), range(len(ours)), range(len(theirs)))] if slots else [])


def by_key_again(base: Keys, ours: Keys, theirs: Keys) -> tuple[list[list[Hashable]], list[Slot | Gap]]:
    """Pair the items of sets in which some stand more than once, and number their keys so that each is unique.

    What stands there again has the fate of the first, and only the team may have it so: there is no place for what the
    other side repeats.
    """
    numbered = [_numbered(side) for side in (base, ours, theirs)]
    gone = set(base) - set(theirs)
    slots = (slot for slot in by_key(*numbered) if isinstance(slot, Slot))
    return numbered, [
        slot
        for slot in slots
        if not isinstance(key := _key_of(slot, numbered), _Again) or (slot.ours is not None and key.key not in gone)
    ]


_START, _END = object(), object()


class _Again(NamedTuple):
    """A key that stood there before, and how often."""

    key: Hashable
    times: int


def _numbered(keys: Keys) -> list[Hashable]:
    counts: Counter[Hashable] = Counter()
    found: list[Hashable] = []
    for key in keys:
        found.append(_Again(key, counts[key]) if counts[key] else key)
        counts[key] += 1
    return found


def _key_of(slot: Slot, keys: Sequence[Keys]) -> Hashable:
    places = zip(keys, (slot.base, slot.ours, slot.theirs), strict=True)
    return next(side[at] for side, at in places if at is not None)


def _adrift(base: Keys, side: Keys, other: Keys) -> bool:
    """Whether what a side has put in follows an entry that the other side has removed, or leads to one at the start."""
    old, there = set(base), set(other)
    known = [key in old for key in side]
    for at in (at for at, is_old in enumerate(known) if not is_old and side[at] not in there):
        nearest = next((side[i] for i in [*range(at - 1, -1, -1), *range(at + 1, len(side))] if known[i]), None)
        if nearest is not None and nearest not in there:
            return True
    return False


def _kept(*sides: Keys) -> list[list[Hashable]]:
    """Return the keys that all sides have, in the order of each."""
    common = set(sides[0]).intersection(*sides[1:])
    return [[key for key in side if key in common] for side in sides]


def _order(kept: list[list[Hashable]], sides: tuple[Keys, Keys, Keys], orders: Orders) -> list[Hashable]:
    base, ours, theirs = sides
    host, guest = (theirs, ours) if kept[1] == kept[0] != kept[2] else (ours, theirs)
    everything = _woven(_woven(host, guest), base)
    if not all(isinstance(key, str) for key in everything):
        return everything
    order = next((order for order in orders if all(_is_sorted(side, order) for side in sides)), None)
    return sorted(everything, key=order) if order else everything


def _woven(host: Keys, guest: Keys) -> list[Hashable]:
    """Return host's keys with those that only guest has put after what they follow there."""
    follows: dict[Hashable, Hashable] = dict(pairwise([_START, *host, _END]))
    known, own = set(host), {*guest, _END}
    added: set[Hashable] = {_START}
    for before, key in pairwise([_START, *guest]):
        if key in known:
            continue
        at = before
        while before not in added and follows[at] not in own:  # what the host itself has put in there comes first
            at = follows[at]
        follows[at], follows[key] = key, follows[at]
        added.add(key)
    order, at = [], follows[_START]
    while at is not _END:
        order.append(at)
        at = follows[at]
    return order


def _is_sorted(keys: Keys, order: Callable[[Any], Any]) -> bool:
    return all(order(a) <= order(b) for a, b in pairwise(keys))


def _gaps(slots: list[Slot]) -> list[Slot | Gap] | None:
    """Put neighbours that both sides have put in into one gap, with what is gone between them; None where it has parts.

    An entry that one side has removed separates nothing any more.
    """
    result: list[Slot | Gap] = []
    run: list[Slot] = []
    for slot in [*slots, None]:
        if slot is not None and (slot.ours is None or slot.theirs is None):
            run.append(slot)
            continue
        both = [any(one.base is None and getattr(one, side) is not None for one in run) for side in ("ours", "theirs")]
        if all(both):
            spans = [
                _span([at for one in run if (at := getattr(one, side)) is not None])
                for side in ("base", "ours", "theirs")
            ]
            if None in spans:
                return None
            result.append(Gap(*(span for span in spans if span is not None)))
        else:
            result += run
        run = []
        if slot is not None:
            result.append(slot)
    return result


def _span(places: list[int]) -> range | None:
    """Return places as a range, or None where others lie between them."""
    span = range(places[0], places[-1] + 1) if places else range(0)
    return span if list(span) == places else None


def by_place(base: Keys, ours: Keys, theirs: Keys) -> list[Slot | Gap]:
    """Pair entries that are the same by their place, as a line merge does; of other neighbours one pairs with one."""
    in_ours, in_theirs = matches(base, ours), matches(base, theirs)
    result: list[Slot | Gap] = []
    at_base = at_ours = at_theirs = 0
    for index in [*(i for i in range(len(base)) if i in in_ours and i in in_theirs), len(base)]:
        to_ours, to_theirs = in_ours.get(index, len(ours)), in_theirs.get(index, len(theirs))
        between = (range(at_base, index), range(at_ours, to_ours), range(at_theirs, to_theirs))
        result += _between(base, ours, theirs, between)
        if index < len(base):
            result.append(Slot(index, to_ours, to_theirs))
        at_base, at_ours, at_theirs = index + 1, to_ours + 1, to_theirs + 1
    if _moved(result, ours, theirs).intersection(base) - (set(ours) & set(theirs)):  # and removed by the other side
        return [Gap(range(len(base)), range(len(ours)), range(len(theirs)))]
    return result


def _moved(slots: Sequence[Slot | Gap], ours: Keys, theirs: Keys) -> set[Hashable]:
    """Return what only one side has in its place."""
    new = [slot for slot in slots if isinstance(slot, Slot) and slot.base is None]
    in_ours = {ours[slot.ours] for slot in new if slot.ours is not None and slot.theirs is None}
    return in_ours | {theirs[slot.theirs] for slot in new if slot.theirs is not None and slot.ours is None}


def matches(old: Keys, new: Keys) -> dict[int, int]:
    """Pair entries that are the same, in their order; return the new place of each old one."""
    often = Counter(new)
    pairs = sum(often[key] for key in old)
    spend(len(old) + len(new) + pairs * min(len(old), len(new)) // STEPS)
    if pairs > MOST:
        return _around(old, new)
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _around(old: Keys, new: Keys) -> dict[int, int]:
    """Match only what both begin and end with."""
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    return {at: at for at in range(head)} | {len(old) - tail + at: len(new) - tail + at for at in range(tail)}


def _between(base: Keys, ours: Keys, theirs: Keys, spans: tuple[range, range, range]) -> list[Slot | Gap]:
    has, mine, new = ([side[i] for i in span] for side, span in zip((base, ours, theirs), spans, strict=True))
    b, o, t = spans
    if mine == new:
        gone: list[Slot | Gap] = [Slot(i, None, None) for i in b]
        return gone + [Slot(None, i, j) for i, j in zip(o, t, strict=True)]
    if mine == has:
        return [*(Slot(i, j, None) for i, j in zip(b, o, strict=True)), *(Slot(None, None, i) for i in t)]
    if new == has:
        return [*(Slot(i, None, j) for i, j in zip(b, t, strict=True)), *(Slot(None, i, None) for i in o)]
    if len(b) == len(o) == len(t):
        return [Slot(i, j, k) for i, j, k in zip(b, o, t, strict=True)]
    return _replaced_alike(has, mine, new, spans) or [Gap(b, o, t)]


def _replaced_alike(has: Keys, mine: Keys, new: Keys, spans: tuple[range, range, range]) -> list[Slot | Gap]:
    """Pair items that both sides replaced by the same ones, where only one side then added some; nothing elsewhere."""
    b, o, t = spans
    shared = next(
        (at for at, pair in enumerate(zip(mine, new, strict=False)) if pair[0] != pair[1]), min(len(o), len(t))
    )
    if not has or shared < len(has) or shared < min(len(o), len(t)):
        return []
    pairs_of = ((words_of(str(old)), words_of(str(now))) for old, now in zip(has, mine, strict=False))
    if not all(likeness(old, now, ALIKE) >= ALIKE for old, now in pairs_of):
        return []
    pairs = [Slot(b[at] if at < len(has) else None, o[at], t[at]) for at in range(shared)]
    return [*pairs, *(Slot(None, at, None) for at in o[shared:]), *(Slot(None, None, at) for at in t[shared:])]
