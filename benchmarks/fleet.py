"""Plan an update for a thousand repositories of 40 files, beside Copier doing the same to a sample of them.

`python benchmarks/fleet.py [COUNT]` prints the figures; of a thousand it writes docs/reference/benchmark-fleet.md.
"""

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import copier
from cluster import cluster
from draft import NAME, draft, members
from workload import ANSWERS, CHANGED, EDITED, OLD, command, commit, environment, git, make_template, template_of, write

import scaffold

PAGE = Path(__file__).parents[1] / "docs/reference/benchmark-fleet.md"
COUNT, FILES, CORES, SAMPLE = 1000, 40, 2, 20
SHARED = 10  # repositories that have the objects of one, in the largest fleet
EDITED_OF_TEN = 3
POLL = 0.05  # seconds between two looks at the memory of all processes


class Fleet(NamedTuple):
    """A fleet: the file that lists it, and how many members it has."""

    file: Path
    members: int


def main() -> None:
    """Make the repositories, measure, and write the page."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with TemporaryDirectory(prefix="scaffold-bench-") as folder:
        root = Path(folder)
        os.environ.clear()
        os.environ.update(environment(root))
        make_template(root, FILES)
        print(f"Making {count} repositories", flush=True)
        with ProcessPoolExecutor(CORES) as pool:
            list(pool.map(make, [(root, number) for number in range(count)], chunksize=10))
        fleets = list(made(root, count))
        figures = dict(measured(root, fleets, count))
        page = report(figures, fleets, count)
    print(page)
    if count == COUNT:  # of fewer, the figures would say nothing about the goals
        PAGE.write_text(page)


def make(wanted: tuple[Path, int]) -> None:
    """Stamp a project that both tools can update, edit it where its turn has come, and push it to a bare repository."""
    root, number = wanted
    work, name = root / f"work/{number:05}", f"orders{number}"
    work.parent.mkdir(exist_ok=True)
    source = f"{template_of(root, FILES)}@v{OLD}"
    scaffold.new(source, work, data={**ANSWERS, "project_name": name}, keep_copier=True)
    if number % 10 < EDITED_OF_TEN:
        for place in sorted(work.glob("area_0/*"))[:3]:
            lines = place.read_text().splitlines(keepends=True)
            lines[EDITED] = f"# the team's own line, {number}\n"
            place.write_text("".join(lines))
        commit(work, "Edit")
    bare = root / f"bare/{number:05}.git"
    git(work, "clone", "--quiet", "--bare", str(work), str(bare))
    if number >= SAMPLE:
        shutil.rmtree(work)


def made(root: Path, count: int) -> Iterator[Fleet]:
    """Yield fleets of a tenth of the repositories, of all, and of ten times as many that share their objects."""
    for name, number_of in (("few", count // 10), ("all", count)):
        folder = root / name
        folder.mkdir()
        lines = [f"  - bare: ../bare/{number:05}.git\n" for number in range(number_of)]
        yield listed(folder, lines)
    many = root / "many"
    for number in range(count):
        of = root / f"bare/{number:05}.git"
        for copy in range(SHARED):
            place = many / f"{number:05}-{copy}.git"
            (place / "objects/info").mkdir(parents=True)
            (place / "objects/info/alternates").write_text(f"{of}/objects\n")
            for file in ("HEAD", "config", "packed-refs"):
                shutil.copy(of / file, place / file)
            (place / "refs").mkdir()
    yield listed(many, ['  - glob: "*.git"\n'], count * SHARED)


def listed(folder: Path, lines: list[str], members: int = 0) -> Fleet:
    """Write a fleet.yml."""
    file = folder / "fleet.yml"
    file.write_text("members:\n" + "".join(lines))
    return Fleet(file, members or len(lines))


def measured(root: Path, fleets: list[Fleet], count: int) -> Iterator[tuple[str, float]]:
    """Yield the seconds that each command took, by its name, and the bytes of memory that one did."""
    few, whole, many = fleets
    run(few, "plan")  # templates are compiled once on a machine
    for name, fleet in (("few", few), ("all", whole), ("many", many)):
        forget(root)
        yield f"plan {name}", run(fleet, "plan")
    forget(root)
    yield "memory", memory(whole, "plan")  # in a run of its own, as looking for it takes time
    with cluster(CORES) as address:
        if address:
            run(few, "plan", "--run-on", address)  # its workers have started, and know the templates
            forget(root)
            yield "plan dask", run(whole, "plan", "--run-on", address)
    forget(root)
    run(whole, "plan")
    yield "plan again", run(whole, "plan")
    for number in range(0, count, 100):
        move(root, number)
    yield "plan moved", run(whole, "plan")
    yield "status many", run(many, "status")
    yield from impacts(root, count)
    yield "copier", median(by_copier(root, number) for number in range(SAMPLE))


def impacts(root: Path, count: int) -> Iterator[tuple[str, float]]:
    """Yield what the impact of a change that is not released takes, without guardrails and with them."""
    library = draft(root, FILES)
    made = list(members(root, count, EDITED_OF_TEN, CORES))
    folder = root / "impact"
    folder.mkdir()
    fleet = listed(folder, [f"  - bare: {place}\n" for place in made])
    asked = ["blueprint", "impact", NAME, "--library", str(library), "--source", f"file://{library}"]
    for name, more in (("impact", []), ("impact checked", ["--check"])):
        forget(root)
        yield name, timed([*asked, *more], fleet)


def forget(root: Path) -> None:
    """Delete the results that earlier runs have kept, and the plans."""
    shutil.rmtree(root / "home/cache/scaffold/fleet", ignore_errors=True)
    for place in root.glob("*/campaigns"):
        shutil.rmtree(place)


def move(root: Path, number: int) -> None:
    """Commit something in one repository, as if somebody had pushed it."""
    work = root / "moved"
    git(root, "clone", "--quiet", str(root / f"bare/{number:05}.git"), str(work))
    write(work, {"team.txt": "moved\n"})
    commit(work, "Work of the team")
    git(work, "push", "--quiet", "origin", "HEAD:main")
    shutil.rmtree(work)


def run(fleet: Fleet, what: str, *more: str) -> float:
    """Run a fleet command as its user does, and return the seconds that it took."""
    return timed(["fleet", what, *more], fleet)


def timed(asked: list[str], fleet: Fleet) -> float:
    """Run a command over a fleet, and return the seconds that it took."""
    start = time.perf_counter()
    ended(begun(asked, fleet))
    return time.perf_counter() - start


def memory(fleet: Fleet, what: str) -> float:
    """Run a fleet command, and return the bytes that all its processes had at most together."""
    process = begun(["fleet", what], fleet)
    peak = watch(process)
    ended(process)
    return peak


def begun(asked: list[str], fleet: Fleet) -> "subprocess.Popen[bytes]":
    """Start a command over a fleet."""
    words = [command("scaffold"), *asked, "--fleet", str(fleet.file), "--quiet"]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL)


def ended(process: "subprocess.Popen[bytes]") -> None:
    """Wait for a command; raises SystemExit where it failed."""
    if process.wait() not in (0, 3):
        raise SystemExit(f"{process.args!r} ended with {process.returncode}")


def watch(process: "subprocess.Popen[bytes]") -> float:
    """Return the most bytes that a process and its children have together, what they share counted once."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(proportional, [process.pid, *below(process.pid)])))
        time.sleep(POLL)
    return peak


def below(pid: int) -> Iterator[int]:
    """Yield the children of a process, and theirs."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from below(child)


def proportional(pid: int) -> int:
    """Return the bytes of a process, those that it shares with others divided among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def by_copier(root: Path, number: int) -> float:
    """Return the seconds that Copier needs for the same update, into a copy of the checkout."""
    start = time.perf_counter()
    copy = shutil.copytree(root / f"work/{number:05}", root / "copy", symlinks=True)
    copier.run_update(copy, defaults=True, overwrite=True, quiet=True)
    seconds = time.perf_counter() - start
    if "revision = 2" not in next(copy.glob("area_1/*")).read_text().splitlines()[CHANGED]:
        raise SystemExit("Copier has not updated the copy")
    shutil.rmtree(copy)
    return seconds


TEXT = """# Benchmark: a fleet

Made by `make bench-fleet`, in one run on {cores} cores. {count:,} bare repositories of {files} files were stamped
from one template of Copier's, which has a second version with a change in each file; in {edited} of 10 the team
has edited three files of the template. Copier updates a copy of the checkout; scaffold reads git's objects, and
checks nothing out. The largest fleet has {shared} repositories for each, which share its objects. Started from the
command line, with Python {python}, scaffold {scaffold}, copier {copier}.

| what | figure | goal |
|---|---|---|
"""


def report(figures: Mapping[str, float], fleets: list[Fleet], count: int) -> str:
    """Return the page."""
    few, whole, many = (fleet.members for fleet in fleets)
    first, moved, status = (figures[name] for name in ("plan all", "plan moved", "status many"))
    rate, single = whole / first, figures["copier"]
    growth = [figures[f"plan {name}"] / of for name, of in (("few", few), ("all", whole), ("many", many))]
    dask = figures.get("plan dask")
    rows = [
        (f"`fleet plan` of {whole:,}", f"{first:.1f} s, {rate:.0f} a second", "200 a second"),
        ("its memory, all processes together", f"{figures['memory'] / 2**20:.0f} MiB", "400 MB"),
        (f"`copier update` into a copy, median of {SAMPLE}", f"{single:.2f} s each", ""),
        ("Copier for all, one after the other, in times of it", f"{single * rate:.0f}", ""),
        (f"each of {few:,}, {whole:,}, {many:,}", ", ".join(f"{one * 1000:.1f} ms" for one in growth), "within 15 %"),
        (
            f"in a Dask cluster of {CORES} workers",
            f"{dask:.1f} s, {dask / first:.2f} of that" if dask else "not measured",
            "1.20",
        ),
        ("again, with nothing moved", f"{figures['plan again']:.1f} s", ""),
        ("again, with 1 % moved", f"{moved:.1f} s, {moved / first:.0%} of the first", "10 %"),
        (f"`fleet status` of {many:,}", f"{status:.1f} s", "15 s"),
        (f"`blueprint impact` on {whole:,}", f"{figures['impact']:.1f} s", "10 s"),
        ("the same with their guardrails", f"{figures['impact checked']:.1f} s", "35 s"),
    ]
    said = TEXT.format(
        cores=CORES,
        count=count,
        files=FILES,
        edited=EDITED_OF_TEN,
        shared=SHARED,
        python=platform.python_version(),
        scaffold=scaffold.__version__,
        copier=version("copier"),
    )
    return said + "".join(f"| {what} | {figure} | {goal} |\n" for what, figure, goal in rows)


if __name__ == "__main__":
    main()
