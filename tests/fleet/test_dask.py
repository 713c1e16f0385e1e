"""A real Dask cluster: a scheduler and its workers, each a process of its own, on loopback."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

import scaffold
from scaffold.errors import ScaffoldError
from scaffold.fleet import engines
from tests.fleet import work
from tests.fleet.test_engines import PROGRAM, until

pytestmark = [
    pytest.mark.long,
    # Its own threads and sockets, which it leaves to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
ROOT = Path(__file__).parents[2]


def lost(job, reason):
    return "lost", job, reason


class Cluster:
    """A scheduler, and as many workers as were asked for."""

    def __init__(self, folder):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder = folder
        self.address = f"dask://127.0.0.1:{self.port}"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        self.workers = []

    def worker(self, *words, path=""):
        where = os.pathsep.join(filter(None, [str(path), str(ROOT)]))
        self.workers.append(
            self._start(
                "worker",
                f"127.0.0.1:{self.port}",
                "--nthreads",
                "1",
                "--no-dashboard",
                "--no-nanny",
                *words,
                path=where,
            )
        )

    def _start(self, kind, *words, path=str(ROOT)):
        with (self.folder / f"{kind}.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words],
                cwd=self.folder, env=os.environ | {"PYTHONPATH": path}, stdout=log, stderr=log,
            )  # fmt: skip

    def run(self, function, jobs, **more):
        return engines.run(function, jobs, self.address, lost=lost, **more)


@contextmanager
def cluster(folder, workers=2):
    pytest.importorskip("distributed", exc_type=ImportError)
    made = Cluster(folder)
    try:
        for _ in range(workers):
            made.worker()
        yield made
    finally:
        for process in (*made.workers, made.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.mark.parametrize("count", [0, 1, 300])
def test_outcomes_are_those_of_a_plain_loop(shared, count):
    here = engines.run(work.odd, range(count), "loop", lost=lost)
    assert shared.run(work.odd, range(count)) == here


def test_same_jobs_are_done_each_time(shared, tmp_path):
    jobs = [(0.0, str(tmp_path))] * 40
    assert shared.run(work.slow, jobs) == [0.0] * 40
    assert len(list(tmp_path.iterdir())) <= 2
    for file in tmp_path.iterdir():
        file.unlink()
    shared.run(work.slow, jobs)
    assert list(tmp_path.iterdir())


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(tmp_path):
    with cluster(tmp_path) as made:
        (tmp_path / "at-work").mkdir()
        killed = []

        def progress(_):
            if not killed and (here := list((tmp_path / "at-work").iterdir())):
                killed.append(int(here[0].name))
                os.kill(killed[0], signal.SIGKILL)

        jobs = [(0.02, str(tmp_path / "at-work"))] * 200
        assert made.run(work.slow, jobs, progress=progress) == [0.02] * 200
        assert killed[0] in {worker.pid for worker in made.workers}


def test_a_job_that_kills_every_worker_is_lost_alone(tmp_path):
    with cluster(tmp_path, workers=0) as made:
        for _ in range(11):  # Dask gives up a job after the fourth, and it is tried once more
            made.worker()
        jobs = [(number, "always" if number == 7 else "", str(tmp_path / f"{number}")) for number in range(40)]
        outcomes = made.run(work.mortal, jobs)
        assert "killed" in outcomes.pop(7)[2]
        assert outcomes == [number for number in range(40) if number != 7]


def test_a_scheduler_that_goes_away_loses_what_was_left(tmp_path):
    with cluster(tmp_path) as made:
        done = []

        def progress(_):
            done.append(1)
            if len(done) == 20:
                made.scheduler.kill()

        outcomes = made.run(work.slow, [(0.02, str(tmp_path))] * 200, progress=progress)
        assert len(outcomes) == len(done) == 200
        assert outcomes.count(0.02) >= 20
        assert {outcome[2] for outcome in outcomes if outcome != 0.02} == {
            f"the Dask scheduler at 127.0.0.1:{made.port} is gone"
        }


def test_no_worker_that_comes_back_loses_what_was_left(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "RETURNS", 2)
    with cluster(tmp_path) as made:

        def progress(_):
            for worker in made.workers:
                worker.kill()

        outcomes = made.run(work.slow, [(0.02, str(tmp_path))] * 200, progress=progress)
        assert 0.02 in outcomes  # which job ends first is the workers' affair
        assert outcomes[-1][2] == f"no Dask worker is left at 127.0.0.1:{made.port}"


@pytest.mark.parametrize("found", ["9.9.9", "0.0.1"])
def test_workers_of_another_version_are_refused_before_anything_is_given_out(tmp_path, found):
    with cluster(tmp_path, workers=1) as made:
        folder = tmp_path / "other"
        about = folder / f"scaffold_idp-{found}.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: scaffold-idp\nVersion: {found}\n")
        made.worker("--name", "other", path=folder)
        wait_for(made, 2)
        ours = scaffold.__version__
        with pytest.raises(ScaffoldError, match=rf"worker tcp://127\S+ has scaffold {found}, and here is {ours}"):
            made.run(work.slow, [(0.0, str(tmp_path / "never"))])


def wait_for(made, count):
    from distributed import Client

    with Client(f"127.0.0.1:{made.port}", set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


def test_a_cluster_without_workers_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "ANSWERS", 5)
    with cluster(tmp_path, workers=0) as made, pytest.raises(ScaffoldError, match="has no workers"):
        made.run(work.twice, [1])


def test_ctrl_c_ends_us_and_what_was_done_is_kept(tmp_path):
    with cluster(tmp_path) as made:
        wait_for(made, 2)
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "0.01", "1000", made.address],
            cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            until(lambda: (tmp_path / "kept").exists() and list(tmp_path.glob("stuck/*")))
            process.send_signal(signal.SIGINT)
            err = process.communicate(timeout=60)[1]
        assert err.count("Traceback") == 1 and err.rstrip().endswith("KeyboardInterrupt")
        assert 0 < len((tmp_path / "kept").read_text()) <= 100


@pytest.mark.parametrize("answer", [None, b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_where_nobody_answers_is_refused(monkeypatch, answer):
    pytest.importorskip("distributed", exc_type=ImportError)
    monkeypatch.setattr(engines, "ANSWERS", 2)

    def serve():
        for _ in range(1 if answer else 0):
            with server.accept()[0] as one:
                one.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        Thread(target=serve, daemon=True).start()
        if answer is None:
            server.close()
        with pytest.raises(ScaffoldError, match=f"no Dask scheduler answers at 127.0.0.1:{port}"):
            engines.run(work.twice, [1], f"dask://127.0.0.1:{port}", lost=lost)
