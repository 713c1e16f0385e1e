"""Copier and scaffold in turns on one project, where `--keep-copier` keeps Copier's answers file up."""

from pathlib import Path

import pytest

import scaffold
from scaffold.errors import ProjectError
from tests.scenarios import world
from tests.scenarios.test_refusals import refused
from tests.scenarios.world import commit, copier, git, snapshot, write

pytestmark = pytest.mark.long
ANSWERS = ".copier-answers.yml"
TEMPLATE = {
    "copier.yml": "name: {type: str, default: demo}\n_skip_if_exists: [once.txt]\n",
    "hello.txt.jinja": "hello {{ name }} one\n",
    "notes.md": "# notes\n\na\n\nb\n\nc\n",
    "once.txt": "given once\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n",
}
WORDS = ("zero", "one", "two", "three", "four", "five")


def edition(template: Path, number: int, more: dict[str, str] | None = None) -> None:
    write(template, {"hello.txt.jinja": f"hello {{{{ name }}}} {WORDS[number]}\n", **(more or {})})
    commit(template, f"v{number}")
    git("tag", f"v{number}.0.0", where=template)


@pytest.fixture
def template(tmp_path):
    """A Copier template with v1.0.0."""
    place = tmp_path / "template"
    write(place, TEMPLATE)
    git("init", "--quiet", "--initial-branch=main", where=place)
    edition(place, 1)
    return place


def adopted(template, project):
    copier("copy", "--defaults", "--data", "name=shop", template, project, where=project.parent)
    git("init", "--quiet", "--initial-branch=main", where=project)
    commit(project, "copier copy")
    scaffold.adopt(project, keep_copier=True, commit=True)
    return project


def stamped(template, project):
    done = world.scaffold("new", template, project, "--keep-copier", "--data", "name=shop", where=project.parent)
    assert done.code == 0, done.err
    return project


def by_copier(project, *words):
    copier("update", "--defaults", *words, where=project)
    commit(project, "copier update")


def hello(project):
    return (project / "hello.txt").read_text()


@pytest.mark.parametrize("start", [adopted, stamped])
def test_both_update_in_turns(template, tmp_path, start):
    project = start(template, tmp_path / "project")
    write(project, {"once.txt": "ours\n"})
    commit(project)
    edition(template, 2, {"new.txt": "two\n"})
    by_copier(project)
    write(project, {"notes.md": "# notes\n\na\n\nb\n\nc, ours\n"})
    commit(project)
    edition(template, 3, {"notes.md": "# notes\n\na, three\n\nb\n\nc\n", "new.txt": "three\n"})
    assert scaffold.status(project).drift == ()

    done = scaffold.update(project, commit=True)
    assert done.plan.conflicts == ()
    assert (done.plan.lock_before.version, done.plan.lock_after.version) == ("2.0.0", "3.0.0")
    assert hello(project) == "hello shop three\n"
    assert (project / "new.txt").read_text() == "three\n"
    assert (project / "notes.md").read_text() == "# notes\n\na, three\n\nb\n\nc, ours\n"
    assert (project / "once.txt").read_text() == "ours\n"
    assert "_commit: v3.0.0" in (project / ANSWERS).read_text()
    assert scaffold.status(project).state == "current"

    edition(template, 4)
    by_copier(project)
    assert hello(project) == "hello shop four\n"
    edition(template, 5, {"new.txt": "five\n"})
    assert scaffold.update(project, commit=True).plan.conflicts == ()
    assert hello(project) == "hello shop five\n"
    assert (project / "notes.md").read_text() == "# notes\n\na, three\n\nb\n\nc, ours\n"
    assert git("status", "--short", where=project) == ""


def test_answers_and_a_version_by_copier_at_once(template, tmp_path):
    project = stamped(template, tmp_path / "project")
    edition(template, 2)
    by_copier(project, "--data", "name=store")
    edition(template, 3)
    assert scaffold.update(project, commit=True).plan.conflicts == ()
    assert hello(project) == "hello store three\n"
    assert scaffold.status(project).state == "current"


@pytest.mark.parametrize("number", [1, 2])
def test_what_copier_wrote_is_nobodys_drift(template, tmp_path, number):
    project = stamped(template, tmp_path / "project")
    if number > 1:
        edition(template, number)
    by_copier(project, "--data", "name=store")
    write(project, {ANSWERS: "# kept by hand\n" + (project / ANSWERS).read_text()})
    commit(project)
    assert scaffold.status(project).drift == ()
    done = world.scaffold("update", "--format", "json", where=project)
    assert done.code == 0, done.err
    assert done.json["drift_replaced"] == []
    assert [change["why"] for change in done.json["changed"] if change["path"] == ANSWERS] == [
        "as the template renders it now"
    ]


def test_what_copier_left_as_a_conflict_stays_the_teams(template, tmp_path):
    project = stamped(template, tmp_path / "project")
    write(project, {"hello.txt": "hello shop, ours\n"})
    commit(project)
    edition(template, 2)
    by_copier(project)
    assert "<<<<<<<" in hello(project)
    write(project, {"hello.txt": "hello shop two, ours\n"})
    commit(project)
    edition(template, 3)
    done = scaffold.update(project)
    assert [action.path for action in done.plan.conflicts] == ["hello.txt"]
    assert "hello shop two, ours\n" in hello(project)


def test_an_update_that_only_copier_made_is_taken_down(template, tmp_path):
    project = stamped(template, tmp_path / "project")
    edition(template, 2)
    by_copier(project)
    assert scaffold.status(project).behind is True
    assert scaffold.update(project, commit=True).plan.changes == ()
    assert scaffold.status(project).state == "current"
    assert scaffold.update(project).up_to_date is True


def test_a_version_of_copiers_that_cannot_be_had(template, tmp_path):
    project = stamped(template, tmp_path / "project")
    written = (project / ANSWERS).read_text()
    write(project, {ANSWERS: written.replace("v1.0.0", "v9.0.0")})
    commit(project)
    edition(template, 2)
    before = snapshot(project)
    done = world.scaffold("update", where=project)
    refused(done, ANSWERS, "Copier has brought the project to v9.0.0", "cannot be rendered again")
    assert snapshot(project) == before
    with pytest.raises(ProjectError, match=r"v9\.0\.0"):
        scaffold.update(project)


TASK = "_tasks: ['printf %s {{ _copier_answers._commit }} > made.txt']\n"


def test_what_tasks_made_has_a_base_still(template, tmp_path):
    write(template, {"copier.yml": TEMPLATE["copier.yml"] + TASK})
    edition(template, 2)
    project = tmp_path / "project"
    done = world.scaffold("new", template, project, "--keep-copier", "--trust", where=tmp_path)
    assert done.code == 0, done.err
    edition(template, 3)
    by_copier(project, "--trust")
    edition(template, 4)
    done = world.scaffold("update", "--trust", "--skip-tasks", "--commit", where=project)
    assert done.code == 0, done.err
    assert (project / "made.txt").read_text() == "v3.0.0"
    assert "made.txt" in world.scaffold("explain", "made.txt", where=project).out
    assert hello(project) == "hello demo four\n"
