"""Conflicts that people can finish: resolve, update --continue and --abort, rerere, and git's own commands on them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import scaffold
from scaffold.errors import GitError, ProjectError
from tests.scenarios import world
from tests.scenarios.world import NEXT, commit, git, release, snapshot

OURS = "# demo\n\nfirst, ours\n\nsecond\n\nthird, ours\n"
THEIRS = "# {{ name }}\n\nfirst, theirs\n\nsecond\n\nthird, theirs\n\nfourth\n"
BINARY = {"ours": b"\0ours", "theirs": b"\0theirs"}
MESSAGE = "chore: update demo from 1.0.0 to 1.1.0\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project in which notes.md, old.txt and run.sh will be in conflict with 1.1.0: each in another way."""
    root = tmp_path_factory.mktemp("conflicts")
    library = world.make_library(root / "library")
    project = world.stamp(library, root / "project")
    world.write(project, {"notes.md": OURS, "old.txt": "the team needs it\n", "own.txt": "ours\n"})
    (project / "run.sh").write_bytes(BINARY["ours"])
    commit(project)
    release(library, "1.1.0", NEXT | {"notes.md.jinja": THEIRS, "run.sh": BINARY["theirs"].decode()})
    release(library, "1.2.0", {"notes.md.jinja": THEIRS.replace("second", "second, newer")})
    release(library, "1.3.0", {"ci.yml": "steps: [three]\n"})
    return project


@pytest.fixture
def project(made, tmp_path):
    """A copy of it, before the update."""
    return Path(shutil.copytree(made, tmp_path / "project", symlinks=True))


@pytest.fixture
def left(project):
    """A copy of it with the conflicts left open."""
    update(project)
    return project


def update(project, **options):
    done = scaffold.update(project, to="1.1.0", **options)
    assert [action.path for action in done.plan.conflicts] == ["notes.md", "old.txt", "run.sh"]
    return done


def lock_of(project):
    return json.loads((project / ".scaffold/lock.json").read_text())["files"]


def stages(project, path):
    return [line.split()[2] for line in git("ls-files", "--stage", path, where=project).splitlines()]


def resolve_all(project, side="theirs"):
    assert scaffold.resolve([project], side=side).conflicts == ()


def git_bytes(*words, where):
    return subprocess.run(["git", *words], cwd=where, capture_output=True, check=True).stdout


def short_status(project):
    return git("status", "--porcelain", where=project).splitlines()


# resolve


@pytest.mark.parametrize(
    ("side", "first", "third"),
    [
        ("ours", "first, ours", "third, ours\n\nfourth"),  # a paragraph that only the blueprint adds is no conflict
        ("theirs", "first, theirs", "third, theirs\n\nfourth"),
        ("both", "first, ours\nfirst, theirs", "third, ours\nthird, theirs\n\nfourth"),
    ],
)
def test_a_side_of_what_is_marked_and_all_else_as_it_stands(left, side, first, third):
    notes = left / "notes.md"
    notes.write_text(notes.read_text().replace("second", "second, and an edit made meanwhile"))
    done = world.scaffold("resolve", "notes.md", f"--{side}", "--format", "json", where=left)
    assert done.code == 3, "two others are open"
    assert done.json == {
        "path": str(left),
        "side": side,
        "files": [{"path": "notes.md", "places": 2, "whole": False, "deleted": False}],
        "conflicts": [{"path": "old.txt"}, {"path": "run.sh"}],
    }
    assert notes.read_text() == f"# demo\n\n{first}\n\nsecond, and an edit made meanwhile\n\n{third}\n"
    assert stages(left, "notes.md") == ["0"]
    assert set(git("diff", "--name-only", where=left).split()) == {"old.txt", "run.sh"}, "it is staged as it stands"


def test_what_could_not_be_read_any_more_is_neither_written_nor_taken_as_decided(library, tmp_path):
    release(library, "1.1.0", {"data.toml": "x = 1\n", "code.py": "def a(\n    x,\n): ...\n"})
    project = scaffold.new("demo", tmp_path / "p", source=str(library)).root
    world.write(project, {"data.toml": "x = 2\n", "code.py": "def b(\n    y,\n): ...\n"})
    commit(project)
    release(library, "1.2.0", {"data.toml": "x = 3\n", "code.py": "def c(\n    z,\n): ...\n"})
    scaffold.update(project)
    before = snapshot(project)
    with pytest.raises(ProjectError, match=r"with both sides data\.toml could not be read any more: .*TOML"):
        scaffold.resolve([project / "data.toml"], side="both")
    with pytest.raises(ProjectError, match=r"code\.py could not be read any more: line 1 is not valid Python"):
        scaffold.resolve([project], side="both")
    assert snapshot(project) == before
    world.write(project, {"data.toml": "x = 2\nx = 3\n", "code.py": "d = 1\n"})
    git("add", ".", where=project)
    (open_one,) = scaffold.continue_update(project).conflicts
    assert (open_one.path, open_one.line) == ("data.toml", None)
    assert open_one.reason.startswith("cannot be read any more, though every side could: this is not valid TOML")
    world.write(project, {"data.toml": "x = 4\n"})
    assert scaffold.continue_update(project).resolved == ("code.py", "data.toml")


def test_clean_changes_of_the_blueprint_stay_where_git_checkout_throws_them_away(library, tmp_path):
    project = world.stamp(library, tmp_path / "p")
    world.write(project, {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, ours\n"})
    commit(project)
    release(library, "1.1.0", {"notes.md.jinja": "# {{ name }}, changed\n\nfirst\n\nsecond\n\nthird, theirs\n"})
    scaffold.update(project)
    scaffold.resolve([project / "notes.md"], side="ours")
    assert (project / "notes.md").read_text() == "# demo, changed\n\nfirst\n\nsecond\n\nthird, ours\n"


def test_what_is_resolved_by_hand_already_is_only_staged(left):
    world.write(left, {"notes.md": "by hand\n"})
    done = scaffold.resolve([left / "notes.md"], side="theirs")
    assert [(file.path, file.conflicts, file.whole) for file in done.files] == [("notes.md", 0, False)]
    assert (left / "notes.md").read_text() == "by hand\n"
    assert stages(left, "notes.md") == ["0"]


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_file_without_markers_is_taken_whole(left, side):
    done = scaffold.resolve([left / "run.sh", left / "old.txt"], side=side)
    assert done.conflicts == ("notes.md",)
    assert [(file.path, file.whole, file.deleted) for file in done.files] == [
        ("run.sh", True, False), ("old.txt", True, side == "theirs"),
    ]  # fmt: skip
    assert (left / "run.sh").read_bytes() == BINARY[side]
    assert (left / "run.sh").stat().st_mode & 0o111
    assert (left / "old.txt").exists() == (side == "ours")
    assert set(git("diff", "--name-only", where=left).split()) == {"notes.md"}
    assert stages(left, "old.txt") == ([] if side == "theirs" else ["0"])


def test_a_folder_stands_for_the_conflicts_below_it(left, monkeypatch):
    monkeypatch.chdir(left)
    assert [file.path for file in scaffold.resolve(["."], side="ours").files] == ["notes.md", "old.txt", "run.sh"]
    with pytest.raises(ProjectError, match="no conflict is below"):
        scaffold.resolve(["src"], side="ours")


def test_after_a_reset_it_can_still_be_resolved(left):
    git("reset", "--quiet", where=left)
    assert scaffold.resolve([left], side="ours").conflicts == ()
    assert scaffold.status(left, offline=True).conflicts == ()
    assert (left / "run.sh").read_bytes() == BINARY["ours"]
    assert scaffold.continue_update(left).conflicts == ()


def test_after_a_reset_what_nobody_decided_is_open_also_behind_line_ends(project):
    git("config", "core.autocrlf", "true", where=project)
    (project / "old.txt").unlink()
    git("checkout", "--", "old.txt", where=project)
    assert (project / "old.txt").read_bytes() == b"the team needs it\r\n"
    update(project)
    scaffold.resolve([project / "notes.md"], side="ours")
    git("reset", "--quiet", where=project)
    assert scaffold.status(project).conflicts == ("old.txt", "run.sh")
    assert [row.path for row in scaffold.continue_update(project).conflicts] == ["old.txt", "run.sh"]


def test_after_a_reset_all_of_the_update_is_staged_again(left):
    resolve_all(left)
    staged = git("ls-files", "--stage", "--", ":!.scaffold", where=left)
    git("reset", "--quiet", where=left)
    world.write(left, {"ci.yml": "at work\n"})
    scaffold.continue_update(left)
    assert git("diff", "--name-only", where=left).split() == ["ci.yml"], "but not what was edited since"
    git("add", "ci.yml", where=left)
    assert len(git("ls-files", "--stage", "--", ":!.scaffold", where=left).split()) == len(staged.split())


def test_a_mode_that_was_set_meanwhile_is_staged(left):
    resolve_all(left)
    (left / "notes.md").chmod(0o755)
    scaffold.continue_update(left)
    assert git("ls-files", "--stage", "notes.md", where=left).startswith("100755")


def test_an_example_of_a_conflict_in_one_side_of_a_real_one(project):
    example = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"
    world.write(project, {"notes.md": OURS + example})
    commit(project)
    update(project)
    refused(project, "notes.md:7: the markers in the file cannot be told apart", "notes.md")
    git("reset", "--quiet", where=project)
    refused(project, "notes.md:7: the markers in the file cannot be told apart", "notes.md")


def test_after_a_reset_theirs_is_known_from_the_lock(left):
    git("reset", "--quiet", where=left)
    assert scaffold.resolve([left], side="theirs").conflicts == ()
    assert (left / "run.sh").read_bytes() == BINARY["theirs"]
    assert not (left / "old.txt").exists()


def refused(left, message, *paths, side="ours"):
    before = snapshot(left)
    with pytest.raises(ProjectError, match=message):
        scaffold.resolve([left / path for path in paths], side=side)
    assert snapshot(left) == before


def test_what_resolve_refuses_changes_nothing(left):
    refused(left, "this is no conflict", "notes.md", "own.txt")
    refused(left, "this is no conflict", "nowhere.txt")
    refused(left, "not in the project", "notes.md", "../elsewhere")
    refused(left, "cannot keep both", "notes.md", "run.sh", side="both")
    refused(left, "no path was named")
    (left / "run.sh").write_bytes(b"\0made by hand")
    refused(left, "run.sh was edited since the update", "run.sh", side="theirs")
    world.write(left, {"notes.md": "a\n<<<<<<< yours\nb\n"})
    refused(left, r"notes.md:2: the markers in the file cannot be told apart", "notes.md")


@pytest.mark.parametrize("words", [(), ("--ours", "--theirs"), ("--ours", "--both")])
def test_one_of_the_three_must_be_given(left, words):
    done = world.scaffold("resolve", "notes.md", *words, where=left)
    assert done.code == 2
    assert "--ours, --theirs, --both" in done.err


def test_names_that_git_takes_for_patterns(library, tmp_path):
    world.write(library / "templates/base", {"a[bc].txt": "base\n"})
    world.release(library, "1.0.1", {})
    project = tmp_path / "repository/service [x]"
    project.parent.mkdir()
    git("init", "--quiet", where=project.parent)
    scaffold.new("demo", project, source=str(library))
    commit(project)
    world.write(project, {"a[bc].txt": "ours\n", "ab.txt": "own\n"})
    commit(project)
    world.write(project, {"ab.txt": "own, at work\n"})
    release(library, "1.1.0", {"a[bc].txt": "theirs\n"})
    assert scaffold.update(project, branch="up").plan.conflicts
    done = world.scaffold("resolve", "service [x]/a[bc].txt", "--theirs", where=project.parent)
    assert done.code == 0, done.err
    assert scaffold.continue_update(project).commit
    assert short_status(project.parent) == [' M "service [x]/ab.txt"']


# update --continue


def test_while_conflicts_are_open_it_names_each_with_its_place(left):
    before = snapshot(left)
    done = world.scaffold("update", "--continue", "--format", "json", where=left)
    assert done.code == 3
    assert [(row["path"], row["line"]) for row in done.json["conflicts"]] == [
        ("notes.md", 3), ("old.txt", None), ("run.sh", None),
    ]  # fmt: skip
    assert done.json["commit"] is None
    assert snapshot(left) == before
    text = world.scaffold("update", "--continue", where=left)
    assert text.code == 3
    assert "  notes.md:3: holds conflict markers" in text.out


@pytest.mark.parametrize(
    "rest", [">>>>>>> demo 1.1.0\n", "||||||| stamped 1.0.0\nfirst\n", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"]
)
def test_half_taken_away_markers_are_seen(left, rest):
    scaffold.resolve([left / "run.sh", left / "old.txt"], side="ours")
    world.write(left, {"notes.md": f"# demo\n\n{rest}"})
    assert [(row.path, row.line) for row in scaffold.continue_update(left).conflicts] == [("notes.md", 3)]


@pytest.mark.parametrize("line", ["<<<<<<< yours", "||||||| stamped 1.0.0", ">>>>>>> demo 1.1.0", "<<<<<<< ours"])
def test_added_with_a_marker_it_is_still_open(left, line):
    world.write(left, {"notes.md": f"# demo\n\n{line}\na\n"})
    git("add", "--all", where=left)
    assert [(row.path, row.line) for row in scaffold.continue_update(left).conflicts] == [("notes.md", 3)]
    assert scaffold.status(left).conflicts == ("notes.md",)


def test_an_edited_file_counts_as_resolved_and_is_staged_as_it_stands(left):
    world.write(left, {"notes.md": "both\n", "own.txt": "at work\n"})
    (left / "run.sh").write_bytes(b"\0both")
    (left / "old.txt").unlink()
    done = scaffold.continue_update(left)
    assert (done.conflicts, done.commit, done.resolved) == ((), None, ("notes.md", "old.txt", "run.sh"))
    assert git("show", ":notes.md", where=left) == "both\n"
    assert git("diff", "--name-only", where=left).split() == ["own.txt"]
    assert "D  old.txt" in short_status(left)


def test_what_was_added_as_it_was_left_is_meant_so(left):
    scaffold.resolve([left / "notes.md"], side="ours")
    git("add", "run.sh", "old.txt", where=left)
    assert scaffold.continue_update(left).conflicts == ()


def test_the_lock_is_settled_and_staged(left):
    pending = {path: entry["pending"] for path, entry in lock_of(left).items() if "pending" in entry}
    assert pending.keys() == {"notes.md", "old.txt", "run.sh"}
    resolve_all(left)
    scaffold.continue_update(left)
    after = lock_of(left)
    assert {path: after[path]["blob"] for path in ("notes.md", "run.sh")} == {
        path: pending[path] for path in ("notes.md", "run.sh")
    }
    assert "old.txt" not in after
    assert not any({"pending", "left"} & entry.keys() for entry in after.values())
    assert git("diff", "--name-only", where=left) == ""
    assert scaffold.update(left, to="1.1.0").up_to_date


def test_a_locked_file_has_its_digest_again(library, project, tmp_path):
    manifest = world.MANIFEST + "  /own.txt: locked\n"
    release(library, "1.1.0", {"own.txt": "theirs\n"}, manifest=manifest)
    project = world.stamp(library, tmp_path / "p")
    world.write(project, {"own.txt": "ours\n"})
    commit(project)
    assert scaffold.update(project).plan.conflicts
    scaffold.resolve([project], side="theirs")
    scaffold.continue_update(project)
    assert lock_of(project)["own.txt"]["sha256"]
    assert scaffold.update(project).up_to_date


@pytest.mark.parametrize("branch", [None, "up"])
def test_the_commit_that_was_asked_for_is_made_then(project, branch):
    world.write(project, {"own.txt": "at work\n", "staged.txt": "at work\n"})
    git("add", "staged.txt", where=project)
    before = snapshot(project)
    update(project, commit=True, branch=branch)
    resolve_all(project)
    done = scaffold.continue_update(project)
    assert done.commit == git("rev-parse", "HEAD", where=project).strip()
    assert git("log", "-1", "--format=%s", where=project) == MESSAGE
    assert git("branch", "--show-current", where=project).strip() == (branch or "main")
    assert short_status(project) == [" M own.txt", "A  staged.txt"]
    with pytest.raises(ProjectError, match="no update to go on with"):
        scaffold.continue_update(project)
    scaffold.undo(project)
    assert snapshot(project) == before


def test_beside_other_staged_work_it_commits_no_edit_that_nobody_staged(project):
    update(project, commit=True)
    resolve_all(project)
    world.write(project, {"ci.yml": "edited\n", "more.txt": "staged\n"})
    git("add", "more.txt", where=project)
    with pytest.raises(ProjectError, match=r"these were edited since: ci\.yml"):
        scaffold.continue_update(project)
    git("add", "ci.yml", where=project)
    assert scaffold.continue_update(project).commit
    assert short_status(project) == ["A  more.txt"]
    assert git("show", "HEAD:ci.yml", where=project) == "edited\n"


def test_on_another_branch_it_does_not_commit(project):
    update(project, branch="up")
    resolve_all(project)
    git("switch", "--quiet", "--create", "other", where=project)
    with pytest.raises(ProjectError, match="is on the branch up"):
        scaffold.continue_update(project)


def test_a_hook_that_refuses_can_be_mended(project):
    update(project, commit=True)
    resolve_all(project)
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no; exit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GitError, match="could not commit"):
        scaffold.continue_update(project)
    hook.unlink()
    assert scaffold.continue_update(project).commit
    assert short_status(project) == []


def test_committed_by_hand_the_lock_is_settled_after_it(left):
    world.write(left, {"notes.md": "both\n"})
    commit(left, "by hand")
    done = scaffold.continue_update(left)
    assert (done.conflicts, done.commit) == ((), None)
    assert short_status(left) == ["M  .scaffold/lock.json"]


def test_a_clone_of_what_was_committed_with_its_markers_can_be_finished(left, tmp_path):
    commit(left, "markers and all")
    git("clone", "--quiet", str(left), str(tmp_path / "clone"), where=tmp_path)
    clone = tmp_path / "clone"
    assert [(row.path, row.line) for row in scaffold.continue_update(clone).conflicts] == [("notes.md", 3)]
    assert scaffold.resolve([clone / "notes.md"], side="theirs").conflicts == ()
    assert (clone / "notes.md").read_text() == THEIRS.replace("{{ name }}", "demo")
    assert scaffold.continue_update(clone).resolved == ("notes.md", "old.txt", "run.sh")
    assert short_status(clone) == ["M  .scaffold/lock.json", "M  notes.md"]


def test_status_says_that_only_the_end_is_missing(left):
    resolve_all(left)
    done = world.scaffold("status", where=left)
    assert done.code == 3
    assert "all of them are resolved: scaffold update --continue" in done.out
    how = world.scaffold("status", "--format", "json", where=left).json
    assert (how["state"], how["conflicts"]) == ("conflicts", [])
    scaffold.continue_update(left)
    assert scaffold.status(left).state != "conflicts"


def test_undo_takes_back_what_was_resolved_and_committed_by_hand(project):
    before = snapshot(project)
    update(project)
    world.write(project, {"notes.md": "by hand\n", "old.txt": "by hand\n"})
    git("rm", "--quiet", "--force", "run.sh", where=project)
    commit(project, "by hand")
    by_hand = git("rev-parse", "HEAD", where=project)
    scaffold.undo(project)
    assert git("rev-parse", "HEAD", where=project) == by_hand
    assert snapshot(project)["files"] == before["files"]


def test_undo_keeps_what_was_edited_after_a_commit_by_hand(left):
    resolve_all(left)
    world.write(left, {"notes.md": "by hand\n"})
    commit(left, "by hand")
    world.write(left, {"notes.md": "at work\n"})
    with pytest.raises(ProjectError, match=r"changed since: notes.md \(?.*scaffold undo --force"):
        scaffold.undo(left)


def test_undo_takes_a_lock_that_a_killed_run_has_settled_for_its_own(project):
    before = snapshot(project)
    update(project)
    resolve_all(project)
    record = next((project / ".git/scaffold/root").glob("000002/record.json"))
    as_it_was = record.read_bytes()
    scaffold.continue_update(project)
    record.write_bytes(as_it_was)  # killed before it could say so
    scaffold.undo(project)
    assert snapshot(project) == before


def test_after_another_branch_was_checked_out_nothing_of_it_is_touched(project):
    git("switch", "--quiet", "--create", "other", where=project)
    world.write(project, {"notes.md": "other\n"})
    commit(project, "other")
    git("switch", "--quiet", "main", where=project)
    update(project)
    git("checkout", "--quiet", "--force", "other", where=project)
    left, before = project, snapshot(project)
    for words in (("undo",), ("undo", "--force"), ("update", "--abort")):
        done = world.scaffold(*words, where=left)
        assert done.code == 1
        assert "was made on the branch main (git switch main first)" in done.err
    assert snapshot(left) == before
    git("switch", "--quiet", "main", where=left)
    scaffold.undo(left)
    assert (left / "notes.md").read_text() == OURS


def test_names_of_which_some_are_no_conflict(left):
    refused(left, r"these are no conflicts: ci.yml, own.txt \(nothing was changed: name only notes.md\)",
            "ci.yml", "notes.md", "own.txt")  # fmt: skip


def test_explain_says_that_the_blueprint_has_dropped_it(left):
    assert "dropped in demo 1.1.0" in world.scaffold("explain", "old.txt", where=left).out
    assert "dropped" not in world.scaffold("explain", "notes.md", where=left).out


def test_what_a_hook_of_the_commit_makes_of_files_is_part_of_the_update(project):
    before = snapshot(project)
    update(project, commit=True)
    resolve_all(project)
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nsed -i s/two/TWO/ ci.yml && git add ci.yml\n")
    hook.chmod(0o755)
    assert scaffold.continue_update(project).commit
    assert "TWO" in (project / "ci.yml").read_text()
    scaffold.undo(project)
    assert snapshot(project) == before


def test_a_side_against_what_git_has_resolved_by_itself_is_refused(project):
    remember(project)
    update(project)
    scaffold.resolve([project / "notes.md"], side="ours")
    scaffold.undo(project)
    assert update(project).rerere == ("notes.md",)
    refused(project, r"git rerere forget notes.md and git checkout --merge notes.md", "notes.md", side="theirs")
    git("rerere", "forget", "notes.md", where=project)
    git("checkout", "--merge", "notes.md", where=project)
    scaffold.resolve([project / "notes.md"], side="theirs")
    assert "third, theirs" in (project / "notes.md").read_text()
    assert "ours" not in (project / "notes.md").read_text()


@pytest.mark.parametrize("finished", [True, False])
def test_undo_takes_it_back_as_one(project, finished):
    before = snapshot(project)
    update(project)
    resolve_all(project)
    if finished:
        scaffold.continue_update(project)
    scaffold.undo(project)
    assert snapshot(project) == before


def test_what_is_edited_after_a_commit_by_hand_is_other_work(left):
    resolve_all(left)
    commit(left)
    world.write(left, {"notes.md": "at work\n", "ci.yml": "at work\n"})
    scaffold.continue_update(left)
    assert short_status(left) == ["M  .scaffold/lock.json", " M ci.yml", " M notes.md"]


def test_undo_keeps_what_was_committed_before_the_update_was_finished(project):
    update(project, commit=True)
    resolve_all(project)
    world.write(project, {"own.txt": "more\n"})
    commit(project)
    by_hand = git("rev-parse", "HEAD", where=project)
    made = scaffold.continue_update(project).commit
    scaffold.undo(project)
    assert git("rev-parse", "HEAD", f"{made}^", where=project) == f"{made}\n{by_hand}"


def test_without_an_update_there_is_nothing_to_continue_or_abort(project):
    for option in ("--continue", "--abort"):
        done = world.scaffold("update", option, where=project)
        assert done.code == 1
        assert "there is no update" in done.err
    assert not scaffold.status(project).interrupted


@pytest.mark.parametrize(
    "words", [("--to", "1.1.0"), ("--data", "name=x"), ("--dry-run",), ("--commit",), ("--branch", "b"), ("--abort",)]
)
def test_continue_goes_with_no_option_of_an_update(left, words):
    done = world.scaffold("update", "--continue", *words, where=left)
    assert done.code == 2
    assert "does not go with" in done.err


# update --abort


def test_abort_loses_what_was_done_about_conflicts(project):
    before = snapshot(project)
    update(project, branch="up")
    world.write(project, {"notes.md": "half done\n"})
    scaffold.resolve([project / "run.sh"], side="theirs")
    done = world.scaffold("update", "--abort", where=project)
    assert (done.code, done.err) == (0, "")
    assert snapshot(project) == before


def test_abort_after_continue_where_nothing_is_committed(project):
    before = snapshot(project)
    update(project)
    resolve_all(project)
    scaffold.continue_update(project)
    scaffold.abort_update(project)
    assert snapshot(project) == before


def test_abort_keeps_edits_of_other_files(left):
    world.write(left, {"ci.yml": "mine\n"})
    before = snapshot(left)
    with pytest.raises(ProjectError, match=r"changed since: ci.yml"):
        scaffold.abort_update(left)
    assert snapshot(left) == before


def test_abort_leaves_what_is_committed(left):
    resolve_all(left)
    commit(left, "by hand")
    with pytest.raises(ProjectError, match=r"is committed .*scaffold undo"):
        scaffold.abort_update(left)


# the base, and another update


def test_an_update_on_top_is_refused_and_names_both_ways(left):
    before = snapshot(left)
    for words in ((), ("--dry-run",), ("--to", "1.2.0", "--commit")):
        done = world.scaffold("update", *words, where=left)
        assert done.code == 1
        assert "conflicts are still open in notes.md, old.txt, run.sh" in done.err
        assert "scaffold update --continue" in done.err
        assert "scaffold update --abort" in done.err
    assert snapshot(left) == before


def test_the_base_stays_old_until_it_is_resolved(project):
    base = lock_of(project)["notes.md"]["blob"]
    update(project)
    for _ in range(2):
        with pytest.raises(ProjectError, match="still open"):
            scaffold.update(project)
        assert lock_of(project)["notes.md"]["blob"] == base
    git("add", "run.sh", "old.txt", where=project)
    assert scaffold.continue_update(project).conflicts
    assert lock_of(project)["notes.md"]["blob"] == base
    scaffold.resolve([project / "notes.md"], side="both")
    git("commit", "--quiet", "--message", "by hand, and the lock is not settled", where=project)
    assert lock_of(project)["notes.md"]["blob"] == base
    ours = (project / "notes.md").read_text()
    assert scaffold.update(project, to="1.2.0", commit=True).plan.conflicts == ()
    assert (project / "notes.md").read_text() == ours.replace("second", "second, newer")
    assert scaffold.update(project, to="1.3.0", commit=True).plan.conflicts == ()
    assert (project / "notes.md").read_text() == ours.replace("second", "second, newer")
    assert (project / "run.sh").read_bytes() == BINARY["ours"]


# rerere


def remember(project, *, autoupdate=False):
    git("config", "rerere.enabled", "true", where=project)
    git("config", "rerere.autoupdate", str(autoupdate).lower(), where=project)


@pytest.mark.parametrize("autoupdate", [False, True])
@pytest.mark.parametrize("by_hand", [False, True])
def test_what_was_resolved_once_is_resolved_again(project, autoupdate, by_hand):
    remember(project, autoupdate=autoupdate)
    before = snapshot(project)
    assert update(project).rerere == ()
    scaffold.resolve([project / "run.sh", project / "old.txt"], side="ours")
    if by_hand:
        world.write(project, {"notes.md": OURS.replace("ours", "by hand")})
        scaffold.continue_update(project)
    else:
        scaffold.resolve([project / "notes.md"], side="both")
    resolved = (project / "notes.md").read_text()
    scaffold.undo(project)
    assert snapshot(project) == before
    done = world.scaffold("update", "--to", "1.1.0", "--commit", "--format", "json", where=project)
    assert done.code == 3, "somebody is to look at it"
    assert done.json["rerere"] == ["notes.md"]
    assert (project / "notes.md").read_text() == resolved
    assert stages(project, "notes.md") == (["0"] if autoupdate else ["1", "2", "3"])
    assert [row.path for row in scaffold.continue_update(project).conflicts] == ["old.txt", "run.sh"]
    scaffold.resolve([project / "run.sh", project / "old.txt"], side="ours")
    assert scaffold.continue_update(project).commit
    assert git("show", "HEAD:notes.md", where=project) == resolved
    scaffold.undo(project)
    assert snapshot(project) == before


@pytest.mark.parametrize("take_back", [scaffold.undo, scaffold.abort_update])
def test_an_update_that_was_taken_back_teaches_nothing(project, take_back):
    remember(project)
    update(project)
    take_back(project)
    git("commit", "--quiet", "--allow-empty", "--message", "git looks for resolutions here", where=project)
    assert update(project).rerere == ()
    assert "<<<<<<< yours" in (project / "notes.md").read_text()


def test_a_commit_by_hand_teaches_git(project):
    (project / ".git/rr-cache").mkdir()  # which switches it on as well
    update(project)
    world.write(project, {"notes.md": OURS})
    git("add", "--all", where=project)
    git("commit", "--quiet", "--message", "by hand", where=project)
    assert list((project / ".git/rr-cache").glob("*/postimage"))


def test_switched_off_git_remembers_nothing(project):
    update(project)
    scaffold.resolve([project / "notes.md"], side="ours")
    assert not (project / ".git/rr-cache").exists()


# git's own commands


def test_git_says_what_kind_of_conflict_it_is(left):
    assert {"UU notes.md", "UD old.txt", "UU run.sh"} <= set(short_status(left))
    assert "deleted by them: old.txt" in " ".join(git("status", where=left).split())
    assert git("diff", "notes.md", where=left).startswith("diff --cc notes.md\n")
    assert git("diff", "--name-only", "--diff-filter=U", where=left).split() == ["notes.md", "old.txt", "run.sh"]


def test_the_stages_hold_the_sides_byte_for_byte_with_their_modes(left):
    assert git("show", ":1:notes.md", where=left) == "# demo\n\nfirst\n\nsecond\n\nthird\n"
    assert git("show", ":2:notes.md", where=left) == OURS
    assert git("show", ":3:notes.md", where=left) == THEIRS.replace("{{ name }}", "demo")
    modes = [line.split()[0] for line in git("ls-files", "--stage", "run.sh", where=left).splitlines()]
    assert modes == ["100755"] * 3


def test_both_added_has_no_base(library, tmp_path):
    project = world.stamp(library, tmp_path / "p")
    world.write(project, {"own.txt": "ours\n"})
    commit(project)
    release(library, "1.1.0", {"own.txt": "theirs\n"})
    scaffold.update(project)
    assert "AA own.txt" in short_status(project)
    assert stages(project, "own.txt") == ["2", "3"]
    git("checkout", "--conflict=diff3", "own.txt", where=project)
    scaffold.resolve([project / "own.txt"], side="both")
    assert (project / "own.txt").read_text() == "ours\ntheirs\n"


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_git_checkout_takes_a_side(left, side):
    git("checkout", "--quiet", f"--{side}", "notes.md", "run.sh", where=left)
    assert (left / "run.sh").read_bytes() == BINARY[side]
    assert (left / "notes.md").read_text() == (OURS if side == "ours" else THEIRS.replace("{{ name }}", "demo"))
    git("rm", "--quiet", "old.txt", where=left)
    git("add", "notes.md", "run.sh", where=left)
    assert scaffold.continue_update(left).conflicts == ()


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_git_checkout_marks_it_anew_and_it_can_be_resolved_all_the_same(left, style):
    git("checkout", "--quiet", f"--conflict={style}", "notes.md", where=left)
    assert "<<<<<<< ours" in (left / "notes.md").read_text()
    assert scaffold.continue_update(left).conflicts[0].line == 3
    scaffold.resolve([left / "notes.md"], side="theirs")
    assert (left / "notes.md").read_text() == THEIRS.replace("{{ name }}", "demo")
    git("checkout", "--quiet", "--merge", "notes.md", where=left)  # git has kept the stages, and brings them back
    assert stages(left, "notes.md") == ["1", "2", "3"]
    assert "notes.md" in scaffold.status(left).conflicts


def test_git_mergetool(left):
    tool = 'cat "$LOCAL" "$REMOTE" > "$MERGED"; test -s "$BASE"'
    settings = ("mergetool.x.cmd=" + tool, "mergetool.x.trustExitCode=true", "mergetool.keepBackup=false")
    options = [word for setting in settings for word in ("-c", setting)]
    done = subprocess.run(
        ["git", *options, "mergetool", "--no-prompt", "--tool=x", "notes.md", "run.sh"],
        cwd=left, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (left / "notes.md").read_text() == OURS + THEIRS.replace("{{ name }}", "demo")
    assert (left / "run.sh").read_bytes() == BINARY["ours"] + BINARY["theirs"]
    assert stages(left, "notes.md") == ["0"]
    assert [row.path for row in scaffold.continue_update(left).conflicts] == ["old.txt"]
    scaffold.resolve([left / "old.txt"], side="theirs")
    assert scaffold.continue_update(left).conflicts == ()


def test_an_ignored_file_that_was_in_conflict_stays_out_of_git(library, tmp_path):
    project = world.stamp(library, tmp_path / "p")
    world.write(project, {".gitignore": "x.dat\ny.dat\n", "x.dat": "ours\n", "y.dat": "\0ours"})
    commit(project)
    before = snapshot(project)
    release(library, "1.1.0", {"x.dat": "theirs\n", "y.dat": "\0theirs"})
    assert len(scaffold.update(project).plan.conflicts) == 2
    scaffold.resolve([project / "x.dat", project / "y.dat"], side="theirs")
    assert (project / "x.dat").read_text() == "theirs\n"
    assert scaffold.continue_update(project).conflicts == ()
    assert short_status(project) == ["M  .scaffold/lock.json"]
    scaffold.undo(project)
    assert snapshot(project) == before


def test_line_ends_of_a_checkout(project, tmp_path):
    git("-c", "core.autocrlf=true", "clone", "--quiet", str(project), str(tmp_path / "crlf"), where=tmp_path)
    clone = tmp_path / "crlf"
    git("config", "core.autocrlf", "true", where=clone)
    assert b"\r\n" in (clone / "notes.md").read_bytes()
    update(clone)
    resolve_all(clone, "ours")
    assert b"\r" not in git_bytes("show", ":notes.md", where=clone)
    assert git_bytes("show", ":old.txt", where=clone) == b"the team needs it\n"
    assert scaffold.continue_update(clone).conflicts == ()
    commit(clone)
    assert short_status(clone) == []


def test_a_filter_driver_stands_between(project):
    world.write(project, {".gitattributes": "*.md filter=upper\n*.sh filter=upper\n"})
    git("config", "filter.upper.clean", "tr a-z A-Z", where=project)
    git("config", "filter.upper.smudge", "tr A-Z a-z", where=project)
    git("add", "--renormalize", ".", where=project)
    commit(project, "filtered")
    assert [action.path for action in scaffold.update(project, to="1.1.0").plan.conflicts] == [
        "notes.md", "old.txt", "run.sh",
    ]  # fmt: skip
    resolve_all(project)
    assert git("show", ":notes.md", where=project).startswith("# DEMO\n\nFIRST, THEIRS\n")
    assert git_bytes("show", ":run.sh", where=project) == b"\0THEIRS"
    assert scaffold.continue_update(project).conflicts == ()
    commit(project)
    assert short_status(project) == []


def test_in_a_linked_work_tree(project, tmp_path):
    remember(project)
    tree = tmp_path / "tree"
    git("worktree", "add", "--quiet", str(tree), "-b", "linked", where=project)
    update(tree, commit=True)
    resolve_all(tree, "ours")
    assert scaffold.continue_update(tree).commit
    scaffold.undo(tree)
    assert update(tree).rerere == ("notes.md",)
    scaffold.abort_update(tree)
    assert short_status(tree) == []
    assert short_status(project) == []


# killed


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("resolve", ".", "--theirs"), marks=pytest.mark.long),
        pytest.param(("update", "--continue"), marks=pytest.mark.long),
        pytest.param(("update", "--abort"), marks=pytest.mark.long),
    ],
)
def test_killed_at_any_instant_it_can_be_run_again(project, words):
    remember(project)
    before = snapshot(project)
    update(project, commit=True)
    if words[-1] == "--continue":
        world.write(project, {"notes.md": "both\n", "run.sh": "both\n"})
        scaffold.resolve([project / "old.txt"], side="ours")
    killer = Path(__file__).with_name("killed.py")
    for n in range(1, 200, 1 if words[0] == "resolve" else 2):
        copy = Path(shutil.copytree(project, project.parent / str(n) / "project", symlinks=True))
        command = [sys.executable, str(killer), str(n), str(copy), *words]
        code = subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode
        if words[-1] == "--abort":
            finish_abort(copy)
        else:
            finish(copy)
            assert git("log", "-1", "--format=%s", where=copy) == MESSAGE, f"killed before touch {n}"
            assert short_status(copy) == []
            assert not any("pending" in entry for entry in lock_of(copy).values())
            scaffold.undo(copy)
        assert snapshot(copy) == before, f"killed before touch {n}"
        if code == 0:
            break
        shutil.rmtree(copy.parent)
    assert n > 5


def finish(project):
    """Take back what was killed half-way, as status says, and do it again."""
    if scaffold.status(project).interrupted:
        scaffold.undo(project)
    if scaffold.status(project).conflicts:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(project)
            open_ = scaffold.continue_update(".").conflicts
            if open_:
                scaffold.resolve([row.path for row in open_], side="theirs")
    try:
        assert scaffold.continue_update(project).conflicts == ()
    except ProjectError as error:
        assert "no update to go on with" in str(error)


def finish_abort(project):
    try:
        scaffold.abort_update(project)
    except ProjectError as error:
        assert "there is no update with conflicts" in str(error)
