"""The rows of the command line: every run starts the command anew."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from measure import MEBIBYTES, ROUNDS, Row, Spent, spend, take_turns
from workload import LARGE, NEW, SMALL, TOOLS, Project, Tool, check, command, stamping

BEHIND = 3
START, FEW_FILES = 4, 3.5  # times less CPU, and less time
Spends = dict[Tool, list[Spent]]


def version(work: Path) -> list[Row]:
    """Measure the start of the command line."""

    def run(tool: Tool, _: str) -> Spent:
        return spend([command(tool), "--version"], work, os.environ)

    ours, theirs = _figures(_by_turns("--version", ROUNDS[SMALL], run), lambda spent: spent.cpu)
    return [Row("`--version`, CPU", None, ours, theirs, times=START)]


def status(work: Path, files: int) -> list[Row]:
    """Measure `scaffold status` beside `copier check-update`, in a project that is behind."""

    def run(tool: Tool, _: str) -> Spent:
        asked = {"scaffold": "status", "copier": "check-update"}[tool]
        spent = spend([command(tool), asked], Project(tool, files, work).root, os.environ, (0, BEHIND))
        if NEW not in spent.output:
            raise ValueError(f"{tool} does not see the new version:\n{spent.output}")
        return spent

    ours, theirs = _figures(_by_turns(f"status, {files} files", ROUNDS[SMALL], run), lambda spent: spent.cpu)
    return [Row("`status`, CPU", files, ours, theirs, times=START)]


def update(work: Path, files: int) -> list[Row]:
    """Measure the update: how long it takes, and with many files how much memory."""

    def run(tool: Tool, name: str) -> Spent:
        project = Project(tool, files, work)
        place = project.fresh(work / f"command-{files}-{name}")
        spent = spend([command(tool), "update", "--defaults"], place, os.environ)
        check(project, place, project.template, edited=True)
        return spent

    spent = _by_turns(f"update, {files} files", ROUNDS[files], run, files)
    ours, theirs = _figures(spent, lambda spent: spent.wall)
    rows = [Row("`update`, time", files, ours, theirs, times=5 if files == LARGE else FEW_FILES)]
    return [*rows, _memory("`update`, memory", files, spent)] if files == LARGE else rows


def new(work: Path, files: int) -> list[Row]:
    """Measure how much memory it takes to make a project."""

    def run(tool: Tool, name: str) -> Spent:
        project = Project(tool, files, work)
        place = work / f"stamped-{files}-{name}"
        spent = spend(stamping(tool, project.template, place, NEW), work, os.environ)
        check(project, place, project.template, edited=False)
        return spent

    return [_memory("`new`, memory", files, _by_turns(f"new, {files} files", ROUNDS[files], run, files))]


def _by_turns(label: str, rounds: int, run: Callable[[Tool, str], Spent], files: int = 0) -> Spends:
    return take_turns(label, rounds, {tool: partial(run, tool) for tool in TOOLS}, files)


def _figures(spent: Spends, figure: Callable[[Spent], float]) -> tuple[list[float], list[float]]:
    return [figure(one) for one in spent["scaffold"]], [figure(one) for one in spent["copier"]]


def _memory(what: str, files: int, spent: Spends) -> Row:
    ours, theirs = _figures(spent, lambda one: one.memory)
    return Row(what, files, ours, theirs, times=1, unit=MEBIBYTES)
