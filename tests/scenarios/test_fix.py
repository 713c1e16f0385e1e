"""`check --fix`: what the blueprint knows how to mend is mended, as a plan that can be taken back."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import scaffold as api
from tests.guard.service import ANSWERS, Service
from tests.guard.test_rules import CASES
from tests.scenarios.world import commit, git, scaffold, snapshot

FIXED = [case for case in CASES if case.fixed is None]
WORKFLOW = ".github/workflows/nightly.yml"
UNPINNED = """\
name: Nightly
on:
  schedule:
    - cron: "3 4 * * *"
permissions: {}
jobs:
  measure:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v6 # the code
"""


@pytest.fixture(scope="module")
def stamped(tmp_path_factory):
    root = tmp_path_factory.mktemp("services") / "orders"
    api.new("python-http-service", root, data=ANSWERS)
    return root


@pytest.fixture
def service(stamped, tmp_path):
    return Path(shutil.copytree(stamped, tmp_path / "orders", symlinks=True))


def failing(root, rule):
    return [f for f in api.check(root).findings if f.rule == rule and f.state == "fail"]


@pytest.mark.parametrize("case", FIXED, ids=lambda case: f"{case.rule}: {case.what}")
def test_what_the_fix_promises_to_mend_it_mends(service, case):
    before = read(service)
    broken = case.bad(case.good(before))
    for path in before.files.keys() - broken.files.keys():
        (service / path).unlink()
    for path, content in broken.files.items():
        (service / path).parent.mkdir(parents=True, exist_ok=True)
        (service / path).write_bytes(content)
        (service / path).chmod(0o755 if broken.modes.get(path) == "100755" else 0o644)
    commit(service)
    assert failing(service, case.rule)
    api.fix(service)
    assert failing(service, case.rule) == []


def read(root):
    places = [place for place in root.rglob("*") if place.is_file() and ".git" not in place.relative_to(root).parts]
    return Service({place.relative_to(root).as_posix(): place.read_bytes() for place in places}, {})


def test_all_of_it_at_once_committed_and_taken_back(service):
    (service / "LICENSE").write_text("ours\n")
    (service / "SECURITY.md").unlink()
    text = (service / "pyproject.toml").read_text()
    (service / "pyproject.toml").write_text(
        text.replace("strict = true\nwarn_unreachable", "strict = false\nwarn_unreachable") + "\n[tool.ours]\na = 1\n"
    )
    (service / WORKFLOW).write_text(UNPINNED)
    commit(service)
    before = snapshot(service)
    dry = scaffold("check", "--fix", "--dry-run", where=service)
    assert dry.code == 3
    assert snapshot(service) == before
    for said in (
        "create   SECURITY.md",
        "replace  LICENSE",
        "tool.mypy.strict is put back",
        "actions are pinned as the blueprint says",
        "dry run",
    ):
        assert said in dry.out
    done = scaffold("check", "--fix", "--format", "json", where=service)
    assert {one["path"] for one in done.json["fix"]["changed"]} == {
        "LICENSE",
        "SECURITY.md",
        "pyproject.toml",
        WORKFLOW,
    }
    assert not {"LK-01", "LK-02", "CI-02"} & {f["rule"] for f in done.json["findings"]}
    pyproject = (service / "pyproject.toml").read_text()
    assert "strict = true\nwarn_unreachable" in pyproject
    assert pyproject.endswith("[tool.ours]\na = 1\n")
    assert (
        "uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1" in (service / WORKFLOW).read_text()
    )
    assert git("diff", "--name-only", where=service) == "", "all of it is staged"
    assert scaffold("undo", where=service).code == 0
    assert snapshot(service) == before


def test_it_commits_where_it_is_told_to(service):
    (service / "LICENSE").write_text("ours\n")
    commit(service)
    done = scaffold("check", "--fix", "--commit", "--format", "json", where=service)
    assert done.code == 0
    assert git("rev-parse", "HEAD", where=service).strip() == done.json["fix"]["commit"]
    assert git("log", "-1", "--format=%s", where=service).strip() == "chore: put right what the guardrails found"
    again = scaffold("check", "--fix", where=service)
    assert again.code == 0
    assert "Nothing to put right" in again.out


def test_uncommitted_work_is_not_lost(service):
    (service / "LICENSE").write_text("not committed\n")
    done = scaffold("check", "--fix", where=service)
    assert done.code == 1
    assert "would change files with uncommitted work: LICENSE" in done.err
    assert (service / "LICENSE").read_text() == "not committed\n"


def test_what_is_waived_is_left_whatever_else_is_wrong_with_it(service):
    ci = service / ".github/workflows/ci.yml"
    ci.write_text(
        ci.read_text()
        .replace("timeout-minutes: 15", "timeout-minutes: 60")
        .replace(
            "docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0",
            "docker/setup-buildx-action@v4",
        )
    )
    (service / "LICENSE").unlink()
    commit(service)
    api.waive("LK-01", reason="slow tests", expires=datetime.now(UTC).date() + timedelta(30), directory=service)
    done = scaffold("check", "--fix", "--format", "json", where=service)
    assert [one["path"] for one in done.json["fix"]["changed"]] == [".github/workflows/ci.yml"]
    assert "timeout-minutes: 60" in ci.read_text()
    assert "setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0" in ci.read_text()
    assert not (service / "LICENSE").exists()


def test_a_rule_that_is_named_mends_what_it_finds_and_no_more(service):
    ci = service / ".github/workflows/ci.yml"
    ci.write_text(ci.read_text().replace("timeout-minutes: 15", "timeout-minutes: 60"))
    (service / WORKFLOW).write_text(UNPINNED)
    commit(service)
    done = scaffold("check", "--fix", "--rule", "CI-02", "--format", "json", where=service)
    assert [one["path"] for one in done.json["fix"]["changed"]] == [WORKFLOW]
    assert "timeout-minutes: 60" in ci.read_text()


def test_only_the_files_here_can_be_mended(service):
    assert scaffold("check", "--fix", "--rev", "HEAD", where=service).code == 2
    assert scaffold("check", "--fix", "--staged", where=service).code == 2
    assert scaffold("check", "--dry-run", where=service).code == 2
