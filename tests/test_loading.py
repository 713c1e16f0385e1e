"""A command loads what it runs and nothing else, since loading is most of its time: counted, so that no clock decides.

A number here is how many of Scaffold's own modules a command starts with. To raise one is a decision, not a repair.
"""

import shutil
import subprocess
import sys

import pytest

from tests.scenarios import world

PROGRAM = """
import gc, sys
from scaffold.__main__ import main
code = main()
print("\\nLOOKED AT", len(gc.get_objects()))
print("\\nLOADED", *sys.modules)
sys.exit(code)
"""
OTHER_TOOLS = {
    "copier",
    "cookiecutter",
    "git",
    "pydantic",
    "questionary",
    "rich",
    "distributed",
    "httpx",
    "scaffold.fleet",
}
FORMATS = {"yaml", "ruamel.yaml", "tomlkit", "tomllib"}
RENDERING = {"jinja2", "scaffold.render", "scaffold.merge.files"}
JUDGING = {"scaffold.guard.rules", "scaffold.guard.readers"}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A project that is behind its blueprint, and beside it the library."""
    folder = tmp_path_factory.mktemp("loading")
    library = world.make_library(folder / "library")
    world.stamp(library, folder / "project")
    world.release(library, "1.1.0", world.NEXT)
    return folder


def said(*words, where):
    """Run a command line in a process of its own; return what it says, what is left to be looked at, and is loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], cwd=where, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


def loaded(*words, where):
    """Return the modules that are loaded at the end of a command."""
    return set(said(*words, where=where).rpartition("\nLOADED ")[2].split())


def test_what_is_left_at_the_end_is_not_looked_through(here):
    left = int(said("status", where=here / "project").rpartition("\nLOOKED AT ")[2].split()[0])
    assert left < 1_000  # of some 50,000


@pytest.mark.parametrize(
    ("words", "most", "without"),
    [
        ("--version", 21, OTHER_TOOLS | FORMATS | RENDERING | JUDGING | {"pygit2", "packaging"}),
        ("status", 80, OTHER_TOOLS | FORMATS | RENDERING | JUDGING | {"scaffold.report.results", "filelock"}),
        ("diff", 162, OTHER_TOOLS | JUDGING | FORMATS),
        ("check", 152, OTHER_TOOLS | RENDERING),
        ("update --dry-run", 176, OTHER_TOOLS | JUDGING),
        ("update", 176, OTHER_TOOLS | JUDGING),
        ("new demo there --source LIBRARY --defaults --dry-run", 181, OTHER_TOOLS | JUDGING),
    ],
)
def test_a_command_loads_what_it_runs(here, words, most, without, tmp_path):
    project = shutil.copytree(here / "project", tmp_path / "project", symlinks=True)
    found = loaded(*words.replace("LIBRARY", str(here / "library")).split(), where=project)
    assert "scaffold.cli.app" in found
    assert sorted(found & without) == []
    own = sorted(name for name in found if name.partition(".")[0] == "scaffold")
    assert len(own) <= most, own


def test_a_fleet_that_asks_no_forge_loads_nothing_that_could(here, tmp_path):
    (tmp_path / "fleet.yml").write_text(
        f"members: [folder: {here / 'project'}]\nforges: {{github.com: {{bots: [a]}}}}\n"
    )
    found = loaded("fleet", "status", where=tmp_path)
    assert "scaffold.forges.hosts" in found
    assert not found & {"httpx", "httpcore", "jwt", "cryptography"}
