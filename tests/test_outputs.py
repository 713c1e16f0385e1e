"""Programs whose output is read: bounded in time and size, ended with all they started, and told no secrets."""

import sys
import threading
from textwrap import dedent

import pytest

from scaffold.errors import ScriptError
from scaffold.process.outputs import output
from tests.test_process import wait_until_gone


def python(folder, code, *, seconds=60, **more):
    script = folder / "program.py"
    script.write_text(dedent(code))
    return output((sys.executable, "-S", str(script)), folder, seconds=seconds, **more)


def refused(folder, code, **more):
    with pytest.raises(ScriptError) as caught:
        python(folder, code, **more)
    return str(caught.value)


def test_what_a_program_prints_is_kept_apart_whatever_its_exit_code(tmp_path):
    done = python(tmp_path, "import sys; print('[]'); print('oh', file=sys.stderr); sys.exit(14)")
    assert done == ("[]\n", "oh\n", 14)


def test_words_go_to_no_shell(tmp_path):
    assert output(("echo", "$HOME; echo *"), tmp_path, seconds=60).out == "$HOME; echo *\n"


def test_no_secret_of_the_environment_reaches_it(tmp_path, monkeypatch):
    for name in ("GH_TOKEN", "AWS_SECRET_ACCESS_KEY", "GIT_DIR", "LD_PRELOAD_NOT", "GOFLAGS", "PYTHONPATH"):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    seen = python(tmp_path, "import os; print(dict(os.environ))", environment={"ADDED": "1"}).out
    assert "hunter2" not in seen
    assert all(f"'{name}'" in seen for name in ("PATH", "HOME", "LC_ALL", "ADDED"))


def test_it_can_ask_nobody(tmp_path):
    assert python(tmp_path, "import sys; print(repr(sys.stdin.read()))").out == "''\n"


def test_it_reads_what_it_is_given_or_leaves_it(tmp_path):
    assert python(tmp_path, "import sys; print(repr(sys.stdin.read()))", given=b"a=b\n\n").out == "'a=b\\n\\n'\n"
    assert python(tmp_path, "print('done')", given=b"a=b\n\n").out == "done\n"


def test_what_is_no_utf_8_is_no_crash(tmp_path):
    assert python(tmp_path, "import os; os.write(1, b'\\xff[]')").out == "\ufffd[]"


def test_the_time_limit_ends_all_that_it_started(tmp_path):
    code = """\
        import subprocess, pathlib
        child = subprocess.Popen(["sleep", "1000"])
        pathlib.Path("pid.new").write_text(str(child.pid))
        pathlib.Path("pid.new").rename("pid")
        child.wait()
    """
    assert refused(tmp_path, code, seconds=1).endswith("took longer than 1 s")
    wait_until_gone(int((tmp_path / "pid").read_text()))


def test_it_is_ended_when_it_is_told_to_stop(tmp_path):
    stop = threading.Event()
    stop.set()
    assert refused(tmp_path, "import time; time.sleep(1000)", stop=stop).endswith("was stopped")


@pytest.mark.parametrize("stream", [1, 2])
def test_output_without_end_is_refused(tmp_path, stream):
    said = refused(tmp_path, f"import os\nwhile True: os.write({stream}, b'x' * 65536)", most=1_000_000)
    assert said.endswith("printed more than 1,000,000 bytes")


def test_of_what_is_said_beside_it_the_end_is_kept(tmp_path):
    done = python(tmp_path, "import sys; sys.stderr.write('x' * 300_000 + 'end')")
    assert done.err.endswith("xend")
    assert len(done.err) == 100_000


def test_one_that_is_killed(tmp_path):
    assert refused(tmp_path, "import os; os.kill(os.getpid(), 9)").endswith("was ended by SIGKILL")


@pytest.mark.parametrize("program", ["no-such-program", "/", "a\0b"])
def test_one_that_cannot_be_started(tmp_path, program):
    with pytest.raises(ScriptError, match="cannot be started: "):
        output((program,), tmp_path, seconds=60)
