"""Time what a team waits for in its first minute: a repository stamped, its tools installed, its own gates run.

`.venv/bin/python benchmarks/first_minute.py COPIER_UV COOKIE`, with clones of pawamoy/copier-uv and
scientific-python/cookie, prints the table that docs/reference/golden-paths.md has. Run it twice: the second time
counts, for what it needs is then in uv's cache. The load is printed with the table: on a busy machine look
at the processor's seconds, not at the clock's.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BESIDE = Path(sys.executable).parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | {
    "PATH": f"{BESIDE}{os.pathsep}{os.environ['PATH']}",
    "PYTHON_VERSIONS": "3.11",  # of those that copier-uv tests on, what is here
}
BLUEPRINTS = ("python-http-service", "python-worker", "python-library")
OURS = "--data mission=Checkout --data owner=@acme/checkout --data outcome=Paid --defaults --offline"
COPIER = "uv tool run --quiet --with copier-template-extensions copier copy --quiet --defaults --trust --skip-tasks"
WHO = "--data project_name=orders --data project_description=Orders"
SCIENCE = " ".join(
    f"--data {answer}"
    for answer in ("org=acme", "full_name=A", "email=a@b.c", "license=MIT", "backend=hatch", "vcs=true", "docs=sphinx")
)
COOKIE = f"{COPIER} {WHO} {SCIENCE}"
FIRST = "git init --quiet && git add --all && git commit --quiet --message first"
Gates = dict[str, str]


def subjects(copier_uv: str, cookie: str) -> dict[str, tuple[str, str, Gates]]:
    """Return of each how it is stamped, how its tools are installed, and its own gates."""
    make = "python scripts/make"
    verbs = ("check-quality", "check-types", "check-docs", "check-api", "test")
    tool = "uv run --quiet --with"
    ours = {
        name: (f"scaffold new {name} orders {OURS}", "make setup", {"make check": "make check"}) for name in BLUEPRINTS
    }
    return ours | {
        "pawamoy/copier-uv": (
            f"{COPIER} {WHO} {copier_uv} orders && cd orders && {FIRST}",
            f"{make} setup",
            {verb: f"{make} {verb}" for verb in verbs},
        ),
        "scientific-python/cookie": (
            f"{COOKIE} {cookie} orders && cd orders && {FIRST}",
            "uv sync --quiet",
            {
                "pytest": "uv run pytest",
                "ruff check": f"{tool} ruff ruff check .",
                "ruff format": f"{tool} ruff ruff format --check .",
                "mypy": f"{tool} mypy mypy",
                "build": "uv build --quiet",
            },
        ),
    }


def timed(command: str, folder: Path) -> tuple[float, float, bool]:
    """Run a command; return the seconds on the clock and on the processor, and whether it passed."""
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, shell=True, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - begun, used, done.returncode == 0


def measured(stamp: str, setup: str, gates: Gates) -> str:
    """Return the cells of one row."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "orders"
        steps = [timed(stamp, Path(folder)), timed(setup, root)]
        timed("git add --all && git commit --quiet --message tools", root)
        runs = {name: timed(command, root) for name, command in gates.items()}
    gated = [sum(one[at] for one in runs.values()) for at in (0, 1)]
    cells = [f"{clock:.1f} / {used:.1f}" for clock, used, *_ in (*steps, gated)]
    both = [sum(one[at] for one in (*steps, gated)) for at in (0, 1)]
    names = ", ".join(name if passed else f"~~{name}~~" for name, (*_, passed) in runs.items())
    return " | ".join([*cells, f"{both[0]:.1f} / {both[1]:.1f}", names])


def main() -> None:
    """Print the table."""
    found = subjects(*(str(Path(path).resolve()) for path in sys.argv[1:3]))
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before", flush=True)
    print("| template | stamp | tools | gates | together | gates that ran; red ones are struck out |")
    print("|---|---|---|---|---|---|", flush=True)
    for name, (stamp, setup, gates) in found.items():
        print(f"| {name} | {measured(stamp, setup, gates)} |", flush=True)
    print(f"load {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
