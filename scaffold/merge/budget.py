"""How much one merge may compare: counted, since the same input has to give the same bytes on every machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MOST = 5_000_000  # words that are held against others: a second or two


class Unprovable(Exception):  # noqa: N818 - it is an outcome, not an error
    """The merge by key cannot be made, or its result cannot be shown to be right."""


class TooMuchError(Unprovable):
    """More was to be compared than may be."""


class Budget:
    """What is left of it."""

    def __init__(self, most: int) -> None:
        """Begin with all of it."""
        self.left = most

    @property
    def is_spent(self) -> bool:
        """Whether more was asked for than there was."""
        return self.left < 0


_budget: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def bounded(most: int | None = None) -> Iterator[Budget]:
    """Bound what the body compares."""
    budget = Budget(MOST if most is None else most)
    before = _budget.set(budget)
    try:
        yield budget
    finally:
        _budget.reset(before)


def spend(words: int) -> None:
    """Count what is about to be compared; raises TooMuchError where that is too much: then it is merged by line."""
    budget = _budget.get()
    if budget is not None:
        budget.left -= words
        if budget.is_spent:
            raise TooMuchError
