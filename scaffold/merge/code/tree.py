"""Code as nested entries of verbatim text: put together again, they are the file byte for byte."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

from scaffold.merge.code.lexis import Rules, comments, said


@dataclass(frozen=True)
class Facts:
    """What running a statement binds and reads, and what its order may mean: `acts` where it may do anything.

    Where it `loads`, it brings in other modules; `fixed` is where control leaves, or something else that has its place.
    Of a statement of which nobody knows more, `names` are all that it names.
    """

    binds: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    acts: bool = False
    loads: bool = False
    fixed: bool = False
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, several: "list[Facts]") -> "Facts":
        """Return what is known of statements that run one after the other."""
        return cls(
            frozenset().union(*(one.binds for one in several)),
            frozenset().union(*(one.reads for one in several)),
            acts=any(one.acts for one in several),
            loads=any(one.loads for one in several),
            fixed=any(one.fixed for one in several),
        )

    def commutes(self, other: "Facts") -> bool:
        """Whether two statements may stand in either order."""
        if self.fixed or other.fixed or (self.acts and (other.acts or other.loads)) or (self.loads and other.acts):
            return False
        return not (self.feeds(other) or other.feeds(self) or self.binds & other.binds)

    @property
    def is_import(self) -> bool:
        """Whether it only brings in names, which may be brought in in any order."""
        return self.loads and not (self.acts or self.fixed or self.reads)

    def meets(self, other: "Facts") -> bool:
        """Whether both may have to do with one thing."""
        return not (self.names and other.names) or bool(self.names & other.names)

    def feeds(self, other: "Facts") -> bool:
        """Whether this binds what the other reads."""
        return bool(self.binds & other.reads)


@dataclass(frozen=True)
class Text:
    """Whole lines that are one piece: a simple statement, or the head of one that has a body."""

    text: str

    @cached_property
    def said(self) -> Hashable:
        """What it says, whatever the space."""
        return said(self.text)

    @cached_property
    def comments(self) -> tuple[str, ...]:
        """The comments in it."""
        return comments(self.text)

    def alike(self, other: "Text") -> bool:
        """Whether both say the same, comments included, whatever the space."""
        return self.text == other.text or (self.said == other.said and self.comments == other.comments)

    @property
    def rules(self) -> Rules | None:
        """How it is merged inside where both sides have changed it; None where it is one piece."""
        return Rules.of(self.text)


@dataclass(frozen=True)
class Words(Text):
    """Whole lines of prose, of which space between words means nothing."""

    @cached_property
    def said(self) -> Hashable:
        """Its words, and its lines where one ends in a break or is indented, as a text that stands as it is does."""
        lines = self.text.splitlines()
        plain = not any(line.endswith(("  ", "\\")) or line[:1].isspace() for line in lines)
        return tuple(self.text.split()) if plain else tuple(lines)

    comments = ()
    rules = None


@dataclass(frozen=True)
class Exact(Text):
    """Whole lines that count to the letter."""

    @cached_property
    def said(self) -> Hashable:
        """All of it."""
        return self.text.rstrip()

    comments = ()
    rules = None


class Uncut(Sequence["Text | Block"]):
    """The parts of an entry, which is cut only where it is looked into: most of a file nobody has changed."""

    def __init__(self, text: str, cut: "Callable[[], tuple[Text | Block, ...]]") -> None:
        """Know the text, and how it is cut."""
        self.text, self._cut = text, cut

    @cached_property
    def _parts(self) -> "tuple[Text | Block, ...]":
        return self._cut()

    @overload
    def __getitem__(self, at: int) -> "Text | Block": ...
    @overload
    def __getitem__(self, at: slice) -> "Sequence[Text | Block]": ...
    def __getitem__(self, at: int | slice) -> "Text | Block | Sequence[Text | Block]":
        """Return one of the parts."""
        return self._parts[at]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._parts)


@dataclass(frozen=True)
class Item:
    """One entry of a block: `blank` lines before it, the comments that belong to it, and its parts.

    `key` is its name among its neighbours, None where it has none.
    """

    kind: str
    key: Hashable
    blank: str
    lead: str
    parts: "Sequence[Text | Block]"
    find: Callable[[], Facts] = field(default=Facts, compare=False)

    @cached_property
    def facts(self) -> Facts:
        """What running it binds and reads."""
        return self.find()

    @cached_property
    def text(self) -> str:
        """The entry as it stands in the file, without the blank lines before it."""
        return self.lead + (
            self.parts.text if isinstance(self.parts, Uncut) else "".join(part.text for part in self.parts)
        )

    @cached_property
    def said(self) -> Hashable:
        """What it says, whatever the space and the comments."""
        return (self.kind, *(part.said for part in self.parts))

    @cached_property
    def comments(self) -> tuple[str, ...]:
        """The comments in and before it."""
        return (
            *(" ".join(line.split()) for line in self.lead.splitlines()),
            *(one for part in self.parts for one in part.comments),
        )

    def alike(self, other: "Item") -> bool:
        """Whether both say the same, comments included, whatever the space."""
        if self.text == other.text:
            return True
        leads = [[" ".join(line.split()) for line in one.lead.splitlines()] for one in (self, other)]
        return self.kind == other.kind and leads[0] == leads[1] and _all_alike(self.parts, other.parts)


def _all_alike(ones: "Sequence[Text | Block | Item]", others: "Sequence[Text | Block | Item]") -> bool:
    return len(ones) == len(others) and all(
        type(one) is type(other) and one.alike(other)  # type: ignore[arg-type]
        for one, other in zip(ones, others, strict=True)
    )


@dataclass(frozen=True)
class Block:
    """Entries one after the other, and blank lines after the last one."""

    items: tuple[Item, ...]
    end: str = ""

    @cached_property
    def text(self) -> str:
        """The block as it stands in the file."""
        return "".join(item.blank + item.text for item in self.items) + self.end

    @cached_property
    def said(self) -> Hashable:
        """What it says, whatever the space and the comments."""
        return tuple(item.said for item in self.items if item.kind != "comment")

    @cached_property
    def comments(self) -> tuple[str, ...]:
        """The comments in it."""
        return tuple(one for item in self.items for one in item.comments)

    def alike(self, other: "Block") -> bool:
        """Whether both say the same, comments included, whatever the space."""
        return self.text == other.text or _all_alike(self.items, other.items)
