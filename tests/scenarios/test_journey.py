"""The journey of `make try`, and what must be true at its end."""

import pytest

from tests.journey import Journey, release, stamp, update, work
from tests.scenarios.world import git, scaffold

pytestmark = pytest.mark.slow


def test_all_of_it_comes_out_as_it_is_told(tmp_path):
    journey = Journey(tmp_path, quiet=True)
    for step in (stamp, work, release, update):
        step(journey)
    _is_current_and_committed(journey)
    _the_next_release_did_each_thing_it_is_there_for(journey)
    _the_teams_work_is_all_there(journey)
    _what_is_left_is_what_the_team_made(journey)


def _is_current_and_committed(journey):
    assert scaffold("status", where=journey.service).code == 0
    assert git("status", "--porcelain", where=journey.service) == ""
    assert git("tag", where=journey.library).split() == [
        "python-http-service/v2.0.0",
        "python-http-service/v2.1.0",
        "python-library/v1.0.0",
        "python-worker/v1.0.0",
    ]


def _the_next_release_did_each_thing_it_is_there_for(journey):
    changed = git("show", "--name-status", "--format=", "--no-renames", "HEAD", where=journey.service)
    for line in (
        "M\t.github/workflows/ci.yml", "A\tdocs/operations/runbook.md", "D\tdocs/runbook.md", "D\t.github/ISSUE_TEMPLATE/change.yml",
        "M\tpyproject.toml", "M\tsrc/orders/platform/config.py", "M\tMakefile",
    ):  # fmt: skip
        assert line in changed
    assert "keep_alive: 5" in (journey.service / ".scaffold/answers.yml").read_text()
    assert "max-complexity" in (journey.service / "pyproject.toml").read_text()


def _the_teams_work_is_all_there(journey):
    service = journey.service
    assert '"orjson>=3",' in (service / "pyproject.toml").read_text()
    assert "The queue drains in ten minutes" in (service / "docs/operations/runbook.md").read_text()
    assert "The team's own words" in (service / "src/orders/domain/note.py").read_text()
    assert "# the team was here" not in (service / "Makefile").read_text(), "locked: put back"


def _what_is_left_is_what_the_team_made(journey):
    report = scaffold("diff", "--format", "json", where=journey.service).json
    assert [file["path"] for file in report["files"]] == [
        "docs/operations/runbook.md", "pyproject.toml", "src/orders/domain/note.py",
    ]  # fmt: skip
    assert not [line for file in report["files"] for line in file["diff"].splitlines() if line.startswith("-\t")]
