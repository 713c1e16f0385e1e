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
    assert "from 1.0.0, migrated: " in update.error
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


def test_files_go_along_to_another_blueprint(tmp_path):
    root = repo(shelf(tmp_path / "library", {M: QUIET, "templates/app/old.md": "old\n"}), {}, "tool/v1.0.0")
    assert scaffold("new", "tool", tmp_path / "a", "--source", root, "--defaults", where=tmp_path).code == 0
    main = tmp_path / "a/src/demo/main.py"
    main.write_text("print('mine')\n")
    commit(tmp_path / "a")
    (root / "templates/app/old.md").unlink()
    steps = 'migrations:\n- {from: tool, files: [{drop: [old.md]}, {replace: {"main.py": {print: say}}}]}\ncompose:'
    other = QUIET.replace("name: tool", "name: other").replace("compose:", steps)
    repo(root, {"blueprints/other/blueprint.yml": other, "blueprints/other/cases/a.yml": "{}\n"}, "other/v1.0.0")
    done = scaffold("update", "a", "--blueprint", "other", where=tmp_path)
    assert done.code == 0, done.out + done.err
    assert main.read_text() == "say('mine')\n"
    assert not (tmp_path / "a/old.md").exists()


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
        ("{version: 2.0.0}", "must be a mapping with `move`, `answers` or `files`"),
        ("{move: {a: b}}", "with `version`, or with `from`"),
        ("{version: 2.0.0, from: x, move: {a: b}}", "with `version`, or with `from`"),
        (
            "{version: 2.0.0, answers: [{rename: {a: b}, drop: [c]}]}",
            "a mapping with one of default, rename, split, map, drop",
        ),
        ("{version: 2.0.0, answers: [{renam: {a: b}}]}", "did you mean `rename`?"),
        ("{version: 2.0.0, answers: [{rename: {a: 3}}]}", "must be text"),
        ("{version: 2.0.0, files: [{drop: [a], set: {}}]}", "a mapping with one of drop, set, rename, replace"),
        ("{version: 2.0.0, files: [{delete: [a]}]}", "`migrations.0.files.0.delete` is not a key that scaffold knows"),
        ("{version: 2.0.0, files: [{drop: ['!']}]}", "nothing is behind the `!`"),
        ("{version: 2.0.0, files: [{drop: {a.toml: [b..c]}}]}", "`b..c` is not a key path"),
        (
            "{version: 2.0.0, files: [{rename: {a.toml: {a: a.b}}}]}",
            "a key path that is not inside the old one, or round",
        ),
        ("{version: 2.0.0, files: [{replace: {a.md: {x: x}}}]}", "another text, in place of one that is not empty"),
        ("{version: 2.0.0, files: [{replace: {a.md: {x: 1}}}]}", "must be text"),
    ],
)
def test_bad_input(root, text, sentence):
    manifest = QUIET.replace("compose:", f"migrations:\n  - {text}\ncompose:")
    (root / M).write_text(manifest)
    done = scaffold("blueprint", "test", "tool", where=root)
    assert (done.code, sentence in done.err) == (1, True), done.err


SETTINGS = "templates/app/settings.toml"
OPTIONS, GUIDE = "templates/app/options.json", "templates/app/docs/old.md"
FILES_STEPS = """\
migrations:
- version: 2.0.0
  files:
    - drop: [/docs/old.md]
    - rename: {settings.toml: {build.flags: build.options}}
    - set: {options.json: {level: 2}}
    - drop: {options.json: [old]}
    - replace: {"/src/*/main.py": {"print(": "say("}}
"""


@pytest.fixture
def edited(tmp_path):
    """A library whose 2.0.0 edits and drops files, and three services: untouched, edited around it, and edited in it."""
    manifest = QUIET.replace("/src/**: seeded", "/src/**: seeded\n  /options.json: seeded\n  /docs/**: seeded")
    files = {
        M: manifest,
        SETTINGS: '[build]\nstrict = true\nflags = ["a"]\n',
        OPTIONS: '{"level": 1, "old": true}\n',
        GUIDE: "old\n",
    }
    root = repo(shelf(tmp_path / "library", files), {}, "tool/v1.0.0")
    for name in ("untouched", "around", "within"):
        done = scaffold("new", "tool", tmp_path / name, "--source", root, "--defaults", where=tmp_path)
        assert done.code == 0, done.err
    around, within = tmp_path / "around", tmp_path / "within"
    (around / "settings.toml").write_text('[build]\nstrict = true\nflags = ["a", "b"]\n')
    (around / "options.json").write_text('{"level": 1, "old": true, "mine": 1}\n')
    (around / "src/demo/main.py").write_text("print('mine')\n")
    commit(around)
    (within / "options.json").write_text('{"level": 7, "old": true}\n')
    (within / "docs/old.md").write_text("old\nmine\n")
    commit(within)
    (root / GUIDE).unlink()
    text = FILES[f"templates/app/src/{'{{ package }}'}/main.py.jinja"].replace("print(", "say(")
    new = {
        M: manifest.replace("version: 1.0.0", "version: 2.0.0")
        .replace("compose:", f"{FILES_STEPS}compose:")
        .replace("  /docs/**: seeded\n", ""),
        "blueprints/tool/CHANGELOG.md": "# Changelog\n\n## 2.0.0 - 2026-11-02\n\n- feat: the second\n",
        SETTINGS: '[build]\nstrict = true\noptions = ["a"]\n',
        OPTIONS: '{"level": 2}\n',
        "templates/app/src/{{ package }}/main.py.jinja": text,
    }
    return repo(root, new, "tool/v2.0.0")


def test_an_update_takes_the_steps_on_files(edited, tmp_path):
    plan = scaffold("update", "around", "--dry-run", "--format", "json", where=tmp_path).json
    changed = {one["path"]: one["why"] for one in plan["changed"]}
    assert changed["docs/old.md"] == "dropped from the blueprint"
    assert changed["options.json"] == "seeded: the team's; 2.0.0 sets `level`; 2.0.0 drops `old`"
    assert (tmp_path / "around/docs/old.md").exists(), "nothing is written"
    for name in ("untouched", "around"):
        assert scaffold("update", name, "--commit", where=tmp_path).code == 0
        assert not (tmp_path / name / "docs").exists()
    around = tmp_path / "around"
    assert (around / "settings.toml").read_text() == '[build]\nstrict = true\noptions = ["a", "b"]\n'
    assert (around / "src/demo/main.py").read_text() == "say('mine')\n"
    assert '"mine": 1' in (around / "options.json").read_text()
    assert '"level": 2' in (around / "options.json").read_text()
    assert scaffold("status", around, where=tmp_path).code == 0
    scaffold("new", "tool", tmp_path / "fresh", "--source", edited, "--defaults", where=tmp_path)
    for path in ("settings.toml", "src/demo/main.py"):
        assert (tmp_path / "untouched" / path).read_text() == (tmp_path / "fresh" / path).read_text()
    assert scaffold("undo", "around", where=tmp_path).code == 0
    assert (around / "docs/old.md").read_text() == "old\n"


@pytest.mark.usefixtures("edited")
def test_what_a_step_would_lose_is_a_conflict_that_is_resolved_as_any(tmp_path):
    done = scaffold("update", "within", where=tmp_path)
    assert done.code == 3
    within = tmp_path / "within"
    assert (within / "docs/old.md").read_text() == "old\nmine\n"
    assert '"level": 7' in (within / "options.json").read_text()
    status = scaffold("status", "within", where=tmp_path)
    assert (status.code, "docs/old.md" in status.out, "options.json" in status.out) == (3, True, True)
    assert scaffold("resolve", "--theirs", "options.json", where=within).code == 3, "one is left"
    assert scaffold("resolve", "--ours", "docs/old.md", where=within).code == 0
    assert '"level": 2' in (within / "options.json").read_text()
    commit(within)
    assert scaffold("status", "within", where=tmp_path).code == 0
    assert (within / "docs/old.md").exists()


@pytest.mark.usefixtures("edited")
def test_a_fleet_plans_the_steps_on_files(tmp_path):
    (tmp_path / "fleet.yml").write_text("members:\n  - folder: untouched\n  - folder: around\n  - folder: within\n")
    plan = scaffold("fleet", "plan", "--format", "json", where=tmp_path)
    found = {one["name"]: (one["state"], one["conflicts"]) for one in plan.json["projects"]}
    assert found["untouched"] == ("clean", [])
    assert found["around"] == ("clean", [])
    assert found["within"][0] == "conflict"
    assert {one["path"] for one in found["within"][1]} == {"docs/old.md", "options.json"}


def test_lint_and_test_of_a_blueprint_know_the_steps(edited):
    assert scaffold("blueprint", "lint", "tool", where=edited).out.count("BP-") == 0
    result = try_blueprint("tool", library=edited)
    assert result.passes, [(one.name, one.updates) for one in result.cases]


A = "templates/app/copier.yml"
CODE = """\
_migrations:
  - version: 2.0.0
    before: ["{{ _copier_python }} -c \\"import pathlib; f = pathlib.Path('settings.toml'); f.write_text(f.read_text().replace('flags', 'options'))\\""]
"""


@pytest.fixture
def by_code(tmp_path):
    """A library whose next version renames a key, and says so by code."""
    text = '[build]\nstrict = true\nflags = ["a"]\n'
    seeded = QUIET.replace("/src/**: seeded", "/src/**: seeded\n  /mine.toml: seeded")
    root = repo(
        shelf(tmp_path / "library", {M: seeded, SETTINGS: text, "templates/app/mine.toml": text}), {}, "tool/v1.0.0"
    )
    shelf(root, {M: seeded, SETTINGS: text.replace("flags", "options"), "templates/app/mine.toml": text})
    (root / A).write_text(CODE + FILES[A])
    return root


def test_code_that_migrates_is_run_by_the_test_with_trust_alone(by_code):
    done = scaffold("blueprint", "test", "tool", where=by_code)
    assert "from 1.0.0: not run: 1 migration of code (templates/app/copier.yml:3); --trust runs it" in done.out
    trusted = scaffold("blueprint", "test", "tool", "--trust", where=by_code)
    assert trusted.code == 0, trusted.out
    assert "not run" not in trusted.out
    failing = CODE.replace("import pathlib;", "raise SystemExit('no such luck');")
    (by_code / A).write_text(failing + FILES[A])
    done = scaffold("blueprint", "test", "tool", "--trust", where=by_code)
    assert (done.code, "from 1.0.0, migrated: " in done.out, "no such luck" in done.out) == (3, True, True), done.out


def test_code_that_migrates_makes_what_the_plan_has(by_code):
    mark = (by_code / A).read_text().replace("f.read_text().replace('flags', 'options')", "'broken ['")
    (by_code / A).write_text(mark)
    data = scaffold("blueprint", "test", "tool", "--trust", "--format", "json", where=by_code).json
    (update,) = [one for one in data["cases"][1]["updates"] if one["from"] == "1.0.0"]
    assert update["conflicts"] == ["settings.toml"], "what it leaves is what is merged"


def test_a_release_takes_no_migration_on_trust(by_code):
    repo(by_code, {})
    done = scaffold("blueprint", "release", "tool", "--version", "2.0.0", where=by_code)
    assert (done.code, "a migration of code was not tried" in done.err) == (1, True), done.err
    done = scaffold("blueprint", "release", "tool", "--version", "2.0.0", "--trust", where=by_code)
    assert done.code == 0, done.err


def test_a_migration_is_for_the_version_that_is_released(root):
    manifest = (
        (root / M)
        .read_text()
        .replace("- version: 2.0.0", "- version: 4.0.0\n  answers: [{drop: [gone]}]\n- version: 2.0.0")
    )
    repo(root, {M: manifest, R: FILES[R].replace("size == 'large'", "scale == '3'") + "more\n"})
    done = scaffold("blueprint", "release", "tool", "--bump", "minor", where=root)
    assert (done.code, "a migration is for 4.0.0, and 2.1.0 is to be released" in done.err) == (1, True), done.err
