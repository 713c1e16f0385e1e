"""A forge on loopback: takes requests, hands them to a shape, and lets go wrong what was asked for."""

import base64
import contextlib
import hashlib
import json
import re
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.forges import smart
from tests.forges.faults import Fault
from tests.forges.state import RefusalError, Repository, Token
from tests.forges.world import World

PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"


class Answer(NamedTuple):
    status: int
    body: Any = None  # JSON, or bytes as they are
    headers: Mapping[str, str] = {}


@dataclass
class Call:
    """One request, as a shape sees it."""

    world: World
    token: Token
    base: str
    query: dict[str, str]
    body: dict[str, Any]
    path: str = ""  # of the repository, as it was asked for
    target: str = ""
    args: dict[str, str] = field(default_factory=dict)

    @property
    def login(self) -> str:
        return self.token.login

    def seen(self) -> Repository:
        return self.world.seen(self.path, self.login)

    def written(self) -> Repository:
        return self.world.written(self.path, self.token)

    def pull(self, repo: Repository):
        return self.world.numbered(repo, int(self.args["number"]))


class Route(NamedTuple):
    method: str
    template: str
    pattern: re.Pattern[str]
    operation: str
    work: Callable[[Call], Answer]


class Shape(Protocol):
    name: str
    prefixes: tuple[str, ...]
    routes: list[Route]

    def refuse(self, refusal: RefusalError, call: Call) -> Answer: ...

    def trouble(self, fault: Fault) -> Answer: ...

    def headers(self, world: World) -> Mapping[str, str]: ...


def route(method: str, pattern: str, operation: str, work: Callable[[Call], Answer]) -> Route:
    """A route, with `{name}` for a part and `{name*}` for a part that may hold slashes."""
    text = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", pattern)
    return Route(method, pattern, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", text)), operation, work)


class Heard(NamedTuple):
    """What was asked and answered, for referees."""

    method: str
    template: str
    status: int
    body: Any


KINDS = {"GET": "read", "HEAD": "read", "POST": "create"}


class Server:
    """A world behind an address, in a thread of this process; `heard` takes every answer, where somebody is to judge."""

    def __init__(self, world: World, shape: Shape, port: int = 0, heard: list[Heard] | None = None):
        self.world, self.shape, self.heard = world, shape, heard
        self.http = Listener(("127.0.0.1", port), Handler)
        self.http.forge = self

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.http.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def git_url(self, path: str, login: str = "", token: str = "") -> str:
        """The address for git; with a token in it for tests alone."""
        credentials = f"{login}:{token}@" if token else ""
        return f"http://{credentials}{self.host}/{path}.git"

    @contextlib.contextmanager
    def running(self) -> Iterator["Server"]:
        with self.http.running():
            yield self


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    forge: Server

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.errors: list[BaseException] = []

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Answer in a thread, to the end of a block; what went wrong within the server itself is raised there."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            self.server_close()
            thread.join()
        if self.errors:
            raise ExceptionGroup("the forge of the tests is broken", self.errors)

    def shutdown_request(self, request) -> None:
        """Close without a farewell what was reset: whoever waits gets an error at once."""
        linger = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) if request.fileno() >= 0 else b""
        if linger[:1] == b"\1":
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, *_) -> None:
        """Keep what is a fault of the server, for who stops it; clients may go away as they like."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            self.errors.append(error)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def log_message(self, *args) -> None: ...

    def take(self) -> None:
        forge, target = self.server.forge, urlsplit(self.path)
        if target.path.startswith("/_world/"):
            self.send(self.told(forge.world, target.path.removeprefix("/_world/")))
        elif git := smart.PATH.fullmatch(target.path):
            self.git(git["path"], git["service"], target.query)
        else:
            self.api(target.path, dict(parse_qsl(target.query, keep_blank_values=True)))

    def told(self, world: World, name: str) -> Answer:
        """Let people do what a test in another process says."""
        args, more = json.loads(self.read() or b"[[], {}]")
        with world.lock:
            return Answer(200, getattr(world, name)(*args, **more))

    @property
    def base(self) -> str:
        return f"http://{self.headers['Host']}"

    # The API.

    def api(self, path: str, query: dict[str, str]) -> None:
        forge = self.server.forge
        shape, inner = forge.shape, path
        for prefix in forge.shape.prefixes:
            if path.startswith(prefix):
                inner = path.removeprefix(prefix)
                break
        raw = self.read()
        body = json.loads(raw) if raw.strip().startswith(b"{") else dict(parse_qsl(raw.decode()))
        call = Call(forge.world, Token("", ""), self.base, query, body, target=path)
        found = next(
            ((r, m) for r in shape.routes if r.method == self.command and (m := r.pattern.fullmatch(inner))), None
        )
        if found is None:
            forge.world.counts["unknown"] += 1
            self.send(shape.refuse(RefusalError("no route", f"{self.command} {inner}"), call))
            return
        one, match = found
        call.args = {name: unquote(value) for name, value in match.groupdict().items()}
        call.path = self.repository_named(call.args)
        answer = self.answered(one, call)
        if answer is not None:
            if forge.heard is not None:
                forge.heard.append(Heard(one.method, one.template, answer.status, answer.body))
            self.send(answer._replace(headers={**shape.headers(forge.world), **answer.headers}))

    def repository_named(self, args: dict[str, str]) -> str:
        if "owner" in args and "repo" in args:
            return f"{args['owner']}/{args['repo']}"
        project, world = args.get("project", ""), self.server.forge.world
        with world.lock:
            return next((r.path for r in world.repositories.values() if str(r.id) == project), project)

    def answered(self, one: Route, call: Call) -> Answer | None:
        """The answer to a request, or None where the connection was reset."""
        world, shape = call.world, self.server.forge.shape
        kind = KINDS.get(one.method, "write")
        fault = self.fault(one.operation, kind, call.path)
        if fault and not fault.effect:
            return self.spoiled(fault)
        with world.lock:
            try:
                call.token = self.token() if one.operation != "lend" else Token(self.given(), "")
                answer = one.work(call)
            except RefusalError as refusal:
                answer = shape.refuse(refusal, call)
        return self.spoiled(fault) if fault else answer

    def fault(self, operation: str, kind: str, path: str) -> Fault | None:
        world = self.server.forge.world
        with world.lock:
            world.counts.update([operation, f"all {kind}", "all"])
        return world.faults.of(operation, kind, path)

    def spoiled(self, fault: Fault) -> Answer | None:
        if fault.what == "reset":
            self.reset()
            return None
        return self.server.forge.shape.trouble(fault)

    def reset(self) -> None:
        """Begin an answer, so that no client takes the connection for a stale one and repeats by itself, and break off."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def given(self) -> str:
        """The secret that came with the request, in any of the ways that forges take."""
        world, given = self.server.forge.world, self.headers.get("Authorization", "")
        kind, _, value = given.partition(" ")
        if kind.lower() == "basic":
            user, _, password = base64.b64decode(value).decode().partition(":")
            value = password if password in world.tokens else user
        return value or self.headers.get("PRIVATE-TOKEN", "")

    def token(self) -> Token:
        world = self.server.forge.world
        found = world.tokens.get(self.given())
        ended = found is not None and (found.expired or 0 < found.until < world.clock())
        if found is None or ended:
            raise RefusalError("unauthorized", "expired" if ended else "")
        return found

    # Git.

    def git(self, path: str, service: str, query: str) -> None:
        world = self.server.forge.world
        pushing = "git-receive-pack" in service + query
        asking = service == "info/refs"
        operation = "git-refs" if asking else "push" if pushing else "fetch"
        fault = self.fault(operation, "git", path)
        if fault and not fault.effect:
            if fault.what == "reset" and not asking:
                self.rfile.read(min(64, int(self.headers.get("Content-Length", 64))))
            else:
                self.read()
            if (answer := self.spoiled(fault)) is not None:
                self.send(answer)
            return
        body = self.read()
        try:
            with world.lock:
                named = pushing or "Authorization" in self.headers
                token = self.token() if named else Token("", "")
                try:
                    repo = world.pushed_to(path, token) if pushing else world.seen(path, token.login)
                except RefusalError as refusal:  # whoever says no name is asked for one, whether it is there or not
                    raise refusal if named else RefusalError("unauthorized") from None
            if repo.path != path and asking:
                location = f"{self.base}/{repo.path}.git/info/refs?{query}"
                self.send(Answer(301, b"", {"Location": location, "Content-Type": "text/plain"}))
                return
            answer = smart.receive(world, repo, token, body, self.headers) if pushing and not asking else None
            answer = answer or smart.backend(repo, service, query, self.command, body, self.headers)
            if pushing and not asking:
                with world.lock:
                    if repo.path in world.repositories:  # it may have been deleted meanwhile
                        world.pushed(repo, token.login)
                        world.settle(repo, token.login)
        except RefusalError as refusal:
            unknown = refusal.kind == "missing" and "Authorization" not in self.headers  # it tells nobody what there is
            answer = smart.refused(RefusalError("unauthorized") if unknown else refusal)
        if fault:
            spoiled = self.spoiled(fault)
            if spoiled is None:
                return
            answer = spoiled
        self.send(answer)

    # The wire.

    def read(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            size = int(self.headers.get("Content-Length", 0))
            found = self.rfile.read(size)
            if len(found) < size:
                raise ConnectionAbortedError("who asked was killed")
            return found
        found = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def send(self, answer: Answer) -> None:
        raw = isinstance(answer.body, bytes)
        body = answer.body if raw else b"" if answer.status in (204, 304) else json.dumps(answer.body).encode()
        headers = {"Content-Type": "text/html" if raw else "application/json; charset=utf-8"} | dict(answer.headers)
        if not raw and answer.status == 200 and self.command == "GET":
            headers["ETag"] = f'W/"{hashlib.sha1(body).hexdigest()}"'
            if self.headers.get("If-None-Match") == headers["ETag"]:
                answer = Answer(304)
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(body)


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"):
    setattr(Handler, f"do_{_method}", lambda self: self.take())
