"""What keeps a release and a withdrawal from being made: each is one sentence, and leaves nothing half done."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.authoring.shelf import QUIET, shelf
from tests.kit import git, repo, write
from tests.scenarios.world import scaffold

M = "blueprints/tool/blueprint.yml"
BOUND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")  # so that root is refused too
RELEASE, WITHDRAW = ("blueprint", "release", "tool"), ("blueprint", "withdraw", "tool", "1.0.0", "it is wrong")
KILL = "#!/bin/sh\nkill -9 $(ps -o ppid= -p $PPID)\nexit 1\n"  # git's parent, which is scaffold


@pytest.fixture
def root(tmp_path):
    root = repo(shelf(tmp_path / "library", {M: QUIET}), {}, "tool/v1.0.0")
    return repo(root, {"templates/base/.editorconfig": "root = false\n"})


def state(root):
    return git(root, "rev-parse", "HEAD"), git(root, "tag"), git(root, "status", "--porcelain")


def detached(root):
    git(root, "checkout", "--quiet", "--detach")
    return root


def shallow(root):
    copy = root.parent / "shallow"
    git(root.parent, "clone", "--quiet", "--depth=1", f"file://{root}", str(copy))
    return copy


def inside(root):
    return shelf(repo(root.parent / "mono", {"a.txt": "a\n"}) / "library", {M: QUIET})


def with_hook(root):
    write(root, {".git/hooks/pre-commit": "#!/bin/sh\necho no, not today\nexit 1\n"})
    (root / ".git/hooks/pre-commit").chmod(0o755)
    return root


def no_repository(root):
    return shelf(root.parent / "plain", {M: QUIET})


@pytest.mark.parametrize("words", [RELEASE, WITHDRAW], ids=["release", "withdraw"])
@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (detached, "HEAD is on no branch (switch to the default branch first)"),
        (shallow, "the library is a shallow clone, without all of its releases (git fetch --unshallow --tags"),
        (inside, "the library is a folder of the repository"),
        (no_repository, "the library is not a git repository (run git init there"),
        (with_hook, "git could not commit: no, not today (mend what it says, and"),
    ],
    ids=["detached", "shallow", "inside", "no repository", "hook"],
)
def test_it_is_refused_with_nothing_done(words, where, sentence, root):
    library = where(root)
    before = state(library) if where not in (inside, no_repository) else None
    done = scaffold(*words, where=library)
    assert (done.code, sentence in done.err) == (1, True), done.err
    assert before is None or state(library) == before


def test_a_folder_that_is_not_there(root):
    for words in (RELEASE, WITHDRAW):
        done = scaffold(*words, "--library", "nowhere", where=root)
        assert (done.code, "nowhere: there is no such folder" in done.err) == (1, True), done.err


@pytest.mark.parametrize("version", ["one", "1.2", "1.2.3.4", "1.2.0+local", "1.2.0.dev1", "1.2.0.post1", "1!2.0.0"])
def test_a_version_that_no_tag_can_have_is_refused(version, root):
    before = state(root)
    done = scaffold(*RELEASE, "--version", version, where=root)
    assert (done.code, f"{version} is no version to release" in done.err) == (1, True), done.err
    assert state(root) == before
    assert scaffold(*RELEASE, "--version", "1.2.0-rc.1", where=root).code == 0
    assert scaffold("blueprint", "lint", where=root).code == 0


def test_a_note_is_one_line_of_the_changelog(root):
    assert scaffold(*RELEASE, "--note", "first\n## 9.9.9 - 2026-01-01\n", "--note", "  ", where=root).code == 0
    log = (root / "blueprints/tool/CHANGELOG.md").read_text()
    assert "\n- first ## 9.9.9 - 2026-01-01\n\n## 1.0.0" in log


def test_a_reason_is_one_line(root):
    assert scaffold(*WITHDRAW[:-1], "it is\nwrong: 'a' # b", where=root).code == 0
    assert """1.0.0: "it is wrong: 'a' # b"\n""" in (root / M).read_text()


def test_a_signature_that_git_leaves_out_without_a_word_is_no_release(root):
    """Git 2.39 makes an unsigned tag and exits 0 where an SSH key is not there."""
    git(root, "config", "gpg.format", "ssh")
    git(root, "config", "user.signingkey", str(root.parent / "nowhere.pub"))
    before = state(root)
    done = scaffold(*RELEASE, where=root)
    assert done.code == 1
    assert "without a signature" in done.err or "nowhere.pub" in done.err, done.err
    assert state(root) == before


@pytest.mark.parametrize("hook", ["pre-commit", "post-commit"])
@pytest.mark.parametrize("words", [RELEASE, WITHDRAW], ids=["release", "withdraw"])
def test_killed_half_way_it_is_taken_back_by_undo(words, hook, root):
    before, place = state(root), root / f".git/hooks/{hook}"
    write(root, {f".git/hooks/{hook}": KILL})
    place.chmod(0o755)
    killed = subprocess.run([sys.executable, "-m", "scaffold", *words], cwd=root, capture_output=True, check=False)
    assert killed.returncode == -9
    place.unlink()
    assert state(root) != before
    if words == WITHDRAW and hook == "post-commit":
        assert git(root, "log", "-1", "--format=%s") == "fix: withdraw tool/v1.0.0", "it is done"
        return
    done = scaffold(*words, where=root)
    assert (done.code, "take it back with scaffold undo" in done.err) == (1, True), done.err
    assert scaffold("undo", where=root).code == 0
    assert state(root) == before
    assert scaffold(*words, where=root).code == 0


@pytest.mark.skipif(os.getuid() == 0 and not shutil.which("setpriv"), reason="nothing makes root be refused")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (RELEASE, "nothing was changed: Permission denied (mend the permissions"),
        (WITHDRAW, "nothing was changed: Permission denied (mend the permissions"),
        (("blueprint", "new", "other"), "the blueprint cannot be written: Permission denied (mend that"),
        (("blueprint", "test", "tool", "--accept"), "cannot be written: Permission denied"),
        (("blueprint", "render", "tool", "small", "look"), "the folder cannot be made: Permission denied"),
    ],
    ids=["release", "withdraw", "new", "test", "render"],
)
def test_a_library_that_may_not_be_written_to(words, sentence, root):
    before = state(root)
    places = [root, *root.rglob("*")]
    for place in places:
        place.chmod(place.stat().st_mode & ~0o222)
    command = [*(BOUND if os.getuid() == 0 else ()), sys.executable, "-m", "scaffold", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    for place in places:
        place.chmod(place.stat().st_mode | 0o200)
    assert (done.returncode, sentence in done.stderr) == (1, True), done.stderr
    assert state(root) == before
