"""Roll an update out to a thousand repositories at a forge on loopback: requests by class, time and memory.

`python -m benchmarks.rollout [COUNT]` prints the figures; of a thousand it writes docs/reference/benchmark-rollout.md.
"""

import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import yaml

import scaffold
from tests import kit
from tests.fleet import company
from tests.forges.serve import Remote, apart

PAGE = Path(__file__).parents[1] / "docs/reference/benchmark-rollout.md"
COUNT, CORES = 1000, 2
TOKEN = "secret-of-the-bot"
BRANCH = "scaffold/job-1.1.0"
FREE = dict.fromkeys(("points_a_minute", "creations_a_minute", "creations_an_hour", "between_writes"), 0)


class Took(NamedTuple):
    """What a command took: seconds by the clock, bytes that its largest process had, and requests by what they ask."""

    seconds: float
    memory: int
    requests: Mapping[str, int]


def main() -> None:
    """Make the repositories, plan, measure, and write the page."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with TemporaryDirectory(prefix="scaffold-bench-") as folder:
        root = Path(folder)
        os.environ |= environment(root)
        library = company.library(root / "library")
        stamp = company.stamped(library, root / "stamp/job", "job@1.0.0")
        kit.repo(stamp, {"CODEOWNERS": "* @ada @acme/platform\n"})
        with apart("github", root / "forge") as world:
            fleet = made(root, world, library, stamp, count)
            plan = scaffold.fleet_plan(fleet).folder
            figures = dict(measured(world, fleet, plan, count))
        page = report(figures, count)
    print(page)
    if count == COUNT:  # of fewer, the figures would say nothing about the goals
        PAGE.write_text(page)


def environment(root: Path) -> dict[str, str]:
    """Return what keeps it to itself: a home of its own, and git without settings of the machine."""
    home = root / "home"
    caches = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "CONFIG", "STATE")}
    who = {f"GIT_{name}_{what}": "bench@localhost" for name in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1", "FORGE_TOKEN": TOKEN} | caches | who


def made(root: Path, world: Remote, library: Path, stamp: Path, count: int) -> Path:
    """Make a company of so many repositories, and the file that lists them."""
    world.add_owner("acme", ["scaffold-bot", "ada"], {"platform": ["ada"]})
    world.add_person("ada")
    names = [f"m{number:05}" for number in range(count)]
    for name in names:
        world.add_repository(f"acme/{name}", str(stamp))
    forge = {"kind": "github", "api": f"{world.url}/api/v3", "token_env": "FORGE_TOKEN", "limits": FREE}
    members = [{"url": f"{world.url}/acme/{name}.git", "name": name} for name in names]
    said = {
        "library": str(library),
        "members": members,
        "forges": {world.host: forge},
        "campaign": {"labels": ["scaffold"]},
    }
    file = root / "fleet.yml"
    file.write_text(yaml.safe_dump(said, sort_keys=False))
    return file


def measured(world: Remote, fleet: Path, plan: Path, count: int) -> Iterator[tuple[str, Took]]:
    """Yield what each command took, by its name."""
    yield "apply", run(world, "apply", fleet, plan)
    opened = sum(len(there["pulls"]) for there in world.pictured().values())
    if opened != count:
        raise SystemExit(f"{opened} of {count} were opened")
    yield "again", run(world, "apply", fleet, plan)
    yield "look", run(world, "watch", fleet, plan, "--once")


def run(world: Remote, what: str, fleet: Path, plan: Path, *more: str) -> Took:
    """Run a command as its user does."""
    before = Counter(world.counted())
    words = [sys.executable, "-m", "scaffold", "fleet", what, str(plan), "--fleet", str(fleet), "--quiet", *more]
    start = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return Took(seconds, usage.ru_maxrss * 1024, Counter(world.counted()) - before)


TEXT = """# Benchmark: a rollout

Made by `make bench-rollout`, in one run on {cores} cores: an update of {count:,} repositories, each with labels and
reviewers, at the forge of the tests, which answers as GitHub does from a process of its own on the same machine, over
real repositories. Nothing but the machine limits the pace here; at GitHub 500 pull requests an hour are the limit, and
what is measured is what scaffold adds. Started from the command line, with Python {python}, scaffold {scaffold}.

| what | figure | goal |
|---|---|---|
"""


def report(figures: Mapping[str, Took], count: int) -> str:
    """Return the page."""
    first, again, look = (figures[name] for name in ("apply", "again", "look"))
    asked = {name: first.requests.get(name, 0) / count for name in ("all read", "all create", "all write", "all git")}
    api = asked["all read"] + asked["all create"] + asked["all write"]
    kinds = ", ".join(
        f"{number:.2f} {name.removeprefix('all ')}" for name, number in asked.items() if name != "all git"
    )
    rows = [
        (f"`fleet apply` to {count:,}", f"{first.seconds:.0f} s, {count / first.seconds:.1f} a second", ""),
        ("memory of its largest process", f"{first.memory / 2**20:.0f} MiB", "300 MB"),
        ("requests to the API for each", f"{api:.2f}: {kinds}", "6"),
        ("requests of git for each, over HTTP", f"{asked['all git']:.2f}", ""),
        ("`fleet apply` again, which changes nothing", f"{again.seconds:.1f} s", ""),
        (f"`fleet watch --once`: a look at {count:,}", f"{look.seconds:.0f} s", ""),
        ("requests to the API of a look, for each", f"{look.requests.get('all read', 0) / count:.2f}", ""),
    ]
    said = TEXT.format(cores=CORES, count=count, python=platform.python_version(), scaffold=scaffold.__version__)
    return said + "".join(f"| {what} | {figure} | {goal} |\n" for what, figure, goal in rows)


if __name__ == "__main__":
    main()
