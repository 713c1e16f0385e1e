"""Run scaffold and kill it with SIGKILL just before the n-th time that it touches a folder.

    python killed.py N FOLDER scaffold-arguments...

Python's audit events come before each file operation and each process start, so every n is another instant of the
run, always the same one; a run that touches the folder fewer than n times ends by itself.
"""

import os
import signal
import sys
from pathlib import Path

MUTATING = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.symlink", "os.utime"}


def touches(event: str, arguments: tuple[object, ...], folder: str) -> bool:
    """Whether an event is a change of something below the folder, or the start of a process."""
    if event == "subprocess.Popen":
        return True
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    named = event in MUTATING or writes
    return bool(named) and any(folder in str(argument) for argument in arguments)


def main() -> int:
    wanted, folder = int(sys.argv[1]), sys.argv[2]
    sys.argv = ["scaffold", *sys.argv[3:]]
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if touches(event, arguments, folder):
            seen += 1
            if seen == wanted:
                end = os.killpg if os.environ.get("KILLED_GROUP") else os.kill
                end(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    from scaffold.cli.app import main as scaffold  # importing is part of the run that is killed

    code = scaffold()
    if count := os.environ.get("KILLED_COUNT"):
        Path(count).write_text(str(seen))
    return code


if __name__ == "__main__":
    sys.exit(main())
