"""The merge of three texts line by line, as git makes it, from the differences that libgit2 finds; no file, no process.

Changes of both sides that overlap or touch are a conflict, unless they are the same (git's xdiff/xmerge.c).
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pygit2 import Patch
from pygit2.enums import DiffOption

from scaffold.merge.markers import Conflict, Labels, Part, split, write
from scaffold.tree import is_text


@dataclass(frozen=True, slots=True)
class Merged:
    """The result; where not clean, `content` carries zdiff3 markers (None: binary, so no lines to mark)."""

    clean: bool
    content: bytes | None


NEAR = 2  # lines
Hold = Callable[[bytes], bool]


class Edit(NamedTuple):
    """Lines of the base, from start to end, that became other lines."""

    start: int
    end: int
    new_start: int
    new_end: int


def merge_lines(base: bytes | None, ours: bytes, theirs: bytes, labels: Labels) -> Merged:
    """Merge line by line; `base` is None where there is none."""
    if not all(is_text(side) for side in (base or b"", ours, theirs)):
        return Merged(clean=False, content=None)
    parts = merge_parts(base or b"", ours, theirs)
    if not any(isinstance(part, Conflict) for part in parts):
        return Merged(clean=True, content=b"".join(part for part in parts if isinstance(part, bytes)))
    return Merged(clean=False, content=write(parts, labels))


def merge_parts(base: bytes, ours: bytes, theirs: bytes) -> list[Part]:
    """Merge line by line into text and conflicts, each made as small as zdiff3 has it."""
    return [piece for part in merge_whole(base, ours, theirs) for piece in trimmed(part) if piece]


def merge_whole(base: bytes, ours: bytes, theirs: bytes, *, hold: Hold = lambda _: False) -> list[Part]:
    """Merge line by line into text and conflicts, whose sides start and end where the base's lines do.

    What only theirs changed is a conflict too where `hold` says so of its lines.
    """
    lines = split(base), split(ours), split(theirs)
    in_ours, in_theirs = edits(base, ours), edits(base, theirs)
    parts: list[Part] = []
    at = 0
    while in_ours or in_theirs:
        mine, new = _touching(in_ours, in_theirs)
        start = min(edit.start for edit in (*mine, *new))
        end = max(edit.end for edit in (*mine, *new))
        parts.append(b"".join(lines[0][at:start]))
        decided = _decided(lines, (start, end), mine, new)
        kept = b"".join(lines[0][start:end])
        held = isinstance(decided, bytes) and not mine and hold(decided)
        parts.append(Conflict(kept, kept, decided) if held and isinstance(decided, bytes) else decided)
        at = end
    parts.append(b"".join(lines[0][at:]))
    return parts


def edits(old: bytes, new: bytes) -> list[Edit]:
    """Return the differences, in order, with the last one first out."""
    patch = Patch.create_from(old, new, context_lines=0, interhunk_lines=0, flag=DiffOption.FORCE_TEXT)
    found = []
    for hunk in patch.hunks:
        # A hunk without lines names the line that it follows.
        start = hunk.old_start - bool(hunk.old_lines)
        new_start = hunk.new_start - bool(hunk.new_lines)
        found.append(Edit(start, start + hunk.old_lines, new_start, new_start + hunk.new_lines))
    return found[::-1]


def _touching(in_ours: list[Edit], in_theirs: list[Edit]) -> tuple[list[Edit], list[Edit]]:
    """Take the next edits of both sides which touch one another, or the next one of one side."""
    taken: tuple[list[Edit], list[Edit]] = ([], [])
    end: int | None = None
    while True:
        heads = [(edits[-1].start, side) for side, edits in enumerate((in_ours, in_theirs)) if edits]
        if not heads or (end is not None and min(heads)[0] > end):
            return taken
        side = min(heads)[1]
        edit = (in_ours, in_theirs)[side].pop()
        taken[side].append(edit)
        end = max(edit.end, edit.end if end is None else end)


def _decided(
    lines: tuple[list[bytes], list[bytes], list[bytes]], span: tuple[int, int], mine: list[Edit], new: list[Edit]
) -> Part:
    ours = b"".join(_side(lines[1], span, mine)) if mine else b""
    theirs = b"".join(_side(lines[2], span, new)) if new else b""
    if not new or (mine and ours == theirs):
        return ours
    if not mine:
        return theirs
    before = [edits[0].new_start - (edits[0].start - span[0]) for edits in (mine, new)]
    return Conflict(b"".join(lines[0][span[0] : span[1]]), ours, theirs, _marker_end(lines, before[0], before[1]))


def _marker_end(lines: tuple[list[bytes], list[bytes], list[bytes]], in_ours: int, in_theirs: int) -> bytes:
    """Return the line's end of markers, as git has it: that of the lines before, or of the first ones."""
    found = True
    for side, at in ((lines[1], max(in_ours - 1, 0)), (lines[2], max(in_theirs - 1, 0)), (lines[0], 0)):
        ends = _ends_in_crlf(side, at)
        if ends is False:
            return b"\n"
        found = ends is True
    return b"\r\n" if found else b"\n"


def _ends_in_crlf(lines: Sequence[bytes], at: int) -> bool | None:
    if not lines:
        return None
    if not lines[at].endswith(b"\n"):  # the last one: the one before it tells
        if at == 0:
            return None
        at -= 1
    return lines[at].endswith(b"\r\n")


def _side(lines: Sequence[bytes], span: tuple[int, int], edits: Sequence[Edit]) -> Sequence[bytes]:
    """Return the lines of a side that stand for a span of the base."""
    before, after = edits[0].start - span[0], span[1] - edits[-1].end
    return lines[edits[0].new_start - before : edits[-1].new_end + after]


def refined(parts: Sequence[Part]) -> list[Part]:
    """Make each conflict small, and one of two with a few lines between them, so that each is one question.

    Git joins those with up to three in its default style (xmerge.c: xdl_simplify_non_conflicts).
    """
    result: list[Part] = []
    for part in (piece for whole in parts for piece in trimmed(whole) if piece):
        if isinstance(part, Conflict) and len(result) > 1 and isinstance(result[-2], Conflict):
            before, between = result[-2], result[-1]
            if isinstance(between, bytes) and between.count(b"\n") <= NEAR:
                result[-2:] = [joined(before, between, part)]
                continue
        if result and isinstance(part, bytes) and isinstance(result[-1], bytes):
            result[-1] += part
            continue
        if result and isinstance(part, Conflict) and isinstance(result[-1], Conflict):
            result[-1] = joined(result[-1], b"", part)
            continue
        result.append(part)
    return result


def joined(first: Conflict, between: bytes, second: Conflict) -> Conflict:
    """Return two conflicts as one, with the text between them on every side."""
    return Conflict(
        first.base + between + second.base,
        first.ours + between + second.ours,
        first.theirs + between + second.theirs,
        first.end,
    )


def trimmed(part: Part) -> tuple[Part, ...]:
    """Take the lines out of a conflict with which both sides begin or end."""
    if isinstance(part, bytes):
        return (part,)
    ours, theirs = split(part.ours), split(part.theirs)
    most = min(len(ours), len(theirs))
    head = next((i for i in range(most) if ours[i] != theirs[i]), most)
    tail = next((i for i in range(most - head) if ours[-1 - i] != theirs[-1 - i]), most - head)
    end = part.end
    if head and not ours[head - 1].endswith(b"\r\n"):
        end = b"\n"
    mine, new = b"".join(ours[head : len(ours) - tail]), b"".join(theirs[head : len(theirs) - tail])
    middle = Conflict(part.base, mine, new, end)
    return b"".join(ours[:head]), middle, b"".join(ours[len(ours) - tail :])


def same_insertion(conflict: Conflict) -> bytes | None:
    """Keep once what both sides have inserted, where one insertion holds the other whole."""
    if conflict.base.strip():
        return None
    ours, theirs = conflict.ours, conflict.theirs
    # Blank lines around do not count, but where one side holds the other with them, none is lost.
    for one, other in ((ours, theirs), (theirs, ours)):
        if _holds(one, other):
            return one
    for one, other in ((ours, theirs), (theirs, ours)):
        if _holds(one.strip(), other.strip()):
            return one
    return None


def doubles(base: bytes, ours: bytes, theirs: bytes, merged: bytes) -> bool:
    """Whether lines that both sides have put in once, some after the others, stand there twice.

    A merge by line does that where each side has them beside something else, as one has that took out what was there.
    """
    old, mine, new = (Counter(split(side)) for side in (base, ours, theirs))
    both = {line for line in mine.keys() & new.keys() if mine[line] == new[line] == 1 and line not in old}
    if len(both) < 2:  # noqa: PLR2004 - lines
        return False
    counts = Counter(split(merged))
    twice = {line for line in both if counts[line] > 1 and re.search(rb"\w", line)}
    runs = Counter(pairwise(line for line in split(merged) if line in twice))
    return any(count > 1 for count in runs.values())


def same_change(conflict: Conflict) -> bytes | None:
    """Return the side that made the other's change too, and more beside it; None where neither did.

    Lines that the one side has beyond the other's must not be such as that one has taken out. Where all sides have as
    many lines, each of them may be another side's change, with one that both made alike between two.
    """
    base, ours, theirs = (split(side) for side in (conflict.base, conflict.ours, conflict.theirs))
    for one, other in ((ours, theirs), (theirs, ours)):
        more = one[len(other) :] if one[: len(other)] == other else one[: len(one) - len(other)]
        if re.search(rb"\w", b"".join(other)) and one in (other + more, more + other):
            return None if {*filter(bytes.strip, base)}.intersection(more) else b"".join(one)
    return _line_by_line(base, ours, theirs) if len(base) == len(ours) == len(theirs) else None


def _line_by_line(base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> bytes | None:
    merged, before = [], 0
    for old, mine, new in zip(base, ours, theirs, strict=True):
        side = 0 if mine == new else 1 if new == old else 2 if mine == old else None
        if side is None or (side and before and side != before):
            return None
        merged.append(new if side == 2 else mine)  # noqa: PLR2004 - theirs
        before = side
    return b"".join(merged)


def _holds(text: bytes, wanted: bytes) -> bool:
    """Whether lines begin or end with others, one after the other."""
    at = text.find(wanted) if re.search(rb"\w", wanted) else -1
    after = text[at + len(wanted) :]
    begins, ends = at == 0, not after
    return at >= 0 and (begins or ends) and (begins or text[at - 1 : at] == b"\n") and after[:1] in (b"", b"\n", b"\r")
