"""Measuring: what a command took, and runs of several contestants that take turns."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter
from typing import NamedTuple, TypeVar

from workload import LARGE, MIDDLE, SMALL

ROUNDS = {SMALL: 9, MIDDLE: 5, LARGE: 3}  # one update by Copier takes a second with few files, a dozen with many
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes
Run = TypeVar("Run")


class Unit(NamedTuple):
    """What figures are shown in."""

    name: str
    of_base: float  # seconds or bytes


MILLISECONDS, MEBIBYTES = Unit("ms", 1000), Unit("MiB", 2**-20)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run of a command took, its own processes included; of memory, what the largest of them had."""

    cpu: float
    wall: float
    memory: float
    output: str


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of both tools: each run in seconds or bytes, and the goal: at most so much, or so many times less."""

    what: str
    files: int | None
    ours: Sequence[float]
    theirs: Sequence[float]
    most: float | None = None
    times: float | None = None
    unit: Unit = MILLISECONDS

    @property
    def ratio(self) -> float:
        """How many times less scaffold takes, by medians."""
        return median(self.theirs) / median(self.ours)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.most is not None:
            return median(self.ours) <= self.most
        return None if self.times is None else self.ratio >= self.times


def spend(arguments: list[str], folder: Path, environment: Mapping[str, str], codes: tuple[int, ...] = (0,)) -> Spent:
    """Run a command and return what it took; raises ValueError for another exit code than `codes`."""
    with TemporaryFile("w+") as output:
        start = perf_counter()
        child = subprocess.Popen(
            arguments, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if child.returncode not in codes:
        raise ValueError(f"{' '.join(arguments)} ended with {child.returncode}:\n{said}")
    return Spent(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * MAXRSS_UNIT, said)


def take_turns(
    label: str, rounds: int, contestants: Mapping[str, Callable[[str], Run]], files: int = 0
) -> dict[str, list[Run]]:
    """Run all by turns, and once before, unmeasured; each run gets a name of its own for what it makes.

    Copier, which keeps nothing from one run for the next, runs before only where it does not take long.
    """
    print(f"{label}: {rounds} rounds", file=sys.stderr, end="", flush=True)
    start = perf_counter()
    for name, run in contestants.items():
        if name != "copier" or files < LARGE:
            run(f"{name}-first")
    runs: dict[str, list[Run]] = {name: [] for name in contestants}
    for turn in range(rounds):
        for name, run in contestants.items():
            runs[name].append(run(f"{name}-{turn}"))
    print(f" in {perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return runs
