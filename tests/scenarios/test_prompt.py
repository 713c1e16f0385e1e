"""Questions on a real terminal."""

import os
import re
import sys

import pexpect
import pytest

from tests.scenarios import world
from tests.scenarios.world import release, scaffold

COPIER = """\
name:
  type: str
  help: What is it called?
  placeholder: orders
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


def terminal(*words, where, width=120, mute=False):
    """Run the command line on a terminal; one that is `mute` is asked where its cursor is, and waited for in vain."""
    left_out = {"COLUMNS", "PROMPT_TOOLKIT_NO_CPR"} if mute else {"COLUMNS"}
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    return pexpect.spawn(
        sys.executable, ["-m", "scaffold", *map(str, words)], cwd=str(where), encoding="utf-8", timeout=300,
        dimensions=(40, width), env=environment,
    )  # fmt: skip


def test_new_asks_on_a_terminal(library, tmp_path):
    child = terminal("new", "demo", "p", "--source", library, where=tmp_path)
    child.expect("1/5 What is it called")
    child.expect_exact("(for example: orders)")
    child.send("bad\r")
    child.expect("not that one")
    child.expect("1/5 What is it called")
    child.send("\b\b\bgood\r")
    child.expect("2/5 How loud")
    child.send("\r")
    child.expect("Which parts")
    child.send(" \r")
    child.expect("Sure")
    child.send("\r")
    child.expect("The token")
    child.send("hush-hush\r")
    child.expect_exact(f"demo 1.0.0 into {tmp_path}/p, with these answers:")
    child.expect_exact("Yes, write it")
    looked_at = child.before
    assert re.search(r"name +good\r\n.*parts +\[a, b\]\r\n.*token +…", looked_at, re.DOTALL)
    assert not (tmp_path / "p").exists()
    child.send("\r")
    child.expect("Stamped demo 1.0.0")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "hush-hush" not in looked_at + child.before
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
    child = terminal("update", where=project, mute=True)
    child.expect("1/2 The token")  # never recorded, so it cannot be known
    assert "called" not in child.before
    child.send("\r")
    child.expect("2/2 Something new")
    assert "loud" not in child.before
    child.send("yes\r")
    child.expect_exact("Yes, write it")
    child.send("\r")
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
    child.send("\r")
    child.expect("at least one")
    child.expect("(?s)Which parts.*○ b")
    child.send(" \r")
    child.expect("(?s)Which one.*real")
    child.send("\x1b[B\r")
    child.expect_exact('{"a": [1]}')
    child.send("\r")
    child.expect_exact("Yes, write it")
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
    assert "name: shop" in (project / ".scaffold/answers.yml").read_text()
    done = scaffold("update", "--ask", "na*", where=project)
    assert (done.code, "nobody at a terminal" in done.err) == (2, True)
    assert scaffold("new", "demo", project, "--source", library, where=tmp_path).code == 1


SAYS = "a name starts with a letter, and then has letters and digits only, at most twenty of them in all"
LINKED = f"""\
name:
  type: str
  default: one
  validator: "{{% if name == 'bad' %}}{SAYS}{{% endif %}}"
package: {{type: str, default: "{{{{ name }}}}-package"}}
docs: {{type: bool, default: false}}
title: {{type: str, default: a title, when: "{{{{ docs }}}}"}}
made: {{type: str, default: "{{{{ name }}}}!", when: false}}
"""


def test_answers_are_looked_at_once_more_and_changed(tmp_path):
    library = world.make_library(tmp_path / "library", copier=LINKED)
    child = terminal("new", "demo", "p", "--source", library, where=tmp_path, width=40)
    child.expect("1/4 name")
    child.send("\x15bad\r")
    child.expect("1/4 name")  # once more, after all of what is wrong
    child.expect("1/4 name")
    lines = [re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", line).strip() for line in child.before.split("\r\n")]
    wrong = lines[1:-1]
    assert " ".join(wrong) == SAYS
    assert max(map(len, wrong)) <= 40
    child.send("\x15two\r")
    child.expect("2/4 package")
    child.send("\r")
    child.expect("3/4 docs")
    child.send("n")
    child.expect_exact("Yes, write it")  # the fourth was hidden
    child.send("\x1b[B\r")
    child.expect("Which one")
    child.send("\r")
    child.expect("1/4 name")
    child.send("\x15three\r")
    child.expect("2/4 package")  # whose default was taken, and is another now
    child.send("\r")
    child.expect("package +three-package")
    child.expect_exact("Yes, write it")
    child.send("\x1b[B\x1b[B\r")
    for asked, reply in (("1/4 name", "\r"), ("2/4 package", "\r"), ("3/4 docs", "y"), ("4/4 title", "\r")):
        child.expect(asked)
        child.send(reply)
    child.expect("title +a title")
    child.expect_exact("Yes, write it")
    child.send("\x1b[B\r")
    child.expect_exact("docs: true")
    child.send("\x1b[B\x1b[B\r")
    child.expect("3/4 docs")
    child.send("n")  # and so nobody has told the title
    child.expect("docs +false\r\n[^\n]*Write it")
    child.expect_exact("Yes, write it")
    child.send("\r")
    child.expect("Stamped demo 1.0.0")
    child.expect(pexpect.EOF)
    answers = (tmp_path / "p/.scaffold/answers.yml").read_text()
    assert answers.endswith("answers:\n  name: three\n  package: three-package\n  docs: false\n")


def test_stopped_at_the_last_look_nothing_is_written(tmp_path):
    library = world.make_library(tmp_path / "library", copier="name: {type: str, default: one}\n")
    child = terminal("new", "demo", "p", "--source", library, where=tmp_path)
    child.expect("name")
    assert "1/1" not in child.before
    child.send("\r")
    child.expect_exact("Yes, write it")
    child.send("\x1b[A\r")
    child.expect("stopped before anything was written")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert [path.name for path in tmp_path.iterdir()] == ["library"]


def test_a_kept_answer_is_changed_at_the_last_look_of_an_update(tmp_path):
    library = world.make_library(tmp_path / "library", copier="name: {type: str, default: one}\n")
    project = world.stamp(library, tmp_path / "p")
    release(library, "1.1.0", {"copier.yml": "name: {type: str, default: one}\nextra: {type: str, default: x}\n"})
    child = terminal("update", where=project)
    child.expect("extra")
    child.send("\r")
    child.expect_exact("Yes, write it")
    child.send("\x1b[B\r")
    child.expect("Which one")
    child.send("\r")
    child.expect("name")
    child.send("\x15now\r")
    child.expect("name +now")
    child.expect_exact("Yes, write it")
    child.send("\r")
    child.expect("1.0.0 -> 1.1.0")
    child.expect(pexpect.EOF)
    assert "  name: now\n  extra: x\n" in (project / ".scaffold/answers.yml").read_text()
