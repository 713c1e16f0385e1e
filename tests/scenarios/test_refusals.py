"""Each way to be refused: one sentence, where, what to do; exit 1; nothing half-written."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.scenarios import world
from tests.scenarios.world import COPIER, NEXT, commit, git, release, scaffold, snapshot


def refused(done, *parts):
    """One line on standard error that holds all parts; nothing on standard output."""
    assert done.code == 1
    assert done.out == ""
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1, done.err
    for part in parts:
        assert part in done.err, done.err


@pytest.mark.parametrize("command", ["status", "update", "diff", "undo"])
def test_not_a_project(tmp_path, command):
    refused(scaffold(command, where=tmp_path), str(tmp_path), "no scaffold project", "scaffold new")


def test_not_a_repository(library, tmp_path):
    project = world.stamp(library, tmp_path / "p", "--no-git")
    assert not (project / ".git").exists()
    before = (project / ".scaffold/lock.json").read_text()
    release(library, "1.1.0", NEXT)
    refused(scaffold("update", where=project), str(project), "in no git repository", "git init")
    assert scaffold("status", "--format", "json", where=project).json["behind"] is True
    assert (project / ".scaffold/lock.json").read_text() == before


def test_unknown_blueprint(library, tmp_path):
    done = scaffold("new", "dmo", tmp_path / "p", "--source", library, where=tmp_path)
    refused(done, "there is no blueprint 'dmo'", str(library), "it has: demo")


def test_unknown_version(library, tmp_path):
    done = scaffold("new", "demo@9.9", tmp_path / "p", "--source", library, where=tmp_path)
    refused(done, "there is no demo 9.9", "released versions: 1.0.0")
    assert not (tmp_path / "p").exists()


def test_unknown_version_of_an_update(project):
    before = snapshot(project)
    refused(scaffold("update", "--to", "7", where=project), "there is no demo 7", "1.0.0")
    assert snapshot(project) == before


def test_unknown_source(tmp_path):
    done = scaffold("new", "demo", tmp_path / "p", "--source", tmp_path / "nowhere", where=tmp_path)
    refused(done, "there is no library at", "a source is `builtin`")


def test_missing_answers_are_all_named(tmp_path):
    done = scaffold("new", "python-http-service", tmp_path / "p", where=tmp_path)
    refused(done, "`mission`, `owner`, `outcome`", "--data mission=", "--data-file")
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ("port=abc", ("'abc'", "`port`", "a whole number")),
        ("port=80", ("'80'", "`port`", "1024")),
        ("python=2.7", ("`python`", "3.11, 3.12")),
        ("prot=8080", ("no question `prot`", "did you mean `port`?")),
    ],
)
def test_wrong_answers(tmp_path, data, parts):
    given = ["--data", "mission=m", "--data", "owner=@a/b", "--data", "outcome=o", "--data", data]
    refused(scaffold("new", "python-http-service", tmp_path / "p", *given, where=tmp_path), *parts)
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(("word", "code"), [("noequals", 2), ("=x", 2)])
def test_data_that_is_no_pair_is_a_wrong_command_line(library, tmp_path, word, code):
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, "--data", word, where=tmp_path)
    assert done.code == code
    assert "K=V" in done.err


@pytest.mark.parametrize(
    ("content", "part"),
    [("a: [", "not valid YAML"), ("- 1\n", "must be a mapping"), ("\xff", "UTF-8"), ("name: a\nname: b\n", "twice")],
)
def test_a_data_file_that_is_none(library, tmp_path, content, part):
    place = tmp_path / "answers.yml"
    place.write_bytes(content.encode("latin-1"))
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, "--data-file", place, where=tmp_path)
    refused(done, str(place), part)


def test_a_data_file_that_is_not_there(library, tmp_path):
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, "--data-file", tmp_path / "x", where=tmp_path)
    refused(done, str(tmp_path / "x"), "No such file")


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ("one\n{{ name\n", "bad.txt.jinja:2"),
        ("one\ntwo\n{{ name.a.b }}\n", "bad.txt.jinja:3"),
        ("{{ 1 // 0 }}", "bad.txt.jinja:1"),
        ("{% include 'none' %}", "there is no template 'none'"),
        ("{{ name | nofilter }}", "nofilter"),
    ],
)
def test_a_template_that_fails_to_render(library, tmp_path, template, part):
    world.write(library / "templates/base", {"bad.txt.jinja": template})
    commit(library)
    done = scaffold("new", "demo@main", tmp_path / "p", "--source", library, where=tmp_path)
    refused(done, "templates/base/", part)
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("manifest", "parts"),
    [
        ("name: demo\nversion: 1.0\n", ("blueprint.yml:2", "`version` must be text, not 1.0")),
        ("name: demo\nversion: one\n", ("blueprint.yml:2", "a version such as 1.2.0")),
        ("name: demo\nversion: 1.0.0\n", ("`title` is missing",)),
        (
            'name: demo\nversion: 1.0.0\ntitle: T\nowners: ["@a"]\nlayers: [base]\nownerships: {}\n',
            ("blueprint.yml:6", "did you mean `ownership`?"),
        ),
        (
            'name: demo\nversion: 1.0.0\ntitle: T\nowners: ["@a"]\nlayers: [base]\nownership:\n  "*": mine\n',
            ("blueprint.yml:7", "one of locked, managed, seeded, not 'mine'"),
        ),
        (
            'name: demo\nversion: 1.0.0\ntitle: T\nowners: ["@a"]\nlayers: [none]\n',
            ("blueprint.yml", "there is no layer templates/none"),
        ),
        (
            'name: demo\nversion: 1.0.0\ntitle: T\nowners: ["@a"]\nlayers: [base]\nmin_scaffold_version: 99.0.0\n',
            ("needs scaffold 99.0.0", "upgrade scaffold"),
        ),
    ],
)
def test_a_blueprint_that_is_wrong(tmp_path, manifest, parts):
    library = world.make_library(tmp_path / "lib", manifest=manifest.replace("{", "{{").replace("}", "}}"))
    done = scaffold("new", "demo@main", tmp_path / "p", "--source", library, where=tmp_path)
    refused(done, *parts)


def test_two_layers_on_one_path(tmp_path):
    library = world.make_library(tmp_path / "lib", manifest=world.MANIFEST.replace("[base]", "[base, more]"))
    world.write(library, {"templates/more/ci.yml": "x: 1\n", "templates/more/copier.yml": ""})
    commit(library)
    done = scaffold("new", "demo@main", tmp_path / "p", "--source", library, where=tmp_path)
    refused(done, "blueprint.yml", "two layers write ci.yml: base/ci.yml and more/ci.yml", "`compose:`")


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_a_destination_that_exists(library, tmp_path, kind):
    dest = tmp_path / "p"
    if kind == "file":
        dest.write_text("mine")
    elif kind == "folder":
        world.write(dest, {"mine.txt": "mine"})
    else:
        (tmp_path / "target").mkdir()
        dest.symlink_to(tmp_path / "target")
    done = scaffold("new", "demo", dest, "--source", library, where=tmp_path)
    refused(done, str(dest), "exists already")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        {"p", "library", *(["target"] if kind == "link" else [])}
    )


def test_an_empty_folder_is_as_good_as_none(library, tmp_path):
    (tmp_path / "p").mkdir()
    assert scaffold("new", "demo", tmp_path / "p", "--source", library, where=tmp_path).code == 0


def bound_by_permissions(*words, where):
    """Run the command line as somebody whom permissions stop; root gives up its power to ignore them."""
    command = [sys.executable, "-m", "scaffold", *map(str, words)]
    if os.getuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root ignores permissions, and there is no setpriv to stop that")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    return world.run(command, where)


def test_a_read_only_folder(library, tmp_path):
    place = tmp_path / "shut"
    place.mkdir()
    place.chmod(0o555)
    done = bound_by_permissions("new", "demo", place / "p", "--source", library, where=tmp_path)
    refused(done, str(place), "Permission denied")
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("shut", [".", ".git", "src"])
def test_a_read_only_folder_in_the_project(library, project, tmp_path, shut):
    release(library, "1.1.0", NEXT | {"src/more.py": "more\n"})
    before = snapshot(project)
    (project / shut).chmod(0o555)
    done = bound_by_permissions("update", project, where=tmp_path)
    (project / shut).chmod(0o755)
    refused(done, str(project), "Permission denied")
    assert "/after/" not in done.err
    assert snapshot(project) == before
    assert scaffold("status", "--format", "json", where=project).json["state"] == "behind"


@pytest.mark.parametrize(
    ("damage", "parts"),
    [
        (lambda text: text[: len(text) // 2], ("lock.json", "the lock is damaged")),
        (lambda text: text.replace('"blob": "', '"blob": "zz'), ("the lock is damaged", "hexadecimal")),
        (lambda text: text.replace('"ci.yml"', '"../ci.yml"'), ("the lock is damaged", "does not stay inside")),
        (lambda text: "<<<<<<< HEAD\n" + text, ("lock.json:1", "the lock is damaged", "git checkout")),
        (lambda _: "[]", ("the lock is damaged",)),
        (lambda text: text.replace('"format": 1', '"format": 2'), ("whose format 2 this one does not know", "upgrade")),
    ],
)
def test_a_lock_that_is_damaged_or_newer(project, damage, parts):
    place = project / ".scaffold/lock.json"
    place.write_text(damage(place.read_text()))
    before = snapshot(project)
    for command in ("status", "update", "diff"):
        refused(scaffold(command, where=project), *parts)
    assert snapshot(project) == before


def test_answers_that_were_edited_wrongly(project):
    place = project / ".scaffold/answers.yml"
    text = place.read_text()
    place.write_text(text + "  nmae: x\n")
    refused(scaffold("update", where=project), "answers.yml", "no question `nmae`")
    place.write_text(text.replace("answers:", "answers: ["))
    refused(scaffold("update", where=project), "answers.yml:", "not valid YAML")
    place.unlink()
    refused(scaffold("status", where=project), "answers.yml", "missing")


def test_no_network(tmp_path):
    done = scaffold(
        "new",
        "demo",
        tmp_path / "p",
        "--source",
        "https://git.invalid/library.git",
        where=tmp_path,
        GIT_ALLOW_PROTOCOL="",
    )
    refused(done, "git could not reach https://git.invalid/library.git", "check the address")
    assert not (tmp_path / "p").exists()


def test_no_git_identity(library, tmp_path):
    nobody = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "")
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, where=tmp_path, **nobody)
    refused(done, "git could not commit", "user.name")
    assert not (tmp_path / "p").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["library"]


def test_no_git_at_all(library, tmp_path):
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, where=tmp_path, PATH="/nonexistent")
    refused(done, "git is not installed")
    assert not (tmp_path / "p").exists()


def test_a_commit_hook_that_refuses(library, project):
    release(library, "1.1.0", NEXT)
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'no commits on a Friday' >&2\nexit 1\n")
    hook.chmod(0o755)
    before = snapshot(project)
    refused(scaffold("update", "--commit", where=project), "no commits on a Friday", "scaffold undo")
    assert (project / "ci.yml").read_text() == "steps: [one, two]\n", "it is staged, as the sentence says"
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_two_at_once(library, project):
    release(library, "1.1.0", NEXT)
    slow = project / ".git/hooks/pre-commit"
    slow.parent.mkdir(exist_ok=True)
    slow.write_text("#!/bin/sh\ntouch .git/committing\nwhile [ -e .git/committing ]; do sleep 0.05; done\n")
    slow.chmod(0o755)
    first = subprocess.Popen(
        [sys.executable, "-m", "scaffold", "update", "--commit"], cwd=project, stdout=subprocess.PIPE
    )
    while not (project / ".git/committing").exists():
        time.sleep(0.02)
    refused(scaffold("update", where=project), "another scaffold is at work")
    (project / ".git/committing").unlink()
    first.communicate()
    assert first.returncode == 0
    assert scaffold("status", where=project).code == 0


def test_control_c(library, project):
    release(library, "1.1.0", NEXT)
    slow = project / ".git/hooks/pre-commit"
    slow.parent.mkdir(exist_ok=True)
    slow.write_text("#!/bin/sh\ntouch .git/committing\nexec sleep 600\n")
    slow.chmod(0o755)
    before = snapshot(project)
    process = subprocess.Popen(
        [sys.executable, "-m", "scaffold", "update", "--commit"], cwd=project, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    while not (project / ".git/committing").exists():
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in err
    (project / ".git/committing").unlink()
    if snapshot(project) != before:
        assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_a_branch_that_exists(library, project):
    release(library, "1.1.0", NEXT)
    git("branch", "taken", where=project)
    before = snapshot(project)
    refused(scaffold("update", "--branch", "taken", where=project), "the branch taken exists already")
    refused(scaffold("update", "--branch", "bad..name", where=project), "bad..name")
    assert snapshot(project) == before


def test_a_folder_where_the_blueprint_has_a_file(library, project):
    release(library, "1.1.0", NEXT | {"thing": "a file\n"})
    world.write(project, {"thing/inside": "ours\n"})
    commit(project)
    before = snapshot(project)
    refused(scaffold("update", where=project), "thing is a folder", "move it away")
    assert snapshot(project) == before


def test_a_secret_without_default(tmp_path):
    library = world.make_library(tmp_path / "lib", copier=COPIER + "other:\n  type: str\n  secret: true\n")
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, where=tmp_path)
    refused(done, "templates/base/copier.yml:", "the secret question `other` has no default")


def test_a_bug_of_ours_is_said_to_be_one_and_logged(project):
    program = "import scaffold.project.commands.status as s, sys\ns.find_drift = None\nfrom scaffold.cli.app import main\nsys.exit(main())"
    done = world.run([sys.executable, "-c", program, "status", "--format=json"], project)
    assert done.code == 70
    assert "bug in scaffold (TypeError)" in done.err
    log = done.err.split(": ")[-1].strip()
    assert "TypeError" in Path(log).read_text()
    done = world.run([sys.executable, "-c", program, "status"], project, XDG_STATE_HOME="/dev/null")
    assert done.code == 70
    assert "bug in scaffold (TypeError); it happened at " in done.err
    assert "no log of it can be written" in done.err


def test_a_wrong_command_line_is_2(tmp_path):
    for words in (["nonsense"], ["new"], ["update", "--nonsense"], ["status", "--format", "xml"]):
        assert scaffold(*words, where=tmp_path).code == 2
