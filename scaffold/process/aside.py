"""Threads that work beside us, and for which nobody has to wait when all is to end."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from contextlib import suppress
from math import inf
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")
TURN = 0.5  # seconds that are waited for without a look up, so that a Ctrl-C is seen
GRACE = 1.0  # seconds that work has to end in when it is told to; then it is left, and ends with the process


def results(
    do: Callable[[J], R], jobs: Collection[J], at_once: int, end: Callable[[], object], *, seconds: float = inf
) -> Iterator[R]:
    """Do jobs, a few at once, and yield what comes of each as it comes, and nothing any more after some `seconds`.

    What is raised in one is raised here. Then, and where the caller goes on no more or the time is over, `end` has to
    end what is at work.
    """
    until = monotonic() + seconds
    todo: SimpleQueue[J] = SimpleQueue()
    done: SimpleQueue[Future[R]] = SimpleQueue()
    stop = Event()
    for job in jobs:
        todo.put(job)

    def work() -> None:
        while not stop.is_set():
            try:
                job = todo.get_nowait()
            except Empty:
                return
            future: Future[R] = Future()
            try:
                future.set_result(do(job))
            except BaseException as error:  # noqa: BLE001 - it is raised where all of it was asked for
                stop.set()
                future.set_exception(error)
            done.put(future)

    threads = [Thread(target=work, daemon=True) for _ in range(min(at_once, len(jobs)))]
    left = len(jobs)
    try:
        for thread in threads:
            thread.start()
        while left and (future := _next(done, until)):
            yield future.result()
            left -= 1
    finally:
        if left:
            stop.set()
            end()
            until = monotonic() + GRACE
            for thread in threads:
                thread.join(max(0.0, until - monotonic()))


def _next(done: "SimpleQueue[Future[R]]", until: float) -> Future[R] | None:
    while (left := until - monotonic()) > 0:
        with suppress(Empty):
            return done.get(timeout=min(TURN, left))
    return None
