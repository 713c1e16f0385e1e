"""Parsed documents that remember the line of every key, so that an error can name it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any, NamedTuple, NoReturn, TypeVar

from scaffold.errors import FormatError

T = TypeVar("T")
SHOWN = 40  # characters of a wrong value that an error quotes
KeyPath = tuple[str | int, ...]

_gathered: ContextVar[list[FormatError] | None] = ContextVar("gathered", default=None)


@contextmanager
def gathering() -> Iterator[list[FormatError]]:
    """Note all keys that nobody knows meanwhile, and read on without them, in place of ending at the first."""
    noted: list[FormatError] = []
    before = _gathered.set(noted)
    try:
        yield noted
    finally:
        _gathered.reset(before)


def refuse(errors: Iterable[FormatError]) -> None:
    """Raise the first of some errors, or note them all where they are gathered."""
    for error in errors:
        if (noted := _gathered.get()) is None:
            raise error
        noted.append(error)


NAMES = {dict: "a mapping", list: "a list", str: "text", int: "a whole number", bool: "true or false"}


class Located(NamedTuple):
    """A value in a document, with the way to it and the line of every key below it."""

    data: Any
    file: str
    lines: Mapping[KeyPath, int | str]  # the line in `file`, or `file:line` in another one
    path: KeyPath = ()

    @property
    def where(self) -> str:
        """The place as `file:line`."""
        path = self.path
        while path and path not in self.lines:
            path = path[:-1]
        line = self.lines.get(path, 1)
        return line if isinstance(line, str) else f"{self.file}:{line}"

    @property
    def name(self) -> str:
        """The key path as a person would write it."""
        return ".".join(str(part) for part in self.path) or "the document"

    def fail(self, expected: str) -> NoReturn:
        """Raise FormatError: this key should have been `expected`."""
        shown = repr(self.data)
        shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
        raise FormatError(f"`{self.name}` must be {expected}, not {shown}", where=self.where)

    def a(self, kind: type[T]) -> T:
        """Return the value as `kind`; raises FormatError where it is something else."""
        if not isinstance(self.data, kind) or (kind is int and isinstance(self.data, bool)):
            self.fail(NAMES[kind])
        return self.data

    def child(self, key: str | int) -> "Located":
        """Return the value below `key`, which must exist."""
        return Located(self.data[key], self.file, self.lines, (*self.path, key))

    def items(self) -> Iterator[tuple[str, "Located"]]:
        """Walk a mapping whose keys are text."""
        for key in self.a(dict):
            if not isinstance(key, str):
                raise FormatError(f"the key {key!r} of `{self.name}` must be text", where=self.where)
            yield key, self.child(key)

    def elements(self) -> Iterator["Located"]:
        """Walk a list."""
        for index in range(len(self.a(list))):
            yield self.child(index)

    def required(self, key: str, read: Callable[["Located"], T]) -> T:
        """Read the value below `key`; raises FormatError where there is none."""
        if key not in self.a(dict):
            raise FormatError(f"`{key}` is missing from {self.name}", where=self.where)
        return read(self.child(key))

    def optional(self, key: str, read: Callable[["Located"], T], default: T) -> T:
        """Read the value below `key`, or return `default` where there is none."""
        return read(self.child(key)) if self.a(dict).get(key) is not None else default

    def only(self, allowed: set[str]) -> None:
        """Raise FormatError for a key that is not `allowed`, naming the nearest one that is."""
        refuse(self.strangers(allowed))

    def strangers(self, allowed: set[str], *, near_only: bool = False) -> Iterator[FormatError]:
        """Yield an error for each key that is not `allowed`, or only for those that look like a slip."""
        for key, value in self.items():
            if key not in allowed:
                from difflib import get_close_matches  # only a mistake needs it

                near = get_close_matches(key, allowed, n=1)
                hint = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(sorted(allowed))}"
                if near or not near_only:
                    yield FormatError(f"`{value.name}` is not a key that scaffold knows", where=value.where, hint=hint)


def text(at: Located) -> str:
    """Read text."""
    return at.a(str)


def day(at: Located) -> date:
    """Read a day, as a date or as its text."""
    value: Any = at.data
    if type(value) is date:  # a moment is a date to Python too, and none to a reader of the file
        return value
    try:
        return date.fromisoformat(at.a(str))
    except ValueError:
        at.fail("a day such as 2027-01-31")


def texts(at: Located) -> tuple[str, ...]:
    """Read a list of texts."""
    return tuple(element.a(str) for element in at.elements())


def one_of(*allowed: str) -> Callable[[Located], str]:
    """Read one word out of `allowed`."""

    def read(at: Located) -> str:
        if at.data not in allowed:
            at.fail("one of " + ", ".join(allowed))
        return str(at.data)

    return read
