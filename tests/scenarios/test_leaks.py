"""Nothing leaks: into commits and objects, to hooks of a template, to other users of the machine, or into reports."""

import base64
import json
import os
import stat
import subprocess
import sys
import urllib.parse
import zlib
from contextlib import suppress
from pathlib import Path

import pytest

from tests.kit import repo
from tests.scenarios.world import git, scaffold

TOKEN = "token: {type: str, secret: true, default: none-yet}\n"
ENV = {
    "copier.yml": TOKEN,
    ".env.jinja": "TOKEN={{ token }}\n",
    "a.txt": "1\n",
    "conf/.gitignore": "*.key\n!open.key\n",
}
IGNORING = {**ENV, ".gitignore": "/.env\n.scaffold/\n", "conf/x.key.jinja": "{{ token }}", "conf/open.key": "x\n"}
HOOK = "#!/bin/sh\ntouch ran\n"


def made(done):
    assert done.code == 0, done.err
    return done


def tracked(project):
    return set(git("ls-files", where=project).split())


def objects(project):
    """Everything in git's database of a repository, loose or packed, as one text."""
    said = git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)", where=project)
    done = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=project, input=said.encode(), capture_output=True, check=True
    )
    return done.stdout


# What git ignores


@pytest.mark.parametrize("where", ["own", "existing"])
def test_new_leaves_out_of_git_what_git_ignores(tmp_path, where):
    template = repo(tmp_path / "t", IGNORING, "v1.0.0")
    top = repo(tmp_path / "mono", {"x": "1\n"}) if where == "existing" else tmp_path
    project = top / "p"
    done = made(scaffold("new", template, project, "--data", "token=hunter2", "--format", "json", where=tmp_path))
    if where == "existing":
        git("commit", "--quiet", "--message=p", where=project)
    else:
        assert done.json["notes"] == ["git ignores these, so they are not committed: .env, conf/x.key"]
    assert (project / ".env").read_text() == "TOKEN=hunter2\n"
    assert tracked(project) == {
        ".gitignore", ".scaffold/answers.yml", ".scaffold/lock.json", "a.txt", "conf/.gitignore", "conf/open.key",
    }  # fmt: skip
    assert b"hunter2" not in objects(project)
    # The next update merges from what was stamped, though git does not have it.
    repo(template, {".env.jinja": "TOKEN={{ token }}\nMORE=1\n"}, "v2.0.0")
    (project / ".env").write_text("# mine\n\nTOKEN=hunter2\n")
    made(scaffold("update", project, where=tmp_path))
    assert (project / ".env").read_text() == "# mine\n\nTOKEN=hunter2\nMORE=1\n"
    assert b"hunter2" not in objects(project)
    git("commit", "--quiet", "--message=2", where=project)
    assert ".env" not in tracked(project)


def test_a_new_repository_goes_with_undo_ignored_files_and_all(tmp_path, monkeypatch):
    excludes = tmp_path / "excludes"
    excludes.write_text("*.txt\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    (tmp_path / "config").write_text(f"[core]\n excludesFile = {excludes}\n[user]\n name = t\n email = t@t\n")
    task = "_tasks: [echo secret > .env.made]\n"
    files = {**ENV, "copier.yml": TOKEN + task, ".gitignore": ".env*\n"}
    template = repo(tmp_path / "t", {"copier.yml": TOKEN})
    for path, text in files.items():
        (template / path).parent.mkdir(exist_ok=True)
        (template / path).write_text(text)
    git("add", "--all", "--force", where=template)
    git("commit", "--quiet", "--message=all", where=template)
    project = tmp_path / "p"
    made(scaffold("new", template, project, "--trust", where=tmp_path))
    assert (project / ".env.made").exists() and (project / "a.txt").exists()
    assert not {"a.txt", ".env", ".env.made"} & tracked(project)
    made(scaffold("undo", project, where=tmp_path))
    assert not project.exists()


# Hooks


def hooked(tmp_path, files, *tags):
    return repo(tmp_path / "t", {"copier.yml": "name: demo\n", **files}, *tags)


def executable(root, *paths):
    for path in paths:
        (root / path).chmod(0o755)
    git("commit", "--quiet", "--all", "--message=x", where=root)


@pytest.mark.parametrize(
    ("setting", "hook", "link"),
    [
        (".husky", ".husky/pre-commit", None),
        (".Husky/", ".husky/pre-commit", None),
        (".husky/_", ".husky/pre-commit", None),
        ("tools/git/hooks", "tools/git/hooks/pre-commit", None),
        ("{root}/.husky", ".husky/pre-commit", None),
        ("{root}", "pre-commit", None),
        ("linked", "real/pre-commit", ("linked", "real")),
        (None, "scripts/check.sh", (".git/hooks/pre-commit", "../../scripts/check.sh")),
        (None, "team-hooks/post-index-change", (".git/hooks", "../team-hooks")),
    ],
    ids=[
        "folder",
        "case",
        "below",
        "deep",
        "absolute",
        "the top",
        "link to a folder",
        "a linked hook",
        "all are linked",
    ],
)
def test_a_hook_that_an_update_brings_does_not_run_in_its_commit(tmp_path, setting, hook, link):
    template = hooked(tmp_path, {hook: "#!/bin/sh\n", "filtered.txt": "1\n"})
    executable(template, hook)
    git("tag", "v1.0.0", where=template)
    repo(template, {"sub/b.txt": "2\n", "sub/.gitattributes": "* text=auto\n"}, "v1.1.0")
    repo(template, {hook: HOOK})
    executable(template, hook)
    git("tag", "v2.0.0", where=template)
    project = tmp_path / "p"
    made(scaffold("new", f"{template}@1.0.0", project, where=tmp_path))
    if link:
        place = project / link[0]
        if place.is_dir():
            for sample in place.iterdir():
                sample.unlink()
            place.rmdir()
        place.parent.mkdir(exist_ok=True)
        place.symlink_to(link[1])
    if setting:
        git("config", "core.hooksPath", setting.format(root=project), where=project)
    done = made(scaffold("update", project, "--to", "1.1.0", "--commit", "--format", "json", where=tmp_path))
    assert done.json["notes"] == []
    done = made(scaffold("update", project, "--commit", "--format", "json", where=tmp_path))
    assert not (project / "ran").exists()
    (note,) = done.json["notes"]
    assert note.startswith("no hooks ran in the commit") and hook in note
    assert git("log", "-1", "--format=%s", where=project).startswith("chore: update")


def test_hooks_of_a_person_run_as_always_and_those_of_a_trusted_template_too(tmp_path):
    template = hooked(tmp_path, {".husky/pre-commit": HOOK}, "v1.0.0")
    executable(template, ".husky/pre-commit")
    git("tag", "--force", "v1.0.0", where=template)
    repo(template, {"a.txt": "1\n"}, "v2.0.0")
    repo(template, {".husky/pre-commit": HOOK + "# 3\n"})
    executable(template, ".husky/pre-commit")
    git("tag", "v3.0.0", where=template)
    project = tmp_path / "p"
    made(scaffold("new", f"{template}@1.0.0", project, where=tmp_path))
    git("config", "core.hooksPath", ".husky", where=project)
    for version, words in (("2.0.0", ()), ("3.0.0", ("--trust",))):
        made(scaffold("update", project, "--to", version, "--commit", *words, where=tmp_path))
        assert (project / "ran").exists(), version
        (project / "ran").unlink()


def test_new_and_a_continued_update_run_no_hook_of_the_template(tmp_path, monkeypatch):
    (tmp_path / "config").write_text("[core]\n hooksPath = .husky\n[user]\n name = t\n email = t@t\n")
    template = hooked(tmp_path, {".husky/pre-commit": HOOK, "a.txt": "1\n"}, "v1.0.0")
    executable(template, ".husky/pre-commit")
    git("tag", "--force", "v1.0.0", where=template)
    repo(template, {".husky/pre-commit": HOOK + "# 2\n", "a.txt": "2\n"}, "v2.0.0")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    project = tmp_path / "p"
    done = made(scaffold("new", f"{template}@1.0.0", project, where=tmp_path))
    assert "no hooks ran in the commit" in done.out and ".husky/pre-commit" in done.out
    repo(project, {"a.txt": "mine\n"})
    (project / "ran").unlink(missing_ok=True)
    assert scaffold("update", project, "--commit", where=tmp_path).code == 3
    (project / "a.txt").write_text("both\n")
    done = made(scaffold("update", project, "--continue", "--format", "json", where=tmp_path))
    assert ".husky/pre-commit" in done.json["notes"][0] and done.json["commit"]
    assert not (project / "ran").exists()


# Other users of the machine


def open_to_others(root):
    """What anybody could read below a folder: what lies in a closed one is closed."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if (Path(folder) / name).lstat().st_mode & 0o007]
        found += [Path(folder) / name for name in names if (Path(folder) / name).lstat().st_mode & 0o004]
    return [place for place in found if stat.S_ISREG(place.lstat().st_mode)]


def test_what_only_its_owner_may_read_is_copied_nowhere_that_others_may(tmp_path):
    before = os.umask(0)
    try:
        cache = tmp_path / "cache"
        template = repo(tmp_path / "t", {**ENV, "copier.yml": TOKEN}, "v1.0.0")
        (template / ".gitignore").write_text(".env\n")
        git("add", "--all", "--force", where=template)
        git("commit", "--quiet", "--message=x", where=template)
        git("tag", "--force", "v1.0.0", where=template)
        repo(template, {"a.txt": "2\n", ".env.jinja": "TOKEN={{ token }}\nMORE=1\n"}, "v2.0.0")
        project, words = tmp_path / "p", {"where": tmp_path, "XDG_CACHE_HOME": str(cache), "XDG_STATE_HOME": str(cache)}
        made(scaffold("new", f"{template}@1.0.0", project, "--data", "token=hunter2", **words))
        (project / ".env").chmod(0o600)
        made(scaffold("update", project, "--commit", **words))
        assert (project / ".env").stat().st_mode & 0o777 == 0o600
        assert "hunter2" in (project / ".env").read_text()
        for place in open_to_others(tmp_path):
            assert b"hunter2" not in place.read_bytes(), place
        made(scaffold("undo", project, **words))
        assert (project / ".env").stat().st_mode & 0o777 == 0o600
        assert not [place for place in open_to_others(cache) if place.name != "CACHEDIR.TAG"]
        assert [place.stat().st_mode & 0o077 for place in (project / ".git/scaffold").iterdir() if place.is_dir()] == [
            0
        ]
    finally:
        os.umask(before)


# Names that are shown

NAME = "a\nerror: forged \x1b[2J\u202e.txt"


def test_a_name_forges_no_line_and_steers_no_terminal_in_a_pipe_either(tmp_path):
    template = repo(tmp_path / "t", {"copier.yml": "x: 1\n", NAME: "1\n", "b.txt": "1\n"}, "v1.0.0")
    project = tmp_path / "p"
    made(scaffold("new", template, project, where=tmp_path))
    repo(template, {NAME: "2\x0c\x1b[31m\u2028 \x85\n", "b.txt": "1\r\n"}, "v2.0.0")
    shown = "a\\x0aerror: forged \\x1b[2J\\u202e.txt"
    for words in (("update", "--dry-run"), ("status",), ("diff", "--upstream"), ("explain", project / NAME)):
        done = scaffold(words[0], *([project] if words[0] != "explain" else []), *words[1:], where=project)
        lines = (done.out + done.err).split("\n")
        assert not any(line.startswith("error: forged") for line in lines), words
        assert words[0] == "diff" or not set(done.out + done.err) & {"\x1b", "\u202e"}, words
        assert words[0] == "status" or any(shown in line for line in lines), words
    error = scaffold("explain", project / f"{NAME}?", where=project)
    assert error.code == 1 and shown in error.err and error.err.count("\n") == 1
    data = scaffold("update", project, "--dry-run", "--format", "json", where=tmp_path)
    assert {NAME} < {one["path"] for one in data.json["changed"]} and "\u202e" not in data.out
    # For git the difference is what it was: a patch that applies, whatever the names and the contents.
    command = [sys.executable, "-m", "scaffold", "diff", project, "--upstream"]
    patch = subprocess.run(command, capture_output=True, check=True).stdout
    subprocess.run(["git", "apply", "-"], cwd=project, input=patch, check=True)
    made(scaffold("update", project, "--recopy", "--dry-run", where=tmp_path))
    assert (project / NAME).read_bytes() == (template / NAME).read_bytes()
    assert (project / "b.txt").read_bytes() == b"1\r\n"


# Secrets, planted and looked for

SECRETS = ("S3CR3T-t0ken/with+signs=", "qu\"ote\\back'tick\nand a line", "pä ss wörd zq", "~k9^")
QUESTIONS = """\
name: {type: str, default: demo}
token: {type: str, secret: true, default: none-yet}
plain: {type: str, default: "{{ token }}"}
auth: {type: str, default: "{% include 'inc' %}"}
kind: {choices: ["x{{ token | upper }}", other], default: other}
hint: {type: str, default: "ok", help: "{{ token }}", placeholder: "{{ token }}", validator: "{% if token == 'no' %}{{ token }}{% endif %}"}
hidden: {when: false, default: "{{ token | sha1 }}"}
late: {type: str, default: "{{ hidden }}"}
_exclude: [inc, copier.yml]
_external_data: {data: "{{ token | sha1 }}.yml"}
_message_after_copy: "see {{ token }} and {{ token | b64encode }}"
_tasks: ["test -n \\"$TOKEN\\" || true"]
"""


def shapes(secret):
    """A secret as it may look: whole, cut into its lines, and in the ways that text is written in other text."""
    raw = secret.encode()
    inner = [base64.b64encode(b"x" * pad + raw)[(pad * 8 + 5) // 6 :].rstrip(b"=")[:-1] for pad in range(3)]
    texts = {
        secret, secret.upper(), secret.lower(), secret[::-1], urllib.parse.quote(secret, safe=""), repr(secret)[1:-1],
        json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], raw.hex(), *secret.split("\n"),
    }  # fmt: skip
    return {shape for shape in (*(text.encode() for text in texts), *inner) if len(shape) > 2}


def files_below(*roots):
    for root in roots:
        for place in Path(root).rglob("*"):
            if place.is_file() and not place.is_symlink():
                content = place.read_bytes()
                yield place, content
                with suppress(zlib.error):
                    yield place, zlib.decompress(content)


@pytest.mark.parametrize("secret", SECRETS, ids=["signs", "quotes and a line", "letters", "short"])
def test_a_secret_is_found_in_nothing_but_the_files_that_are_to_have_it(tmp_path, secret):
    ours = {".env.jinja": "T={{ token }}\n", "inc": "{{ (name ~ ':' ~ token) | b64encode }}", ".gitignore": "/.env\n"}
    template = repo(tmp_path / "t", {"copier.yml": QUESTIONS, **ours, "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}"}, "v1.0.0")  # fmt: skip
    (tmp_path / "told.json").write_text(json.dumps({"token": secret}))
    homes = {name: str(tmp_path / "home" / name) for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")}
    project, told = tmp_path / "p", ("--data-file", tmp_path / "told.json")
    said = [scaffold("new", template, project, *told, "--trust", "--format", "json", where=tmp_path, **homes)]
    made(said[0])
    assert (project / ".env").read_text() == f"T={secret}\n"
    repo(template, {".env.jinja": "T={{ token }}\nU=1\n", "a.txt": "1\n"}, "v2.0.0")
    said.append(made(scaffold("update", project, *told, "--trust", "--commit", where=tmp_path, **homes)))
    (project / ".env").unlink()
    repo(template, {"b.jinja": "{{ (token | b64encode) | from_json }}"}, "v3.0.0")
    said.append(scaffold("update", project, *told, "--trust", where=tmp_path, **homes))
    assert said[-1].code == 1
    said += [scaffold(word, project, "--format", "json", where=tmp_path, **homes) for word in ("status", "check")]
    looked_in = [("said", (one.out + one.err).encode()) for one in said] + [("objects", objects(project))]
    undo = {place for place in (project / ".git/scaffold").rglob("*") if {"before", "private"} & {*place.parts}}
    looked_in += [(place, content) for place, content in files_below(project, tmp_path / "home") if place not in undo]
    found = [(where, shape) for shape in shapes(secret) for where, content in looked_in if shape in content]
    assert found == []


def test_what_a_failing_task_says_that_was_told_a_secret_is_not_repeated(tmp_path):
    task = "_tasks: ['echo {{ token | b64encode }} | base64 -d | rev; exit 1']\n"
    template = repo(tmp_path / "t", {"copier.yml": TOKEN + task}, "v1.0.0")
    done = scaffold("new", template, tmp_path / "p", "--data", "token=hunter2", "--trust", where=tmp_path)
    assert done.code == 1 and "for it was told a secret" in done.err
    assert "2retnuh" not in done.err


def test_no_process_is_told_a_secret(tmp_path):
    """A program in place of git writes down how it and its parents were called."""
    log, real = tmp_path / "log", subprocess.check_output(["which", "git"], text=True).strip()
    spy = tmp_path / "bin/git"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\ncat /proc/$$/cmdline /proc/$PPID/cmdline >> {log}\nexec {real} "$@"\n')
    spy.chmod(0o755)
    template = repo(tmp_path / "t", {"copier.yml": TOKEN, "a.jinja": "{{ token }}"}, "v1.0.0")
    (tmp_path / "told.json").write_text('{"token": "hunter2"}')
    words, path = ("--data-file", tmp_path / "told.json"), f"{spy.parent}:{os.environ['PATH']}"
    made(scaffold("new", template, tmp_path / "p", *words, where=tmp_path, PATH=path))
    assert "commit" in log.read_text() and "hunter2" not in log.read_text()
