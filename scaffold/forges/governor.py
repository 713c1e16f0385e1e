"""The one gate before a host: every request of every adapter and thread passes it, read or write."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from threading import BoundedSemaphore, Event, Lock
from time import monotonic

from scaffold.forges.pacing import CORE, Budget, Kind, Limits, Pace
from scaffold.forges.port import ForgeError, PausedError

PATIENCE = 3_900.0  # seconds that a request waits at most: the longest pauses that forges ask for last an hour
UNLIMITED = 1_000  # at once, where nothing is said


class Governor:
    """Lets requests to one host go no faster than they may; `now` and `sleep` are the clock that it goes by."""

    def __init__(
        self,
        host: str,
        limits: Limits | None = None,
        *,
        now: Callable[[], float] = monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        """Begin with nothing sent."""
        self.host = host
        self._pace = Pace(limits or Limits())
        self._now = now
        self._stopped = Event()
        self._sleep = sleep or self._stopped.wait
        self._lock = Lock()
        self._places = BoundedSemaphore(self._pace.limits.at_once or UNLIMITED)
        self._flying = 0

    @contextmanager
    def turn(self, kind: Kind, *, patience: float = PATIENCE, budget: str = CORE) -> Iterator[None]:
        """Wait until a request may go, and hold its place until it is answered.

        Raises PausedError where that would take longer than `patience` seconds, and ForgeError once it is stopped.
        """
        with self._places:
            self._wait(kind, patience, budget)
            try:
                yield
            finally:
                with self._lock:
                    self._flying -= 1

    def _wait(self, kind: Kind, patience: float, budget: str) -> None:
        began = self._now()
        while True:
            if self._stopped.is_set():
                raise ForgeError(f"{self.host} is not asked any more, as this run ends")
            with self._lock:
                now = self._now()
                at, why = self._pace.earliest(kind, now, budget=budget, flying=self._flying)
                if at <= now:
                    self._pace.take(kind, now)
                    self._flying += 1
                    return
            if at - began > patience:
                raise self._too_long(at - now, why)
            self._sleep(at - now)

    def _too_long(self, seconds: float, why: str) -> PausedError:
        error = PausedError(
            f"{self.host} is to be left alone for {seconds:,.0f} s more: {why}",
            hint="run it again then; what was done is known",
        )
        error.seconds = seconds
        return error

    def pause(self, seconds: float, why: str) -> None:
        """Let nothing go to the host, from whatever thread, for so long."""
        with self._lock:
            self._pace.pause(self._now() + seconds, why)

    def learn(self, budget: str, limit: int, left: int, seconds: float) -> None:
        """Take in what the host says is left of its own budget, and in how many seconds that is whole again."""
        with self._lock:
            self._pace.learn(budget, Budget(limit, left, self._now() + seconds))

    def paused(self) -> tuple[float, str] | None:
        """Return for how many seconds the host is left alone, and why, where it is."""
        with self._lock:
            return self._pace.paused(self._now())

    def seconds(self, counts: Mapping[Kind, int]) -> float:
        """Return how long so many more requests of each kind will take at the least."""
        with self._lock:
            ahead, now = deepcopy(self._pace), self._now()
        return ahead.seconds(counts, now)

    def rest(self, seconds: float) -> None:
        """Let who asks the same thing again wait, by the clock of all here."""
        self._sleep(seconds)

    def stop(self) -> None:
        """Let nothing go any more, and wake who waits."""
        self._stopped.set()

    def go_on(self) -> None:
        """Let it go on, for another run in the same process."""
        self._stopped.clear()


_GOVERNORS: dict[str, Governor] = {}
_MAKING = Lock()


def of(host: str, limits: Limits) -> Governor:
    """Return the governor of a host, of which a process has one; the limits are those of who asks first."""
    with _MAKING:
        found = _GOVERNORS.setdefault(host, Governor(host, limits))
    found.go_on()
    return found
