"""Campaigns of those who have no forge: a branch in folders, in bare repositories, and pushed to an address."""

import pytest

import scaffold
from scaffold.errors import ProjectError
from tests import kit
from tests.fleet import company as companies
from tests.fleet.campaign.conftest import stages
from tests.kit import git

BRANCH = "scaffold/job-1.1.0"


@pytest.fixture
def fleet(tmp_path, library, stamp):
    """A folder, a bare repository, and one that is far away, of one service each."""
    kit.repo(tmp_path / "seed", {})
    for name in ("folder", "far"):
        git(tmp_path, "clone", "--quiet", str(stamp), name)
    git(tmp_path, "clone", "--quiet", "--bare", str(stamp), "bare.git")
    git(tmp_path, "clone", "--quiet", "--bare", str(stamp), "far.git")
    (tmp_path / "fleet.yml").write_text(
        f"library: {library}\nmembers:\n  - folder: folder\n  - {{bare: bare.git, name: bare}}\n"
        f"  - {{url: 'file://{tmp_path}/far.git', name: far}}\n"
    )
    written = scaffold.fleet_plan(tmp_path / "fleet.yml", run_on="loop", today=companies.TODAY)
    return tmp_path, written.folder


def test_nothing_is_written_where_nobody_said_how(fleet):
    root, plan = fleet
    done = scaffold.fleet_apply(plan, root / "fleet.yml")
    assert stages(done) == dict.fromkeys(("bare", "far", "folder"), "held")
    assert {one.why.partition(",")[0] for one in done.members} == {
        "it lies in a folder", "no forge is known at its host (`forges:` in fleet.yml names it"
    }  # fmt: skip
    assert git(root / "folder", "branch", "--list", "scaffold/*") == ""


def test_branches_are_made_and_what_is_merged_is_seen(fleet):
    root, plan = fleet
    head, status = git(root / "folder", "rev-parse", "HEAD"), git(root / "folder", "status", "--short")
    done = scaffold.fleet_apply(plan, root / "fleet.yml", direct=True, local=True)
    assert stages(done) == dict.fromkeys(("bare", "far", "folder"), "pushed")
    assert " --direct --local goes on with it" in done.next
    for place in ("folder", "bare.git", "far.git"):
        assert git(root / place, "rev-parse", f"{BRANCH}^") == head
    assert git(root / "folder", "rev-parse", "HEAD") == head
    assert git(root / "folder", "status", "--short") == status
    git(root / "folder", "merge", "--quiet", "--ff-only", BRANCH)
    done = scaffold.fleet_watch(plan, root / "fleet.yml", direct=True, local=True, once=True)
    assert stages(done) == {"bare": "pushed", "far": "pushed", "folder": "merged"}


def test_a_branch_with_commits_of_people_stays_as_it_is(fleet):
    root, plan = fleet
    git(root / "folder", "switch", "--quiet", "--create", BRANCH)
    theirs = git(root / "folder", "rev-parse", kit.repo(root / "folder", {"x": "y"}) and "HEAD")
    git(root / "folder", "switch", "--quiet", "main")
    done = scaffold.fleet_apply(plan, root / "fleet.yml", local=True)
    assert stages(done)["folder"] == "needs hands"
    assert git(root / "folder", "rev-parse", BRANCH) == theirs


def test_abort_takes_the_branches_away(fleet):
    root, plan = fleet
    scaffold.fleet_apply(plan, root / "fleet.yml", direct=True, local=True)
    done = scaffold.fleet_abort(plan, root / "fleet.yml", reason="no", direct=True, local=True)
    assert set(stages(done).values()) == {"closed"}
    for place in ("folder", "bare.git", "far.git"):
        assert git(root / place, "branch", "--list", "scaffold/*") == ""


def test_preflight_says_what_is_missing_and_writes_nothing(fleet):
    root, plan = fleet
    found = scaffold.fleet_preflight(plan, root / "fleet.yml", direct=True)
    assert {name: [lack.what for lack in lacks] for name, lacks in found.members} == {
        "bare": ["it lies in a folder, where no pull request can be opened"],
        "far": [],
        "folder": ["it lies in a folder, where no pull request can be opened"],
    }
    assert not (plan / "journal.db").exists()
    assert scaffold.fleet_preflight(plan, root / "fleet.yml", direct=True, local=True).is_clean


def test_a_fleet_that_lists_a_member_no_more_holds_it(fleet):
    root, plan = fleet
    text = (root / "fleet.yml").read_text()
    (root / "fleet.yml").write_text(text.replace("  - folder: folder\n", ""))
    done = scaffold.fleet_apply(plan, root / "fleet.yml", direct=True, local=True)
    assert stages(done)["folder"] == "held"
    with pytest.raises(ProjectError, match="has not halted"):
        scaffold.fleet_resume(plan, root / "fleet.yml", reason="go", by="jo")
