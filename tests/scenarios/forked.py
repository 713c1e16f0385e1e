"""The command line as a real process each time, forked from one that has loaded it: starting it anew takes longer.

Run as a module it is that process. It reads a request a line (words, folder, files for both outputs) and answers with
the exit code, as subprocess gives it.
"""

import atexit
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

MODULES = (
    "git", "ruamel.yaml", "tomlkit", "scaffold.cli.app", "scaffold.merge.files", "scaffold.project.adopt",
    "scaffold.project.check", "scaffold.project.diff", "scaffold.project.explain", "scaffold.project.fix",
    "scaffold.project.new", "scaffold.project.own", "scaffold.project.resolve", "scaffold.project.status",
    "scaffold.project.undo", "scaffold.project.unfinished", "scaffold.project.update", "scaffold.project.waive",
    "scaffold.report.checks.text", "scaffold.guard.catalogue",
)  # fmt: skip
_lock = Lock()
_environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
_servers: list[subprocess.Popen[str]] = []


def fits() -> bool:
    """Whether the environment is still the one that the process was started with."""
    return _environment == {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def scaffold(words: list[str], where: Path) -> tuple[int, str, str]:
    """Run the command line in a folder; return its exit code and what it wrote to both outputs."""
    with _lock, TemporaryDirectory(prefix="forked-") as folder:
        if not _servers or _servers[0].poll() is not None:
            command = [sys.executable, "-m", "tests.scenarios.forked"]
            here = Path(__file__).parents[2]
            pipe = subprocess.PIPE
            _servers[:] = [subprocess.Popen(command, cwd=here, env=_environment, stdin=pipe, stdout=pipe, text=True)]
            atexit.register(_servers[0].kill)
        server = _servers[0]
        outputs = [str(Path(folder) / name) for name in ("out", "err")]
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(json.dumps([words, str(where), outputs]) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        out, err = (Path(output).read_text() for output in outputs)
        return code, out, err


def _serve() -> None:
    for name in MODULES:
        importlib.import_module(name)
    for line in sys.stdin:
        words, where, outputs = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(words, where, outputs)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(words: list[str], where: str, outputs: list[str]) -> None:
    """Be the command line, and end."""
    code = 70
    try:
        os.chdir(where)
        for number, (name, flags) in enumerate(
            [(os.devnull, os.O_RDONLY), *((output, os.O_WRONLY | os.O_CREAT) for output in outputs)]
        ):
            os.dup2(os.open(name, flags, 0o600), number)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, mode, encoding="utf-8") for number, mode in enumerate(("r", "w", "w"))
        )
        sys.argv = ["scaffold", *words]
        code = importlib.import_module("scaffold.cli.app").main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        atexit._run_exitfuncs()
        os._exit(code)


if __name__ == "__main__":
    _serve()
