"""Threads that work beside us, and for which nobody has to wait when all is to end."""

from collections.abc import Callable, Collection, Iterator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")
TURN = 0.5  # seconds that are waited for without a look up, so that a Ctrl-C is seen
GRACE = 1.0  # seconds that work has to end in when it is told to; then it is left, and ends with the process


def results(do: Callable[[J], R], jobs: Collection[J], at_once: int, end: Callable[[], None]) -> Iterator[R]:
    """Do jobs, a few at once, and yield what comes of each as it comes.

    What is raised in one is raised here. Then, and where the caller goes on no more, `end` has to end what is at work.
    """
    todo: SimpleQueue[J] = SimpleQueue()
    done: SimpleQueue[tuple[R, None] | tuple[None, BaseException]] = SimpleQueue()
    stop = Event()
    for job in jobs:
        todo.put(job)

    def work() -> None:
        while not stop.is_set():
            try:
                job = todo.get_nowait()
            except Empty:
                return
            try:
                done.put((do(job), None))
            except BaseException as error:  # noqa: BLE001 - it is raised where all of it was asked for
                stop.set()
                done.put((None, error))

    threads = [Thread(target=work, daemon=True) for _ in range(min(at_once, len(jobs)))]
    left = len(jobs)
    try:
        for thread in threads:
            thread.start()
        while left:
            yield _next(done)
            left -= 1
    finally:
        if left:
            stop.set()
            end()
            until = monotonic() + GRACE
            for thread in threads:
                thread.join(max(0.0, until - monotonic()))


def _next(done: "SimpleQueue[tuple[R, None] | tuple[None, BaseException]]") -> R:
    while True:
        try:
            found, error = done.get(timeout=TURN)
        except Empty:
            continue
        if error is not None:
            raise error
        return found  # type: ignore[return-value]  # there is one of both
