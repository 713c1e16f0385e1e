"""What goes wrong, on a script or by a seed, and what people do in between: the same rules for every shape."""

import contextlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.forges.state import RefusalError


@dataclass
class Fault:
    """One kind of trouble, for requests that it names.

    `what` is one of `secondary` (the limit against abuse), `throttled` (429), `broken` (502), `reset` (the connection),
    `html` (a page instead of an answer), `elsewhere` (a redirect to another host), `unauthorized` (401), `forbidden`,
    `kill` (the program that asks, which is the world's `victim`, is killed while it waits, and the request goes on), or
    `do`: then `do` names a method of the world and what it is given after the repository's path, such as
    `["close_all_as", "ada"]`, and the request goes on.

    `on` is an operation (`open`, `push`, `checks`, ...) or a class of them (`read`, `create`, `write`, `git`). The first
    `after` requests pass, then `times` are hit (-1: for ever), of which each has the chance `chance` by `seed`; with
    `each` that is counted for every repository by itself. `effect` says that it happens after what was asked for was done.
    """

    what: str
    on: str = "*"
    path: str = "*"
    after: int = 0
    times: int = 1
    effect: bool = False
    seconds: int = 1
    chance: float = 1
    seed: int = 0
    each: bool = False
    do: Sequence[Any] = ()
    met: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)

    def meets(self, operation: str, kind: str, path: str) -> bool:
        if self.on not in ("*", operation, kind) or not fnmatchcase(path, self.path):
            return False
        key = path if self.each else ""
        self.met[key] += 1
        nth = self.met[key]
        spent = self.times >= 0 and self.hit[key] >= self.times
        if nth <= self.after or spent or random.Random(f"{self.seed} {path} {operation} {nth}").random() >= self.chance:
            return False
        self.hit[key] += 1
        return True


class Faults:
    """The rules of a world, the first that meets a request counts; what people do comes beside it."""

    def __init__(self, world: Any):
        self.world = world
        self.rules: list[Fault] = []

    def of(self, operation: str, kind: str, path: str) -> Fault | None:
        """Find what hits a request, and let people do what they do before it."""
        with self.world.lock:
            met = [rule for rule in self.rules if rule.meets(operation, kind, path)]
            for rule in met:
                if rule.what == "kill":
                    self.world.victim.kill()
                    self.world.victim.wait()
                if rule.what == "do":
                    name, *args = rule.do
                    if path in self.world.repositories:
                        with contextlib.suppress(RefusalError):  # what cannot be done by now, nobody does
                            getattr(self.world, name)(path, *args)
            return next((rule for rule in met if rule.what not in ("do", "kill")), None)
