import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from textwrap import dedent

import pytest

from scaffold.errors import LimitError, ScriptError
from scaffold.process import bounds, commands
from scaffold.templating.limits import Limits


def run(command, folder, *, seconds=60, **more):
    commands.run(command, folder, more.pop("environment", {}), seconds=seconds, told=commands.Told(**more))


def refused(command, folder, **more):
    with pytest.raises(ScriptError) as caught:
        run(command, folder, **more)
    return caught.value


def gone(pid):
    """Whether a process has ended; one that nobody has asked about yet counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until_gone(pid):
    for _ in range(6000):
        if gone(pid):
            return
        time.sleep(0.01)
    raise AssertionError(f"process {pid} goes on")


def python(folder, code, **more):
    """Start a Python of its own, so that what goes wrong there does not end the tests."""
    script = folder / "program.py"
    script.write_text(dedent(code))
    return subprocess.Popen([sys.executable, script], cwd=Path(commands.__file__).parents[2], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # fmt: skip


def output(folder, code):
    """What a program prints; each of them would run for ever if nothing stopped it, so that a hang is a failure."""
    out, err = python(folder, code).communicate(timeout=300)
    assert not err
    return out.strip()


def test_text_goes_to_a_shell_and_words_do_not(tmp_path):
    run("echo $GREETING > a && echo b > b", tmp_path, environment={"GREETING": "hello"})
    run(("touch", "$GREETING; touch c"), tmp_path)
    assert (tmp_path / "a").read_text() == "hello\n"
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "$GREETING; touch c"}


def test_the_environment_is_inherited_but_for_what_git_tells_its_hooks(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/elsewhere/index")
    monkeypatch.setenv("KEPT", "kept")
    run("env > env", tmp_path, environment={"ADDED": "added"})
    seen = dict(line.split("=", 1) for line in (tmp_path / "env").read_text().splitlines() if "=" in line)
    assert seen["KEPT"] == "kept"
    assert seen["ADDED"] == "added"
    assert seen["GIT_AUTHOR_NAME"] == "A Tester"
    assert not {"GIT_DIR", "GIT_INDEX_FILE"} & seen.keys()


def test_a_command_can_ask_nobody(tmp_path):
    run("cat > said; test ! -t 0 && ! (: < /dev/tty) 2> refused", tmp_path)
    assert (tmp_path / "said").read_text() == ""


def test_a_failure_says_which_command_how_it_ended_and_what_it_said_last(tmp_path):
    error = refused(
        "printf 'one\\ntwo\\n\\nthree\\n'; printf '\\033[31mfour\\033[0m\\n' >&2; exit 3", tmp_path,
        written="make {{ thing }}", where="copier.yml:7", hint="do this",
    )  # fmt: skip
    said = "copier.yml:7: the command `make {{ thing }}` failed with exit code 3, and said: two; three; four (do this)"
    assert str(error) == said


def test_a_failure_that_says_nothing(tmp_path):
    assert str(refused("exit 1", tmp_path)) == "the command `exit 1` failed with exit code 1"


def test_a_long_command_and_long_output_are_cut(tmp_path):
    error = refused(f"{'x=1; ' * 100}head -c 100000 /dev/zero | tr '\\0' a; exit 1", tmp_path)
    assert len(str(error)) < 500
    assert "…`" in str(error)
    assert str(error).endswith("aaa")


def test_a_command_ended_by_a_signal(tmp_path):
    assert "was ended by SIGKILL" in str(refused("kill -9 $$", tmp_path))
    assert "was ended by signal" in str(refused(f"kill -{signal.SIGRTMIN + 3} $$", tmp_path))


def test_errors_repeat_neither_credentials_nor_secrets(tmp_path):
    error = refused(
        "echo https://me:pass@host.example/repo; echo token hunter2-and-more hunter2; exit 1", tmp_path,
        written="x", secrets=("hunter2", "hunter2-and-more", ""),
    )  # fmt: skip
    assert error.message.endswith("and said: https://host.example/repo; token *** ***")


@pytest.mark.parametrize("command", [("no-such-program",), (), ("",), ("a\0b",), ("/",)], ids=repr)
def test_a_command_that_cannot_be_started(tmp_path, command):
    error = refused(command, tmp_path, where="copier.yml:1")
    assert "cannot be started: " in error.message
    assert error.where == "copier.yml:1"


def test_the_time_limit_ends_all_that_a_command_started(tmp_path):
    error = refused("sleep 1000 & echo $! > child; sleep 1000; true", tmp_path, seconds=1)
    assert "took longer than 1 s" in error.message
    assert error.hint == bounds.MORE_TIME
    wait_until_gone(int((tmp_path / "child").read_text()))


def test_a_command_that_does_not_listen_is_ended_too(tmp_path):
    error = refused("trap '' TERM; echo stubborn; while true; do sleep 1; done", tmp_path, seconds=1)
    assert "and said: stubborn" in error.message


def test_what_a_command_leaves_behind_is_ended(tmp_path):
    run("sleep 1000 & echo $! > child", tmp_path)
    wait_until_gone(int((tmp_path / "child").read_text()))


def test_what_escapes_from_the_group_holds_nobody_up(tmp_path):
    run("setsid sleep 1000 & echo $! > child", tmp_path)
    with pytest.raises(ScriptError):
        run("setsid sh -c 'echo $$ > other; exec sleep 1000' & while [ ! -s other ]; do :; done; exit 1", tmp_path)
    for name in ("child", "other"):
        try:
            os.kill(int((tmp_path / name).read_text()), signal.SIGKILL)
        except ProcessLookupError:
            continue


def test_output_without_end_fills_neither_memory_nor_disk(tmp_path):
    error = refused("yes", tmp_path, seconds=1)
    assert error.message.endswith("y; y; y")


def test_ctrl_c_waits_while_a_process_is_started_and_is_heard_then():
    handler, went_on = signal.getsignal(signal.SIGINT), []
    with pytest.raises(KeyboardInterrupt), commands.undisturbed():
        signal.raise_signal(signal.SIGINT)
        went_on.append(True)
    assert went_on
    assert signal.getsignal(signal.SIGINT) is handler


def test_ctrl_c_ends_all_that_a_command_started(tmp_path):
    program = python(
        tmp_path,
        f"""
        from pathlib import Path
        from scaffold.process import bounds, commands
        try:
            commands.run("sleep 1000 & echo $! $$ > child.new; mv child.new child; wait", Path({str(tmp_path)!r}), {{}}, seconds=600)
        except KeyboardInterrupt:
            print("interrupted")
        """,
    )
    while not (tmp_path / "child").exists():
        assert program.poll() is None
    program.send_signal(signal.SIGINT)
    assert program.communicate(timeout=300) == ("interrupted\n", "")
    for pid in (tmp_path / "child").read_text().split():
        wait_until_gone(int(pid))


LIMITED = """
import re, signal, time
from jinja2.sandbox import SandboxedEnvironment
from scaffold.process import bounds, commands
from scaffold.errors import LimitError, RenderError
from scaffold.templating.limits import Limits
from scaffold.templating.templates import Templates
render = lambda text, **context: Templates({"f": text.encode()}, "base").render("f", context)
try:
    with bounds.limited(Limits(seconds=%d, megabytes=%d), "rendering"):
        %s
    print("went on")
except LimitError as error:
    print(error)
assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
"""
LATE = "rendering took longer than 1 s (raise it with --limit seconds=…)"
LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("while True: pass", LATE),
        ("re.fullmatch('(a|a)*b', 'a' * 60)", LATE),
        ("time.sleep(1000)", LATE),
        (f"SandboxedEnvironment().from_string({LOOP!r}).render()", LATE),
        (f"render('one\\n' + {LOOP!r})", f"base/f:2: {LATE}"),
        ("SandboxedEnvironment().from_string('{{ 9**(9**(9**9)) }}').render()", LATE),
    ],
    ids=["loop", "regex", "sleep", "jinja-loop", "template", "power"],
)
def test_what_takes_too_long_is_stopped(tmp_path, code, said):
    assert output(tmp_path, LIMITED % (1, 500, code)) == said


@pytest.mark.parametrize(
    "code",
    [
        "SandboxedEnvironment().from_string(\"{{ 'a' * 10**10 }}\").render()",
        "SandboxedEnvironment().from_string(\"{{ 'a'.center(10**10) }}\").render()",
        "b'a' * 10**10",
        "kept = []\n        while True: kept.append(bytes(10**6))",
    ],
    ids=["text", "method", "bytes", "little-by-little"],
)
def test_what_takes_too_much_memory_is_stopped(tmp_path, code):
    said = output(tmp_path, LIMITED % (600, 10, code))
    assert said == "rendering took more memory than 10 MB allow (raise it with --limit megabytes=…)"


def test_code_that_catches_everything_is_stopped_all_the_same(tmp_path):
    code = """
        def swallow():
            try:
                time.sleep(1000)
            except Exception:
                return ''
        while True: swallow()"""
    assert output(tmp_path, LIMITED % (1, 500, code)) == LATE
    once = """
        try:
            time.sleep(1000)
        except Exception:
            pass"""
    assert output(tmp_path, LIMITED % (1, 500, once)) == LATE, "what it made is not what it should have been"
    wrap = """
        try:
            time.sleep(1000)
        except Exception as error:
            raise RenderError("it went wrong", where="f:3") from error"""
    assert output(tmp_path, LIMITED % (1, 500, wrap)) == f"f:3: {LATE}"


def test_of_two_limits_the_earlier_counts_whichever_is_inside(tmp_path):
    nested = """
        with bounds.limited(Limits(seconds=%d), "the inner"):
            time.sleep(1000)"""
    assert output(tmp_path, LIMITED % (1, 500, nested % 600)) == LATE
    assert output(tmp_path, LIMITED % (600, 500, nested % 1)).startswith("the inner took longer than 1 s")
    after = """
        with bounds.limited(Limits(seconds=600), "the inner"): pass
        time.sleep(1000)"""
    assert output(tmp_path, LIMITED % (1, 500, after)) == LATE


def test_only_the_processors_time_counts_of_what_works(tmp_path):
    working = LIMITED.replace("bounds.limited", "bounds.working").replace("ITIMER_REAL", "ITIMER_PROF")
    working = working.replace("SIGALRM", "SIGPROF")
    assert output(tmp_path, working % (1, 500, "time.sleep(1.5)")) == "went on"
    assert output(tmp_path, working % (1, 500, "while True: pass")) == LATE
    assert output(tmp_path, working % (1, 500, "re.fullmatch('(a|a)*b', 'a' * 60)")) == LATE
    nested = """
        with bounds.working(Limits(seconds=600), "the inner"):
            time.sleep(1000)"""
    assert output(tmp_path, LIMITED % (1, 500, nested)) == LATE


def test_no_time_counts_while_paused(tmp_path):
    paused = """
        with bounds.paused(), bounds.paused():
            time.sleep(1.5)
        print("went on")
        time.sleep(1000)"""
    assert output(tmp_path, LIMITED % (1, 500, paused)) == f"went on\n{LATE}"


def test_a_timer_and_a_handler_of_the_caller_are_given_back():
    def handler(_number, _frame):
        raise AssertionError

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 5000, 7)
        with bounds.limited(Limits(seconds=600), "it"):
            assert signal.getitimer(signal.ITIMER_REAL)[0] <= 600
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        assert 600 < left <= 5000
        assert interval == 7
        assert signal.getsignal(signal.SIGALRM) is handler
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_bound_on_memory_is_taken_back_and_a_tighter_one_stays():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_AS)
    with bounds.limited(Limits(), "it"):
        outer = resource.getrlimit(resource.RLIMIT_AS)[0]
        with bounds.limited(Limits(megabytes=10**6), "it"):
            assert resource.getrlimit(resource.RLIMIT_AS)[0] == outer
        with bounds.limited(Limits(megabytes=1), "it"):
            assert resource.getrlimit(resource.RLIMIT_AS)[0] < outer
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == outer
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_a_command_run_meanwhile_has_its_own_limit_and_all_the_memory(tmp_path):
    run("ulimit -v > outside", tmp_path)
    with bounds.limited(Limits(seconds=1), "it"):
        run("ulimit -v > inside; sleep 1.5", tmp_path)
    assert (tmp_path / "inside").read_text() == (tmp_path / "outside").read_text()


def test_other_errors_pass_as_they_are():
    for error in (KeyError("a"), KeyboardInterrupt(), LimitError("another")):
        with pytest.raises(type(error)) as caught, bounds.limited(Limits(), "it"):
            raise error
        assert caught.value is error


def test_beside_the_main_thread_nothing_is_limited():
    seen = []

    def work():
        with bounds.limited(Limits(), "it"), bounds.paused():
            seen.append(signal.getitimer(signal.ITIMER_REAL))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(0.0, 0.0)]


def test_time_that_begins_again_is_for_each_of_many_things(tmp_path):
    again = LIMITED.replace('"rendering"):', '"rendering") as again:')
    assert again != LIMITED
    assert output(tmp_path, again % (1, 500, "time.sleep(0.7); again(); time.sleep(0.7)")) == "went on"
    assert output(tmp_path, again % (1, 500, "again(); time.sleep(1000)")) == LATE
