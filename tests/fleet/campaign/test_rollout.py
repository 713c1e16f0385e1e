"""A plan carried out at a forge over real repositories: what is opened, what people do to it, and what never happens."""

import re
import sqlite3
from contextlib import closing

import pytest

import scaffold
from scaffold.errors import ProjectError, ScaffoldError
from scaffold.fleet.campaign.marker import Marker
from tests.fleet.campaign.conftest import stages
from tests.kit import git

BRANCH = "scaffold/job-1.1.0"


def test_every_member_gets_one_pull_request_and_a_second_apply_changes_nothing(rolled):
    one = rolled(3, campaign={"labels": ["scaffold"]})
    done = one.apply()
    assert stages(done) == dict.fromkeys(("m0", "m1", "m2"), "open")
    assert (done.state, done.is_clean) == ("waiting", True)
    assert done.next == f"scaffold fleet watch {one.plan} --fleet {one.file} goes on with it"
    before = {name: one.pulls(name) for name in ("m0", "m1", "m2")}
    again = one.apply()
    assert stages(again) == stages(done)
    assert {name: one.pulls(name) for name in before} == before
    for pulls in before.values():
        assert [pull["head"] for pull in pulls] == [BRANCH]


def test_the_branch_is_what_was_planned_and_what_update_commits(rolled, tmp_path):
    one = rolled(1)
    one.apply()
    folder = one.world.at("acme/m0").folder
    git(tmp_path, "clone", "--quiet", str(folder), "clone")
    git(tmp_path / "clone", "switch", "--quiet", BRANCH)
    planned = scaffold.fleet_show(one.plan, "m0").member
    assert git(tmp_path / "clone", "rev-parse", "HEAD^{tree}") == planned.tree
    assert git(tmp_path / "clone", "rev-parse", "HEAD^") == planned.base
    assert git(tmp_path / "clone", "log", "-1", "--format=%an <%ae>") == "Scaffold <scaffold@acme.example>"
    assert git(tmp_path / "clone", "log", "-1", "--format=%B").strip() == planned.message.strip()


def test_the_body_says_what_its_reader_needs(rolled):
    one = rolled(2)
    one.apply()
    (pull,) = one.pulls("m0")
    assert pull["title"] == "chore: update job from 1.0.0 to 1.1.0"
    for said in (
        "This brings `job` from 1.0.0 to 1.1.0",
        "| `ci.yml` | replace |",
        "1 other repository gets the same patch",
        "Guardrails that hold: ",
        "Nothing that people have committed there is ever overwritten",
        "`updates: {pause_until: YYYY-MM-DD, reason: WHY}`",
        "Decline it",
    ):
        assert said in pull["body"], said
    assert re.search(r"<!-- scaffold: \{.*\"member\": \"m0\".*\} -->", pull["body"])
    assert {*pull["reviewers"]} | {*pull.get("teams", ())} >= {"ada"}


def test_people_and_labels_that_do_not_exist_keep_nothing_from_being_opened(rolled):
    one = rolled(1)
    one.world.push_as("acme/m0", "main", {"CODEOWNERS": "* @nobody-there @ada\n"})
    one.planned()
    done = one.apply()
    assert stages(done) == {"m0": "open"}
    assert "nobody-there" in str(done.members[0].refused)
    assert "ada" in str(one.pulls("m0")[0])


def test_preflight_says_who_cannot_be_asked_and_which_label_there_is_not(rolled):
    one = rolled(1, campaign={"labels": ["platform"]})
    one.world.add_owner("elsewhere", ["ada"], {"team": ["ada"]})
    one.world.push_as("acme/m0", "main", {"CODEOWNERS": "* @ada @acme/platform @elsewhere/team\n"})
    one.planned()
    found = scaffold.fleet_preflight(one.plan, one.file)
    said = {lack.what for _, lacks in found.members for lack in lacks}
    assert found.is_clean
    assert {"elsewhere/team cannot be asked to review", "there is no label platform"} <= said
    assert ("acme/platform cannot be asked to review" in said) == (one.kind == "gitlab")  # where no group reviews


def test_commits_of_people_are_never_overwritten(rolled):
    one = rolled(2)
    one.apply()
    theirs = one.world.push_as("acme/m0", BRANCH, {"ours.txt": "by hand\n"})
    done = one.watch_once()
    assert stages(done) == {"m0": "needs hands", "m1": "open"}
    one.apply()
    assert one.world.tip("acme/m0", BRANCH) == theirs
    one.world.merge_as("acme/m0", one.pulls("m0")[0]["number"])
    assert stages(one.watch_once())["m0"] == "merged"


def test_a_branch_of_that_name_by_somebody_else_is_left_alone(rolled):
    one = rolled(2)
    theirs = one.world.push_as("acme/m0", BRANCH, {"x": "y\n"})
    done = one.apply()
    assert stages(done) == {"m0": "needs hands", "m1": "open"}
    assert one.world.tip("acme/m0", BRANCH) == theirs
    assert one.pulls("m0") == []
    assert "somebody else's" in done.members[0].why


def test_what_a_person_closes_is_declined_for_that_version_and_every_campaign(rolled):
    one = rolled(2, campaign={"halt": {"closed": "never"}})
    one.apply()
    one.world.close_as("acme/m0", one.pulls("m0")[0]["number"], "ada")
    done = one.watch_once()
    assert stages(done) == {"m0": "declined", "m1": "open"}
    assert "ada closed #" in done.members[0].why
    one.world.push_as("acme/m0", "main", {"more.txt": "x\n"})
    one.planned()  # a campaign of its own, that knows nothing of the first
    assert stages(one.apply())["m0"] == "declined"
    assert one.open_numbers("m0") == []
    assert stages(one.apply(again=["m0"]))["m0"] == "open"
    assert len(one.open_numbers("m0")) == 1


def test_what_a_bot_closes_is_shown_and_offered_again_by_the_next_run(rolled):
    one = rolled(1)
    one.world.add_person("stale", "bot")
    one.apply()
    one.world.give("acme/m0", "stale", "push")
    one.world.close_as("acme/m0", one.pulls("m0")[0]["number"], "stale")
    done = one.watch_once()
    assert stages(done) == {"m0": "closed elsewhere"}
    assert "stale" in done.members[0].why
    assert stages(one.apply()) == {"m0": "open"}
    assert len(one.pulls("m0")) == 2


def test_a_member_that_moved_goes_on_where_its_patch_is_the_same_and_is_held_where_it_is_not(rolled):
    one = rolled(3)
    one.world.push_as("acme/m0", "main", {"elsewhere.txt": "x\n"})
    one.world.push_as("acme/m1", "main", {"ci.yml": "steps: [mine]\n"})
    done = one.apply()
    assert stages(done) == {"m0": "open", "m1": "held", "m2": "open"}
    assert done.members[1].why.startswith("moved: ")
    assert one.world.branches("acme/m1") == ["main"]
    assert git(one.world.at("acme/m0").folder, "rev-parse", f"{BRANCH}^") == one.world.tip("acme/m0", "main")


def test_what_the_default_branch_has_already_is_merged(rolled, tmp_path):
    one = rolled(1)
    git(tmp_path, "clone", "--quiet", str(one.world.at("acme/m0").folder), "clone")
    scaffold.update(tmp_path / "clone", to="1.1.0", commit=True)
    git(tmp_path / "clone", "push", "--quiet", "origin", "main")
    assert stages(one.apply()) == {"m0": "merged"}
    assert one.pulls("m0") == []


def test_conflicts_are_held_or_a_draft_that_is_never_green(rolled, tmp_path):
    one = rolled(2, conflicts=1)
    done = one.apply()
    assert stages(done) == {"m0": "held", "m1": "open"}
    assert done.members[0].why == "conflict in notes.md"
    one.write(["m0", "m1"], {"conflicts": "draft"})
    assert stages(one.apply()) == {"m0": "open", "m1": "open"}
    (pull,) = one.pulls("m0")
    assert pull["draft"]
    assert "scaffold resolve . --stages" in pull["body"]
    git(tmp_path, "clone", "--quiet", "--branch", BRANCH, str(one.world.at("acme/m0").folder), "clone")
    assert "<<<<<<<" in (tmp_path / "clone/notes.md").read_text()
    assert scaffold.status(tmp_path / "clone").conflicts == ("notes.md",)


def test_waves_go_one_after_another_and_halt_by_themselves(rolled):
    policy = {"waves": [{"name": "canary", "share": 2}, {"name": "rest"}], "halt": {"failed": 0}}
    one = rolled(5, campaign=policy)
    for number in range(5):
        one.world.set_ci(f"acme/m{number}", ["all-green"])
    first = one.apply()
    canary = first.waves[0].members
    assert (len(canary), sum(one.open_numbers(f"m{n}") != [] for n in range(5))) == (2, 2)
    assert first.ahead == (("rest", 3),)
    bad = canary[0]
    one.world.set_ci(f"acme/{bad}", [])
    one.world.set_check(f"acme/{bad}", one.world.tip(f"acme/{bad}", BRANCH), "all-green", "failed")
    halted = one.watch()
    assert halted.state == "halted"
    assert "1 of 2 in the wave canary have checks that fail, more than 0" in halted.why
    assert one.apply().state == "halted"  # a halt is a state, and starting again is no way out of it
    with pytest.raises(ProjectError, match="needs a reason"):
        scaffold.fleet_resume(one.plan, one.file, reason=" ", by="jo")
    scaffold.fleet_resume(one.plan, one.file, reason="a runner was broken", by="jo")
    with pytest.raises(ProjectError, match="has not halted"):
        scaffold.fleet_resume(one.plan, one.file, reason="again", by="jo")
    done = one.apply()
    assert [waved.name for waved in done.waves] == ["canary", "rest"]
    assert set(stages(done).values()) == {"open"}


def test_checks_that_failed_before_do_not_count(rolled):
    one = rolled(1, campaign={"halt": {"failed": 0}})
    one.world.set_check("acme/m0", one.world.tip("acme/m0", "main"), "lint", "failed")
    one.apply()
    one.world.set_check("acme/m0", one.world.tip("acme/m0", BRANCH), "lint", "failed")
    done = one.watch_once()
    assert (done.state, done.members[0].tested) == ("waiting", "failed before")


def test_what_was_merged_and_is_taken_back_halts(rolled):
    one = rolled(2, campaign={"waves": [{"name": "a", "share": 1, "soak": "1d"}, {"name": "b"}]})
    name = one.apply().waves[0].members[0]
    start = one.world.tip(f"acme/{name}", "main")
    one.world.merge_as(f"acme/{name}", one.pulls(name)[0]["number"])
    assert one.watch_once().counts()["merged"] == 1
    git(one.world.at(f"acme/{name}").folder, "update-ref", "refs/heads/main", start)
    done = one.watch_once()
    assert stages(done)[name] == "reverted"
    assert (done.state, "were reverted" in done.why) == ("halted", True)


def test_older_ones_are_closed_with_a_link_or_kept(rolled):
    one = rolled(2)
    # an older offer, as a campaign for an older version has left it
    ours = one.world.push_as("acme/m0", "scaffold/job-1.0.5", {"x": "y\n"}, "scaffold-bot")
    one.world.push_as("acme/m1", "scaffold/job-1.0.5", {"x": "y\n"})
    for name, commit in (("m0", ours), ("m1", ours)):
        marker = Marker("older", name, "run", 1.0, commit).line()
        one.world.open_as(f"acme/{name}", "scaffold/job-1.0.5", "older", marker, "scaffold-bot")
    one.apply()
    old, new = one.pulls("m0")
    assert (old["state"], new["state"]) == ("closed", "open")
    assert f"#{new['number']}" in str(old) or f"!{new['number']}" in str(old)
    assert len(one.open_numbers("m1")) == 2  # somebody has committed there: nothing is closed over their heads


def test_abort_closes_what_is_ours_and_says_why(rolled):
    one = rolled(3)
    one.apply()
    one.world.push_as("acme/m0", BRANCH, {"ours.txt": "by hand\n"})
    with pytest.raises(ProjectError, match="needs a reason"):
        scaffold.fleet_abort(one.plan, one.file, reason="")
    done = scaffold.fleet_abort(one.plan, one.file, reason="the release was bad", by="jo")
    assert stages(done) == {"m0": "needs hands", "m1": "closed", "m2": "closed"}
    assert one.world.branches("acme/m1") == ["main"]
    assert "the release was bad" in str(one.pulls("m1"))
    assert one.open_numbers("m0") != []
    assert one.apply().state == "aborted"


def test_a_limit_of_open_ones_and_of_one_owner(rolled):
    one = rolled(4, campaign={"limits": {"open": 3}})
    assert sorted(stages(one.apply()).values()) == ["open", "open", "open", "waiting"]
    (name, *_) = [name for name, stage in stages(one.apply()).items() if stage == "open"]
    one.world.merge_as(f"acme/{name}", one.pulls(name)[0]["number"])
    assert sorted(stages(one.watch_once()).values()) == ["merged", "open", "open", "open"]


def test_only_those_who_are_meant_are_offered_to(rolled):
    one = rolled(3)
    assert stages(one.apply(where="label=tier:1")) == {"m0": "waiting", "m1": "open", "m2": "waiting"}
    with pytest.raises(ScaffoldError, match="how members stand is not in a plan"):
        one.apply(where="behind")
    assert set(stages(one.apply()).values()) == {"open"}


def test_only_what_is_of_low_risk_is_merged_by_the_forge_and_only_where_checks_are_required(rolled):
    one = rolled(2, campaign={"merge": {"auto": "low", "method": "squash"}})
    one.world.add_rule("acme/m0", "main", ["all-green"], ruleset=True)
    risk = {result.name: result.risk for result in scaffold.fleet_show(one.plan).plan.results}
    one.apply()
    one.watch_once()
    assert not any(pull.get("auto") for name in risk for pull in one.pulls(name))  # nothing has reported
    one.world.set_check("acme/m0", one.world.tip("acme/m0", BRANCH), "all-green", "passed")
    one.watch_once()
    merged = {name: one.pulls(name)[0]["state"] for name in risk}
    assert merged["m1"] == "open"
    assert merged["m0"] == ("merged" if risk["m0"] in ("none", "low") else "open")


def test_the_token_is_in_nothing_that_is_written(rolled, tmp_path):
    one = rolled(2)
    one.apply()
    one.watch_once()
    for path in tmp_path.rglob("*"):
        if path.is_file() and "forge" not in path.relative_to(tmp_path).parts[0]:
            assert b"secret-of-the-bot" not in path.read_bytes(), path
    assert "secret-of-the-bot" not in str(one.pulls("m0"))


def test_a_strange_name_a_changed_plan_and_a_journal_of_another_are_refused(rolled):
    one = rolled(1)
    with pytest.raises(ScaffoldError, match="m7 is no member of this plan"):
        one.apply(again=["m7"])
    (one.plan / "plan.json").chmod(0o644)
    text = (one.plan / "plan.json").read_text()
    (one.plan / "plan.json").write_text(text.replace("ci.yml", "cj.yml", 1))
    with pytest.raises(ScaffoldError, match="the plan was changed since it was made"):
        one.apply()
    with closing(sqlite3.connect(one.plan / "journal.db")) as database, database:
        database.execute("UPDATE about SET value = 'x' WHERE key = 'plan'")
    (one.plan / "plan.json").write_text(text)
    with pytest.raises(ScaffoldError, match="belongs to another plan"):
        one.apply()
