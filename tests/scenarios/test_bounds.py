"""Nothing runs without end, nobody is waited for under a lock, and no link or login leads out of a library."""

import json
import os
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock

import scaffold as api
from scaffold.errors import ProjectError
from scaffold.process import waiting
from tests import kit
from tests.scenarios import world
from tests.scenarios.test_refusals import refused
from tests.scenarios.world import COPIER, NEXT, commit, git, release, scaffold, snapshot

MORE = COPIER + "more:\n  type: str\n  default: no\n"


@pytest.fixture
def newer(library, project):
    release(library, "1.1.0", {**NEXT, "copier.yml": MORE})
    return project


def answering(meanwhile):
    """Somebody who does something else before the first answer."""
    waiting = [meanwhile]

    def ask(asked, /):
        while waiting:
            waiting.pop()()
        return asked.default

    return ask


def test_another_update_may_run_while_a_person_is_asked(newer):
    def other():
        assert scaffold("update", "--defaults", where=newer).code == 0

    with pytest.raises(ProjectError, match=r"changed while this was planned .*run it again"):
        api.update(newer, ask=answering(other))
    assert json.loads((newer / ".scaffold/lock.json").read_text())["version"] == "1.1.0"


@pytest.mark.parametrize("what", ["a file", "the answers", "a commit", "nothing"])
def test_what_changes_while_a_person_is_asked_is_seen(newer, what):
    def edit(path, text):
        (newer / path).write_text(text)

    changes = {
        "a file": partial(edit, "notes.md", "other\n"),
        "the answers": partial(edit, ".scaffold/answers.yml", (newer / ".scaffold/answers.yml").read_text() + "# x\n"),
        "a commit": partial(git, "commit", "--quiet", "--allow-empty", "--message=x", where=newer),
        "nothing": lambda: None,
    }
    after = {}

    def meanwhile():
        changes[what]()
        after.update(snapshot(newer))

    if what == "nothing":
        assert api.update(newer, ask=answering(meanwhile)).applied
        return
    with pytest.raises(ProjectError, match=r"changed while this was planned|uncommitted work"):
        api.update(newer, ask=answering(meanwhile))
    assert snapshot(newer) == after


def test_an_update_that_cannot_begin_asks_nobody(newer):
    def never(asked, /):
        raise AssertionError(asked)

    busy = newer / ".git/scaffold/busy"
    busy.parent.mkdir(exist_ok=True)
    with FileLock(busy), pytest.raises(ProjectError, match="another scaffold is at work"):
        api.update(newer, ask=never)


QUESTIONS = "".join(f"q{number}: {{type: str, default: d{number}}}\n" for number in range(5_000))


@pytest.mark.limit(10)
def test_many_questions_are_quick(tmp_path):
    template = kit.write(tmp_path / "t", {"copier.yml": QUESTIONS, "a.txt.jinja": "{{ q7 }}\n"})
    done = scaffold("new", template, "p", "--defaults", "--no-git", "--limit", "seconds=900", where=tmp_path)
    assert done.code == 0, done.err
    assert (tmp_path / "p/a.txt").read_text() == "d7\n"


@pytest.mark.limit(10)
@pytest.mark.parametrize("setting", ["_exclude", "_skip_if_exists"])
def test_a_pattern_of_a_stranger_ends(tmp_path, setting):
    pattern = "*a" * 40 + "b"
    kit.write(tmp_path / "t", {"copier.yml": f"x: 1\n{setting}: ['{pattern}']\n", "a" * 120: "x\n"})
    assert scaffold("new", "./t", "p", "--defaults", "--no-git", "--limit", "seconds=900", where=tmp_path).code == 0


def test_a_folder_that_says_nothing_is_not_searched(tmp_path):
    home = tmp_path / "home"
    for number in range(600):
        (home / f"a{number}").mkdir(parents=True)
    kit.write(home, {"z/z/z/z/a.jinja": ""})
    refused(scaffold("new", home, "p", "--defaults", where=tmp_path), "is neither a library nor a template")
    refused(scaffold("new", "//", "p", "--defaults", where=tmp_path), "/ is neither a library nor a template")


LINKS = {
    "templates/base": "../../away/templates/base",
    "templates": "../away/templates",
    "blueprints/demo/blueprint.yml": "../../../away/blueprints/demo/blueprint.yml",
    "blueprints/demo": "../../away/blueprints/demo",
    "blueprints": "../away/blueprints",
}


@pytest.mark.parametrize("at", LINKS)
@pytest.mark.parametrize("how", ["a folder", "a work tree", "a commit"])
def test_no_link_leads_out_of_a_library(tmp_path, at, how):
    away = kit.library(tmp_path / "away", {"base": {"private": "S3CR3T\n"}})
    root = kit.library(tmp_path / "library", {"base": {"a.txt": "a\n"}})
    (root / at).rename(tmp_path / "aside")
    (root / at).symlink_to(LINKS[at])
    assert (root / at).resolve().is_relative_to(away)
    if how != "a folder":
        git("init", "--quiet", where=root)
        commit(root)
    if how == "a commit":
        git("tag", "demo/v1.0.0", where=root)
    done = scaffold("new", "demo", "p", "--source", root, "--defaults", "--no-git", where=tmp_path)
    refused(done, at, "symbolic link")
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize("in_git", [False, True])
def test_no_link_leads_to_a_folder_of_a_template_elsewhere(tmp_path, in_git):
    kit.write(tmp_path / "away", {"copier.yml": "x: 1\n", "private": "S3CR3T\n"})
    root = kit.write(tmp_path / "t", {"sub": kit.link("../away")})
    if in_git:
        git("init", "--quiet", where=root)
        commit(root)
    for version in ("", "@.") if in_git else ("",):
        refused(scaffold("new", f"./t//sub{version}", "p", "--defaults", where=tmp_path), "sub")
    assert not (tmp_path / "p").exists()


def test_credentials_in_the_answers_go_no_further(tmp_path, monkeypatch):
    template = kit.repo(tmp_path / "t", {"copier.yml": "name: demo\n", "a.txt": "one\n"}, "v1.0.0")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{tmp_path}/t.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://git.example/t")
    url = "https://user:S3CR3T@git.example/t"
    run = partial(scaffold, where=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert run("new", url, "p", "--defaults", "--keep-copier").code == 0
    project = tmp_path / "p"
    kit.repo(template, {"a.txt": "two\n"}, "v2.0.0")
    answers = project / ".scaffold/answers.yml"
    answers.write_text(answers.read_text().replace("https://git.example/t", url))
    commit(project)
    shown = [run("status", "p", "--format", "json"), run("diff", "p", "--upstream"), run("update", "p", "--commit")]
    assert [done.code for done in shown] == [3, 0, 0], shown
    assert all("S3CR3T" not in done.out + done.err for done in shown)
    assert "credentials in the source are taken out" in shown[-1].out
    for folder in (project, tmp_path / "cache"):
        for place in folder.rglob("*"):
            if place.is_file() and "objects" not in place.parts:
                assert b"S3CR3T" not in place.read_bytes(), place
    assert "S3CR3T" not in git("log", "-1", "--format=%B", where=project)
    assert (project / "a.txt").read_text() == "two\n"


def test_a_task_does_not_see_the_source_of_the_user(tmp_path):
    kit.write(tmp_path / "t", {"copier.yml": "_tasks: ['env > seen']\n"})
    secret = {"SCAFFOLD_SOURCE": "https://user:S3CR3T@git.example/t"}
    done = world.scaffold("new", "./t", "p", "--defaults", "--trust", "--no-git", where=tmp_path, **secret)
    assert done.code == 0, done.err
    assert "S3CR3T" not in (tmp_path / "p/seen").read_text()
    assert os.environ.get("SCAFFOLD_SOURCE") is None
    assert Path(tmp_path / "p/seen").read_text()


@pytest.mark.parametrize(("hooks", "named"), [(1, "the pre-commit hook"), (2, "git commit: hooks and signing")])
def test_what_a_commit_waits_for_is_named(newer, tmp_path, monkeypatch, hooks, named):
    monkeypatch.setattr(waiting, "PATIENCE", 0.05)
    told = tmp_path / "told"
    for name in ("pre-commit", "commit-msg")[:hooks]:
        hook = newer / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\nwhile ! [ -e {told} ]; do sleep 0.05; done\n")
        hook.chmod(0o755)
    said = []

    def notify(what):
        said.append(what)
        told.write_text("")

    with waiting.telling(notify):
        assert api.update(newer, commit=True).commit
    assert said == [f"Waiting for {named}"]


def test_a_limit_holds_where_a_template_has_constants_without_end(tmp_path):
    endless = "{{ '" + "a" * 40 + "!' | regex_replace('^(a+)+$', '') }}\n"
    world.write(tmp_path / "t", {"copier.yml": "name: {type: str, default: d}\n", "f.txt.jinja": endless * 1000})
    words = ("new", "./t", "p", "--defaults", "--no-git", "--limit", "seconds=1")
    done = world.scaffold(*words, where=tmp_path)
    assert done.code == 1
    assert "took longer than 1 s" in done.err
