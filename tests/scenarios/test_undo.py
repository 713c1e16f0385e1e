"""What undo must never take along: commits, branches, stashes and links that are the team's."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.scenarios import world
from tests.scenarios.test_refusals import bound_by_permissions, refused
from tests.scenarios.world import NEXT, commit, git, release, scaffold, snapshot

OURS = {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, ours\n"}


def branch_with_work(project):
    git("switch", "--quiet", "--create", "work", where=project)
    world.write(project, {"ours.txt": "ours\n"})
    commit(project)
    git("switch", "--quiet", "main", where=project)


def stash(project):
    world.write(project, {"notes.md": "ours\n"})
    git("stash", "--quiet", where=project)


def linked_work_tree(project):
    git("worktree", "add", "--quiet", "--detach", str(project.parent / "linked"), where=project)


def only_in_the_index(project):
    world.write(project, {"ours.txt": "ours\n"})
    git("add", "ours.txt", where=project)
    (project / "ours.txt").unlink()


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (branch_with_work, "commits were made"),
        (stash, "work was stashed"),
        (linked_work_tree, "work trees were added"),
        (only_in_the_index, "changes were staged"),
    ],
)
def test_undo_of_new_looks_at_the_whole_repository(project, work, reason):
    work(project)
    refused(scaffold("undo", where=project), reason, "remove the folder yourself")
    assert (project / ".git").exists()


def test_a_persons_commit_on_the_branch_of_a_conflicted_update_is_kept(library, project):
    world.write(project, {"old.txt": "the team needs it\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "--branch", "up", where=project).code == 3
    world.write(project, {"feature.py": "print('ours')\n"})
    commit(project, "resolved, and a feature")
    theirs = git("rev-parse", "up", where=project)
    scaffold("undo", where=project)
    assert git("rev-parse", "up", where=project) == theirs
    assert git("show", "up:feature.py", where=project) == "print('ours')\n"


def test_a_persons_commit_after_a_conflicted_commit_is_kept(library, project):
    world.write(project, {"old.txt": "the team needs it\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "--commit", where=project).code == 3
    commit(project, "resolved")
    head = git("rev-parse", "HEAD", where=project)
    scaffold("undo", where=project)
    assert git("rev-parse", "HEAD", where=project) == head


def test_undo_on_another_branch_says_where_to_go(library, project):
    release(library, "1.1.0", NEXT)
    before = snapshot(project)
    assert scaffold("update", "--branch", "up", where=project).code == 0
    git("switch", "--quiet", "main", where=project)
    refused(scaffold("undo", where=project), "is on the branch up", "git switch up")
    git("switch", "--quiet", "up", where=project)
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_undo_of_new_in_a_repository_keeps_the_teams_links(library, tmp_path):
    git("init", "--quiet", "--initial-branch=main", where=tmp_path)
    scaffold("new", "demo@1.0.0", "p", "--source", library, where=tmp_path)
    (tmp_path / "p/dangling").symlink_to("/nowhere")
    (tmp_path / "p/folder").symlink_to(library)
    assert scaffold("undo", "p", where=tmp_path).code == 0
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == ["dangling", "folder"]


def test_what_undo_would_write_is_checked(library, project):
    world.write(project, OURS)
    commit(project)
    release(library, "1.1.0", {"ci.yml": "steps: [two]\n"})
    scaffold("update", "--commit", where=project)
    (kept,) = (project / ".git/scaffold/root").glob("000002/before")
    for file in kept.iterdir():
        file.write_bytes(b"")  # as a power cut may leave it
    assert scaffold("undo", where=project).code == 0, "git's own objects have it"
    assert (project / "ci.yml").read_text() == "steps: [one]\n"


def test_an_undo_that_fails_half_way_goes_on_later(library, project):
    release(library, "1.1.0", NEXT)
    before = snapshot(project)
    scaffold("update", where=project)
    (project / ".git/index.lock").touch()
    refused(scaffold("undo", where=project), "index is locked", "remove .git/index.lock")
    (project / ".git/index.lock").unlink()
    assert scaffold("status", "--format", "json", where=project).json["state"] == "interrupted"
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_an_undo_that_fails_names_the_file_and_goes_on_later(library, project):
    release(library, "1.1.0", NEXT)
    before = snapshot(project)
    scaffold("update", where=project)
    in_the_way = project / ".git/scaffold/root/000002/back"
    in_the_way.mkdir()
    done = scaffold("undo", where=project)
    refused(done, f"{project}: ", " cannot be put back: ", "then scaffold undo goes on where it stopped")
    assert scaffold("status", "--format", "json", where=project).json["state"] == "interrupted"
    in_the_way.rmdir()
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_a_folder_that_is_not_there_is_not_the_project_above_it(library, project):
    release(library, "1.1.0", NEXT)
    before = snapshot(project)
    for command in ("status", "update", "undo", "diff"):
        refused(scaffold(command, "no/such", where=project), "there is no such folder")
        refused(scaffold(command, "notes.md", where=project), "this is a file")
    assert snapshot(project) == before


def test_undo_does_not_move_a_branch_that_went_on(library, project):
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "--branch", "up", where=project).code == 0
    git("switch", "--quiet", "main", where=project)
    world.write(project, {"team.py": "print('ours')\n"})
    commit(project)
    theirs = git("rev-parse", "main", where=project)
    git("switch", "--quiet", "up", where=project)
    done = scaffold("undo", where=project)
    assert done.code == 0
    assert git("rev-parse", "main", where=project) == theirs
    assert "the commits since then stay" in done.out


def test_a_commit_made_by_hand_after_control_c_is_kept(library, project):
    release(library, "1.1.0", NEXT)
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch .git/committing\nexec sleep 600\n")
    hook.chmod(0o755)
    command = [sys.executable, "-m", "scaffold", "update", "--commit"]
    process = subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, start_new_session=True)
    while not (project / ".git/committing").exists():
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=300)
    assert process.returncode == 130
    hook.unlink()
    world.write(project, {"mine.py": "print('ours')\n"})
    commit(project, "mine and the update")
    head = git("rev-parse", "HEAD", where=project)
    assert scaffold("undo", where=project).code == 0
    assert git("rev-parse", "HEAD", where=project) == head
    assert git("show", "HEAD:mine.py", where=project) == "print('ours')\n"


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_what_is_in_the_way_of_undo_stops_it_before_it_begins(library, project, force):
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "--commit", where=project).code == 0
    world.write(project, {"old.txt/ours.md": "ours\n"})
    commit(project)
    before = snapshot(project)
    refused(scaffold("undo", *force, where=project), "in the way of old.txt", "move it away")
    assert snapshot(project) == before
    assert scaffold("status", where=project).code == 0


def with_hook(project, text):
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{text}\n")
    hook.chmod(0o755)


@pytest.mark.parametrize("adds", ["", "git add --update && "])
def test_a_hook_that_changes_files_and_refuses(library, project, adds):
    release(library, "1.1.0", NEXT)
    before = snapshot(project)
    with_hook(project, f"sed -i s/two/TWO/ ci.yml; {adds}exit 1")
    done = scaffold("update", "--commit", where=project)
    refused(done, "the hook has changed ci.yml", "git add that and run git commit", "scaffold undo --force")
    refused(scaffold("undo", where=project), "changed since: ci.yml (scaffold undo --force loses that")
    assert scaffold("undo", "--force", where=project).code == 0
    assert snapshot(project) == before


def test_what_a_hook_has_put_into_the_commit_is_part_of_the_update(library, project):
    release(library, "1.1.0", NEXT)
    before = snapshot(project)
    with_hook(project, "sed -i s/two/TWO/ ci.yml; git add --update")
    assert scaffold("update", "--commit", where=project).code == 0
    assert "TWO" in git("show", "HEAD:ci.yml", where=project)
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_a_folder_that_may_not_be_written_stops_undo_before_it_begins(library, project, tmp_path):
    world.write(project, {"new/own.txt": "ours\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    before = snapshot(project)
    assert scaffold("update", where=project).code == 0
    after = snapshot(project)
    (project / "new").chmod(0o555)
    done = bound_by_permissions("undo", project, where=tmp_path)
    (project / "new").chmod(0o755)
    refused(done, f"{project}/new: nothing was changed: new/file.txt cannot be put back", "mend the permissions")
    assert snapshot(project) == after
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_undo_of_new_where_a_folder_cannot_be_emptied(project, tmp_path):
    before = snapshot(project)
    (project / "src").chmod(0o555)
    done = bound_by_permissions("undo", project, where=tmp_path)
    (project / "src").chmod(0o755)
    refused(done, f"{project}/src", "nothing was removed")
    assert snapshot(project) == before
    assert scaffold("undo", where=project).code == 0
    assert not project.exists()
