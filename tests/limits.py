"""No test runs for ever: its processor time is bounded, with that of every process it starts, and so is its waiting.

On a busy machine a test takes longer by the clock, and no more of the processor. So that is what is bounded; the clock
only ends what waits for something that never comes.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from time import monotonic, sleep, time

import psutil

TIMES = int(os.environ.get("LAWS_TIMES", "1"))  # as many examples of each law: make test-laws TIMES=10
SECONDS = 120.0  # of the processor
PATIENCE = 1_200.0  # by the clock
OFTEN = 0.5  # seconds between two looks


class RanTooLong(BaseException):
    """A test took more than it may: no handler of the code under test is to take it for a failure of its own."""


class _Watch:
    """One body that is limited. What it costs is looked at only once it has taken a while: most tests are over by then."""

    def __init__(self, seconds: float, patience: float) -> None:
        self.seconds, self.patience = seconds, patience
        self.began, self.since, self.ended = monotonic(), time(), False
        self._own = sum(os.times()[:4])
        self._before: dict[int, float] = {}  # of processes that were there already

    def is_spent(self) -> bool:
        taken = sum(os.times()[:4]) - self._own
        for process in _below():
            with suppress(psutil.Error):
                spent = sum(process.cpu_times()[:4])
                taken += spent - self._before.setdefault(process.pid, 0.0 if self._is_ours(process) else spent)
        return taken > self.seconds or monotonic() - self.began > self.patience

    def _is_ours(self, process: psutil.Process) -> bool:
        return process.create_time() - _skew() >= self.since - 0.05

    def end(self) -> None:
        self.ended = True
        for process in _below():
            with suppress(psutil.Error):
                if self._is_ours(process):
                    process.kill()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR2)


_watches: list[_Watch] = []


@contextmanager
def limited(seconds: float = SECONDS, patience: float = PATIENCE) -> Iterator[None]:
    """End what the body has started, and the body with RanTooLong, once it has taken so many seconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _start()
    watch = _Watch(seconds, patience)
    _watches.append(watch)
    try:
        yield
    finally:
        _watches.remove(watch)


@cache
def _skew() -> float:
    """Return by how much the system is wrong about when a process began: it counts from a whole second, its own start."""
    before = time()
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return psutil.Process(process.pid).create_time() - before


@cache
def _start() -> None:
    """Start the one thread that looks, in this process; what it sends may come when its test is over already."""
    signal.signal(signal.SIGUSR2, _stop)
    _skew()
    threading.Thread(target=_look, daemon=True).start()


def _stop(_number: int, _frame: object) -> None:
    if _watches and _watches[-1].ended:
        raise RanTooLong(
            f"more than {_watches[-1].seconds:g} s of the processor, or {_watches[-1].patience:g} s by the clock"
        )


def _look() -> None:
    while True:
        sleep(OFTEN)
        for watch in list(_watches)[-1:]:
            if monotonic() - watch.began >= OFTEN and not watch.ended and watch.is_spent():
                watch.end()


def _below() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)
