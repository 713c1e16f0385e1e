"""Compare scaffold with Copier in one run, and write `docs/reference/benchmarks.md`: `compare.py [FOLDER]`.

Both get the same template and the same edits, by turns. Nothing of the user's is touched: all of it happens in a
temporary folder, with a home, a cache and a git identity of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from measure import Row, spend, take_turns
from page import ON_DISK, page, table
from workload import SIZES, TOOLS, Project, Tool, command, environment, make_project

PAGE = Path(__file__).parents[1] / "docs/reference/benchmarks.md"
BEHIND = 3
QUICK, ROUNDS = 9, 7
MEMORY, NEEDED = Path("/dev/shm"), 2**30


def version(work: Path) -> Row:
    """Measure the start of the command line."""

    def run(tool: Tool, _: int) -> float:
        return spend([command(tool), "--version"], work, os.environ).cpu

    return Row("`--version`, CPU", None, take_turns("--version", QUICK, run), seconds_goal=0.120)


def status(work: Path, files: int) -> Row:
    """Measure `scaffold status` beside `copier check-update`, in a project that is behind."""

    def run(tool: Tool, _: int) -> float:
        asked = {"scaffold": ["status"], "copier": ["check-update"]}[tool]
        spent = spend([command(tool), *asked], Project(tool, files, work).root, os.environ, (0, BEHIND))
        if "1.1.0" not in spent.output:
            raise ValueError(f"{tool} does not see the new version:\n{spent.output}")
        return spent.cpu

    return Row("`status`, CPU", files, take_turns(f"status, {files} files", QUICK, run), seconds_goal=0.200)


def update(work: Path, files: int) -> Row:
    """Measure the update at the command line, by the clock."""

    def run(tool: Tool, turn: int) -> float:
        project = Project(tool, files, work)
        copy = project.fresh(work / f"command-{tool}-{files}-{turn}")
        spent = spend([command(tool), "update", "--defaults"], copy, os.environ)
        project.check(copy)
        return spent.wall

    return Row("`update`, time", files, take_turns(f"update, {files} files", ROUNDS, run), ratio_goal=3)


def in_process(work: Path, *acts: str) -> dict[str, dict[str, list[float]]]:
    """Measure calls of the libraries, such as `update-15`, in a process of their own."""
    script = str(Path(__file__).with_name("in_process.py"))
    words = [sys.executable, script, str(work), str(ROUNDS), *acts]
    made = subprocess.run(words, check=True, stdout=subprocess.PIPE)
    found: dict[str, dict[str, list[float]]] = json.loads(made.stdout)
    return found


def updates(work: Path, what: str) -> list[Row]:
    """Measure updates in one process, in all sizes."""
    found = in_process(work, *(f"update-{files}" for files in SIZES))
    return [Row(what, files, found[f"update-{files}"], ratio_goal=50) for files in SIZES]


def new(work: Path, files: int) -> Row:
    """Measure the first rendering in one process."""
    return Row("new in one process, time", files, in_process(work, f"new-{files}")[f"new-{files}"])


def measure(work: Path) -> list[Row]:
    """Make the projects and measure everything."""
    make_all(work)
    return [
        version(work),
        *(status(work, files) for files in SIZES),
        *(update(work, files) for files in SIZES),
        *updates(work, "update in one process, time"),
        new(work, SIZES[0]),
    ]


def measure_on_disk(work: Path) -> list[Row]:
    """Measure the updates in one process once more, where the files lie on a disk."""
    make_all(work)
    return updates(work, f"{ON_DISK}{file_system(work)}")


def make_all(work: Path) -> None:
    """Make the templates and projects of both tools in all sizes."""
    print(f"Making templates and projects on {file_system(work)}", file=sys.stderr, flush=True)
    for files in SIZES:
        for tool in TOOLS:
            make_project(Project(tool, files, work))


def place(arguments: list[str]) -> str | None:
    """Return where to work: the folder that was named, or memory where there is enough, or the system's own choice."""
    if arguments:
        inside = subprocess.run(["git", "-C", arguments[0], "rev-parse"], check=False, capture_output=True)
        if inside.returncode == 0:
            sys.exit(
                f"{arguments[0]} is in a git repository, in which new projects would be staged: name another folder"
            )
        return arguments[0]
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > NEEDED
    return str(MEMORY) if roomy else None


def file_system(folder: Path) -> str:
    """Return the kind of file system that holds a folder, as far as `df` can say."""
    said = subprocess.run(["df", "--output=fstype", str(folder)], check=False, capture_output=True, text=True)
    return said.stdout.split()[-1] if said.returncode == 0 else "an unknown file system"


def in_folder(parent: str | None, act: Callable[[Path], list[Row]]) -> list[Row]:
    """Call `act` with a new temporary folder, and with nothing of the user's in the environment."""
    before = dict(os.environ)
    with TemporaryDirectory(prefix="scaffold-benchmark-", dir=parent) as folder:
        work = Path(folder).resolve()
        settings = environment(work)
        os.environ.clear()
        os.environ.update(settings)
        try:
            return act(work)
        finally:
            os.environ.clear()
            os.environ.update(before)


def main() -> None:
    """Measure, print the table and write the page."""
    first, disk = place(sys.argv[1:]), gettempdir()
    state = {"load average before": f"{os.getloadavg()[0]:.2f}", "files on": file_system(Path(first or disk))}
    rows = in_folder(first, measure)
    if first == str(MEMORY) and file_system(Path(disk)) != file_system(MEMORY):
        rows += in_folder(disk, measure_on_disk)
    print(table(rows))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(rows, state))


if __name__ == "__main__":
    main()
