"""Campaigns of those who have no forge: a branch in folders, in bare repositories, and pushed to an address."""

import pytest

import scaffold
from scaffold.errors import ProjectError
from scaffold.fleet import planfile
from scaffold.fleet.campaign import waves
from tests import kit
from tests.fleet import company as companies
from tests.fleet.campaign.conftest import stages
from tests.kit import git
from tests.scenarios.world import scaffold as command

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
    for act in (scaffold.fleet_apply, scaffold.fleet_watch):
        with pytest.raises(ProjectError) as caught:
            act(plan, root / "fleet.yml")
        assert str(caught.value) == (
            f"{plan}: nothing was offered: 2 of 3 lie in folders, where no pull request can be opened; 1 of 3 are at a "
            "host of which no forge is known (--local makes the branch there; `forges:` in the fleet file names it, "
            "and --direct makes only the branch)"
        )
    text = (root / "fleet.yml").read_text()
    (root / "folders.yml").write_text("".join(line for line in text.splitlines(keepends=True) if "url:" not in line))
    alone = scaffold.fleet_plan(root / "folders.yml", run_on="loop", today=companies.TODAY).folder
    refused = command("fleet", "apply", alone, "--fleet", "folders.yml", where=root)
    assert refused.code == 1
    assert refused.err == (
        f"error: {alone}: nothing was offered: 2 of 2 lie in folders, where no pull request can be opened "
        f"(scaffold fleet apply {alone} --fleet folders.yml --local makes the branch there)\n"
    )
    assert not (plan / "journal.db").exists()
    assert not (alone / "journal.db").exists()
    assert git(root / "folder", "branch", "--list", "scaffold/*") == ""


CANARY = "campaign: {waves: [{name: canary, share: 1}, {name: rest}]}\n"


@pytest.mark.parametrize("act", [scaffold.fleet_apply, scaffold.fleet_watch, scaffold.fleet_preflight])
def test_a_plan_of_another_fleet_is_refused_and_its_canary_is_there_later(fleet, act):
    root, plan = fleet
    (root / "other.yml").write_text("members:\n  - folder: seed\n")
    with pytest.raises(ProjectError) as caught:
        act(plan, root / "other.yml", local=True)
    assert str(caught.value) == (
        f"{root / 'other.yml'}: none of the 3 members of the plan in {plan} is listed here "
        "(name its fleet file with --fleet)"
    )
    with pytest.raises(ProjectError, match="is listed here"):
        scaffold.fleet_abort(plan, root / "other.yml", reason="no")
    assert not (plan / "journal.db").exists()
    (root / "fleet.yml").write_text((root / "fleet.yml").read_text() + CANARY)
    done = scaffold.fleet_apply(plan, root / "fleet.yml", direct=True, local=True)
    assert sorted(stages(done).values()) == ["pushed", "pushed", "pushed"]
    assert [(one.name, len(one.members)) for one in done.waves] == [("canary", 1), ("rest", 2)]


def test_who_can_be_offered_nothing_is_in_no_wave_and_goes_with_the_last_when_that_is_mended(fleet):
    root, plan = fleet
    (root / "fleet.yml").write_text((root / "fleet.yml").read_text() + CANARY)
    done = scaffold.fleet_apply(plan, root / "fleet.yml", direct=True)
    assert stages(done) == {"bare": "held", "far": "pushed", "folder": "held"}
    assert [(one.name, one.members) for one in done.waves] == [("canary", ("far",))]
    assert {one.why for one in done.members if one.stage == "held"} == {
        "it lies on this disk, and --direct pushes to addresses alone (--local makes the branch there)"
    }
    assert not done.is_clean
    (told,) = scaffold.fleet_report(root / "fleet.yml", plans=[plan], run_on="loop").carried
    assert (told.told.rollout.waves, told.told.rollout.ahead) == (done.waves, done.ahead)
    done = scaffold.fleet_watch(plan, root / "fleet.yml", direct=True, local=True, once=True)
    assert set(stages(done).values()) == {"pushed"}
    assert [(one.name, {*one.members}) for one in done.waves] == [("canary", {"far"}), ("rest", {"bare", "folder"})]


def moved(root, name):
    """Have what a member would get be another patch than what was planned."""
    work = root / "folder"
    if name == "far":
        git(root, "clone", "--quiet", f"{root}/far.git", "work")
        work = root / "work"
    kit.repo(work, {"notes.md": "our own\n", "ci.yml": "steps: [mine]\n"})
    if name == "far":
        git(work, "push", "--quiet", "origin", "HEAD")


@pytest.fixture
def canary(fleet):
    """The same with a canary of one of two: the fleet, its plan, and those two in the order in which they are drawn."""
    root, plan = fleet
    said = CANARY.replace("{name: canary", "{where: 'name=folder,far', name: canary")
    (root / "fleet.yml").write_text((root / "fleet.yml").read_text() + said)
    return root, plan, waves.drawn(planfile.read(plan).id, ("folder", "far"))


def test_a_wave_of_which_nobody_could_be_offered_it_is_drawn_again(canary):
    root, plan, (first, second) = canary
    moved(root, first)
    done = scaffold.fleet_apply(plan, root / "fleet.yml", direct=True, local=True)
    assert stages(done) == {first: "held", second: "pushed", "bare": "pushed"}
    assert [(one.name, one.members) for one in done.waves] == [("canary", (first, second)), ("rest", ("bare",))]


def test_where_nobody_is_left_for_a_wave_the_next_waits_until_the_policy_says_otherwise(canary):
    root, plan, drawn = canary
    for name in drawn:
        moved(root, name)
    file = root / "fleet.yml"
    done = scaffold.fleet_apply(plan, file, direct=True, local=True)
    assert stages(done) == {"bare": "waiting", "far": "held", "folder": "held"}
    assert (done.state, [one.name for one in done.waves]) == ("waiting", ["canary"])
    assert done.why.startswith("nobody of the wave canary could be offered it, so that rest would go first")
    assert not done.is_clean
    (told,) = scaffold.fleet_report(file, plans=[plan], run_on="loop").carried
    assert (told.told.rollout.state, told.told.rollout.why) == (done.state, done.why)
    file.write_text(file.read_text().partition("campaign:")[0])
    assert stages(scaffold.fleet_apply(plan, file, direct=True, local=True))["bare"] == "pushed"


def test_a_conflict_that_was_pushed_is_told_and_a_wave_that_waits_for_nothing_too(
    tmp_path, library, stamp, stamp_in_conflict
):
    for name, source in (("a", stamp), ("b", stamp_in_conflict)):
        git(tmp_path, "clone", "--quiet", str(source), name)
    more = CANARY.replace("{waves", "{conflicts: draft, halt: {conflicts: never}, waves")
    (tmp_path / "fleet.yml").write_text(f"library: {library}\nmembers: [{{folder: a}}, {{folder: b}}]\n{more}")
    plan = scaffold.fleet_plan(tmp_path / "fleet.yml", run_on="loop", today=companies.TODAY).folder
    said = command("fleet", "preflight", plan, "--local", where=tmp_path)
    assert "note: the wave canary has no soak and no checks: the next wave follows at once" in said.out
    done = command("fleet", "apply", plan, "--local", where=tmp_path)
    assert "Hold a conflict: 1 (a draft, which its team has to decide)\n  notes.md: b\n" in done.out
    shown = command("fleet", "apply", plan, "--local", "--format", "json", where=tmp_path).json
    assert shown["conflicts"] == [{"name": "b", "paths": ["notes.md"]}]
    (tmp_path / "fleet.yml").write_text((tmp_path / "fleet.yml").read_text().replace("share: 1", "share: 1, soak: 1h"))
    assert "note:" not in command("fleet", "preflight", plan, "--local", where=tmp_path).out


def test_the_command_that_goes_on_names_all_that_the_campaign_runs_with(fleet):
    root, plan = fleet
    file = root / "fleet.yml"
    file.write_text(file.read_text() + "campaign: {waves: [{name: all}], halt: {reverted: 0}}\n")
    scaffold.fleet_apply(plan, file, direct=True, local=True)
    git(root / "folder", "merge", "--quiet", "--ff-only", BRANCH)
    look = {"direct": True, "local": True, "once": True, "seconds": 0.1}
    scaffold.fleet_watch(plan, file, **look)
    git(root / "folder", "reset", "--quiet", "--hard", "HEAD~1")
    assert scaffold.fleet_watch(plan, file, **look).state == "halted"
    done = scaffold.fleet_resume(plan, file, reason="it was releasing", by="Ada")
    assert done.next == f"scaffold fleet watch {plan} --fleet {file} --direct --local goes on with it"
    (carried,) = scaffold.fleet_report(file, plans=[plan], run_on="loop").carried
    assert f"watch {plan} --fleet {file} --direct --local" in carried.told.rollout.next
    (gate,) = [one for one in carried.told.gates["all"] if one.what == "were reverted"]
    assert str(gate) == "1 of 3 was reverted (1 excused by Ada: it was releasing)"
    assert not gate.passed


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
        "bare": ["it lies on this disk, and --direct pushes to addresses alone"],
        "far": [],
        "folder": ["it lies on this disk, and --direct pushes to addresses alone"],
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
