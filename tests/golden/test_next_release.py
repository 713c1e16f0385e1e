"""A service of the built-in library, updated to a release that its platform has made: it passes the new gates too."""

import os
import subprocess
import sys

import pytest

from tests.golden.stamping import make, stamped
from tests.journey import Journey, release, stamp, update
from tests.scenarios.test_from_1x import work
from tests.scenarios.world import commit, git, scaffold

pytestmark = [pytest.mark.slow, pytest.mark.toolchain]


@pytest.mark.skipif(sys.platform == "win32", reason="make runs in a POSIX shell")
def test_updated_it_passes_the_new_gates_too(tmp_path, toolchain_environment):
    journey = Journey(tmp_path, quiet=True)
    stamp(journey)
    make(journey.service, toolchain_environment, "setup")
    commit(journey.service, "chore: lock the tools")
    release(journey)
    update(journey)
    stale = subprocess.run(
        ["make", "setup"],
        cwd=journey.service,
        env=toolchain_environment | {"CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert stale.returncode != 0, "in CI a lock of the tools that no longer fits is an error"
    assert "needs to be updated" in stale.stderr
    make(journey.service, toolchain_environment, "setup", "check")
    assert os.path.exists(journey.service / "docs/operations/runbook.md")  # noqa: PTH110 - reads as the sentence it is


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_a_service_from_1x_passes_the_gates_of_2(tmp_path, toolchain_environment, version):
    service = stamped(tmp_path / "orders", f"python-http-service@{version}")
    work(service)
    done = scaffold("update", "--commit", "--defaults", where=service)
    assert done.code == 0, done.out
    make(service, toolchain_environment, "setup")
    git("add", "uv.lock", where=service)
    make(service, toolchain_environment, "check")
