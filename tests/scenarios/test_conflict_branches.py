"""An update with conflicts as a branch that the plan of a fleet holds: never green, and git's conflicts in a clone."""

import json
import shutil
from pathlib import Path

import pytest

import scaffold
from scaffold.errors import ProjectError
from scaffold.fleet import planfile
from scaffold.git.objects import open_repository
from scaffold.git.trees import grown
from tests.fleet.company import TODAY
from tests.scenarios import world
from tests.scenarios.test_conflicts import BINARY, OURS, THEIRS, git_bytes
from tests.scenarios.world import NEXT, git

BRANCH = "scaffold/demo-1.1.0"


@pytest.fixture(scope="module", params=["", "services/a"], ids=["at the top", "in a folder"])
def made(tmp_path_factory, request):
    """A member with conflicts of each kind, and beside it a clone of the branch that its plan makes."""
    root = tmp_path_factory.mktemp("fleet")
    library = world.make_library(root / "library")
    project = world.stamp(library, root / "project")
    world.write(project, {"notes.md": OURS, "old.txt": "the team needs it\n", "own.txt": "ours\n"})
    (project / "run.sh").write_bytes(BINARY["ours"])
    top = project
    if request.param:
        top = root / "mono"
        shutil.copytree(project, top / request.param, ignore=shutil.ignore_patterns(".git"))
        git("init", "--quiet", "--initial-branch=main", where=top)
    world.commit(top)
    world.release(library, "1.1.0", NEXT | {"notes.md.jinja": THEIRS, "run.sh": BINARY["theirs"].decode()})
    (root / "fleet.yml").write_text(f"members: [{{folder: {top.name}}}]\n")
    found = scaffold.fleet_plan(root / "fleet.yml", today=TODAY, run_on="loop")
    pushed(found.folder, top)
    git("clone", "--quiet", "--branch", BRANCH, str(top), "clone", where=root)
    return root, top, request.param


def pushed(plan: Path, member: Path) -> None:
    """Make the branch from the plan alone, as a rollout would."""
    (one,) = planfile.read(plan).results
    assert one.state == "conflict"
    assert "Files in conflict, for somebody to decide:\n- notes.md" in one.message
    git("init", "--quiet", "--bare", str(plan / "git"), where=plan)
    repository = open_repository(plan / "git")
    shutil.copytree(plan / "objects", plan / "git/objects", dirs_exist_ok=True)
    base = open_repository(member)
    tree = grown(base.tree, base.tree_of(one.base), one.files)
    assert tree.id == one.tree
    (plan / "git/objects/info/alternates").write_text(f"{member}/.git/objects\n")
    repository = open_repository(plan / "git")
    repository.store_trees(tree.trees)
    commit = git("commit-tree", one.tree, "-p", one.base, "-m", one.message, where=plan / "git").strip()
    git("push", "--quiet", str(member), f"{commit}:refs/heads/{BRANCH}", where=plan / "git")


@pytest.fixture
def clone(made, tmp_path):
    root, _, inner = made
    shutil.copytree(root / "clone", tmp_path / "clone")
    return tmp_path / "clone" / inner


def updated(made, tmp_path) -> Path:
    """A clone in which a person has made the same update."""
    _, top, inner = made
    git("clone", "--quiet", "--branch", "main", str(top), str(tmp_path / "other"), where=tmp_path)
    scaffold.update(tmp_path / "other" / inner)
    return tmp_path / "other" / inner


def locked(project: Path) -> dict:
    return json.loads((project / ".scaffold/lock.json").read_text())["files"]


def test_the_branch_holds_what_an_update_leaves_in_a_folder(made, clone, tmp_path):
    there = updated(made, tmp_path)
    for path in ("notes.md", "old.txt", "run.sh", "ci.yml", "settings.toml"):
        assert (clone / path).read_bytes() == (there / path).read_bytes()
    assert b"||||||| stamped 1.0.0" in (clone / "notes.md").read_bytes()
    here, then = locked(clone), locked(there)
    opened = {path: here[path].pop("open", False) for path in here}
    assert here == then, "the lock has the old bases"
    assert [path for path, is_open in opened.items() if is_open] == ["old.txt", "run.sh"], "those without markers"


def test_the_branch_is_never_green(clone):
    done = world.scaffold("status", "--format", "json", where=clone)
    assert (done.code, [one["path"] for one in done.json["conflicts"]]) == (3, ["notes.md", "old.txt", "run.sh"])
    assert done.json["state"] == "conflicts"
    checked = world.scaffold("check", "--format", "json", where=clone)
    failed = [one["path"] for one in checked.json["findings"] if "not decided" in one["message"]]
    assert (checked.code, failed) == (3, ["notes.md", "old.txt", "run.sh"])
    assert world.scaffold("update", where=clone).code == 1
    going_on = world.scaffold("update", "--continue", where=clone)
    assert (going_on.code, going_on.out.count("nobody has decided it on this branch")) == (3, 2)
    inner = [] if (clone / ".git").exists() else [clone.parent.parent]
    git("reset", "--quiet", "--hard", where=(inner or [clone])[0])
    assert scaffold.status(clone).conflicts == ("notes.md", "old.txt", "run.sh")


def test_its_sides_are_git_s_again(made, clone, tmp_path):
    there = updated(made, tmp_path)
    before = {path: (clone / path).read_bytes() for path in ("notes.md", "old.txt", "run.sh")}
    done = world.scaffold("resolve", ".", "--stages", "--format", "json", where=clone)
    assert (done.code, [one["path"] for one in done.json["files"]]) == (3, sorted(before))
    assert git("ls-files", "--unmerged", where=clone) == git("ls-files", "--unmerged", where=there)
    assert git("ls-files", "--unmerged", where=clone).count("\n") == 8
    assert {path: (clone / path).read_bytes() for path in before} == before
    again = world.scaffold("resolve", ".", "--stages", where=clone)
    assert (again.code, "already" in again.out) == (3, True)
    base = git_bytes("show", ":1:./notes.md", where=clone)
    assert base.startswith(b"# demo\n\nfirst\n")


def test_it_is_decided_with_git_s_tools_and_finished(clone):
    world.scaffold("resolve", ".", "--stages", where=clone)
    tool = ["-c", "mergetool.x.cmd=cat $LOCAL $REMOTE >$MERGED", "-c", "mergetool.x.trustExitCode=true"]
    git(*tool, "mergetool", "--no-prompt", "--tool=x", "notes.md", where=clone)
    assert "third, ours\n# demo\n\nfirst, theirs\n" in (clone / "notes.md").read_text()
    git("add", "run.sh", where=clone)  # it is meant so
    assert scaffold.status(clone).conflicts == ("old.txt",)
    assert scaffold.resolve([clone / "old.txt"], side="theirs").conflicts == ()
    assert world.scaffold("update", "--continue", where=clone).code == 0
    git("commit", "--quiet", "--message=decided", where=clone)
    assert (scaffold.status(clone).conflicts, (clone / "old.txt").exists()) == ((), False)
    assert not any("pending" in one or "open" in one for one in locked(clone).values())
    assert git("status", "--porcelain", "--untracked-files=no", where=clone) == ""


def test_a_side_is_taken_without_the_stages_where_the_clone_has_it(clone):
    assert scaffold.resolve([clone], side="ours").conflicts == ()
    assert (clone / "run.sh").read_bytes() == BINARY["ours"]
    assert world.scaffold("update", "--continue", where=clone).code == 0


def test_the_blueprint_s_whole_file_is_not_in_a_clone_and_it_is_said_how_to_have_it(clone):
    with pytest.raises(ProjectError, match=r"not known any more \(scaffold resolve --stages it"):
        scaffold.resolve([clone / "run.sh"], side="theirs")
    scaffold.lay_stages([clone / "run.sh"])
    scaffold.resolve([clone / "run.sh"], side="theirs")
    assert (clone / "run.sh").read_bytes() == BINARY["theirs"]


def test_undo_takes_the_stages_back(clone):
    before = git("ls-files", "--stage", where=clone), world.snapshot(clone)
    scaffold.lay_stages([clone])
    assert (git("ls-files", "--stage", where=clone), world.snapshot(clone)) != before
    scaffold.undo(clone)
    assert (git("ls-files", "--stage", where=clone), world.snapshot(clone)) == before


def test_work_on_the_branch_does_not_hide_where_it_began(clone):
    world.write(clone, {"ours.txt": "more\n"})
    git("add", "ours.txt", where=clone)
    git("commit", "--quiet", "--message=more", where=clone)
    scaffold.lay_stages([clone / "notes.md"])
    assert git_bytes("show", ":2:./notes.md", where=clone).decode() == OURS


def test_after_a_reset_the_sides_of_an_update_come_back(made, tmp_path):
    there = updated(made, tmp_path)
    unmerged = git("ls-files", "--unmerged", where=there)
    git("reset", "--quiet", where=there)
    scaffold.lay_stages([there])
    assert git("ls-files", "--unmerged", where=there) == unmerged


def test_what_cannot_be_laid_is_said(made, clone, tmp_path):
    _, top, inner = made
    git("clone", "--quiet", "--depth=1", "--branch", BRANCH, f"file://{top}", "shallow", where=tmp_path)
    with pytest.raises(ProjectError, match="the commit before the update is not here"):
        scaffold.lay_stages([tmp_path / "shallow" / inner])
    world.write(clone, {"notes.md": "mine\n"})
    git("add", "notes.md", where=clone)
    world.write(clone, {"notes.md": "<<<<<<< yours\nx\n=======\ny\n>>>>>>> demo 1.1.0\n"})
    with pytest.raises(ProjectError, match=r"git has something staged of notes\.md"):
        scaffold.lay_stages([clone])
    assert world.scaffold("resolve", ".", "--ours", "--trust", where=clone).code == 2


def test_markers_that_the_new_attributes_would_not_know_are_open_too(tmp_path):
    library = world.make_library(tmp_path / "library")
    project = world.stamp(library, tmp_path / "project")
    world.write(project, {"notes.md": OURS})
    world.commit(project)
    world.release(library, "1.1.0", {"notes.md.jinja": THEIRS, ".gitattributes": "*.md conflict-marker-size=12\n"})
    (tmp_path / "fleet.yml").write_text("members: [{folder: project}]\n")
    pushed(scaffold.fleet_plan(tmp_path / "fleet.yml", today=TODAY, run_on="loop").folder, project)
    git("checkout", "--quiet", BRANCH, where=project)
    assert "<<<<<<< yours" in (project / "notes.md").read_text()
    assert scaffold.status(project).conflicts == ("notes.md",)
    assert scaffold.lay_stages([project]).conflicts == ("notes.md",)
