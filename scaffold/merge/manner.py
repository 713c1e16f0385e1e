"""How git's attributes say that a file is merged, where they say anything (gitattributes: merge)."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from scaffold.merge.markers import SIZE, Conflict, Labels, Part, ended, split
from scaffold.merge.text import Merged, edits, joined, merge_lines, merge_whole
from scaffold.tree import is_text

NEAR = 3  # lines between two conflicts that git joins (xmerge.c: xdl_simplify_non_conflicts)
Run = Callable[[bytes, bytes, bytes, Labels], Merged]


class Manner(NamedTuple):
    """The way to merge: text, binary, union, the name of the user's own driver that `run` runs, or nothing said."""

    way: str = ""
    size: int = SIZE
    run: Run | None = None

    def merge(self, base: bytes, ours: bytes, theirs: bytes, labels: Labels) -> Merged | None:
        """Merge as the attributes say, or return None where they leave it open; a driver raises ScriptError."""
        if self.run is not None:
            return self.run(base, ours, theirs, labels)
        if not self.way:
            return None
        if self.way == "binary" or not all(map(is_text, (base, ours, theirs))):
            return Merged(clean=False, content=None)
        if self.way == "union":
            return Merged(clean=True, content=merge_union(base, ours, theirs))
        return merge_lines(base, ours, theirs, labels)


UNSAID = Manner()


def merge_union(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """Merge line by line and keep both sides of every conflict, ours first, as `git merge-file --union` does."""
    result: list[Part | None] = []
    for part in _apart(merge_whole(base, ours, theirs)):
        last = result[-1] if result else None
        if isinstance(part, bytes) and isinstance(last, bytes):
            result[-1] = last + part
        elif (
            isinstance(part, Conflict)
            and isinstance(last, bytes)
            and last.count(b"\n") <= NEAR
            and len(result) > 1
            and isinstance(result[-2], Conflict)
        ):
            result[-2:] = [joined(result[-2], last, part)]
        else:
            result.append(part)
    return b"".join(
        ended(part.ours, part.end) + part.theirs if isinstance(part, Conflict) else part or b"" for part in result
    )


def _apart(parts: Sequence[Part]) -> Iterator[Part | None]:
    """Yield what is the same on all sides, and every conflict in as many as there are differences of the two sides.

    What only one side has changed stands between two that are None: git joins no conflicts across it.
    """
    for number, part in enumerate(parts):
        if isinstance(part, Conflict):
            yield from _refined(part)
        elif number % 2:
            yield from (None, part, None)
        else:
            yield part


def _refined(conflict: Conflict) -> Iterator[Part]:
    if not (conflict.ours and conflict.theirs):
        yield conflict
        return
    ours, theirs, at = split(conflict.ours), split(conflict.theirs), 0
    for edit in reversed(edits(conflict.ours, conflict.theirs)):
        yield b"".join(ours[at : edit.start])
        mine, new = ours[edit.start : edit.end], theirs[edit.new_start : edit.new_end]
        yield Conflict(b"", b"".join(mine), b"".join(new), conflict.end)
        at = edit.end
    yield b"".join(ours[at:])
