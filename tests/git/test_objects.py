"""Which work tree a folder belongs to, and what cannot be read: compared with what git says of the same folder."""

import os
import subprocess
from pathlib import Path

import pytest

from scaffold.errors import GitError
from scaffold.git.objects import find_repository
from tests.kit import git, repo


def gits_top(folder):
    """Where git says that the work tree begins; None outside of one."""
    done = subprocess.run(["git", "rev-parse", "--show-toplevel"], cwd=folder, capture_output=True, check=False)
    return Path(os.fsdecode(done.stdout).removesuffix("\n")) if done.returncode == 0 else None


def our_top(folder):
    found = find_repository(folder)
    return None if found is None or found.is_bare else found.root.resolve()


def separate(place, origin):
    for name in ("beside", "gits/other name", "gits/deep/.git"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        git(place, "clone", "--quiet", f"--separate-git-dir={place / name}", origin, name.replace("/", "-") + "-tree")


def links(place, origin):
    git(place, "clone", "--quiet", origin, "folder")
    (place / "folder/.git").rename(place / "elsewhere")
    (place / "folder/.git").symlink_to("../elsewhere")
    git(place, "clone", "--quiet", f"--separate-git-dir={place / 'gitfile'}", origin, "file")
    (place / "file/.git").rename(place / "pointer")
    (place / "file/.git").symlink_to("../pointer")
    (place / "way-in").symlink_to("folder/sub")


def named(place, origin):
    (place / "tree/sub").mkdir(parents=True)
    for name, tree in (("relative", "../../tree"), ("inner", "../sub"), ("far", str(place / "tree"))):
        git(place, "clone", "--quiet", origin, name)
        git(place / name, "config", "core.worktree", tree)
    git(place, "clone", "--quiet", origin, "by-itself")
    git(place / "by-itself", "config", "extensions.worktreeConfig", "true")
    git(place / "by-itself", "config", "--worktree", "core.worktree", "../sub")


def submodules(place, origin):
    repo(place / "super", {"f": "1\n"})
    git(place / "super", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", origin, "module")
    git(place / "super/module", "worktree", "add", "--quiet", "-b", "side", str(place / "linked"))


def linked(place, origin):
    git(place, "clone", "--quiet", origin, "first")
    git(place / "first", "worktree", "add", "--quiet", "-b", "one", str(place / "second"))
    git(place / "first", "worktree", "add", "--quiet", "-b", "two", str(place / "third"))
    (place / "third").rename(place / "moved")
    git(place / "first", "worktree", "add", "--quiet", "--detach", str(place / "detached"))


def bare(place, origin):
    git(place, "clone", "--quiet", "--bare", origin, "hub.git")
    git(place / "hub.git", "worktree", "add", "--quiet", "-b", "one", str(place / "from-hub"))
    git(place, "clone", "--quiet", "--bare", origin, "around/.bare")
    (place / "around/.git").write_text("gitdir: ./.bare\n")
    git(place / "around", "worktree", "add", "--quiet", "-b", "one", "feature")
    (place / "around/no-tree").mkdir()
    git(place, "clone", "--quiet", origin, "said-so")
    git(place / "said-so", "config", "core.bare", "true")


def states(place, origin):
    git(place, "init", "--quiet", "unborn")
    git(place, "clone", "--quiet", "--depth=1", f"file://{origin}", "shallow")
    git(place, "clone", "--quiet", "--shared", origin, "alternates")
    git(place, "clone", "--quiet", f"file://{origin}", "--filter=blob:none", "partial")
    git(place / "partial", "config", "core.repositoryFormatVersion", "1")
    git(place / "partial", "config", "extensions.partialClone", "origin")
    (place / "alternates/.git/index").unlink()
    (place / "nested/sub/.git").mkdir(parents=True)  # an empty folder is no repository


@pytest.mark.parametrize("made", [separate, links, named, submodules, linked, bare, states])
def test_the_work_tree_is_the_one_that_git_says(tmp_path, made):
    origin = repo(tmp_path / "origin", {"f": "1\n", "sub/f": "1\n"})
    place = tmp_path / "place"
    place.mkdir()
    made(place, str(origin))
    folders = [folder for folder in place.rglob("*") if folder.is_dir() and not {"objects", "logs"} & {*folder.parts}]
    assert len(folders) > 3
    assert {folder: our_top(folder) for folder in folders} == {folder: gits_top(folder) for folder in folders}


def test_git_is_told_where_to_stop_looking(tmp_path, monkeypatch):
    root = repo(tmp_path / "root", {"sub/deep/f": "1\n"})
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(root / "sub"))
    for folder in (root, root / "sub", root / "sub/deep"):
        assert our_top(folder) == gits_top(folder)


@pytest.mark.parametrize(
    ("setting", "hint"),
    [
        ("objectFormat sha256", "--object-format=sha1"),
        ("refStorage reftable", "git refs migrate"),
        ("somethingNew true", "clone it with git"),
    ],
)
def test_a_repository_that_cannot_be_read_is_named_with_what_to_do(tmp_path, setting, hint):
    root = repo(tmp_path / "root", {"f": "1\n"})
    name, _, value = setting.partition(" ")
    git(root, "config", "core.repositoryFormatVersion", "1")
    git(root, "config", f"extensions.{name}", value)
    with pytest.raises(GitError) as error:
        find_repository(root)
    assert hint in str(error.value)
