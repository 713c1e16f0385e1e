"""One branch being merged: how its three versions are laid out, and how the result is."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from scaffold.merge.budget import Unprovable
from scaffold.merge.comments import Comment, merge_comments
from scaffold.merge.host import Done, Host, Unsettled, follows_on, indent_of, placed, shifted_below
from scaffold.merge.layout import Branch
from scaffold.merge.parts import Part, words
from scaffold.merge.work import OURS, THEIRS

Triple = tuple[Part | None, Part | None, Part | None]
Indents = tuple[str, str, str]


class Level(NamedTuple):
    """The layouts of base, ours and theirs, and the one that the entries of all of them go into."""

    sides: tuple[Host | None, Host, Host]
    target: Host

    @property
    def indents(self) -> Indents:
        """What stands before the entries of each side."""
        base, ours, theirs = self.sides
        return ("" if base is None else base.indent, ours.indent, theirs.indent)

    def take(self, part: Part, side: int) -> Done:
        """Put a side's entry into the result's layout; raises Unprovable."""
        source = self.sides[side]
        if source is None:
            raise Unprovable
        done = placed(part.entry, source, self.target, first=part.entry is source.branch.entries[0])
        if done is None:
            raise Unprovable
        return done

    def conflict(self, triple: Triple) -> Unsettled:
        """Leave an entry in conflict; raises Unprovable."""
        base, ours, theirs = ([] if part is None else [part] for part in triple)
        return self.gap(base, ours, theirs)

    def gap(self, base: Sequence[Part], ours: Sequence[Part], theirs: Sequence[Part]) -> Unsettled:
        """Leave several entries in conflict; raises Unprovable."""
        return Unsettled(*([self.take(part, side) for part in its] for side, its in enumerate((base, ours, theirs))))


def level_of(host: int, parts: tuple[Part | None, Part, Part], outer: Indents, target: str) -> Level:
    """Return the layouts of a branch; `outer` and `target` indent what it stands in. Raises Unprovable.

    The result is laid out as `host` has it, but where only the other side has put a bracket's entries on lines of
    their own, or on one line, or has any.
    """
    base, ours, theirs = (None if parts[0] is None else _host(parts[0])), _host(parts[1]), _host(parts[2])
    mine, its = (ours, theirs) if host == OURS else (theirs, ours)
    reshaped = base is not None and mine.on_lines == base.on_lines != its.on_lines
    if (reshaped and its.branch.entries) or not mine.branch.entries:
        host = THEIRS if host == OURS else OURS
        mine = its
    branch = _with_comments([None if base is None else base.branch, ours.branch, theirs.branch], host, outer, target)
    return Level(
        (base, ours, theirs), replace(mine, branch=branch, indent=target + mine.indent.removeprefix(outer[host]))
    )


def branch_of(part: Part) -> Branch:
    """Return the branch of a part that has children."""
    branch = part.entry.value
    if not isinstance(branch, Branch):
        raise Unprovable
    return branch


def _host(part: Part) -> Host:
    branch, head = branch_of(part), part.entry.head
    return Host(branch, indent_of(branch, head), follows_on(branch, head))


def _with_comments(branches: Sequence[Branch | None], host: int, outer: Indents, target: str) -> Branch:
    """Return the host's branch, with what both sides say inside its brackets."""
    branch = branches[host]
    if branch is None:
        raise Unprovable
    merged = []
    for name in ("opening", "closing"):
        texts = [
            None if side is None else shifted_below(getattr(side, name), indent, target)
            for side, indent in zip(branches, outer, strict=True)
        ]
        comment = merge_comments(*texts)
        if comment.kept_ours or _brackets(comment.text) != _brackets(texts[host] or ""):
            base, ours, theirs = (set(words(text or "")) for text in texts)
            if (ours if host == THEIRS else theirs) - base - (theirs if host == THEIRS else ours) - set("[]{}"):
                raise Unprovable
            comment = Comment(texts[host] or "")
        merged.append(comment.text)
    return replace(branch, opening=merged[0], closing=merged[1])


def _brackets(text: str) -> list[tuple[str, bool]]:
    """Return what of an opening or closing is layout: its bracket, and whether entries are on other lines than it."""
    found = re.finditer(r"^\s*([\[{\]}])", text, re.MULTILINE)
    return [(one[1], "\n" in (text[one.end() :] if one[1] in "[{" else text[: one.start(1)])) for one in found]
