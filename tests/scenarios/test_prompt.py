"""Questions on a real terminal."""

import sys

import pexpect
import pytest

from tests.scenarios import world
from tests.scenarios.world import release, scaffold

COPIER = """\
name:
  type: str
  help: What is it called?
  validator: "{% if name == 'bad' %}not that one{% endif %}"
level:
  type: str
  help: How loud?
  choices: [low, high]
  default: high
parts:
  type: str
  help: Which parts?
  multiselect: true
  choices: [a, b, c]
  default: [b]
sure:
  type: bool
  help: Sure?
  default: true
token:
  type: str
  help: The token?
  secret: true
  default: ""
"""


@pytest.fixture
def library(tmp_path):
    return world.make_library(tmp_path / "library", copier=COPIER)


def terminal(*words, where):
    return pexpect.spawn(
        sys.executable, ["-m", "scaffold", *map(str, words)], cwd=str(where), encoding="utf-8", timeout=20,
        dimensions=(40, 120),
    )  # fmt: skip


def test_new_asks_on_a_terminal(library, tmp_path):
    child = terminal("new", "demo", "p", "--source", library, where=tmp_path)
    child.expect("What is it called")
    child.send("bad\r")
    child.expect("not that one")
    child.send("\b\b\bgood\r")
    child.expect("How loud")
    child.send("\r")
    child.expect("Which parts")
    child.send(" \r")
    child.expect("Sure")
    child.send("\r")
    child.expect("The token")
    child.send("hush-hush\r")
    child.expect("Stamped demo 1.0.0")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "hush-hush" not in child.before
    answers = (tmp_path / "p/.scaffold/answers.yml").read_text()
    assert answers.endswith("answers:\n  name: good\n  level: high\n  parts:\n  - a\n  - b\n  sure: true\n")


def test_control_c_at_a_question_leaves_nothing(library, tmp_path):
    child = terminal("new", "demo", "p", "--source", library, where=tmp_path)
    child.expect("What is it called")
    child.sendcontrol("c")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert "Traceback" not in child.before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["library"]


def test_defaults_and_json_never_ask(library, tmp_path):
    for words in (("--defaults",), ("--format", "json")):
        child = terminal("new", "demo", "p", "--source", library, *words, where=tmp_path)
        child.expect("`name`")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 1


def test_update_asks_only_what_is_new(library, tmp_path):
    project = world.stamp(library, tmp_path / "p", "--data", "name=x")
    release(library, "1.1.0", {"copier.yml": COPIER + "extra:\n  type: str\n  help: Something new?\n"})
    child = terminal("update", where=project)
    child.expect("The token")  # never recorded, so it cannot be known
    assert "called" not in child.before
    child.send("\r")
    child.expect("Something new")
    assert "loud" not in child.before
    child.send("yes\r")
    child.expect("1.0.0 -> 1.1.0")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "extra: yes" in (project / ".scaffold/answers.yml").read_text().replace("'", "")
    assert scaffold("status", where=project).code == 0


@pytest.mark.parametrize("yes", [True, False], ids=["yes", "no"])
def test_an_update_asks_whether_the_teams_own_files_go_along(tmp_path, yes):
    library = world.make_library(tmp_path / "library", copier="name: {type: str, default: old}\n")
    release(library, "1.1.0", {"{{ name }}/app.py": "print('app')\n"})
    project = world.stamp(library, tmp_path / "p")
    assert scaffold("update", "--commit", where=project).code == 0
    world.write(project, {"old/mine.py": "mine\n"})
    world.commit(project)
    child = terminal("update", "--data", "name=now", where=project)
    child.expect("old/mine.py -> now/mine.py")
    child.expect("Move them along")
    child.send("y" if yes else "n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert (project / "now/mine.py").exists() is yes
    assert (project / "old/mine.py").exists() is not yes


ODD = """\
name: {type: str, help: A name?}
parts:
  type: str
  help: Which parts?
  multiselect: true
  choices: [a, b]
  validator: "{% if not parts %}at least one{% endif %}"
none: {type: yaml, help: Which one?, choices: [[label, null], [real, "null"]]}
data: {type: json, help: What data?, default: {a: [1]}}
"""


def test_odd_replies_are_taken_or_asked_again(tmp_path):
    library = world.make_library(tmp_path / "library", copier=ODD)
    child = terminal("new", "demo", "p", "--source", library, where=tmp_path)
    child.expect("A name")
    child.send("\r")
    child.expect("(?s)Which parts.*○ b")
    child.send("\r")  # refused, which is told where this terminal has no line for it
    child.send(" \r")
    child.expect("(?s)Which one.*real")
    child.send("\x1b[B\r")
    child.expect_exact('{"a": [1]}')
    child.send("\r")
    child.expect("Stamped demo 1.0.0")
    child.expect(pexpect.EOF)
    child.close()
    project = tmp_path / "p"
    answers = "answers:\n  name: ''\n  parts:\n  - a\n  none: null\n  data:\n    a:\n    - 1\n"
    assert (project / ".scaffold/answers.yml").read_text().endswith(answers)
    child = terminal("update", "--defaults", "--ask", "na*", where=project)
    child.expect("A name")
    child.send("shop\r")
    child.expect("answers applied")
    child.expect(pexpect.EOF)
    child.close()
    assert "name: 'shop'" in (project / ".scaffold/answers.yml").read_text()
    done = scaffold("update", "--ask", "na*", where=project)
    assert (done.code, "nobody at a terminal" in done.err) == (2, True)
    assert scaffold("new", "demo", project, "--source", library, where=tmp_path).code == 1
