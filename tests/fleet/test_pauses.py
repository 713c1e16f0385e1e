"""A team's pause of updates: held within a bound, shown while it lasts, and no edit of an answer."""

import json
from datetime import date

import pytest

import scaffold
from tests import kit
from tests.scenarios.world import scaffold as command

TODAY = date(2027, 1, 15)
PAUSE = "updates: {{pause_until: {until}, reason: {reason}}}  # ours\n"
FILES = {"templates/base/copier.yml": "name: x\n", "templates/base/a.txt": "1\n", "templates/base/b.txt": "1\n"}


@pytest.fixture
def fleet(tmp_path):
    """Two members at 1.0.0 of a library at 1.1.0."""
    release(tmp_path, "1.0.0")
    (tmp_path / "members").mkdir()
    for name in ("one", "two"):
        scaffold.new("demo@1.0.0", tmp_path / "members" / name, source=str(tmp_path / "library"))
    release(tmp_path, "1.1.0")
    (tmp_path / "fleet.yml").write_text("members:\n  - glob: members/*\n")
    return tmp_path


def release(root, version, **more):
    manifest = kit.manifest("demo", version, **more)
    files = FILES | {"templates/base/a.txt": f"{version}\n"} if version != "1.0.0" else FILES
    kit.repo(root / "library", {"blueprints/demo/blueprint.yml": manifest, **files}, f"demo/v{version}")


def pause(root, until, name="one", reason="we ship a release"):
    answers = root / "members" / name / ".scaffold/answers.yml"
    kept = [line for line in answers.read_text().splitlines(keepends=True) if not line.startswith("updates:")]
    said = PAUSE.format(until=until, reason=reason)
    kit.repo(root / "members" / name, {".scaffold/answers.yml": "".join(kept) + said})


def planned(root, **more):
    found = scaffold.fleet_plan(root / "fleet.yml", **{"today": TODAY, "run_on": "loop"} | more).plan.results
    return {one.name: one for one in found}


def test_a_paused_member_is_blocked_and_says_until_when(fleet):
    pause(fleet, "2027-03-01")
    found = planned(fleet)
    assert [found[name].state for name in ("one", "two")] == ["blocked", "clean"]
    assert found["one"].why == "paused until 2027-03-01: we ship a release"
    assert found["one"].tree == ""
    assert planned(fleet, today=date(2027, 2, 28))["one"].state == "blocked"
    assert planned(fleet, today=date(2027, 3, 1))["one"].state == "clean"


def test_a_pause_is_no_edit_and_outlives_an_update(fleet):
    pause(fleet, "2027-03-01")
    project = fleet / "members/one"
    status = scaffold.status(project, today=TODAY)
    assert (status.edited_answers, status.state, str(status.paused.until)) == ((), "behind", "2027-03-01")
    done = scaffold.update(project, commit=True, today=TODAY)
    assert any("updates are paused until 2027-03-01 (we ship a release)" in note for note in done.notes)
    assert (
        "pause_until: 2027-03-01, reason: we ship a release}  # ours\n"
        in (project / ".scaffold/answers.yml").read_text()
    )
    assert scaffold.status(project, today=TODAY).state == "current"
    assert planned(fleet)["one"].state == "unchanged"
    project = fleet / "members/two"
    pause(fleet, "2027-03-01", "two")
    kit.repo(project, {".scaffold/answers.yml": (project / ".scaffold/answers.yml").read_text().replace("x", "y")})
    scaffold.update(project, commit=True, today=TODAY)
    assert "updates: {pause_until: 2027-03-01" in (project / ".scaffold/answers.yml").read_text()
    assert scaffold.status(project, today=date(2028, 1, 1)).paused is None


def test_a_pause_beyond_the_bound_is_not_honoured_and_it_is_said(fleet):
    pause(fleet, "2027-04-15")
    assert planned(fleet)["one"].state == "blocked"
    pause(fleet, "2027-04-16")
    found = planned(fleet)["one"]
    said = "its pause until 2027-04-16 is not honoured, for it ends more than 90 days ahead: we ship a release"
    assert (found.state, said in found.notes) == ("clean", True)
    standing = scaffold.fleet_status(fleet / "fleet.yml", today=TODAY, run_on="loop").members[0]
    assert said in standing.notes
    (fleet / "fleet.yml").write_text("members:\n  - glob: members/*\npauses: {longest: 91}\n")
    assert planned(fleet)["one"].state == "blocked"
    (fleet / "fleet.yml").write_text("members:\n  - glob: members/*\npauses: {longest: 0}\n")
    assert planned(fleet)["one"].state == "clean"


@pytest.mark.parametrize("last", [{}, {"security": True}], ids=["on the way", "the newest"])
def test_a_release_for_security_is_offered_all_the_same(fleet, last):
    pause(fleet, "2027-03-01")
    release(fleet, "1.1.1", security=not last)
    assert planned(fleet, to="1.1.0")["one"].state == "blocked"
    release(fleet, "1.2.0", **last)
    found = planned(fleet)["one"]
    secure = "1.2.0" if last else "1.1.1"
    note = f"offered for security, by demo {secure}, though paused until 2027-03-01: we ship a release"
    assert (found.state, found.notes) == ("clean", (note,))
    scaffold.update(fleet / "members/one", to="1.1.1", commit=True, today=TODAY)
    assert planned(fleet)["one"].state == ("clean" if last else "blocked"), "that one is passed already"


def test_who_is_paused_is_shown_and_can_be_selected(fleet):
    pause(fleet, "2027-03-01")
    words = ("--fleet", fleet / "fleet.yml", "--today", TODAY)
    done = command("fleet", "status", *words, "--format", "json", where=fleet)
    one, two = done.json["projects"]
    assert (one["states"], one["paused"]) == (
        ["behind", "paused"],
        {"until": "2027-03-01", "reason": "we ship a release"},
    )
    assert (two["states"], two["paused"], done.json["summary"]["paused"]) == (["behind"], None, 1)
    text = command("fleet", "status", *words, where=fleet).out
    assert "until 2027-03-01: we ship a release: one" in text
    assert "2027-03-01" in command("fleet", "status", *words, "--format", "csv", where=fleet).out
    assert [*planned(fleet, where="paused")] == ["one"]
    assert [*planned(fleet, where="!paused")] == ["two"]
    plan = command("fleet", "plan", *words, where=fleet)
    assert (plan.code, "paused until 2027-03-01: we ship a release" in plan.out) == (3, True)


def test_an_author_sees_what_a_release_does_to_those_who_wait_too(fleet):
    pause(fleet, "2027-03-01")
    kit.write(fleet / "library", {"templates/base/b.txt": "2\n"})
    impact = scaffold.blueprint_impact(
        "demo", library=fleet / "library", fleet=fleet / "fleet.yml", run_on="loop", today=TODAY
    )
    assert [one.state for one in impact.plan.results] == ["clean", "clean"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("pauses: {longest: -1}", "`pauses.longest` must be a number of days"),
        ("pauses: {longest: true}", "`pauses.longest` must be a whole number"),
        ("pauses: {most: 1}", "`pauses.most` is not a key"),
    ],
)
def test_a_mistake_in_the_bound_is_named_with_its_line(fleet, said, message):
    (fleet / "fleet.yml").write_text(f"members:\n  - glob: members/*\n{said}\n")
    done = command("fleet", "plan", where=fleet)
    assert (done.code, f"fleet.yml:3: {message}" in done.err) == (1, True), done.err


def test_status_says_it_in_json(fleet):
    pause(fleet, "2999-03-01")
    done = command("status", "--format", "json", where=fleet / "members/one")
    assert json.loads(done.out)["paused"] == {"until": "2999-03-01", "reason": "we ship a release"}
    text = command("status", where=fleet / "members/one").out
    assert "paused       until 2999-03-01: we ship a release" in text
