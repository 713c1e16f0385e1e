"""Imports and `__all__`: sets of names, of which each is there where both sides have it or one has added it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.merge.code.groups import Differ, merge_said
from scaffold.merge.code.lexis import Rules, said
from scaffold.merge.code.pairs import woven
from scaffold.merge.code.tree import Item
from scaffold.merge.python import NAMES
from scaffold.merge.slots import Slot, unique

_FROM = re.compile(r"(\s*from\s+[\w.]+\s+import\s+)(\(?)([\w\s,]+?),?(?:\s*(\)))?([ \t]*(?:#[^\n]*)?\n?)")
_ALL = ("=", "__all__")
IMPORTS = frozenset({"from", "import"})


@dataclass(frozen=True)
class Hold:
    """Names that are not merged by their import alone.

    Those to `keep` are read in the result, though one side has removed their import; those to `leave` out one side has
    removed, and the other only has from elsewhere now.
    """

    keep: frozenset[str] = frozenset()
    leave: frozenset[str] = frozenset()


def merged(base: Item | None, ours: Item | None, theirs: Item | None, hold: Hold) -> str | None:
    """Return the merged import or `__all__`, an empty text where it is gone, or None where it is neither."""
    there = [one for one in (ours, theirs) if one is not None]
    if not there or any(one.kind not in IMPORTS and one.key != _ALL for one in there):
        return None
    if base is not None and base.kind != there[0].kind:
        return None
    if len(there) == 1 and there[0].kind == "import":
        return there[0].text if base is not None and there[0].facts.binds & hold.keep else None
    sides = [None if one is None else names_of(one) for one in (base, ours, theirs)]
    if any(one is not None and its is None for one, its in zip((base, ours, theirs), sides, strict=True)):
        return None
    names = [its or [] for its in sides]
    if not unique(*names):
        return None
    wanted = _wanted(names[0], names[1], names[2], hold)
    if len({name.split()[-1] for name in wanted}) < len(wanted):
        raise Differ
    if not wanted:
        return "" if all(_is_quiet(one, base) for one in there) else None
    for one, its in ((ours, names[1]), (theirs, names[2])):
        if (
            one is not None
            and set(its) == wanted
            and all(set(other.comments) <= {*one.comments, *_said_of(base)} for other in there)
        ):
            other = there[-1] if one is ours else there[0]
            is_old = base is not None and one.text == base.text and set(names_of(other) or ()) == wanted
            return other.text if is_old else one.text
    return _written(base, there, names, wanted)


def _said_of(base: Item | None) -> tuple[str, ...]:
    return () if base is None else base.comments


def _is_quiet(one: Item, base: Item | None) -> bool:
    """Whether an entry has no comment that the base has not."""
    return set(one.comments) <= set(_said_of(base))


def _wanted(base: list[str], ours: list[str], theirs: list[str], hold: Hold) -> set[str]:
    old, mine, new = set(base), set(ours), set(theirs)
    kept = {name for name in old & (mine | new) if name.split()[-1] in hold.keep}
    left = {name for name in (mine ^ new) - old if name.split()[-1] in hold.leave}
    return (mine & new) | ((mine | new) - old - left) | kept


def names_of(item: Item) -> list[str] | None:
    """Return the names of an import, or of a list of exports; None where they cannot be told."""
    words = said(item.parts[0].text)
    if item.kind == "from":
        inside = " ".join(words[words.index("import") + 1 :]).strip("()").strip()
        return None if "*" in inside or ";" in words else [one.strip() for one in inside.split(",") if one.strip()]
    if item.key != _ALL or words.count("[") != 1 or words[-1] != "]":
        return None
    inside_list = words[words.index("[") + 1 : -1]
    names = [word for word in inside_list if word != ","]
    return names if all(word[0] in "\"'" for word in names) else None


def _written(base: Item | None, there: Sequence[Item], names: Sequence[list[str]], wanted: set[str]) -> str | None:
    """Write the names in the way that ours has them, or the side that has each on a line of its own."""
    if there[0].kind != "from":
        return _written_all(base, there) if len(there) > 1 else None
    if not all(_is_quiet(one, base) for one in there[1:]):
        return None
    host = max(there, key=lambda one: one.parts[0].text.count("\n")) if len(there) > 1 else there[0]
    found = _FROM.fullmatch(host.parts[0].text)
    if found is None:
        return None
    everything = [_name_at(slot, names) for slot in woven(names[0], names[1], names[2], NAMES)]
    listed = [name for name in everything if name in wanted]
    start, opening, _, closing, end = found.groups()
    if opening and "\n" in found[0][found.start(2) : found.end(4)]:
        indent = re.search(r"\n([ \t]*)\w", found[0][found.start(2) :])
        outer = re.match(r"[ \t]*", start.lstrip("\n"))
        space = indent[1] if indent else "    "
        text = "".join(f"{space}{name},\n" for name in listed)
        return f"{host.lead}{start}(\n{text}{outer[0] if outer else ''}){end}"
    return f"{host.lead}{start}{opening}{', '.join(listed)}{closing or ''}{end}"


def _name_at(slot: Slot, names: Sequence[list[str]]) -> str:
    places = zip(names, (slot.base, slot.ours, slot.theirs), strict=True)
    return next(side[at] for side, at in places if at is not None)


def _written_all(base: Item | None, there: Sequence[Item]) -> str | None:
    mine, its = (one.parts[0].text for one in there)
    old = re.sub(r"\[.*\]", "[]", mine, flags=re.DOTALL) if base is None else base.parts[0].text
    try:
        return there[0].lead + merge_said(old, mine, its, Rules(names=True))
    except Differ:
        return None
