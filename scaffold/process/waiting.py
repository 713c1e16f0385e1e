"""What a person is told when something of theirs takes long that has no limit: a hook, or a signature."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Timer

from scaffold.process import Notify

PATIENCE = 5.0  # seconds after which it is named
_notify: ContextVar[Notify | None] = ContextVar("notify", default=None)


@contextmanager
def telling(notify: Notify) -> Iterator[None]:
    """Have `notify` hear of what the body waits for."""
    before = _notify.set(notify)
    try:
        yield
    finally:
        _notify.reset(before)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Name what the body waits for, where it waits long."""
    notify = _notify.get()
    if notify is None:
        yield
        return
    timer = Timer(PATIENCE, notify, [f"Waiting for {what}"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
