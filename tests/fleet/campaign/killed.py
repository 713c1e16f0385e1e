"""Command lines that are killed at a record of their journal, or after a while: each a real process, forked from one
that has loaded it.

Run as a module it reads a request a line (words, folder, file for what it says, when to be killed, and at which record,
or after how many seconds; 0: never) and answers with the exit code as subprocess gives it.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Commands:
    """The command line, killed where it is asked for."""

    def __init__(self, process: "subprocess.Popen[str]", said: Path):
        self.process, self.said = process, said

    def run(self, words: list[str], where: Path, at: float = 0, when: str = "after") -> int:
        """Run one, killed before or after a record, or after seconds (`in`)."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([words, str(where), str(self.said), at, when]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextlib.contextmanager
def commands(said: Path, **environment: str) -> Iterator[Commands]:
    """Start what runs command lines, and adds what they say to a file."""
    command, pipe = [sys.executable, "-m", __name__], subprocess.PIPE
    with subprocess.Popen(command, env=os.environ | environment, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Commands(process, said)
        finally:
            process.stdin.close()


def killed_in(seconds: float) -> None:
    """End, whatever goes on."""
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def killing(at: float, when: str) -> None:
    """Have the journal of this process kill it before, or after, it has taken that many records."""
    if when == "in":
        threading.Thread(target=killed_in, args=(at,), daemon=True).start()
        return
    from scaffold.fleet import journal

    add, count = journal.Open.add, 0

    def counted(self: journal.Open, member: str, event: str, **said: Any) -> journal.Record:
        nonlocal count
        count += 1  # the journal is asked under the lock of its book
        if count == at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        record = add(self, member, event, **said)
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return record

    journal.Open.add = counted  # type: ignore[method-assign]


def main() -> None:
    import git  # noqa: F401 - loaded once for all
    import httpx  # noqa: F401

    import scaffold.fleet.abort
    import scaffold.fleet.apply  # noqa: F401
    from scaffold.cli import app

    for line in sys.stdin:
        words, where, said, at, when = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 70
            try:
                os.chdir(where)
                out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                os.dup2(out, 1), os.dup2(out, 2)
                if at:
                    killing(at, when)
                sys.argv[1:] = words
                code = app.main()
            finally:
                os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
