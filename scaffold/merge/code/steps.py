"""The entries of a merged block in their order: what may stand side by side, and the blank lines between."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from scaffold.merge.code.groups import Differ
from scaffold.merge.code.names import IMPORTS
from scaffold.merge.code.pairs import Items
from scaffold.merge.code.tree import Block, Facts, Item
from scaffold.merge.pieces import Clash, Pieces
from scaffold.merge.python import LINES

_ANYWHERE = frozenset({"comment", "doc"})  # kinds of entries that nothing depends on


@dataclass(frozen=True)
class Step:
    """One place of the merged block: the entries of base, ours and theirs, where they stand there, and the outcome."""

    entries: tuple[Item | None, Item | None, Item | None]
    places: tuple[int | None, int | None, int | None]
    done: Pieces

    @property
    def side(self) -> int:
        """The only side that has put this in or changed it, else 0."""
        base, ours, theirs = self.entries
        if (ours is None) != (theirs is None) and base is None:
            return 1 if theirs is None else 2
        if base is None or ours is None or theirs is None:
            return 0
        changed = [not base.alike(ours), not base.alike(theirs)]
        return 0 if all(changed) or not any(changed) else 1 + changed.index(True)

    @property
    def is_new(self) -> bool:
        """Whether only one side has put this in."""
        return self.entries[0] is None and self.side != 0

    @property
    def item(self) -> Item:
        """The entry, or one of them."""
        return next(one for one in (self.entries[1], self.entries[2], self.entries[0]) if one is not None)


def first_things_first(steps: list[Step]) -> list[Step]:
    """Put a docstring before all but comments, and imports from the future after it."""
    head = next((at for at, step in enumerate(steps) if step.item.kind != "comment"), 0)
    rank = [0 if step.item.kind == "doc" else 1 if _is_future(step.item) else 2 for step in steps[head:]]
    rest = sorted(range(len(rank)), key=rank.__getitem__)
    return [*steps[:head], *(steps[head + at] for at in rest)]


def _is_future(item: Item) -> bool:
    return item.key == ("from", "__future__")


def sorted_imports(steps: Sequence[Step]) -> list[Step]:
    """Sort imports that stand together where all sides have theirs sorted."""
    result: list[Step] = []
    for is_import, run in groupby(steps, lambda step: step.item.kind in IMPORTS):
        section: list[Step] = []
        for step in run:
            if section and all(one.blank for one in step.entries if one):
                result += _sorted(section) if is_import else section
                section = []
            section.append(step)
        result += _sorted(section) if is_import else section
    return result


def _sorted(steps: list[Step]) -> list[Step]:
    lines = [[one and one.parts[0].text.partition("\n")[0] for one in step.entries[1:]] for step in steps]
    for order in LINES:
        sides = ([order(one[side]) for one in lines if one[side]] for side in (0, 1))
        if all(a <= b for side in sides for a, b in pairwise(side)):
            keys: list[Any] = [order(one[0] or one[1]) for one in lines]
            return [steps[at] for at in sorted(range(len(steps)), key=keys.__getitem__)]
    return steps


def check_neighbours(steps: Sequence[Step], sides: Sequence[Items], gone: Sequence[tuple[Item, int]]) -> None:
    """Raise Differ where what two sides did side by side may depend on each other."""
    for before, after in pairwise(steps):
        one, other = before.side, after.side
        if one and other and one != other and not (before.is_new and after.is_new):
            pairs = [(a.facts, b.facts) for a in before.entries if a for b in after.entries if b]
            is_new = before.is_new or after.is_new
            if any(a.feeds(b) or (is_new and a.acts and b.acts and a.meets(b)) for a, b in pairs):
                raise Differ
    for is_new, run in groupby(steps, lambda step: step.is_new):
        if is_new:
            _check_new(list(run))
    taken = {(item.said, by): item.facts for item, by in gone}
    for step in steps:
        if step.is_new and taken:
            _check_gone(step, sides[step.side], taken)


def _check_new(run: Sequence[Step]) -> None:
    """Raise Differ where what both sides have put in at one place has an order, or is the same."""
    items = [[one.item for one in run if one.side == side and one.item.kind not in _ANYWHERE] for side in (1, 2)]
    if all(items):
        mine, its = (Facts.of([item.facts for item in side]) for side in items)
        if not mine.commutes(its) or {one.said for one in items[0]} & {one.said for one in items[1]}:
            raise Differ


def _check_gone(step: Step, side: Items, taken: Mapping[tuple[Hashable, int], Facts]) -> None:
    """Raise Differ where something was put in beside what the other side has taken out, and may depend on it."""
    at, new = step.places[step.side] or 0, step.item.facts
    for beside in (side[i] for i in (at - 1, at + 1) if 0 <= i < len(side)):
        facts = taken.get((beside.said, 3 - step.side))
        if facts is not None and ((facts.acts and new.acts) or facts.feeds(new) or facts.fixed or new.fixed):
            raise Differ


def joined(steps: Sequence[Step], sides: Sequence[Items]) -> Pieces:
    """Put entries together, with the blank lines that the sides have between them."""
    pieces: list[str | Clash] = []
    for at, step in enumerate(steps):
        blank = _blank(steps[at - 1] if at else None, step, sides)
        pieces += [blank, *step.done]
    return tuple(pieces)


def _blank(before: Step | None, step: Step, sides: Sequence[Items]) -> str:
    """Return the blank lines before an entry: as the sides have them where it follows the same one, else the most."""
    if before is None:
        first = [item.blank for side, at in zip(sides, step.places, strict=True) if at == 0 for item in side[:1]]
        return first[-1] if first else ""
    beside: list[str | None] = []
    around: list[str] = []
    for side, last, at in zip(sides, before.places, step.places, strict=True):
        follows = last is not None and at == last + 1
        beside.append(side[at].blank if follows and at is not None else None)
        if at:
            around.append(side[at].blank)
        if last is not None and last + 1 < len(side):
            around.append(side[last + 1].blank)
    base, ours, theirs = beside
    if ours is not None and theirs is not None:
        return changed(ours if base is None else base, ours, theirs)
    found = ours if ours is not None else theirs
    kinds = {"import" if one.item.kind in IMPORTS else one.item.kind for one in (before, step)}
    most = min if len(kinds) == 1 else max
    return found if found is not None else most(around or [step.item.blank], key=len)


def ending(steps: Sequence[Step], blocks: Sequence[Block]) -> str:
    """Return the blank lines at the end: as the sides have them that end with the same entry, else ours."""
    last = [not steps or steps[-1].places[side] == len(block.items) - 1 for side, block in enumerate(blocks)]
    base, ours, theirs = (block.end for block in blocks)
    if last[1] == last[2]:
        return changed(base, ours, theirs) if last[1] else ours
    return ours if last[1] else theirs


def changed(base: str, ours: str, theirs: str) -> str:
    """Return the text of the side that has changed it, ours where both have."""
    return theirs if ours == base else ours
