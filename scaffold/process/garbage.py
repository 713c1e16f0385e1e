"""Garbage, collected when work is done and not in the middle of it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def seldom() -> None:
    """Look for cycles among objects seldom from now on, as little of what is made has any."""
    gc.set_threshold(300_000, 20, 50)  # one look in the middle of an update takes it 20 ms


@contextmanager
def collected_later() -> Iterator[None]:
    """Look for no cycles among objects meanwhile: where all that is made is kept, a quarter of the time finds none."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
