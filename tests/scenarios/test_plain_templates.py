"""Plain Copier templates through the command line, as a stranger would use them, and as an enemy would write them."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from tests.scenarios import world
from tests.scenarios.test_refusals import bound_by_permissions, refused
from tests.scenarios.world import commit, copier, git, run, scaffold, snapshot, write

NAME = "name: {type: str, default: demo}\n"
ANSWERS_FILE = {"{{ _copier_conf.answers_file }}.jinja": "# NEVER EDIT\n{{ _copier_answers|to_nice_yaml -}}\n"}
FIRST = {
    "copier.yml": NAME + "port: 8080\n",
    "README.md.jinja": "# {{ name }}\n\nOne.\n\nTwo.\n\nThree.\n",
    "{{ name }}/main.py": "print('hello')\n",
    "run.sh": "#!/bin/sh\n",
}


def template(root: Path, files: dict[str, str | bytes | Path], tag: str | None = "v1.0.0") -> Path:
    """Make a template in git of its files; a path is a symbolic link to it."""
    root.mkdir()
    git("init", "--quiet", "--initial-branch=main", where=root)
    return edition(root, files, tag)


def edition(root: Path, files: dict[str, str | bytes | Path | None], tag: str | None = None) -> Path:
    """Change a template's files (None: drop), commit, and tag."""
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            place.unlink()
        elif isinstance(content, Path):
            place.symlink_to(content)
        elif isinstance(content, bytes):
            place.write_bytes(content)
        else:
            place.write_text(content)
        if path.endswith(".sh") and content is not None:
            place.chmod(0o755)
    git("add", "--all", "--force", where=root)
    git("commit", "--quiet", "--allow-empty", "--message", tag or "work", where=root)
    if tag:
        git("tag", tag, where=root)
    return root


def made(done: world.Done) -> world.Done:
    """The same, which must have gone well."""
    assert done.code == 0, done.err
    return done


def new(source: Path | str, dest: Path, *words: str, **environment: str) -> Path:
    """A project from a template."""
    made(scaffold("new", source, dest, *words, where=dest.parent, **environment))
    return dest


def recorded(project: Path) -> dict:
    return json.loads((project / ".scaffold/lock.json").read_text())


def owners(project: Path) -> dict[str, str]:
    return {path: entry["ownership"] for path, entry in recorded(project)["files"].items()}


def nothing_left(folder: Path, *names: str) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


@pytest.fixture
def plain(tmp_path):
    return template(tmp_path / "plain", FIRST)


# Addresses and versions


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A template with a release, a pre-release, a later commit, a branch, and work that is not committed."""
    root = template(tmp_path_factory.mktemp("many") / "thing", {"copier.yml": NAME, "v.txt": "0.9"}, "0.9")
    edition(root, {"v.txt": "1.0"}, "v1.0.0")
    git("branch", "next", where=root)
    edition(root, {"v.txt": "2.0rc1"}, "v2.0.0rc1")
    edition(root, {"v.txt": "head"})
    git("tag", "not-a-version", where=root)
    git("switch", "--quiet", "next", where=root)
    edition(root, {"v.txt": "next"})
    git("switch", "--quiet", "main", where=root)
    (root / "v.txt").write_text("dirty")
    (root / "untracked.txt").write_text("new")
    return root


@pytest.mark.parametrize(
    ("ref", "words", "version", "content"),
    [
        ("", (), "1.0.0", "1.0"),
        ("", ("--prereleases",), "2.0.0rc1", "2.0rc1"),
        ("@v1.0.0", (), "1.0.0", "1.0"),
        ("@0.9.0", (), "0.9", "0.9"),
        ("@v2.0.0-rc.1", (), "2.0.0rc1", "2.0rc1"),
        ("@next", (), "1.0.0.post1.dev0+g", "next"),
        ("@not-a-version", (), "2.0.0rc1.post1.dev0+g", "head"),
        ("@HEAD", (), "2.0.0rc1.post1.dev0+g", "head"),
        ("@.", (), "2.0.0rc1.post1.dev0+g", "dirty"),
    ],
)
def test_a_version_of_a_template(many, tmp_path, ref, words, version, content):
    done = made(scaffold("new", f"{many}{ref}", "p", *words, "--format", "json", where=tmp_path))
    assert done.json["version"].startswith(version)
    assert done.json["blueprint"] == "thing"
    assert (tmp_path / "p/v.txt").read_text() == content
    assert (tmp_path / "p/untracked.txt").exists() is (ref == "@.")
    lock = recorded(tmp_path / "p")
    assert (lock["version"], lock["source"]) == (done.json["version"], str(many))
    assert (lock["commit"] is None) is (ref == "@.")
    assert scaffold("status", "p", where=tmp_path).code in (0, 3)
    assert "Traceback" not in scaffold("diff", "p", where=tmp_path).err


def test_a_commit_of_a_template(many, tmp_path):
    commit_id = git("rev-parse", "v2.0.0rc1^{commit}", where=many).strip()
    new(f"{many}@{commit_id}", tmp_path / "p")
    new(f"{many}@{commit_id[:9]}", tmp_path / "q")
    assert recorded(tmp_path / "p")["version"] == "2.0.0rc1"
    p, q = (recorded(tmp_path / name) for name in "pq")
    assert (p.pop("folder"), q.pop("folder")) == ("p", "q")
    assert p == q


@pytest.mark.long
def test_every_kind_of_address_gives_the_same(plain, tmp_path):
    """A path, a bare path, a bundle and a URL, and the short and long names of a forge that git is told to find here."""
    forge, home = tmp_path / "forge", tmp_path / "home"
    git("clone", "--quiet", "--bare", str(plain), str(forge / "acme/plain.git"), where=tmp_path)
    git("bundle", "create", "--quiet", str(tmp_path / "plain.bundle"), "--all", where=plain)
    home.mkdir()
    (home / ".gitconfig").write_text(f'[url "file://{forge}/"]\n  insteadOf = https://github.com/\n')
    here = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    addresses = {
        str(plain): str(plain),
        "./plain@v1.0.0": str(plain),
        f"{tmp_path}/plain.bundle": f"{tmp_path}/plain.bundle",
        f"file://{plain}": f"file://{plain}",
        f"git+file://{forge}/acme/plain.git@1.0.0": f"file://{forge}/acme/plain.git",
        "gh:acme/plain": "https://github.com/acme/plain.git",
        "https://github.com/acme/plain@v1.0.0": "https://github.com/acme/plain.git",
    }
    seen = set()
    for number, (address, source) in enumerate(addresses.items()):
        project = new(address, tmp_path / f"p{number}", **here)
        lock = recorded(project)
        assert lock["source"] == source
        assert f"source: {source}\n" in (project / ".scaffold/answers.yml").read_text()
        seen.add(json.dumps({**lock, "source": "", "answers_file": "", "folder": ""}))
    assert len(seen) == 1
    offline = scaffold("new", "gh:acme/plain", "off", "--offline", where=tmp_path, **here)
    assert offline.code == 0, "what was fetched once is there without the network"
    edition(plain, {"added.txt": "x"}, "v1.1.0")
    git("push", "--quiet", "--tags", str(forge / "acme/plain.git"), "main", where=plain)
    assert scaffold("status", "off", "--offline", where=tmp_path, **here).code == 0
    assert scaffold("update", "off", "--format", "json", where=tmp_path, **here).json["to"] == "1.1.0"
    shutil.rmtree(forge)
    stale = scaffold("status", "off", "--format", "json", where=tmp_path, **here)
    assert stale.json["version"] == "1.1.0"
    assert "using what was fetched before" in " ".join(stale.json["notes"])


def test_a_folder_without_git(tmp_path):
    write(tmp_path / "loose", {"copier.yml": NAME, "a.txt.jinja": "{{ name }}\n"})
    project = new("./loose", tmp_path / "p", "--data", "name=ours")
    first = recorded(project)["version"]
    assert first.startswith("0.0.0+d")
    assert scaffold("status", "p", where=tmp_path).code == 0
    write(tmp_path / "loose", {"a.txt.jinja": "{{ name }}!\n"})
    assert scaffold("status", "p", "--format", "json", where=tmp_path).json["state"] == "behind"
    made(scaffold("update", "p", where=tmp_path))
    assert (project / "a.txt").read_text() == "ours!\n"
    refused(scaffold("new", "./loose@v1", "q", where=tmp_path), "there is no v1", "git repository with tags")


def test_the_usual_library_is_no_hindrance(plain, tmp_path):
    """SCAFFOLD_SOURCE is for names; an address is one with or without it."""
    project = new("./plain", tmp_path / "p", SCAFFOLD_SOURCE=str(tmp_path / "elsewhere"))
    assert recorded(project)["source"] == str(plain)
    assert recorded(new("plain", tmp_path / "q", SCAFFOLD_SOURCE=str(plain)))["source"] == str(plain)
    show = scaffold("blueprint", "show", "./plain", where=tmp_path, SCAFFOLD_SOURCE=str(tmp_path / "elsewhere"))
    assert "A Copier template" in show.out


def test_the_answers_of_another_project(plain, tmp_path):
    (tmp_path / "answers.yml").write_text("_commit: v0.1\n_src_path: gh:acme/plain\nname: shop\nport: 1\n")
    project = new(plain, tmp_path / "p", "--data-file", "answers.yml", "--data", "port=2")
    assert recorded(project)["answers"] == {"name": "shop", "port": 2}


# What a project holds


def test_what_is_recorded(plain, tmp_path):
    project = new(plain, tmp_path / "p", "--data", "name=shop")
    lock = recorded(project)
    assert (lock["blueprint"], lock["version"]) == ("plain", "1.0.0")
    assert lock["commit"] == git("rev-parse", "v1.0.0^{commit}", where=plain).strip()
    assert lock["answers"] == {"name": "shop", "port": 8080}
    assert lock["files"]["shop/main.py"]["template"] == "plain/{{ name }}/main.py"
    assert lock["files"]["run.sh"]["mode"] == "100755"
    assert set(owners(project).values()) == {"managed"}
    assert (project / ".scaffold/answers.yml").read_text() == (
        "# What this service was stamped from. Edit an answer, then run `scaffold update` to apply it.\n"
        f"blueprint: plain\nsource: {plain}\nanswers:\n  name: shop\n  port: 8080\n"
    )
    assert git("status", "--short", where=project) == ""
    assert git("log", "--format=%s", where=project) == "feat: stamp plain 1.0.0\n"


def test_a_secret_is_recorded_nowhere(tmp_path):
    source = template(
        tmp_path / "t",
        {"copier.yml": NAME + "pw: {type: str, secret: true, default: none}\n", "a.jinja": "{{ pw }}", **ANSWERS_FILE},
    )
    project = new(source, tmp_path / "p", "--data", "pw=hunter2", "--keep-copier")
    assert (project / "a").read_text() == "hunter2"
    for path in (".scaffold/lock.json", ".scaffold/answers.yml", ".copier-answers.yml"):
        assert "hunter2" not in (project / path).read_text()


SECRET = "token: {type: str, secret: true, default: none}\n"
ADDING = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}\nmore: pre-{{ token }}\n"}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"copier.yml": SECRET + "a: {default: \"{% include 'd.txt' %}\"}\n", "d.txt": "x{{ token }}"}, ()),
        ({"copier.yml": SECRET + "a: {choices: ['pre-{{ token }}', b]}\n"}, ("--data", "a=pre-hunter2")),
        ({"copier.yml": SECRET + "_answers_file: '.a-{{ token }}.yml'\na: '{{ _copier_conf.answers_file }}'\n"}, ()),
        ({"copier.yml": SECRET, **ADDING}, ()),
    ],
    ids=["include", "choice", "answers file", "added by the template"],
)
@pytest.mark.parametrize("engine", ["native", "copier"])
def test_a_secret_on_a_way_round_is_recorded_nowhere(tmp_path, files, words, engine):
    source = template(tmp_path / "t", {"copier.yml": SECRET, "a.txt.jinja": "{{ a }}{{ token }}", **files})
    project = new(source, tmp_path / "p", "--data", "token=hunter2", "--engine", engine, *words)
    assert "hunter2" in (project / "a.txt").read_text()
    for path in (".scaffold/lock.json", ".scaffold/answers.yml"):
        assert "hunter2" not in (project / path).read_text()


URL = "url: {when: false, default: 'x-{{ token | sha1 }}'}\n"


def test_no_file_is_named_by_a_secret(tmp_path):
    source = template(
        tmp_path / "t", {"copier.yml": NAME + SECRET + URL, "{{ token }}.txt": "", "{{ name }}/main.py": ""}
    )
    done = scaffold("new", source, tmp_path / "p", "--data", "token=hunter2", where=tmp_path)
    refused(done, "{{ token }}.txt", "secret question", "the name of a file")
    assert "hunter2" not in done.err
    nothing_left(tmp_path, "t")
    new(source, tmp_path / "as the default", "--data", "name=thing")
    (source / "{{ token }}.txt").unlink()
    told = ("{{ token | b64encode }}", "{% include 'inc' %}", "{% if name %}{{ token[:3] }}{% endif %}", "{{ url }}")
    for number, path in enumerate(told):
        edition(source, {path: "", "inc": "{{ token }}"}, f"v2.0.{number}")
        done = scaffold("new", source, tmp_path / "p", "--data", "token=hunter2", where=tmp_path)
        refused(done, "secret question", "the name of a file")
        (source / path).unlink()
    edition(source, {"{% if token == 'hunter2' %}{{ name }}.txt{% endif %}": ""}, "v9.0.0")
    project = new(source, tmp_path / "a secret decides", "--data", "token=hunter2")
    assert (project / "demo.txt").is_file()


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("{{ token | from_yaml }}", "hunter2: b: c"),
        ("{{ token | from_json }}", "{hunter2}"),
        ("{{ token | int / token | int }}{{ token.hunter }}{% include token %}", "hunter2.txt"),
        ("{{ token | from_yaml }}", f"hunter2: [{'hunter2 ' * 40}: b: c"),
        ("{{ token | b64encode | int / 0 }}{{ {}[token | reverse] }}", "hunter2"),
        ("{{ ('{' ~ token | reverse) | from_json }}", "hunter2"),
        ("{% include (token | reverse) %}", "hunter2"),
    ],
)
def test_no_error_repeats_a_secret(tmp_path, text, token):
    source = template(tmp_path / "t", {"copier.yml": SECRET, "a.txt.jinja": text})
    (tmp_path / "answers.yml").write_text(json.dumps({"token": token}))
    for words in (("--data", f"token={token}"), ("--data-file", str(tmp_path / "answers.yml"))):
        done = scaffold("new", source, tmp_path / "p", *words, where=tmp_path)
        refused(done, "a.txt.jinja")
        assert not any(shape in done.err for shape in ("hunter", "2retnuh", "aHVudGVy"))


def test_no_message_repeats_a_secret(tmp_path):
    message = "_message_after_copy: |\n  made\n  see {{ token | b64encode }}\n  {% if token %}with a token{% endif %}\n"
    source = template(tmp_path / "t", {"copier.yml": SECRET + message})
    done = scaffold("new", source, tmp_path / "p", "--data", "token=hunter2", "--format", "json", where=tmp_path)
    assert done.json["next_steps"] == [
        "made", "(a line of the template's message is left out here: it holds a secret)", "with a token",
    ]  # fmt: skip


@pytest.mark.parametrize("token", ["hunter2", "a", 'q"uo\\te\nd', "pä ss"])
def test_no_log_of_a_bug_repeats_a_secret(tmp_path, token):
    source = template(tmp_path / "t", {"copier.yml": SECRET})
    (tmp_path / "answers.yml").write_text(json.dumps({"token": token}))
    broken = "import base64, json, sys, urllib.parse\nimport scaffold.render.engine as e\n"
    broken += (
        "def render(*_, given, **__):\n    t = given['token']\n    try: raise KeyError(given, json.dumps(given))\n"
    )
    broken += "    except KeyError as e: raise ValueError(t[::-1] + urllib.parse.quote(t) + t.encode().hex()) from e\n"
    broken += "e.render = render\nfrom scaffold.cli.app import main\nsys.exit(main())\n"
    words = (
        "new",
        str(source),
        str(tmp_path / "p"),
        "--data-file",
        str(tmp_path / "answers.yml"),
        f"--data=token={token}",
    )
    done = run([sys.executable, "-c", broken, *words], tmp_path)
    assert done.code == 70
    log = Path(done.err.split(": ")[-1].strip()).read_text()
    assert "builtins.ValueError" in log and "builtins.KeyError\n  <string>:5 in render" in log
    assert log.splitlines()[1] == "new ... ... --data-file ... --data"
    assert token == "a" or token not in log + done.err
    assert not any(shape in log for shape in (token[::-1], token.encode().hex()) if token != "a")
    assert Path(done.err.split(": ")[-1].strip()).stat().st_mode & 0o777 == 0o600


def test_files_that_are_given_once(tmp_path):
    skip = '_skip_if_exists: ["own-{{ name }}.txt", "/docs/**"]\n'
    files = {"copier.yml": NAME + skip, "own-demo.txt": "1", "docs/a/b.md": "1", "more/docs/c.md": "1"}
    source = template(tmp_path / "t", files)
    project = new(source, tmp_path / "p")
    assert owners(project) == {"own-demo.txt": "seeded", "docs/a/b.md": "seeded", "more/docs/c.md": "managed"}
    edition(source, {"own-demo.txt": "2", "docs/a/b.md": "2", "docs/new.md": "2", "more/docs/c.md": "2"}, "v2.0.0")
    (project / "docs/a/b.md").write_text("ours")
    made(scaffold("update", "p", where=tmp_path))
    texts = {path: (project / path).read_text() for path in ("own-demo.txt", "docs/a/b.md", "docs/new.md")}
    assert texts == {"own-demo.txt": "1", "docs/a/b.md": "ours", "docs/new.md": "2"}
    assert (project / "more/docs/c.md").read_text() == "2"


def test_folders_modes_links_and_the_message(tmp_path):
    files = {
        "copier.yml": NAME
        + "_preserve_symlinks: true\n_message_after_copy: 'made {{ name }}: cd {{ _folder_name }}'\n",
        "tool.sh.jinja": "#!/bin/sh\n",
        "here": Path("data/x.txt"),
        "data/x.txt": "x",
        "{% if name == 'other' %}sub{% endif %}/a": "dropped",
        "empty/{% if false %}x{% endif %}": "dropped",
    }
    source = template(tmp_path / "t", files)
    (source / "tool.sh.jinja").chmod(0o755)
    edition(source, {}, "v1.0.1")
    done = made(scaffold("new", source, "p", where=tmp_path))
    project = tmp_path / "p"
    assert "made demo: cd p" in done.out
    assert (project / "empty").is_dir()
    assert not (project / "sub").exists()
    assert (project / "here").readlink() == Path("data/x.txt")
    assert os.access(project / "tool.sh", os.X_OK)
    assert not os.access(project / "data/x.txt", os.X_OK)
    assert recorded(project)["files"]["here"]["mode"] == "120000"


ODD = ("with space.txt", "ünï-cødé-☃.txt", "new\nline.txt", "-rf", "--help", "'q\"uote", "$HOME", "a;b&c", "%2e", "~x")


def test_names_that_shells_and_git_trip_over(tmp_path):
    """Each is made, seen as clean, updated, shown and undone."""
    deep = "/".join(["d"] * 200) + "/f"
    source = template(
        tmp_path / "t", {"copier.yml": NAME + "_exclude: []\n", **dict.fromkeys((*ODD, deep), "1\n"), "x.jinja": "x"}
    )
    project = new(source, tmp_path / "p")
    assert set(owners(project)) >= {*ODD, deep, "x"}
    assert git("status", "--short", where=project) == ""
    assert scaffold("status", where=project).code == 0
    edition(source, dict.fromkeys((*ODD, deep), "2\n"), "v2.0.0")
    before = snapshot(project)
    made(scaffold("update", "--commit", where=project))
    assert {(project / name).read_text() for name in (*ODD, deep)} == {"2\n"}
    assert git("status", "--short", where=project) == ""
    assert scaffold("explain", "./-rf", "--format", "json", where=project).json["state"] == "as stamped"
    made(scaffold("undo", where=project))
    assert snapshot(project) == before


# Using a project


def test_the_life_of_a_project(plain, tmp_path):
    project = new(plain, tmp_path / "p", "--data", "name=shop")
    (project / "README.md").write_text("# shop\n\nOne, ours.\n\nTwo.\n\nThree.\n")
    commit(project)
    edition(plain, {"README.md.jinja": "# {{ name }}\n\nOne.\n\nTwo.\n\nThree, theirs.\n", "new.txt": "n\n"}, "v1.1.0")
    edition(plain, {"{{ name }}/main.py": "print('2')\n", "run.sh": None}, "v2.0.0")
    edition(plain, {"README.md.jinja": "broken {{"}, "v3.0.0a1")
    before = snapshot(project)
    status = scaffold("status", "--format", "json", where=project)
    assert (status.code, status.json["latest"], status.json["state"]) == (3, "2.0.0", "behind")
    assert "+One, ours." in scaffold("diff", where=project).out
    upstream = scaffold("diff", "--upstream", "--to", "1.1.0", where=project).out
    assert "+Three, theirs." in upstream
    assert "main.py" not in upstream
    dry = made(scaffold("update", "--to", "1.1", "--dry-run", "--format", "json", where=project)).json
    assert {c["path"]: c["action"] for c in dry["changed"]} == {"README.md": "merge", "new.txt": "create"}
    assert snapshot(project) == before
    done = made(scaffold("update", "--to", "v1.1.0", "--commit", "--format", "json", where=project)).json
    assert (done["to"], done["commit"]) == ("1.1.0", git("rev-parse", "HEAD", where=project).strip())
    assert (project / "README.md").read_text() == "# shop\n\nOne, ours.\n\nTwo.\n\nThree, theirs.\n"
    made(scaffold("update", "--branch", "bump", "--data", "name=store", where=project))
    assert git("branch", "--show-current", where=project) == "bump\n"
    assert (project / "store/main.py").read_text() == "print('2')\n"
    assert not (project / "shop").exists()
    assert not (project / "run.sh").exists()
    explained = scaffold("explain", "README.md:3", "--format", "json", where=project).json
    assert (explained["ownership"], explained["state"], explained["version"]) == ("managed", "edited", "2.0.0")
    assert explained["template"] == "plain/README.md.jinja"
    assert scaffold("status", where=project).code == 0
    refused(scaffold("update", "--prereleases", where=project), "README.md.jinja:1")
    made(scaffold("undo", where=project))
    made(scaffold("undo", where=project))
    assert snapshot(project) == before


def test_a_conflict(plain, tmp_path):
    project = new(plain, tmp_path / "p")
    (project / "README.md").write_text("# ours\n")
    commit(project)
    edition(plain, {"README.md.jinja": "# theirs\n"}, "v1.1.0")
    done = scaffold("update", "--format", "json", where=project)
    assert (done.code, [c["path"] for c in done.json["conflicts"]]) == (3, ["README.md"])
    assert scaffold("status", "--format", "json", where=project).json["state"] == "conflicts"
    made(scaffold("undo", where=project))
    assert (project / "README.md").read_text() == "# ours\n"


def test_a_folder_of_a_monorepo(plain, tmp_path):
    """Staged in the repository around it, a work tree of another one at that, and updated there."""
    git("init", "--quiet", "--initial-branch=main", "whole", where=tmp_path)
    write(tmp_path / "whole", {"top.txt": "top\n"})
    commit(tmp_path / "whole")
    git("worktree", "add", "--quiet", "../tree", where=tmp_path / "whole")
    tree = tmp_path / "tree"
    project = tree / "services/one"
    done = made(scaffold("new", plain, project, "--format", "json", where=tree))
    assert done.json["repository"] == "existing"
    assert git("diff", "--cached", "--name-only", where=tree).count("services/one/") == 5
    commit(tree, "one")
    edition(plain, {"added.txt": "x\n"}, "v1.1.0")
    made(scaffold("update", "services/one", "--commit", where=tree))
    assert git("show", "--stat", "--format=", "--name-only", where=tree).split() == [
        "services/one/.scaffold/lock.json",
        "services/one/added.txt",
    ]
    assert scaffold("status", where=project).code == 0
    nothing_left(project.parent, "one")


# Code of the template

TASKS = """\
_tasks:
  - "echo one >> log.txt; mkdir -p .venv; echo x > .venv/x; echo KEY > .env"
  - command: [sh, -c, "echo {{ name }} >> log.txt"]
    when: "{{ _copier_operation == 'copy' }}"
  - command: "echo never >> log.txt"
    when: false
"""
WITH_TASKS = {"copier.yml": NAME + TASKS, ".gitignore": ".venv/\n.env\n", "a.txt": "1\n", "secret/.keep": ""}


@pytest.fixture
def tasked(tmp_path):
    return template(tmp_path / "tasked", WITH_TASKS)


def test_tasks_wait_for_trust(tasked, tmp_path):
    done = scaffold("new", tasked, "p", where=tmp_path)
    refused(done, "copier.yml:3", "wants to run code: 3 tasks", "--trust", "--skip-tasks")
    nothing_left(tmp_path, "tasked")


def test_tasks_run_once_with_trust(tasked, tmp_path):
    done = made(scaffold("new", tasked, "p", "--trust", where=tmp_path))
    project = tmp_path / "p"
    assert (project / "log.txt").read_text() == "one\ndemo\n"
    assert "left out: .venv/" in done.out
    assert not (project / ".venv").exists()
    assert (project / ".env").read_text() == "KEY\n", "for the disk, but neither for git nor for the lock"
    assert git("status", "--short", where=project) == ""
    assert ".env" not in git("ls-files", where=project).split()
    assert owners(project).keys() == {".gitignore", "a.txt", "secret/.keep", "log.txt"}
    runs = tmp_path / "runs"
    counting = NAME + TASKS + f"  - 'echo ran >> {runs}'\n"
    edition(tasked, {"a.txt": "2\n", "copier.yml": counting}, "v1.1.0")
    before = snapshot(project)
    refused(scaffold("update", where=project), "copier.yml:3", "--trust")
    assert snapshot(project) == before
    made(scaffold("update", "--trust", "--commit", where=project))
    assert (project / "a.txt").read_text() == "2\n"
    assert (project / "log.txt").read_text() == "one\ndemo\n", "no version changed what they make of an update"
    assert runs.read_text() == "ran\n", "and once, where Copier runs them three times"
    made(scaffold("undo", where=project))
    assert snapshot(project) == before


def test_without_its_tasks(tasked, tmp_path):
    project = new(tasked, tmp_path / "p", "--skip-tasks")
    assert owners(project).keys() == {".gitignore", "a.txt", "secret/.keep"}
    edition(tasked, {"a.txt": "2\n"}, "v1.1.0")
    made(scaffold("update", "--skip-tasks", where=project))
    assert not (project / "log.txt").exists()


def test_trust_by_settings(tasked, tmp_path):
    settings = tmp_path / "settings.yml"
    settings.write_text(f"trust: [{tmp_path}/other]\n")
    refused(scaffold("new", tasked, "p", where=tmp_path, SCAFFOLD_SETTINGS=str(settings)), "--trust")
    settings.write_text(f"trust: [{tmp_path}/]\n")
    project = new(tasked, tmp_path / "p", SCAFFOLD_SETTINGS=str(settings))
    assert (project / "log.txt").exists()
    settings.write_text("trust: tasked\n")
    refused(scaffold("new", tasked, "q", where=tmp_path, SCAFFOLD_SETTINGS=str(settings)), f"{settings}:1", "`trust`")
    refused(scaffold("new", tasked, "q", where=tmp_path, SCAFFOLD_SETTINGS=f"{settings}.no"), f"{settings}.no")


def test_a_task_that_fails(plain, tmp_path):
    project = new(plain, tmp_path / "p")
    task = "_tasks: ['touch here; echo out of luck >&2; exit 3']\n"
    edition(plain, {"copier.yml": NAME + task}, "v2.0.0")
    before = snapshot(project)
    said = ("copier.yml:2", "failed with exit code 3, and said: out of luck", "nothing was written")
    refused(scaffold("update", "--trust", where=project), *said)
    assert snapshot(project) == before
    assert scaffold("status", "--format", "json", where=project).json["state"] == "behind"
    refused(scaffold("new", plain, "q", "--trust", where=tmp_path), *said)
    nothing_left(tmp_path, "plain", "p")


MIGRATIONS = """\
_migrations:
  - version: v2.0.0
    command: "mv data.txt moved.txt"
    when: "{{ _stage == 'before' }}"
  - version: v2.0.0
    command: 'echo "$VERSION_FROM $VERSION_TO $STAGE" > trace.txt'
  - version: v1.0.0
    command: "touch too-early.txt"
"""


def test_migrations(plain, tmp_path):
    project = new(plain, tmp_path / "p")
    write(project, {"data.txt": "ours\n"})
    commit(project)
    edition(plain, {"copier.yml": FIRST["copier.yml"] + MIGRATIONS, "added.txt": "1\n"}, "v2.0.0")
    before = snapshot(project)
    refused(scaffold("update", where=project), "copier.yml:4", "2 migrations", "--trust")
    refused(scaffold("update", "--skip-tasks", where=project), "2 migrations")
    assert snapshot(project) == before
    dry = made(scaffold("update", "--trust", "--dry-run", "--format", "json", where=project)).json
    assert {change["path"] for change in dry["changed"]} == {"data.txt", "moved.txt", "trace.txt", "added.txt"}
    assert snapshot(project) == before
    made(scaffold("update", "--trust", "--commit", where=project))
    assert (project / "moved.txt").read_text() == "ours\n"
    assert (project / "trace.txt").read_text() == "v1.0.0 v2.0.0 after\n"
    assert not (project / "data.txt").exists()
    assert not (project / "too-early.txt").exists()
    assert git("status", "--short", where=project) == ""
    assert scaffold("status", where=project).code == 0
    made(scaffold("undo", where=project))
    assert snapshot(project) == before
    edition(plain, {"copier.yml": NAME + "_migrations: ['touch x; exit 1']\n"}, "v3.0.0")
    refused(scaffold("update", "--trust", where=project), "copier.yml:2", "failed with exit code 1")
    assert snapshot(project) == before


def test_a_new_project_has_nothing_to_migrate(plain, tmp_path):
    edition(plain, {"copier.yml": NAME + MIGRATIONS}, "v2.0.0")
    project = new(plain, tmp_path / "p")
    assert not (project / "trace.txt").exists()


# Beside Copier


@pytest.mark.long
def test_both_tools_work_on_one_project(tmp_path):
    source = template(tmp_path / "t", {**FIRST, **ANSWERS_FILE})
    project = new(source, tmp_path / "p", "--keep-copier", "--data", "name=shop")
    answers = (project / ".copier-answers.yml").read_text()
    assert answers == f"# NEVER EDIT\n_commit: v1.0.0\n_src_path: {source}\nname: shop\nport: 8080\n"
    edition(source, {"added.txt": "1\n"}, "v1.1.0")
    copier("update", "--defaults", "--quiet", "--data", "port=9090", where=project)
    assert (project / "added.txt").exists()
    commit(project, "by copier")
    edition(source, {"README.md.jinja": "# {{ name }} on {{ port }}\n"}, "v1.2.0")
    done = made(scaffold("update", "--commit", "--format", "json", where=project))
    assert not done.json["conflicts"]
    assert (project / "README.md").read_text() == "# shop on 9090\n"
    assert "_commit: v1.2.0\n" in (project / ".copier-answers.yml").read_text()
    assert recorded(project)["answers"] == {"name": "shop", "port": 9090}
    assert "port: 9090" in (project / ".scaffold/answers.yml").read_text()
    assert scaffold("status", where=project).code == 0
    edition(source, {"added.txt": "2\n"}, "v1.3.0")
    copier("update", "--defaults", "--quiet", where=project)
    assert (project / "added.txt").read_text() == "2\n"


def test_without_copier_there_is_no_answers_file_of_it(tmp_path):
    source = template(tmp_path / "t", {**FIRST, **ANSWERS_FILE})
    project = new(source, tmp_path / "p")
    assert not (project / ".copier-answers.yml").exists()
    assert ".copier-answers.yml" not in owners(project)


def test_the_same_bytes_as_copier(tmp_path):
    """Both engines, and Copier itself as a program of its own."""
    files = {**FIRST, **ANSWERS_FILE, "{% yield x from ['a', 'b'] %}{{ x }}{% endyield %}.txt.jinja": "{{ x|upper }}\n"}
    source = template(tmp_path / "t", files)
    data = ("--data", "name=shop")
    trees = []
    for engine in ("native", "copier"):
        project = new(source, tmp_path / engine, "--keep-copier", "--engine", engine, *data)
        shutil.rmtree(project / ".scaffold")
        trees.append(snapshot(project)["files"])
    copier("copy", "--quiet", "--defaults", *data, str(source), "real", where=tmp_path)
    git("init", "--quiet", "--initial-branch=main", where=tmp_path / "real")
    commit(tmp_path / "real")
    assert trees[0] == trees[1] == snapshot(tmp_path / "real")["files"]
    assert len(trees[0]) == 6


def test_what_only_copier_renders_is_handed_over(tmp_path):
    source = template(tmp_path / "t", {"copier.yml": NAME, "a.txt.jinja": "{{ [name] | random }}\n"})
    done = made(scaffold("new", source, "p", "--format", "json", where=tmp_path))
    assert done.json["notes"] == [
        "rendered by Copier: the filter `random` does not give the same each time (a.txt.jinja:1)"
    ]
    assert (tmp_path / "p/a.txt").read_text() == "demo\n"
    refused(scaffold("new", source, "q", "--engine", "native", where=tmp_path), "a.txt.jinja:1", "`random`")
    edition(source, {"b.txt": "b"}, "v1.1.0")
    assert "rendered by Copier" in made(scaffold("update", "p", where=tmp_path)).out


def test_extensions(tmp_path):
    do = NAME + "_jinja_extensions: [jinja2.ext.do]\n"
    source = template(tmp_path / "t", {"copier.yml": do, "a.jinja": "{% set l = [] %}{% do l.append(name) %}{{ l }}"})
    assert (new(source, tmp_path / "p", "--engine", "native") / "a").read_text() == "['demo']"
    edition(source, {"copier.yml": NAME + "_jinja_extensions: [no_such_thing.Extension]\n"}, "v2.0.0")
    refused(scaffold("new", source, "q", where=tmp_path), "copier.yml", "1 extension", "--trust")
    missing = ("copier.yml:2", "needs the extension no_such_thing.Extension, which is not installed", "pip install")
    refused(scaffold("new", source, "q", "--trust", where=tmp_path), *missing)
    extension = "from jinja2.ext import Extension\n\n\nclass Shout(Extension):\n    def __init__(self, e):\n"
    extension += "        super().__init__(e)\n        e.filters['shout'] = str.upper\n"
    write(tmp_path / "site", {"shouting.py": extension})
    edition(source, {"copier.yml": NAME + "_jinja_extensions: [shouting.Shout]\n", "a.jinja": "{{ name|shout }}"}, "v3")
    path = os.pathsep.join([str(tmp_path / "site"), *filter(None, [os.environ.get("PYTHONPATH")])])
    refused(scaffold("new", source, "q", where=tmp_path, PYTHONPATH=path), "1 extension", "--trust")
    assert (new(source, tmp_path / "q", "--trust", PYTHONPATH=path) / "a").read_text() == "DEMO"


# A template of Cookiecutter's


def test_a_cookiecutter_template(tmp_path):
    config = {"name": "Demo", "slug": "{{ cookiecutter.name|lower }}", "_copy_without_render": ["*.raw"]}
    inside = "{{ cookiecutter.slug }}"
    source = template(
        tmp_path / "cookie",
        {
            "cookiecutter.json": json.dumps(config),
            f"{inside}/a.txt": "{{ cookiecutter.name }}\n",
            f"{inside}/b.raw": "{{ as it is }}\n",
            "hooks/post_gen_project.py": "open('hooked.txt', 'w').write('{{ cookiecutter.slug }}')\n",
        },
    )
    refused(scaffold("new", source, "p", where=tmp_path), "hooks/post_gen_project.py", "1 hook", "--trust")
    project = new(source, tmp_path / "p", "--trust", "--data", "name=Shop")
    texts = {path: (project / path).read_text() for path in owners(project)}
    assert texts == {"a.txt": "Shop\n", "b.raw": "{{ as it is }}\n", "hooked.txt": "shop"}
    assert owners(new(source, tmp_path / "q", "--skip-tasks")).keys() == {"a.txt", "b.raw"}
    edition(source, {f"{inside}/a.txt": "{{ cookiecutter.name }}, again\n"}, "v1.1.0")
    made(scaffold("update", "--trust", "--commit", where=project))
    assert (project / "a.txt").read_text() == "Shop, again\n"
    assert scaffold("status", where=project).code == 0
    made(scaffold("undo", where=project))
    assert (project / "a.txt").read_text() == "Shop\n"


# Bounds

LOOP = "{% for i in range(99999) %}{% for j in range(99999) %}{% for k in range(99999) %}{% endfor %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("path", "text", "limit", "parts"),
    [
        ("a.jinja", LOOP, "seconds=1", ("a.jinja:1", "took longer than 1 s", "--limit seconds=")),
        ("a.jinja", "{{ ('a' * 40 ~ 'b') | regex_search('^(a+)+$') }}", "seconds=1", ("a.jinja:1", "1 s")),
        ("a.jinja", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "seconds=9", ("a.jinja:1", "without end")),
        (
            "a.jinja",
            "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
            "seconds=1",
            ("a.jinja:1", "1 s"),
        ),
        (
            "a.jinja",
            "{% for i in range(99999) %}{{ 'x' * 100000 }}{% endfor %}",
            "megabytes=20",
            ("a.jinja", "more than 20 MB", "--limit megabytes="),
        ),
        ("a.jinja", "{{ 'x' * 10 ** 10 }}", "megabytes=20", ("a.jinja:1", "10,000,000,000")),
        (
            "{% yield x from range(9999) %}{{ x }}{% endyield %}/{% yield y from range(999) %}{{ y }}{% endyield %}",
            "1",
            "files=100",
            ("more than 100 files", "--limit files="),
        ),
    ],
)
def test_a_template_without_end(tmp_path, path, text, limit, parts):
    source = template(tmp_path / "t", {"copier.yml": NAME, path: text})
    refused(scaffold("new", source, "p", "--limit", limit, where=tmp_path), *parts)
    nothing_left(tmp_path, "t")


def test_a_limit_can_be_raised(tmp_path):
    many_files = {"copier.yml": NAME, "{% yield x from range(150) %}{{ x }}{% endyield %}": "1"}
    source = template(tmp_path / "t", many_files)
    refused(scaffold("new", source, "p", "--limit", "files=100", where=tmp_path), "more than 100 files")
    assert len(owners(new(source, tmp_path / "p", "--limit", "files=150"))) == 150
    wrong = scaffold("new", source, "q", "--limit", "files=0", where=tmp_path)
    assert (wrong.code, "above 0" in wrong.err) == (2, True)


# Bad input


def named(default: str) -> str:
    return f"name: {{type: str, default: {json.dumps(default)}}}\n"


BAD = {
    "no YAML": ({"copier.yml": "a: ["}, ("copier.yml:2", "not valid YAML")),
    "a tab": ({"copier.yml": "a:\n\tb: 1\n"}, ("copier.yml:2", "not valid YAML")),
    "a list": ({"copier.yml": "- a\n- b\n"}, ("copier.yml:1", "must be a mapping")),
    "just text": ({"copier.yml": "hello\n"}, ("copier.yml:1", "must be a mapping")),
    "Python": ({"copier.yml": 'a: !!python/object/apply:os.system ["id"]\n'}, ("copier.yml:1", "python/object")),
    "not UTF-8": ({"copier.yml": b"name: \xff\n"}, ("copier.yml", "UTF-8")),
    "too deep": ({"copier.yml": "a: " + "[" * 5000 + "]" * 5000}, ("copier.yml:1", "nested")),
    "two": ({"copier.yml": NAME, "copier.yaml": NAME}, ("one copier.yml, not two",)),
    "a setting": ({"copier.yml": NAME + "_exlude: [x]\n"}, ("copier.yml:2", "did you mean `_exclude`?")),
    "a key": ({"copier.yml": "name:\n  type: str\n  defualt: x\n"}, ("copier.yml:3", "did you mean `default`?")),
    "a type": ({"copier.yml": "name: {type: text, default: x}\n"}, ("copier.yml:1", "one of str, int")),
    "a default": ({"copier.yml": "name: {default: x, choices: [a, b]}\n"}, ("copier.yml:1", "one of its choices")),
    "when": ({"copier.yml": 'name: {default: x, when: "{{ }"}\n'}, ("copier.yml:1",)),
    "no answer": ({"copier.yml": "name: {type: str}\n"}, ("`name`", "--data name=")),
    "a folder": ({"copier.yml": NAME + "_subdirectory: ../t\n", "a": ""}, ("copier.yml", "_subdirectory", "no folder")),
    "an answers file": (
        {"copier.yml": NAME + "_answers_file: ../x.yml\n", **ANSWERS_FILE},
        ("'../x.yml' does not stay inside",),
    ),
    "a newer Copier": ({"copier.yml": NAME + "_min_copier_version: '99'\n"}, ("copier.yml:2", "needs Copier 99")),
    "itself": (
        {"copier.yml": "---\n!include a.yml\n", "a.yml": "---\n!include a.yml\n"},
        ("a.yml:2", "a.yml -> a.yml"),
    ),
    "around": ({"copier.yml": "---\n!include ../x.yml\n"}, ("copier.yml:2", "leads out of the template")),
    "a circle": (
        {"copier.yml": NAME, "a.jinja": "{% include 'b.jinja' %}", "b.jinja": "{% include 'a.jinja' %}"},
        (".jinja:1", "without end"),
    ),
    "an include": (
        {"copier.yml": NAME, "a.jinja": "\n{% include '../../x' %}"},
        ("a.jinja:2", "no template '../../x'"),
    ),
    "Latin-1": ({"copier.yml": NAME, "a.jinja": b"\xe9 {{ name }}"}, ("a.jinja", "UTF-8")),
    "absolute": ({"copier.yml": named("/etc/evil"), "{{ name }}": ""}, ("{{ name }}", "does not stay inside")),
    "up": ({"copier.yml": named("../evil"), "{{ name }}": ""}, ("{{ name }}", "does not stay inside")),
    "up and down": ({"copier.yml": named("a/../../evil"), "{{ name }}": ""}, ("does not stay inside",)),
    "git": ({"copier.yml": named(".git/hooks"), "{{ name }}/pre-commit": ""}, ("pre-commit", "git's own folder")),
    "GIT": ({"copier.yml": named("sub/.GIT"), "{{ name }}/config": ""}, ("git's own folder",)),
    "a device": ({"copier.yml": named("con.txt"), "{{ name }}": ""}, ("{{ name }}", "a device on Windows")),
    "case": ({"copier.yml": named("readme"), "{{ name }}": "", "README": ""}, ("README", "where case does not count")),
    "twice": ({"copier.yml": named("README"), "{{ name }}": "1", "README": "2"}, ("{{ name }}", "both give README")),
    "ours": ({"copier.yml": named(".scaffold"), "{{ name }}/x": ""}, ("{{ name }}/x", ".scaffold/ is scaffold's own")),
    "a link out": ({"copier.yml": NAME, "l": Path("/etc/passwd")}, ("l", "leads out of the template")),
    "a link up": (
        {"copier.yml": NAME + "_preserve_symlinks: true\n", "l": Path("../x")},
        ("l", "leads out of the project"),
    ),
    "a link to git": (
        {"copier.yml": NAME + "_preserve_symlinks: true\n", "l": Path(".git/config")},
        ("l", "leads out of the project"),
    ),
    "links in a circle": ({"copier.yml": NAME, "l": Path("m"), "m": Path("l")}, ("in a circle",)),
    "through a link": (
        {"copier.yml": named("l") + "_preserve_symlinks: true\n", "l": Path("d"), "d/x": "", "{{ name }}/y": ""},
        ("l would be a file, and a folder",),
    ),
    "a name too long": ({"copier.yml": NAME, "{{ name * 100 }}": ""}, ("is longer than the 255 bytes",)),
    "an extension of Jinja that is none": (
        {"copier.yml": NAME + "_jinja_extensions: [jinja2.ext.nope]\n", "a.jinja": "{{ name }}"},
        ("copier.yml:2", "1 extension"),
    ),
    "delimiters": (
        {"copier.yml": NAME + "_envops: {block_start_string: '{{'}\n", "a.jinja": "{{ name }}"},
        ("copier.yml", "_envops"),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(tmp_path, case):
    files, parts = BAD[case]
    source = template(tmp_path / "t", files)
    done = scaffold("new", source, "p", "--format", "json", where=tmp_path)
    nothing_left(tmp_path, "t")
    refused(done, *parts)
    assert len(done.err) < 2000


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("./plain@v9", "p"), ("there is no v9", "v1.0.0")),
        (("./plain@v1.0", "p", "--source", "./plain"), ("./plain@v1.0 is an address of its own", "--source")),
        (("plain", "p"), ("no blueprint 'plain'",)),
        (("./library", "p"), ("is a library of blueprints", "--source", "demo")),
        (("./empty", "p"), ("the repository has no commits",)),
        (("./hollow", "p"), ("neither a library nor a template", "copier.yml")),
        (("./nowhere", "p"), ("./nowhere", "no library", "no template")),
        (
            ("https://git.invalid/t.git", "p", "--offline"),
            ("https://git.invalid/t.git", "not in the cache", "--offline"),
        ),
        (("https://u:pw@git.invalid/t.git", "p"), ("could not reach https://git.invalid/t.git", "check the address")),
        (("./plain", "taken"), ("taken", "exists already")),
        (("./plain", "p", "--data", "nmae=x"), ("`nmae`", "did you mean `name`?")),
    ],
)
def test_a_wrong_word(tmp_path, words, parts):
    world.make_library(tmp_path / "library")
    write(tmp_path, {"taken/x": "", "hollow/x.txt": ""})
    git("init", "--quiet", "empty", where=tmp_path)
    before = sorted(tmp_path.rglob("*"))
    done = scaffold("new", *words, where=tmp_path)
    refused(done, *parts)
    assert "pw" not in done.err
    assert sorted(tmp_path.rglob("*")) == before


def test_answers_edited_into_nonsense(plain, tmp_path):
    project = new(plain, tmp_path / "p")
    place = project / ".scaffold/answers.yml"
    text = place.read_text()
    for broken, parts in {
        text.replace("port: 8080", "port: [8080"): ("answers.yml:", "not valid YAML"),
        text.replace("port: 8080", "port: many"): ("`port`", "'many'"),
        text.replace("port: 8080", "prot: 8080"): ("answers.yml", "`prot`"),
        text.replace(str(plain), str(tmp_path / "gone")): (str(tmp_path / "gone"), "no library"),
        text.replace("blueprint: plain", "blueprint: other"): ("no blueprint 'other'",),
        "[]\n": ("answers.yml", "mapping"),
    }.items():
        place.write_text(broken)
        refused(scaffold("update", where=project), *parts)
        assert place.read_text() == broken
    place.write_text(text)
    assert scaffold("status", where=project).code == 0


def test_a_moved_tag_and_a_rewritten_history(plain, tmp_path):
    project = new(plain, tmp_path / "p")
    before = snapshot(project)
    edition(plain, {"run.sh": "#!/bin/sh\necho\n"})
    git("tag", "--force", "v1.0.0", where=plain)
    refused(scaffold("update", where=project), "the tag of plain 1.0.0 was moved", "--to")
    assert snapshot(project) == before
    made(scaffold("update", "--to", "1.0.0", "--commit", where=project))
    assert (project / "run.sh").read_text() == "#!/bin/sh\necho\n"
    git("tag", "--delete", "v1.0.0", where=plain)
    git("checkout", "--quiet", "--orphan", "fresh", where=plain)
    edition(plain, {}, "v0.1.0")
    git("branch", "--delete", "--force", "main", where=plain)
    git("reflog", "expire", "--expire=now", "--all", where=plain)
    git("gc", "--quiet", "--prune=now", where=plain)
    refused(scaffold("update", where=project), "was rewritten", "--to 0.1.0")
    assert (project / "run.sh").read_text() == "#!/bin/sh\necho\n"


def test_nobody_and_nowhere(tasked, tmp_path):
    """Without an identity nothing is left, tasks or not; nor where the parent folder is shut."""
    nobody = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "")
    refused(scaffold("new", tasked, "p", "--trust", where=tmp_path, **nobody), "git could not commit", "user.name")
    nothing_left(tmp_path, "tasked")
    (tmp_path / "shut").mkdir(mode=0o555)
    done = bound_by_permissions("new", tasked, tmp_path / "shut/p", "--trust", where=tmp_path)
    refused(done, str(tmp_path / "shut"), "Permission denied")
    nothing_left(tmp_path / "shut")


# Attacks


def start(*words: str, where: Path, scratch: Path, **environment: str) -> subprocess.Popen[str]:
    scratch.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "scaffold", *words], cwd=where, env=os.environ | environment | {"TMPDIR": str(scratch)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def wait_for(place: Path) -> None:
    for _ in range(1000):
        if place.exists():
            return
        time.sleep(0.02)
    raise AssertionError(f"{place} never came")


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for in /proc")
@pytest.mark.parametrize("command", ["new", "update"])
def test_control_c_while_a_task_sleeps(plain, tmp_path, command):
    """The project is as before, the scratch folder is gone, and so is everything that the task started."""
    project = new(plain, tmp_path / "p")
    before = snapshot(project)
    pids = tmp_path / "pids"
    task = f"echo $$ > {pids}.tmp; sleep 600 & echo $! >> {pids}.tmp; mv {pids}.tmp {pids}; wait"
    edition(plain, {"copier.yml": FIRST["copier.yml"] + f"_tasks: [{json.dumps(task)}]\n"}, "v2.0.0")
    words = ("new", str(plain), "q", "--trust") if command == "new" else ("update", "p", "--trust")
    process = start(*words, where=tmp_path, scratch=tmp_path / "scratch")
    wait_for(pids)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert err.endswith("error: interrupted\n")
    nothing_left(tmp_path / "scratch")
    assert not (tmp_path / "q").exists()
    assert snapshot(project) == before
    assert not [pid for pid in map(int, pids.read_text().split()) if runs(pid)]
    assert scaffold("status", "p", "--format", "json", where=tmp_path).json["state"] == "behind"


def test_two_at_once(tasked, tmp_path):
    """Two that make one project: one of them does, the other is told."""
    both = [start("new", str(tasked), "p", "--trust", where=tmp_path, scratch=tmp_path / "scratch") for _ in range(2)]
    codes = sorted((process.communicate(timeout=300), process.returncode)[1] for process in both)
    assert codes == [0, 1]
    assert scaffold("status", "p", where=tmp_path).code == 0
    nothing_left(tmp_path, "tasked", "p", "scratch")


def test_standard_input_closed(plain, tmp_path):
    command = f"exec {sys.executable} -m scaffold new {plain} p --format json <&-"
    done = made(run(["sh", "-c", command], tmp_path))
    assert done.json["files"]


def test_json_alone_on_standard_output(tasked, tmp_path):
    """Whatever tasks say, and whatever is told on the way, standard output holds the report."""
    slow = "{command: 'sleep 1.2', when: '{{ _copier_operation == \"copy\" }}'}"
    edition(tasked, {"copier.yml": NAME + f"_tasks: ['echo {{; echo }} >&2', {slow}]\n"}, "v1.1.0")
    new(f"{tasked}@1.0.0", tmp_path / "p", "--skip-tasks")
    for words in (
        ("new", tasked, "q", "--trust"),
        ("update", "p", "--trust"),
        ("status", "p"),
        ("diff", "p"),
        ("undo", "p"),
    ):
        done = scaffold(*words, "--format", "json", where=tmp_path)
        assert done.code == 0, done.err
        assert done.json["path"] == str(tmp_path / words[-2 if "--trust" in words else -1])
        assert ("Running task 2 of 2 ...\n" in done.said) is (words[0] == "new")
        assert done.err == ""


def test_a_name_that_steers_the_terminal(tmp_path):
    """It is shown, not obeyed; and what is wrong with it is still one line."""
    evil = "\x1b]0;evil\x07\x1b[31m\nerror: x"
    source = template(tmp_path / "t", {"copier.yml": NAME, f"{evil}/a": "1"})
    words = ["-m", "scaffold", "new", str(source), "p", "--defaults"]
    child = pexpect.spawn(sys.executable, words, cwd=tmp_path, encoding="utf-8", dimensions=(50, 120))
    child.expect(pexpect.EOF)
    assert "\x1b[31m" not in child.before
    assert "\x07" not in child.before
    assert r"\x1b[31m\x0aerror: x/" in child.before
    edition(source, {f"{evil}/b.jinja": "{{"})
    refused(scaffold("new", f"{source}@main", "q", where=tmp_path), r"\x1b[31m\x0aerror: x/b.jinja:1")


@pytest.mark.slow
@pytest.mark.long
def test_killed_at_any_moment(tasked, tmp_path):
    """As before or as after, or `undo` makes it as before."""
    rng = random.Random(20)
    scratch = tmp_path / "scratch"
    project = new(tasked, tmp_path / "p", "--trust")
    before = snapshot(project)
    edition(tasked, {"a.txt": "2\n", "b.txt": "2\n"}, "v1.1.0")
    began = time.monotonic()
    made(scaffold("update", "p", "--trust", where=tmp_path))
    whole = time.monotonic() - began
    after = snapshot(project)
    assert after != before
    made(scaffold("undo", "p", where=tmp_path))

    def kill(*words: str) -> None:
        process = start(*words, "--trust", where=tmp_path, scratch=scratch)
        time.sleep(rng.uniform(0.4, 1.0) * whole)
        process.kill()
        process.communicate()

    for number in range(20):
        if number % 2:
            kill("new", str(tasked), f"q{number}")
            if (tmp_path / f"q{number}").exists():
                assert scaffold("status", f"q{number}", where=tmp_path).code == 0
            continue
        kill("update", "p")
        state = scaffold("status", "p", "--format", "json", where=tmp_path).json["state"]
        assert state in ("behind", "interrupted", "current")
        assert snapshot(project) == {"behind": before, "current": after}.get(state, snapshot(project))
        if state != "behind":
            made(scaffold("undo", "p", where=tmp_path))
        assert snapshot(project) == before


@pytest.mark.slow
@pytest.mark.long
def test_a_huge_template(tmp_path):
    """Five thousand files, one of them of 50 MB, and two thousand tags."""
    files = {f"{{{{ name }}}}/{n % 50}/f{n}.txt{'.jinja' * (n % 2)}": f"{n} {{{{ name }}}}\n" for n in range(5000)}
    source = template(tmp_path / "t", {"copier.yml": NAME, **files, "big.bin": bytes(range(256)) * 200_000})
    head = git("rev-parse", "HEAD", where=source).strip()
    tags = "".join(f"create refs/tags/v0.{n}.0 {head}\n" for n in range(2000))
    subprocess.run(["git", "update-ref", "--stdin"], cwd=source, input=tags, text=True, check=True)
    project = new(source, tmp_path / "p")
    assert len(owners(project)) == 5001
    assert (project / "big.bin").stat().st_size == 51_200_000
    assert scaffold("status", where=project).code == 0
    edition(source, {"{{ name }}/0/f0.txt": "changed\n"}, "v1.1.0")
    made(scaffold("update", "--commit", where=project))
    assert (project / "demo/0/f0.txt").read_text() == "changed\n"
    assert git("status", "--short", where=project) == ""
