"""Nothing leaks: into commits and objects, to hooks of a template, to other users of the machine, or into reports."""

import os
import stat
import subprocess
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
        ("linked", "real/pre-commit", ("linked", "real")),
        (None, "scripts/check.sh", (".git/hooks/pre-commit", "../../scripts/check.sh")),
        (None, "team-hooks/post-index-change", (".git/hooks", "../team-hooks")),
    ],
    ids=["folder", "case", "below", "deep", "absolute", "link to a folder", "a linked hook", "all are linked"],
)
def test_a_hook_that_an_update_brings_does_not_run_in_its_commit(tmp_path, setting, hook, link):
    template = hooked(tmp_path, {hook: "#!/bin/sh\n", "filtered.txt": "1\n"})
    executable(template, hook)
    git("tag", "v1.0.0", where=template)
    repo(template, {"b.txt": "2\n", ".gitattributes": "* text=auto\n"}, "v1.1.0")
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
