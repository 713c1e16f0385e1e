"""A command line as a real process each time, forked from one that has loaded it: starting it anew takes longer.

Run as a module it is that process, for one program. It reads a request a line (words, folder, files for both outputs)
and answers with the exit code, as subprocess gives it.
"""

import atexit
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

# Of each program what is loaded before, last of all the module that has its command line; and how that is called.
LOADED = {"copier": ("copier.__main__",), "scaffold": (
    "git", "ruamel.yaml", "tomlkit", "scaffold.merge.files", "scaffold.project.commands.adopt",
    "scaffold.project.commands.check", "scaffold.project.commands.diff", "scaffold.project.commands.explain", "scaffold.project.commands.fix",
    "scaffold.project.commands.new", "scaffold.project.commands.own", "scaffold.project.commands.resolve", "scaffold.project.commands.status",
    "scaffold.project.commands.undo", "scaffold.project.commands.unfinished", "scaffold.project.commands.update", "scaffold.project.commands.waive",
    "scaffold.report.checks.text", "scaffold.guard.catalogue", "scaffold.fleet.check",
    "scaffold.authoring.release", "scaffold.authoring.lint.rendering", "scaffold.authoring.lint.contents",
    "scaffold.authoring.lint.history", "scaffold.fleet.status", "scaffold.cli.fleet", "scaffold.cli.app",
)}  # fmt: skip
MAIN = {"copier": attrgetter("CopierApp.run"), "scaffold": attrgetter("main")}
_lock = Lock()
_environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
_servers: dict[str, subprocess.Popen[str]] = {}


def fits() -> bool:
    """Whether the environment is still the one that the process was started with."""
    return _environment == {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def run(program: str, words: list[str], where: Path) -> tuple[int, str, str]:
    """Run a program in a folder; return its exit code and what it wrote to both outputs."""
    with _lock, TemporaryDirectory(prefix="forked-") as folder:
        server = _servers.get(program)
        if server is None or server.poll() is not None:
            server = _servers[program] = _server(program)
        outputs = [str(Path(folder) / name) for name in ("out", "err")]
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(json.dumps([words, str(where), outputs]) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        out, err = (Path(output).read_text() for output in outputs)
        return code, out, err


def _server(program: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.scenarios.forked", program]
    here, pipe = Path(__file__).parents[2], subprocess.PIPE
    server = subprocess.Popen(command, cwd=here, env=_environment, stdin=pipe, stdout=pipe, text=True)
    atexit.register(_end, server)
    return server


def _end(server: subprocess.Popen[str]) -> None:
    with server:  # which closes both pipes, and waits
        server.kill()


def _serve(program: str) -> None:
    loaded = [importlib.import_module(name) for name in LOADED[program]]
    for line in sys.stdin:
        words, where, outputs = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(program, MAIN[program](loaded[-1]), words, where, outputs)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(program: str, main: Callable[[], int | None], words: list[str], where: str, outputs: list[str]) -> None:
    """Be the program, and end."""
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
        sys.argv = [program, *words]
        code = main() or 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        atexit._run_exitfuncs()
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
