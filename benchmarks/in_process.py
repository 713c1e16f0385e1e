"""Time both tools as libraries, warm, in one process, and print the runs as JSON; `compare.py` starts it."""

import gc
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

import copier
from measure import take_turns
from workload import ANSWERS, BLUEPRINT, Project, Tool, check_stamped

import scaffold


def seconds(act: Callable[[], object]) -> float:
    """Return how long a call takes, with no garbage of earlier ones to collect."""
    gc.collect()
    start = perf_counter()
    act()
    return perf_counter() - start


def update(project: Project, work: Path) -> float:
    """Time the update of a fresh copy of the project, and check what came of it."""
    copy = project.fresh(work)
    if project.tool == "scaffold":
        taken = seconds(lambda: scaffold.update(copy))
    else:
        taken = seconds(lambda: copier.run_update(copy, defaults=True, overwrite=True, quiet=True))
    project.check(copy)
    return taken


def stamp(project: Project, work: Path) -> float:
    """Time the stamping of the newest version into a new folder, without a repository, and check it."""
    template = str(project.template)
    if project.tool == "scaffold":
        taken = seconds(lambda: scaffold.new(BLUEPRINT, work, source=template, data=ANSWERS, git=False))
    else:
        taken = seconds(lambda: copier.run_copy(template, work, data=ANSWERS, defaults=True, quiet=True))
    check_stamped(project, work)
    return taken


def main() -> None:
    """Read the folder of the projects, the number of rounds and what to time, such as `update-15`, and time it."""
    folder, rounds, acts = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    found: dict[str, dict[str, list[float]]] = {}
    for word in acts:
        name, size = word.split("-")
        run = partial(_run, {"update": update, "new": stamp}[name], folder, int(size))
        found[word] = take_turns(f"{name}, {size} files, in one process", rounds, run)
    json.dump(found, sys.stdout)


def _run(act: Callable[[Project, Path], float], folder: Path, size: int, tool: Tool, turn: int) -> float:
    return act(Project(tool, size, folder), folder / f"{act.__name__}-{tool}-{size}-{turn}")


if __name__ == "__main__":
    main()
