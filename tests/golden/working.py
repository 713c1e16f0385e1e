"""A stamped worker as its container starts it, the database of its jobs, and who it sends notifications to."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.golden.serving import PATIENCE, entry_point

SERVER = """
import sys
from tests.postgres import server
with server() as address:
    print(address or "", flush=True)
    sys.stdin.read()
"""


class Receiver:
    """Takes what is sent to it: of each key once, and only when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.taken: dict[str, bytes] = {}
        self.came, self.let, self.status = threading.Event(), threading.Event(), 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                key, body = self.headers["Idempotency-Key"], self.rfile.read(int(self.headers["Content-Length"]))
                receiver.asked.append(key)
                receiver.came.set()
                receiver.let.wait()
                receiver.taken.setdefault(key, body)
                try:
                    self.send_response(receiver.status)
                    self.end_headers()
                except OSError:
                    return

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.let.set()
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def postgresql(worker: Path, environment: dict[str, str]) -> Iterator[str]:
    """Yield the address of the server that the worker's own tests start, or nothing where none can be had."""
    command = [worker / ".venv/bin/python", "-c", SERVER]
    with subprocess.Popen(
        command, cwd=worker, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


class Bench:
    """What a worker needs, made anew: its database with tables, a folder, and a receiver."""

    def __init__(self, worker: Path, folder: Path, database: str, environment: dict[str, str]) -> None:
        self.receiver, self.folder, self.started = Receiver(), folder, list[subprocess.Popen[str]]()
        self.command = entry_point(worker)
        self.environment = environment | {
            "ENVIRONMENT": "local",
            "DATABASE_URL": database or f"sqlite:///{folder / 'jobs.db'}",
            "HEALTH_FILE": str(folder / "health"),
            "WEBHOOK_URL": f"http://127.0.0.1:{self.receiver.server.server_port}/in",
            "LEASE_SECONDS": "3",
            "PAUSE_SECONDS": "0",
        }
        self.call("migrate")

    def call(self, *words: str) -> str:
        """Give a command of the image other words."""
        return subprocess.run(
            [*self.command, *words],
            cwd=self.folder,
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
            text=True,
        ).stdout

    def start(self) -> subprocess.Popen[str]:
        """Start the worker, with what it logs in `folder/log`."""
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(
                self.command, cwd=self.folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT, text=True
            )
        self.started.append(process)
        return process

    def attempts(self) -> list[dict[str, object]]:
        """Return what the log tells of attempts that ended."""
        lines = [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]
        return [line for line in lines if line["message"] == "job"]

    def stop(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=PATIENCE)
        self.receiver.stop()


def wait(until: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, "it never was so"
        time.sleep(0.05)
