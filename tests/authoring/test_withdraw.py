"""A withdrawn release is offered to nobody, those on it are told, and a deprecated blueprint says so everywhere."""

import pytest

from tests.authoring.shelf import QUIET, shelf
from tests.kit import git, repo
from tests.scenarios.world import commit, scaffold

M = "blueprints/tool/blueprint.yml"


@pytest.fixture
def root(tmp_path):
    root = repo(shelf(tmp_path / "library", {M: "# ours\n" + QUIET}), {}, "tool/v1.0.0")
    bumped = (root / M).read_text().replace("1.0.0", "1.1.0", 1)
    return repo(root, {M: bumped, "templates/base/.editorconfig": "root = false\n"}, "tool/v1.1.0")


def test_nobody_is_offered_it_and_those_on_it_are_told(root, tmp_path):
    assert scaffold("new", "tool", tmp_path / "there", "--source", root, "--defaults", where=tmp_path).code == 0
    done = scaffold("blueprint", "withdraw", "tool", "1.1.0", "it breaks the build", where=root)
    assert done.code == 0, done.err
    assert "1.0.0 is offered instead" in done.out
    assert git(root, "log", "-1", "--format=%s") == "fix: withdraw tool/v1.1.0"
    assert git(root, "status", "--porcelain") == "" and "tool/v1.1.0" in git(root, "tag")
    assert (root / M).read_text().startswith("# ours\n")
    new = scaffold("new", "tool", tmp_path / "next", "--source", root, "--defaults", "--format", "json", where=tmp_path)
    assert new.json["version"] == "1.0.0"
    status = scaffold("status", where=tmp_path / "there")
    assert status.code == 3
    assert "tool 1.1.0 is withdrawn: it breaks the build; scaffold update --to 1.0.0 goes back" in status.out
    assert "nothing to do" not in status.out
    assert scaffold("status", "--format", "json", where=tmp_path / "there").json["state"] == "withdrawn"
    named = scaffold("new", "tool@1.1.0", tmp_path / "named", "--source", root, "--defaults", where=tmp_path)
    assert "note: tool 1.1.0 is withdrawn: it breaks the build" in named.out
    assert scaffold("update", "--to", "1.0.0", where=tmp_path / "there").code == 0
    assert (tmp_path / "there/.editorconfig").read_text() == "root = true\n"
    assert "withdrawn" not in scaffold("status", where=tmp_path / "there").out


def test_bad_input(root):
    for words, sentence in {
        ("tool", "1.2.0", "it breaks the build"): "tool 1.2.0 was never released (released versions: 1.1.0, 1.0.0)",
        ("tool", "soon", "it breaks the build"): "tool soon was never released",
        ("tool", "1.1.0", "bad"): "the reason must be more than a word",
        ("toll", "1.1.0", "it breaks the build"): "there is no blueprint 'toll'",
    }.items():
        done = scaffold("blueprint", "withdraw", *words, where=root)
        assert (done.code, sentence in done.err) == (1, True), done.err
    assert scaffold("blueprint", "withdraw", "tool", "1.1.0", "it breaks the build", where=root).code == 0
    done = scaffold("blueprint", "withdraw", "tool", "1.1.0", "it breaks the build", where=root)
    assert "tool 1.1.0 is withdrawn already: it breaks the build" in done.err
    (root / M).write_text((root / M).read_text() + "# edited\n")
    done = scaffold("blueprint", "withdraw", "tool", "1.0.0", "it breaks the build", where=root)
    assert "not committed" in done.err
    git(root, "checkout", "--quiet", "--detach")
    done = scaffold("blueprint", "withdraw", "tool", "1.0.0", "it breaks the build", where=root)
    assert "HEAD is on no branch" in done.err


def test_the_end_of_a_blueprint_is_said_without_a_release_of_it(root, tmp_path):
    assert scaffold("new", "tool", tmp_path / "there", "--source", root, "--defaults", where=tmp_path).code == 0
    text = "lifecycle: {state: deprecated, sunset: 2027-01-31, replaced_by: other}\nlayers:"
    (root / M).write_text((root / M).read_text().replace("layers:", text))
    commit(root)
    sentence = "tool is deprecated, and ends on 2027-01-31; use other"
    assert sentence in scaffold("status", where=tmp_path / "there").out
    assert sentence in scaffold("update", "--dry-run", where=tmp_path / "there").out
    assert sentence in scaffold("new", "tool", tmp_path / "x", "--source", root, "--defaults", where=tmp_path).out
    assert sentence in scaffold("check", "--verify", where=tmp_path / "there").out
    assert sentence in scaffold("check", "--policy", root, where=tmp_path / "there").out
    (tmp_path / "fleet.yml").write_text("members:\n  - folder: there\n")
    assert sentence in str(scaffold("fleet", "status", "--format", "json", where=tmp_path).json)


def test_a_fleet_goes_back(root, tmp_path):
    """Members on the withdrawn release are told, and are planned for and brought back, each with its own work."""
    for name, version in {"clean": "1.1.0", "edited": "1.1.0", "late": "1.0.0"}.items():
        words = ("new", f"tool@{version}", tmp_path / name, "--source", root, "--defaults")
        assert scaffold(*words, where=tmp_path).code == 0
    (tmp_path / "edited/README.md").write_text((tmp_path / "edited/README.md").read_text() + "\nOurs.\n")
    commit(tmp_path / "edited")
    (tmp_path / "fleet.yml").write_text("members:\n  - folder: clean\n  - folder: edited\n  - folder: late\n")
    assert scaffold("blueprint", "withdraw", "tool", "1.1.0", "it breaks the build", where=root).code == 0
    status = scaffold("fleet", "status", where=tmp_path)
    assert status.code == 3
    assert "tool 1.1.0 is withdrawn: it breaks the build: clean, edited" in status.out
    assert "1.1.0  withdrawn" in status.out
    states = {
        one["name"]: one["state"]
        for one in scaffold("fleet", "status", "--format", "json", where=tmp_path).json["projects"]
    }
    assert states == {"clean": "withdrawn", "edited": "withdrawn", "late": "current"}
    words = ("fleet", "plan", "--to", "1.0.0", "--where", "withdrawn", "--format", "json")
    plan = scaffold(*words, where=tmp_path)
    assert plan.code == 0, plan.err
    assert {one["name"]: (one["state"], one["from"], one["to"]) for one in plan.json["projects"]} == dict.fromkeys(
        ("clean", "edited"), ("clean", "1.1.0", "1.0.0")
    )
    assert scaffold("update", "edited", "--to", "1.0.0", "--commit", where=tmp_path).code == 0
    assert (tmp_path / "edited/.editorconfig").read_text() == "root = true\n"
    assert (tmp_path / "edited/README.md").read_text().endswith("\nOurs.\n")
    assert (
        scaffold("fleet", "status", "--where", "withdrawn", "--format", "json", where=tmp_path).json["summary"][
            "members"
        ]
        == 1
    )


def test_a_rollback_is_carried_out_over_a_fleet(root, tmp_path):
    """A folder, a bare repository and one far away go back by branches, each with its own work, and stand there then."""
    words = ("new", "tool@1.1.0", tmp_path / "made", "--source", root, "--defaults")
    assert scaffold(*words, where=tmp_path).code == 0
    readme = (tmp_path / "made/README.md").read_text()
    (tmp_path / "made/README.md").write_text(readme + "\nOurs.\n")
    (tmp_path / "made/own.txt").write_text("ours\n")
    commit(tmp_path / "made")
    git(tmp_path, "clone", "--quiet", "made", "folder")
    for name in ("bare", "far"):
        git(tmp_path, "clone", "--quiet", "--bare", "made", f"{name}.git")
    (tmp_path / "fleet.yml").write_text(
        f"library: {root}\nmembers:\n  - folder: folder\n  - {{bare: bare.git, name: bare}}\n"
        f"  - {{url: 'file://{tmp_path}/far.git', name: far}}\n"
    )
    assert scaffold("blueprint", "withdraw", "tool", "1.1.0", "it breaks the build", where=root).code == 0
    words = ("fleet", "plan", "--to", "1.0.0", "--where", "withdrawn", "--format", "json")
    planned = scaffold(*words, where=tmp_path)
    assert (planned.code, planned.json["to"], planned.json["summary"]["clean"]) == (0, "1.0.0", 3), planned.err
    (plan,) = (tmp_path / "campaigns").iterdir()
    head = git(tmp_path / "folder", "rev-parse", "HEAD")
    done = scaffold("fleet", "apply", plan, "--local", "--direct", where=tmp_path)
    assert (done.code, "3 pushed" in done.out) == (0, True), done.err + done.out
    assert git(tmp_path / "folder", "rev-parse", "HEAD") == head, "nothing is checked out"
    branch = "scaffold/tool-1.0.0"
    for place in ("folder", "bare.git", "far.git"):
        assert git(tmp_path / place, "rev-parse", f"{branch}^") == head
        assert git(tmp_path / place, "show", f"{branch}:.editorconfig") == "root = true"
        assert git(tmp_path / place, "show", f"{branch}:README.md").endswith("Ours.")
        assert git(tmp_path / place, "show", f"{branch}:own.txt") == "ours"
        if place == "folder":
            git(tmp_path / place, "merge", "--quiet", "--ff-only", branch)
        else:
            git(tmp_path / place, "update-ref", "refs/heads/main", f"refs/heads/{branch}")
    done = scaffold("fleet", "watch", plan, "--once", "--local", "--direct", where=tmp_path)
    assert (done.code, "3 merged" in done.out) == (0, True), done.err + done.out
    status = scaffold("fleet", "status", "--format", "json", where=tmp_path).json
    assert {one["name"]: (one["version"], one["state"]) for one in status["projects"]} == dict.fromkeys(
        ("folder", "bare", "far"), ("1.0.0", "current")
    )
    assert scaffold("status", where=tmp_path / "folder").code == 0


def test_a_newer_release_is_what_those_on_a_withdrawn_one_go_to(root, tmp_path):
    assert scaffold("new", "tool", tmp_path / "there", "--source", root, "--defaults", where=tmp_path).code == 0
    assert scaffold("blueprint", "withdraw", "tool", "1.1.0", "it breaks the build", where=root).code == 0
    repo(root, {M: (root / M).read_text().replace("version: 1.1.0", "version: 1.1.1", 1)}, "tool/v1.1.1")
    status = scaffold("status", where=tmp_path / "there")
    assert "it breaks the build; scaffold update leaves it" in status.out
    assert scaffold("update", where=tmp_path / "there").code == 0
    assert scaffold("status", where=tmp_path / "there").code == 0
