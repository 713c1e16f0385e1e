"""What a template reads beside the recorded answers: seen while it renders, and given alike to two renders.

A render is a function of the recorded answers and of these hidden inputs. Two versions can only be compared where they
were rendered with the same ones; otherwise their difference is nobody's change.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeVar

T = TypeVar("T")

# `given` is a secret whose value was told for this render; a `secret` one took its default.
Input = Literal["secret", "given", "chance", "clock", "hook", "folder", "data", "answer", "system"]
SECRET = frozenset[str]({"secret", "given"})
Hidden = Mapping[str, Collection[str]]  # a variable -> the hidden inputs that its value depends on


NOTHING_HIDDEN: Hidden = MappingProxyType({})


@dataclass(slots=True)
class Seen:
    """What was read while something rendered: variables and other templates by name, and hidden inputs."""

    names: set[str] = field(default_factory=set)
    templates: set[str] = field(default_factory=set)
    inputs: set[Input] = field(default_factory=set)

    def clear(self) -> None:
        """Forget what was read."""
        for found in (self.names, self.templates, self.inputs):
            found.clear()

    def add(self, other: "Seen") -> None:
        """Take in what was read elsewhere."""
        self.names |= other.names
        self.templates |= other.templates
        self.inputs |= other.inputs

    def hidden(self, known: Hidden) -> frozenset[str]:
        """Return all hidden inputs, with those that the variables stand for."""
        return frozenset[str](self.inputs).union(*(known[name] for name in self.names if name in known))


_seen: ContextVar[Seen | None] = ContextVar("seen", default=None)


class watching:  # noqa: N801 - it is used as a function is, and entered for each file
    """Note what is read meanwhile; whoever watches around it sees that too."""

    __slots__ = ("_around", "_seen", "_token")

    def __init__(self, seen: Seen | None = None) -> None:
        """Take what was noted before, to be added to."""
        self._seen = Seen() if seen is None else seen

    def __enter__(self) -> Seen:
        """Return what is noted."""
        self._around = _seen.get()
        self._token = _seen.set(self._seen)
        return self._seen

    def __exit__(self, *_: object) -> None:
        """Tell whoever watches around it."""
        _seen.reset(self._token)
        if self._around is not None:
            self._around.add(self._seen)


def watched(items: Iterable[T]) -> Iterator[tuple[T, Seen]]:
    """Yield each item with what was read to make it and those before it, no sooner than it is wanted."""
    iterator, seen = iter(items), Seen()
    while True:
        with watching(seen):
            try:
                item = next(iterator)
            except StopIteration:
                return
        yield item, seen


def read(*names: str) -> None:
    """Note that variables were read."""
    if (seen := _seen.get()) is not None:
        seen.names.update(names)


def loaded(name: str) -> None:
    """Note that a template was read, as an include is."""
    if (seen := _seen.get()) is not None:
        seen.templates.add(name)


def reached(kind: Input) -> None:
    """Note that a hidden input was read."""
    if (seen := _seen.get()) is not None:
        seen.inputs.add(kind)


_secrets: ContextVar[set[str] | None] = ContextVar("secrets", default=None)  # variables that are, or are made of, one


@contextmanager
def keeping_secrets() -> Iterator[None]:
    """Have errors of templates that read a secret meanwhile repeat nothing of what they have read."""
    before = _secrets.set(set())
    try:
        with watching():
            yield
    finally:
        _secrets.reset(before)


def keep_secret(name: str) -> None:
    """Note that a variable is a secret, or is made of one."""
    if (secrets := _secrets.get()) is not None:
        secrets.add(name)


def may_tell_secret() -> bool:
    """Whether what is being made has read a secret."""
    seen, secrets = _seen.get(), _secrets.get()
    return seen is not None and secrets is not None and not secrets.isdisjoint(seen.names)


class Draw(NamedTuple):
    """What a template asked chance or the clock for: the template, the text of the line, the function and its words."""

    template: str
    line: str
    what: tuple[str, str]


class Draws:
    """What chance and the clock gave to one render, for others to be given the same.

    A value belongs to the line of the template that asked for it, so that a line which two versions share has one
    value in both; and of lines that differ, the first that asks takes what the first had that is there no more.
    Nothing of it outlives the process.
    """

    def __init__(self) -> None:
        """Start with nothing drawn."""
        self._drawn: dict[Draw, list[Any]] = {}
        self._given: dict[Draw, int] = {}
        self._same: dict[Draw, Draw] = {}

    @contextmanager
    def again(self) -> Iterator[None]:
        """Draw from the start meanwhile: what was drawn before is given once more."""
        self.begin()
        before = _draws.set(self)
        try:
            yield
        finally:
            _draws.reset(before)

    def begin(self) -> None:
        """Start over: what renders next draws what was drawn before."""
        self._given.clear()
        self._same.clear()

    def draw(self, asked: Draw, source: str, has: Callable[[str], bool], make: Callable[[], Any]) -> Any:
        """Return what is drawn for what was asked: the same in each render, and another one for each time in it.

        `source` is the text of the template that asks, and `has` tells whether this version has a template.
        """
        if asked not in self._drawn and asked not in self._same:
            self._same[asked] = self._of_another_line(asked, source, has)
        asked = self._same.get(asked, asked)
        drawn, number = self._drawn.setdefault(asked, []), self._given.get(asked, 0)
        if number == len(drawn):
            drawn.append(make())
        self._given[asked] = number + 1
        return drawn[number]

    def _of_another_line(self, asked: Draw, source: str, has: Callable[[str], bool]) -> Draw:
        """Return what a line had asked for that is not in this version of the template, and that nobody has taken.

        Where the template itself is not there, it is the same line of it.
        """
        lines, taken = {*source.splitlines()}, {*self._same.values()}
        for known in self._drawn:
            if known.what != asked.what or known in taken:
                continue
            renamed = known.line == asked.line and not has(known.template)
            if known.line not in lines if known.template == asked.template else renamed:
                return known
        return asked


_piece: ContextVar[str] = ContextVar("piece", default="")  # the text of the configuration that is rendering


@contextmanager
def rendering(piece: str) -> Iterator[None]:
    """Know meanwhile which text it is that renders, and for which question, where no file holds it."""
    before = _piece.set(f"{_piece.get()} {piece}")
    try:
        yield
    finally:
        _piece.reset(before)


_draws: ContextVar[Draws | None] = ContextVar("draws", default=None)


def piece() -> str:
    """Return the text of the configuration that is rendering, with what it is for, or nothing."""
    return _piece.get()


def draws() -> Draws | None:
    """Return what draws for the render that is under way, if anything does."""
    return _draws.get()


def begin() -> None:
    """Draw from the start, where a renderer takes over from one that has given up half-way."""
    if (under_way := _draws.get()) is not None:
        under_way.begin()
