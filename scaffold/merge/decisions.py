"""What people decided in conflicts: remembered by digests, so that the same question is not asked twice.

Nothing of a text is kept, only what tells whether it is the same one again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import accumulate
from typing import Literal, NamedTuple, cast

from scaffold.formats.located import Located, one_of, text, texts
from scaffold.merge.markers import Conflict, Part, split
from scaffold.merge.settle import Side, chosen
from scaffold.merge.text import Edit, edits

Taken = Literal["yours", "the blueprint's", "both", "by hand"]
SIDES: Mapping[Taken, Side] = {"yours": "ours", "the blueprint's": "theirs", "both": "both"}
BY_HAND: Taken = "by hand"
MOST = 40  # decisions that are remembered of one file


class Decision(NamedTuple):
    """What was `taken` in one place of a file, in the update to a version.

    `asked` digests the question, `again` the same one where what was decided stands there already, and `held` each
    place in which that differs from what the blueprint has.
    """

    taken: Taken
    version: str
    asked: str
    again: str
    held: tuple[str, ...] = ()

    def dump(self) -> dict[str, object]:
        """Return it as the lock has it."""
        said = self._asdict() | {"held": list(self.held)}
        return {name: value for name, value in said.items() if value}


def parse(at: Located) -> tuple[Decision, ...]:
    """Read decisions; raises FormatError."""
    return tuple(
        Decision(
            taken=one.required("taken", lambda v: cast("Taken", one_of(*SIDES, BY_HAND)(v))),
            version=one.required("version", text),
            asked=one.required("asked", text),
            again=one.optional("again", text, ""),
            held=one.optional("held", lambda v: tuple(texts(v)), ()),
        )
        for one in at.elements()
    )


def digest(*parts: bytes) -> str:
    """Digest some texts, whatever their lines end with."""
    whole = sha256()
    for part in parts:
        plain = part.replace(b"\r\n", b"\n").removesuffix(b"\n").removesuffix(b"\r")
        whole.update(b"%d:%b" % (len(plain), plain))
    return whole.hexdigest()[:32]


def whole_file(base: str | None, ours: str, theirs: str) -> tuple[str, str]:
    """Digest the question that a file without lines is, by git's ids, and in what ours differs then."""
    return digest(*(id_.encode() for id_ in ("whole", base or "", ours, theirs))), _held(ours.encode(), theirs.encode())


def _held(mine: bytes, its: bytes) -> str:
    return digest(b"held", its, mine)


def learned_whole(base: str | None, ours: str, theirs: str, now: str, version: str) -> Decision:
    """Return what was decided of a file without lines."""
    taken: Taken = "yours" if now == ours else "the blueprint's" if now == theirs else "by hand"
    asked, _ = whole_file(base, ours, theirs)
    again, held = whole_file(base, now, theirs)
    return Decision(taken, version, asked, again, () if now == theirs else (held,))


def learned(parts: Sequence[Part], now: bytes, version: str) -> tuple[Decision, ...]:
    """Return what was decided in each conflict of a file that stands there without markers now, where that is clear."""
    ways = {taken: _Filled(parts, side, now) for taken, side in SIDES.items()}
    found: list[Decision] = []
    for number, conflict in enumerate(part for part in parts if isinstance(part, Conflict)):
        fitting = {way.text(number): taken for taken, way in reversed(ways.items()) if not way.touched(number)}
        text = next(iter(fitting), None) if fitting else ways["yours"].now(number)
        if text is None or len(fitting) > 1:
            continue
        new = ways["the blueprint's"]
        held = (digest(b"held", *new.change(edit)) for edit in new.touched(number))
        asked = digest(conflict.base, conflict.ours, conflict.theirs)
        again = digest(conflict.base, text, conflict.theirs)
        found.append(Decision(fitting.get(text, BY_HAND), version, asked, again, tuple(dict.fromkeys(held))))
    answers = {(one.asked, one.taken, one.again) for one in found}
    times = Counter(asked for asked, _, _ in answers)
    return tuple(dict.fromkeys(one for one in found if times[one.asked] == 1))


class _Filled:
    """A file with one side taken in every conflict, and in what it differs from the file as it stands now."""

    def __init__(self, parts: Sequence[Part], side: Side, now: bytes) -> None:
        """Fill in the side."""
        texts = [chosen(part, side) if isinstance(part, Conflict) else part for part in parts]
        self.lines, self.now_lines = split(b"".join(texts)), split(now)
        self.edits = edits(b"".join(texts), now)[::-1]
        ends = list(accumulate(len(split(text)) for text in texts))
        self.conflicts = [
            (text, end - len(split(text)), end)
            for part, text, end in zip(parts, texts, ends, strict=True)
            if isinstance(part, Conflict)
        ]

    def text(self, number: int) -> bytes:
        """Return what was filled in for a conflict."""
        return self.conflicts[number][0]

    def touched(self, number: int) -> list[Edit]:
        """Return the differences in, or right before or after, what was filled in."""
        _, start, end = self.conflicts[number]
        return [
            edit
            for edit in self.edits
            if (edit.start < end and edit.end > start) or (start <= edit.start and edit.end <= end)
        ]

    def change(self, edit: Edit) -> tuple[bytes, bytes]:
        """Return lines that were filled in, and those that stand there now."""
        return b"".join(self.lines[edit.start : edit.end]), b"".join(self.now_lines[edit.new_start : edit.new_end])

    def now(self, number: int) -> bytes | None:
        """Return what stands in a conflict's place now, None where that cannot be told from what is around it."""
        (_, start, end), inside = self.conflicts[number], self.touched(number)
        if not inside or inside[0].start < start or inside[-1].end > end:
            return None
        first = inside[0].new_start - (inside[0].start - start)
        return b"".join(self.now_lines[first : inside[-1].new_end + end - inside[-1].end])


def remembered(before: Iterable[Decision], new: Sequence[Decision]) -> tuple[Decision, ...]:
    """Return what is remembered of a file: what was decided last of a question counts."""
    asked = {digest_ for one in new for digest_ in (one.asked, one.again)}
    return (*(one for one in before if not asked & {one.asked, one.again}), *new)[-MOST:]


def recalled(conflict: Conflict, decisions: Iterable[Decision]) -> tuple[Side, Decision] | None:
    """Return which side is what was decided of this very question; None where no side is, or nobody was asked."""
    asked = digest(conflict.base, conflict.ours, conflict.theirs)
    for one in decisions:
        if one.again == asked:
            return "ours", one
        if one.asked == asked and one.taken != BY_HAND:
            return SIDES[one.taken], one
    return None


def held_in(theirs: bytes, ours: bytes) -> Iterator[tuple[str, Edit]]:
    """Walk the places in which a file differs from what the blueprint has, each with its digest."""
    old, new = split(theirs), split(ours)
    for edit in reversed(edits(theirs, ours)):
        its, mine = old[edit.start : edit.end], new[edit.new_start : edit.new_end]
        yield digest(b"held", b"".join(its), b"".join(mine)), edit


def held(decisions: Iterable[Decision], found: Iterable[str]) -> tuple[Decision, ...]:
    """Return the decisions by which a file differs in some places from what the blueprint has."""
    counts = Counter(found)
    return tuple(one for one in decisions if any(counts[place] for place in one.held))
