"""Measuring: a child's processor time and wall time, and runs of both tools that take turns."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter

from workload import TOOLS, Tool


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run of a command took, its own processes included."""

    cpu: float
    wall: float
    output: str


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of both tools: seconds of each run, and the goal."""

    what: str
    files: int | None
    runs: Mapping[str, list[float]]
    seconds_goal: float | None = None
    ratio_goal: float | None = None

    @property
    def ratio(self) -> float:
        """How many times faster scaffold is, by medians."""
        return median(self.runs["copier"]) / median(self.runs["scaffold"])

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.seconds_goal is not None:
            return median(self.runs["scaffold"]) <= self.seconds_goal
        return None if self.ratio_goal is None else self.ratio >= self.ratio_goal


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
    return Spent(usage.ru_utime + usage.ru_stime, wall, said)


def take_turns(label: str, rounds: int, run: Callable[[Tool, int], float]) -> dict[str, list[float]]:
    """Run both tools by turns, once unmeasured to warm up, and say on standard error how it goes."""
    runs: dict[str, list[float]] = {tool: [] for tool in TOOLS}
    for turn in range(-1, rounds):
        for tool in TOOLS:
            seconds = run(tool, turn)
            if turn >= 0:
                runs[tool].append(seconds)
    middle = "  ".join(f"{tool} {1000 * median(times):.1f} ms" for tool, times in runs.items())
    print(f"{label}: {middle}", file=sys.stderr, flush=True)
    return runs
