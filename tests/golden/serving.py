"""A stamped service as its container starts it, called over HTTP."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.golden.image import Stage
from tests.golden.pod import Pod, certificate

ISSUER = """
import ssl
import sys
from tests.issuer import Issuer
issuer = Issuer()
server = issuer.serve()
if sys.argv[1:]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*sys.argv[1:])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    issuer.address = issuer.address.replace("http:", "https:")
print(issuer.address, issuer.token("notes:read", "notes:write"), flush=True)
sys.stdin.read()
"""
SERVER = """
import sys
from tests.postgres import server
with server() as address:
    print(address or "", flush=True)
    sys.stdin.read()
"""
PATIENCE = 60.0


class Answer:
    """What came back."""

    def __init__(self, reply: http.client.HTTPResponse) -> None:
        self.status, self.body = reply.status, reply.read()
        self.headers = {name.lower(): value for name, value in reply.getheaders()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """A running service."""

    def __init__(self, process: subprocess.Popen[str], port: int, token: str, pod: Pod | None = None) -> None:
        self.process, self.port, self.token, self.pod = process, port, token, pod

    def ask(self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        token = self.token if token is None else token
        known = {"Authorization": f"Bearer {token}"} if token else {}
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        with closing(connection):
            with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has all of the body
                connection.request(method, path, content, {"Content-Type": "application/json", **known, **headers})
            return Answer(connection.getresponse())

    def begin(self, method: str, path: str, length: int, first: bytes) -> socket.socket:
        """Begin a request, and send only the first of its body."""
        called = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
        head += f"Authorization: Bearer {self.token}\r\nContent-Length: {length}\r\n\r\n"
        called.sendall(head.encode() + first)
        return called

    def wait_for(self, path: str, status: int) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if self.ask("GET", path).status == status:
                    return
            except OSError:
                assert self.process.poll() is None, "it has ended"
            time.sleep(0.05)
        raise AssertionError(f"{path} never answered {status}")


def entry_point(service: Path) -> list[str]:
    """Return the command of the service's image, as its own environment runs it."""
    found = re.search(r"^ENTRYPOINT (\[.*\])$", (service / "Dockerfile").read_text(), re.MULTILINE)
    assert found
    program, *words = json.loads(found[1])
    return [str(service / ".venv/bin" / program), *words]


@contextmanager
def issuer(service: Path, environment: dict[str, str], *certified: Path) -> Iterator[tuple[str, str]]:
    """Start the service's own issuer of tokens, with a certificate and its key or without; yield its address and a token."""
    command = [service / ".venv/bin/python", "-c", ISSUER, *certified]
    with subprocess.Popen(
        command, cwd=service, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address, token = process.stdout.readline().split()
        try:
            yield address, token
        finally:
            process.kill()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(service: Path, folder: Path, environment: dict[str, str]) -> Iterator[Served]:
    """Start the service as this user, with what it logs in `folder/log`, and wait until it is ready."""
    port = free_port()
    with issuer(service, environment) as (address, token), (folder / "log").open("w") as log:
        known = environment | {
            "ENVIRONMENT": "local",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "OIDC_ISSUER": address,
            "DATABASE_URL": f"sqlite:///{folder / 'notes.db'}",
            "DRAIN_SECONDS": "3",
        }
        command = entry_point(service)
        subprocess.run([*command, "migrate"], cwd=folder, env=known, check=True, stdout=sys.stderr)
        process = subprocess.Popen(command, cwd=folder, env=known, stdout=log, stderr=subprocess.STDOUT, text=True)
        with ready(Served(process, port, token)) as served:
            yield served


@contextmanager
def serving_in_its_container(
    service: Path, stage: Stage, folder: Path, environment: dict[str, str]
) -> Iterator[Served]:
    """Start the service as in production: who it runs as, what it may do and write to, where its secrets come from."""
    port, certified = free_port(), certificate(folder)
    with (
        postgresql(service, environment) as database,
        issuer(service, environment, *certified) as (address, token),
        (folder / "log").open("w") as log,
    ):
        if not database:
            pytest.skip("no PostgreSQL server can be started here")
        settings = {"PORT": str(port), "OIDC_ISSUER": address, "DRAIN_SECONDS": "3"}
        pod = Pod(service, stage, folder, database, certified[0], settings)
        pod.call(of="initContainers")
        with ready(Served(pod.start(log), port, token, pod)) as served:
            yield served


@contextmanager
def ready(served: Served) -> Iterator[Served]:
    """Wait until a service is ready, and stop it in the end."""
    try:
        served.wait_for("/health/ready", 200)
        yield served
    finally:
        if served.process.poll() is None:
            served.process.send_signal(signal.SIGTERM)
            served.process.wait(timeout=30)


@contextmanager
def postgresql(service: Path, environment: dict[str, str]) -> Iterator[str]:
    """Yield the address of the server that the service's own tests start, or nothing where none can be had."""
    command = [service / ".venv/bin/python", "-c", SERVER]
    with subprocess.Popen(
        command, cwd=service, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()
