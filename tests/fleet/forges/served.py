"""A server on loopback that answers as a test says, and a clock that nobody waits for."""

import json
import os
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from scaffold.forges.governor import Governor
from scaffold.forges.http import Http
from scaffold.forges.pacing import Limits
from scaffold.forges.tokens import fixed

TOKEN = "tok-3n-0f-th3-t3st"
FREE = Limits(0, 1, 0, 0, 0, 0.0, 0.0)


class Asked(NamedTuple):
    """What came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class Said(NamedTuple):
    """What goes out; `cut` is after how many bytes of the body the connection is reset."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = {}
    cut: int | None = None


Answers = Callable[[Asked], Said]


class Clock:
    """Time that passes by being slept through."""

    def __init__(self) -> None:
        self.at = 1_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.at += seconds


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # in one piece: two wait 40 ms for each other

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_json = headers.get("content-type") == "application/json"
        asked = Asked(self.command, self.path, headers, json.loads(body) if is_json else body or None)
        with self.server.lock:
            self.server.asked.append(asked)
        said = self.server.answers(asked)
        content = (
            said.body if isinstance(said.body, bytes) else b"" if said.body is None else json.dumps(said.body).encode()
        )
        if said.cut is not None and said.cut < 0:
            return self.reset()
        (self.send_response_only if "Date" in said.headers else self.send_response)(said.status)
        kind = "text/html" if content.startswith(b"<") else "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **said.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: said.cut])
        if said.cut is not None:
            self.reset()
        return None

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def reset(self):
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_):
        pass


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # a connection that a test has reset


@contextmanager
def serving(answers: Answers, certificate: tuple[str, str] | None = None):
    """A server, its address, and what it was asked so far; with the files of a certificate and its key, by https."""
    server = Quiet(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.answers, server.asked, server.lock = answers, [], threading.Lock()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http{'s' * bool(certificate)}://127.0.0.1:{server.server_port}", server.asked
    finally:
        server.shutdown()
        server.server_close()


def in_turn(*answers: Said) -> Answers:
    """Answer one after the other, and the last for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def by_path(known: dict[str, Any]) -> Answers:
    """Answer by `METHOD path`, the query left out; else with 404."""

    def answer(asked: Asked) -> Said:
        said = known.get(f"{asked.method} {asked.path.partition('?')[0]}", Said(404, {"message": "Not Found"}))
        return said if isinstance(said, Said) else Said(200, said)

    return answer


def http(url: str, clock: Clock | None = None, *, limits: Limits = FREE, **more: Any) -> Http:
    """An API at an address, under a clock of the test's."""
    clock = clock or Clock()
    governor = Governor("git.test", limits, now=clock.now, sleep=clock.sleep)
    return Http(url, more.pop("token", None) or fixed(TOKEN), governor, **more)


def git_backend(asked: Asked, root: str) -> Said:
    """What git's own server says of the repositories below a folder."""
    path, _, query = asked.path.partition("?")
    body = asked.body or b""
    known = {
        "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
        "REQUEST_METHOD": asked.method, "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": asked.headers.get("content-type", ""), "GIT_PROTOCOL": asked.headers.get("git-protocol", ""),
        "HTTP_CONTENT_ENCODING": asked.headers.get("content-encoding", ""),
    }  # fmt: skip
    done = subprocess.run(["git", "http-backend"], input=body, env=os.environ | known, stdout=-1, check=True)
    lines, _, content = done.stdout.partition(b"\r\n\r\n")
    heads = dict(line.split(": ", 1) for line in lines.decode().split("\r\n"))
    return Said(int(heads.pop("Status", "200").split()[0]), content, heads)
