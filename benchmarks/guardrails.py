"""Check many stamped services out of bare repositories, without a checkout, beside a judge that needs one.

`python benchmarks/guardrails.py [COUNT]` prints the figures; of a thousand it writes docs/reference/benchmark-check.md.
"""

import os
import platform
import shutil
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import scaffold

PAGE = Path(__file__).parents[1] / "docs/reference/benchmark-check.md"
COUNT, CORES, JUDGED = 1000, 2, 40
EDITED = 10  # every tenth service has a workflow of its team's that breaks rules
ANSWERS = {"mission": "Checkout", "owner": "@acme/checkout", "outcome": "Nine of ten orders are paid within a minute"}
BAD = "name: Nightly\non: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"
GIT = ("git", "-c", "user.name=Bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false")
ENVIRONMENT = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Bench"), ("EMAIL", "bench@localhost"))
}  # fmt: skip


def main() -> None:
    """Make the services, measure, and write the page."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with TemporaryDirectory(prefix="scaffold-bench-") as folder:
        root = Path(folder)
        print(f"Stamping {count} services")
        with ProcessPoolExecutor(CORES) as pool:
            list(pool.map(make, [(root, number) for number in range(count)], chunksize=20))
        bare = sorted((root / "bare").iterdir())
        seconds, states = fleet(bare)
        alone = [timed(lambda: scaffold.check(bare[0])) for _ in range(20)]
        ours = [timed(lambda one=one: scaffold.check(one)) for one in bare[:JUDGED]]
        theirs = [timed(lambda number=number: judge(root / f"work/{number:04}")) for number in range(JUDGED)]
        page = report(count, seconds, states, median(alone), median(ours), median(theirs))
    print(page)
    if count == COUNT:  # of fewer, the figures would say nothing about the goal
        PAGE.write_text(page)


def make(wanted: tuple[Path, int]) -> None:
    """Stamp a service with answers of its own, push it to a bare repository, and keep the checkout for the judge."""
    root, number = wanted
    os.environ.update(ENVIRONMENT)
    work = root / f"work/{number:04}"
    work.parent.mkdir(exist_ok=True)
    (root / "bare").mkdir(exist_ok=True)
    scaffold.new("python-http-service", work, data={**ANSWERS, "service": f"orders-{number}"})
    if number % EDITED == 0:
        (work / ".github/workflows/nightly.yml").write_text(BAD)
        run(*GIT, "-C", str(work), "add", "--all")
        run(*GIT, "-C", str(work), "commit", "--quiet", "--message=nightly")
    run("git", "clone", "--quiet", "--bare", "--no-local", str(work), str(root / f"bare/{number:04}.git"))
    if number >= JUDGED:
        shutil.rmtree(work)


def run(*command: str) -> None:
    """Run git; it has to succeed."""
    subprocess.run(command, check=True, capture_output=True)


def fleet(bare: list[Path]) -> tuple[float, Counter[str]]:
    """Return how long the check of all takes in two processes, their start included, and how the rules came out."""
    start = time.perf_counter()
    with ProcessPoolExecutor(CORES) as pool:
        counts = list(pool.map(states_of, bare, chunksize=25))
    return time.perf_counter() - start, sum((Counter(one) for one in counts), Counter())


def states_of(repository: Path) -> dict[str, int]:
    """Check one repository."""
    return dict(scaffold.check(repository).summary)


def timed(work: object) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start


def judge(folder: Path) -> None:
    """Run zizmor over a checkout; it exits with findings."""
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [zizmor, "--offline", "--no-progress", "--format=json", "."]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)


def report(count: int, seconds: float, states: Counter[str], alone: float, ours: float, theirs: float) -> str:
    """Return the page."""
    outcome = ", ".join(f"{states[state]:,} {state.replace('_', ' ')}" for state in states)
    return f"""\
# Benchmark: check

Written by `make bench-check` on Python {platform.python_version()}, {platform.system()}, two processes, with zizmor
{version("zizmor")} in the same run.

| what | measured | goal |
|---|---|---|
| {count:,} stamped services checked out of bare repositories, without a checkout | {seconds:.1f} s | 12 s |
| of that for one service, in each of the two processes | {seconds * CORES / count * 1000:.1f} ms | |
| the same bare repository again and again, in one process | {alone * 1000:.1f} ms | |
| one service in one process, all rules | {ours * 1000:.1f} ms | |
| one service, checked out, by zizmor: the workflows alone, a process included | {theirs * 1000:.1f} ms | |

A check of all rules out of a bare repository takes {ours / theirs:.2f} of the time that zizmor takes for the workflows
of a checkout. Each service has a name of its own, and every tenth a workflow of its team's that breaks rules; the rules
came out as: {outcome}.
"""


if __name__ == "__main__":
    main()
