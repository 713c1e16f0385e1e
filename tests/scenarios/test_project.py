"""Working with one project: new, update with its options, status, diff, undo, explain."""

import json
import time

import pytest

from tests.scenarios import world
from tests.scenarios.world import COPIER, MANIFEST, NEXT, commit, git, release, scaffold, snapshot

LEVEL = "level:\n  type: str\n  choices: [low, high]\n  default: low\n"


def lock_of(project):
    return json.loads((project / ".scaffold/lock.json").read_text())


def test_new_reports_what_was_promised(library, tmp_path):
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, "--format", "json", where=tmp_path)
    assert done.code == 0
    assert done.json["path"] == str(tmp_path / "p")
    assert done.json["blueprint"] == "demo"
    assert done.json["version"] == "1.0.0"
    assert done.json["source"] == str(library)
    assert set(done.json["files"]) >= {"ci.yml", "notes.md", "run.sh", ".scaffold/lock.json", ".scaffold/answers.yml"}
    assert git("status", "--porcelain", where=tmp_path / "p") == ""
    assert git("log", "--format=%s", where=tmp_path / "p") == "feat: stamp demo 1.0.0\n"


def test_new_keeps_the_executable_bit(project):
    assert (project / "run.sh").stat().st_mode & 0o111
    assert not (project / "ci.yml").stat().st_mode & 0o111


def test_new_with_answers_from_a_file_and_the_command_line(library, tmp_path):
    (tmp_path / "a.json").write_text('{"name": "from-file"}')
    for data, name in (((), "from-file"), (("--data", "name=from-line"), "from-line")):
        dest = tmp_path / name
        done = scaffold(
            "new", "demo", dest, "--source", library, "--data-file", tmp_path / "a.json", *data, where=tmp_path
        )
        assert done.code == 0, done.err
        assert (dest / "notes.md").read_text().startswith(f"# {name}\n")


def test_new_makes_the_folders_above(library, tmp_path):
    assert scaffold("new", "demo", tmp_path / "a/b/p", "--source", library, where=tmp_path).code == 0
    assert (tmp_path / "a/b/p/ci.yml").exists()


def test_update_reports_what_was_promised(library, project):
    world.write(project, {"ci.yml": "steps: [drifted]\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    done = scaffold("update", "--format", "json", where=project)
    assert done.code == 0
    report = done.json
    assert (report["from"], report["to"], report["applied"]) == ("1.0.0", "1.1.0", True)
    assert {row["path"]: row["action"] for row in report["changed"]} == {
        "ci.yml": "replace", "notes.md": "replace", "settings.toml": "replace", "old.txt": "delete",
        "new/file.txt": "create",
    }  # fmt: skip
    assert all(row["why"] for row in report["changed"])
    assert report["conflicts"] == []
    assert [row["path"] for row in report["drift_replaced"]] == ["ci.yml"]
    assert (project / "src/main.py").read_text() == "print('hello')\n", "seeded once, the team's afterwards"


def test_status_reports_what_was_promised(library, project):
    clean = scaffold("status", "--format", "json", where=project)
    assert clean.code == 0
    assert clean.json["state"] == "current"
    assert set(clean.json) >= {
        "blueprint", "source", "version", "latest", "behind", "drift", "conflicts", "waivers", "state",
    }  # fmt: skip
    release(library, "1.1.0", NEXT)
    world.write(project, {"ci.yml": "steps: []\n", "settings.toml": "[tool.lint]\nlevel = 0\n"})
    report = scaffold("status", "--format", "json", where=project)
    assert report.code == 3
    assert (report.json["latest"], report.json["behind"], report.json["state"]) == ("1.1.0", True, "drifted")
    assert [(d["path"], d["kind"], d["key"]) for d in report.json["drift"]] == [
        ("ci.yml", "modified", None), ("settings.toml", "key", "tool.lint"),
    ]  # fmt: skip


def test_a_locked_file_is_put_back_also_without_a_new_version(project):
    (project / "ci.yml").unlink()
    commit(project)
    assert [d["kind"] for d in scaffold("status", "--format", "json", where=project).json["drift"]] == ["deleted"]
    done = scaffold("update", "--format", "json", where=project)
    assert done.code == 0
    assert [row["path"] for row in done.json["drift_replaced"]] == ["ci.yml"]
    assert (project / "ci.yml").read_text() == "steps: [one]\n"


def test_a_mode_is_drift_too(project):
    (project / "ci.yml").chmod(0o755)
    assert [d["kind"] for d in scaffold("status", "--format", "json", where=project).json["drift"]] == ["mode"]


def test_a_locked_key_is_put_back_and_the_rest_of_the_file_merged(library, project):
    ours = '# ours\n[project]\nname = "ours"\n\n[tool.lint]\nlevel = 0  # lax\n\n[tool.other]\na = 1\n'
    world.write(project, {"settings.toml": ours})
    commit(project)
    release(library, "1.1.0", NEXT)
    done = scaffold("update", "--format", "json", where=project)
    assert done.code == 0, done.out
    assert done.json["drift_replaced"] == [{"path": "settings.toml", "key": "tool.lint"}]
    assert (project / "settings.toml").read_text() == ours.replace("level = 0  # lax", "level = 2  # stricter")


def test_update_to_a_version(library, project):
    release(library, "1.1.0", NEXT)
    release(library, "1.2.0", {"ci.yml": "steps: [three]\n"})
    assert scaffold("update", "--to", "1.1.0", where=project).code == 0
    assert (project / "ci.yml").read_text() == "steps: [one, two]\n"
    assert scaffold("status", "--format", "json", where=project).json["behind"] is True
    commit(project)
    assert scaffold("update", "--to", "1.0.0", where=project).code == 0
    assert (project / "ci.yml").read_text() == "steps: [one]\n"
    assert (project / "old.txt").exists()


def test_update_to_a_branch_and_a_commit(library, project):
    release(library, "1.1.0", NEXT)
    world.write(library / "templates/base", {"ci.yml": "steps: [unreleased]\n"})
    commit(library)
    for ref in ("main", git("rev-parse", "HEAD", where=library).strip()):
        assert scaffold("update", "--to", ref, where=project).code == 0
        assert (project / "ci.yml").read_text() == "steps: [unreleased]\n"
        assert lock_of(project)["commit"] == git("rev-parse", "HEAD", where=library).strip()


def test_a_dry_run_writes_nothing(library, project):
    release(library, "1.1.0", NEXT)
    before = snapshot(project)
    done = scaffold("update", "--dry-run", "--format", "json", where=project)
    assert done.code == 0
    assert done.json["applied"] is False
    assert len(done.json["changed"]) == 5
    assert snapshot(project) == before


def test_a_commit_holds_the_update_and_nothing_else(library, project):
    release(library, "1.1.0", NEXT)
    world.write(project, {"staged.txt": "ours\n", "run.sh": "#!/bin/sh\necho ours\n"})
    git("add", "staged.txt", where=project)
    done = scaffold("update", "--commit", "--format", "json", where=project)
    assert done.code == 0
    assert done.json["commit"] == git("rev-parse", "HEAD", where=project).strip()
    changed = git("show", "--name-only", "--format=", "HEAD", where=project).split()
    assert "staged.txt" not in changed
    assert "run.sh" not in changed
    assert "new/file.txt" in changed
    assert git("status", "--porcelain", where=project) == " M run.sh\nA  staged.txt\n"


def test_a_branch_is_made_and_undo_leaves_none(library, project):
    release(library, "1.1.0", NEXT)
    before = snapshot(project)
    done = scaffold("update", "--branch", "scaffold/1.1.0", "--format", "json", where=project)
    assert done.code == 0
    assert git("branch", "--show-current", where=project) == "scaffold/1.1.0\n"
    assert git("rev-parse", "main", where=project) == before["head"]
    assert git("log", "-1", "--format=%s", where=project) == "chore: update demo from 1.0.0 to 1.1.0\n"
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_the_commit_says_what_the_versions_change_and_which_files(library, project):
    log = "# Demo\n\n## 1.1.0 - 2026-01-31\n\n- CI has two steps\n\n## 1.0.0\n\n- the first\n"
    world.write(library, {"blueprints/demo/CHANGELOG.md": log})
    release(library, "1.1.0", {"ci.yml": "steps: [one, two]\n", "old.txt": None})
    assert scaffold("update", "--commit", where=project).code == 0
    assert git("log", "-1", "--format=%b", where=project).strip() == (
        "1.1.0:\n- CI has two steps\n\nChanged files:\n- ci.yml\nDeleted files:\n- old.txt"
    )


def test_a_conflict_is_not_committed(library, project):
    world.write(project, {"notes.md": "# demo\n\nfirst\n\nsecond\n\nours\n"})
    commit(project)
    head = git("rev-parse", "HEAD", where=project)
    release(library, "1.1.0", NEXT)
    done = scaffold("update", "--commit", where=project)
    assert done.code == 3
    assert git("rev-parse", "HEAD", where=project) == head
    assert "1 left for you to decide" in done.out


def test_undo_takes_a_conflicted_update_back(library, project):
    world.write(project, {"notes.md": "# demo\n\nfirst\n\nsecond\n\nours\n"})
    commit(project)
    before = snapshot(project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", where=project).code == 3
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_undo_of_an_update_that_was_committed_by_hand(library, project):
    before = snapshot(project)
    release(library, "1.1.0", NEXT)
    scaffold("update", where=project)
    commit(project, "by hand")
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project)["files"] == before["files"]
    assert git("log", "-1", "--format=%s", where=project) == "by hand\n"


def test_undo_does_not_rewrite_what_was_pushed(library, project, tmp_path):
    before = snapshot(project)
    git("init", "--quiet", "--bare", str(tmp_path / "hub"), where=tmp_path)
    git("remote", "add", "origin", str(tmp_path / "hub"), where=project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "--commit", where=project).code == 0
    git("push", "--quiet", "-u", "origin", "main", where=project)
    pushed = git("rev-parse", "HEAD", where=project)
    assert scaffold("undo", where=project).code == 0
    assert git("rev-parse", "HEAD", where=project) == pushed
    assert snapshot(project)["files"] == before["files"]


def test_undo_stops_at_later_work(library, project):
    release(library, "1.1.0", NEXT)
    scaffold("update", where=project)
    world.write(project, {"notes.md": "later work\n"})
    done = scaffold("undo", where=project)
    assert done.code == 1
    assert "changed since: notes.md" in done.err
    assert (project / "notes.md").read_text() == "later work\n"
    assert scaffold("undo", "--force", where=project).code == 0
    assert (project / "notes.md").read_text().endswith("third\n")


def test_undo_goes_back_step_by_step(library, project):
    states = [snapshot(project)["files"]]
    for version, text in (("1.1.0", "steps: [b]\n"), ("1.2.0", "steps: [c]\n")):
        release(library, version, {"ci.yml": text})
        scaffold("update", "--commit", where=project)
        states.append(snapshot(project)["files"])
    for state in reversed(states[:-1]):
        assert scaffold("undo", where=project).code == 0
        assert snapshot(project)["files"] == state
    assert scaffold("undo", where=project).code == 0
    assert not project.exists(), "the last one takes back new itself"


def test_undo_of_new_keeps_what_was_added(project):
    world.write(project, {"ours.txt": "ours\n"})
    done = scaffold("undo", where=project)
    assert done.code == 1
    assert "files were added: ours.txt" in done.err
    assert (project / "ours.txt").exists()


def test_edited_answers_are_applied(project):
    place = project / ".scaffold/answers.yml"
    place.write_text(place.read_text().replace("name: demo", "name: renamed  # by us"))
    assert scaffold("status", "--format", "json", where=project).json["edited_answers"] == ["name"]
    done = scaffold("update", where=project)
    assert done.code == 0, done.err
    assert (project / "notes.md").read_text().startswith("# renamed\n")
    assert "# by us" in place.read_text()
    assert lock_of(project)["answers"] == {"name": "renamed"}
    assert scaffold("status", where=project).code == 0


def test_data_changes_an_answer(project):
    assert scaffold("update", "--data", "name=other", where=project).code == 0
    assert (project / "notes.md").read_text().startswith("# other\n")
    assert "name: other" in (project / ".scaffold/answers.yml").read_text()


def test_a_new_question_takes_its_default_and_a_dropped_one_is_said(library, project):
    release(
        library, "1.1.0", {"copier.yml": COPIER.replace("name:", "title:") + LEVEL, "notes.md.jinja": "{{ level }}\n"}
    )
    done = scaffold("update", "--format", "json", where=project)
    assert done.code == 0
    assert lock_of(project)["answers"] == {"title": "demo", "level": "low"}
    assert "no longer asked, so dropped: name" in done.json["notes"]
    assert (project / "notes.md").read_text() == "low\n"


def test_a_new_question_without_default_is_named(library, project):
    release(library, "1.1.0", {"copier.yml": COPIER + "level:\n  type: str\n"})
    before = snapshot(project)
    done = scaffold("update", where=project)
    assert done.code == 1
    assert "`level`" in done.err
    assert snapshot(project) == before
    assert scaffold("update", "--data", "level=9", where=project).code == 0


def test_the_base_is_found_in_a_fresh_clone_by_rendering_again(library, project, tmp_path):
    world.write(project, {"notes.md": "# demo\n\nfirst, ours\n\nsecond\n\nthird\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "--commit", where=project).code == 0
    git("clone", "--quiet", f"file://{project}", str(tmp_path / "clone"), where=tmp_path)
    clone = tmp_path / "clone"
    blob = lock_of(clone)["files"]["notes.md"]["blob"]
    missing = world.run(["git", "cat-file", "-e", blob], clone)
    assert missing.code != 0, "the pristine file was never committed, so a clone does not have it"
    release(library, "1.2.0", {"notes.md.jinja": "# {{ name }}\n\nfirst\n\nsecond\n\nthird, changed again\n"})
    assert scaffold("update", where=clone).code == 0
    assert (clone / "notes.md").read_text() == "# demo\n\nfirst, ours\n\nsecond\n\nthird, changed again\n"


def test_a_base_that_cannot_be_found_is_a_conflict_that_says_so(library, project, tmp_path):
    world.write(project, {"notes.md": "# demo\n\nfirst, ours\n\nsecond\n\nthird\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "--commit", where=project).code == 0
    git("clone", "--quiet", f"file://{project}", str(tmp_path / "clone"), where=tmp_path)
    git("tag", "--delete", "demo/v1.1.0", where=library)
    place = tmp_path / "clone/.scaffold/lock.json"
    place.write_text(place.read_text().replace(lock_of(project)["commit"], "0" * 40))
    commit(tmp_path / "clone")
    release(library, "1.2.0", {"notes.md.jinja": "# {{ name }}\n\nfirst\n\nsecond\n\nthird, changed again\n"})
    done = scaffold("update", "--to", "1.2.0", "--format", "json", where=tmp_path / "clone")
    assert done.code == 3
    assert done.json["conflicts"] == [
        {"path": "notes.md", "reason": "the version it was stamped from cannot be found, and both sides differ"}
    ]


def test_a_move_by_template_file_follows_the_answers(library, tmp_path):
    world.write(library / "templates/base", {"pkg/{{ name }}/notes.txt": "one\n\ntwo\n\nthree\n"})
    commit(library)
    git("tag", "--force", "demo/v1.0.0", where=library)
    project = world.stamp(library, tmp_path / "p")
    world.write(project, {"pkg/demo/notes.txt": "one, ours\n\ntwo\n\nthree\n"})
    commit(project)
    done = scaffold("update", "--data", "name=other", "--format", "json", where=project)
    assert done.code == 0
    assert (project / "pkg/other/notes.txt").read_text() == "one, ours\n\ntwo\n\nthree\n"
    assert not (project / "pkg/demo").exists()


def test_diff_shows_the_teams_edits_only(project):
    assert scaffold("diff", where=project).out.startswith("No differences")
    world.write(project, {"notes.md": "# demo\n\nfirst, ours\n\nsecond\n\nthird\n", "own.txt": "not stamped\n"})
    done = scaffold("diff", "--format", "json", where=project)
    assert done.code == 0
    assert [(f["path"], f["ownership"], f["what"]) for f in done.json["files"]] == [("notes.md", "managed", "edited")]
    assert "-first\n+first, ours\n" in done.json["files"][0]["diff"]


def test_diff_upstream_shows_what_an_update_would_change(library, project):
    release(library, "1.1.0", NEXT)
    done = scaffold("diff", "--upstream", "--format", "json", where=project)
    assert [f["path"] for f in done.json["files"]] == ["ci.yml", "new/file.txt", "notes.md", "old.txt", "settings.toml"]
    assert "-third\n+third, changed\n" in done.json["files"][2]["diff"]
    assert scaffold("diff", "--to", "1.1.0", where=project).code == 2


def test_explain(project):
    world.write(project, {"notes.md": "# demo\n\nfirst, ours\n\nsecond\n\nthird\n", "own.txt": "x\n"})
    for path, ownership, state in (
        ("ci.yml", "locked", "as stamped"), ("notes.md", "managed", "edited"), ("src/main.py", "seeded", "as stamped"),
        ("own.txt", "none", "yours"),
    ):  # fmt: skip
        report = scaffold("explain", path, "--format", "json", where=project).json
        assert (report["ownership"], report["state"]) == (ownership, state)
    assert scaffold("explain", "settings.toml", "--format", "json", where=project).json["keys"] == {
        "tool.lint": "locked"
    }
    lines = {
        n: scaffold("explain", f"notes.md:{n}", "--format", "json", where=project).json["line_from"] for n in (1, 3)
    }
    assert lines == {1: "the blueprint's", 3: "yours"}
    assert scaffold("explain", "nothing.txt", where=project).code == 1
    assert scaffold("explain", "notes.md:99", where=project).code == 1


def test_from_a_folder_below(project):
    assert scaffold("status", "--format", "json", where=project / "src").json["path"] == str(project)
    assert scaffold("explain", "main.py", "--format", "json", where=project / "src").json["path"] == "src/main.py"


@pytest.fixture
def monorepo(tmp_path):
    root = tmp_path / "mono"
    root.mkdir()
    git("init", "--quiet", "--initial-branch=main", where=root)
    world.write(root, {"README.md": "mono\n"})
    commit(root)
    return root


def test_several_projects_in_one_repository(library, monorepo):
    for name in ("services/a", "services/b"):
        done = scaffold("new", "demo@1.0.0", name, "--source", library, "--format", "json", where=monorepo)
        assert done.code == 0, done.err
        assert done.json["repository"] == "existing"
    assert not (monorepo / "services/a/.git").exists()
    staged = git("diff", "--cached", "--name-only", where=monorepo).split()
    assert "services/a/ci.yml" in staged
    assert "services/b/.scaffold/lock.json" in staged
    commit(monorepo, "two services")
    world.write(monorepo, {"services/a/notes.md": "# demo\n\nfirst\n\nsecond\n\nours\n"})
    commit(monorepo)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "services/a", where=monorepo).code == 3
    assert git("ls-files", "--unmerged", where=monorepo).count("services/a/notes.md") == 3
    assert scaffold("status", "services/b", "--format", "json", where=monorepo).json["state"] == "behind"
    assert scaffold("update", "services/b", where=monorepo).code == 0
    assert scaffold("undo", "services/a", where=monorepo).code == 0
    assert git("status", "--porcelain", "services/a", where=monorepo) == ""
    assert (monorepo / "services/b/ci.yml").read_text() == "steps: [one, two]\n"


def test_undo_of_new_in_a_repository(library, monorepo):
    before = snapshot(monorepo)
    scaffold("new", "demo@1.0.0", "a", "--source", library, where=monorepo)
    assert scaffold("undo", "a", where=monorepo).code == 0
    assert not (monorepo / "a").exists()
    assert snapshot(monorepo) == before


def test_a_folder_that_the_repository_ignores_becomes_its_own(library, monorepo):
    world.write(monorepo, {".gitignore": "build/\n"})
    done = scaffold("new", "demo", "build/p", "--source", library, "--format", "json", where=monorepo)
    assert done.json["repository"] == "own"
    assert git("diff", "--cached", "--name-only", where=monorepo) == ""


def test_a_file_that_git_ignores_is_updated_and_can_be_had_back(library, project):
    world.write(project, {".gitignore": "notes.md\n"})
    git("rm", "--quiet", "--cached", "notes.md", where=project)
    commit(project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", where=project).code == 0
    assert (project / "notes.md").read_text().endswith("third, changed\n")
    assert "notes.md" not in git("ls-files", where=project)
    assert scaffold("undo", where=project).code == 0
    assert (project / "notes.md").read_text().endswith("third\n")


def test_crlf_in_the_work_tree_is_no_edit(library, project):
    git("config", "core.autocrlf", "true", where=project)
    for path in ("ci.yml", "notes.md"):
        (project / path).write_bytes((project / path).read_bytes().replace(b"\n", b"\r\n"))
    git("add", "--renormalize", ".", where=project)
    assert scaffold("status", "--format", "json", where=project).json["drift"] == []
    release(library, "1.1.0", NEXT)
    done = scaffold("update", "--format", "json", where=project)
    assert done.code == 0, done.err
    assert done.json["drift_replaced"] == []


def test_before_the_first_commit(library, tmp_path):
    project = world.stamp(library, tmp_path / "p", "--no-git")
    git("init", "--quiet", where=project)
    release(library, "1.1.0", NEXT)
    done = scaffold("update", where=project)
    assert done.code == 0, done.err
    assert scaffold("undo", where=project).code == 0
    assert (project / "ci.yml").read_text() == "steps: [one]\n"


def test_in_a_work_tree_of_its_own(library, project, tmp_path):
    git("worktree", "add", "--quiet", str(tmp_path / "tree"), where=project)
    release(library, "1.1.0", NEXT)
    assert scaffold("update", "--commit", where=tmp_path / "tree").code == 0
    assert scaffold("status", where=tmp_path / "tree").code == 0
    assert scaffold("status", "--format", "json", where=project).json["behind"] is True


def test_a_blueprint_of_two_layers(tmp_path):
    manifest = MANIFEST.replace("[base]", "[base, top]") + (
        "compose:\n  .gitignore: union\n  conf.yml: deep-merge\n  log.txt: append\n  pick.txt: override\n"
    )
    library = world.make_library(tmp_path / "lib", manifest=manifest)
    world.write(
        library / "templates/base",
        {".gitignore": "a\nb\n", "conf.yml": "x: [1]  # one\ny: {a: 1}\n", "log.txt": "low", "pick.txt": "low\n"},
    )
    world.write(
        library / "templates/top",
        {".gitignore": "b\nc\n", "conf.yml": "x: [2]\ny: {b: 2}\n", "log.txt": "up\n", "pick.txt": "up\n"},
    )
    commit(library)
    assert scaffold("new", "demo@main", tmp_path / "p", "--source", library, where=tmp_path).code == 0
    read = {name: (tmp_path / "p" / name).read_text() for name in (".gitignore", "conf.yml", "log.txt", "pick.txt")}
    assert read == {
        ".gitignore": "a\nb\nc\n", "conf.yml": "x: [1, 2] # one\ny: {a: 1, b: 2}\n", "log.txt": "low\nup\n",
        "pick.txt": "up\n",
    }  # fmt: skip


def test_a_key_that_becomes_locked_is_not_taken_from_the_team_in_silence(library, project):
    world.write(project, {"settings.toml": (project / "settings.toml").read_text().replace("a = 1", "a = 7")})
    commit(project)
    manifest = MANIFEST.replace("tool.lint: locked", "tool.lint: locked\n      tool.other: locked")
    release(
        library,
        "1.1.0",
        {"settings.toml": world.TEMPLATES["settings.toml"].replace("a = 1", "a = 2")},
        manifest=manifest,
    )
    done = scaffold("update", "--format", "json", where=project)
    assert done.code == 3
    assert done.json["conflicts"] == [
        {"path": "settings.toml", "reason": "the blueprint now locks tool.other, which the team has set otherwise"}
    ]


def test_a_comment_among_the_answers_is_no_change(project):
    place = project / ".scaffold/answers.yml"
    assert lock_of(project)["answers_file"] == git("hash-object", ".scaffold/answers.yml", where=project).strip()
    place.write_text(place.read_text() + "# why we are called so\n")
    before = snapshot(project)
    assert scaffold("status", where=project).code == 0
    assert scaffold("update", "--format", "json", where=project).json["up_to_date"]
    assert snapshot(project) == before


@pytest.mark.parametrize("answer", ["{1: a, 2: b}", "2026-01-31", "[.nan, 1]", "{a: {b: [c, 1.5]}}"])
def test_an_answer_of_any_shape_comes_to_rest(tmp_path, answer):
    copier = COPIER + f"shape:\n  type: yaml\n  default: {answer}\n"
    library = world.make_library(tmp_path / "lib", copier=copier)
    project = world.stamp(library, tmp_path / "p")
    before = snapshot(project)
    assert scaffold("status", where=project).code == 0
    assert scaffold("update", "--commit", "--format", "json", where=project).json["up_to_date"]
    assert snapshot(project) == before


def test_a_lock_that_a_killed_run_left_on_the_reference_is_removed(library, project):
    release(library, "1.1.0", NEXT)
    (project / ".git/refs/scaffold/root.lock").touch()
    done = scaffold("update", where=project)
    assert (done.code, done.err) == (0, "")
    assert not (project / ".git/refs/scaffold/root.lock").exists()


def test_a_file_that_is_not_valid_is_said_to_be_the_teams(project):
    world.write(project, {"settings.toml": "[tool.lint\n"})
    commit(project)
    said = scaffold("status", where=project)
    assert "settings.toml: your file is not valid, so its locked keys cannot be told; mend it first" in said.out
    done = scaffold("update", "--dry-run", where=project)
    assert "its keys cannot be told apart: in the team's file settings.toml" in done.out


def refusing(project):
    hook = project / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    return hook


@pytest.mark.parametrize("again", [("update", "--commit"), ("update", "--continue")])
def test_a_commit_that_was_refused_is_said_and_made_later(library, project, again):
    release(library, "1.1.0", NEXT)
    before, hook = snapshot(project), refusing(project)
    assert scaffold("update", "--commit", where=project).code == 1
    done = scaffold("status", "--format", "json", where=project)
    assert (done.code, done.json["state"], done.json["uncommitted"]) == (3, "uncommitted", "update demo 1.0.0 -> 1.1.0")
    assert scaffold(*again, where=project).code == 1
    hook.unlink()
    done = scaffold(*again, where=project)
    assert done.code == 0
    assert "Committed as" in done.out
    assert git("log", "-1", "--format=%s", where=project) == "chore: update demo from 1.0.0 to 1.1.0\n"
    assert scaffold("status", "--format", "json", where=project).json["state"] == "current"
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_a_commit_that_was_refused_and_made_by_hand_is_made(library, project):
    release(library, "1.1.0", NEXT)
    hook = refusing(project)
    assert scaffold("update", "--commit", where=project).code == 1
    hook.unlink()
    git("commit", "--quiet", "--message=by hand", where=project)
    assert scaffold("status", "--format", "json", where=project).json["state"] == "current"


def test_hooks_find_gits_own_index(library, project):
    """One that forgets git's variables, as git says a hook should, and one that commits later on its own."""
    release(library, "1.1.0", NEXT)
    before, after = project / ".git/hooks/pre-commit", project / ".git/hooks/post-commit"
    before.write_text("#!/bin/sh\nunset $(git rev-parse --local-env-vars); echo n > n.txt; git add n.txt\n")
    after.write_text(
        "#!/bin/sh\n[ -f late ] && exit 0\n"
        "(sleep 1; echo l > late; git add late && git commit -qm late --no-verify; touch .git/done) >/dev/null 2>&1 &\n"
    )
    for hook in (before, after):
        hook.chmod(0o755)
    assert scaffold("update", "--commit", where=project).code == 0
    while not (project / ".git/done").exists():
        time.sleep(0.05)
    files = set(git("ls-tree", "-r", "--name-only", "HEAD", where=project).split())
    assert {".scaffold/lock.json", "late", "n.txt", "ci.yml"} <= files
