"""Who is judged does not write the law: ways to weaken a project, each found by `check --policy`, and what else sees it.

What is done and said of each stands in cases.yml, from which docs/generate.py writes a page.
"""

import json
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import scaffold
from scaffold.errors import FormatError, ScaffoldError, SourceError
from scaffold.tree import blob_id
from tests import kit
from tests.scenarios import world
from tests.scenarios.world import commit, git

CASES = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text())["weaken"]
TODAY = datetime.now(UTC).date()
OWNER, PLATFORM, FRIEND = "@acme/orders", "@acme/platform", "@acme/friends"
WORKFLOW = f"acme/library/.github/workflows/guardrails.yml@{'1' * 40}"
QUESTIONS = f"""\
owner: {{type: str, default: "{OWNER}"}}
platform_team: {{type: str, default: "{PLATFORM}"}}
platform_workflow: {{type: str, default: "{WORKFLOW}"}}
tier: {{type: str, default: critical, choices: [standard, critical]}}
"""
CI = """\
on: push
jobs:
  gates: {steps: [one, two]}
{% if platform_workflow %}  guardrails: {uses: "{{ platform_workflow }}"}
{% endif %}"""
LAYER = {
    "copier.yml": QUESTIONS,
    ".github/workflows/ci.yml.jinja": CI,
    ".github/CODEOWNERS.jinja": "* {{ owner }}\n/.github/ {{ platform_team }}\n",
    "settings.toml": "[tool.lint]\nlevel = 1\n\n[tool.other]\na = 1\n",
    "{% if tier == 'critical' %}slo.yml{% endif %}": "availability: 99.9\n",
    "notes.md": "Notes\n",
}
RULES: dict[str, Any] = {
    "A-1": {"title": "No TODO", "severity": "high", "pattern": {"files": "*.md", "deny": "TODO"}},
    "A-2": {"title": "An objective", "severity": "high", "present": "/slo.yml", "when": "{{ tier == 'critical' }}"},
}
GUARDRAILS = {"rules": RULES, "waivers": {"approvers": ["{{ platform_team }}"], "longest": {"high": 30}}}
OWNERSHIP = {
    "*": "managed",
    "/.github/**": "locked",
    "/settings.toml": {"file": "managed", "keys": {"tool.lint": "locked"}},
}


class World(NamedTuple):
    """A library, a fork of it whose rules are looser, and a project of the library."""

    library: Path
    fork: Path
    project: Path

    def lock(self, change: Callable[[dict[str, Any]], None]) -> None:
        place = self.project / ".scaffold/lock.json"
        lock = json.loads(place.read_text())
        change(lock)
        place.write_text(json.dumps(lock, indent=2))

    def edit(self, path: str, old: str, new: str) -> str:
        place = self.project / path
        assert old in place.read_text()
        place.write_text(place.read_text().replace(old, new))
        return blob_id(place.read_bytes())

    def answer(self, **data: str) -> None:
        kit.repo(self.project, {})
        scaffold.update(self.project, data=data, commit=True)

    def waive(self, **more: Any) -> None:
        entry = {
            "rule": "LK-01", "scope": "/.github/workflows/ci.yml", "reason": "The gates take longer here",
            "owner": OWNER, "approver": PLATFORM, "created": str(TODAY), "expires": str(TODAY + timedelta(10)),
        }  # fmt: skip
        entry["content"] = blob_id((self.project / ".github/workflows/ci.yml").read_bytes())
        (self.project / ".scaffold/waivers.yml").write_text(yaml.safe_dump({"waivers": [entry | more]}))


def make_library(root: Path, **more: Any) -> Path:
    manifest = {"guardrails": GUARDRAILS, "ownership": OWNERSHIP} | more
    return kit.repo(kit.library(root, {"base": LAYER}, **manifest), {}, "demo/v1.0.0")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = tmp_path_factory.mktemp("policy")
    library = make_library(place / "library")
    fork = make_library(place / "fork", guardrails={"rules": {}})
    kit.library(library, {"base": LAYER}, guardrails=GUARDRAILS, ownership=OWNERSHIP, version="1.1.0", oldest="1.1.0")
    kit.repo(library, {}, "demo/v1.1.0")
    kit.library(fork, {"base": LAYER}, guardrails={"rules": {}}, version="1.1.0")
    kit.repo(fork, {}, "demo/v1.1.0")
    project = scaffold.new("demo", place / "project", source=str(library)).root
    kit.repo(project, {})
    return World(library, fork, project)


@pytest.fixture
def world_(made, tmp_path):
    return made._replace(project=shutil.copytree(made.project, tmp_path / "project", symlinks=True))


class Row(NamedTuple):
    """A way to weaken a project: what is done; what `--policy` says, and what a plain check says of it, if anything."""

    tamper: Callable[[World], None]
    policy: str
    plain: str = ""


def rules_emptied(here: World) -> None:
    here.lock(lambda lock: lock.update(guardrails={"rules": {}}))


def rules_gone(here: World) -> None:
    here.lock(lambda lock: lock.pop("guardrails"))


def rule_off(here: World) -> None:
    here.lock(lambda lock: lock["guardrails"]["rules"].update({"A-1": {"applies": False}}))
    here.edit("notes.md", "Notes", "TODO")


def severity(here: World) -> None:
    here.lock(lambda lock: lock["guardrails"]["rules"]["A-1"].update(severity="low"))


def unlocked(here: World) -> None:
    here.lock(lambda lock: lock["files"][".github/workflows/ci.yml"].update(ownership="managed", sha256=None))
    here.edit(".github/workflows/ci.yml", "two", "three")


def forged(here: World) -> None:
    id_ = here.edit(".github/workflows/ci.yml", "two", "three")
    here.lock(lambda lock: lock["files"][".github/workflows/ci.yml"].update(blob=id_, sha256=None))


def forgotten(here: World) -> None:
    (here.project / ".github/workflows/ci.yml").unlink()
    here.lock(lambda lock: lock["files"].pop(".github/workflows/ci.yml"))


def pending(here: World) -> None:
    id_ = here.edit(".github/workflows/ci.yml", "two", "three")
    here.lock(lambda lock: lock["files"][".github/workflows/ci.yml"].update(pending=id_, sha256=None))


def key_forged(here: World) -> None:
    here.edit("settings.toml", "level = 1", "level = 0")
    here.lock(lambda lock: lock["files"]["settings.toml"].pop("keys"))


def outlived(here: World) -> None:
    commit_ = git("rev-parse", "demo/v1.0.0", where=here.library).strip()
    here.lock(lambda lock: lock.update(version="1.0.0", commit=commit_))


def other_commit(here: World) -> None:
    here.lock(lambda lock: lock.update(commit="1" * 40))


def newer(here: World) -> None:
    here.lock(lambda lock: lock.update(version="9.0.0"))


def other_blueprint(here: World) -> None:
    here.lock(lambda lock: lock.update(blueprint="lenient"))


def forked(here: World) -> None:
    here.lock(lambda lock: lock.update(source=str(here.fork)))


def forked_next(here: World) -> None:
    here.edit(".scaffold/answers.yml", str(here.library), str(here.fork))


def tier(here: World) -> None:
    here.lock(lambda lock: lock["answers"].update(tier="standard"))


def tier_everywhere(here: World) -> None:
    tier(here)
    here.edit(".scaffold/answers.yml", "tier: critical", "tier: standard")


def owner_approves(here: World) -> None:
    here.answer(platform_team="@ACME/Orders")


def no_answer(here: World) -> None:
    here.lock(lambda lock: lock["answers"].update(tier="whatever"))


def unheld(here: World) -> None:
    here.answer(platform_workflow="")


def waived_lock(here: World) -> None:
    here.waive(rule="LK-04", scope="/.scaffold/lock.json")


def longest(here: World) -> None:
    here.edit(".github/workflows/ci.yml", "two", "three")
    here.lock(lambda lock: lock["guardrails"]["waivers"].update(longest={"high": 4000}))
    here.waive(expires=str(TODAY + timedelta(2000)))


def approver(here: World) -> None:
    here.edit(".github/workflows/ci.yml", "two", "three")
    here.lock(lambda lock: lock["guardrails"]["waivers"].update(approvers=[FRIEND]))
    here.waive(approver=FRIEND)


def spelled(here: World) -> None:
    here.edit(".github/workflows/ci.yml", "two", "three")
    here.waive(owner="group:acme/PLATFORM/")


def everything(here: World) -> None:
    here.edit(".github/workflows/ci.yml", "two", "three")
    here.waive(scope="*")


def edited_since(here: World) -> None:
    here.edit(".github/workflows/ci.yml", "two", "three")
    here.waive()
    here.edit(".github/workflows/ci.yml", "three", "none")


def gates(here: World) -> None:
    here.edit(".github/workflows/ci.yml", "steps: [one, two]", "steps: []")


def owners(here: World) -> None:
    here.edit(".github/CODEOWNERS", PLATFORM, OWNER)


ROWS = {
    "rules-emptied": Row(rules_emptied, "LK-04 does not hold the rules", "note names no rules"),
    "rules-gone": Row(rules_gone, "LK-04 does not hold the rules", "note brings no guardrails"),
    "rule-off": Row(rule_off, "A-1 TODO"),
    "severity": Row(severity, "LK-04 does not hold the rules"),
    "unlocked": Row(unlocked, "LK-01 was edited"),
    "forged": Row(forged, "LK-01 was edited"),
    "forgotten": Row(forgotten, "LK-01 was deleted", "note not held by CI"),
    "pending": Row(pending, "LK-01 was edited"),
    "key-forged": Row(key_forged, "LK-02 tool.lint.level is locked"),
    "outlived": Row(outlived, "LK-04 older than 1.1.0"),
    "other-commit": Row(other_commit, "LK-04 names the commit"),
    "newer": Row(newer, "LK-04 has no demo 9.0.0"),
    "other-blueprint": Row(other_blueprint, "LK-04 has no blueprint lenient"),
    "fork": Row(forked, "LK-04 as its source"),
    "fork-next": Row(forked_next, "LK-04 the next update would come from"),
    "tier": Row(tier, "LK-04 the lock says tier: standard"),
    "tier-everywhere": Row(tier_everywhere, "LK-04 the lock holds slo.yml"),
    "no-answer": Row(no_answer, "LK-04 does not take the answers"),
    "owner-approves": Row(owner_approves, "LK-04 would approve its exceptions", "note lets it approve exceptions"),
    "unheld": Row(unheld, "LK-04 platform_workflow is not answered", "note not held by CI"),
    "waived-lock": Row(waived_lock, "WV-01 LK-04 is no rule", "WV-01 LK-04 is no rule"),
    "longest": Row(longest, "WV-01 it would hold for 2000 days"),
    "approver": Row(approver, "WV-01 may not approve"),
    "spelled": Row(spelled, "WV-01 somebody else has to approve", "WV-01 somebody else has to approve"),
    "everything": Row(everything, "WV-01 names nothing", "WV-01 names nothing"),
    "edited-since": Row(edited_since, "LK-01 waives another content", "LK-01 waives another content"),
    "gates": Row(gates, "LK-01 was edited", "LK-01 was edited"),
    "owners": Row(owners, "LK-01 was edited", "LK-01 was edited"),
}


def said(checked: Any) -> list[str]:
    fails = [f"{one.rule} {one.message}" for one in checked.findings if one.state == "fail"]
    return [*fails, *(f"note {note}" for note in checked.notes)]


def tells(checked: Any, wanted: str) -> bool:
    head, _, rest = wanted.partition(" ")
    return any(one.startswith(f"{head} ") and rest in one for one in said(checked))


def test_what_is_as_stamped_is_clean(made):
    checked = scaffold.check(made.project, policy=str(made.library))
    assert (said(checked), checked.summary["unknown"]) == ([], 0)
    assert said(scaffold.check(made.project, verify=True)) == said(scaffold.check(made.project)) == []


@pytest.mark.parametrize("name", ROWS)
def test_a_way_to_weaken_is_found(world_, name):
    row = ROWS[name]
    row.tamper(world_)
    checked = scaffold.check(world_.project, policy=str(world_.library))
    assert tells(checked, row.policy), said(checked)
    assert checked.fails()
    plain = scaffold.check(world_.project)
    assert tells(plain, row.plain) if row.plain else said(plain) == [], said(plain)


def test_what_the_page_says_is_what_is_found():
    expected = {
        name: (row.policy.split()[0], (row.plain or "nothing").split()[0].replace("note", "a note"))
        for name, row in ROWS.items()
    }
    assert {name: (case["policy"], case["plain"]) for name, case in CASES.items()} == expected


def test_somebody_whom_nobody_outside_names_is_unknown_and_fails_strictly(world_):
    world_.answer(platform_team=FRIEND)
    checked = scaffold.check(world_.project, policy=str(world_.library))
    (unknown,) = (one for one in checked.findings if one.state == "unknown")
    assert f"nobody outside says that platform_team is {FRIEND}" in unknown.message
    assert (checked.fails(), checked.fails(strict=True)) == (False, True)


def check(where: Path, *words: Any, **environment: str) -> world.Done:
    return world.scaffold("check", *words, where=where, **environment)


def test_no_lock_is_an_error_and_with_a_blueprint_an_audit(world_, tmp_path):
    shutil.rmtree(world_.project / ".scaffold")
    kit.write(world_.project, {"notes.md": "TODO\n"})
    kit.repo(world_.project, {})
    assert check(world_.project, "--policy", world_.library).code == 1
    bare = tmp_path / "My Orders.git"
    git("clone", "--quiet", "--bare", str(world_.project), str(bare), where=tmp_path)
    audit = ("--policy", world_.library, "--blueprint", "demo", "--format", "json")
    before = check(world_.project, *audit).json
    for where, more in ((world_.project, ["--staged"]), (world_.project, ["--rev", "HEAD"]), (bare, [])):
        found = check(where, *audit, *more)
        assert (found.code, found.json["findings"]) == (3, before["findings"])
    assert {one["rule"] for one in before["findings"] if one["state"] == "fail"} == {"A-1", "LK-04"}
    nothing = check(world_.project, "--policy", world_.library, "--blueprint", "nope")
    assert (nothing.code, "it has: demo" in nothing.err) == (1, True)
    assert check(world_.project, "--blueprint", "demo").code == 1


def test_a_library_that_cannot_be_had_is_unknown_and_one_that_is_none_an_error(world_):
    for library in ("/nowhere", "https://localhost:1/library.git"):
        done = check(world_.project, "--policy", library, "--offline")
        assert (done.code, f"the policy {library} cannot be had" in done.out) == (0, True), done
        assert check(world_.project, "--policy", library, "--offline", "--strict").code == 3
    for wrong in ("", f"{world_.library}@soon"):
        assert check(world_.project, "--policy", wrong).code == 1
    assert check(world_.project, "--policy", world_.library, "--fix").code == 2


def test_a_release_turns_nobody_red_and_a_version_that_is_named_does(world_, made, tmp_path):
    library = shutil.copytree(made.library, tmp_path / "library")
    world_.lock(lambda lock: lock.update(source=str(library)))
    world_.edit(".scaffold/answers.yml", str(made.library), str(library))
    manifest = {"guardrails": GUARDRAILS, "ownership": OWNERSHIP, "version": "1.2.0"}
    kit.repo(kit.library(library, {"base": LAYER}, **manifest), {}, "demo/v1.2.0")
    assert said(scaffold.check(world_.project, policy=str(library))) == []
    assert tells(scaffold.check(world_.project, policy=f"{library}@1.2.0"), "LK-04 and the policy 1.2.0")
    kit.repo(kit.library(library, {"base": LAYER}, **manifest, withdrawn={"1.1.0": "it logs secrets"}), {})
    assert tells(scaffold.check(world_.project, policy=str(library)), "LK-04 1.1.0 is withdrawn: it logs secrets")


def settings(place: Path, **policy: Any) -> str:
    place.write_text(yaml.safe_dump({"policy": policy}))
    return str(place)


def test_it_is_named_by_a_user_or_the_environment_too(world_, tmp_path):
    file = settings(tmp_path / "settings.yml", library=str(world_.library), fail_on="low", strict=True)
    gates(world_)
    for environment in ({"SCAFFOLD_POLICY": str(world_.library)}, {"SCAFFOLD_SETTINGS": file}):
        done = check(world_.project, "--format", "json", **environment).json
        assert done["policy"]["library"] == str(world_.library)
    both = check(world_.project, "--format", "json", SCAFFOLD_SETTINGS=file, SCAFFOLD_POLICY=str(world_.fork)).json
    assert both["policy"]["said"].startswith(file), "the user's file goes before the environment"
    first = check(world_.project, "--policy", world_.fork, "--format", "json", SCAFFOLD_SETTINGS=file).json
    assert first["policy"]["said"] == "--policy"
    for wrong in ("policy: [1]\n", "policy: lib\n", "policy: {version: '1'}\n", "policy: {library: builtin, odd: 1}\n"):
        (tmp_path / "settings.yml").write_text(wrong)
        done = check(world_.project, SCAFFOLD_SETTINGS=file)
        assert (done.code, f"{file}:1" in done.err) == (1, True), done


def test_a_machines_policy_is_tightened_and_never_replaced(world_, tmp_path, monkeypatch):
    monkeypatch.setattr("scaffold.disk.machine_folder", lambda: tmp_path)
    settings(tmp_path / "settings.yml", library=str(world_.library), answers={"tier": "critical"}, fail_on="medium")
    assert scaffold.check(world_.project).policy.library == str(world_.library)
    with pytest.raises(SourceError, match=r"can be tightened, and not replaced"):
        scaffold.check(world_.project, policy=str(world_.fork))
    monkeypatch.setenv("SCAFFOLD_POLICY", str(world_.fork))
    checked = scaffold.check(world_.project)
    assert (checked.policy.library, "which holds" in checked.notes[0]) == (str(world_.library), True)
    monkeypatch.delenv("SCAFFOLD_POLICY")
    older = scaffold.check(world_.project, policy=f"{world_.library}@1.0.0")
    assert any(one.state == "unknown" and "older than the 1.1.0" in one.message for one in older.findings)
    world_.answer(tier="standard")
    assert tells(scaffold.check(world_.project), "LK-04 tier is standard, and the policy says critical")
    (tmp_path / "settings.yml").write_text("policy: {library: relative/folder}\n")
    with pytest.raises(FormatError):
        scaffold.check(world_.project)


def test_a_clone_of_the_library_stands_for_what_it_was_cloned_from(world_, tmp_path):
    clone = tmp_path / "clone"
    git("clone", "--quiet", str(world_.library), str(clone), where=tmp_path)
    assert said(scaffold.check(world_.project, policy=str(clone))) == []
    git("remote", "set-url", "origin", "https://git.example.com/acme/library.git", where=clone)
    for source in ("git@git.example.com:acme/library", "https://git.example.com/acme/library/"):
        world_.lock(lambda lock, source=source: lock.update(source=source))
        assert not tells(scaffold.check(world_.project, policy=str(clone)), "LK-04 as its source")
    for source in ("http://git.example.com/acme/library", "https://git.example.com/evil/library"):
        world_.lock(lambda lock, source=source: lock.update(source=source))
        assert tells(scaffold.check(world_.project, policy=str(clone)), "LK-04 as its source")


def test_a_project_in_a_folder_is_held_wherever_it_is_looked_at(world_, tmp_path):
    mono = tmp_path / "mono"
    shutil.copytree(world_.project, mono / "orders", ignore=shutil.ignore_patterns(".git"))
    kit.repo(mono, {})
    here = world_._replace(project=mono / "orders")
    assert said(scaffold.check(here.project, policy=str(here.library))) == []
    forged(here)
    kit.repo(mono, {})
    for how in ({}, {"staged": True}, {"revision": "HEAD"}):
        assert tells(scaffold.check(here.project, policy=str(here.library), **how), "LK-01 was edited")


def test_what_cannot_be_looked_at_fails_strictly_whatever_else_is_found(world_):
    kit.write(world_.project, {"notes.md": "TODO\n", "big.md": "x" * 12_000_000})
    done = check(world_.project, "--rule", "A-1", "--fail-on", "critical")
    assert (done.code, "12,000,000 bytes" in done.out) == (0, True), done.out
    assert check(world_.project, "--rule", "A-1", "--fail-on", "critical", "--strict").code == 3


def test_what_this_python_cannot_read_fails_strictly(tmp_path):
    data = {"mission": "Checkout", "owner": OWNER, "outcome": "Nine of ten orders are paid within a minute"}
    root = scaffold.new("python-http-service", tmp_path / "orders", data=data).root
    before = scaffold.check(root, policy="builtin", rules=["AR-02"])
    assert (before.fails(strict=True), before.policy.said) == (False, "--policy")
    kit.write(root, {"src/orders/domain/new.py": "from __future__ import braces as { of a later Python }\n"})
    checked = scaffold.check(root, policy="builtin", rules=["AR-02"])
    assert (checked.fails(), checked.fails(strict=True)) == (False, True)


def test_a_damaged_lock_is_an_error(world_):
    (world_.project / ".scaffold/lock.json").write_text("{")
    with pytest.raises(ScaffoldError):
        scaffold.check(world_.project, policy=str(world_.library))


def test_what_the_library_stamps_holds_each_project(tmp_path, made, world_):
    library = scaffold.init_library(tmp_path / "own").root
    script = yaml.safe_load((library / ".github/workflows/guardrails.yml").read_text())
    (job,) = script["jobs"].values()
    runner, place = tmp_path / "runner", tmp_path / "work"
    kit.write(
        runner, {"scaffold/bin/scaffold": kit.executable(f'#!/bin/sh\nexec "{sys.executable}" -m scaffold "$@"\n')}
    )
    place.mkdir()
    (place / "library").symlink_to(made.library)
    shutil.copytree(world_.project, place / "service")
    git("update-ref", "refs/remotes/origin/main", "HEAD", where=place / "service")
    environment = {
        "RUNNER_TEMP": str(runner), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "GITHUB_BASE_REF": "main",
    }  # fmt: skip
    (tmp_path / "hold.sh").write_text(job["steps"][-1]["run"])
    hold = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(tmp_path / "hold.sh")]
    assert world.run(hold, place, **environment).code == 0
    assert "held against library" in (tmp_path / "summary.md").read_text()
    moved = place / "service/decoy"
    moved.mkdir()
    (place / "service/.scaffold").rename(moved / ".scaffold")
    commit(place / "service")
    assert world.run(hold, place, **environment).code != 0, "a project that the base has is not gone by moving it"
