"""Commands: run, listened to, and ended with all that they have started."""

import os
import re
import signal
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from scaffold.errors import ScriptError, without_credentials
from scaffold.process.bounds import MORE_TIME, paused, unbounded
from scaffold.process.early import ENDING

# Git sets these for its hooks; they would send every git that a command starts to the wrong repository.
GIT_LOCAL = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
)  # fmt: skip
KEPT_FROM = (*GIT_LOCAL, "SCAFFOLD_SOURCE")  # an address, which may hold credentials
PR_SET_PDEATHSIG = 1  # prctl(2)
GRACE = 2.0  # seconds that a command has to end by itself when it is told to
TAIL = 10_000  # bytes of the last output that are kept
SAID_LINES, SAID = 3, 300  # lines and characters of it that an error repeats
SHOWN = 80  # characters of a command that an error repeats
_CONTROL = r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


class Told(NamedTuple):
    """How an error tells of a command: as it was `written`, since the real one may hold secrets, where, and what to do.

    It repeats the last of what the command said, without `secrets`, and nothing where that is None: its words held one,
    which it may say in any spelling. `late` is the hint where the time was up.
    """

    written: str | None = None
    where: str | None = None
    hint: str | None = None
    late: str = MORE_TIME
    secrets: Collection[str] | None = ()


NOTHING_ELSE = Told()


def run(
    command: str | tuple[str, ...],
    folder: Path,
    environment: Mapping[str, str],
    *,
    seconds: int,
    told: Told = NOTHING_ELSE,
    fine: Collection[int] = (0,),
) -> int:
    """Run a command for a shell, or a program and its arguments, and end all that it started; return its exit code.

    Raises ScriptError, as `told`, where it ends with a code that is not `fine`.
    """
    import subprocess  # 10 ms, and only commands of templates need it

    name = _named(told.written if told.written is not None else command)
    process = tail = code = None
    try:
        with undisturbed(), unbounded():
            process = subprocess.Popen(  # noqa: S603 - what to run was decided by who gave trust
                command,
                shell=isinstance(command, str),
                cwd=folder,
                env={key: value for key, value in os.environ.items() if key not in KEPT_FROM} | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that it has a group to end, and no terminal to ask on
            )
            tail = _Tail(process.stdout)
        with paused(), suppress(subprocess.TimeoutExpired):  # it has a limit of its own
            code = process.wait(seconds)
    except (OSError, ValueError, IndexError) as error:  # IndexError: there is no word at all
        said = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise ScriptError(f"the command {name} cannot be started: {said}", where=told.where, hint=told.hint) from error
    finally:
        if process is not None and tail is not None:
            end(process)
            tail.join(GRACE)
    if code is not None and code in fine:
        return code
    said = "what is left out here, for it was told a secret" if told.secrets is None else tail.said(told.secrets)
    if code is None:
        what = f"took longer than {seconds} s"
    else:
        what = f"was ended by {signal_name(-code)}" if code < 0 else f"failed with exit code {code}"
    hint = told.late if code is None else told.hint
    raise ScriptError(f"the command {name} {what}{said and f', and said: {said}'}", where=told.where, hint=hint)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C and its kin wait, so that no process is started and at once forgotten."""
    handlers = {number: signal.getsignal(number) for number in ENDING}
    held = {number: handler for number, handler in handlers.items() if callable(handler)}
    if threading.current_thread() is not threading.main_thread():
        held = {}
    came: list[tuple[int, Any]] = []
    for number in held:
        signal.signal(number, lambda *told: came.append(told))
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
        for told in came:
            held[signal.Signals(told[0])](*told)


def ends_with_us() -> Mapping[str, Any]:
    """Return the options of a process that is told to end when we are killed, where the system can do that (Linux).

    A git that went on alone would make its commit after somebody has been told that there is none.
    """
    if not sys.platform.startswith("linux"):
        return {}
    from ctypes import CDLL  # few commands start what changes a repository

    libc, us = CDLL(None), os.getpid()

    def bound() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
        if os.getppid() != us:  # killed already
            os._exit(1)

    return {"preexec_fn": bound}


def _named(command: str | tuple[str, ...]) -> str:
    text = " ".join((command if isinstance(command, str) else " ".join(command)).split())
    return f"`{text if len(text) <= SHOWN else f'{text[: SHOWN - 1]}…'}`"


def signal_name(number: int) -> str:
    """Return what a signal is called."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def end(process: Any) -> None:
    """End a command's whole group: first kindly if the command still runs, then what is left."""
    from subprocess import TimeoutExpired

    try:
        if process.poll() is None:
            _tell(process, signal.SIGTERM)
            with suppress(TimeoutExpired):
                process.wait(GRACE)
    finally:
        _tell(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


def _tell(process: Any, number: int) -> None:
    if not hasattr(os, "killpg"):
        process.terminate()
        return
    with suppress(ProcessLookupError, PermissionError):  # it has ended (on macOS: and is not yet forgotten)
        os.killpg(process.pid, number)


class _Tail(threading.Thread):
    """Reads what a command says, so that it never waits for a reader, and keeps the last of it."""

    def __init__(self, stream: Any) -> None:
        super().__init__(daemon=True)  # what escaped from the group may hold the stream open for ever
        self._stream = stream
        self._kept = b""
        self.start()

    def run(self) -> None:
        """Read to the end."""
        with self._stream:
            while piece := self._stream.read1(TAIL):
                self._kept = (self._kept + piece)[-TAIL:]

    def said(self, secrets: Collection[str]) -> str:
        """Return the last lines as one, with neither secrets nor control characters."""
        text = self._kept.decode(errors="replace")
        for secret in sorted(filter(str.strip, secrets), key=len, reverse=True):
            text = text.replace(secret, "***")
        lines = [" ".join(line.split()) for line in re.sub(_CONTROL, "", without_credentials(text)).splitlines()]
        said = "; ".join([line for line in lines if line][-SAID_LINES:])
        return said if len(said) <= SAID else f"…{said[1 - SAID :]}"
