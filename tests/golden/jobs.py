"""Jobs of a stamped pipeline, run without a forge: their steps in a clean clone, with nothing that a developer has.

What actions do, and what a job's image brings, is done here: the code is there, and a Python of the version that is asked for.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.golden.image import NETWORK
from tests.scenarios.world import git

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
DONE_HERE = ("actions/checkout@", "actions/setup-python@")
BROUGHT = {"git": "git", "make": "make", "postgresql": "psql"}  # by a package of the system, the program
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Runner:
    """A clean clone of a project, and the environment that a runner gives."""

    clone: Path
    environment: Mapping[str, str]

    def run(self, script: str, **more: str) -> Done:
        """Run a script as forges do: with bash, which ends at the first mistake."""
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
        return subprocess.run(
            command,
            cwd=self.clone,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )


def runner(project: Path, folder: Path, environment: Mapping[str, str]) -> Runner:
    """Make a clean clone in a folder, and a home with a Python in it, and no uv."""
    subprocess.run([sys.executable, "-m", "venv", folder / "python"], check=True)
    git("clone", "--quiet", "--no-hardlinks", project, folder / "clone", where=folder)
    given = {name: value for name, value in os.environ.items() if name.startswith(NETWORK)}
    path = os.pathsep.join([str(folder / "python/bin"), "/usr/local/bin", "/usr/bin", "/bin"])
    own = {"CI": "true", "HOME": str(folder), "LANG": "C.UTF-8", "PATH": path}
    return Runner(folder / "clone", {**given, **own, "XDG_CACHE_HOME": environment["XDG_CACHE_HOME"]})


def github(on: Runner, name: str, expressions: Mapping[str, str] | None = None, **more: str) -> Done:
    """Run the steps of a job of the workflow CI until one fails; raises where an action is not known here."""
    workflow = yaml.safe_load((on.clone / ".github/workflows/ci.yml").read_text())
    job, known = workflow["jobs"][name], {"matrix.python": HERE, **(expressions or {})}
    done = None
    for step in job["steps"]:
        if "uses" in step:
            assert step["uses"].startswith(DONE_HERE), step
            wanted = filled(step["with"].get("python-version", HERE), known)
            assert wanted == HERE, f"Python {wanted} is not here"
            continue
        assert EXPRESSION.search(step["run"]) is None
        said = {**workflow.get("env", {}), **job.get("env", {}), **step.get("env", {})}
        done = on.run(step["run"], **{key: filled(str(value), known) for key, value in said.items()}, **more)
        if done.returncode:
            return done
    assert done is not None
    return done


def gitlab(on: Runner, name: str, **more: str) -> Done:
    """Run the script of a job of GitLab, behind what comes before it."""
    pipeline: dict[str, Any] = yaml.safe_load((on.clone / ".gitlab-ci.yml").read_text())
    job = {**pipeline[pipeline[name]["extends"]], **pipeline[name]}
    before = [line for line in job["before_script"] if not line.startswith("apt-get update && apt-get install ")]
    (system,) = (line for line in job["before_script"] if line not in before)
    for package in system.split("--no-install-recommends ")[1].split():
        assert shutil.which(BROUGHT[package], path=on.environment["PATH"]), f"{package} is not here"
    return on.run("\n".join([*before, *job["script"]]), **more)


def filled(text: str, known: Mapping[str, str]) -> str:
    """Put values in for expressions; raises KeyError where one is not known here."""
    return EXPRESSION.sub(lambda match: known[match[1]], text)
