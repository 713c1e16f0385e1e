"""Compare scaffold with Copier in one run, and write `docs/reference/benchmarks.md`: `compare.py [FOLDER]`.

Both get the same template and the same edits, by turns. Nothing of the user's is touched: all of it happens in a
temporary folder, with a home, a cache and a git identity of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from time import perf_counter

import commands
from measure import ROUNDS, Row
from page import NEW, ON_DISK, RENDER_COLD, RENDER_WARM, UPDATE, page, table
from workload import LARGE, MIDDLE, SIZES, SMALL, TOOLS, Project, environment, make_project, make_template

PAGE = Path(__file__).parents[1] / "docs/reference/benchmarks.md"
MEMORY, NEEDED = Path("/dev/shm"), 2**30
Goals = Mapping[int, float]  # by files: so many times faster


def measure(work: Path) -> list[Row]:
    """Make the projects and measure everything."""
    make_all(work)
    found = in_process(work, "warm", "cold", "update")
    return [
        *commands.version(work),
        *(row for files in (SMALL, MIDDLE) for row in commands.status(work, files)),
        *rows(RENDER_WARM, found["render"], {SMALL: 100}),
        *rows(f"{RENDER_COLD}, seen before", found["again"], {SMALL: 30}),
        *rows(f"{RENDER_COLD}, never seen", found["first"], {SMALL: 30}),
        *rows(f"{NEW}, written out", found["new"], {}),
        *rows(UPDATE, found["update"], {SMALL: 80, LARGE: 80}),
        *(row for files in SIZES for row in commands.update(work, files)),
        *commands.new(work, LARGE),
    ]


def measure_on_disk(work: Path) -> list[Row]:
    """Measure the updates in one process once more, where the files lie on a disk."""
    make_all(work)
    return rows(f"{ON_DISK}{file_system(work)}", in_process(work, "update")["update"], {SMALL: 50, MIDDLE: 50})


def make_all(work: Path) -> None:
    """Make the templates, and the projects of both tools, in all sizes."""
    print(f"Making templates and projects on {file_system(work)}", file=sys.stderr, flush=True)
    for files in SIZES:
        make_template(work, files)
        for tool in TOOLS:
            make_project(Project(tool, files, work))


def in_process(work: Path, *acts: str) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Measure calls of the libraries, in a process of their own: seconds by what was done, files and tool."""
    script = str(Path(__file__).with_name("in_process.py"))
    words = [f"{act}-{files}-{ROUNDS[files]}" for act in acts for files in SIZES]
    made = subprocess.run([sys.executable, script, str(work), *words], check=True, stdout=subprocess.PIPE)
    found: dict[str, dict[str, dict[str, list[float]]]] = json.loads(made.stdout)
    return found


def rows(what: str, found: Mapping[str, Mapping[str, list[float]]], goals: Goals) -> list[Row]:
    """Return the rows of one kind of call, in all sizes."""
    runs = {int(files): by_tool for files, by_tool in found.items()}
    return [Row(what, files, one["scaffold"], one["copier"], times=goals.get(files)) for files, one in runs.items()]


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
    start = perf_counter()
    first, disk = place(sys.argv[1:]), gettempdir()
    state = {"load average before": f"{os.getloadavg()[0]:.2f}", "files on": file_system(Path(first or disk))}
    measured = in_folder(first, measure)
    if first == str(MEMORY) and file_system(Path(disk)) != file_system(MEMORY):
        measured += in_folder(disk, measure_on_disk)
    print(table(measured))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(measured, state, perf_counter() - start))


if __name__ == "__main__":
    main()
