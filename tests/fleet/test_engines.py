"""Jobs, wherever they run: one outcome each, in order, whatever becomes of a worker."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold.errors import ScaffoldError
from scaffold.fleet import engines
from tests.fleet import work
from tests.test_process import wait_until_gone

ROOT = Path(__file__).parents[2]
ENGINES = ("loop", "processes")
MANY = range(4 * engines.FEW)


def lost(job, reason):
    return "lost", job, reason


def run(function, jobs, run_on="processes", **more):
    return engines.run(function, jobs, run_on, lost=lost, **more)


@pytest.mark.parametrize("run_on", ENGINES)
@pytest.mark.parametrize("count", [0, 1, engines.FEW - 1, engines.FEW, 200])
def test_each_job_has_its_outcome_in_order(run_on, count):
    progress, done = [], []
    jobs = range(count)
    assert run(work.twice, jobs, run_on, progress=progress.append, done=lambda *pair: done.append(pair)) == [
        2 * job for job in jobs
    ]
    assert sum(progress) == count
    assert sorted(done) == [(job, 2 * job) for job in jobs]


@settings(max_examples=8)
@given(st.lists(st.integers(0, 1000), min_size=engines.FEW, max_size=100))
def test_all_engines_give_the_same(jobs):
    outcomes = [run(work.odd, jobs, run_on) for run_on in ENGINES]
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("run_on", ENGINES)
def test_a_job_that_fails_is_lost_with_its_reason_and_no_other(run_on):
    jobs = [*MANY, work.Unpicklable()]
    *outcomes, last = run(work.odd, jobs, run_on)
    reasons = {job: outcome[2] for job, outcome in zip(MANY, outcomes, strict=True) if job % 7 in (1, 2, 3, 4)}
    assert reasons[1].startswith("our bug: KeyError at ") and "in _raises" in reasons[1]
    assert reasons[2] == "repository 2 is damaged"
    assert reasons[3].startswith("our bug: TypeError at ")
    assert reasons[4].startswith("our bug: ValueError")
    assert last[0] == "lost" and "TypeError" in last[2]
    assert outcomes[5] is None
    assert outcomes[6] == 12
    assert not any("secret" in reason for reason in reasons.values())


@pytest.mark.parametrize("run_on", ENGINES)
def test_what_is_known_is_given_to_nobody(run_on):
    def known(job):
        if job % 3 == 0:
            raise ValueError(job)  # which is for the work to say, and no end of the run
        return -job if job % 3 == 1 else None

    counts = []
    outcomes = run(work.twice, MANY, run_on, known=known, progress=counts.append)
    assert outcomes == [-job if job % 3 == 1 else 2 * job for job in MANY]
    assert sum(counts) == len(MANY)


@pytest.mark.parametrize("how", ["once", "always"])
def test_a_job_that_kills_its_worker_is_tried_again_alone(tmp_path, how):
    deadly = {5, 30}
    jobs = [(number, how if number in deadly else "", str(tmp_path / f"{number}")) for number in range(60)]
    outcomes = run(work.mortal, jobs)
    if how == "once":
        assert outcomes == list(range(60))
    else:
        assert [outcome for outcome in outcomes if not isinstance(outcome, tuple)] == [*{*range(60)} - deadly]
        assert all("killed" in outcomes[number][2] for number in deadly)


def test_a_worker_that_is_killed_from_outside_loses_nothing(tmp_path):
    killed = []

    def progress(_):
        if not killed and (here := list(tmp_path.iterdir())):
            killed.append(int(here[0].name))
            os.kill(killed[0], signal.SIGKILL)

    jobs = [(0.03, str(tmp_path))] * 160  # and parts that take longer than a turn
    assert run(work.slow, jobs, progress=progress) == [0.03] * 160
    assert killed


def test_a_worker_that_leaves_is_a_job_that_is_lost():
    outcomes = run(work.ends, MANY)
    assert outcomes[3][0] == "lost" and "SystemExit" in outcomes[3][2]
    assert [outcome for outcome in outcomes if isinstance(outcome, int)] == [job for job in MANY if job != 3]


def test_what_is_no_function_of_a_module_loses_each_job():
    outcomes = run(lambda job: job, MANY)
    assert {outcome[0] for outcome in outcomes} == {"lost"}
    assert all("our bug" in outcome[2] for outcome in outcomes)


def test_a_worker_has_the_environment_as_it_is_now_and_not_our_program(monkeypatch):
    run(work.whose, MANY)  # what forks workers is there from now on
    for value in ("1", "2"):
        monkeypatch.setenv("FOR_WORKERS", value)
        found = run(work.whose, MANY)
        assert {outcome[1:] for outcome in found} == {(value, None, True)}
        assert os.getpid() not in {outcome[0] for outcome in found}
    assert "PYTHONSAFEPATH" not in os.environ
    (server,) = (one for one in psutil.Process().children() if "multiprocessing.forkserver" in " ".join(one.cmdline()))
    blocked = re.search(r"SigBlk:\s*(\w+)", Path(f"/proc/{server.pid}/status").read_text())[1]
    assert int(blocked, 16) & 1 << signal.SIGINT - 1  # so that a worker hears no Ctrl-C before it can ignore it
    assert not [one for one in psutil.Process().children(recursive=True) if one.pid in {out[0] for out in found}]


@pytest.mark.parametrize(
    "run_on", ["thread", "", "dask://", "dask://host", "dask://:1", "dask://host:port", "tcp://host:1"]
)
def test_what_names_no_engine_is_refused(run_on):
    with pytest.raises(ScaffoldError, match="is none of loop, processes and dask://HOST:PORT"):
        run(work.twice, [1], run_on)


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ScaffoldError, match=r"scaffold-idp\[dask\]"):
        run(work.twice, [1], "dask://localhost:8786")


PROGRAM = """
import sys
from pathlib import Path
from scaffold.fleet import engines
from tests.fleet import work
RAN = open("ran", "a").write("x")
def kept(job, out):
    with open("kept", "a") as file:
        file.write("x")
SECONDS, COUNT = float(sys.argv[1]), int(sys.argv[2])
jobs = [(SECONDS, "quick") if number < 100 else (600, "stuck") for number in range(COUNT)]
for name in ("quick", "stuck"):
    Path(name).mkdir()
print(len(engines.run(work.slow, jobs, sys.argv[3], lost=lambda *_: None, done=kept)), flush=True)
"""


@pytest.fixture
def program(tmp_path):
    """Start a program without `if __name__ == "__main__"`, in a folder with a module that hides one of Python's."""
    started = []
    (tmp_path / "program.py").write_text(PROGRAM)
    for name in ("socket.py", "selectors.py", "scaffold.py"):
        (tmp_path / "here" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "here" / name).write_text("raise SystemExit('not this one')\n")

    def start(*words):
        started.append(
            subprocess.Popen(
                [sys.executable, tmp_path / "program.py", *words],
                cwd=tmp_path / "here", env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            )
        )  # fmt: skip
        return started[0]

    yield start
    for one in started:
        one.kill()
        one.communicate()


def until(condition):
    for _ in range(60_000):
        if found := condition():
            return found
        time.sleep(0.001)
    raise AssertionError("it never came")


def test_a_program_runs_once_and_finds_pythons_own_modules(program, tmp_path):
    out, err = program("0", "20", "processes").communicate(timeout=300)
    assert (out, err) == ("20\n", "")
    assert (tmp_path / "here/ran").read_text() == "x"


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("run_on", ENGINES)
def test_ctrl_c_ends_all_at_once_and_what_was_done_is_kept(program, tmp_path, run_on, whole):
    process, here = program("0.01", "1000", run_on), tmp_path / "here"
    until(lambda: (here / "kept").exists() and list(here.glob("stuck/*")))
    below = psutil.Process(process.pid).children(recursive=True)
    tell = os.killpg if whole else os.kill  # a terminal tells the whole group
    tell(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (-signal.SIGINT, "")
    assert err.count("Traceback") == 1 and err.rstrip().endswith("KeyboardInterrupt")
    assert 0 < len((here / "kept").read_text()) <= 100
    for one in below:
        wait_until_gone(one.pid)


def test_ctrl_c_while_workers_begin_is_heard_by_us_alone(program, tmp_path):
    process = program("0.2", "1000", "processes")
    until((tmp_path / "here/stuck").exists)
    until(lambda: len(psutil.Process(process.pid).children()) > 1)  # what forks workers has not begun yet
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert err.count("Traceback") == 1 and err.rstrip().endswith("KeyboardInterrupt")


def test_workers_end_with_who_was_killed(program, tmp_path):
    process = program("30", "1000", "processes")
    until(lambda: list((tmp_path / "here").glob("quick/*")))
    below = psutil.Process(process.pid).children(recursive=True)
    assert len(below) >= 2
    process.kill()
    process.wait()
    for one in below:
        wait_until_gone(one.pid)
