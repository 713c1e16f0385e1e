"""A worker with the default answers: its own gates, the judges, and jobs that are done once, whatever happens to it."""

import json
import re
import signal
import subprocess

import pytest
import yaml

from tests.golden.image import build, why_not
from tests.golden.judges import find_nothing_but_local_hooks
from tests.golden.serving import PATIENCE, entry_point, postgresql
from tests.golden.stamping import commit_hooks_pass, make, stamped
from tests.golden.test_matrix import NEVER, WORKER
from tests.golden.working import Bench, ContainedBench, wait
from tests.scenarios.world import git, scaffold

pytestmark = [pytest.mark.slow, pytest.mark.toolchain]


@pytest.fixture(scope="module")
def worker(tmp_path_factory, toolchain_environment):
    made = stamped(tmp_path_factory.mktemp("golden") / "mailer", WORKER, service="mailer", tier="critical")
    make(made, toolchain_environment, "setup")
    git("add", "uv.lock", where=made)
    git("commit", "--quiet", "--message", "chore: lock", where=made)
    return made


@pytest.fixture(scope="module")
def image(worker, tmp_path_factory):
    if reason := why_not():
        pytest.skip(reason)
    return build(worker, tmp_path_factory.mktemp("image"))


@pytest.fixture(params=["sqlite", "postgresql", "in its container"])
def bench(request, worker, tmp_path, toolchain_environment):
    if request.param == "sqlite":
        one = Bench(worker, tmp_path, "", toolchain_environment)
        yield one
        one.stop()
        return
    image = request.getfixturevalue("image") if request.param == "in its container" else None
    with postgresql(worker, toolchain_environment) as address:
        if not address:
            pytest.skip("no PostgreSQL server can be started here")
        if image:
            one = ContainedBench(worker, image, tmp_path, address)
        else:
            one = Bench(worker, tmp_path, address, toolchain_environment)
        yield one
        one.stop()


def test_it_passes_its_own_gates_unedited(worker, toolchain_environment):
    said = make(worker, toolchain_environment, "check")
    assert re.search(r"\d+ passed", said)
    assert not git("status", "--porcelain", where=worker)


def test_its_commit_hooks_pass(worker, toolchain_environment):
    commit_hooks_pass(worker, toolchain_environment)


def test_its_settings_are_told(worker, toolchain_environment):
    known = {"ENVIRONMENT": "local", "WEBHOOK_URL": "https://in.test"}
    assert "ATTEMPTS=5" in make(worker, toolchain_environment | known, "config")


def test_every_guardrail_holds_and_all_that_a_worker_has_is_looked_at(worker):
    done = scaffold("check", "--format", "json", where=worker)
    assert done.code == 0, done.out
    assert {one["id"] for one in done.json["rules"] if one["state"] != "pass"} <= NEVER[WORKER]


@pytest.mark.parametrize("answers", [{}, {"ci": "gitlab", "deploy": "container"}], ids=str)
def test_judges_find_nothing_but_hooks_that_are_local(tmp_path, toolchain_environment, monkeypatch, answers):
    worker = stamped(tmp_path / "mailer", WORKER, service="mailer", **answers)
    find_nothing_but_local_hooks(worker, toolchain_environment, monkeypatch, gitlab="ci" in answers)


def test_killed_in_the_middle_of_a_job_it_is_done_once(bench):
    (number,) = bench.call("ask", "ada@acme.example", "hello", "--key", "one").split()
    assert bench.call("ask", "ada@acme.example", "hello", "--key", "one").split() == [number]
    killed = bench.start()
    assert bench.receiver.came.wait(PATIENCE)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(timeout=PATIENCE), "it did not end by itself"
    bench.receiver.let.set()
    bench.start()
    wait(bench.attempts)
    (told,) = bench.attempts()
    assert (told["job_id"], told["outcome"], told["attempt"]) == (number, "done", 2)
    assert bench.receiver.asked == [number, number]
    assert list(bench.receiver.taken) == [number]


def test_told_to_stop_it_ends_the_job_in_hand_and_takes_no_more(bench):
    first, second = (bench.call("ask", "ada@acme.example", text).strip() for text in ("one", "two"))
    process = bench.start()
    assert bench.receiver.came.wait(PATIENCE)
    process.send_signal(signal.SIGTERM)
    wait(lambda: bench.health.read_text() == "draining")
    bench.receiver.let.set()
    assert process.wait(timeout=PATIENCE) == 0
    assert [(one["job_id"], one["outcome"], one["attempt"]) for one in bench.attempts()] == [(first, "done", 1)]
    assert list(bench.receiver.taken) == [first]
    bench.start()
    wait(lambda: second in bench.receiver.taken)


def test_what_is_refused_is_given_up_and_tried_anew_by_a_command(bench):
    bench.receiver.status = 400
    bench.receiver.let.set()
    number = bench.call("ask", "ada@acme.example", "hello").strip()
    bench.start()
    wait(lambda: bench.call("dead"))
    dead = json.loads(bench.call("dead"))
    assert (dead["id"], dead["attempts"], dead["error"]) == (number, 1, "RefusedError: the receiver answered 400")
    bench.receiver.status = 200
    bench.call("retry", number)
    wait(lambda: "done" in [one["outcome"] for one in bench.attempts()])
    assert not bench.call("dead")


def test_the_probes_of_its_pods_are_answered(worker, bench):
    (container,) = yaml.safe_load((worker / "deploy/base/deployment.yaml").read_text())["spec"]["template"]["spec"][
        "containers"
    ]
    asks = {name: container[f"{name}Probe"]["exec"]["command"] for name in ("startup", "liveness", "readiness")}

    def answers(name):
        return bench.probe(*asks[name])

    assert [answers(name) for name in asks] == [1, 1, 1]
    process = bench.start()
    wait(lambda: not answers("readiness"))
    assert [answers(name) for name in asks] == [0, 0, 0]
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 0
    assert [answers(name) for name in asks] == [1, 1, 1]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"WEBHOOK_URL": "https://in.test"}, "DATABASE_URL must name a PostgreSQL"),
        ({"WEBHOOK_URL": "https://in.test", "DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL must name a PostgreSQL"),
        ({"DATABASE_URL": "postgresql://db/x"}, "WEBHOOK_URL must be"),
        ({"DATABASE_URL": "postgresql://db/x", "WEBHOOK_URL": "http://127.0.0.1:1"}, "begins with https://"),
    ],
)
def test_in_production_it_does_not_start_unless_it_is_safe(worker, tmp_path, toolchain_environment, settings, said):
    done = subprocess.run(
        entry_point(worker),
        cwd=tmp_path,
        env=toolchain_environment | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert said in done.stderr
