"""The entries of three versions of code, walked together: each is taken from one side, or merged inside."""

from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.merge.budget import Unprovable, spend
from scaffold.merge.code import names
from scaffold.merge.code.groups import Differ, merge_said
from scaffold.merge.code.names import Hold
from scaffold.merge.code.pairs import Items, paired
from scaffold.merge.code.steps import Step, check_neighbours, ending, first_things_first, joined, sorted_imports
from scaffold.merge.code.tree import Block, Item, Text
from scaffold.merge.comments import merge_comments
from scaffold.merge.pieces import Clash, Pieces, merge_text
from scaffold.merge.slots import Slot

Parts = Sequence[Text | Block]
NOTHING = Block(())


@dataclass(frozen=True)
class Walk:
    """How code is merged; `hold` names what is to be imported, or not."""

    hold: Hold

    def block(self, base: Block, ours: Block, theirs: Block) -> Pieces:
        """Merge three versions of a block; raises Differ."""
        sides = (base.items, ours.items, theirs.items)
        slots = paired(*sides)
        _check_order(slots, sides)
        _check_replaced(slots, sides)
        steps: list[Step] = []
        gone: list[tuple[Item, int]] = []
        for slot in slots:
            places = (slot.base, slot.ours, slot.theirs)
            entries = (
                None if slot.base is None else base.items[slot.base],
                None if slot.ours is None else ours.items[slot.ours],
                None if slot.theirs is None else theirs.items[slot.theirs],
            )
            done = self.entry(*entries)
            if done is not None:
                steps.append(Step(entries, places, done))
            elif entries[0] is not None and (entries[1] is None) != (entries[2] is None):
                gone.append((entries[0], 1 if entries[1] is None else 2))
        steps = sorted_imports(first_things_first(steps))
        check_neighbours(steps, sides, gone)
        return (*joined(steps, sides), ending(steps, (base, ours, theirs)))

    def entry(self, base: Item | None, ours: Item | None, theirs: Item | None) -> Pieces | None:
        """Merge one entry; None where it is gone."""
        if (bound := names.merged(base, ours, theirs, self.hold)) is not None:
            return (bound,) if bound else None
        if ours is None or theirs is None:
            left = ours or theirs
            if left is None or (base is not None and _adds_nothing(base, left)):
                return None
            return (left.text,) if base is None else _conflict(base, ours, theirs)
        if base is not None and base.text == ours.text:
            return (theirs.text,)
        if ours.alike(theirs) or (base is not None and base.alike(theirs)):
            return (ours.text,)
        if base is not None and base.alike(ours):
            return (theirs.text,)
        try:
            return self._inside(base, ours, theirs)
        except Differ:
            return _conflict(base, ours, theirs)

    def _inside(self, base: Item | None, ours: Item, theirs: Item) -> Pieces:
        """Merge an entry that both sides have changed, or added, part by part; raises Differ."""
        shapes = [one and [type(part) for part in one.parts] for one in (base, ours, theirs)]
        if shapes[1] != shapes[2] or (base is not None and shapes[0] != shapes[1]) or ours.kind != theirs.kind:
            raise Differ
        lead = merge_comments(None if base is None else base.lead, ours.lead, theirs.lead)
        if lead.kept_ours or (base is None and ours.kind not in ("def", "if", "section")):
            raise Differ
        pieces: Pieces = (lead.text,)
        for at, (mine, its) in enumerate(zip(ours.parts, theirs.parts, strict=True)):
            old = base.parts[at] if base is not None else NOTHING if isinstance(mine, Block) else None
            if isinstance(mine, Block) and isinstance(its, Block) and isinstance(old, Block):
                pieces = (*pieces, *self.block(old, mine, its))
            elif isinstance(mine, Text) and isinstance(its, Text):
                pieces = (*pieces, _merge_text(old if isinstance(old, Text) else None, mine, its))
        return pieces


def _merge_text(base: Text | None, ours: Text, theirs: Text) -> str:
    """Merge lines that are one piece; raises Differ."""
    if base is not None and base.text in (ours.text, theirs.text):
        return theirs.text if base.text == ours.text else ours.text
    if ours.said == theirs.said and ours.comments == theirs.comments:
        return ours.text
    rules = [ours.rules, theirs.rules, base.rules if base is not None else ours.rules]
    if rules[0] is None or None in rules:
        raise Differ
    return merge_said(None if base is None else base.text, ours.text, theirs.text, rules[0])


def _conflict(base: Item | None, ours: Item | None, theirs: Item | None) -> Pieces:
    """Leave an entry in conflict: by line where that makes it smaller."""
    texts = [None if one is None else one.text for one in (base, ours, theirs)]
    pieces = merge_text(texts[0], texts[1], texts[2], insertions=False)
    return (Clash(*(text or "" for text in texts)),) if pieces is None else pieces


def _adds_nothing(base: Item, left: Item) -> bool:
    """Whether the side that has kept an entry has changed nothing in it but space, or only taken something out."""
    if base.alike(left):
        return True
    rest = iter(base.text.split())
    return all(word in rest for word in left.text.split()) and set(left.comments) <= set(base.comments)


def _check_order(slots: Sequence[Slot], sides: Sequence[Items]) -> None:
    """Raise Differ where a side has moved what the other side's changes may depend on, or both have moved some."""
    both = [
        (slot.base, slot.ours, slot.theirs)
        for slot in slots
        if None not in (slot.base, slot.ours, slot.theirs) and not sides[0][slot.base or 0].facts.is_import
    ]
    orders = [[three[0] for three in sorted(both, key=lambda three: three[side] or 0)] for side in range(3)]
    if orders[0] != orders[1] != orders[2] != orders[0]:
        raise Differ
    for side, other in ((1, 2), (2, 1)):
        places = [
            (slot.base, (slot.ours, slot.theirs)[side - 1], (slot.ours, slot.theirs)[other - 1]) for slot in slots
        ]
        moved = _moved([(old, new) for old, new, _ in places if old is not None and new is not None], sides[0])
        spend(len(moved) * len(places))
        for old, _, at in places if moved else ():
            if at is None or (old is not None and sides[other][at].alike(sides[0][old])):
                continue
            facts = sides[other][at].facts
            if not all(one == old or sides[0][one].facts.commutes(facts) for one in moved):
                raise Differ


def _check_replaced(slots: Sequence[Slot], sides: Sequence[Items]) -> None:
    """Raise Differ where both sides have put something in the place of what both have taken out."""
    gone, new = False, [False, False]
    for slot in slots:
        if slot.base is not None and slot.ours is not None and slot.theirs is not None:
            gone, new = False, [False, False]
        elif slot.base is None and (slot.ours is None) != (slot.theirs is None):
            new[slot.ours is None] = True
        elif slot.base is not None and slot.ours is None and slot.theirs is None:
            item = sides[0][slot.base]
            gone |= item.kind != "comment" and not item.facts.is_import
        if gone and all(new):
            raise Differ


def _moved(both: Sequence[tuple[int, int]], base: Items) -> set[int]:
    """Return the entries of which another one that stood before stands after now, or the other way round."""
    found: set[int] = set()
    order = [old for old, _ in sorted(both, key=lambda one: one[1])]
    highest, lowest = -1, len(base)
    for old in order:
        found.update({old} if old < highest else ())
        highest = max(highest, old)
    for old in reversed(order):
        found.update({old} if old > lowest else ())
        lowest = min(lowest, old)
    return found


def merge_blocks(base: Block, ours: Block, theirs: Block, hold: Hold) -> Pieces:
    """Merge three versions of a file; raises Unprovable where nothing can be said of the whole of it."""
    try:
        return Walk(hold).block(base, ours, theirs)
    except Differ as error:
        raise Unprovable from error
