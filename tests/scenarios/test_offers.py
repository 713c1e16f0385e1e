"""An update that waits on a branch of a remote: `status` says so in a clone, from what was fetched, without a token."""

import shutil
from pathlib import Path

import pytest

import scaffold
from tests.scenarios import world
from tests.scenarios.world import NEXT, git


@pytest.fixture(params=["", "services/a"], ids=["at the top", "in a folder"])
def clone(tmp_path, request):
    """A clone of a project at 1.0.0, and beside it the repository that a rollout has pushed a branch to."""
    inner = request.param
    library = world.make_library(tmp_path / "library")
    top = tmp_path / "origin"
    world.stamp(library, tmp_path / "project")
    shutil.copytree(tmp_path / "project", top / inner, ignore=shutil.ignore_patterns(".git"))
    git("init", "--quiet", "--initial-branch=main", where=top)
    world.commit(top)
    world.release(library, "1.1.0", NEXT)
    branch = f"scaffold/{inner}/demo-1.1.0" if inner else "scaffold/demo-1.1.0"
    scaffold.update(top / inner, branch=branch)
    git("branch", "scaffold/demo", where=top)  # people call branches what they like
    git("branch", "scaffold/other-1.1.0", where=top)
    git("branch", "scaffold/services/b/demo-1.1.0", where=top)
    git("checkout", "--quiet", "main", where=top)
    git("clone", "--quiet", str(top), "clone", where=tmp_path)
    return tmp_path / "clone" / inner


def offered(clone: Path) -> list[tuple[str, str]]:
    return [(one.branch, one.version) for one in scaffold.status(clone).offers]


def branch_at(clone: Path) -> str:
    return "scaffold/services/a/demo-1.1.0" if clone.name == "a" else "scaffold/demo-1.1.0"


def test_it_is_said_until_it_is_taken(clone):
    branch = f"origin/{branch_at(clone)}"
    assert offered(clone) == [(branch, "1.1.0")]
    done = world.scaffold("status", "--format", "json", where=clone)
    assert done.json["offered"] == [{"branch": branch, "version": "1.1.0"}]
    assert f"the update to 1.1.0 waits on {branch}" in world.scaffold("status", where=clone).out
    assert world.scaffold("status", "--rev", "HEAD", "--format", "json", where=clone).json["offered"]
    world.write(clone, {"ours.txt": "more\n"})
    world.commit(clone)
    assert offered(clone) == [(branch, "1.1.0")], "work of the team changes nothing of it"
    git("merge", "--quiet", "--no-edit", branch, where=clone)
    assert offered(clone) == []


def test_one_that_was_taken_in_another_way_is_none(clone):
    git("merge", "--quiet", "--squash", f"origin/{branch_at(clone)}", where=clone)
    git("commit", "--quiet", "--message=squashed", where=clone)
    assert offered(clone) == []


def test_one_that_is_gone_or_of_something_else_is_none(clone):
    git("update-ref", "-d", f"refs/remotes/origin/{branch_at(clone)}", where=clone)
    assert offered(clone) == []
    git("update-ref", f"refs/heads/{branch_at(clone)}", "HEAD", where=clone)
    git("update-ref", f"refs/remotes/origin/{branch_at(clone)}.x/y", "HEAD~0", where=clone)
    assert offered(clone) == []


def test_a_shallow_clone_knows_it_too(clone, tmp_path):
    top = tmp_path / "origin"
    git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{top}", "shallow", where=tmp_path)
    inner = "services/a" if clone.name == "a" else ""
    assert offered(tmp_path / "shallow" / inner) == [(f"origin/{branch_at(clone)}", "1.1.0")]
