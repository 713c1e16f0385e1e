"""Processes of our own that work beside us, each an executor: deaf to Ctrl-C, which is ours to hear; ended with us."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from types import ModuleType, TracebackType
from typing import Any, Self

from scaffold.process import SELDOM
from scaffold.process.early import ENDING

MASKS = hasattr(signal, "pthread_sigmask")  # nowhere but on Windows is there none
# A fork of a process that has threads may hold a lock for ever; a server that has none forks as quickly.
START = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"


def processors() -> int:
    """Return how many processors we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Crew:
    """Workers, each an executor of one process, so that one that is killed takes with it only what it was at.

    They get the environment as it is, and load `modules` once for all. When the body is left by an error or a signal,
    or we are killed ourselves, they end at once, in the middle of what they do.
    """

    def __init__(self, modules: list[str]) -> None:
        """Make ready; no process is started yet."""
        self._context: Any = get_context(START)
        if START == "forkserver":
            self._context.set_forkserver_preload(modules)
        self._environment = dict(os.environ)
        self._held, self._leash = self._context.Pipe(duplex=False)
        self._pools: list[ProcessPoolExecutor] = []

    def one(self) -> ProcessPoolExecutor:
        """Start a worker; raises OSError where the system has no room for one."""
        with _apart():
            pool = ProcessPoolExecutor(1, self._context, _begin, (self._held, self._environment))
            self._pools.append(pool)
            with _unheard():
                pool.submit(_ready)  # which starts the process
        return pool

    def __enter__(self) -> Self:
        """Return the crew."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End all workers, and wait until they have gone."""
        if kind is not None:
            self._leash.close()
        for pool in self._pools:
            pool.shutdown(cancel_futures=True)
        self._leash.close()
        self._held.close()


def _ready() -> None:
    """Do nothing."""


def _begin(held: Connection, environment: Mapping[str, str]) -> None:
    """Begin as a worker. SIGTERM goes on to end it: that is how a pool ends what is left of it."""
    os.environ.clear()  # a server that forks workers is older than they are, and so is its environment
    os.environ.update(environment)
    gc.set_threshold(*SELDOM)
    for number in set(ENDING) - {signal.SIGTERM}:
        signal.signal(number, signal.SIG_IGN)
    if MASKS:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    threading.Thread(target=_end_with, args=(held,), daemon=True).start()


def _end_with(held: Connection) -> None:
    """End with who holds the other end of a pipe, through which nothing ever comes."""
    with suppress(OSError, EOFError):
        held.recv_bytes()
    os._exit(1)


@contextmanager
def _apart() -> Iterator[None]:
    """Start processes that find modules where we do, and load neither what we have not nor our program once more.

    Python started for a pool looks in the current folder before its own library, and a project may have a `socket.py`;
    what it loads ahead it takes from where it is installed, and we may be in a checkout. Our program may be one without
    `if __name__ == "__main__"`, which would run again in each worker.
    """
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    path = {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    before = {name: os.environ.get(name) for name in path}
    os.environ |= path
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            del os.environ[name]
            if value is not None:
                os.environ[name] = value


@contextmanager
def _unheard() -> Iterator[None]:
    """Start processes that hear no Ctrl-C until they have said what it means to them; ours comes a moment later."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING) if MASKS else set()
    try:
        yield
    finally:
        if MASKS:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
