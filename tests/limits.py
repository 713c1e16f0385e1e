"""No test runs for ever: its processor time is bounded, with that of every process it starts, and so is its waiting.

On a busy machine a test takes longer by the clock, and no more of the processor. So that is what is bounded; the clock
only ends what waits for something that never comes.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

import psutil

TIMES = int(os.environ.get("LAWS_TIMES", "1"))  # as many examples of each law: make test-laws TIMES=10
SECONDS = 120.0  # of the processor
PATIENCE = 1_200.0  # by the clock
OFTEN = 1.0  # seconds between two looks


class RanTooLong(BaseException):
    """A test took more than it may: no handler of the code under test is to take it for a failure of its own."""


@contextmanager
def limited(seconds: float = SECONDS, patience: float = PATIENCE) -> Iterator[None]:
    """End what the body has started, and the body with RanTooLong, once it has taken so many seconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    over = threading.Event()
    before, began = _taken(), monotonic()
    older = {process.pid for process in _below()}

    def watch() -> None:
        while not over.wait(OFTEN):
            if _taken() - before > seconds or monotonic() - began > patience:
                for process in _below():
                    if process.pid not in older:
                        with suppress(psutil.Error):
                            process.kill()
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR2)
                return

    def stop(_number: int, _frame: object) -> None:
        raise RanTooLong(f"more than {seconds:g} s of the processor, or {patience:g} s by the clock")

    handler = signal.signal(signal.SIGUSR2, stop)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        signal.signal(signal.SIGUSR2, handler)


def _below() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _taken() -> float:
    """Return the processor time of this process and all below it, those that have ended included."""
    total = 0.0
    for process in [psutil.Process(), *_below()]:
        with suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])
    return total
