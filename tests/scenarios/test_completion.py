"""What a shell offers to complete; run as the shell's own script runs it."""

import sys
from pathlib import Path

import pytest

from tests.scenarios import world
from tests.scenarios.world import NEXT, release, run, scaffold


@pytest.fixture
def library(tmp_path):
    library = world.make_library(tmp_path / "library")
    release(library, "1.1.0", NEXT)
    return library


def offered(words, where, **environment):
    """What bash is offered for the last word."""
    settings = {"_SCAFFOLD_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    done = run([str(Path(sys.executable).with_name("scaffold"))], where, **settings, **environment)
    assert done.code == 0
    assert done.err == ""
    return done.out.split()


def test_commands_blueprints_versions_and_schemas(library, tmp_path):
    assert offered("scaffold st", tmp_path) == ["status"]
    assert offered("scaffold new de", tmp_path, SCAFFOLD_SOURCE=str(library)) == ["demo"]
    assert offered(f"scaffold new --source {library} demo@1", tmp_path) == ["demo@1.1.0", "demo@1.0.0"]
    assert offered("scaffold schema lo", tmp_path) == ["lock"]


def test_versions_and_rules_of_a_project(library, tmp_path):
    scaffold("new", "demo@1.0.0", "p", "--source", library, "--defaults", where=tmp_path)
    assert offered("scaffold update --to 1", tmp_path / "p") == ["1.1.0", "1.0.0"]
    assert offered("scaffold check --rule LK-0", tmp_path / "p") == ["LK-01", "LK-02", "LK-03"]


@pytest.mark.parametrize("words", ["scaffold new --source /nowhere d", "scaffold waive L", "scaffold update --to 1"])
def test_nothing_is_offered_where_nothing_can_be_read(words, tmp_path):
    assert offered(words, tmp_path) == []
