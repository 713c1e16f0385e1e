"""How fast a host may be asked, as values and times alone: what went out, what is left, and what may go next.

The figures are those that GitHub documents ("Rate limits for the REST API"): 900 points a minute, of which a read costs
one and a write five; 80 requests a minute and 500 an hour that create content; 100 at once; a second between writes.
"""

from collections import deque
from collections.abc import Mapping
from copy import deepcopy
from typing import Literal, NamedTuple

Kind = Literal["read", "write", "create"]
MINUTE, HOUR = 60.0, 3600.0
CORE = "core"  # the budget that most requests draw on


class Limits(NamedTuple):
    """How fast a host may be asked as one identity; 0 is without a limit.

    `for_people` is the share of what may be read that is left to the people who use the same identity.
    """

    points_a_minute: int = 900
    points_of_a_write: int = 5
    creations_a_minute: int = 80
    creations_an_hour: int = 500
    at_once: int = 100
    between_writes: float = 1.0
    for_people: float = 0.4


class Window:
    """At most so much within any so many seconds."""

    def __init__(self, most: float, seconds: float) -> None:
        """Begin with nothing; a `most` of 0 is without a limit."""
        self._most, self._seconds = most, seconds
        self._held: deque[tuple[float, float]] = deque()
        self._sum = 0.0

    def earliest(self, weight: float, now: float) -> float:
        """Return when so much may go."""
        if not self._most:
            return now
        while self._held and self._held[0][0] + self._seconds <= now:
            self._sum -= self._held.popleft()[1]
        free = self._most - self._sum
        if free >= min(weight, self._most):
            return now
        for at, one in self._held:
            free += one
            if free >= min(weight, self._most):
                return at + self._seconds
        return now

    def put(self, weight: float, now: float) -> None:
        """Count what goes now."""
        if self._most:
            self._held.append((now, weight))
            self._sum += weight


class Budget(NamedTuple):
    """What a host says is left of its own budget, until when."""

    limit: int
    left: int
    resets: float


class Pace:
    """What has gone out to one host, and so when the next may."""

    def __init__(self, limits: Limits) -> None:
        """Begin with nothing sent and nothing known."""
        self.limits = limits
        self._all = Window(limits.points_a_minute, MINUTE)
        self._reads = Window(
            max(1, limits.points_a_minute * (1 - limits.for_people) // 1) if self._limited else 0, MINUTE
        )
        self._created = Window(limits.creations_a_minute, MINUTE), Window(limits.creations_an_hour, HOUR)
        self._next_write = 0.0
        self._paused, self._why = 0.0, ""
        self._budgets: dict[str, Budget] = {}

    @property
    def _limited(self) -> bool:
        return self.limits.points_a_minute > 0

    def earliest(self, kind: Kind, now: float, *, budget: str = CORE, flying: int = 0) -> tuple[float, str]:
        """Return when a request may go, and what it waits for; `flying` are out and not answered."""
        points = self._points(kind)
        found = [(self._paused, self._why), (self._all.earliest(points, now), "the points of a minute")]
        if kind == "read":
            found.append((self._reads.earliest(points, now), "the share of reads"))
        else:
            found.append((self._next_write, "the pause between writes"))
        if kind == "create":
            found += [(one.earliest(1, now), "what may be created") for one in self._created]
        if (known := self._budgets.get(budget)) and known.resets > now:
            kept = known.limit * self.limits.for_people if kind == "read" else 0
            if known.left - flying <= kept:
                found.append((known.resets, "the budget of the identity"))
        return max(found, key=lambda one: one[0])

    def take(self, kind: Kind, now: float) -> None:
        """Count a request that goes now."""
        self._all.put(self._points(kind), now)
        if kind == "read":
            self._reads.put(1, now)
        else:
            self._next_write = now + self.limits.between_writes
        if kind == "create":
            for window in self._created:
                window.put(1, now)

    def pause(self, until: float, why: str) -> None:
        """Let nothing go before a time; a longer pause that is known already stays."""
        if until > self._paused:
            self._paused, self._why = until, why

    def paused(self, now: float) -> tuple[float, str] | None:
        """Return for how many seconds nothing goes, and why, where that is so."""
        return (self._paused - now, self._why) if self._paused > now else None

    def learn(self, budget: str, said: Budget) -> None:
        """Take in what the host says is left; answers may come in another order than they were made in."""
        known = self._budgets.get(budget)
        if known and abs(known.resets - said.resets) < MINUTE / 2:
            said = said._replace(left=min(known.left, said.left))
        if not known or said.resets >= known.resets - MINUTE / 2:
            self._budgets[budget] = said

    def seconds(self, counts: Mapping[Kind, int], now: float) -> float:
        """Return how long so many more of each kind will take at the least, sent one after the other."""
        ahead, at = deepcopy(self), now
        total = max(counts.values(), default=0)
        for turn in range(total):
            for kind, count in counts.items():
                if turn * count // total < (turn + 1) * count // total:
                    at = max(at, ahead.earliest(kind, at)[0])
                    ahead.take(kind, at)
        return at - now

    def _points(self, kind: Kind) -> int:
        return 1 if kind == "read" else self.limits.points_of_a_write
