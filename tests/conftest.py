"""Every test runs with a home, a git identity and caches of its own, and without the network."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.limits import SECONDS, TIMES, limited

pytest_plugins = ["tests.browser"]

# Set before pygit2 is imported, which reads HOME once.
_HOME = Path(tempfile.mkdtemp(prefix="scaffold-tests-"))
_REAL_CACHE = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
for _name in [name for name in os.environ if name.startswith(("GIT_", "XDG_", "SCAFFOLD_SOURCE"))]:
    if _name != "GIT_SSL_CAINFO":
        del os.environ[_name]
os.environ |= {
    "SCAFFOLD_TESTS_CACHE": os.environ.get("SCAFFOLD_TESTS_CACHE", str(Path(_REAL_CACHE) / "scaffold-tests")),
    "HOME": str(_HOME),
    "XDG_CACHE_HOME": str(_HOME / "cache"),
    "XDG_CONFIG_HOME": str(_HOME / "config"),
    "XDG_STATE_HOME": str(_HOME / "state"),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A Tester",
    "GIT_AUTHOR_EMAIL": "tester@localhost",
    "GIT_COMMITTER_NAME": "A Tester",
    "GIT_COMMITTER_EMAIL": "tester@localhost",
    "GIT_ALLOW_PROTOCOL": "file",  # a test that reached for the network would fail
    "NO_COLOR": "1",
    "COLUMNS": "120",
    "PROMPT_TOOLKIT_NO_CPR": "1",  # nobody answers where the cursor is, and after each question it would be waited for
}


# Started in the background, by nohup or by some servers, tests would hand on that signals are ignored, and wait for ever.
for _number, _usual in {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGHUP: signal.SIG_DFL,
    signal.SIGTERM: signal.SIG_DFL,
}.items():
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, _usual)

# Laws: no time limit an example, since the machine may be busy; what failed once is printed, not kept on the disk. The
# gate tries the same examples each time, and `make test-laws` others.
settings.register_profile(
    "gate", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("chance", settings.get_profile("gate"), derandomize=False, print_blob=True)
settings.load_profile("gate")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    limit = item.get_closest_marker("limit")
    with limited((limit.args[0] if limit else SECONDS) * TIMES):
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def _own_home():
    yield
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def toolchain_environment():
    """The environment for tests that install tools: the caches of the machine, the network, and a developer's side."""
    needed = {
        "python3": ["python3", "--version"],
        "make": ["make", "--version"],
        "a package registry": ["python3", "-m", "pip", "download", "--no-deps", "--dest", str(_HOME / "probe"), "uv"],
    }
    for name, command in needed.items():
        if shutil.which(command[0]) is None or subprocess.run(command, capture_output=True, check=False).returncode:
            if os.environ.get("SCAFFOLD_REQUIRE_TOOLCHAINS"):
                pytest.fail(f"{name} is required and cannot be had")
            pytest.skip(f"{name} cannot be had on this machine")
    kept = {name: value for name, value in os.environ.items() if name not in ("GIT_ALLOW_PROTOCOL", "CI")}
    beside = Path(sys.executable).parent  # uv, which comes with the tools of the tests
    return kept | {"XDG_CACHE_HOME": _REAL_CACHE, "PATH": f"{kept['PATH']}{os.pathsep}{beside}"}
