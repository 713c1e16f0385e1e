"""The entries of two sides, merged by key into text: each is taken from a side as it stands, comments and all."""

from collections.abc import Hashable, Sequence

from scaffold.formats.equal import ABSENT
from scaffold.formats.equal import at as value_at
from scaffold.merge import scalars
from scaffold.merge.budget import Unprovable
from scaffold.merge.comments import merge_comments
from scaffold.merge.host import Done, Unsettled, assemble, shifted_value
from scaffold.merge.layout import Entry, text_of
from scaffold.merge.level import Indents, Level, Triple, branch_of, level_of
from scaffold.merge.parts import Part
from scaffold.merge.pieces import Pieces, aligned, merge_text
from scaffold.merge.rename import moved
from scaffold.merge.schema import REQUIREMENTS, KeyPath
from scaffold.merge.slots import Gap, Slot, by_key, unique
from scaffold.merge.values import bare, name_of, pair_items
from scaffold.merge.work import OURS, THEIRS, Work

Both = tuple[Part | None, Part, Part]
Merged = Done | Unsettled | None  # None: gone


def merge_branch(work: Work, parts: Both, outer: Indents, target: str, at: KeyPath) -> Pieces:
    """Merge the entries of a branch; `outer` and `target` indent what it stands in. Raises Unprovable."""
    children = [() if part is None else part.children or () for part in parts]
    is_list = branch_of(parts[1]).kind == "list"
    names, slots = _paired(work, children, at, is_list=is_list)
    level = level_of(work.host, parts, outer, target)
    results: list[Done | Unsettled] = []
    for slot in slots:
        if isinstance(slot, Gap):
            spans = (slot.base, slot.ours, slot.theirs)
            results.append(level.gap(*([side[i] for i in span] for side, span in zip(children, spans, strict=True))))
            continue
        indices = (slot.base, slot.ours, slot.theirs)
        base, ours, theirs = (None if i is None else side[i] for side, i in zip(children, indices, strict=True))
        if is_list:
            base, ours, theirs = bare(base, ours, theirs, lambda part: part and part.data, None)
        key = name_of(slot, names)
        below = (*at, key) if is_list else (*at, *(key[0] if isinstance(key[0], tuple) else key[:1]))
        merged = _entry(work, level, (base, ours, theirs), below)
        results += [] if merged is None else [merged]
    return assemble(level.target, results)


def _paired(
    work: Work, children: Sequence[Sequence[Part]], at: KeyPath, *, is_list: bool
) -> tuple[list[list[Hashable]], list[Slot | Gap]]:
    if is_list:
        known = work.list_at(at)
        if known is not None and not known.ordered:
            work.used["sets"] = None
        return pair_items(known, children, lambda part: part.data)
    keys = [[part.key for part in side] for side in children]
    if not unique(*keys):
        raise Unprovable
    return keys, by_key(*keys)


def _entry(work: Work, level: Level, triple: Triple, at: KeyPath) -> Merged:
    """Merge one entry of a mapping or a list."""
    base, ours, theirs = triple
    texts = [None if part is None else _text(part.entry) for part in triple]
    if ours is not None and texts[OURS] == texts[THEIRS]:
        return level.take(ours, OURS)
    if {at[:1], at[:2]} & work.hold:
        work.held.update(work.hold)
        return level.conflict(triple)
    if ours is None or theirs is None:
        return _one_sided(work, level, triple, at)
    if texts[0] == texts[THEIRS]:
        return level.take(ours, OURS)
    if texts[0] == texts[OURS]:
        return level.take(theirs, THEIRS)
    merged = _both_changed(work, level, (base, ours, theirs), at)
    if merged is None or not aligned(merged.pieces):
        work.held.add(at)
        return level.conflict(triple)
    return merged


def _text(entry: Entry) -> str:
    return f"{entry.lead}{entry.head}{text_of(entry.value)}{entry.tail.rstrip()}"


def _both_changed(work: Work, level: Level, parts: Both, at: KeyPath) -> Done | None:
    """Merge an entry that both sides changed, or added; None where it is in conflict as a whole."""
    base, ours, theirs = parts
    old, mine, new = (None if base is None else level.take(base, 0)), level.take(ours, OURS), level.take(theirs, THEIRS)
    value, tail = _value(work, level, parts, at), None
    if value is None:
        value, tail = _pinned(work, parts, at)
    if value is None:
        return None
    lead = merge_comments(None if old is None else old.lead, mine.lead, new.lead)
    after = merge_comments(None if old is None else old.tail, mine.tail, new.tail)
    if lead.kept_ours or (after.kept_ours and tail is None):
        if not work.may("comments"):
            return None
        work.used["comments"] = None
    head = new.head if work.host == THEIRS else mine.head
    if old is not None and old.head in (mine.head, new.head):
        head = new.head if old.head == mine.head else mine.head
    return Done(lead.text, head, value, after.text if tail is None else tail)


def _pinned(work: Work, parts: Both, at: KeyPath) -> tuple[Pieces | None, str | None]:
    """Return the newer of two pins with the comment that follows it, or a line with words put around it."""
    if work.may("insertions") and (found := scalars.merge_around(*parts)) is not None:
        work.decide("insertions", at, found[0])
        return (found[1],), None
    if not work.may("pins"):
        return None, None
    if (part := scalars.choose(*parts)) is not None:
        work.decide("pins", at, part.data)
        return (text_of(part.entry.value),), part.entry.tail
    if work.list_at(at[:-1]) is REQUIREMENTS and (text := scalars.merge_requirement(*parts)) is not None:
        work.decide("pins", at, text.strip("\"'"))
        return (text,), None
    return None, None


def _one_sided(work: Work, level: Level, triple: Triple, at: KeyPath) -> Merged:
    """Decide about an entry that at most one side still has."""
    base = triple[0]
    side = THEIRS if triple[OURS] is None else OURS
    present = triple[side]
    if present is None or (base is not None and not present.adds_to(base)):
        return None
    removed = side == THEIRS and (base is not None or _section_removed(work, at))
    if base is None and not removed:
        return level.take(present, side)
    if removed and work.may("removed") and not (base and moved(base.data, present.data, work.added)):
        work.decide("removed", at, ABSENT)
        return None
    if side == OURS and base is not None and work.may("dropped") and scalars.only_newer(base, present):
        work.decide("dropped", at, ABSENT)
        return None
    work.held.add(at)
    return level.conflict(triple)


def _section_removed(work: Work, at: KeyPath) -> bool:
    """Whether the team has removed the section, below the topmost, that the blueprint adds a TOML table to."""
    return work.kind == "toml" and any(
        value_at(work.data[0], at[:length]) is not ABSENT and value_at(work.data[OURS], at[:length]) is ABSENT
        for length in range(2, len(at))
    )


def _value(work: Work, level: Level, parts: Both, at: KeyPath) -> Pieces | None:
    """Merge what stands below one key; None where it is in conflict as a whole."""
    base, ours, theirs = parts
    if ours.children is not None and theirs.children is not None and branch_of(ours).kind == branch_of(theirs).kind:
        if base is not None and (base.children is None or branch_of(base).kind != branch_of(ours).kind):
            return None
        return merge_branch(work, parts, level.indents, level.target.indent, at)
    texts = [
        None if part is None else shifted_value(part.entry, indent, level.target.indent)
        for part, indent in zip(parts, level.indents, strict=True)
    ]
    side = _unchanged_but(base, ours, theirs, texts)
    if side is not None:
        return (texts[side] or "",)
    if ours.children is not None or theirs.children is not None:
        return None
    return merge_text(*texts, insertions=work.may("insertions"))


def _unchanged_but(base: Part | None, ours: Part, theirs: Part, texts: Sequence[str | None]) -> int | None:
    """Return the side that is right because the other one did not change the value, or not what it means."""
    if texts[OURS] == texts[THEIRS] or texts[0] == texts[THEIRS]:
        return OURS
    if texts[0] == texts[OURS]:
        return THEIRS
    if ours.alike(theirs) or (base is not None and theirs.alike(base)):
        return OURS
    return THEIRS if base is not None and ours.alike(base) else None
