"""What a template leaves out is not dropped: `_exclude`, in updates only or from some version on."""

import json

import pytest

import scaffold
from scaffold.errors import RenderError
from tests import kit
from tests.kit import git

ONCE = "{% if _copier_operation == 'update' %}/once/{% endif %}"
TEXT = "one\ntwo\nthree\nfour\nfive\n"


def config(*patterns, **questions):
    return json.dumps({"name": "demo", **questions, "_exclude": ["copier.yml", *patterns]})


@pytest.fixture
def project(tmp_path):
    return tmp_path / "project"


def stamped(tmp_path, files):
    root = kit.repo(tmp_path / "template", files, "v1")
    scaffold.new(f"{root}@v1", tmp_path / "project")
    return root


def released(root, version, files, *gone):
    for path in gone:
        (root / path).unlink()
    return kit.repo(root, files, f"v{version}")


def standing(project):
    paths = sorted(path for path in project.rglob("*") if path.is_file())
    names = {path.relative_to(project).as_posix(): path for path in paths}
    return {name: path.read_text() for name, path in names.items() if not name.startswith((".git/", ".scaffold/"))}


def updated(project, **more):
    """Update, with nothing left to decide, and return what the plan says of each path."""
    result = scaffold.update(project, commit=True, **more)
    assert not result.plan.conflicts
    assert scaffold.status(project).state == "current"
    return {action.path: (action.verb, action.why) for action in result.plan}


def test_what_is_left_out_of_updates_is_given_once(tmp_path, project):
    files = {"once/a": TEXT, "once/b": TEXT + "b\n", "once/c": "c\n", "v": "1\n"}
    root = stamped(tmp_path, {"copier.yml": config(ONCE), **files})
    assert scaffold.explain(project / "once/a").ownership == "seeded"
    (project / "once/c").unlink()
    kit.repo(project, {"once/b": "mine\n"})
    # Neither a changed file nor a new one reaches it, and one that looks like it is no place to go to.
    released(root, 2, {"v": "2\n", "once/a": "2\n", "once/new": "2\n", "like-a": TEXT}, "once/b")
    said = updated(project)
    assert standing(project) == {"once/a": TEXT, "once/b": "mine\n", "v": "2\n", "like-a": TEXT}
    assert {said[path] for path in ("once/a", "once/b", "once/c")} == {
        ("leave", "the blueprint leaves it out, so it is the team's")
    }
    released(root, 3, {"v": "3\n"})
    assert "once/a" in updated(project), "it is still known"
    assert scaffold.explain(project / "once/a").ownership == "seeded"
    assert scaffold.check(project, verify=True).summary["fail"] == 0
    released(root, 4, {"copier.yml": config(), "once/a": TEXT.replace("two", "2")})
    kit.repo(project, {"once/a": TEXT.replace("five", "5")})
    updated(project)
    assert standing(project)["once/a"] == "one\n2\nthree\nfour\n5\n", (
        "once it is brought again, it is merged from what was given"
    )


def test_what_a_later_version_leaves_out_stays(tmp_path, project):
    root = stamped(tmp_path, {"copier.yml": config(), "a/x": TEXT, "a/y": TEXT + "y\n", "gone": "1\n", "v": "1\n"})
    kit.repo(project, {"a/y": "mine\n"})
    released(root, 2, {"copier.yml": config("a"), "v": "2\n", "like-x": TEXT}, "gone", "a/x")
    updated(project)
    assert standing(project) == {"a/x": TEXT, "a/y": "mine\n", "v": "2\n", "like-x": TEXT}


def test_what_only_an_edited_answer_leaves_out_goes(tmp_path, project):
    docs = "{% if not docs %}docs{% endif %}"
    site = "{% if not site %}site{% endif %}"
    ask = {"docs": {"type": "bool", "default": True}}
    root = stamped(tmp_path, {"copier.yml": config(docs, **ask), "docs/x": TEXT, "site/x": "x\n", "v": "1\n"})
    updated(project, data={"docs": False})
    assert standing(project) == {"site/x": "x\n", "v": "1\n"}
    more = {**ask, "site": {"type": "bool", "default": False}}
    released(root, 2, {"copier.yml": config(docs, site, **more), "v": "2\n"})
    updated(project)
    assert standing(project) == {"site/x": "x\n", "v": "2\n"}, "a question of a later version is no edited answer"


def test_in_a_library_too(tmp_path, project):
    layers = {"base": {"copier.yml": config(ONCE), "once/a": "1\n"}, "other": {"once/b": "1\n", "v": "1\n"}}
    root = kit.repo(kit.library(tmp_path / "library", layers, ownership={"*": "managed"}), {}, "demo/v1.0.0")
    scaffold.new("demo", project, source=str(root))
    layers["base"]["once/a"] = "2\n"
    layers["other"]["v"] = "2\n"
    kit.repo(kit.library(root, layers, ownership={"*": "managed"}, version="2.0.0"), {}, "demo/v2.0.0")
    updated(project)
    assert standing(project) == {"once/a": "1\n", "once/b": "1\n", "v": "2\n"}


def test_what_was_locked_is_not_left_out_silently(tmp_path, project):
    files = {"copier.yml": config(), "ci.yml": "1\n", "s.toml": "a = 1\n", "v": "1\n"}
    locked = {"/ci.yml": "locked", "/s.toml": {"keys": {"a": "locked"}}}
    root = kit.repo(kit.library(tmp_path / "library", {"base": files}, ownership=locked), {}, "demo/v1.0.0")
    scaffold.new("demo", project, source=str(root))
    for number, pattern in enumerate(("ci.yml", "{% if _copier_operation == 'update' %}s.toml{% endif %}"), 2):
        layers = {"base": {**files, "copier.yml": config(pattern)}}
        more = {"ownership": locked, "version": f"{number}.0.0"}
        kit.repo(kit.library(root, layers, **more), {}, f"demo/v{number}.0.0")
        with pytest.raises(RenderError, match=r"locks (ci.yml|s.toml) and leaves it out of updates"):
            scaffold.update(project)
    with pytest.raises(RenderError, match=r"demo 3\.0\.0 locks s.toml and leaves"):
        scaffold.new("demo", tmp_path / "other", source=str(root))
    layers = {"base": {**files, "copier.yml": config("ci.yml", "s.toml"), "v": "4\n"}}
    kit.repo(kit.library(root, layers, version="4.0.0"), {}, "demo/v4.0.0")
    kit.repo(project, {"ci.yml": "mine\n", "s.toml": "a = 2\n"})
    said = updated(project)
    assert {said["ci.yml"], said["s.toml"]} == {
        ("leave", "the blueprint leaves it out, so it is the team's; it was locked")
    }
    assert standing(project) == {"ci.yml": "mine\n", "s.toml": "a = 2\n", "v": "4\n"}
    assert scaffold.status(project).drift == ()
    assert scaffold.explain(project / "ci.yml").ownership == "seeded"
    assert scaffold.check(project, verify=True).summary["fail"] == 0


def test_the_name_of_a_clones_folder_leaves_nothing_out(tmp_path, project):
    ask = {"docs": {"type": "bool", "default": True}}
    by_name = "{% if _folder_name != 'project' or not docs %}a{% endif %}"
    stamped(tmp_path, {"copier.yml": config(by_name, **ask), "a": "1\n", "v": "1\n"})
    git(tmp_path, "clone", "--quiet", str(project), "clone")
    updated(tmp_path / "clone", data={"docs": False})
    assert standing(tmp_path / "clone") == {"v": "1\n"}, "only the answer leaves it out"


def test_what_cruft_skips_and_the_branch_that_it_was_made_from_are_taken_over(tmp_path, project):
    inner = "{{cookiecutter.slug}}"
    names = ("f", "own [1]/x", "own [1]/y", "gone", "a/__init__.py", "a/b/__init__.py", "top.md", "a/low.md")
    root = kit.repo(tmp_path / "template", {"README": "no template here\n"})
    git(root, "checkout", "--quiet", "-b", "templates/one")
    kit.repo(root, {"cookiecutter.json": '{"slug": "demo"}', **{f"{inner}/{name}": "1\n" for name in names}})
    state = {"template": str(root), "commit": git(root, "rev-parse", "HEAD"), "checkout": "templates/one"}
    skip = {"skip": ["own [1]/", "gone"], "context": {"cookiecutter": {"slug": "demo"}}, "directory": None}
    skipped = '[tool.cruft]\nskip = ["**/__init__.py", "*.md"]\n'
    mine = {"own [1]/x": "mine\n", "pyproject.toml": skipped, ".cruft.json": json.dumps(state | skip)}
    kit.repo(project, {**dict.fromkeys(names, "1\n"), **mine})
    git(root, "rm", "--quiet", f"{inner}/gone")
    kit.repo(root, {f"{inner}/{name}": "2\n" for name in (*names, "own [1]/new") if name != "gone"})
    git(root, "checkout", "--quiet", "main")
    adopted = scaffold.adopt(project, commit=True)
    assert any("so they are the team's own" in note for note in adopted.notes)
    assert scaffold.status(project).behind
    updated(project)
    new = {path for path, text in standing(project).items() if text == "2\n"}
    assert new == {"f", "a/low.md"}
    assert standing(project)["own [1]/x"] == "mine\n"
    assert {"gone", "own [1]/y"} < standing(project).keys()
    assert "own [1]/new" not in standing(project)
