"""The layout into which the entries of both sides go."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scaffold.merge.layout import Branch, Entry, text_of
from scaffold.merge.pieces import Clash, Pieces, resolved

_BEFORE, _AFTER = re.compile(r"\A[^\[{]*"), re.compile(r"[\]}][^\]}]*\Z")
_BRACKET = re.compile(r"^\s*[\[{]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Done:
    """A merged entry; its value may still hold conflicts."""

    lead: str
    head: str
    value: Pieces
    tail: str

    @property
    def pieces(self) -> Pieces:
        """All of it in order."""
        return (self.lead, self.head, *self.value, self.tail)


class Unsettled(NamedTuple):
    """Entries in conflict, by side."""

    base: Sequence[Done]
    ours: Sequence[Done]
    theirs: Sequence[Done]


@dataclass(frozen=True, slots=True)
class Host:
    """The branch into whose layout entries go.

    `indent` stands before its entries; where `follows`, not before the first, which follows a dash on its line.
    """

    branch: Branch
    indent: str
    follows: bool

    @property
    def bracketed(self) -> bool:
        """Whether commas stand between the entries."""
        return is_bracketed(self.branch)

    @property
    def on_lines(self) -> bool:
        """Whether each entry has a line of its own."""
        return is_on_lines(self.branch)

    @property
    def trailing(self) -> bool:
        """Whether the last entry has a comma too."""
        return bool(self.branch.entries and self.branch.entries[-1].comma)

    @property
    def ends_bare(self) -> bool:
        """Whether the last entry has no line's end of its own: the closing bracket has it, or nothing follows."""
        return self.on_lines and bool(self.branch.entries) and not self.branch.entries[-1].text.endswith("\n")

    @property
    def eol(self) -> str:
        """The line's end."""
        return "\r\n" if "\r\n" in self.branch.text else "\n"


def is_bracketed(branch: Branch) -> bool:
    """Whether a branch stands in brackets, with commas."""
    return _BRACKET.search(branch.opening) is not None


def is_on_lines(branch: Branch) -> bool:
    """Whether each entry of a branch has a line of its own."""
    inside = _BEFORE.sub("", branch.opening) + _AFTER.sub("", branch.closing)
    return not is_bracketed(branch) or "\n" in inside


def follows_on(branch: Branch, within: str) -> bool:
    """Whether the first entry of a branch stands behind a dash; `within` is the head of what it is the value of."""
    return not within.endswith("\n") and not branch.opening.endswith("\n") and not is_bracketed(branch)


def indent_of(branch: Branch, within: str) -> str:
    """Return what stands before the entries of a branch; `within` is the head of the entry whose value it is."""
    follows = follows_on(branch, within)
    beside = follows or (is_bracketed(branch) and is_on_lines(branch) and not branch.opening.endswith("\n"))
    for entry in branch.entries[1:] if beside else branch.entries:
        return entry.head[: len(entry.head) - len(entry.head.lstrip(" \t"))]
    return " " * len(within) if follows else ""


def shifted(text: str, old: str, new: str) -> str:
    """Move the lines of a text from one indentation to another."""
    if old == new:
        return text
    lines = text.split("\n")
    return "\n".join(new + line[len(old) :] if line.startswith(old) and line.strip() else line for line in lines)


def shifted_below(text: str, old: str, new: str) -> str:
    """Move all lines but the first, which follows something."""
    first, feed, rest = text.partition("\n")
    return first + feed + shifted(rest, old, new) if feed else text


def shifted_value(entry: Entry, old: str, new: str) -> str:
    """Move an entry's value, all of it where it begins on a line of its own."""
    return (shifted if entry.head.endswith("\n") else shifted_below)(text_of(entry.value), old, new)


def placed(entry: Entry, source: Host, target: Host, *, first: bool) -> Done | None:
    """Put an entry of one branch into the layout of another; None where a comment would get lost on the way."""
    lead, head, tail = entry.lead, entry.head, entry.tail
    value = shifted_value(entry, source.indent, target.indent)
    if source.on_lines and entry is source.branch.entries[-1] and not (value + tail).endswith("\n"):
        tail += source.eol  # which the closing bracket, or the end of the file, had instead
    if source.on_lines and target.on_lines:
        if first and source.follows:
            head = source.indent + head
        lead = shifted(lead, source.indent, target.indent)
        head = target.indent if head == source.indent else shifted(head, source.indent, target.indent)
    elif source.on_lines != target.on_lines:
        if lead.strip() or tail.strip():
            return None
        lead, tail = "", target.eol if target.on_lines else ""
        head = (target.indent if target.on_lines else " ") + head.lstrip()
    return Done(lead, head, (value,), tail)


def assemble(host: Host, results: Sequence[Done | Unsettled]) -> Pieces:
    """Put merged entries into the layout of a branch: commas, line ends, and the first one's place."""
    pieces: list[str | Clash] = [host.branch.opening]
    closing = host.branch.closing
    for at, result in enumerate(results):
        last = at == len(results) - 1
        if isinstance(result, Unsettled):
            pieces.append(Clash(*(_listed(host, side, last=last) for side in result)))
            closing = closing.removeprefix(host.eol) if last and host.ends_bare else closing
        else:
            pieces += _set(host, result, first=at == 0, last=last)
    return (*pieces, closing)


def _set(host: Host, done: Done, *, first: bool, last: bool) -> Pieces:
    """Return one entry with the comma and the line's end that its place asks for."""
    comma = "," if host.bracketed and (host.trailing or not last) else ""
    lead, head, tail = done.lead, done.head, done.tail
    if not host.on_lines:
        kept = host.branch.entries[0].head if host.branch.entries else ""
        space = kept[: len(kept) - len(kept.lstrip())] if first else " "
        return (space + head.lstrip(), *done.value, comma, tail.rstrip("\r\n"))
    if first and host.follows:
        lead, head = lead.lstrip(" \t"), head.removeprefix(host.indent)
    if last and host.ends_bare:
        tail = tail.removesuffix(host.eol)
    return (lead, head, *done.value, comma, tail)


def _listed(host: Host, entries: Sequence[Done], *, last: bool) -> str:
    text = ""
    for at, entry in enumerate(entries):
        comma = "," if host.bracketed and (host.trailing or not last or at < len(entries) - 1) else ""
        text += f"{entry.lead}{entry.head}{resolved(entry.value, 'ours')}{comma}{entry.tail}"
    return text
