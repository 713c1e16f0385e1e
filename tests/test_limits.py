"""The limit that every test runs under: of processor time, with all that is started, and of waiting."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.limits import RanTooLong, limited

SPIN = "while True: pass"


def test_what_spins_is_ended():
    with pytest.raises(RanTooLong), limited(seconds=0.2):
        while True:
            pass


@pytest.mark.parametrize("spins", [SPIN, f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SPIN!r}])"])
def test_so_is_what_a_process_below_spins_in(spins):
    with pytest.raises(RanTooLong), limited(seconds=0.5):
        subprocess.run([sys.executable, "-c", spins], check=False)
        signal.pause()  # until this test is ended, in case its process was first
    left = [one for one in psutil.Process().children(recursive=True) if one.status() != psutil.STATUS_ZOMBIE]
    assert not [one for one in left if SPIN in one.cmdline()[-1]]


def test_and_what_waits_for_ever():
    with pytest.raises(RanTooLong), limited(patience=1):
        subprocess.run([sys.executable, "-c", "import time; time.sleep(1000)"], check=False)


def test_a_long_wait_is_no_processor_time():
    with limited(seconds=1):
        subprocess.run([sys.executable, "-c", "import time; time.sleep(1.5)"], check=True)


def test_signals_reach_what_a_test_starts_also_where_the_parent_ignores_them(tmp_path):
    numbers = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)
    (tmp_path / "test_it.py").write_text(
        "import subprocess, sys\nimport pytest\n\n\n"
        f"@pytest.mark.parametrize('number', {[int(number) for number in numbers]})\n"
        "def test_it(number):\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "    child.send_signal(number)\n"
        "    assert child.wait(300) in (-number, 1)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False,
        preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN) for number in numbers], env=os.environ,
    )  # fmt: skip
    assert (done.returncode, "3 passed" in done.stdout) == (0, True), done.stdout
