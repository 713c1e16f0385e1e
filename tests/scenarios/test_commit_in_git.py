"""The commit of an update written straight into git's objects: as `update --commit` makes it in a clean clone."""

import re
from pathlib import Path

import pytest

import scaffold
from scaffold.errors import GitError, ProjectError
from scaffold.project.applying.in_git import By, commit_in_git
from scaffold.project.conditions import Conditions
from scaffold.project.opening import open_at
from scaffold.project.planning.prepare import prepare
from tests import kit
from tests.scenarios.world import NEXT, commit, git, make_library, release, snapshot, stamp, write

BY = By("Platform Bot", "bot@example.com")


def committed(bare: Path, project: str = "", by: By = BY):
    return commit_in_git(prepare(open_at(bare / project), Conditions()), by)


def bare_of(project: Path) -> Path:
    bare = project.with_name(f"{project.name}.git")
    git("clone", "--quiet", "--bare", str(project), str(bare), where=project.parent)
    return bare


def in_folder(project: Path, inner: str = "") -> tuple[str, str]:
    """Tree and message of `update --commit` in a clone."""
    clone = project.with_name("clone")
    git("clone", "--quiet", str(project), str(clone), where=project.parent)
    assert scaffold.update(clone / inner, commit=True).commit
    return tuple(git("log", "-1", f"--format={what}", where=clone) for what in ("%T", "%B"))


def stamped(tmp_path: Path, changes: dict, at: str = "project", **team: str) -> Path:
    library = make_library(tmp_path / "library")
    project = stamp(library, tmp_path / at) if at == "project" else None
    if project is None:
        top = kit.repo(tmp_path / "mono", {"README.md": "two\n", "services/README.md": "x\n"})
        stamp(library, top / "services/a")
        project = top
    write(project, {"ours.txt": "ours\n", **team})
    commit(project)
    release(library, "1.1.0", changes)
    return project


@pytest.mark.parametrize(
    ("changes", "team"),
    [
        (NEXT, {}),
        (NEXT, {"ci.yml": "mine\n", "notes.md": "# x\n\nfirst, mine\n\nsecond\n\nthird\n"}),
        (
            {"made.log": "1\n", "a/kept.log": "2\n", "b/c.txt": "3\n"},
            {".gitignore": "*.log\n/b/\n", "a/.gitignore": "!*.log\n"},
        ),
        (
            {"w.txt": "a\r\nb\r\n", "x.bat": "a\r\n", "y.md": "a\r\n"},
            {".gitattributes": "*.txt text\n*.md text=auto\n*.bat -text\n"},
        ),
    ],
    ids=["untouched", "edited", "ignored", "line ends"],
)
def test_it_is_the_commit_of_an_update_in_a_clone(tmp_path, changes, team):
    project = stamped(tmp_path, changes, **team)
    bare = bare_of(project)
    refs, head = git("for-each-ref", where=bare), git("rev-parse", "HEAD", where=bare).strip()
    made = committed(bare)
    tree, message = in_folder(project)
    assert (made.tree, made.parent) == (tree.strip(), head)
    assert git("log", "-1", "--format=%T%n%P%n%an <%ae>%n%cn <%ce>%n%B", made.commit, where=bare) == (
        f"{tree}{head}\n" + "Platform Bot <bot@example.com>\n" * 2 + message
    )
    assert git("for-each-ref", where=bare) == refs
    git("fsck", "--strict", "--no-dangling", where=bare)


def test_one_of_several_projects_in_a_repository(tmp_path):
    project = stamped(tmp_path, NEXT, at="mono")
    made = committed(bare_of(project), "services/a")
    assert made.tree == in_folder(project, "services/a")[0].strip()


def test_the_repository_of_a_folder_gets_the_commit_and_keeps_the_folder_as_it_is(tmp_path):
    project = stamped(tmp_path, NEXT)
    write(project, {"ci.yml": "not committed\n"})
    before = snapshot(project)
    made = commit_in_git(prepare(open_at(project, "HEAD"), Conditions()), BY)
    assert snapshot(project) == before
    assert git("show", f"{made.commit}:ci.yml", where=project) == NEXT["ci.yml"]


def test_no_hook_runs_and_it_is_said(tmp_path):
    bare = bare_of(stamped(tmp_path, NEXT))
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction"):
        kit.write(bare, {f"hooks/{name}": kit.executable(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")})
    assert committed(bare).notes == ("hooks of the repository did not run",)
    assert not (tmp_path / "ran").exists()


def test_it_is_signed_off_and_signed_as_asked(tmp_path):
    bare = bare_of(stamped(tmp_path, NEXT))
    signer = tmp_path / "signer"
    kit.write(
        tmp_path,
        {"signer": kit.executable("#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho signed by $3\n")},
    )
    git("config", "gpg.program", str(signer), where=bare)
    plain = committed(bare)
    assert "gpgsig" not in git("cat-file", "commit", plain.commit, where=bare)
    made = committed(bare, by=BY._replace(signoff=True, sign="0xFEED"))
    said = git("cat-file", "commit", made.commit, where=bare)
    assert "gpgsig signed by 0xFEED" in said
    assert re.search(r"\n\nSigned-off-by: Platform Bot <bot@example.com>\n$", said)
    git("config", "gpg.program", "false", where=bare)
    with pytest.raises(GitError, match="git could not commit"):
        committed(bare, by=BY._replace(sign=True))


def test_conflicts_are_no_commit(tmp_path):
    bare = bare_of(stamped(tmp_path, NEXT, **{"notes.md": "# other\n"}))
    with pytest.raises(ProjectError, match=r"the update has conflicts in notes\.md"):
        committed(bare)
