"""The tutorials are stories that hold: every command runs in the order of the page, and prints what the page shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.test_console_blocks import as_pattern, normalised, steps

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted((ROOT / "docs/tutorials").glob("*.md"))
BLOCK = re.compile(r'^```(console|yaml|jinja|sh)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
FINE = (0, 3)  # done, or finished and not clean
PROGRESS = re.compile(r"^.* \.\.\.\n", re.MULTILINE)  # work that takes longer than a second is named


class Reader:
    """Somebody who does what a page says, from a home of their own."""

    def __init__(self, home: Path) -> None:
        self.home = self.where = home
        self._environment = os.environ | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(home),
            "COLUMNS": "80",
        }

    def run(self, command: str) -> str:
        """Run a command line in the shell, where the one before has left off."""
        script = f"{command}\ncode=$?; pwd >&3; exit $code"
        reading, writing = os.pipe()
        done = subprocess.run(
            ["bash", "-c", script.replace(">&3", f">&{writing}")], cwd=self.where, env=self._environment,
            pass_fds=[writing], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        os.close(writing)
        with os.fdopen(reading) as told:
            self.where = Path(told.read().strip() or self.where)
        assert done.returncode in FINE, f"{command} exited {done.returncode}\n{done.stdout}"
        return PROGRESS.sub("", done.stdout).replace(str(self.home), "/home/you")


def told(page: Path) -> list[tuple[str, str, str]]:
    return [(found[1], found[2] or "", found[3]) for found in BLOCK.finditer(page.read_text())]


@pytest.mark.limit(120)
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.stem, marks=[pytest.mark.long] if page.stem == "rollout" else [])
        for page in TUTORIALS
    ],
)
def test_a_tutorial_runs_as_it_is_told(page, tmp_path):
    (tmp_path / "you").mkdir()
    reader = Reader(tmp_path / "you")
    for kind, title, block in told(page):
        if title:
            (reader.where / title).parent.mkdir(parents=True, exist_ok=True)
            (reader.where / title).write_text(block)
        for command, shown in steps(re.sub(r" \\\n\s*", " ", block)) if kind == "console" else ():
            printed = normalised(reader.run(command).splitlines())
            wanted = as_pattern(normalised(shown)).fullmatch("\n".join([*printed, ""]))
            assert wanted, "\n".join([f"{command} prints:", *printed])


def test_there_is_a_tutorial_for_each_of_the_three():
    assert [page.stem for page in TUTORIALS] == ["first-day", "rollout", "three-releases"]
