"""A document as nested entries of verbatim text: put together again, they are the file byte for byte."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["mapping", "list"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that is not looked into: a scalar, or something too unusual to be taken apart."""

    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One key with its value, or one item of a list.

    `lead` is the whole lines before it: blank ones, and comments that belong to it. `head` is its indentation (on one
    line with others, the space before it) and its key with the colon or equals sign, or the dash. `comma` is the comma
    after the value, with any space before it. `tail` is the rest of its last line: a comment, and the line's end.
    """

    key: str  # a list's item: ""
    lead: str
    head: str
    value: "Node"
    comma: str
    tail: str

    @property
    def text(self) -> str:
        """The entry as it stands in the file."""
        return f"{self.lead}{self.head}{text_of(self.value)}{self.comma}{self.tail}"


@dataclass(frozen=True, slots=True)
class Branch:
    """A mapping or a list: `opening` and `closing` are its brackets with the space or the comments inside them.

    Where the entries stand one on each line, `opening` ends with a line's end and each entry's text does too, but for
    a last one without comma whose line's end is part of `closing`. Without brackets, `closing` is the comments after
    the last entry (in YAML those that are indented like it), and `opening` is empty but for what precedes a YAML
    document's first key, and for the first line of an INI list.
    """

    kind: Kind
    opening: str
    entries: tuple[Entry, ...]
    closing: str

    @property
    def text(self) -> str:
        """The branch as it stands in the file."""
        return f"{self.opening}{''.join(entry.text for entry in self.entries)}{self.closing}"


Node = Leaf | Branch


def text_of(node: Node) -> str:
    """Return the node as it stands in the file."""
    return node.text


def leaves(node: Node) -> Iterator[Leaf]:
    """Walk the leaves of a node in order."""
    if isinstance(node, Leaf):
        yield node
    else:
        for entry in node.entries:
            yield from leaves(entry.value)
