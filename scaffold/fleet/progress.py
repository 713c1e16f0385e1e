"""How far a long run is: how many are done, how many a second, and how long it takes still."""

from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic
from typing import NamedTuple

from scaffold.process import Notify

WINDOW = 30.0  # seconds that the rate is taken from: what was quick at first says nothing of what is left
OFTEN = 0.1  # seconds between two looks at the clock that are kept


class Pace(NamedTuple):
    """How many jobs are done a second, and the seconds that those left take; None where nobody knows yet."""

    rate: float | None
    left: float | None


def pace(seen: Sequence[tuple[float, int]], total: int) -> Pace:
    """Return the pace, by how many were done at which second; the first and the last of them count."""
    if not seen:
        return Pace(None, None)
    (began, at_first), (now, done) = seen[0], seen[-1]
    if now <= began or done <= at_first:
        return Pace(None, None)
    rate = (done - at_first) / (now - began)
    return Pace(rate, (total - done) / rate)


def shown(what: str, done: int, total: int, pace: Pace) -> str:
    """Return a line, such as `Planning: 312 of 10,000, 41 a second, 4 min left`."""
    parts = [f"{done:,} of {total:,}"]
    if pace.rate is not None and pace.left is not None:
        parts.append(f"{pace.rate:.1f} a second" if pace.rate < 10 else f"{pace.rate:,.0f} a second")  # noqa: PLR2004
        parts.append(f"{_duration(pace.left)} left")
    return f"{what}: {', '.join(parts)}"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 90:  # noqa: PLR2004 - a minute and a half is told better in minutes
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004


def counter(what: str, total: int, notify: Notify, clock: Callable[[], float] = monotonic) -> Callable[[int], None]:
    """Return what is called with how many are newly done, and tells `notify` how far it all is."""
    seen: deque[tuple[float, int]] = deque([(clock(), 0)])

    def add(newly: int) -> None:
        now, done = clock(), seen[-1][1] + newly
        if len(seen) > 1 and now - seen[-2][0] < OFTEN:
            seen.pop()
        seen.append((now, done))
        while len(seen) > 2 and now - seen[1][0] > WINDOW:  # noqa: PLR2004 - a rate has two ends
            seen.popleft()
        notify(shown(what, done, total, pace(seen, total)))

    return add
