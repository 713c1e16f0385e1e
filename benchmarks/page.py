"""The results as a table, and as the page of the documentation."""

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from measure import ROUNDS, Row

PRECISE_BELOW = 100
HEADINGS = ("what", "files", "scaffold", "Copier", "times less", "goal", "result")
RENDER_WARM, RENDER_COLD = "render in one process, warm", "render in one process, cold"
NEW, UPDATE, ON_DISK = "new in one process", "update in one process", "the same update, files on "
INTRODUCTION = """\
# Benchmarks

How long scaffold takes beside [Copier](https://copier.readthedocs.io) with one and the same Copier template. One run of
`make bench` measures both by turns and writes this page; no figure on it is typed by hand.
"""
LOADING = (
    "Nearly all of it is loading: Python, pygit2 and Typer take most of the time. It changes from run to run with the "
    "speed of the machine."
)
WRITING = (
    "About half of it is what makes it safe: the team's files are read, and once more before they are replaced, each "
    "changed one is written beside its place and moved there, what was stamped goes into git's database as the base of "
    "the next merge, and a record is kept for `scaffold undo`. The rest is rendering, merging and deciding."
)
WHY = {
    "`--version`, CPU": LOADING,
    "`status`, CPU": LOADING,
    RENDER_WARM: "What is left is Jinja's own work for each file and each path.",
    RENDER_COLD: "Most of it is Jinja's compiler, once for each file that holds a tag. Copier has the same files "
    "compiled by the same compiler, so this part cannot become many times faster.",
    UPDATE: WRITING,
    "`update`, time": "The command line has to load much of what Copier loads too.",
    "`new`, memory": "The whole release and all that was rendered are held at once, so that all is written or nothing.",
    "`update`, memory": "The release, what was rendered and the team's files are held at once, to be planned first.",
    ON_DISK: f"{WRITING} On a disk making a file costs more than all else.",
}
METHOD = """\
## What is measured

One Copier template with three questions, in a git repository, in two tagged versions, of which the second changes one
line in each file. Two files of three hold Jinja, and so does the name of each; one more file is Copier's answers file.
Both tools are given the path of that repository, scaffold as `scaffold new PATH@v1.0.0`. A project is stamped at the
first version and committed; a team edits another line in every third file and commits that, so that an update has to
merge. scaffold owns all of it as `managed`, as is usual with a template that knows nothing of scaffold.

- **CPU** is user and system time of a command and of every process that it starts; **time** is by the clock;
  **memory** is the most that the largest of a command's processes held at once (maximum resident set). In the rows of
  the command line every run starts the command anew, from compiled modules, as an installed package
  has them. `scaffold new` also makes a repository and commits, which
  `copier copy` does not.
- Rows **in one process** call the libraries in a program that has done the same before with another copy, as one does
  that keeps many projects current. scaffold reads and compiles a release once for as long as the program runs; Copier
  clones and compiles for each call, and takes no release that was read before.
- **Render, warm**: scaffold answers the questions and renders a release that was read and compiled before, all files of
  it, into memory: what `scaffold.new` and `scaffold.update` do with it (`scaffold.render.engine.render`). Copier has no
  such function; beside it stands `copier.run_copy` into a new folder, which clones, answers, compiles, renders and
  writes. **New** is the whole of `scaffold.new` without git, its files written out and its lock and answers with them,
  beside the same runs of `copier.run_copy`.
- **Render, cold**: the path is a clone of the template that no call before has seen, with a line in each file that is
  nowhere else, and what both tools keep in the process is emptied. scaffold opens the repository, reads the release
  from it, compiles, and renders into memory; Copier does the same as above. Loading the libraries is over in both.
  **Never seen** is the first time on a machine. **Seen before** is the first time in a process, of a template that an
  earlier one has rendered: scaffold keeps compiled code in the user's cache, as Python does. Copier keeps none, so it
  has one figure.
- **Update** is `scaffold.update` beside `copier.run_update`, on a fresh copy of the same project each time, and copying
  is not timed.
- Every result is compared with what it has to be, file by file, both edits in it after an update, with no file missing
  or too many; so is the recorded version. A wrong result ends the benchmark.
- `status` stands beside `copier check-update`; it also reports drift, conflicts left and edited answers.
- Every figure is a median, with the least and the most in brackets. One run before them is not counted; Copier, which
  keeps nothing from one run for the next, has none at {large} files, where it would take a long time.
- Where the machine has files in memory (tmpfs), all rows but those that name a disk use that, so that the programs are
  measured and not the disk. Those show what a disk does to the quickest update. It is hard on whoever makes files
  there: ext4 walks past the places of files deleted in the last minutes, and by turns with Copier, which deletes its
  clones in each update, creating a file takes several times longer. `benchmarks/compare.py FOLDER` measures everything
  in FOLDER.

## Run it again

```
make bench
```

It needs no network and no git configuration, leaves the user's home and caches alone, takes about {minutes} minutes and
writes this page. Other machines give other times.
"""


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|--:|--:|--:|--:|---|---|"]
    return "\n".join([*lines, *("| " + " | ".join(_cells(row)) + " |" for row in rows)]) + "\n"


def page(rows: list[Row], state: Mapping[str, str], seconds: float) -> str:
    """Return the documentation page; `seconds` is how long the run took."""
    facts = "\n".join(f"- {name}: {value}" for name, value in _facts(state).items())
    rounds = ", ".join(f"{count} at {files}" for files, count in ROUNDS.items())
    results = (
        f"## Results\n\nIn milliseconds, and MiB of memory. Medians of at least so many runs, by files: {rounds}.\n"
    )
    method = METHOD.format(large=max(ROUNDS), minutes=max(1, round(seconds / 60)))
    return "\n".join([INTRODUCTION, results, table(rows), _missed(rows), "Measured on:\n", f"{facts}\n", method])


def _missed(rows: list[Row]) -> str:
    """Say by how much each missed goal is missed, and why."""
    missed = [row for row in rows if row.met is False]
    if not missed:
        return "Every goal is met.\n"
    lines = []
    for why in dict.fromkeys(map(_why, missed)):
        lines += [f"- {row.what}{_at(row)}: {_shortfall(row)}." for row in missed if _why(row) == why]
        lines[-1] += f" {why}"
    return "\n".join(["What is missed, by how much, and why:\n", *lines, ""])


def _at(row: Row) -> str:
    return "" if row.files is None else f", {row.files} files"


def _why(row: Row) -> str:
    return next(reason for what, reason in WHY.items() if row.what.startswith(what))


def _shortfall(row: Row) -> str:
    scale, unit = row.unit.of_base, row.unit.name
    if row.most is not None:
        return f"{scale * (median(row.ours) - row.most):.0f} {unit} over {scale * row.most:.0f} {unit}"
    if row.times == 1:
        return f"{scale * (median(row.ours) - median(row.theirs)):.1f} {unit} above Copier's"
    return f"{row.ratio:.1f} times, not {row.times:g}"


def _goal(row: Row) -> str:
    if row.most is not None:
        return f"at most {row.unit.of_base * row.most:.0f} {row.unit.name}"
    if row.times is None:
        return ""
    return "not above Copier's" if row.times == 1 else f"at least {row.times:g} times"


def _cells(row: Row) -> list[str]:
    files = "" if row.files is None else str(row.files)
    verdict = {True: "met", False: "**missed**", None: ""}[row.met]
    ours, theirs = (_middle(runs, row.unit.of_base) for runs in (row.ours, row.theirs))
    return [row.what, files, ours, theirs, f"{row.ratio:.1f}", _goal(row), verdict]


def _middle(runs: Sequence[float], scale: float) -> str:
    middle, least, most = (scale * value for value in (median(runs), min(runs), max(runs)))
    digits = 1 if middle < PRECISE_BELOW else 0
    return f"{middle:.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def _facts(state: Mapping[str, str]) -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    git = subprocess.run(["git", "--version"], check=True, capture_output=True, text=True).stdout.split()[2]
    packages = {"scaffold": "scaffold-idp", "Copier": "copier", "pygit2": "pygit2", "GitPython": "GitPython"}
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory",
        **state,
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "git": git,
        **{name: version(package) for name, package in packages.items()},
    }


def processor() -> str:
    """Return what the processor calls itself."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
