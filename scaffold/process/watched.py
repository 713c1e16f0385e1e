"""Programs that may wait for somebody far away: ended when for some time not a byte has moved."""

import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic

from scaffold.errors import ScriptError
from scaffold.process.bounds import paused, unbounded
from scaffold.process.commands import GIT_LOCAL, GRACE, end, undisturbed
from scaffold.process.outputs import Output, Reader

LOOKS = 20  # at whether something has moved, in the time that is given for it
SHORTEST, LONGEST = 0.02, 0.5  # seconds between two of them
KEPT = 100_000  # bytes of what it said last


class StalledError(ScriptError):
    """A program was ended, since for too long it had neither said nor read anything."""


def watched(
    command: tuple[str, ...],
    folder: Path,
    environment: Mapping[str, str],
    *,
    idle: float,
    stop: threading.Event | None = None,
) -> Output:
    """Run a program in the user's environment, and return what it said last and how it ended.

    It is ended, with all that it started, when for `idle` seconds it has written nothing and none of them has read
    anything, and when it is to `stop`. Raises StalledError, or OSError where it cannot be started.
    """
    import subprocess

    process = code = None
    kept = {key: value for key, value in os.environ.items() if key not in GIT_LOCAL}
    try:
        with undisturbed(), unbounded():
            process = subprocess.Popen(  # noqa: S603 - a program of the user's, with arguments of our own
                command,
                cwd=folder,
                env=kept | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # so that it has a group to end, and no terminal to ask on
            )
        readers = tuple(Reader(stream, None, KEPT) for stream in (process.stdout, process.stderr))
        moved, last = None, monotonic()
        with paused():  # it has a limit of its own
            while code is None and monotonic() - last < idle and not (stop and stop.is_set()):
                readers[0].join(min(LONGEST, max(SHORTEST, idle / LOOKS)))  # which ends with it, and no later
                with suppress(subprocess.TimeoutExpired):
                    code = process.poll() if readers[0].is_alive() else process.wait(SHORTEST)
                now = sum(reader.read for reader in readers), _read_by(process.pid)
                if now != moved:
                    moved, last = now, monotonic()
    finally:
        if process is not None:
            end(process)
    for reader in readers:
        reader.join(GRACE)
    if code is None:
        raise StalledError("it was stopped" if stop and stop.is_set() else f"not a byte has come for {idle:g} s")
    return Output(readers[0].text, readers[1].text, code)


def _read_by(group: int) -> int:
    """Return how many bytes the processes of a group have read, where the system says (proc_pid_io)."""
    total = 0
    with suppress(OSError):
        for name in (place.name for place in Path("/proc").iterdir()):
            with suppress(OSError, ValueError, IndexError):
                if name.isdigit() and os.getpgid(int(name)) == group:
                    total += int(Path(f"/proc/{name}/io").read_text().split()[1])
    return total
