"""An update brings the answers of projects from before along, as the blueprint says, and names what it took."""

import pytest
import yaml

from tests.scenarios.world import MANIFEST, commit, git, release, scaffold

NOW = """\
title:
  type: str
license:
  type: str
  default: proprietary
color:
  type: str
  default: red
token:
  type: str
  secret: true
  default: none-yet
"""
MIGRATING = MANIFEST + """\
migrations:
  - version: 2.0.0
    answers:
      - default: {{license: Apache-2.0}}
      - rename: {{name: title}}
"""  # fmt: skip
NOTES = "# {{ title }}: {{ license }}, {{ color }}\n\nfirst\n\nsecond\n\nthird\n"


@pytest.fixture
def newer(library, project):
    release(library, "2.0.0", {"copier.yml": NOW, "notes.md.jinja": NOTES}, manifest=MIGRATING)
    return project


def answers(project):
    return yaml.safe_load((project / ".scaffold/answers.yml").read_text())["answers"]


def test_a_default_for_projects_from_before_wins_over_that_of_the_question_and_is_named(newer):
    done = scaffold("update", "--commit", "--defaults", "--format", "json", where=newer)
    assert done.code == 0, done.err
    assert answers(newer) == {"title": "demo", "license": "Apache-2.0", "color": "red"}
    assert "# demo: Apache-2.0, red" in (newer / "notes.md").read_text()
    (note,) = [one for one in done.json["notes"] if "new questions" in one]
    assert 'license="Apache-2.0"' in note
    assert "title" not in note
    assert not [one for one in done.json["notes"] if "no longer asked" in one], "a new name is no loss"


def test_what_a_person_says_wins_over_both(newer):
    done = scaffold("update", "--commit", "--defaults", "--data", "license=MIT", "--format", "json", where=newer)
    assert answers(newer)["license"] == "MIT"
    assert not [one for one in done.json["notes"] if "new questions" in one]


def test_it_is_done_once(newer, library):
    scaffold("update", "--commit", "--defaults", where=newer)
    path = newer / ".scaffold/answers.yml"
    path.write_text(path.read_text().replace("Apache-2.0", "MIT"))
    commit(newer, "another licence")
    release(library, "2.1.0", {"ci.yml": "steps: [two]\n"}, manifest=MIGRATING)
    done = scaffold("update", "--commit", "--defaults", where=newer)
    assert done.code == 0, done.err
    assert answers(newer)["license"] == "MIT"
    assert git("status", "--porcelain", where=newer) == ""


def test_a_dry_run_and_the_plan_say_the_same(newer):
    planned = scaffold("update", "--dry-run", "--defaults", "--format", "json", where=newer).json
    done = scaffold("update", "--commit", "--defaults", "--format", "json", where=newer).json
    assert planned["notes"] == done["notes"]
