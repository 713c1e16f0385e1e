"""The built-in blueprint: stamped and unedited it passes its own gates, starts, and answers; so it does when updated."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.journey import Journey, release, stamp, update
from tests.scenarios.world import commit, git, scaffold

pytestmark = [pytest.mark.slow, pytest.mark.toolchain]


def make(service: Path, environment: dict[str, str], *targets: str) -> str:
    done = subprocess.run(
        ["make", *targets], cwd=service, env=environment, capture_output=True, text=True, check=False, timeout=400
    )
    assert done.returncode == 0, f"make {targets}:\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def journey(tmp_path_factory):
    journey = Journey(tmp_path_factory.mktemp("service"), quiet=True)
    stamp(journey)
    return journey


@pytest.fixture(scope="module")
def service(journey, toolchain_environment):
    make(journey.service, toolchain_environment, "setup")
    return journey.service


def test_it_passes_its_own_gates_unedited(service, toolchain_environment):
    said = make(service, toolchain_environment, "check")
    assert re.search(r"\d+ passed", said)
    changed = git("status", "--porcelain", where=service).split()
    assert changed == ["??", "uv.lock"], "setup adds the lock, and nothing else"
    assert scaffold("status", where=service).code == 0


def test_its_commit_hooks_pass(service, toolchain_environment):
    git("add", "uv.lock", where=service)
    command = [service / ".venv/bin/pre-commit", "run", "--all-files"]
    done = subprocess.run(command, cwd=service, env=toolchain_environment, capture_output=True, text=True, check=False)
    git("reset", "--quiet", where=service)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Passed") == 4


def test_it_starts_answers_health_and_stops(service, toolchain_environment):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = toolchain_environment | {"HOST": "127.0.0.1", "PORT": str(port)}
    process = subprocess.Popen([service / ".venv/bin/python", "-m", "orders"], cwd=service, env=environment)
    try:
        assert answer(f"http://127.0.0.1:{port}/health") == (200, b'{"status":"ok"}')
        assert answer(f"http://127.0.0.1:{port}/health/ready")[0] == 200
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0


def answer(url: str) -> tuple[int, bytes]:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return reply.status, reply.read()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


def test_zizmor_finds_nothing_in_its_workflows(service):
    zizmor = Path(sys.executable).with_name("zizmor")
    strict = ["--offline", "--persona=auditor", "--no-config", "--no-ignores", "--no-progress"]
    done = subprocess.run([zizmor, *strict, "."], cwd=service, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout + done.stderr


def test_it_names_mission_owner_and_outcome(service):
    assert "* @acme/checkout" in (service / ".github/CODEOWNERS").read_text()
    catalog = (service / "catalog-info.yaml").read_text()
    for word in ("Checkout", "checkout", "Orders are placed within a second"):
        assert word in catalog
    assert "@acme/checkout" in (service / "SECURITY.md").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="make runs in a POSIX shell")
def test_updated_it_passes_the_new_gates_too(journey, service, toolchain_environment):
    commit(service, "chore: lock the tools")
    release(journey)
    update(journey)
    stale = subprocess.run(
        ["make", "setup"],
        cwd=service,
        env=toolchain_environment | {"CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert stale.returncode != 0, "in CI a lock of the tools that no longer fits is an error"
    assert "needs to be updated" in stale.stderr
    make(service, toolchain_environment, "setup", "check")
    assert os.path.exists(service / "docs/operations/runbook.md")  # noqa: PTH110 - reads as the sentence it is
