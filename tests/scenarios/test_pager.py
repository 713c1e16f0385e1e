"""A long diff at a terminal goes through the user's pager."""

import os
import sys

import pexpect
import pytest

from tests.scenarios import world


@pytest.fixture
def project(tmp_path):
    return world.stamp(world.make_library(tmp_path / "library"), tmp_path / "p")


def shown(project, **environment):
    child = pexpect.spawn(
        sys.executable, ["-m", "scaffold", "diff"], cwd=str(project), encoding="utf-8", timeout=300,
        dimensions=(20, 100), env=os.environ | {"PAGER": "sed 's/^/paged /'", "TERM": "xterm"} | environment,
    )  # fmt: skip
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    return child.before


def test_what_is_longer_than_the_terminal_is_paged(project):
    world.write(project, {"notes.md": "".join(f"line {n}\n" for n in range(60))})
    said = shown(project)
    assert "paged notes.md" in said
    assert said.count("paged") >= 60
    assert "paged" not in shown(project, PAGER="cat")


def test_what_fits_is_not_nor_is_a_pipe(project):
    world.write(project, {"notes.md": "# demo\n\nours\n"})
    assert "paged" not in shown(project)
    world.write(project, {"notes.md": "".join(f"line {n}\n" for n in range(60))})
    assert "paged" not in world.scaffold("diff", where=project, PAGER="sed 's/^/paged /'").out
