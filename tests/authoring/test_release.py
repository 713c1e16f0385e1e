"""A release is linted, tested, given the version that its changes ask for, and signed where git is set up for it."""

import subprocess

import pytest

from tests.authoring.shelf import QUIET, shelf
from tests.kit import git, repo
from tests.scenarios.world import scaffold

M, B, R = "blueprints/tool/blueprint.yml", "templates/base/copier.yml", "templates/base/README.md.jinja"
PLAIN = {M: QUIET}
LINES = "".join(f"line {number}\n" for number in range(20))


@pytest.fixture
def root(tmp_path):
    return repo(shelf(tmp_path / "library", PLAIN), {}, "tool/v1.0.0")


def released(root, *words):
    return scaffold("blueprint", "release", "tool", *words, "--format", "json", where=root)


def changed(root, changes):
    """Commit changes to a library as it stands."""
    texts = {p: (root / p).read_text().replace(*c) if isinstance(c, tuple) else c for p, c in changes.items()}
    return repo(root, texts)


def test_the_version_is_what_the_changes_ask_for(root):
    changed(root, {"templates/base/.editorconfig": "root = false\n"})
    done = released(root)
    assert (done.code, done.json["to"], done.json["level"]) == (0, "1.0.1", "patch"), done.err
    changed(root, {"templates/app/more.txt": "x\n"})
    assert (released(root).json["to"]) == "1.1.0"
    manifest = (root / M).read_text().replace("/settings.toml:\n", "/more.txt: locked\n  /settings.toml:\n", 1)
    changed(root, {M: manifest})
    report = released(root).json
    assert (report["to"], report["level"]) == ("2.0.0", "major")
    assert report["changes"][0]["kind"] == "file locked"
    log = (root / "blueprints/tool/CHANGELOG.md").read_text()
    assert "### What a team must do\n\n- Take your edits out of more.txt, or ask for a waiver.\n" in log
    assert git(root, "tag").split() == ["tool/v1.0.0", "tool/v1.0.1", "tool/v1.1.0", "tool/v2.0.0"]
    assert scaffold("blueprint", "lint", where=root).code == 0


def test_what_a_person_says_counts(root):
    changed(root, {"templates/base/.editorconfig": "root = false\n"})
    assert released(root, "--bump", "major").json["to"] == "2.0.0"
    changed(root, {"templates/base/.editorconfig": "root = true\n"})
    assert released(root, "--version", "2.5.0").json["to"] == "2.5.0"


def test_candidates_come_before_the_version(root):
    changed(root, {"templates/app/more.txt": LINES})
    assert released(root, "--pre").json["tag"] == "tool/v1.1.0rc1"
    changed(root, {"templates/app/more.txt": f"first\n{LINES}"})
    assert released(root, "--pre", "--note", "again").json["tag"] == "tool/v1.1.0rc2"
    assert released(root, "--note", "as it was tried").json["tag"] == "tool/v1.1.0"
    assert scaffold("blueprint", "lint", where=root).code == 0


def test_the_first_release_is_what_the_manifest_says(tmp_path):
    root = repo(shelf(tmp_path / "library", PLAIN), {})
    assert released(root).json["tag"] == "tool/v1.0.0"


def test_a_dry_run_writes_nothing(root):
    changed(root, {"templates/app/more.txt": "x\n"})
    before = git(root, "rev-parse", "HEAD")
    report = released(root, "--dry-run").json
    assert (report["to"], report["applied"], report["commit"]) == ("1.1.0", False, None)
    assert "Would release tool 1.0.0 -> 1.1.0" in scaffold("blueprint", "release", "tool", "--dry-run", where=root).out
    assert (git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain")) == (before, "")
    assert git(root, "tag").split() == ["tool/v1.0.0"]


REFUSED = {
    "a mistake": ({M: QUIET.replace("/.editorconfig: locked", "/.editorconfg: locked")}, "blueprint.yml:9: BP-34: `/.editorconfg` matches no file in any case"),
    "a case that does not render": ({"blueprints/tool/cases/large.yml": "size: large\nsise: x\n"}, "BP-31: the case large does not render"),
    "an update in conflict": ({"templates/app/notes.md": "LINE\n" * 40}, "the test does not pass: from 1.0.0: notes.md is in conflict"),
    "a scaffold that there is not": ({M: QUIET.replace("layers:", "min_scaffold_version: 9.0.0\nlayers:")}, "BP-08: the blueprint needs scaffold 9.0.0"),
    "a changed snapshot": ({"blueprints/tool/cases/snapshots/small.txt": "x\n"}, "the test does not pass"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_a_release_is_refused(why, root):
    changes, sentence = REFUSED[why]
    if why == "an update in conflict":
        git(root, "tag", "--delete", "tool/v1.0.0")
        repo(root, {"templates/app/notes.md": "line\n" * 40}, "tool/v1.0.0")
    changed(root, changes)
    before = git(root, "rev-parse", "HEAD")
    done = released(root)
    assert done.code == 1
    assert sentence in done.err, done.err
    assert (git(root, "rev-parse", "HEAD"), git(root, "tag")) == (before, "tool/v1.0.0")


def test_a_line_may_say_why_it_is_meant_so(root):
    question = "spare:\n  type: str\n  help: Spare\n  default: x\n"
    changed(root, {B: ("size:\n", f"{question}size:\n")})
    assert "BP-10: nothing reads the answer to `spare`" in released(root).err
    bare = question.replace("spare:\n", "spare: # lint: BP-10\n")
    changed(root, {B: (root / B).read_text().replace(question, bare)})
    assert "BP-10" in released(root).err, "without a reason it is not allowed"
    told = question.replace("spare:\n", "spare: # lint: BP-10 the fleet's selectors read it\n")
    changed(root, {B: (root / B).read_text().replace(bare, told)})
    assert released(root).code == 0


def test_a_release_is_signed_where_git_knows_a_key(root, tmp_path):
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", str(key)], check=True)
    git(root, "config", "gpg.format", "ssh")
    git(root, "config", "user.signingkey", f"{key}.pub")
    changed(root, {"templates/app/more.txt": "x\n"})
    assert released(root).json["signed"] is True
    assert "BEGIN SSH SIGNATURE" in git(root, "cat-file", "tag", "tool/v1.1.0")
    key.unlink()
    changed(root, {"templates/app/more.txt": "y\n"})
    done = released(root)
    assert done.code == 1
    assert git(root, "tag").split() == ["tool/v1.0.0", "tool/v1.1.0"]
    assert git(root, "status", "--porcelain") == ""
