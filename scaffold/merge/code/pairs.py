"""Which entries of three versions of a block belong together, and in which order the merged block has them."""

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise

from scaffold.merge.code.tree import Item
from scaffold.merge.likeness import likeness, words_of
from scaffold.merge.slots import Keys, Orders, Slot, by_key, matches

MOST = 400  # pairs to hold against each other, for one that has another name now
ALIKE = 0.5  # of two statements of which one may have taken the other's place
RENAMED = 0.7  # of two definitions of which one may be the other under a new name
CLEARLY = 0.1  # more like it than any other one
_START = object()
Items = Sequence[Item]
Ids = list[Hashable]


def paired(base: Items, ours: Items, theirs: Items) -> list[Slot]:
    """Pair the entries; the order is that of the side which has reordered, else ours."""
    in_ours, in_theirs = matched(base, ours), matched(base, theirs)
    ids: tuple[Ids, Ids, Ids] = (
        list(range(len(base))),
        [in_ours.get(at, ("ours", at)) for at in range(len(ours))],
        [in_theirs.get(at, ("theirs", at)) for at in range(len(theirs))],
    )
    new = [[at for at, key in enumerate(side) if isinstance(key, tuple)] for side in ids]
    for mine, its in _added(ours, theirs, ids, new).items():
        ids[2][its] = ids[1][mine]
    return woven(ids[0], ids[1], ids[2])


def woven(base: Keys, ours: Keys, theirs: Keys, orders: Orders = ()) -> list[Slot]:
    """Pair by keys; what both sides have put in at one place stands there with ours first, also at the start.

    Where all sides are sorted in one of the `orders`, the result is.
    """
    sides = (base, ours, theirs)
    for order in orders:
        if all(order(a) <= order(b) for side in sides for a, b in pairwise(side)):
            return [slot for slot in by_key(*sides, orders=(order,)) if isinstance(slot, Slot)]
    slots = by_key(*([_START, *side] for side in sides), orders=())
    places = [(slot.base, slot.ours, slot.theirs) for slot in slots[1:] if isinstance(slot, Slot)]
    return [Slot(*(at and at - 1 for at in three)) for three in places]


def _added(ours: Items, theirs: Items, ids: tuple[Ids, Ids, Ids], new: list[list[int]]) -> dict[int, int]:
    """Pair what both sides have added: by name, or where it is the same and follows the same."""
    mine, its = (_unique([side[at].key for at in places]) for side, places in ((ours, new[1]), (theirs, new[2])))
    found = {new[1][mine[key]]: new[2][its[key]] for key in mine.keys() & its.keys()}
    before = {(_before(ids[1], at), ours[at].said): at for at in new[1] if at not in found}
    taken = set(found.values())
    for at in new[2]:
        mine_at = before.pop((_before(ids[2], at), theirs[at].said), None)
        if at not in taken and mine_at is not None:
            found[mine_at] = at
    return found


def _before(ids: Ids, at: int) -> Hashable:
    return next((key for key in reversed(ids[:at]) if not isinstance(key, tuple)), None)


def _unique(keys: Sequence[Hashable]) -> dict[Hashable, int]:
    counts = Counter(keys)
    return {key: at for at, key in enumerate(keys) if key is not None and counts[key] == 1}


def matched(old: Items, new: Items) -> dict[int, int]:
    """Return the place in the old block of what is in the new one: by name, by what it says, by likeness."""
    names = _unique([item.key for item in old]), _unique([item.key for item in new])
    both = names[0].keys() & names[1].keys()
    found = {names[1][key]: names[0][key] for key in both}
    same = {item.text for item in old} & {item.text for item in new}
    before, after = (
        [item.key if item.key in both else item.text if item.text in same else item.said for item in side]
        for side in (old, new)
    )
    at_old = at_new = 0
    for in_old, in_new in [*sorted(matches(before, after).items()), (len(old), len(new))]:
        gone = [at for at in range(at_old, in_old) if old[at].key not in both]
        come = [at for at in range(at_new, in_new) if new[at].key not in both]
        found.update(_alike(old, new, gone, come))
        found.update({in_new: in_old} if in_old < len(old) else {})
        at_old, at_new = in_old + 1, in_new + 1
    taken = set(found.values())
    gone = [at for at, item in enumerate(old) if at not in taken and item.kind == "def"]
    come = [at for at, item in enumerate(new) if at not in found and item.kind == "def"]
    found.update(_renamed(old, new, gone, come))
    return found


def _alike(old: Items, new: Items, gone: list[int], come: list[int]) -> dict[int, int]:
    """Pair, in order, neighbours of one kind of which each may be the other, changed."""
    found: dict[int, int] = {}
    if len(gone) * len(come) > MOST:
        return found
    first = 0
    for at in come:
        for number in range(first, len(gone)):
            one = old[gone[number]]
            is_alone = len(gone) == len(come) == 1 and one.kind == new[at].kind
            if _of_one_kind(one, new[at]) and (is_alone or _likeness(one, new[at]) >= ALIKE):
                found[at], first = gone[number], number + 1
                break
    return found


def _of_one_kind(one: Item, other: Item) -> bool:
    """Whether one statement may have become the other: definitions and imports have names, and else any may be any."""
    kinds = {one.kind, other.kind}
    if any(kind.startswith("import_") for kind in kinds):
        return False
    if kinds & {"def", "comment"}:
        return kinds == {"comment"}
    return len(kinds) == 1 or len(one.parts) == len(other.parts) == 1


def _renamed(old: Items, new: Items, gone: list[int], come: list[int]) -> dict[int, int]:
    """Pair definitions that have another name now: where no other one is nearly as much like either."""
    if len(gone) * len(come) > MOST:
        return {}
    scores = {(one, at): _likeness(old[one], new[at]) for one in gone for at in come}
    found: dict[int, int] = {}
    for (one, at), score in scores.items():
        others = (less for (g, c), less in scores.items() if (g == one) != (c == at))
        if score >= RENAMED and max(others, default=0.0) < score - CLEARLY:
            found[at] = one
    return found


def _likeness(one: Item, other: Item) -> float:
    return likeness(words_of(one.text), words_of(other.text), ALIKE)
