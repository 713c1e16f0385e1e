"""What things lead to, and where that leads in turn."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def reached(first: Iterable[T], ahead: Callable[[T], Iterable[T]]) -> Iterator[T]:
    """Yield things and all that they lead to, each once, the nearest first."""
    waiting, seen = list(first), set[T]()
    for one in waiting:  # which grows on the way
        if one not in seen:
            seen.add(one)
            yield one
            waiting += ahead(one)
