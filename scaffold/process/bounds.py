"""Bounds on the time and the memory that code of our own takes, such as a template's."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, process_time
from typing import Any, NamedTuple

from scaffold.errors import LimitError, causes
from scaffold.templating.limits import MEGABYTE, UNLIMITED, Limits

MORE_TIME = "raise it with --limit seconds=…"
# Python needs memory of its own, and more than one copy of what it makes.
COPIES, HEADROOM = 4, 512 * MEGABYTE
AGAIN = 1.0  # seconds after which the alarm rings again, should code have caught it
EARLY = 0.01  # seconds by which a timer may be early
SOON = 1e-6  # a timer set to 0 would be none
Again = Callable[[], None]


class _Clock(NamedTuple):
    """A way to count seconds, with the timer that goes by it and the signal that this sends."""

    now: Callable[[], float]
    timer: int
    rings: int


WALL = _Clock(monotonic, getattr(signal, "ITIMER_REAL", 0), getattr(signal, "SIGALRM", 0))
PROCESSOR = _Clock(process_time, getattr(signal, "ITIMER_PROF", 0), getattr(signal, "SIGPROF", 0))


class _Watch:
    """One limit of time that is in force."""

    def __init__(self, limits: Limits, doing: str, clock: _Clock) -> None:
        self.clock, self._seconds = clock, limits.seconds
        self.deadline = clock.now() + limits.seconds
        self.rang = False
        self._message = f"{doing} took longer than {limits.seconds} s"

    def again(self) -> None:
        """Begin anew, for the next of many things that each may take so long."""
        self.deadline = self.clock.now() + self._seconds
        self.rang = False
        _arm(self.clock)

    def error(self, where: str | None = None) -> LimitError:
        return LimitError(self._message, where=where, hint=MORE_TIME)


class _Stopped(BaseException):
    """A limit of time that rang again, since somebody had caught what it raised at first."""

    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self.watch = watch


# What is in force, the outermost first; only the main thread has any.
_watches: list[_Watch] = []
_bounds: list[tuple[int, int]] = []  # the bounds of the address space as they were before each


@contextmanager
def limited(limits: Limits, doing: str) -> Iterator[Again]:
    """Stop code that takes too long by the clock on the wall, or too much memory; raises LimitError.

    What it yields has the time begin anew, for the next of many things to do.

    It works in the main thread of a system with timers (the memory: on Linux), and elsewhere does nothing. Code in C
    that never looks for signals is stopped when it returns.
    """
    with _limited(limits, doing, WALL) as again:
        yield again


@contextmanager
def working(limits: Limits, doing: str) -> Iterator[Again]:
    """Stop code as `limited` does, by the processor's time that it takes: a busy machine makes nothing fail."""
    with _limited(limits, doing, PROCESSOR) as again:
        yield again


@contextmanager
def _limited(limits: Limits, doing: str, clock: _Clock) -> Iterator[Again]:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    watch = _Watch(limits, doing, clock)
    try:
        with _bounded(limits.megabytes), _timed(watch):
            yield watch.again
    except LimitError:
        raise
    except _Stopped as stopped:
        if stopped.watch is not watch:
            raise
        raise watch.error() from None
    except Exception as error:
        where = getattr(error, "where", None)
        if watch.rang:  # and somebody wrapped it
            raise watch.error(where) from error
        if _out_of_memory(error):
            message = f"{doing} took more memory than {limits.megabytes} MB allow"
            raise LimitError(message, where=where, hint="raise it with --limit megabytes=…") from error
        raise
    if watch.rang:  # and somebody swallowed it, so that what was made is not what should have been
        raise watch.error()


@contextmanager
def paused() -> Iterator[None]:
    """Let no time count, as while a person is asked."""
    main = threading.current_thread() is threading.main_thread()
    waiting = _by(WALL)
    if not (main and waiting and signal.getitimer(signal.ITIMER_REAL)[0]):
        yield
        return
    since = monotonic()
    signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        for watch in waiting:
            watch.deadline += monotonic() - since
        _arm(WALL)


def _by(clock: _Clock) -> list[_Watch]:
    return [watch for watch in _watches if watch.clock is clock]


def _arm(clock: _Clock) -> None:
    # One that rang is not at once rung again: what it has stopped is still being put into words.
    first = min(clock.now() + AGAIN if watch.rang else watch.deadline for watch in _by(clock))
    signal.setitimer(clock.timer, max(first - clock.now(), SOON), AGAIN)


def _ring(number: int, _frame: Any) -> None:
    for watch in _watches:
        if watch.clock.rings == number and watch.clock.now() + EARLY >= watch.deadline:
            if watch.rang:  # Jinja, for one, takes any Exception in a constant for a reason to try it later
                raise _Stopped(watch)
            watch.rang = True
            raise watch.error()


@contextmanager
def _timed(watch: _Watch) -> Iterator[None]:
    """Keep one limit of time, and leave the timer and the handler as they were, less the time that has gone by."""
    clock = watch.clock
    since = clock.now()
    left, interval = (0.0, 0.0) if _by(clock) else signal.setitimer(clock.timer, 0)
    handler = signal.signal(clock.rings, _ring)
    _watches.append(watch)
    try:
        _arm(clock)
        yield
    finally:
        _watches.remove(watch)
        if _by(clock):
            _arm(clock)
        else:
            signal.setitimer(clock.timer, 0)
            signal.signal(clock.rings, signal.SIG_DFL if handler is None else handler)
            if left:
                signal.setitimer(clock.timer, max(left - (clock.now() - since), SOON), interval)


@contextmanager
def _bounded(megabytes: int) -> Iterator[None]:
    """Bound the address space; a tighter bound that is in force stays."""
    used = _address_space() if megabytes < UNLIMITED.megabytes else None
    if used is None:
        yield
        return
    import resource  # not on every system

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    in_force = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    bound = min([used + COPIES * megabytes * MEGABYTE + HEADROOM, *in_force])
    _bounds.append((soft, hard))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, _bounds.pop())


@contextmanager
def unbounded() -> Iterator[None]:
    """Lift the bound for a process that is started: it would inherit it."""
    if not _bounds or threading.current_thread() is not threading.main_thread():
        yield
        return
    import resource

    bound = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, _bounds[0])
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, bound)


def _address_space() -> int | None:
    """Return the bytes of address space in use, or None where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_bytes().split()[0]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _out_of_memory(error: BaseException | None) -> bool:
    return any(isinstance(one, MemoryError) for one in causes(error))
