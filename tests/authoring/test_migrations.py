"""Answers go along: renamed, split, mapped and dropped from version to version, and to another blueprint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.authoring.trial import try_blueprint
from scaffold.blueprint.answer_steps import assumed, migrated, parse
from scaffold.formats import yaml
from tests.authoring.shelf import FILES, QUIET, shelf
from tests.kit import repo
from tests.scenarios.world import commit, scaffold

M, B, R = "blueprints/tool/blueprint.yml", "templates/base/copier.yml", "templates/base/README.md.jinja"
STEPS = """\
  answers:
    - rename: {size: scale}
    - map: {scale: {large: "3", small: "1"}}
"""
NEW = (
    B,
    FILES[B]
    .replace("size:", "scale:")
    .replace("[small, large]", '["1", "2", "3"]')
    .replace("default: small", 'default: "1"'),
)


def steps(text):
    return parse(yaml.load(text.encode(), "steps.yml"))


def test_each_kind_of_step():
    before = {"region": "eu", "owner": "@acme/shop", "tier": "gold", "colour": "red", "count": 3}
    text = """
- rename: {region: location}
- split: {owner: {company: "{{ owner[1:].split('/')[0] }}", team: "{{ owner.split('/')[1] }}", hot: "{{ tier == 'gold' }}"}}
- map: {tier: {gold: critical}, count: {"3": 4}}
- drop: [colour, absent]
"""
    after = migrated(before, steps(text))
    assert after == {"location": "eu", "company": "acme", "team": "shop", "hot": True, "tier": "critical", "count": 4}
    assert migrated({}, steps(text)) == {}
    assert migrated({"tier": "iron"}, steps(text)) == {"tier": "iron"}
    assert before["region"] == "eu"


WAY = """
- default: {a: 1, c: 2}
- rename: {old: new}
- rename: {a: first}
- default: {b: 9, first: 7}
- drop: [c]
"""


def test_a_default_stands_in_for_what_is_not_answered_and_is_told():
    assert migrated({"old": "x"}, steps(WAY)) == {"new": "x", "first": 1, "b": 9}
    assert assumed({"old": "x"}, steps(WAY)) == {"first": 1, "b": 9}
    assert assumed({"old": "x", "a": 1}, steps(WAY)) == {"b": 9}


@given(st.dictionaries(st.sampled_from(["a", "b", "old", "x"]), st.integers()))
def test_an_answer_that_is_there_is_never_replaced_by_a_default(answers):
    after, named = migrated(answers, steps(WAY)), {"a": "first", "old": "new"}
    kept = {named.get(name, name): value for name, value in answers.items()}
    assert kept.items() <= after.items()
    assert assumed(answers, steps(WAY)) == {name: value for name, value in after.items() if name not in kept}


@pytest.fixture
def root(tmp_path):
    """A library with 1.0.0 released, and 2.0.0 whose question has another name and other choices."""
    root = repo(shelf(tmp_path / "library", {M: QUIET}), {}, "tool/v1.0.0")
    manifest = QUIET.replace("version: 1.0.0", "version: 2.0.0").replace(
        "compose:", f"migrations:\n- version: 2.0.0\n{STEPS}compose:"
    )
    cases = {"blueprints/tool/cases/large.yml": 'name: big-tool\nscale: "3"\n_before: {size: large}\n'}
    text = FILES[R].replace("size == 'large'", "scale == '3'")
    return repo(root, {M: manifest, NEW[0]: NEW[1], R: text, **cases}, "tool/v2.0.0")


def test_an_update_brings_the_answers_along(root, tmp_path):
    for name, size in (("a", "large"), ("b", "small")):
        words = ("new", "tool@1.0.0", tmp_path / name, "--source", root, "--defaults", "--data", f"size={size}")
        assert scaffold(*words, where=tmp_path).code == 0
    done = scaffold("update", "a", where=tmp_path)
    assert done.code == 0, done.err
    assert "scale: '3'" in (tmp_path / "a/.scaffold/answers.yml").read_text()
    assert "Large." in (tmp_path / "a/README.md").read_text()
    assert scaffold("status", "a", where=tmp_path).code == 0
    assert scaffold("undo", "a", where=tmp_path).code == 0
    assert "size: large" in (tmp_path / "a/.scaffold/answers.yml").read_text()
    assert scaffold("update", "b", where=tmp_path).code == 0
    assert "scale: '1'" in (tmp_path / "b/.scaffold/answers.yml").read_text()


def test_the_test_of_a_blueprint_migrates_answers(root):
    assert try_blueprint("tool", library=root).passes
    wrong = (root / M).read_text().replace('large: "3"', 'large: "9"')
    (root / M).write_text(wrong)
    result = try_blueprint("tool", library=root)
    (update,) = [one for one in result.cases[0].updates if one.version == "1.0.0"]
    assert "from 1.0.0, with its answers migrated" in update.error
    assert not result.passes


def test_a_project_moves_to_another_blueprint(root, tmp_path):
    words = ("new", "tool@1.0.0", tmp_path / "a", "--source", root, "--defaults", "--data", "size=large")
    assert scaffold(*words, where=tmp_path).code == 0
    other = (root / M).read_text().replace("name: tool", "name: other").replace("- version: 2.0.0", "- from: tool")
    files = {"blueprints/other/blueprint.yml": other, "blueprints/other/cases/small.yml": "{}\n"}
    repo(root, files, "other/v2.0.0")
    before = (tmp_path / "a/README.md").read_text()
    plan = scaffold("update", "a", "--blueprint", "other", "--dry-run", "--format", "json", where=tmp_path)
    assert plan.code == 0, plan.err
    assert (tmp_path / "a/README.md").read_text() == before
    assert scaffold("update", "a", "--blueprint", "other", where=tmp_path).code == 0
    answers = (tmp_path / "a/.scaffold/answers.yml").read_text()
    assert "blueprint: other" in answers and "scale: '3'" in answers
    commit(tmp_path / "a")
    assert scaffold("status", "a", "--format", "json", where=tmp_path).json["blueprint"] == "other"
    done = scaffold("update", "a", "--blueprint", "othr", where=tmp_path)
    assert (done.code, "othr" in done.err) == (1, True)


def test_a_move_to_another_blueprint_is_undone(root, tmp_path):
    repo(
        root,
        {
            "blueprints/other/blueprint.yml": (root / M)
            .read_text()
            .replace("name: tool", "name: other")
            .replace("- version: 2.0.0", "- from: tool")
        },
        "other/v2.0.0",
    )
    assert scaffold("new", "tool@1.0.0", tmp_path / "a", "--source", root, "--defaults", where=tmp_path).code == 0
    before = (tmp_path / "a/.scaffold/answers.yml").read_text()
    assert scaffold("update", "a", "--blueprint", "other", where=tmp_path).code == 0
    assert scaffold("undo", "a", where=tmp_path).code == 0
    assert (tmp_path / "a/.scaffold/answers.yml").read_text() == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{version: 2.0.0}", "must be a mapping with `move`, `answers` or both"),
        ("{move: {a: b}}", "with `version`, or with `from`"),
        ("{version: 2.0.0, from: x, move: {a: b}}", "with `version`, or with `from`"),
        (
            "{version: 2.0.0, answers: [{rename: {a: b}, drop: [c]}]}",
            "a mapping with one of default, rename, split, map, drop",
        ),
        ("{version: 2.0.0, answers: [{renam: {a: b}}]}", "did you mean `rename`?"),
        ("{version: 2.0.0, answers: [{rename: {a: 3}}]}", "must be text"),
    ],
)
def test_bad_input(root, text, sentence):
    manifest = QUIET.replace("compose:", f"migrations:\n  - {text}\ncompose:")
    (root / M).write_text(manifest)
    done = scaffold("blueprint", "test", "tool", where=root)
    assert (done.code, sentence in done.err) == (1, True), done.err
