"""A stamped worker as its container starts it, the database of its jobs, and who it sends notifications to."""

import json
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO

from tests.golden.image import Stage
from tests.golden.pod import Pod, certificate
from tests.golden.serving import PATIENCE, entry_point

HURRIED = {"LEASE_SECONDS": "3", "PAUSE_SECONDS": "0"}


class Receiver:
    """Takes what is sent to it: of each key once, and only when it is let."""

    def __init__(self, *certified: Path) -> None:
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
        self.address = f"{'https' if certified else 'http'}://127.0.0.1:{self.server.server_port}/in"
        if certified:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*certified)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.let.set()
        self.server.shutdown()
        self.server.server_close()


class Bench:
    """What a worker needs, made anew: its database with tables, a folder, and a receiver."""

    def __init__(self, worker: Path, folder: Path, database: str, environment: dict[str, str]) -> None:
        self.receiver, self.folder, self.started = Receiver(), folder, list[subprocess.Popen[str]]()
        self.program, self.health = entry_point(worker), folder / "health"
        self.environment = environment | {
            "ENVIRONMENT": "local",
            "DATABASE_URL": database or f"sqlite:///{folder / 'jobs.db'}",
            "HEALTH_FILE": str(self.health),
            "WEBHOOK_URL": self.receiver.address,
            **HURRIED,
        }
        self.call("migrate")

    def call(self, *words: str) -> str:
        """Give the command of the image other words."""
        return subprocess.run(
            [*self.program, *words],
            cwd=self.folder,
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
            text=True,
        ).stdout

    def probe(self, program: str, *words: str) -> int:
        """Run a probe; return its status."""
        assert program == "python"
        return subprocess.run([self.program[0], *words], env=self.environment, check=False).returncode

    def start(self) -> subprocess.Popen[str]:
        """Start the worker, with what it logs in `folder/log`."""
        with (self.folder / "log").open("a") as log:
            self.started.append(self._start(log))
        return self.started[-1]

    def _start(self, log: IO[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.program, cwd=self.folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT, text=True
        )

    def attempts(self) -> list[dict[str, object]]:
        """Return what the log tells of attempts that ended."""
        written = (self.folder / "log").read_text().splitlines()
        lines = [json.loads(line) for line in written if not line.startswith("unshare: ")]
        return [line for line in lines if line["message"] == "job"]

    def stop(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=PATIENCE)
        self.receiver.stop()


class ContainedBench(Bench):
    """The same, with the worker in its container, as in production."""

    def __init__(self, worker: Path, stage: Stage, folder: Path, database: str) -> None:
        certified = certificate(folder)
        self.receiver, self.folder, self.started = Receiver(*certified), folder, list[subprocess.Popen[str]]()
        settings = {"WEBHOOK_URL": self.receiver.address, **HURRIED}
        self.pod = Pod(worker, stage, folder, database, certified[0], settings)
        self.health = self.pod.volumes["tmp"] / "mailer.health"
        self.pod.call(of="initContainers")

    def call(self, *words: str) -> str:
        return self.pod.call(*words)

    def probe(self, *program: str) -> int:
        return self.pod.execute(*program).returncode

    def _start(self, log: IO[str]) -> subprocess.Popen[str]:
        return self.pod.start(log)


def wait(until: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, "it never was so"
        time.sleep(0.05)
