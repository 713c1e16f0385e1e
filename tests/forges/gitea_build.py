"""A real Gitea, built from its module once and kept by what it was made of: `python -m tests.forges.gitea_build`.

What is kept lies in the user's cache: the program, and the folder of the module, whose templates and options it reads.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import platformdirs

VERSION = "1.26.0"
MODULE = "code.gitea.io/gitea"
GO_MOD = Path(__file__).with_name("gitea.mod")
BUILD = [
    "-mod=mod",
    "-trimpath",
    "-tags",
    "sqlite sqlite_unlock_notify",
    "-ldflags",
    f"-s -w -X main.Version={VERSION}",
]
MINUTES = 40


class Built(NamedTuple):
    program: Path
    static: Path


class CannotBuildError(Exception):
    """There is no Gitea here, for the reason that it says."""


def cache() -> Path:
    """Where it is kept: beside nothing of the project's, by the hash of everything that it is made of."""
    home = os.environ.get("SCAFFOLD_TESTS_CACHE") or platformdirs.user_cache_dir("scaffold-tests")
    made_of = [GO_MOD.read_text(), *BUILD, go("version")]
    return Path(home) / "gitea" / hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:16]


def go(*args: str, folder: Path | None = None) -> str:
    try:
        done = subprocess.run(
            ["go", *args], cwd=folder, capture_output=True, text=True, check=False, timeout=MINUTES * 60
        )
    except FileNotFoundError:
        raise CannotBuildError("there is no Go on this machine") from None
    except subprocess.TimeoutExpired:
        raise CannotBuildError(f"`go {args[0]}` did not end within {MINUTES} minutes") from None
    if done.returncode:
        raise CannotBuildError(f"`go {args[0]}` failed: {done.stderr.strip().splitlines()[-1] if done.stderr else '?'}")
    return done.stdout.strip()


def found() -> Built:
    """What was built before; raises CannotBuildError where nothing was."""
    folder = cache()
    kept = folder / "static"
    if not (folder / "gitea").exists() or not kept.exists():
        raise CannotBuildError("it has not been built: `make test-forge` does that")
    built = Built(folder / "gitea", Path(kept.read_text()))
    if not built.static.is_dir():
        raise CannotBuildError(f"the folder of its module is gone from {built.static}: `make test-forge` fetches it")
    return built


def build() -> Built:
    """Build it where it is not built yet: some minutes, and some hundred megabytes to fetch."""
    try:
        return found()
    except CannotBuildError:
        folder = cache()
    work = folder.with_name(f"{folder.name}.{os.getpid()}")
    work.mkdir(parents=True)
    try:
        (work / "go.mod").write_text(GO_MOD.read_text())
        go("build", *BUILD, "-o", "gitea", MODULE, folder=work)
        (work / "static").write_text(go("list", "-mod=mod", "-m", "-f", "{{.Dir}}", MODULE, folder=work))
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return found()


if __name__ == "__main__":
    try:
        print(f"Gitea {VERSION}: {build().program}")
    except CannotBuildError as error:
        print(f"Gitea {VERSION} cannot be had: {error}", file=sys.stderr)
