"""What git is told of a repository counts: where its work tree is, and how its files merge; in-process, on real git."""

import re
from subprocess import CalledProcessError

import pytest

import scaffold
from scaffold.errors import GitError, SourceError
from scaffold.git.objects import open_repository
from scaffold.project.conditions import Conditions
from scaffold.project.in_git import Changed
from scaffold.project.opening import open_at, seen_in
from scaffold.project.planning.commit_tree import after
from scaffold.project.planning.prepare import prepare
from scaffold.report import data as as_data
from scaffold.report import text as as_text
from tests import kit
from tests.kit import git


@pytest.fixture
def template(tmp_path):
    """A plain template with two versions."""
    root = kit.repo(tmp_path / "template", {"copier.yml": "name: demo\n", "f": "1\n"}, "v1")
    return kit.repo(root, {"f": "2\n"}, "v2")


def stamped(template, dest, version="1"):
    scaffold.new(f"{template}@v{version}", dest)
    return dest


@pytest.mark.parametrize("way", ["beside", "gits/project", "linked", "link"])
def test_what_is_staged_is_named_as_git_names_it(template, tmp_path, way):
    project, origin = tmp_path / "project", stamped(template, tmp_path / "origin")
    if way == "linked":
        git(origin, "worktree", "add", "--quiet", "-b", "side", str(project))
    else:
        (tmp_path / way).parent.mkdir(exist_ok=True)
        git(tmp_path, "clone", "--quiet", f"--separate-git-dir={tmp_path / way}", str(origin), str(project))
    if way == "link":
        (project / ".git").unlink()
        (project / ".git").symlink_to("../link")
    assert scaffold.update(project, commit=True).commit
    assert git(project, "show", "--name-only", "--format=") == ".scaffold/lock.json\nf"
    assert git(project, "status", "--porcelain") == ""
    scaffold.undo(project)
    assert (project / "f").read_text() == "1\n"


def test_new_makes_a_repository_that_it_can_read(template, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    project = stamped(template, tmp_path / "project")
    assert scaffold.update(project).applied
    monkeypatch.chdir(tmp_path)
    assert scaffold.new(f"file://{template}", tmp_path / "other").version == "2", "through a copy that is kept"


LINES = "".join(f"{number}\n" for number in range(1, 9))
ATTRIBUTES = """\
[attr]frozen -merge
*.svg binary
*.lock -merge
*.log merge=union
*.json merge=text
*.odd merge=nobody
*.own merge=own
*.asks merge=asks
*.macro frozen
*.md conflict-marker-size=20
*.unset merge=union
sub/*.unset !merge
"""
FILES = (
    *("plain.txt", "same.txt", "image.svg", "deps.lock", "all.log", "near.json", "x.odd", "x.own", "x.asks"),
    *("sub/x.macro", "a file's.md", "x.unset", "sub/x.unset", "x.info", "x.everywhere"),
)
SETTINGS = {
    "merge.own.driver": "true",
    "merge.asks.driver": "echo %L %P %% >>%A; cat %B %O >>%A; exit 1",
    "merge.conflictStyle": "zdiff3",
}
BASE = {"near.json": '{\n  "a": 1,\n  "b": 1\n}\n'}
OURS = {"near.json": '{\n  "a": 2,\n  "b": 1\n}\n', "plain.txt": LINES.replace("8", "ours")}
THEIRS = {"near.json": '{\n  "a": 1,\n  "b": 2\n}\n', "plain.txt": LINES.replace("1", "theirs")}


def side(own, word):
    """The files of one side: those without words of their own differ in one line from the other side's."""
    return {path: own.get(path, LINES.replace("4", word)) for path in FILES}


def outcome(project):
    """What stands in each file, whatever the markers are labelled, and which are in conflict for git."""
    contents = {path: (project / path).read_text() for path in FILES}
    plain = {path: re.sub(r"(?m)^(<{7,}|[|]{7,}|>{7,}) .*", r"\1", text) for path, text in contents.items()}
    return plain, {line.partition("\t")[2] for line in git(project, "ls-files", "-u", "-z").split("\0")}


@pytest.mark.parametrize("default", ["", "binary", "own"])
def test_a_file_merges_as_git_merge_does_it(tmp_path, default):
    root = kit.repo(tmp_path / "template", {"copier.yml": "name: demo\n", **side(BASE, "4")}, "v1")
    kit.repo(root, side(THEIRS, "theirs"), "v2")
    project = stamped(root, tmp_path / "project")
    base = git(project, "rev-parse", "HEAD")
    (tmp_path / "everywhere").write_text("*.everywhere merge=union\n")
    (project / ".git/info/attributes").write_text("*.info merge=union\n")
    for name, value in SETTINGS.items():
        git(project, "config", name, value)
    git(project, "config", "core.attributesFile", str(tmp_path / "everywhere"))
    if default:
        git(project, "config", "merge.default", default)
    kit.repo(project, {".gitattributes": ATTRIBUTES, **side(OURS, "ours")})
    git(project, "checkout", "--quiet", "-b", "theirs", base)
    kit.repo(project, side(THEIRS, "theirs"))
    git(project, "checkout", "--quiet", "main")
    with pytest.raises(CalledProcessError):
        git(project, "merge", "--quiet", "theirs")
    by_git = outcome(project)
    git(project, "merge", "--abort")
    before = outcome(project)
    assert scaffold.update(project, dry_run=True).plan.conflicts
    assert outcome(project) == before, "a driver works on copies"
    prepared = prepare(open_at(project, "HEAD"), Conditions())
    then = after(prepared)
    branch = seen_in(project, Changed(open_repository(project), then.base, then.files), "")
    assert branch.unresolved == {action.path for action in prepared.plan.conflicts} != set(), "a commit decides none"
    scaffold.update(project)
    assert outcome(project) == by_git
    assert scaffold.resolve([project / path for path in sorted(by_git[1] - {""})], side="ours").conflicts == ()


def test_a_file_that_git_does_not_merge_has_no_line_ends_to_keep(template, tmp_path):
    project = stamped(template, tmp_path / "project")
    kit.repo(project, {".gitattributes": "f binary\n", "f": "1\r\n"})
    assert [action.path for action in scaffold.update(project).plan.conflicts] == ["f"]
    assert (project / "f").read_bytes() == b"1\r\n"


def test_a_bare_repository_behind_a_file_is_checked_like_any_other(template, tmp_path):
    git(tmp_path, "clone", "--quiet", "--bare", str(stamped(template, tmp_path / "project")), "around/.bare")
    (tmp_path / "around/.git").write_text("gitdir: ./.bare\n")
    for place in ("around", "around/.bare", "project/.git"):
        assert scaffold.check(tmp_path / place, revision="main").version == "1"


def test_a_driver_that_fails_is_a_conflict_that_says_so(template, tmp_path):
    project = stamped(template, tmp_path / "project")
    git(project, "config", "merge.broken.driver", "echo no such thing >&2; exit 130")
    kit.repo(project, {".gitattributes": "f merge=broken\n", "f": "mine\n"})
    conflict = scaffold.update(project).plan.conflicts[0]
    assert "merge.broken.driver" in conflict.why
    assert "no such thing" in conflict.why
    assert (project / "f").read_text() == "mine\n"
    assert git(project, "status", "--short", "f") == "UU f"


def test_what_a_driver_makes_is_proven_like_what_scaffold_makes(tmp_path):
    files = {"a.py": "def f():\n    return 1\n", "b.json": '{"a": 1}\n', "c.py": "x = 1\n"}
    root = kit.library(tmp_path / "library", {"base": files})
    scaffold.new("demo", tmp_path / "project", source=str(root))
    project = tmp_path / "project"
    kit.library(root, {"base": {path: text.replace("1", "2") for path, text in files.items()}}, version="2.0.0")
    git(project, "config", "merge.joins.driver", "cat %B >>%A")
    git(project, "config", "merge.takes.driver", "cp %B %A")
    attributes = "*.py merge=joins\n*.json merge=joins\nc.py merge=takes\n"
    kit.repo(project, {".gitattributes": attributes} | {path: text.replace("1", "3") for path, text in files.items()})
    plan = scaffold.update(project).plan
    why = {action.path: action.why for action in plan.conflicts}
    assert why.keys() == {"a.py", "b.json"}
    assert "stands in it more often than on either side" in why["a.py"]
    assert "cannot be read any more" in why["b.json"]
    assert (project / "a.py").read_text() == "def f():\n    return 3\n"
    assert (project / "c.py").read_text() == "x = 2\n"


def test_a_file_that_both_have_added_merges_so_too(tmp_path):
    owners = {"/locked.log": "locked"}
    root = kit.library(tmp_path / "library", {"base": {"f": "1\n"}}, ownership=owners)
    scaffold.new("demo", tmp_path / "project", source=str(root))
    project, new = tmp_path / "project", {"all.log": "a\nb\n", "x.lock": "a\nb\n", "locked.log": "a\nb\n"}
    kit.library(
        root,
        {"base": new | {"copier.yml": "_preserve_symlinks: true\n", "link.log": kit.link("b")}},
        ownership=owners,
        version="2.0.0",
    )
    kit.repo(project, {".gitattributes": ATTRIBUTES, **dict.fromkeys(new, "a\nc\n"), "link.log": kit.link("c")})
    conflicts = [action.path for action in scaffold.update(project).plan.conflicts]
    assert conflicts == ["link.log", "locked.log", "x.lock"], "neither what is locked nor a link has lines to join"
    assert (project / "all.log").read_text() == "a\nc\nb\n"
    assert (project / "x.lock").read_text() == "a\nc\n"


def test_a_partial_clone_is_refused_with_the_way_out(template, tmp_path):
    library = kit.repo(kit.library(tmp_path / "library", {"base": {"f": "1\n"}}), {}, "demo/v1.0.0")
    kit.repo(library, {"templates/base/f": "2\n", "blueprints/demo/blueprint.yml": kit.manifest(version="2.0.0")})
    for number, (origin, left_out) in enumerate(((template, "blob:none"), (library, "tree:0"))):
        git(origin, "config", "uploadpack.allowFilter", "true")
        part = tmp_path / f"part-{number}"
        git(tmp_path, "clone", "--quiet", f"--filter={left_out}", f"file://{origin}", str(part))
        asked = (f"{part}@v1", "builtin") if origin == template else ("demo@1.0.0", str(part))
        with pytest.raises(GitError, match=r"partial clone and lacks [0-9a-f]{40} .*--refetch --no-filter"):
            scaffold.new(asked[0], tmp_path / "made", source=asked[1])
        git(part, "fetch", "--quiet", "--refetch", "--no-filter")
        scaffold.new(asked[0], tmp_path / f"made-{number}", source=asked[1])
        assert (tmp_path / f"made-{number}/f").read_text() == "1\n"


def test_a_project_ahead_of_the_newest_release_is_ahead_and_stays_there(tmp_path):
    root = kit.repo(tmp_path / "template", {"copier.yml": "name: demo\n", "f": "1\n"}, "v1.0.0")
    kit.repo(root, {"f": "2\n"})
    project = tmp_path / "project"
    scaffold.new(f"{root}@HEAD", project)
    found = scaffold.status(project)
    assert (found.state, found.behind, found.ahead, found.latest) == ("current", False, True, "1.0.0")
    assert as_data.status(found)["ahead"] is True
    assert "ahead" in "".join(line.text for line in as_text.status(found))
    assert scaffold.update(project).up_to_date
    kit.repo(root, {"f": "3\n"}, "v1.1.0")
    assert scaffold.status(project).behind
    assert scaffold.update(project).plan.lock_after.version == "1.1.0"


def test_a_project_of_unreleased_files_is_ahead_too(tmp_path):
    root = kit.repo(kit.library(tmp_path / "library", {"base": {"f": "1\n"}}), {}, "demo/v1.0.0")
    kit.library(root, {"base": {"f": "2\n"}}, version="1.1.0")
    project = tmp_path / "project"
    scaffold.new("demo@.", project, source=str(root))
    assert (scaffold.status(project).state, scaffold.status(project).ahead) == ("current", True)
    kit.library(root, {"base": {"f": "3\n"}}, version="1.1.0")
    scaffold.update(project, commit=True)
    assert (project / "f").read_text() == "3\n", "files as they stand stay what the project goes by"


def test_a_template_on_a_branch_is_followed_where_nothing_else_is_there(tmp_path):
    root = kit.repo(tmp_path / "template", {"README": "no template\n"})
    for branch in ("one", "two"):
        git(root, "checkout", "--quiet", "-b", branch, "main")
        kit.repo(root, {"copier.yml": "name: demo\n", "f": f"{branch}\n"})
    git(root, "checkout", "--quiet", "main")
    with pytest.raises(SourceError, match=r"no template at HEAD of .* with @ behind the address: one, two\)"):
        scaffold.new(str(root), tmp_path / "project")
    project = tmp_path / "project"
    scaffold.new(f"{root}@one", project)
    assert scaffold.status(project).state == "current"
    git(root, "checkout", "--quiet", "one")
    kit.repo(root, {"f": "newer\n"})
    git(root, "checkout", "--quiet", "main")
    assert scaffold.status(project).behind
    scaffold.update(project, commit=True)
    assert (project / "f").read_text() == "newer\n"
    assert scaffold.status(project).state == "current"
    git(root, "branch", "--quiet", "-D", "one")
    assert "there is no one in" in scaffold.status(project).notes[0]


def test_what_may_be_named_is_listed_newest_first(tmp_path):
    root = kit.repo(tmp_path / "template", {"copier.yml": "name: demo\n"}, *(f"v{number}" for number in range(1, 14)))
    library = kit.repo(kit.library(tmp_path / "library", {"base": {"f": "1\n"}}), {}, "demo/v1.0.0", "demo/v1.10.0")
    project = tmp_path / "project"
    scaffold.new(str(root), project)
    with pytest.raises(SourceError, match=r"there is: v13, v12, .*, v4, and 3 older ones\)"):
        scaffold.update(project, to="v99")
    with pytest.raises(SourceError, match=r"released versions: 1\.10\.0, 1\.0\.0\)"):
        scaffold.new("demo@9", tmp_path / "other", source=str(library))
