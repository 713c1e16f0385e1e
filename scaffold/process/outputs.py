"""Programs whose output is read: run without a shell, without the user's secrets, and ended with all they started."""

import os
import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import IO, NamedTuple

from scaffold.errors import ScriptError
from scaffold.process.bounds import paused, unbounded
from scaffold.process.commands import GRACE, end, signal_name, undisturbed

# What a program may need of the environment; all else, such as tokens and what git tells its hooks, is kept from it.
KEPT = frozenset((
    "PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "TMP", "TEMP", "TZ", "USER", "LOGNAME",
    "APPDATA", "COMSPEC", "LOCALAPPDATA", "PATHEXT", "PROGRAMDATA", "SYSTEMROOT", "USERPROFILE", "WINDIR",
    "GOCACHE", "GOMODCACHE", "GOPATH", "GOROOT", "ASDF_DIR", "ASDF_DATA_DIR", "PYENV_ROOT", "VOLTA_HOME", "NVM_DIR",
))  # fmt: skip
KEPT_ALL = re.compile(r"LC_|XDG_|MISE_\w*DIR$")
MOST = 50_000_000  # bytes of output that are read
TAIL = 100_000  # bytes of what is said beside it that are kept
PIECE = 65_536
OFTEN = 0.05  # seconds between two looks at whether it is to be stopped


class Output(NamedTuple):
    """What a program printed, and how it ended."""

    out: str
    err: str
    code: int


def output(
    command: tuple[str, ...],
    folder: Path,
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    stop: threading.Event | None = None,
    most: int = MOST,
    given: bytes = b"",
) -> Output:
    """Run a program and return what it printed, whatever its exit code; it may be asked from any thread.

    `given`, which has to be short, is what it reads; `stop` ends it at once. Raises ScriptError where it cannot be
    started, takes too long, or prints too much.
    """
    import subprocess

    name = Path(command[0]).name
    kept = {key: value for key, value in os.environ.items() if key in KEPT or KEPT_ALL.match(key)}
    process = code = None
    try:
        with undisturbed(), unbounded():
            process = subprocess.Popen(  # noqa: S603 - a program that was looked up, with arguments of our own
                command,
                cwd=folder,
                env=kept | dict(environment or {}),
                stdin=subprocess.PIPE if given else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        if process.stdin is not None:
            with suppress(BrokenPipeError), process.stdin:  # it need not read
                process.stdin.write(given)
        out, err = Reader(process.stdout, most), Reader(process.stderr, most, TAIL)
        until = monotonic() + seconds
        with paused():  # it has a limit of its own
            while code is None and not (out.full or err.full or (stop and stop.is_set())) and monotonic() < until:
                with suppress(subprocess.TimeoutExpired):
                    code = process.wait(OFTEN)
    except (OSError, ValueError) as error:
        said = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise ScriptError(f"{name} cannot be started: {said}") from error
    finally:
        if process is not None:
            end(process)
    out.join(GRACE)
    err.join(GRACE)
    if out.full or err.full:
        raise ScriptError(f"{name} printed more than {most:,} bytes")
    if code is None:
        stopped = stop is not None and stop.is_set()
        raise ScriptError(f"{name} was stopped" if stopped else f"{name} took longer than {seconds:g} s")
    if code < 0:
        raise ScriptError(f"{name} was ended by {signal_name(-code)}")
    return Output(out.text, err.text, code)


class Reader(threading.Thread):
    """Reads a stream to its end, or to where it is `full`, and keeps all of it, or the last `tail` bytes."""

    def __init__(self, stream: IO[bytes] | None, most: int | None, tail: int = 0) -> None:
        """Begin; without `most` it is never full."""
        super().__init__(daemon=True)  # what escaped from the group may hold the stream open for ever
        self._stream, self._most, self._tail = stream, most, tail
        self._kept = bytearray()
        self.full = False
        self.read = 0  # bytes so far
        self.start()

    def run(self) -> None:
        """Read on."""
        if self._stream is None:
            return
        with self._stream:
            while not self.full and (piece := os.read(self._stream.fileno(), PIECE)):
                self.read += len(piece)
                self._kept += piece
                if self._tail:
                    del self._kept[: -self._tail]
                self.full = self._most is not None and self.read > self._most

    @property
    def text(self) -> str:
        """What is kept."""
        return bytes(self._kept).decode(errors="replace")
