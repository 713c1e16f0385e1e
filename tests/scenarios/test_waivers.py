"""Waivers through the commands that meet them: waive, check, status and update."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

import scaffold as api
from scaffold.blueprint.patterns import pattern_of
from tests.scenarios.world import MANIFEST, NEXT, commit, git, make_library, release, scaffold, stamp

GUARDED = MANIFEST + "guardrails:\n  waivers:\n    approvers: ['@platform/security']\n"
WHO = ("--owner", "@acme/checkout")
TODAY = datetime.now(UTC).date()


@pytest.fixture
def library(tmp_path):
    return make_library(tmp_path / "library", manifest=GUARDED)


@pytest.fixture
def project(library, tmp_path):
    project = stamp(library, tmp_path / "project")
    (project / "ci.yml").write_text("steps: [one]\nours: true\n")
    text = (project / "settings.toml").read_text()
    (project / "settings.toml").write_text(text.replace("level = 1  # strict", "level = 0"))
    commit(project)
    return project


def waive(project, rule, *more):
    done = scaffold("waive", rule, "--reason", "We must", "--expires", "20d", *WHO, *more, where=project)
    assert done.code == 0, done.err
    commit(project)
    return done


def test_a_waiver_turns_a_finding_into_a_waived_one(project):
    assert scaffold("check", where=project).code == 3
    said = waive(project, "LK-01").out
    assert f"LK-01 is waived in /ci.yml until {TODAY + timedelta(20)}" in said
    assert "reviewed by @platform/security" in said
    states = {f["rule"]: f["state"] for f in scaffold("check", "--format", "json", where=project).json["findings"]}
    assert states == {"LK-01": "waived", "LK-02": "fail"}
    waive(project, "LK-02", "--path", "*.toml")
    assert scaffold("check", where=project).code == 0


def test_what_cannot_be_waived_is_refused_and_nothing_is_written(project):
    tries = {
        ("LK-03",): "LK-03 finds nothing that could be waived",
        ("WV-01",): "WV-01 cannot be waived",
        ("XX-1",): "there is no rule XX-1 here",
        ("LK-01", "--approver", "@acme/checkout"): "somebody else has to approve it",
        ("LK-01", "--approver", "@acme/friends"): "the blueprint names @platform/security",
        ("LK-01", "--path", "/notes.md"): "LK-01 finds nothing there: /notes.md",
        ("LK-01", "--finding", "0123456789abcdef"): "LK-01 finds nothing there: 0123456789abcdef",
        ("LK-01", "--expires", "500d"): "it would hold for 500 days, and a rule of high severity allows 90",
    }
    for words, said in tries.items():
        done = scaffold("waive", "--reason", "We must", "--expires", "20d", *WHO, *words, where=project)
        assert (done.code, done.out) == (1, ""), words
        assert said in done.err
    assert scaffold("waive", "LK-01", "--reason", "We must", "--expires", "soon", where=project).code == 2
    nobody = scaffold("waive", "LK-01", "--reason", "We must", "--expires", "20d", where=project)
    assert "give --owner" in nobody.err
    assert not (project / ".scaffold/waivers.yml").exists()


def test_a_waived_locked_file_and_key_are_merged_on_update(project, library):
    waive(project, "LK-01")
    waive(project, "LK-02")
    release(library, "1.1.0", NEXT | {"ci.yml": "first: line\nsteps: [one]\n"}, manifest=GUARDED)
    dry = scaffold("update", "--dry-run", where=project).out
    assert "waived, so not put back: ci.yml (.scaffold/waivers.yml:4, until" in dry
    done = scaffold("update", "--commit", "--format", "json", where=project)
    assert done.code == 3, "the team's level and the blueprint's new one meet in one line"
    assert done.json["drift_replaced"] == []
    assert {one["path"] for one in done.json["waived"]} == {"ci.yml", "settings.toml"}
    assert (project / "ci.yml").read_text() == "first: line\nsteps: [one]\nours: true\n"
    assert [one["path"] for one in done.json["conflicts"]] == ["settings.toml"]
    assert scaffold("resolve", "settings.toml", "--ours", where=project).code == 0
    assert scaffold("update", "--continue", where=project).code == 0
    assert "level = 0" in (project / "settings.toml").read_text()
    states = {f["rule"]: f["state"] for f in scaffold("check", "--format", "json", where=project).json["findings"]}
    assert states == {"LK-01": "waived", "LK-02": "waived"}
    again = scaffold("update", "--format", "json", where=project)
    assert (again.code, again.json["up_to_date"]) == (0, True)


def test_a_waived_file_that_the_blueprint_moves_is_merged_there_and_the_waiver_is_to_follow(project, library):
    waive(project, "LK-01")
    manifest = GUARDED.replace("/ci.yml: locked", "/gates.yml: locked")
    release(library, "1.1.0", {"ci.yml": None, "gates.yml": "steps: [one]\n"}, manifest=manifest)
    done = scaffold("update", "--format", "json", where=project)
    assert (project / "gates.yml").read_text() == "steps: [one]\nours: true\n"
    (waived,) = done.json["waived"]
    assert "it names ci.yml: name gates.yml in it" in waived["waiver"]


def test_once_it_has_ended_the_file_is_put_back(project):
    waive(project, "LK-01")
    ended = (project / ".scaffold/waivers.yml").read_text()
    for day, moved in ((TODAY, TODAY - timedelta(40)), (TODAY + timedelta(20), TODAY - timedelta(20))):
        ended = ended.replace(str(day), str(moved))
    (project / ".scaffold/waivers.yml").write_text(ended)
    commit(project)
    done = scaffold("check", where=project)
    assert done.code == 3
    assert f"its waiver expired on {TODAY - timedelta(20)}" in done.out
    assert "expired" in scaffold("status", where=project).out
    assert {one["path"] for one in scaffold("update", "--format", "json", where=project).json["drift_replaced"]} == {
        "ci.yml", "settings.toml",
    }  # fmt: skip
    assert (project / "ci.yml").read_text() == "steps: [one]\n"


def test_status_counts_waived_drift_as_none_and_names_what_lapses(project):
    waive(project, "LK-01")
    waive(project, "LK-02")
    done = scaffold("status", "--format", "json", where=project)
    assert (done.code, done.json["drift"]) == (0, [])
    assert [(one["rule"], one["state"]) for one in done.json["waivers"]] == [("LK-01", "lapsing"), ("LK-02", "lapsing")]
    assert "the exception to LK-01 lapses on" in scaffold("status", where=project).out


def test_comments_and_other_entries_stay(project):
    waive(project, "LK-01")
    place = project / ".scaffold/waivers.yml"
    place.write_text(place.read_text().replace("- rule", "# agreed in spring\n- rule"))
    waive(project, "LK-02", "--link", "https://example.org/42")
    text = place.read_text()
    assert "# agreed in spring" in text
    assert text.count("- rule:") == 2
    assert "link: https://example.org/42" in text
    assert git("status", "--porcelain", where=project) == ""


def test_a_path_with_signs_of_patterns_is_waived_by_itself(tmp_path):
    declared = "  rules:\n    A-1:\n      title: T\n      severity: low\n      absent: /odd/\n"
    project = stamp(make_library(tmp_path / "library", manifest=GUARDED + declared), tmp_path / "project")
    (project / "odd").mkdir()
    for one in ("[id].ts", "i.ts", "a*.ts", "ab.ts"):
        (project / "odd" / one).write_text("x\n")
    waived = {"odd/[id].ts", "odd/a*.ts"}
    for path in waived:
        api.waive("A-1", reason="We must", expires=TODAY, path=pattern_of(path), owner="@a", directory=project)
    states = {f["path"]: f["state"] for f in scaffold("check", "--format", "json", where=project).json["findings"]}
    assert {path for path, state in states.items() if state == "waived"} == waived
    assert {path for path, state in states.items() if state == "fail"} == {"odd/i.ts", "odd/ab.ts"}
    api.waive("A-1", reason="We must", expires=TODAY, owner="@a", directory=project)
    assert scaffold("check", where=project).code == 0


@pytest.mark.parametrize("content", ["", "# none yet", "# none\n", "waivers:\n", "waivers: []\n", "waivers: []"])
def test_a_file_with_no_waivers_yet_takes_one(project, content):
    (project / ".scaffold/waivers.yml").write_text(content)
    waive(project, "LK-01")
    waive(project, "LK-02")
    assert scaffold("check", where=project).code == 0


def test_waivers_on_one_line_are_two(project):
    entry = "{{rule: {}, scope: '{}', reason: We must, content: {}, owner: '@a', approver: '@platform/security', created: {}, expires: {}}}"
    id_ = git("rev-parse", "HEAD:ci.yml", where=project).strip()
    entries = [entry.format("LK-01", scope, id_, TODAY, TODAY) for scope in ("/none", "/ci.yml")]
    (project / ".scaffold/waivers.yml").write_text(f"waivers: [{', '.join(entries)}]\n")
    done = scaffold("check", "--format", "json", where=project).json
    assert [one["waiver"] for one in done["findings"] if one["waiver"]] == [".scaffold/waivers.yml:1 (2)"]
    assert [one["state"] for one in done["waivers"]] == ["unused", "lapsing"]


def test_waivers_written_at_once_are_all_there(project):
    rules = ("LK-01", "LK-02")
    with ThreadPoolExecutor() as pool:
        words = [("waive", rule, "--reason", "We must", "--expires", "20d", *WHO) for rule in rules]
        done = list(pool.map(lambda one: scaffold(*one, where=project), words))
    written = (project / ".scaffold/waivers.yml").read_text().count("- rule:")
    assert written == sum(one.code == 0 for one in done)
    assert all(one.code == 0 or "another scaffold is at work" in one.err for one in done), done
