"""Repositories in unusual states: nothing is lost, nothing is passed over in silence."""

import subprocess
import sys

import pytest

from tests.scenarios import world
from tests.scenarios.test_refusals import refused
from tests.scenarios.world import MANIFEST, NEXT, commit, git, release, scaffold, snapshot


def test_work_that_is_only_staged_stops_the_update(library, project):
    release(library, "1.1.0", NEXT)
    stamped = (project / "ci.yml").read_text()
    world.write(project, {"ci.yml": "steps: [mine]\n"})
    git("add", "ci.yml", where=project)
    world.write(project, {"ci.yml": stamped})
    before = snapshot(project)
    refused(scaffold("update", "--commit", where=project), "uncommitted work: ci.yml")
    assert snapshot(project) == before


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_was_told_to_overlook_is_seen(library, project, flag):
    release(library, "1.1.0", NEXT)
    git("update-index", flag, "notes.md", where=project)
    world.write(project, {"notes.md": "# demo\n\nmine\n"})
    refused(scaffold("update", where=project), "uncommitted work: notes.md")
    assert (project / "notes.md").read_text() == "# demo\n\nmine\n"


def test_a_deletion_holds_no_work(project):
    (project / "ci.yml").unlink()
    assert scaffold("update", where=project).code == 0
    assert (project / "ci.yml").read_text() == "steps: [one]\n"


def test_a_file_deleted_for_a_while_still_gets_what_it_missed(library, project):
    release(library, "1.1.0", NEXT)
    stamped = (project / "notes.md").read_text()
    (project / "notes.md").unlink()
    assert scaffold("update", "--commit", where=project).code == 0
    world.write(project, {"notes.md": stamped})
    release(library, "1.2.0", {"ci.yml": "steps: [three]\n"})
    assert scaffold("update", where=project).code == 0
    assert (project / "notes.md").read_text().endswith("third, changed\n")


def test_what_a_sparse_checkout_leaves_out_is_no_deletion(library, project):
    git("sparse-checkout", "set", "--no-cone", "/*", "!/notes.md", "!/ci.yml", where=project)
    assert not (project / "notes.md").exists()
    (project / "settings.toml").unlink()
    drift = scaffold("status", "--format", "json", where=project).json["drift"]
    assert [(row["path"], row["kind"]) for row in drift] == [("settings.toml", "deleted")]
    git("checkout", "settings.toml", where=project)
    release(library, "1.1.0", {"new/file.txt": "new\n"})
    assert scaffold("update", "--commit", where=project).code == 0, "nothing that is left out changes"
    release(library, "1.2.0", {"ci.yml": "steps: [two]\n"})
    before = snapshot(project)
    refused(scaffold("update", where=project), "not checked out: ci.yml", "git sparse-checkout add")
    assert snapshot(project) == before


def test_a_conflict_without_markers_is_not_forgotten_by_a_reset(library, project):
    world.write(project, {"old.txt": "the team needs it\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", where=project).code == 3
    git("reset", "--quiet", where=project)
    status = scaffold("status", "--format", "json", where=project)
    assert (status.code, status.json["conflicts"]) == (3, [{"path": "old.txt"}])
    git("add", "--all", where=project)
    status = scaffold("status", "--format", "json", where=project)
    assert (status.code, status.json["conflicts"]) == (3, [])  # decided, and still to be finished
    assert scaffold("update", "--continue", where=project).code == 0
    assert scaffold("status", where=project).code == 0


def test_a_document_about_conflicts_can_be_resolved(library, project):
    text = "# demo\n\n    <<<<<<< HEAD\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"
    world.write(project, {"notes.md": text + "\nthird, ours\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", where=project).code == 3
    world.write(project, {"notes.md": text + "\nthird, both\n"})
    commit(project, "resolved")
    assert scaffold("status", where=project).code == 0


def test_a_merge_conflict_in_scaffolds_own_files_is_one(library, project):
    release(library, "1.1.0", NEXT)
    git("switch", "--quiet", "--create", "other", where=project)
    scaffold("update", "--to", "1.0.0", "--data", "name=other", "--commit", where=project)
    git("switch", "--quiet", "main", where=project)
    scaffold("update", "--commit", where=project)
    world.run(["git", "merge", "--quiet", "other"], project)
    refused(scaffold("status", where=project), "lock.json", "the lock is damaged", "git checkout --ours .scaffold")
    git("checkout", "--ours", ".scaffold", where=project)
    assert ".scaffold/lock.json" in [
        row["path"] for row in scaffold("status", "--format", "json", where=project).json["conflicts"]
    ]


def test_a_locked_file_behind_a_link_is_drift(library, tmp_path):
    world.write(library / "templates/base", {"deep/locked.yml": "a: 1\n"})
    world.write(library, {"blueprints/demo/blueprint.yml": MANIFEST.format(version="1.0.0") + "  /deep/**: locked\n"})
    commit(library)
    git("tag", "--force", "demo/v1.0.0", where=library)
    project = world.stamp(library, tmp_path / "p")
    (project / "deep").rename(tmp_path / "elsewhere")
    (project / "deep").symlink_to(tmp_path / "elsewhere")
    drift = scaffold("status", "--format", "json", where=project).json["drift"]
    assert [(row["path"], row["kind"]) for row in drift] == [("deep/locked.yml", "deleted")]


def test_a_file_with_locked_keys_is_put_back(project):
    (project / "settings.toml").unlink()
    commit(project)
    assert [d["kind"] for d in scaffold("status", "--format", "json", where=project).json["drift"]] == ["deleted"]
    assert scaffold("update", where=project).code == 0
    assert (project / "settings.toml").exists()


def test_a_seeded_key_keeps_the_teams_value_also_in_an_untouched_file(tmp_path):
    manifest = MANIFEST.replace("tool.lint: locked", "tool.lint: locked\n      project.name: seeded")
    library = world.make_library(tmp_path / "lib", manifest=manifest)
    project = world.stamp(library, tmp_path / "p")
    text = NEXT["settings.toml"].replace('name = "x"', 'name = "changed"')
    release(library, "1.1.0", {"settings.toml": text}, manifest=manifest)
    assert scaffold("update", where=project).code == 0
    assert (project / "settings.toml").read_text() == NEXT["settings.toml"]


def test_a_file_may_become_a_folder_and_back(library, project):
    before = snapshot(project)
    release(library, "1.1.0", {"old.txt": None, "old.txt/inside.md": "inside\n"})
    done = scaffold("update", "--commit", where=project)
    assert done.code == 0, done.err
    assert (project / "old.txt/inside.md").read_text() == "inside\n"
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_modes_do_not_count_where_git_is_told_so(library, project):
    git("config", "core.fileMode", "false", where=project)
    (project / "ci.yml").chmod(0o755)
    (project / "notes.md").chmod(0o755)
    assert scaffold("status", where=project).code == 0
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "--commit", where=project).code == 0
    assert "mode change" not in git("show", "--summary", "HEAD", where=project)


def test_in_the_middle_of_a_merge_nothing_is_mixed_in(library, project):
    release(library, "1.1.0", NEXT)
    git("switch", "--quiet", "--create", "other", where=project)
    world.write(project, {"x.txt": "other\n"})
    commit(project)
    git("switch", "--quiet", "main", where=project)
    git("merge", "--quiet", "--no-commit", "--no-ff", "other", where=project)
    refused(scaffold("update", where=project), "in the middle of a merge", "finish that first")
    assert scaffold("update", "--dry-run", where=project).code == 0


def test_a_hook_that_stages_its_own_edits_is_committed_whole(library, project):
    release(library, "1.1.0", NEXT)
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho '# formatted' >> notes.md\ngit add notes.md\n")
    hook.chmod(0o755)
    assert scaffold("update", "--commit", where=project).code == 0
    assert git("status", "--porcelain", where=project) == ""
    assert git("show", "HEAD:notes.md", where=project).endswith("# formatted\n")


def test_two_projects_of_one_repository_do_not_lose_each_others_index(library, tmp_path):
    git("init", "--quiet", "--initial-branch=main", where=tmp_path)
    for name in ("a", "b"):
        world.stamp(library, tmp_path / name)
    git("add", "a", "b", where=tmp_path)
    git("commit", "--quiet", "--message", "two", where=tmp_path)
    release(library, "1.1.0", NEXT)
    command = [sys.executable, "-m", "scaffold", "update"]
    runs = [subprocess.Popen([*command, name], cwd=tmp_path, stderr=subprocess.PIPE, text=True) for name in ("a", "b")]
    codes = {run.args[-1]: (run.communicate()[1], run.returncode) for run in runs}
    for name, (said, code) in codes.items():
        if code:
            assert "another scaffold is at work in this repository" in said
            assert scaffold("update", name, where=tmp_path).code == 0
    staged = git("diff", "--cached", "--name-only", where=tmp_path).split()
    assert {"a/ci.yml", "b/ci.yml", "a/.scaffold/lock.json", "b/.scaffold/lock.json"} <= set(staged)
    assert git("diff", "--name-only", where=tmp_path) == ""


def test_an_ignored_file_with_edits_does_not_block_and_can_be_had_back(library, project):
    world.write(project, {".gitignore": "notes.md\n"})
    git("rm", "--quiet", "--cached", "notes.md", where=project)
    commit(project)
    ours = "# demo\n\nfirst, ours\n\nsecond\n\nthird\n"
    world.write(project, {"notes.md": ours})
    release(library, "1.1.0", NEXT)
    assert scaffold("update", where=project).code == 0
    assert (project / "notes.md").read_text() == "# demo\n\nfirst, ours\n\nsecond\n\nthird, changed\n"
    assert scaffold("undo", where=project).code == 0
    assert (project / "notes.md").read_text() == ours


def test_a_shallow_clone_is_updated(library, project, tmp_path):
    release(library, "1.1.0", NEXT)
    git("clone", "--quiet", "--depth=1", f"file://{project}", str(tmp_path / "shallow"), where=tmp_path)
    assert scaffold("update", where=tmp_path / "shallow").code == 0


def test_letters_that_the_terminal_cannot_show_are_no_bug(library, tmp_path):
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, where=tmp_path, PYTHONIOENCODING="ascii")
    assert done.code == 0
    assert "\\xb7" in done.out


def test_a_closed_output_is_no_bug(library, project):
    release(library, "1.1.0", NEXT)
    done = world.run(["sh", "-c", f"{sys.executable} -m scaffold update >&-"], project)
    assert done.code == 0
    assert (project / "ci.yml").read_text() == "steps: [one, two]\n"


def test_an_old_conflict_does_not_settle_a_new_one(library, project):
    (project / "old.txt").write_bytes(b"\0ours")
    commit(project)
    release(library, "1.1.0", {"old.txt": "\0theirs 1"})
    assert scaffold("update", where=project).code == 3
    commit(project, "ours it is")
    assert scaffold("status", where=project).code == 0
    release(library, "1.2.0", {"old.txt": "\0theirs 2"})
    assert scaffold("update", where=project).code == 3
    git("reset", "--quiet", where=project)
    assert scaffold("status", "--format", "json", where=project).json["conflicts"] == [{"path": "old.txt"}]


def test_a_conflict_with_markers_is_settled_by_mending_the_file(library, project):
    world.write(project, {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, ours\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", where=project).code == 3
    git("reset", "--quiet", where=project)
    assert scaffold("status", where=project).code == 3
    world.write(project, {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, both\n"})
    git("add", "notes.md", where=project)
    git("commit", "--quiet", "--message", "resolved", where=project)
    assert scaffold("status", "--format", "json", where=project).json["conflicts"] == []


def test_a_conflict_in_an_ignored_file_is_not_forgotten(library, project):
    world.write(project, {".gitignore": "x.dat\n"})
    commit(project)
    (project / "x.dat").write_bytes(b"\0ours")
    release(library, "1.1.0", {"x.dat": "\0theirs"})
    assert scaffold("update", where=project).code == 3
    assert scaffold("status", "--format", "json", where=project).json["conflicts"] == [{"path": "x.dat"}]
    assert (project / "x.dat").read_bytes() == b"\0ours"


def test_line_ends_of_a_checkout_stay_out_of_the_repository(library, project, tmp_path):
    release(library, "1.1.0", {"ci.yml": "steps: [two]\n"})
    git("-c", "core.autocrlf=true", "clone", "--quiet", str(project), str(tmp_path / "crlf"), where=tmp_path)
    git("config", "core.autocrlf", "true", where=tmp_path / "crlf")
    assert b"\r\n" in (tmp_path / "crlf/.scaffold/answers.yml").read_bytes()
    assert scaffold("status", where=tmp_path / "crlf").code == 3
    assert scaffold("update", "--commit", where=tmp_path / "crlf").code == 0
    assert git("show", "--name-only", "--format=", "HEAD", where=tmp_path / "crlf").split() == [
        ".scaffold/lock.json", "ci.yml",
    ]  # fmt: skip


def test_a_filter_driver_has_the_last_word_on_what_is_committed(library, project):
    git("config", "filter.loud.clean", "tr a-z A-Z", where=project)
    git("config", "filter.loud.smudge", "cat", where=project)
    world.write(project, {".gitattributes": "notes.md filter=loud\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "--commit", where=project).code == 0
    assert git("show", "HEAD:notes.md", where=project).endswith("THIRD, CHANGED\n")
    assert git("status", "--porcelain", where=project) == ""


def test_an_update_that_ends_where_head_is_has_nothing_to_commit(library, project):
    release(library, "1.1.0", NEXT)
    assert scaffold("update", where=project).code == 0
    assert scaffold("update", "--to", "1.0.0", "--commit", where=project).code == 0
    assert git("status", "--porcelain", where=project) == ""
