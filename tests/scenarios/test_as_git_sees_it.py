"""What git is told of a repository counts: where its work tree is, and how its files merge; in-process, on real git."""

import pytest

import scaffold
from tests import kit
from tests.kit import git


@pytest.fixture
def template(tmp_path):
    """A plain template with two versions."""
    root = kit.repo(tmp_path / "template", {"copier.yml": "name: demo\n", "f": "1\n"}, "v1")
    return kit.repo(root, {"f": "2\n"}, "v2")


def stamped(template, dest, version="1"):
    scaffold.new(f"{template}@v{version}", dest)
    return dest


@pytest.mark.parametrize("way", ["beside", "gits/project", "linked", "link"])
def test_what_is_staged_is_named_as_git_names_it(template, tmp_path, way):
    project, origin = tmp_path / "project", stamped(template, tmp_path / "origin")
    if way == "linked":
        git(origin, "worktree", "add", "--quiet", "-b", "side", str(project))
    else:
        (tmp_path / way).parent.mkdir(exist_ok=True)
        git(tmp_path, "clone", "--quiet", f"--separate-git-dir={tmp_path / way}", str(origin), str(project))
    if way == "link":
        (project / ".git").unlink()
        (project / ".git").symlink_to("../link")
    assert scaffold.update(project, commit=True).commit
    assert git(project, "show", "--name-only", "--format=") == ".scaffold/lock.json\nf"
    assert git(project, "status", "--porcelain") == ""
    scaffold.undo(project)
    assert (project / "f").read_text() == "1\n"


def test_new_makes_a_repository_that_it_can_read(template, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    project = stamped(template, tmp_path / "project")
    assert scaffold.update(project).applied
    monkeypatch.chdir(tmp_path)
    assert scaffold.new(f"file://{template}", tmp_path / "other").version == "2", "through a copy that is kept"
