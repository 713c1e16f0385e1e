"""Promise 2: killed at any instant, a project is as before or as after, or undo makes it as before."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import scaffold
from scaffold.errors import ProjectError
from tests.scenarios import world
from tests.scenarios.world import NEXT, commit, release, snapshot

KILLED = Path(__file__).with_name("killed.py")
pytestmark = pytest.mark.slow


def run_killed(n: int, project: Path, *words: str) -> int:
    command = [sys.executable, str(KILLED), str(n), str(project), *words]
    return subprocess.run(command, cwd=project.parent, capture_output=True, check=False).returncode


def copy_of(project: Path, name: str) -> Path:
    """A copy beside it under the same name, so that the runs are alike."""
    place = project.parent / name
    place.mkdir()
    shutil.copytree(project, place / "project", symlinks=True)
    return place / "project"


def same_but_commit(one: dict, other: dict) -> bool:
    """Whether two snapshots are alike but for the time in the id of the update's own commit."""
    return all(one[name] == other[name] for name in ("files", "index", "branch"))


def put_right(project: Path) -> None:
    """Do what status says: take back what was interrupted."""
    if scaffold.status(project).state == "interrupted":
        with pytest.raises(ProjectError, match="interrupted"):
            scaffold.update(project)
        scaffold.undo(project)


@pytest.fixture
def worked(library, tmp_path):
    """A project with the team's work, behind by one release, with an unfinished edit that is in nobody's way."""
    project = world.stamp(library, tmp_path / "project")
    world.write(
        project,
        {"notes.md": "# demo\n\nfirst, ours\n\nsecond\n\nthird\n", "ci.yml": "steps: [drift]\n", "x/y": "ours\n"},
    )
    commit(project)
    world.write(project, {"x/z": "untracked\n", "src/main.py": "print('unfinished')\n"})
    release(library, "1.1.0", NEXT)
    return project


@pytest.mark.parametrize(
    "words",
    [
        pytest.param((), id="plain", marks=pytest.mark.long),
        pytest.param(("--commit",), id="commit"),
        pytest.param(("--branch", "scaffold/update"), id="branch", marks=pytest.mark.long),
    ],
)
def test_update(worked, words):
    before = snapshot(worked)
    whole = copy_of(worked, "whole")
    assert run_killed(0, whole, "update", *words, str(whole)) == 0
    after = snapshot(whole)
    killed, outcomes = 0, set()
    step = 2 if words else 1  # what a commit and a branch add to it is long
    for n in range(1, 500, step):
        project = copy_of(worked, str(n))
        code = run_killed(n, project, "update", *words, str(project))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        killed += 1
        put_right(project)
        now = snapshot(project)
        assert now == before or same_but_commit(now, after), f"killed before touch {n}"
        assert (project / "x/z").read_text() == "untracked\n"
        outcomes.add(now == before)
        scaffold.update(project)  # and it can be had again
        shutil.rmtree(project.parent)
    assert killed > 20 // step
    assert True in outcomes


def test_update_with_a_conflict(worked):
    world.write(worked, {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, ours\n"})
    commit(worked)
    before = snapshot(worked)
    for n in range(1, 500, 3):
        project = copy_of(worked, str(n))
        code = run_killed(n, project, "update", str(project))
        if code == 3:
            assert n > 20
            break
        assert code == -signal.SIGKILL
        put_right(project)
        now = snapshot(project)
        assert now == before or scaffold.status(project).state == "conflicts", f"killed before touch {n}"


@pytest.mark.long
def test_undo(worked):
    before = snapshot(worked)
    scaffold.update(worked, commit=True)
    after = snapshot(worked)
    for n in range(1, 500):
        project = copy_of(worked, str(n))
        code = run_killed(n, project, "undo", str(project))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        if snapshot(project) not in (before, after):
            scaffold.undo(project)
            assert snapshot(project) == before, f"killed before touch {n}"
    assert n > 10


@pytest.mark.long
def test_new(library, tmp_path):
    for n in range(1, 500, 2):
        dest = tmp_path / str(n) / "project"
        dest.parent.mkdir()
        code = run_killed(n, dest.parent, "new", "demo@1.0.0", str(dest), "--source", str(library))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        if dest.exists():
            assert scaffold.diff(dest).files == ()
            assert (dest / "run.sh").exists()
        else:
            scaffold.new("demo@1.0.0", dest, source=str(library))
    assert n > 20


@pytest.mark.long
def test_update_at_moments_by_the_clock(worked):
    """Also inside libgit2 and git, where no Python event tells: whatever the moment, nothing is lost."""
    before = snapshot(worked)
    whole = copy_of(worked, "whole")
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "scaffold", "update"], cwd=whole, stdout=subprocess.DEVNULL, check=True)
    took, after = time.monotonic() - began, snapshot(whole)
    moments = random.Random(7)
    for n in range(30):
        project = copy_of(worked, f"clock-{n}")
        process = subprocess.Popen([sys.executable, "-m", "scaffold", "update"], cwd=project, stdout=subprocess.DEVNULL)
        time.sleep(took * moments.uniform(0.5, 1.0))
        process.kill()
        process.wait()
        (project / ".git/index.lock").unlink(missing_ok=True)  # as git itself asks for after a crash
        put_right(project)
        assert snapshot(project) in (before, after)
        assert (project / "x/z").exists()
