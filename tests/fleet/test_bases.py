"""Bases of merges that a mirror of one commit lacks: from the library, else from the server, else unknown and said."""

import shutil

import pytest

import scaffold
from tests.fleet.company import TODAY
from tests.kit import git
from tests.scenarios import world

NOTES = "# {{ name }}\n\nfirst\n\nsecond\n\nthird, theirs\n"


@pytest.fixture
def far(tmp_path):
    """A repository whose team has edited what 1.1.0 changes in another line, and the library with both versions."""
    library = world.make_library(tmp_path / "library")
    project = world.stamp(library, tmp_path / "project")
    world.write(project, {"notes.md": (project / "notes.md").read_text().replace("first", "first, ours")})
    world.commit(project)
    world.release(library, "1.1.0", {"notes.md.jinja": NOTES})
    git(tmp_path, "clone", "--quiet", "--bare", str(project), "far.git")
    (tmp_path / "fleet.yml").write_text(f"members:\n  - url: {(tmp_path / 'far.git').as_uri()}\n")
    return tmp_path


def forgotten(root):
    """The library anew, without the release that was stamped."""
    shutil.rmtree(root / "library/.git")
    git(root / "library", "init", "--quiet", "--initial-branch=main")
    world.commit(root / "library")
    git(root / "library", "tag", "demo/v1.1.0")


def planned(root, **more):
    return scaffold.fleet_plan(root / "fleet.yml", to="1.1.0", today=TODAY, run_on="loop", **more).plan.results[0]


def in_clone(root, into):
    git(root, "clone", "--quiet", "far.git", into)
    scaffold.update(root / into, to="1.1.0", commit=True, today=TODAY)
    return git(root / into, "rev-parse", "HEAD^{tree}").strip()


def test_a_base_is_rendered_again_where_the_library_has_it(far, monkeypatch):
    monkeypatch.setattr("scaffold.git.shallow.fetch_blobs", None)  # nobody is asked
    one = planned(far)
    assert (one.state, one.tree) == ("clean", in_clone(far, "clone"))


def test_one_that_no_library_has_any_more_comes_from_the_server(far):
    forgotten(far)
    one = planned(far)
    assert (one.state, one.tree) == ("clean", in_clone(far, "clone"))


def test_one_that_nobody_has_is_unknown_and_never_guessed(far):
    forgotten(far)
    shutil.move(far / "far.git", far / "whole.git")
    git(far, "clone", "--quiet", "--bare", "--depth=1", (far / "whole.git").as_uri(), "far.git")
    one = planned(far)
    assert (one.state, [path for path, _ in one.conflicts]) == ("conflict", ["notes.md"])
    assert "the version it was stamped from cannot be found" in one.conflicts[0][1]


def test_without_a_network_it_is_unknown(far):
    planned(far)  # which fetches the mirror, and keeps no result for another library
    forgotten(far)
    one = planned(far, offline=True)
    assert (one.state, [path for path, _ in one.conflicts]) == ("conflict", ["notes.md"])
    assert "the version it was stamped from cannot be found" in one.conflicts[0][1]
