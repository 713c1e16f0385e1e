"""The promises of the design, each seen from the command line."""

import json
import os
import subprocess
import sys

import pytest

from tests.scenarios import world
from tests.scenarios.world import NEXT, commit, git, release, scaffold, snapshot

CONFLICTING = {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, ours\n"}


def conflicted(library, project):
    world.write(project, CONFLICTING)
    commit(project)
    release(library, "1.1.0", NEXT)
    return scaffold("update", "--format", "json", where=project)


def test_1_a_conflict_is_never_success(library, project):
    base = git("rev-parse", "HEAD:notes.md", where=project).strip()
    base = json.loads((project / ".scaffold/lock.json").read_text())["files"]["notes.md"]["blob"]
    done = conflicted(library, project)
    assert done.code == 3
    assert done.json["conflicts"] == [{"path": "notes.md", "reason": "both sides changed the same lines"}]
    locked = json.loads((project / ".scaffold/lock.json").read_text())["files"]["notes.md"]
    assert locked["blob"] == base, "the old base is kept"
    assert locked["pending"]
    status = scaffold("status", "--format", "json", where=project)
    assert status.code == 3
    assert status.json["conflicts"] == [{"path": "notes.md"}]
    assert status.json["state"] == "conflicts"
    again = scaffold("update", where=project)
    assert again.code == 1
    assert "conflicts are still open in notes.md" in again.err


def test_1_added_with_its_markers_it_is_still_a_conflict(library, project):
    conflicted(library, project)
    commit(project, "markers and all")
    assert scaffold("status", "--format", "json", where=project).json["conflicts"] == [{"path": "notes.md"}]


def test_1_once_resolved_the_next_update_starts_from_the_new_base(library, project):
    conflicted(library, project)
    world.write(project, {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, both\n"})
    commit(project, "resolved")
    assert scaffold("status", where=project).code == 0
    release(library, "1.2.0", {"notes.md.jinja": "# {{ name }}\n\nfirst, newer\n\nsecond\n\nthird, changed\n"})
    done = scaffold("update", "--format", "json", where=project)
    assert done.code == 0
    assert (project / "notes.md").read_text() == "# demo\n\nfirst, newer\n\nsecond\n\nthird, both\n"


def test_1_a_dropped_file_that_the_team_changed_is_asked_about_once(library, project):
    world.write(project, {"old.txt": "the team needs it\n"})
    commit(project)
    release(library, "1.1.0", NEXT)
    done = scaffold("update", "--format", "json", where=project)
    assert done.code == 3
    assert [row["path"] for row in done.json["conflicts"]] == ["old.txt"]
    assert (project / "old.txt").read_text() == "the team needs it\n"
    commit(project, "we keep it")
    assert scaffold("status", where=project).code == 0
    release(library, "1.2.0", {"new/file.txt": "newer\n"})
    done = scaffold("update", "--format", "json", where=project)
    assert done.code == 0, "what was decided is not asked again"
    assert (project / "old.txt").exists()


def test_2_only_files_that_would_change_must_be_clean(library, project):
    release(library, "1.1.0", NEXT)
    world.write(project, {"run.sh": "#!/bin/sh\necho ours\n", "src/main.py": "print('ours')\n", "extra.txt": "ours\n"})
    before = {name: (project / name).read_text() for name in ("run.sh", "src/main.py", "extra.txt")}
    done = scaffold("update", "--format", "json", where=project)
    assert done.code == 0, done.err
    assert {name: (project / name).read_text() for name in before} == before
    assert git("diff", "--cached", "--name-only", "--", *before, where=project) == ""


@pytest.mark.parametrize("stage", [False, True])
def test_2_a_dirty_file_in_the_way_stops_everything(library, project, stage):
    release(library, "1.1.0", NEXT)
    world.write(project, {"ci.yml": "steps: [mine]\n"})
    if stage:
        git("add", "ci.yml", where=project)
    before = snapshot(project)
    done = scaffold("update", where=project)
    assert done.code == 1
    assert "uncommitted work: ci.yml" in done.err
    assert "commit or stash" in done.err
    assert snapshot(project) == before


def test_2_an_untracked_file_in_the_way_is_kept(library, project):
    release(library, "1.1.0", NEXT)
    world.write(project, {"new/file.txt": "the team was first\n"})
    before = snapshot(project)
    done = scaffold("update", where=project)
    assert done.code == 1
    assert "new/file.txt" in done.err
    assert snapshot(project) == before


def test_2_an_update_can_follow_an_uncommitted_one(library, project):
    release(library, "1.1.0", NEXT)
    assert scaffold("update", where=project).code == 0
    release(library, "1.2.0", {"ci.yml": "steps: [three]\n"})
    assert scaffold("update", where=project).code == 0
    assert (project / "ci.yml").read_text() == "steps: [three]\n"


def test_3_conflicts_stand_in_the_index_with_zdiff3_markers(library, project):
    conflicted(library, project)
    stages = [line.split()[2] for line in git("ls-files", "--unmerged", "notes.md", where=project).splitlines()]
    assert stages == ["1", "2", "3"]
    assert git("show", ":1:notes.md", where=project).endswith("third\n")
    assert git("show", ":2:notes.md", where=project).endswith("third, ours\n")
    assert git("show", ":3:notes.md", where=project).endswith("third, changed\n")
    assert (project / "notes.md").read_text() == (
        "# demo\n\nfirst\n\nsecond\n\n"
        "<<<<<<< yours\nthird, ours\n||||||| stamped 1.0.0\nthird\n=======\nthird, changed\n>>>>>>> demo 1.1.0\n"
    )
    git("checkout", "--theirs", "notes.md", where=project)
    assert (project / "notes.md").read_text().endswith("third, changed\n")
    commit(project, "theirs")
    assert scaffold("status", where=project).code == 0


def test_3_the_rest_of_a_conflicted_update_is_staged(library, project):
    conflicted(library, project)
    staged = git("diff", "--cached", "--name-only", "--diff-filter=u", where=project).split()
    assert {"ci.yml", "settings.toml", "old.txt", "new/file.txt", ".scaffold/lock.json"} <= set(staged)


@pytest.mark.parametrize(
    "code",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
        "{{ cycler.__init__.__globals__.os.system('touch hacked') }}",
    ],
)
def test_4_a_template_runs_no_code(library, tmp_path, code):
    world.write(library / "templates/base", {"evil.txt.jinja": code})
    commit(library)
    done = scaffold("new", "demo@main", tmp_path / "p", "--source", library, where=tmp_path)
    assert done.code == 1
    assert "templates/base/evil.txt.jinja:1" in done.err
    assert not (tmp_path / "p").exists()
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize(
    "name", ["{{ '..' }}/out.txt", "{{ '.git' }}/hooks", "{{ '%c' % 47 }}abs", "a/{{ '..' }}/{{ '..' }}/x"]
)
def test_4_no_path_leaves_the_project(library, tmp_path, name):
    world.write(library / "templates/base", {name: "x"})
    commit(library)
    done = scaffold("new", "demo@main", tmp_path / "p", "--source", library, where=tmp_path)
    assert done.code == 1
    assert "path" in done.err
    assert not (tmp_path / "p").exists()
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize("key", ["_tasks", "_jinja_extensions"])
def test_4_what_would_run_code_is_refused(library, tmp_path, key):
    world.write(library / "templates/base", {"copier.yml": f"{key}: ['touch {tmp_path}/hacked']\n"})
    commit(library)
    done = scaffold("new", "demo@main", tmp_path / "p", "--source", library, where=tmp_path)
    assert done.code == 1
    assert "templates/base/copier.yml" in done.err
    assert "the template wants to run code: 1" in done.err
    assert not (tmp_path / "p").exists()
    assert not (tmp_path / "hacked").exists()


def test_4_a_migration_runs_only_with_trust(library, project, tmp_path):
    place = library / "templates/base/copier.yml"
    migrations = f"_migrations: ['touch {tmp_path}/hacked']\n"
    release(library, "1.1.0", {**NEXT, "copier.yml": migrations + place.read_text()})
    before = snapshot(project)
    done = scaffold("update", where=project)
    assert done.code == 1
    assert "the template wants to run code: 1 migration" in done.err
    assert snapshot(project) == before
    assert not (tmp_path / "hacked").exists()
    assert scaffold("update", "--trust", where=project).code == 0
    assert (tmp_path / "hacked").exists()


def test_4_a_link_in_the_project_leads_no_file_out_of_it(library, project, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (project / "new").symlink_to(outside)
    commit(project)
    release(library, "1.1.0", NEXT)
    before = snapshot(project)
    done = scaffold("update", where=project)
    assert done.code == 1
    assert "behind a symbolic link" in done.err
    assert list(outside.iterdir()) == []
    assert snapshot(project) == before


def test_5_secrets_stay_out_of_all_we_write(library, tmp_path):
    project = world.stamp(library, tmp_path / "p", "--data", "token=hush-hush")
    release(library, "1.1.0", NEXT)
    done = scaffold("update", "--data", "token=hush-hush", "--commit", "--format", "json", where=project)
    assert done.code == 0, done.err
    assert "hush-hush" not in done.out
    found = subprocess.run(["grep", "-r", "hush-hush", str(project)], capture_output=True, check=False)
    assert found.stdout == b""


def test_5_what_is_computed_from_a_secret_is_not_recorded_either(library, tmp_path):
    more = "url:\n  type: str\n  default: 'https://{{ token }}@host'\nlink:\n  type: str\n  default: '{{ url }}/x'\n"
    world.write(library / "templates/base", {"copier.yml": world.COPIER + more})
    commit(library)
    given = ("--data", "token=hush-hush")
    done = scaffold("new", "demo@main", tmp_path / "p", "--source", library, *given, where=tmp_path)
    assert done.code == 0, done.err
    for name in ("answers.yml", "lock.json"):
        assert "hush-hush" not in (tmp_path / "p/.scaffold" / name).read_text()


def test_5_a_secret_that_an_update_does_not_know_is_said(library, project):
    release(library, "1.1.0", NEXT)
    done = scaffold("update", "--format", "json", where=project)
    assert done.json["notes"][0] == "secrets are not kept, so these took their default: token"
    known = scaffold("update", "--data", "token=x", "--format", "json", where=project)
    assert not [note for note in known.json["notes"] if "secret" in note]


def test_5_a_wrong_secret_is_not_printed(library, tmp_path):
    world.write(
        library / "templates/base",
        {"copier.yml": "token:\n  type: str\n  secret: true\n  default: ''\n  validator: no good\n"},
    )
    commit(library)
    done = scaffold(
        "new", "demo@main", tmp_path / "p", "--source", library, "--data", "token=hush-hush", where=tmp_path
    )
    assert done.code == 1
    assert "no good" in done.err
    assert "hush-hush" not in done.err


def test_8_same_input_same_bytes(library, tmp_path):
    trees = []
    for seed in ("1", "2"):
        dest = tmp_path / seed / "demo"
        dest.parent.mkdir()
        world.scaffold("new", "demo", dest, "--source", library, where=tmp_path, PYTHONHASHSEED=seed)
        trees.append(git("rev-parse", "HEAD^{tree}", where=dest))
    assert trees[0] == trees[1]


def test_8_a_second_update_changes_nothing(library, project):
    release(library, "1.1.0", NEXT)
    scaffold("update", where=project)
    before = snapshot(project)
    done = scaffold("update", "--format", "json", where=project)
    assert done.json["up_to_date"]
    assert done.json["changed"] == []
    assert snapshot(project) == before


def test_9_whether_it_is_behind_is_never_guessed(library, project, tmp_path):
    library.rename(tmp_path / "gone")
    done = scaffold("status", "--format", "json", where=project)
    assert done.code == 3
    assert done.json["behind"] is None
    assert done.json["state"] == "unknown"
    assert "unknown" in done.json["notes"][0]


def test_scaffold_is_not_fooled_by_the_environment_of_a_git_hook(library, project, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    git("init", "--quiet", where=other)
    release(library, "1.1.0", NEXT)
    environment = os.environ | {"GIT_DIR": str(other / ".git"), "GIT_INDEX_FILE": str(other / ".git/index")}
    done = subprocess.run(
        [sys.executable, "-m", "scaffold", "update", "--commit"], cwd=project, env=environment, check=False
    )
    assert done.returncode == 0
    assert "update demo from 1.0.0 to 1.1.0" in git("log", "-1", "--format=%s", where=project)
