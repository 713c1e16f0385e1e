"""The results as a table, and as the page of the documentation."""

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from measure import Row

PRECISE_BELOW = 100  # milliseconds
HEADINGS = ("what", "files", "scaffold", "Copier", "times faster", "goal", "")
ON_DISK = "the same update, files on "
INTRODUCTION = """\
# Benchmarks

How long scaffold takes beside [Copier](https://copier.readthedocs.io), which renders the same template format. One run
of `make bench` measures both by turns and writes this page; no figure on it is typed by hand.
"""
LOADING = (
    "Nearly all of it is loading: Python, pygit2 and Typer alone take two thirds of the time, and the status of a "
    "small project itself takes 6 ms. It changes by a tenth from run to run with the speed of the machine."
)
WHY = {
    "`--version`, CPU": LOADING,
    "`status`, CPU": LOADING,
    "`update`, time": "The command line has to load what Copier loads too.",
    "update in one process, time": "Each changed file is written twice, to be undoable, and git gets what is new.",
    ON_DISK: "Making files is what is left: each changed file is staged beside a copy of what it was, and git's "
    "database gets a new file for each blob. Copier writes no copy to undo with.",
}
METHOD = """\
## What is measured

One template with three questions, in two tagged versions, of which the second changes one line in each file. Two files
of three hold Jinja, and so does the name of each. A project is stamped at the first version and committed; a team edits
another line in every third file and commits that, so that an update has to merge. One file of three is `locked` for
scaffold, the others `managed`. scaffold's library and Copier's template repository hold the same template files, and
both are git repositories on the same machine.

- **CPU** is user and system time of a command and of every process that it starts; **time** is by the clock.
- The first rows start the command line anew for every run. Rows **in one process** call the libraries
  (`scaffold.update`, `copier.run_update`; `scaffold.new` without git, `copier.run_copy`) in a program that has done the
  same before with another copy, as a program does that keeps many projects current. scaffold reads and compiles a
  release once for as long as the program runs; Copier clones and compiles for each call.
- Every update works on a fresh copy of the same project, and copying is not timed. After each one every file is
  compared with what it has to be, both edits in it, and so is the recorded version: a wrong result ends the benchmark.
- `status` stands beside `copier check-update`; it also reports drift, conflicts left and edited answers.
- Every figure is a median, with the fastest and the slowest run in brackets. One run before them is not counted.
- Where the machine has files in memory (tmpfs), all rows but the last two use that, so that the programs are measured
  and not the disk. The last two show what a disk does to the quickest row. It is hard on whoever makes files there:
  ext4 walks past the places of files deleted in the last minutes, and by turns with Copier, which deletes its clones in
  each update, creating a file takes several times longer. `benchmarks/compare.py FOLDER` measures everything in FOLDER.

## Run it again

```
make bench
```

It needs no network and no git configuration, leaves the user's home and caches alone, takes about three minutes and
writes this page. Other machines give other times.
"""


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|--:|--:|--:|--:|---|---|"]
    return "\n".join([*lines, *("| " + " | ".join(_cells(row)) + " |" for row in rows)]) + "\n"


def page(rows: list[Row], state: Mapping[str, str]) -> str:
    """Return the documentation page."""
    rounds = min(len(times) for row in rows for times in row.runs.values())
    facts = "\n".join(f"- {name}: {value}" for name, value in _facts(state).items())
    results = f"## Results\n\nMedians of at least {rounds} runs, in milliseconds.\n"
    return "\n".join([INTRODUCTION, results, table(rows), _missed(rows), "Measured on:\n", f"{facts}\n", METHOD])


def _missed(rows: list[Row]) -> str:
    """Say by how much each missed goal is missed, and why."""
    missed = [row for row in rows if row.met is False]
    if not missed:
        return "Every goal is met.\n"
    lines = [f"- {row.what}, {row.files or 'no'} files: {_shortfall(row)}. {_why(row)}" for row in missed]
    return "\n".join(["What is missed, by how much, and why:\n", *lines, ""])


def _why(row: Row) -> str:
    return next(reason for what, reason in WHY.items() if row.what.startswith(what))


def _shortfall(row: Row) -> str:
    if row.seconds_goal is not None:
        return (
            f"{1000 * (median(row.runs['scaffold']) - row.seconds_goal):.0f} ms over {1000 * row.seconds_goal:.0f} ms"
        )
    return f"{row.ratio:.1f} times, not {row.ratio_goal:.0f}"


def _cells(row: Row) -> list[str]:
    goal = ""
    if row.seconds_goal is not None:
        goal = f"at most {1000 * row.seconds_goal:.0f} ms"
    if row.ratio_goal is not None:
        goal = f"at least {row.ratio_goal:.0f} times"
    verdict = {True: "met", False: "**missed**", None: ""}[row.met]
    files = "" if row.files is None else str(row.files)
    return [
        row.what,
        files,
        _middle(row.runs["scaffold"]),
        _middle(row.runs["copier"]),
        f"{row.ratio:.1f}",
        goal,
        verdict,
    ]


def _middle(times: list[float]) -> str:
    middle, least, most = (1000 * value for value in (median(times), min(times), max(times)))
    digits = 1 if middle < PRECISE_BELOW else 0
    return f"{middle:.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def _facts(state: Mapping[str, str]) -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    git = subprocess.run(["git", "--version"], check=True, capture_output=True, text=True).stdout.split()[2]
    packages = {"scaffold": "scaffold-idp", "Copier": "copier", "pygit2": "pygit2", "GitPython": "GitPython"}
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory",
        **state,
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "git": git,
        **{name: version(package) for name, package in packages.items()},
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
