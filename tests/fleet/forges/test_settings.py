"""Repositories made, and their settings: what every adapter does, against every forge that there is here."""

import pytest

from scaffold.blueprint.forge import EVERY, Prescribed
from scaffold.forges.port import Born, DeniedError, ExistsError, RefusedError, UncertainError
from scaffold.plan.settings import compare, to_set
from tests.forges.stage import BOT

ALL = Prescribed(("all-green",), 1, True, True, True, True, True, ("python", "team-checkout"))
WORDLESS = {
    "github": set(),
    "gitlab": {"private_reporting"},
    "gitea": {"code_owners", "secret_scanning", "private_reporting"},
}


def states(stage, path, prescribed=ALL, forge=None):
    found = compare(prescribed, (forge or stage.forge).settings(path, "main"))
    return {one.setting: one.state for one in found}


def hold(stage, path, prescribed=ALL):
    wanted = to_set(compare(prescribed, stage.forge.settings(path, "main")))
    return stage.forge.set(path, "main", wanted)


# Made.


def test_a_repository_is_made(stage):
    stage.lets_create()
    path = f"{stage.owner}/orders"
    stage.forge.create(path, Born("private", "Takes orders"))
    found = stage.forge.repository(path)
    assert (found.path, found.private, found.may_push) == (path, True, True)
    assert found.url == f"http://{stage.forge.host}/{path}.git"
    assert found.default_branch in ("main", "")


def test_one_of_our_own_that_everybody_may_read(stage):
    path = f"{BOT}/{stage.owner}"
    stage.forge.create(path, Born("public"))
    assert not stage.forge.repository(path).private


def test_a_name_that_is_taken(stage):
    stage.lets_create()
    path = stage.repository()
    with pytest.raises(ExistsError):
        stage.forge.create(path, Born())


def test_who_may_make_none(stage):
    with pytest.raises(DeniedError):
        stage.forge.create(f"{stage.owner}/orders", Born())


def test_what_was_made_takes_a_push_and_that_decides_its_branch(stage, tmp_path):
    stage.lets_create()
    source, path = stage.repository(), f"{stage.owner}/orders"
    stage.forge.create(path, Born(default_branch="trunk"))
    folder = stage.clone(tmp_path / "clone", source, {"new.txt": "new\n"})
    done = stage.push(folder, path, "HEAD:refs/heads/trunk")
    assert done.returncode == 0, done.stderr
    assert stage.forge.repository(path).default_branch == "trunk"


def test_an_answer_that_was_lost_is_looked_for(stage):
    stage.lets_create()
    path = f"{stage.owner}/orders"
    stage.fault("reset", on="create", effect=True, times=1)
    with pytest.raises(UncertainError):
        stage.forge.create(path, Born())
    assert stage.forge.repository(path).path == path
    with pytest.raises(ExistsError):
        stage.forge.create(path, Born())


# Set.


def test_settings_are_set_and_then_they_hold(stage):
    path = stage.repository()
    stage.administers(path)
    before = states(stage, path)
    assert {name for name, state in before.items() if state == "no word"} == WORDLESS[stage.kind]
    assert {state for name, state in before.items() if name not in WORDLESS[stage.kind]} == {"looser"}
    assert hold(stage, path) == ()
    after = states(stage, path)
    assert {state for name, state in after.items() if name not in WORDLESS[stage.kind]} == {"same"}
    assert to_set(compare(ALL, stage.forge.settings(path, "main"))) == {}


def test_what_is_demanded_is_told_as_before(stage):
    path = stage.repository()
    stage.administers(path)
    hold(stage, path)
    found = stage.forge.protection(path, "main")
    if stage.kind == "gitlab":  # which demands the pipeline as a whole, and tells approvals by their rules alone
        assert (found.checks, found.owners) == (("pipeline",), True)
    else:
        assert (found.checks, found.approvals) == (("all-green",), 1)


def test_setting_twice_does_nothing_more(stage):
    path = stage.repository()
    stage.administers(path)
    wanted = to_set(compare(ALL, stage.forge.settings(path, "main")))
    assert stage.forge.set(path, "main", wanted) == ()
    once = stage.forge.settings(path, "main")
    assert stage.forge.set(path, "main", wanted) == ()
    assert stage.forge.settings(path, "main") == once


def test_what_a_person_has_made_stricter_stays(stage):
    path = stage.repository()
    stage.administers(path)
    stage.forge.set(path, "main", {"checks": ("all-green", "licences"), "approvals": 2, "topics": ("go",)})
    found = states(stage, path)
    expected = "same" if stage.kind == "gitlab" else "stricter"
    assert (found["checks"], found["approvals"]) == (expected, "stricter")
    hold(stage, path)
    known = stage.forge.settings(path, "main").known
    assert known["approvals"] == 2
    assert set(known["checks"]) == ({EVERY} if stage.kind == "gitlab" else {"all-green", "licences"})
    assert set(known["topics"]) == {"go", "python", "team-checkout"}


def test_more_is_demanded_and_nothing_is_taken_away(stage):
    path = stage.repository()
    stage.administers(path)
    stage.forge.set(path, "main", {"checks": ("licences",), "approvals": 1, "block_force_pushes": True})
    hold(stage, path, Prescribed(checks=("all-green",)))
    known = stage.forge.settings(path, "main").known
    assert known["approvals"] == 1
    assert known["block_force_pushes"]
    assert set(known["checks"]) == ({EVERY} if stage.kind == "gitlab" else {"licences", "all-green"})


def test_who_is_no_administrator_is_refused_each_by_name(stage):
    path = stage.repository()
    wanted = {name: value for name, value in ALL.wanted.items() if name not in WORDLESS[stage.kind]}
    refused = dict(stage.forge.set(path, "main", wanted))
    assert refused.keys() == wanted.keys()
    assert all(refused.values())


def test_what_is_not_told_is_unknown_and_never_in_order(stage):
    path = stage.repository()
    stage.administers(path)
    hold(stage, path)
    found = states(stage, path, forge=stage.stranger())
    assert set(found.values()) <= {"same", "unknown", "no word"}
    assert "unknown" in found.values()


def test_a_lost_answer_is_repeated_without_harm(stage):
    path = stage.repository()
    stage.administers(path)
    wanted = {"checks": ("all-green",), "approvals": 1}
    stage.fault("reset", on="set", effect=True, times=1)
    with pytest.raises(UncertainError):
        stage.forge.set(path, "main", wanted)
    assert stage.forge.set(path, "main", wanted) == ()
    assert stage.forge.settings(path, "main").known["approvals"] == 1


# What one forge has and the others lack.


def of(kind):
    marks = [pytest.mark.forge] if kind == "gitea" else []
    return pytest.mark.parametrize("stage", [pytest.param(kind, marks=marks)], indirect=True)


@of("github")
def test_github_joins_our_rules_with_those_of_others(stage):
    path = stage.repository()
    stage.protects(path, ("older",), approvals=3)
    hold(stage, path)
    assert len(stage.world.at(path).rules) == 2
    known = stage.forge.settings(path, "main").known
    assert (set(known["checks"]), known["approvals"]) == ({"older", "all-green"}, 3)


@of("github")
def test_github_does_not_tell_older_protection_to_all(stage):
    path = stage.repository()
    stage.world.add_rule(path, "main", ("older",), 3)
    assert states(stage, path)["approvals"] == "unknown"


@of("github")
def test_github_leaves_what_a_person_has_added_to_our_rules(stage):
    path = stage.repository()
    stage.administers(path)
    hold(stage, path, Prescribed(checks=("all-green",), approvals=1))
    (rule,) = stage.world.at(path).rules
    rule.said["rules"].append({"type": "deletion"})
    rule.said["rules"][1]["parameters"]["dismiss_stale_reviews_on_push"] = True
    hold(stage, path, Prescribed(approvals=2))
    (rule,) = stage.world.at(path).rules
    assert [one["type"] for one in rule.said["rules"]] == ["required_status_checks", "pull_request", "deletion"]
    assert rule.said["rules"][1]["parameters"]["dismiss_stale_reviews_on_push"]
    assert rule.approvals == 2


@of("github")
def test_github_has_no_scanning_without_the_plan_for_it(stage):
    path = stage.repository(scanning=None)
    stage.administers(path)
    ((name, why),) = hold(stage, path, Prescribed(secret_scanning=True, delete_merged_branches=True))
    assert name == "secret_scanning"
    assert "not available" in why
    assert states(stage, path, Prescribed(delete_merged_branches=True)) == {"delete_merged_branches": "same"}


@of("github")
def test_github_takes_private_reports_in_public_alone(stage):
    path = stage.repository(private=True)
    assert states(stage, path, Prescribed(private_reporting=True)) == {"private_reporting": "no word"}


@of("gitlab")
def test_the_free_gitlab_has_no_word_for_what_is_paid_for(stage):
    stage.world.paid = False
    path = stage.repository()
    stage.administers(path)
    hold(stage, path)
    lacking = {"approvals", "code_owners", "secret_scanning", "private_reporting"}
    assert states(stage, path) == {name: "no word" if name in lacking else "same" for name in ALL.wanted}


@of("gitlab")
def test_gitlab_protects_a_branch_that_a_rule_for_many_means(stage):
    path = stage.repository()
    stage.administers(path)
    stage.world.add_rule(path, "*", force=True)
    hold(stage, path, Prescribed(block_force_pushes=True))
    assert [rule.pattern for rule in stage.world.at(path).rules] == ["main", "*"]
    assert states(stage, path, Prescribed(block_force_pushes=True)) == {"block_force_pushes": "same"}


@of("gitea")
def test_gitea_has_no_internal_repositories(stage):
    with pytest.raises(RefusedError, match="no internal"):
        stage.forge.create(f"{stage.owner}/orders", Born("internal"))


@of("gitea")
def test_gitea_takes_over_what_a_rule_for_many_says(stage):
    path = stage.repository()
    stage.administers(path)
    rule = {"rule_name": "m*", "required_approvals": 2, "dismiss_stale_approvals": True}
    stage.server.ask("POST", f"repos/{path}/branch_protections", rule)
    hold(stage, path, Prescribed(checks=("all-green",), approvals=1))
    made = stage.server.ask("GET", f"repos/{path}/branch_protections/main")
    assert (made["required_approvals"], made["dismiss_stale_approvals"]) == (2, True)
    assert made["status_check_contexts"] == ["all-green"]
