"""A project at a commit, also of a bare repository: what is said of it is what is said in a clean folder."""

import json

import pytest

from tests.scenarios.world import NEXT, commit, git, make_library, release, scaffold, stamp, write

COMMANDS = (["status"], ["diff"], ["diff", "--upstream"], ["check"], ["update", "--dry-run"])


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """A repository with two projects, behind and edited, committed; and a bare clone of it."""
    place = tmp_path_factory.mktemp("seen")
    library = make_library(place / "library")
    mono = place / "mono"
    git("init", "--quiet", "--initial-branch=main", str(mono), where=place)
    write(mono, {"services/README.md": "two\n"})
    commit(mono)
    for name in ("services/a", "services/b"):
        stamp(library, mono / name, "--defaults")
    commit(mono, "stamped")
    write(mono / "services/a", {"notes.md": "# mine\n\nfirst\n\nsecond\n\nthird\n", "ci.yml": "steps: []\n"})
    (mono / "services/a/src/main.py").unlink()
    commit(mono, "edited")
    release(library, "1.1.0", NEXT)
    git("clone", "--quiet", "--bare", str(mono), str(place / "mono.git"), where=place)
    return mono


def said(where, *words):
    done = scaffold(*words, "--format", "json", where=where)
    assert done.code in (0, 3), done.err
    found = json.loads(done.out)
    return {key: value for key, value in found.items() if key not in ("path", "checked", "root")}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_what_is_said_of_a_commit_is_what_is_said_in_its_folder(edited, words):
    bare = edited.with_name("mono.git")
    for name in ("services/a", "services/b"):
        here = said(edited, *words, name)
        assert said(edited, *words, name, "--rev", "main") == here
        assert said(edited.parent, *words, bare / name) == here
        assert said(edited.parent, *words, bare / name / "src", "--rev", "main") == here
    assert said(edited, *words, "services/a") != said(edited, *words, "services/a", "--rev", "HEAD~1")


def test_a_file_is_explained_as_at_a_commit(edited):
    bare = edited.with_name("mono.git")
    here = said(edited, "explain", "services/a/notes.md:1")
    assert said(edited, "explain", "services/a/notes.md:1", "--rev", "main") == here
    assert said(edited.parent, "explain", bare / "services/a/notes.md:1") == here
    assert said(edited, "explain", "services/a/notes.md:1", "--rev", "HEAD~1") != here
    assert scaffold("explain", bare / "services/a/none.md", where=edited).code == 1


def test_work_that_no_commit_has_does_not_count(edited, tmp_path):
    project = tmp_path / "mono"
    git("clone", "--quiet", str(edited), str(project), where=tmp_path)
    before = said(project, "status", "services/b", "--rev", "HEAD")
    write(project / "services/b", {"ci.yml": "edited\n"})
    git("add", "--all", where=project)
    assert said(project, "status", "services/b", "--rev", "HEAD") == before
    assert said(project, "status", "services/b")["drift"] != before["drift"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["status", "services/a", "--rev", "none"], 1, "there is no commit none"),
        (["status", "services/a", "--rev", "HEAD~2"], 1, "no scaffold project at"),
        (["status", "../mono.git"], 1, "name one of the projects in it: services/a, services/b"),
        (["update", "services/a", "--rev", "main"], 2, "it goes with --dry-run"),
        (["update", "../mono.git/services/a"], 1, "an update is written to a work tree, and there is none here"),
        (["diff", "../library", "--rev", "main"], 1, "no scaffold project"),
    ],
)
def test_what_is_no_project_there_is_refused(edited, words, code, message):
    done = scaffold(*words, where=edited)
    assert (done.code, message in " ".join(done.err.replace("│", "").split())) == (code, True), done.err


def test_an_object_that_is_missing_is_named(edited, tmp_path):
    bare = tmp_path / "bare.git"
    git("clone", "--quiet", "--bare", str(edited), str(bare), where=tmp_path)
    id_ = git("rev-parse", "main:services/a/notes.md", where=bare).strip()
    (bare / "objects" / id_[:2] / id_[2:]).unlink()
    done = scaffold("update", "--dry-run", bare / "services/a", where=tmp_path)
    assert done.code == 1
    assert "the repository lacks the content of notes.md" in done.err
