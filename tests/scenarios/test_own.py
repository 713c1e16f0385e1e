"""A team says that a file is its own, and takes it back; in-process, on real repositories."""

import json

import pytest

import scaffold
from scaffold.answers import file as answers_file
from scaffold.errors import FormatError, ProjectError
from scaffold.report import data as as_data
from scaffold.report import text as as_text
from tests import kit
from tests.kit import git

LINES = "".join(f"{number}\n" for number in range(1, 10))
FILES = {"copier.yml": "name: demo\n", "f": LINES, "docs/a.md": "a\nb\nc\nd\n", "docs/b.md": "b\n", "g": "1\n"}


@pytest.fixture
def template(tmp_path):
    return kit.repo(tmp_path / "template", FILES, "v1")


@pytest.fixture
def project(template, tmp_path):
    scaffold.new(f"{template}@v1", tmp_path / "project")
    return tmp_path / "project"


def changed(word, at=1):
    return LINES.replace(f"{at}\n", f"{word}\n", 1)


def verbs(project, **more):
    result = scaffold.update(project, commit=True, **more)
    return {action.path: action.verb for action in result.plan}


def answers(project):
    return (project / answers_file.PATH).read_text()


def test_what_is_the_teams_own_is_left_and_comes_back_merged(template, project):
    kit.write(project, {answers_file.PATH: f"{answers(project)}# ours\n"})
    kit.repo(project, {"f": changed("mine")})
    said = scaffold.own([project / "f"])
    assert said.files == ("f",)
    assert "f" in "".join(line.text for line in as_text.own(said))
    assert as_data.own(said) | {"path": ""} == {
        "path": "",
        "files": ["f"],
        "own": ["/f"],
        "back": False,
        "locked_keys": [],
    }
    assert "own:\n- /f\n" in answers(project)
    assert "# ours\n" in answers(project)
    assert git(project, "status", "--short") == "M  .scaffold/answers.yml\nM  .scaffold/lock.json"
    kit.repo(project, {})
    found = scaffold.status(project)
    assert (found.state, found.own, as_data.status(found)["own"]) == ("current", ("f",), ["f"])
    assert any("own " in line.text and " f:" in line.text for line in as_text.status(found))
    about = scaffold.explain(project / "f")
    assert (about.ownership, about.own, as_data.explain(about)["own"]) == ("seeded", True, True)
    assert "the team has made it its own" in about.meaning
    kit.repo(template, {"f": changed("theirs"), "g": "2\n"}, "v2")
    assert verbs(project) == {"f": "leave", "docs/a.md": "keep", "docs/b.md": "keep", "g": "replace"}
    assert scaffold.check(project, verify=True).summary["fail"] == 0, "the lock still says what the blueprint says"
    kit.repo(template, {"f": changed("theirs").replace("9", "new")}, "v3")
    assert verbs(project)["f"] == "leave"
    kit.repo(project, {"f": LINES.replace("5", "mine")})
    assert scaffold.own([project / "f"], back=True).own == ()
    assert "own:" not in answers(project)
    assert "# ours\n" in answers(project)
    kit.repo(project, {})
    assert verbs(project)["f"] == "merge"
    assert (project / "f").read_text() == changed("theirs").replace("5", "mine").replace("9", "new")


def test_what_is_no_pattern_is_refused(project):
    with pytest.raises(ProjectError, match="no pattern"):
        scaffold.own([project / "f\\"])


def test_undo_takes_it_back_and_a_second_time_changes_nothing(project):
    before = answers(project)
    scaffold.own([project / "f"])
    assert scaffold.own([project / "f"]).files == ("f",)
    assert scaffold.undo(project).what == "own f"
    assert answers(project) == before
    assert git(project, "status", "--short") == ""


def test_a_folder_a_pattern_and_what_is_taken_out_of_them(template, project, monkeypatch):
    monkeypatch.chdir(project / "docs")
    assert scaffold.own(["."]).own == ("/docs/",)
    assert scaffold.own(["a.md"], back=True).own == ("/docs/", "!/docs/a.md")
    assert scaffold.status(".").own == ("docs/b.md",)
    assert scaffold.own(["a.md"]).own == ("/docs/",)
    assert scaffold.own(["../docs"], back=True).own == ()
    assert scaffold.own(["*.md"]).own == ("/docs/*.md",)
    assert scaffold.status(".").own == ("docs/a.md", "docs/b.md")
    kit.repo(project, {})
    kit.repo(template, {"docs/a.md": "2\n", "docs/new.md": "2\n", "docs/other": "2\n"}, "v2")
    assert verbs(project) == {
        "docs/a.md": "leave", "docs/b.md": "leave", "docs/new.md": "leave", "docs/other": "create", "f": "keep", "g": "keep"
    }  # fmt: skip
    assert not (project / "docs/new.md").exists(), "nothing new comes to where the team is by itself"
    scaffold.own(["*.md"], back=True)
    kit.repo(project, {})
    assert verbs(project)["docs/new.md"] == "create"


def test_what_is_said_last_holds_and_nothing_is_said_twice(project):
    said = (
        ("docs", False, "/docs/"), ("docs/a.md", True, "/docs/ !/docs/a.md"), ("docs", False, "/docs/"),
        ("docs/*.md", True, "/docs/ !/docs/*.md"), ("docs", True, ""), ("docs/*.md", False, "/docs/*.md"),
        ("docs/a.md", True, "/docs/*.md !/docs/a.md"), ("docs/*.md", True, ""), ("f", False, "/f"), (".", False, "*"),
        ("f", False, "*"), ("f", True, "* !/f"), ("docs", True, "* !/f !/docs/"), (".", True, ""),
    )  # fmt: skip
    for path, back, patterns in said:
        assert scaffold.own([project / path], back=back).own == tuple(patterns.split())
        named = {"f": ("f",), "docs/a.md": ("docs/a.md",), ".": ("docs/a.md", "docs/b.md", "f", "g")}
        is_own = set(named.get(path, ("docs/a.md", "docs/b.md"))) & set(scaffold.status(project).own)
        assert is_own == (set() if back else set(named.get(path, ("docs/a.md", "docs/b.md"))))


@pytest.mark.parametrize("committed", [True, False])
def test_a_file_that_the_team_has_moved_or_deleted(template, project, committed):
    git(project, "mv", "f", "moved")
    git(project, "rm", "--quiet", "docs/a.md")
    if committed:
        kit.repo(project, {})
    assert scaffold.own([project / "moved", project / "docs/a.md"]).files == ("docs/a.md", "moved")
    kit.repo(project, {"moved": changed("mine")})
    kit.repo(template, {"f": changed("theirs"), "docs/a.md": "2\n"}, "v2")
    said = verbs(project)
    assert (said["moved"], said["docs/a.md"]) == ("leave", "leave")
    assert (project / "moved").read_text() == changed("mine")
    assert not (project / "f").exists()
    assert not (project / "docs/a.md").exists()
    assert scaffold.status(project).own == ("docs/a.md", "moved")


def test_what_is_the_teams_own_stays_so_where_the_team_moves_it(template, project):
    scaffold.own([project / "docs/a.md", project / "f"])
    kit.repo(project, {})
    (project / "d").mkdir()
    git(project, "mv", "docs/a.md", "d/a.md")
    git(project, "mv", "f", "d/f")
    kit.repo(project, {})
    assert scaffold.own([project / "d/f"], back=True).own == ("/docs/a.md", "/f", "!/d/f")
    assert scaffold.own([project / "d/f"]).own == ("/docs/a.md", "/f")
    assert scaffold.own([project / "f"], back=True).own == ("/docs/a.md",)
    kit.repo(project, {})
    kit.repo(template, {"docs/a.md": "a\nb\nc\nd\ne\n", "f": changed("theirs")}, "v2")
    said = verbs(project)
    assert (said["d/a.md"], said["d/f"]) == ("leave", "replace")
    assert scaffold.explain(project / "d/a.md").own
    assert scaffold.status(project).own == ("d/a.md",)
    git(template, "mv", "docs/a.md", "docs/c.md")
    kit.repo(template, {}, "v3")
    assert verbs(project)["d/a.md"] == "leave"
    assert scaffold.status(project).own == ("d/a.md",)
    assert "own:\n- /docs/a.md\n- /d/a.md\n" in answers(project)
    kit.repo(template, {"docs/c.md": "b\nc\nd\ne\n"}, "v4")
    assert verbs(project)["d/a.md"] == "leave"


def test_a_recopy_leaves_what_is_the_teams_own_and_its_base(template, project):
    kit.repo(project, {"f": changed("mine"), "docs/a.md": "mine\n"})
    git(project, "rm", "--quiet", "docs/b.md")
    scaffold.own([project / "f", project / "docs/b.md"])
    kit.repo(project, {})
    scaffold.update(project, recopy=True, commit=True)
    assert (project / "docs/a.md").read_text() == FILES["docs/a.md"]
    assert (project / "f").read_text() == changed("mine")
    scaffold.own([project / "f", project / "docs/b.md"], back=True)
    kit.repo(project, {})
    kit.repo(template, {"f": changed("theirs", 9)}, "v2")
    assert verbs(project) == {"f": "merge", "docs/a.md": "keep", "docs/b.md": "leave", "g": "keep"}


@pytest.mark.parametrize("edited", [True, False])
def test_what_the_blueprint_drops_or_moves_stays(template, project, edited):
    if edited:
        kit.repo(project, {"f": changed("mine"), "docs/a.md": "mine\n"})
    scaffold.own([project / "f", project / "docs"])
    kit.repo(project, {})
    git(template, "rm", "--quiet", "docs/a.md")
    git(template, "mv", "f", "elsewhere")
    kit.repo(template, {"elsewhere": changed("theirs")}, "v2")
    assert not {"delete", "conflict", "create", "replace", "merge"} & {*verbs(project).values()}
    assert (project / "f").read_text() == (changed("mine") if edited else LINES)
    assert (project / "docs/a.md").read_text() == ("mine\n" if edited else FILES["docs/a.md"])
    assert scaffold.status(project).own == ("docs/b.md", "f")


def test_what_the_platform_owns_is_refused(tmp_path):
    owners = {"*": "managed", "/ci.yml": "locked", "/once": "seeded", "/s.toml": {"keys": {"tool.lint": "locked"}}}
    files = {"ci.yml": "1\n", "once": "1\n", "s.toml": '[tool]\nlint = "1"\nown = "1"\n', "docs/a": "1\n"}
    root = kit.repo(kit.library(tmp_path / "library", {"base": files}, ownership=owners), {}, "demo/v1.0.0")
    project = tmp_path / "project"
    scaffold.new("demo", project, source=str(root))
    for path, said in (("ci.yml", "ci.yml is locked"), ("once", "nothing here that"), ("mine", "brings no such file")):
        with pytest.raises(ProjectError, match=said):
            scaffold.own([project / path])
    with pytest.raises(ProjectError, match="not in the project"):
        scaffold.own([project / "docs/a", tmp_path / "library"])
    assert scaffold.own([project]).held == ("s.toml",)
    kit.repo(project, {"s.toml": '[tool]\nlint = "1"\nown = "mine"\n'})
    newer = {"ci.yml": "2\n", "s.toml": '[tool]\nlint = "2"\nown = "2"\n', "docs/a": "2\n"}
    kit.repo(kit.library(root, {"base": newer}, ownership=owners, version="2.0.0"), {}, "demo/v2.0.0")
    assert verbs(project) == {"ci.yml": "replace", "docs/a": "leave", "once": "leave", "s.toml": "merge"}
    assert (project / "s.toml").read_text() == '[tool]\nlint = "2"\nown = "mine"\n'
    assert scaffold.status(project).state == "current"


def test_an_update_suggests_it_after_two_conflicts_for_the_teams_side(template, project):
    suggested = "f was decided for your side 2 times in a row; scaffold own makes it yours"
    kit.repo(project, {"f": changed("mine")})
    for version in (2, 3):
        kit.repo(template, {"f": changed(f"theirs {version}", 1).replace("9", f"new {version}")}, f"v{version}")
        assert suggested not in scaffold.update(project).notes
        if version == 2:
            with pytest.raises(ProjectError, match="not finished"):
                scaffold.own([project / "g"])
            scaffold.resolve([project / "f"], side="ours")
        else:
            git(project, "checkout", "--ours", "f")
            git(project, "add", "f")
        scaffold.continue_update(project)
        kit.repo(project, {})
    assert suggested in scaffold.update(project).notes
    scaffold.own([project / "f"])
    assert suggested not in scaffold.update(project).notes
    scaffold.own([project / "f"], back=True)
    kit.repo(template, {"f": changed("theirs 4")}, "v4")
    scaffold.update(project)
    scaffold.resolve([project / "f"], side="theirs")
    kit.repo(project, {})
    assert suggested not in scaffold.update(project).notes


@pytest.mark.parametrize("own", ["f", ["/f", "!"], [1]])
def test_what_is_no_list_of_patterns_is_refused(project, own):
    kit.write(project, {answers_file.PATH: f"{answers(project)}own: {json.dumps(own)}\n"})
    with pytest.raises(FormatError, match=r"own|no pattern"):
        scaffold.status(project)


def test_what_the_file_says_beside_the_answers_holds_after_an_update_too(template, project):
    kit.repo(project, {answers_file.PATH: f"{answers(project)}merge: {{keys: false}}\nown: [g]\n"})
    kit.repo(template, {"f": "2\n"}, "v2")
    scaffold.update(project, commit=True)
    kit.repo(template, {"g": "3\n"}, "v3")
    assert verbs(project)["g"] == "leave"
