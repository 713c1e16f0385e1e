"""What a killed run leaves: it is said, with the one command that ends it, and nothing of it lies about for ever."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import scaffold
from scaffold.apply import beside
from scaffold.errors import ProjectError
from scaffold.git.index import HELD
from tests.scenarios import world
from tests.scenarios.world import NEXT, commit, git, release, snapshot
from tests.test_process import wait_until_gone

KILLED = Path(__file__).with_name("killed.py")
READING = (("status",), ("diff",), ("check",), ("explain", "f.txt"))
WRITING = (("update",), ("update", "--continue"), ("adopt",), ("own", "notes.md"), ("check", "--fix"))


def record_of(project, slug="root"):
    return max((project / ".git/scaffold" / slug).glob("*/record.json"))


def in_state(project, state, **more):
    """Put the last record into a state in which a kill would have left it."""
    file = record_of(project)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"state": state} | more))


def tell(project, words, where=None):
    done = world.scaffold(*words, where=where or project)
    return done.code, done.out + done.err


@pytest.fixture
def adopted(tmp_path):
    """A repository that was adopted from a plain template."""
    template = tmp_path / "template"
    world.write(template, {"copier.yml": "name: {type: str, default: demo}\n", "f.txt": "1\n"})
    git("init", "--quiet", where=template)
    commit(template)
    git("tag", "v1.0.0", where=template)
    project = tmp_path / "adopted"
    answers = f"_src_path: {template}\n_commit: v1.0.0\nname: demo\n"
    world.write(project, {".copier-answers.yml": answers, "f.txt": "1\n", "below/x": "x\n"})
    git("init", "--quiet", "--initial-branch=main", where=project)
    commit(project)
    before = snapshot(project)
    scaffold.adopt(project)
    return project, before


@pytest.mark.parametrize("gone", [".scaffold/lock.json", ".scaffold/answers.yml", ".scaffold"])
@pytest.mark.parametrize("state", ["swapping", "undoing"])
def test_an_adoption_is_found_by_its_record(adopted, gone, state):
    project, before = adopted
    in_state(project, state)
    place = project / gone
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    for words in (*READING, *WRITING) if state == "swapping" else READING[:1]:
        code, said = tell(project, words, project / "below" if words == ("status",) else None)
        assert code == 1, words
        assert "adopt template 1.0.0 was" in said and "scaffold undo" in said, (words, said)
    scaffold.undo(project / "below")
    assert snapshot(project) == before


def test_it_is_found_in_a_folder_of_a_project_too(project):
    world.write(project / "inner", {"notes.md": "# demo\n"})
    commit(project)
    before = snapshot(project)
    scaffold.adopt(project / "inner", template=str(project.parent / "library"), at="1.0.0", yes=True)
    slug = next(one.name for one in (project / ".git/scaffold").iterdir() if one.name not in ("root", "busy"))
    file = record_of(project, slug)
    file.write_text(file.read_text().replace('"done"', '"swapping"'))
    shutil.rmtree(project / "inner/.scaffold")
    assert "scaffold undo" in tell(project / "inner", ("status",))[1]
    assert tell(project, ("status", "--offline"))[0] == 0
    scaffold.undo(project / "inner")
    assert snapshot(project) == before


def kill_in_hook(project, then, where=None):
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho $PPID > ../git\nkill -9 $(ps -o ppid= -p $PPID)\n{then}\n")
    hook.chmod(0o755)
    command = [sys.executable, "-m", "scaffold", "update", "--commit"]
    code = subprocess.run(command, cwd=where or project, capture_output=True, check=False).returncode
    assert code == -signal.SIGKILL
    hook.unlink()


def test_applied_and_not_yet_committed_is_said(library, project):
    before = snapshot(project)
    release(library, "1.1.0", NEXT)
    kill_in_hook(project, "exit 1")
    told = world.scaffold("status", "--format", "json", where=project).json
    assert told["state"] == "interrupted"
    assert told["interrupted"] == (
        "update demo 1.0.0 -> 1.1.0 is applied, and was interrupted before it was committed; "
        "take it back with scaffold undo"
    )
    assert "before it was committed" in tell(project, ("update",))[1]
    scaffold.undo(project)
    assert snapshot(project) == before


def test_what_is_under_way_is_not_called_interrupted(library, project):
    release(library, "1.1.0", NEXT)
    hook = project / ".git/hooks/pre-commit"
    world.write(
        project, {".git/hooks/pre-commit": f"#!/bin/sh\n{sys.executable} -m scaffold status > ../said\nexit 1\n"}
    )
    hook.chmod(0o755)
    assert world.scaffold("update", "--commit", where=project).code == 1
    assert "update demo 1.0.0 -> 1.1.0 is under way" in (project.parent / "said").read_text()
    assert scaffold.status(project).interrupted == ""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell who holds a file")
@pytest.mark.parametrize(
    "name",
    ["index.lock", "HEAD.lock", "MERGE_RR.lock", "packed-refs.lock", "refs/heads/main.lock", "refs/tags/a/b.lock"],
)
def test_a_lock_of_a_git_that_was_killed_along_is_removed(library, project, name):
    before = snapshot(project)
    release(library, "1.1.0", NEXT)
    kill_in_hook(project, "exit 1")
    world.write(project, {f".git/{name}": ""})
    scaffold.undo(project)
    assert snapshot(project) == before
    assert not (project / ".git" / name).exists()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell who holds a file")
def test_in_a_linked_work_tree_the_locks_of_the_others_stay(library, project):
    linked = project.parent / "linked"
    git("worktree", "add", "--quiet", "-b", "other", str(linked), where=project)
    before = snapshot(linked)
    release(library, "1.1.0", NEXT)
    kill_in_hook(project, "exit 1", linked)
    own = {".git/worktrees/linked/HEAD.lock": "", ".git/refs/heads/other.lock": ""}
    world.write(project, {**own, ".git/index.lock": "", ".git/HEAD.lock": ""})
    scaffold.undo(linked)
    assert snapshot(linked) == before
    assert [str(place.relative_to(project)) for place in sorted((project / ".git").rglob("*.lock"))] == [
        ".git/HEAD.lock", ".git/index.lock",
    ]  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell who holds a file")
@pytest.mark.parametrize(
    ("where", "name", "code"), [("project", "index.lock", 1), ("linked", "refs/heads/other.lock", 0)]
)
def test_the_lock_of_a_git_that_lives_is_nobodys_to_remove(library, project, where, name, code):
    """`git commit -a` has closed it, and holds it while the message is written; also in another work tree."""
    git("worktree", "add", "--quiet", "-b", "other", "../linked", where=project)
    release(library, "1.1.0", NEXT)
    kill_in_hook(project, "exit 1")
    lock, editing = project / ".git" / name, project.parent / "editing"
    (project.parent / "editor").write_text(f"#!/bin/sh\ntouch {editing}\nexec sleep 600\n")
    (project.parent / "editor").chmod(0o755)
    environment = os.environ | {"GIT_EDITOR": str(project.parent / "editor")}
    command, at = ["git", "commit", "-a", "--allow-empty"], project.parent / where
    with subprocess.Popen(command, cwd=at, env=environment, start_new_session=True) as living:
        try:
            while not editing.exists():
                time.sleep(0.02)
            lock.touch()
            found, said = tell(project, ("undo",))
            assert (found, "locked" in said, lock.exists()) == (code, code == 1, True)
        finally:
            os.killpg(living.pid, signal.SIGKILL)


def test_a_person_may_make_the_commit(library, project):
    before = snapshot(project)
    release(library, "1.1.0", NEXT)
    kill_in_hook(project, "exit 1")
    assert scaffold.status(project).interrupted
    git("commit", "--quiet", "--message", "mine", where=project)
    assert scaffold.status(project).state == "current"
    scaffold.undo(project)
    assert snapshot(project) == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process that its parent has died")
def test_git_makes_no_commit_after_the_run_was_killed(library, project):
    before = snapshot(project)
    release(library, "1.1.0", NEXT)
    kill_in_hook(project, "sleep 0.5; exit 0")
    scaffold.undo(project)
    wait_until_gone(int((project.parent / "git").read_text()))
    assert snapshot(project) == before


@pytest.fixture
def torn(library, project):
    """A project with a conflict of an update that is to be committed; and how it was before."""
    world.write(project, {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, ours\n"})
    commit(project)
    before = snapshot(project)
    release(library, "1.1.0", NEXT)
    scaffold.update(project, commit=True)
    return project, before


def test_what_resolve_wrote_belongs_to_the_update(torn):
    project, before = torn
    update = record_of(project).read_text()
    scaffold.resolve([project], side="theirs")
    record_of(project).write_text(update)  # it is told of in a file beside
    scaffold.undo(project)
    assert snapshot(project) == before


@pytest.mark.parametrize("words", [("resolve", ".", "--theirs"), ("update", "--continue")])
def test_what_goes_on_with_an_update_is_taken_back_alone(torn, words):
    project, _ = torn
    if words[-1] == "--continue":
        scaffold.resolve([project], side="both")
    half = snapshot(project)
    assert world.scaffold(*words, where=project).code == 0
    part = max(record_of(project).parent.glob("part-*.json"))
    git("reset", "--quiet", "--soft", json.loads(part.read_text())["head"], where=project)
    part.write_text(part.read_text().replace('"done"', '"swapping"'))
    assert scaffold.status(project).interrupted.startswith("resolve --theirs" if words[0] == "resolve" else "update --")
    scaffold.undo(project)
    assert snapshot(project) == half


def test_undo_after_a_resolve_keeps_what_was_edited_since(torn):
    project, _ = torn
    scaffold.resolve([project], side="theirs")
    world.write(project, {"notes.md": "mine\n"})
    with pytest.raises(ProjectError, match=r"changed since: notes\.md"):
        scaffold.undo(project)


def test_an_update_killed_in_the_middle_of_rerere_is_aborted(torn):
    project, before = torn
    in_state(project, "replaying")
    world.write(project, {"notes.md": "as git has resolved it\n"})
    assert "scaffold update --abort" in scaffold.status(project).interrupted
    assert "changed since: notes.md" in tell(project, ("undo",))[1]
    scaffold.abort_update(project)
    assert snapshot(project) == before


@pytest.mark.slow
def test_undo_of_a_branch_goes_on_wherever_it_was_killed(library, project):
    before = snapshot(project)
    release(library, "1.1.0", NEXT)
    assert world.scaffold("update", "--branch", "next", where=project).code == 0
    after = snapshot(project)
    for n in range(1, 200, 5):
        copy = Path(shutil.copytree(project, project.parent / str(n) / "project", symlinks=True))
        command = [sys.executable, str(KILLED), str(n), str(copy), "undo"]
        code = subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode
        if scaffold.status(copy).interrupted:
            scaffold.undo(copy)
            assert snapshot(copy) == before, f"killed before touch {n}"
        assert snapshot(copy) in (before, after), f"killed before touch {n}"
        shutil.rmtree(copy.parent)
        if code == 0:
            break
    assert n > 10


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "the record of the last operation cannot be read"),
        ("", "the record of the last operation cannot be read"),
        ('{"format": 2, "new": true}', "use the newer scaffold that wrote it"),
    ],
)
def test_a_record_that_cannot_be_read_is_said(project, text, said):
    record_of(project).write_text(text)
    for words in (("status",), ("update",), ("undo",), ("own", "notes.md")):
        code, told = tell(project, words)
        assert code == 1
        assert said in told and "record.json" in told


def test_a_record_without_a_format_is_read(project):
    file = record_of(project)
    known = json.loads(file.read_text())
    new = {"format", "tag", "made", "folders"}
    file.write_text(json.dumps({name: value for name, value in known.items() if name not in new}))
    assert scaffold.undo(project).removed


def test_a_lock_of_ours_on_the_index_is_removed_and_no_other(library, project):
    release(library, "1.1.0", NEXT)
    lock = project / ".git/index.lock"
    lock.write_bytes(HELD)
    assert scaffold.status(project).state == "behind"
    assert not lock.exists()
    for content in (b"", b"DIRC", HELD + b"x"):
        lock.write_bytes(content)
        scaffold.status(project)
        assert "index is locked" in tell(project, ("update",))[1]
        assert lock.read_bytes() == content
    lock.write_bytes(HELD)
    assert world.scaffold("update", where=project).code == 0
    assert not lock.exists()


def test_what_lies_beside_the_records_goes(project):
    kept = project / ".git/scaffold"
    world.write(
        kept, {"root/000002/before/a": "a", "root/000001.gone/x": "x", "root/new": "n", "root/000001/after/y": "y"}
    )
    world.write(kept, {"root/000001/record.json.new": "{", "index": "", ".a.scaffold-0123abcd/busy": ""})
    assert scaffold.status(project).state == "current"
    left = {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()}
    assert {path for path in left if "/before/" not in path} == {"busy", "root/000001/record.json"}


def test_new_removes_what_a_killed_one_has_left(library, tmp_path):
    work = tmp_path / "work"
    ours = {".a.scaffold-0123abcd/busy": "", ".a.scaffold-0123abcd/made/b/x": "x"}
    theirs = {
        ".a.scaffold-notes/busy": "", ".a.scaffold-01234567/x": "x", ".b.scaffold-0123abcd/busy": "",
        ".a.scaffold-89abcdef/busy": "", ".a.scaffold-89abcdef/mine": "mine",
    }  # fmt: skip
    world.write(work, {**ours, **theirs})
    (work / ".a.scaffold-00000000").mkdir()
    scaffold.new("demo", work / "a/b/project", source=str(library))
    left = {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()}
    assert {path for path in left if not path.startswith("a/")} == theirs.keys()
    assert not (work / ".a.scaffold-00000000").exists()


def test_two_at_once_leave_each_other_alone(library, tmp_path):
    with beside.beside(tmp_path / "project") as staged:
        world.write(staged.folder, {"x": "x\n"})
        assert world.scaffold("new", "demo", "project", "--source", library, where=tmp_path).code == 0
        assert (staged.folder / "x").read_text() == "x\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library", "project"]


def test_undo_removes_the_folders_that_new_has_made(library, tmp_path):
    world.write(tmp_path / "mono", {"README": "ours\n"})
    git("init", "--quiet", where=tmp_path / "mono")
    commit(tmp_path / "mono")
    scaffold.new("demo", tmp_path / "mono/a/b/project", source=str(library))
    scaffold.undo(tmp_path / "mono/a/b/project")
    assert not (tmp_path / "mono/a").exists()


def test_a_release_without_its_tag_is_unfinished(library):
    before = snapshot(library)
    world.write(library, {"blueprints/demo/cases/x.yml": "name: x\n"})
    commit(library)
    before = snapshot(library)
    for n in range(3, 100, 6):
        copy = Path(shutil.copytree(library, library.parent / str(n) / "library", symlinks=True))
        words = ["blueprint", "release", "demo", "--version", "1.2.0", "--note", "x"]
        command = [sys.executable, str(KILLED), str(n), str(copy), *words]
        code = subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode
        if "scaffold undo" in (said := tell(copy, ("status",))[1]):
            assert "release demo 1.2.0" in said
            assert "release demo 1.2.0" in tell(copy, words)[1]
            scaffold.undo(copy)
        tagged = "demo/v1.2.0" in git("tag", where=copy)
        assert tagged or snapshot(copy) == before, f"killed before touch {n}"
        assert tagged == (git("log", "-1", "--format=%s", where=copy) == "release: demo 1.2.0\n")
        if code == 0:
            break
    assert n > 20
    assert not list((copy / ".git/scaffold").glob("*/0*"))


# the report, the home, the start


def to_full(project, *words, output=">/dev/full"):
    command = f"{sys.executable} -m scaffold {' '.join(words)} {output}"
    done = subprocess.run(["sh", "-c", command], cwd=project, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")  # noqa: PTH110
def test_a_report_that_cannot_be_written_undoes_nothing(library, project):
    release(library, "1.1.0", NEXT)
    for words, said, output in (
        (("update",), "the update was applied", ">/dev/full"),
        (("undo",), "update demo 1.0.0 -> 1.1.0 was taken back", ">&-"),
        (("own", "notes.md"), "it is recorded", ">/dev/full"),
        (("new", "demo", "../other", "--source", str(library)), "the service was stamped", ">&-"),
    ):
        code, err = to_full(project, *words, output=output)
        assert code == 0, err
        assert err.startswith("error: the report cannot be written: ") and said in err
    assert (project.parent / "other/run.sh").exists()
    for words, output in ((("status",), ">&-"), (("update", "--dry-run"), ">/dev/full"), (("--version",), ">&-")):
        code, err = to_full(project, *words, output=output)
        assert code == 1
        assert err.startswith("error: the report cannot be written: ") and err.endswith("\n")


def test_a_reader_that_has_gone_is_no_failure(library, project):
    release(library, "1.1.0", NEXT)
    for words, code in ((("status",), 3), (("update",), 0), (("status",), 0)):
        command = [sys.executable, "-m", "scaffold", *words]
        pipe, gone = os.pipe()
        os.close(pipe)
        done = subprocess.run(command, cwd=project, stdout=gone, stderr=subprocess.PIPE, text=True, check=False)
        os.close(gone)
        assert (done.returncode, done.stderr) == (code, "")
    assert to_full(project, "status", output="2>&-")[0] == 0
    assert to_full(project, "update", "--to", "9", output=">&- 2>/dev/full")[0] == 1


@pytest.mark.parametrize("home", ["/dev/null", "/nonexistent/x"])
def test_a_home_that_is_none_costs_the_cache_alone(library, tmp_path, home):
    other = {"HOME": home, "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""}
    done = world.scaffold("new", "demo", tmp_path / "p", "--source", library, where=tmp_path, **other)
    assert done.code == 0, done.err
    assert world.scaffold("status", where=tmp_path / "p", **other).code == 0


def test_a_user_whom_nobody_knows_has_no_cache(library, tmp_path):
    away = ["unshare", "--user", "--map-user=54321", "env"]
    for name in ("HOME", "USER", "LOGNAME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        away += ["-u", name]
    if shutil.which("unshare") is None or subprocess.run([*away, "true"], capture_output=True, check=False).returncode:
        pytest.skip("there are no user namespaces here")
    start = [*away, sys.executable, "-m", "scaffold"]
    done = world.run([*start, "new", "demo", "p", "--source", str(library), "--no-git"], tmp_path)
    assert done.code in (0, 1), done.err  # git may not trust a library of somebody else's
    done = world.run([*start, "blueprint", "list", "--source", "file:///nowhere"], tmp_path)
    assert done.code == 1
    assert done.err.endswith("there is no home folder to keep what is fetched in (set HOME or XDG_CACHE_HOME)\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_while_loading_it_says_one_line(tmp_path, number):
    slow = tmp_path / "typer.py"
    # Not one long sleep: a signal that comes just before it is heard when that is over.
    slow.write_text("import time\nprint('loading', flush=True)\nwhile True:\n    time.sleep(0.01)\n")
    with subprocess.Popen(
        [sys.executable, "-m", "scaffold", "status"], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "loading\n"
        process.send_signal(number)
        assert process.communicate()[1] == "error: interrupted\n"
    assert process.returncode == 130


def test_what_is_to_be_ignored_stays_so(tmp_path):
    slow = tmp_path / "typer.py"
    slow.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nprint('here', flush=True)\nos._exit(7)\n")
    process = subprocess.run(
        ["sh", "-c", f"trap '' INT; exec {sys.executable} -m scaffold status"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (process.returncode, process.stdout) == (7, "here\n")
