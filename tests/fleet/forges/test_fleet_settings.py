"""Settings of a whole fleet: compared and planned first, set as planned, and nothing a person has made stricter loosened."""

import json
import os
import subprocess
import sys

import pytest
import yaml

import scaffold
from scaffold.errors import FormatError
from scaffold.forges.pacing import Limits
from tests.fleet.forges.conftest import TOKEN
from tests.fleet.forges.test_settings import WORDLESS
from tests.forges.stage import ADAPTERS
from tests.kit import git
from tests.scenarios import world as scenario

pytestmark = pytest.mark.long  # many processes, and a forge for each

LACKING = {
    "checks",
    "approvals",
    "code_owners",
    "block_force_pushes",
    "secret_scanning",
    "private_reporting",
    "topics",
    "delete_merged_branches",
}


@pytest.fixture
def fleet(stage, known, library, tmp_path):
    """Two members at the forge, that were pushed and never set, and a file that lists them."""
    root = scaffold.new("demo", tmp_path / "m", source=str(library)).root
    paths = []
    for _ in range(2):
        path = stage.repository()
        stage.administers(path)
        done = stage.push(root, path, "+HEAD:refs/heads/main")
        assert done.returncode == 0, done.stderr
        paths.append(path)
    said = {
        "kind": stage.kind,
        "api": f"{stage.url}{ADAPTERS[stage.kind][1]}",
        "token_env": TOKEN,
        "limits": dict.fromkeys(Limits._fields, 0),
    }
    start = known.removesuffix(f"{stage.owner}/orders")
    members = [{"url": f"{start}{path}.git", "name": f"m{number}"} for number, path in enumerate(paths)]
    file = tmp_path / "fleet.yml"
    file.write_text(yaml.safe_dump({"members": members, "forges": {stage.forge.host: said}}))
    return file, paths


def planned(fleet, **more):
    return scaffold.fleet_settings(fleet[0], run_on="loop", **more)


def states(plan, number=0):
    return {one.setting: one.state for one in plan.repositories[number].settings}


def outcomes(done):
    return {one.outcome for row in done.repositories for one in row.settings}


def test_planned_first_then_set_then_nothing_is_left(stage, fleet):
    before = stage.asked("set")
    first = planned(fleet)
    wordless = WORDLESS[stage.kind]
    assert states(first.plan) == {name: "no word" if name in wordless else "looser" for name in LACKING}
    assert stage.asked("set") == before
    assert first.plan.is_clean
    done = scaffold.fleet_settings_apply(first.file, fleet[0])
    assert done.is_clean
    assert outcomes(done) == {"set"}
    assert not planned(fleet).plan.to_set
    again = scaffold.fleet_settings_apply(first.file, fleet[0])
    assert again.is_clean
    assert outcomes(again) == {"holds"}


def test_what_a_person_has_made_stricter_stays(stage, fleet):
    stage.forge.set(fleet[1][0], "main", {"approvals": 3})
    first = planned(fleet)
    row = next(one for one in first.plan.repositories if fleet[1][0] in one.repository)
    assert {one.setting: one.state for one in row.settings}["approvals"] == "stricter"
    assert scaffold.fleet_settings_apply(first.file, fleet[0]).is_clean
    assert stage.forge.settings(fleet[1][0], "main").known["approvals"] == 3


def test_what_has_moved_since_is_left_alone_and_said(stage, fleet):
    first = planned(fleet)
    stage.forge.set(fleet[1][0], "main", {"topics": ("new",)})
    done = scaffold.fleet_settings_apply(first.file, fleet[0])
    moved = [one for one in done.repositories if one.why]
    assert [fleet[1][0] in one.repository for one in moved] == [True]
    assert "plan again" in moved[0].why
    assert not done.is_clean
    assert scaffold.fleet_settings_apply(planned(fleet).file, fleet[0]).is_clean
    assert set(stage.forge.settings(fleet[1][0], "main").known["topics"]) == {"new", "demo", "python"}


def test_one_that_may_not_be_set_stops_no_other(stage, fleet):
    if stage.kind == "gitea":
        pytest.skip("rights of one repository are taken at the forges of the tests")
    first = planned(fleet)
    stage.world.give(fleet[1][0], "scaffold-bot", "push")
    done = scaffold.fleet_settings_apply(first.file, fleet[0])
    assert not done.is_clean
    good = next(one for one in done.repositories if fleet[1][1] in one.repository)
    bad = next(one for one in done.repositories if fleet[1][0] in one.repository)
    assert good.is_done
    assert {one.outcome for one in bad.settings} <= {"refused", "unknown"}


def test_one_that_cannot_be_asked_is_said(stage, fleet):
    if stage.kind == "gitea":
        pytest.skip("the same for all")
    first = planned(fleet)
    stage.deletes(fleet[1][0])
    done = scaffold.fleet_settings_apply(first.file, fleet[0])
    assert [bool(one.why) for one in done.repositories].count(True) == 1


def test_a_folder_is_asked_for_where_its_remote_is(stage, fleet):
    file, paths = fleet
    folder = file.parent / "m"
    git(folder, "remote", "add", "origin", f"{stage.url}/{paths[0]}.git")
    said = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump(said | {"members": [{"folder": "m"}]}))
    (row,) = planned(fleet).plan.to_set
    assert row.branch == "main"
    git(folder, "remote", "remove", "origin")
    (row,) = planned(fleet).plan.repositories
    assert "at no forge" in row.why


def test_a_plan_that_was_changed_is_none(stage, fleet):
    if stage.kind != "github":
        pytest.skip("the same for all")
    file = planned(fleet).file
    document = json.loads(file.read_text())
    document["repositories"][0]["settings"][0]["wanted"] = ["other"]
    file.chmod(0o644)
    file.write_text(json.dumps(document))
    with pytest.raises(FormatError, match="was changed since"):
        scaffold.fleet_settings_apply(file, fleet[0])
    with pytest.raises(FormatError):
        scaffold.fleet_show(file)


def test_a_plan_of_the_other_kind_is_refused(stage, fleet):
    if stage.kind != "github":
        pytest.skip("the same for all")
    with pytest.raises(FormatError, match="a plan of settings, and not of updates"):
        scaffold.fleet_show(planned(fleet).file)
    git(fleet[0].parent / "m", "checkout", "--quiet", "main")
    updates = scaffold.fleet_plan(fleet[0], run_on="loop")
    with pytest.raises(FormatError, match="no plan of settings"):
        scaffold.fleet_settings_apply(updates.folder / "plan.json", fleet[0])


def test_the_command_line(stage, fleet):
    if stage.kind != "github":
        pytest.skip("the same for all")

    def run(*words):
        command = [sys.executable, "-m", "scaffold", "fleet", "settings", "--fleet", str(fleet[0]), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)

    said = json.loads(run("--where", "name=m0", "--format", "json").stdout)
    assert said["summary"] == {"looser": 8, "unreadable": 0}
    place = next((fleet[0].parent / "campaigns").glob(f"settings-{said['id'][:12]}.json"))
    done = run("--apply", str(place))
    assert done.returncode == 0, done.stderr
    assert "1 of 1 repositories stand as planned" in done.stdout
    refused = scenario.scaffold("fleet", "settings", "--apply", place, "--where", "name=m0", where=fleet[0].parent)
    assert refused.code == 2, refused.err
