"""What stands in brackets, merged item by item: arguments, the items of lists, the entries of mappings, names."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from scaffold.merge.code.lexis import CLOSING, OPENING, PYTHON, Lexis, Rules
from scaffold.merge.code.pairs import woven
from scaffold.merge.comments import merge_comments
from scaffold.merge.host import Done, Host, assemble, indent_of, placed
from scaffold.merge.layout import Leaf
from scaffold.merge.layouts.brackets import Item as Place
from scaffold.merge.layouts.brackets import bracketed
from scaffold.merge.pieces import Clash, merge_text, resolved
from scaffold.merge.python import NAMES
from scaffold.merge.slots import Slot, by_place, unique

DEEPEST = 20  # brackets in brackets
Triple = tuple[str, str, str]


class Differ(Exception):  # noqa: N818 - it is an outcome, not an error
    """Both sides have changed one thing, and nothing says which one it is to be."""


@dataclass(frozen=True)
class Group:
    """A pair of brackets in a text: where it starts and ends, and its items with the commas after them."""

    start: int
    end: int
    items: tuple[Place, ...]


def merge_said(base: str | None, ours: str, theirs: str, rules: Rules, depth: int = 0) -> str:
    """Merge three versions of a piece of code, taken apart at its brackets; raises Differ or Unprovable."""
    if base == ours:
        return theirs
    lexis = rules.lexis
    sides = [None if one is None else (lexis.said(one), lexis.comments(one)) for one in (base, ours, theirs)]
    if sides[1] == sides[2] or sides[0] == sides[2]:
        return ours
    if sides[0] == sides[1]:
        return theirs
    if base is None or depth > DEEPEST:
        raise Differ
    texts = (base, ours, theirs)
    if all(len(lexis.tokens(text)) == 1 and "\n" in text for text in texts):
        return _by_line(*texts)
    groups = [groups_of(text, lexis) for text in texts]
    shapes = [_shape(text, its, lexis) for text, its in zip(texts, groups, strict=True)]
    host = 1
    if shapes[1] != shapes[2]:
        # One side has changed what stands outside of brackets, the other what stands in some.
        if shapes[0] not in shapes[1:] or len({len(its) for its in groups}) > 1:
            raise Differ
        host = 2 if shapes[0] == shapes[1] else 1
        _check_called(texts, groups, host, lexis)
    return _refilled(texts, groups, _commented(texts, groups, host, lexis), rules, depth)


def _check_called(texts: Triple, groups: Sequence[list[Group]], host: int, lexis: Lexis) -> None:
    """Raise Differ where one side has changed what stands before brackets in which the other has changed something."""
    for old, own, its in zip(groups[0], groups[host], groups[3 - host], strict=True):
        if lexis.said(_cut(texts[3 - host], its)) != lexis.said(_cut(texts[0], old)) and _called(
            texts[0], old, lexis
        ) != _called(texts[host], own, lexis):
            raise Differ


def _called(text: str, group: Group, lexis: Lexis) -> Sequence[str]:
    """Return the words right before brackets: of a call what is called."""
    found: list[str] = []
    for token in reversed(lexis.tokens(text[: group.start])):
        if token.kind != "word" and token.text != ".":
            break
        if found and token.kind == "word" and found[-1] != ".":
            break
        found.append(token.text)
    return found


def _by_line(base: str, ours: str, theirs: str) -> str:
    pieces = merge_text(base, ours, theirs, insertions=False)
    if pieces is None or any(isinstance(piece, Clash) for piece in pieces):
        raise Differ
    return resolved(pieces, "ours")


def _commented(texts: Triple, groups: Sequence[list[Group]], host: int, lexis: Lexis) -> int:
    """Return the side whose comments outside of brackets count; raises Differ."""
    base, ours, theirs = (lexis.comments(_outside(text, its, "")) for text, its in zip(texts, groups, strict=True))
    if ours == theirs:
        return host
    if base not in (ours, theirs) or (host == 2 and base == theirs):  # noqa: PLR2004 - theirs
        raise Differ
    return 1 if base == theirs else 2


def _shape(text: str, groups: list[Group], lexis: Lexis) -> tuple[str, ...]:
    return lexis.said(_outside(text, groups, "()"))


def _outside(text: str, groups: list[Group], instead: str) -> str:
    at, result = 0, ""
    for group in groups:
        result += text[at : group.start] + instead
        at = group.end
    return result + text[at:]


def groups_of(text: str, lexis: Lexis = PYTHON) -> list[Group]:
    """Find the outermost brackets of a text."""
    found: list[Group] = []
    items: list[Place] = []
    depth = start = 0
    first: int | None = None
    last = 0
    for token in lexis.tokens(text):
        if token.kind == "comment":
            continue
        if token.text in OPENING:
            depth += 1
            if depth == 1:
                start, items, first = token.start, [], None
                continue
        elif token.text in CLOSING and depth:
            depth -= 1
            if depth == 0:
                if first is not None:
                    items.append(Place("", first, first, Leaf(text[first:last]), last, last))
                found.append(Group(start, token.end, tuple(items)))
                continue
        if depth == 1 and token.text == ",":
            if first is None or lexis.comments(text[last : token.start]):
                raise Differ
            items.append(Place("", first, first, Leaf(text[first:last]), last, token.end))
            first = None
        elif depth:
            first, last = token.start if first is None else first, token.end
    return found


def _refilled(texts: Triple, groups: Sequence[list[Group]], host: int, rules: Rules, depth: int) -> str:
    """Return the host's text with what stands in its brackets merged."""
    at, result = 0, ""
    known = len(groups[0]) == len(groups[1])
    for number, (mine, its) in enumerate(zip(groups[1], groups[2], strict=True)):
        old = groups[0][number] if known else None
        sides = (None if old is None else _cut(texts[0], old), _cut(texts[1], mine), _cut(texts[2], its))
        own = groups[host][number]
        result += texts[host][at : own.start] + _merge_group(sides, rules, depth)
        at = own.end
    return result + texts[host][at:]


def _cut(text: str, group: Group) -> str:
    return text[group.start : group.end]


def _merge_group(sides: tuple[str | None, str, str], rules: Rules, depth: int) -> str:
    base, ours, theirs = sides
    if base == ours:
        return theirs
    lexis = rules.lexis
    found = [None if one is None else (lexis.said(one), lexis.comments(one)) for one in sides]
    if found[1] == found[2] or found[0] == found[2]:
        return ours
    if found[0] == found[1]:
        return theirs
    if base is None or len({one[0] for one in (base, ours, theirs)}) > 1:
        raise Differ
    triple = (base, ours, theirs)
    groups = [groups_of(text, lexis)[0] for text in triple]
    if all(len(its.items) == 1 and its.items[0].end == its.items[0].after for its in groups):
        inner = [text[its.items[0].start : its.items[0].end] for text, its in zip(triple, groups, strict=True)]
        merged = merge_said(inner[0], inner[1], inner[2], rules, depth + 1)
        place = groups[1].items[0]
        return f"{ours[: place.start]}{merged}{ours[place.end :]}"
    if lexis.is_python and len({its.items[0].end < its.items[0].after for its in groups if len(its.items) == 1}) > 1:
        raise Differ  # one comma makes a tuple of what stands in brackets
    return _merge_items(triple, groups, rules, depth)


def _merge_items(texts: Triple, groups: Sequence[Group], rules: Rules, depth: int) -> str:
    hosts = [_host(text, its) for text, its in zip(texts, groups, strict=True)]
    host = _chosen(hosts)
    _same_around(hosts, host, rules.lexis)
    if hosts[host].on_lines and any("\n" not in one.text for one in hosts[host].branch.entries[:-1]):
        raise Differ  # some share a line
    names = [[_name(text, place, rules) for place in its.items] for text, its in zip(texts, groups, strict=True)]
    target = hosts[host]
    done: list[Done] = []
    changed: set[int] = set()
    for slot in _slots(names, texts, rules):
        places = (slot.base, slot.ours, slot.theirs)
        entries = [
            None if at is None else placed(side.branch.entries[at], side, target, first=at == 0)
            for at, side in zip(places, hosts, strict=True)
        ]
        if any((at is None) != (entry is None) for at, entry in zip(places, entries, strict=True)):
            raise Differ
        if (
            texts[0][0] == "("
            and not rules.names
            and not all(_is_named(side, at) for side, at in zip(names, places, strict=True))
        ):
            changed |= _changed_by(entries, rules.lexis)
        merged = _merge_entry(entries, rules, depth)
        done += [] if merged is None else [merged]
    if len(changed) > 1 and not rules.parameters:  # arguments by place belong together
        raise Differ
    opening, closing = texts[host][0], texts[host][-1]
    text = resolved(assemble(target, done), "ours")
    return f"{opening}{text[1:-1]}{closing}"


def _is_named(names: Sequence[Hashable], at: int | None) -> bool:
    return at is None or isinstance(names[at], tuple)


def _changed_by(entries: Sequence[Done | None], lexis: Lexis) -> set[int]:
    """Return the sides that alone have changed an entry."""
    base, ours, theirs = (None if entry is None else _heard(entry, lexis) for entry in entries)
    return set() if ours == theirs else {side for side, its in ((1, ours), (2, theirs)) if its != base}


def _merge_entry(entries: Sequence[Done | None], rules: Rules, depth: int) -> Done | None:
    base, ours, theirs = entries
    if ours is None or theirs is None:
        left = ours or theirs
        if base is None or left is None:
            return left
        if _heard(left, rules.lexis) != _heard(base, rules.lexis):
            raise Differ
        return None
    old = None if base is None else resolved(base.value, "ours")
    value = merge_said(old, resolved(ours.value, "ours"), resolved(theirs.value, "ours"), rules, depth + 1)
    lead = merge_comments(None if base is None else base.lead, ours.lead, theirs.lead)
    tail = merge_comments(None if base is None else base.tail, ours.tail, theirs.tail)
    if lead.kept_ours or tail.kept_ours:
        raise Differ
    return Done(lead.text, ours.head, (value,), tail.text)


def _heard(entry: Done, lexis: Lexis) -> Hashable:
    text = resolved(entry.value, "ours")
    return lexis.said(text), *map(lexis.comments, (entry.lead, text, entry.tail))


def _host(text: str, group: Group) -> Host:
    square = f"[{text[1:-1]}]"
    branch = bracketed(square, square, (0, 1, len(square) - 1), group.items, mapping=False)
    return Host(branch, indent_of(branch, ""), follows=False)


def _chosen(hosts: Sequence[Host]) -> int:
    """Return the side whose layout the result has: ours, unless only theirs has another shape, or has any items."""
    base, ours, theirs = hosts
    reshaped = ours.on_lines == base.on_lines != theirs.on_lines
    return 2 if (reshaped and theirs.branch.entries) or not ours.branch.entries else 1


def _same_around(hosts: Sequence[Host], host: int, lexis: Lexis) -> None:
    """Raise Differ where a comment beside the brackets would get lost."""
    around = [tuple(map(lexis.comments, (side.branch.opening, side.branch.closing))) for side in hosts]
    if around[1] != around[2] and around[3 - host] != around[0]:
        raise Differ


def _slots(names: Sequence[Sequence[Hashable]], texts: Triple, rules: Rules) -> Iterator[Slot]:
    """Walk the items that belong together; raises Differ where both sides put something in one place."""
    entries = [name for side in names for name in side]
    loose = rules.names or (texts[0][0] == "{" and not any(_is_spread(name) for name in entries))
    if loose and unique(*names):
        yield from woven(names[0], names[1], names[2], NAMES if rules.names else ())
        return
    for slot in by_place(*names):
        if isinstance(slot, Slot):
            yield slot
            continue
        spans = (slot.base, slot.ours, slot.theirs)
        between = [[side[at] for at in span] for side, span in zip(names, spans, strict=True)]
        if rules.parameters or not all(isinstance(name, tuple) for side in between for name in side):
            raise Differ
        if not unique(*between):
            raise Differ
        for inner in woven(between[0], between[1], between[2]):
            places = (inner.base, inner.ours, inner.theirs)
            yield Slot(*(None if at is None else span[at] for at, span in zip(places, spans, strict=True)))


def _is_spread(name: Hashable) -> bool:
    return isinstance(name, str) and name.startswith(("*", "..."))


def _name(text: str, place: Place, rules: Rules) -> Hashable:
    """Name an item: a keyword, the key of a mapping or a parameter by a tuple, all else by what it says."""
    inner = text[place.start : place.end]
    words = rules.lexis.said(inner)
    if text[0] == "(" and not rules.lexis.is_python:
        name = words[rules.named]
        return ("parameter", name) if rules.parameters and name.isidentifier() else " ".join(words)
    if text[0] == "(" and len(words) > 2 and words[1] == "=":  # noqa: PLR2004
        return "=", words[0]
    if text[0] == "{":
        depth = 0
        for at, word in enumerate(words):
            depth += (word in OPENING) - (word in CLOSING)
            if word == ":" and not depth:
                return ":", words[:at]
            if word in ("lambda", "for"):
                break
    return " ".join(words)
