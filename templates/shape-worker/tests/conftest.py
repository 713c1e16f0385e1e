import logging
import signal
from collections.abc import Iterator

import pytest

from tests.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    one.serve()
    yield one
    one.stop()


@pytest.fixture
def _process() -> Iterator[None]:
    """Keep what a worker changes in its process."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    root.handlers[:] = before
    root.setLevel(level)
    for number, handler in signals.items():
        signal.signal(number, handler)
