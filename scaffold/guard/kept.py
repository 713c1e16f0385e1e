"""What was made of files' contents, kept for the next rule and the next repository, and never much of it."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, Generic, ParamSpec, TypeVar

T = TypeVar("T")
Text = TypeVar("Text", str, bytes)
How = ParamSpec("How")
ROOM = 2_000_000  # characters or bytes of source, of which a tree takes a hundred times as much


class Kept(Generic[T]):
    """What was made last, as long as all that it was made from is not more than `room`."""

    def __init__(self, room: int = ROOM) -> None:
        """Keep nothing yet."""
        self._made: dict[tuple[object, ...], tuple[T, int]] = {}
        self._room = room

    def get(self, source: str | bytes, make: Callable[[], T], *how: object) -> T:
        """Return what `make` makes of a source; `how` says what else it depends on."""
        key = (source, *how)
        if (there := self._made.pop(key, None)) is None:
            there = (make(), len(source))
            self._room -= there[1]
        self._made[key] = there  # the last to go
        while self._room < 0:
            oldest = next(iter(self._made))
            self._room += self._made.pop(oldest)[1]
        return there[0]


Reader = Callable[Concatenate[Text, How], Iterable[T]]
Gathered = Callable[Concatenate[Text, How], tuple[T, ...]]


def kept(room: int = ROOM) -> Callable[[Reader[Text, How, T]], Gathered[Text, How, T]]:
    """Have a reader gather all that is in a source, and keep it."""

    def wrapped(read: Reader[Text, How, T]) -> Gathered[Text, How, T]:
        made: Kept[tuple[T, ...]] = Kept(room)

        @wraps(read)
        def gathered(source: Text, /, *how: How.args, **named: How.kwargs) -> tuple[T, ...]:
            return made.get(source, lambda: tuple(read(source, *how, **named)), *how, *named.values())

        return gathered

    return wrapped
