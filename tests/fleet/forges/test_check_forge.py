"""`scaffold check --forge`: the settings that were published hold afterwards, and what undoes them is found."""

import json
import os
from datetime import date

import pytest

import scaffold
from tests.fleet.forges.conftest import TOKEN
from tests.forges.stage import BOT
from tests.golden.stamping import ANSWERS
from tests.kit import git

TODAY = date(2026, 2, 1)


@pytest.fixture
def published(library, tmp_path, address):
    return scaffold.new("demo", tmp_path / "orders", source=str(library), publish=address).root


def states(root, **more):
    checked = scaffold.check(root, forge=True, **more)
    return {one.rule.id: one.state for one in checked.verdicts if one.rule.id.startswith("FS-")}


def test_what_was_published_holds_and_what_is_undone_is_found(stage, published):
    path = f"{stage.owner}/orders"
    held = "not_applicable" if stage.kind == "gitea" else "pass"
    assert states(published) == {"FS-01": "pass", "FS-02": "pass", "FS-03": "pass", "FS-04": held, "FS-05": "pass"}
    if stage.kind == "gitea":
        stage.server.ask("DELETE", f"repos/{path}/branch_protections/main")
    else:
        repo = stage.world.at(path)
        repo.rules, repo.pipeline, repo.approvers = [], False, 0
    assert states(published) == {"FS-01": "fail", "FS-02": "fail", "FS-03": "fail", "FS-04": held, "FS-05": "pass"}


def test_what_the_built_in_blueprint_prescribes_is_set_and_holds(stage, tmp_path, address):
    root = scaffold.new("python-http-service", tmp_path / "orders", data=ANSWERS, publish=address).root
    held = "not_applicable" if stage.kind == "gitea" else "pass"
    assert states(root) == {"FS-01": "pass", "FS-02": "pass", "FS-03": "pass", "FS-04": held, "FS-05": "pass"}
    assert {"mission-checkout", "tier-standard"} <= set(stage.forge.repository(f"{stage.owner}/orders").topics)


def test_nobody_is_asked_unasked(stage, published):
    before = stage.asked("all")
    checked = scaffold.check(published)
    assert stage.asked("all") == before
    assert not any(one.rule.id.startswith("FS-") for one in checked.verdicts)


def test_it_is_unknown_without_a_token_a_network_or_a_right(stage, published, monkeypatch):
    assert set(states(published, offline=True).values()) == {"unknown"}
    monkeypatch.delenv(TOKEN)
    assert set(states(published).values()) == {"unknown"}
    if stage.kind != "gitea":
        monkeypatch.setenv(TOKEN, stage.token)
        stage.world.give(f"{stage.owner}/orders", BOT, "none")
        assert set(states(published).values()) == {"unknown"}


def test_an_exception_to_one_is_in_order(stage, published):
    if stage.kind != "github":
        pytest.skip("the same for all")
    stage.world.at(f"{stage.owner}/orders").rules = []
    on = {"expires": date(2026, 3, 1), "directory": published, "owner": "@a", "approver": "@b", "today": TODAY}
    scaffold.waive("FS-02", reason="A team of one, until March", **on)
    checked = scaffold.check(published, forge=True, today=TODAY)
    found = {one.rule.id: one.state for one in checked.verdicts}
    assert (found["FS-01"], found["FS-02"], found["WV-01"]) == ("fail", "waived", "pass")


def test_it_does_not_apply_without_a_remote_at_a_forge(library, tmp_path):
    root = scaffold.new("demo", tmp_path / "orders", source=str(library)).root
    assert set(states(root).values()) == {"not_applicable"}
    git(root, "remote", "add", "origin", os.devnull)
    assert set(states(root).values()) == {"not_applicable"}
    git(root, "remote", "set-url", "origin", "https://git.nobody.example/a/b.git")
    assert set(states(root).values()) == {"not_applicable"}


def test_a_lock_that_prescribes_less_than_its_blueprint_is_found(library, tmp_path):
    root = scaffold.new("demo", tmp_path / "orders", source=str(library)).root
    file = root / ".scaffold/lock.json"
    said = json.loads(file.read_text())
    said["forge"]["default_branch"]["approvals"] = 0
    file.write_text(json.dumps(said))
    for how in ({"verify": True}, {"policy": str(library)}):
        checked = scaffold.check(root, **how)
        (found,) = [one for verdict in checked.verdicts for one in verdict.findings if one.key == "forge"]
        assert (found.rule, found.state) == ("LK-04", "fail")
    assert scaffold.check(root, forge=True, policy=str(library)).verdicts  # and the policy's word is what holds
