"""A small proxy before a real forge, which lets go wrong on a script what goes wrong with forges."""

import contextlib
import http.client
import re
import threading
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace

from tests.forges.faults import Fault, Faults
from tests.forges.server import KINDS, PAGE, Answer, Handler, Listener

HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
OPERATIONS = {
    r"GET user": "me",
    r"GET (orgs|users)/[^/]+/repos": "repositories",
    r"POST (orgs/[^/]+|user)/repos": "create",
    r"PATCH repos/[^/]+/[^/]+|PUT repos/.+/topics|(POST|PATCH) repos/.+/branch_protections(/.+)?": "set",
    r"GET repos/[^/]+/[^/]+": "repository",
    r"GET repos/.+/pulls": "pulls",
    r"POST repos/.+/pulls": "open",
    r"GET repos/.+/pulls/\d+": "pull",
    r"PATCH repos/.+/pulls/\d+": "edit",
    r"POST repos/.+/pulls/\d+/requested_reviewers": "ask",
    r"POST repos/.+/pulls/\d+/merge": "merge-when-green",
    r"POST repos/.+/labels": "label",
    r"POST repos/.+/comments": "comment",
    r"GET repos/.+/status(es)?(/.*)?": "checks",
    r"DELETE repos/.+/branches/.+": "delete-branch",
}


class Proxy:
    """Hands everything on to a port, or does what a fault says."""

    def __init__(self, port: int):
        self.port = port
        self.world = SimpleNamespace(lock=threading.RLock(), repositories={}, counts=Counter())
        self.faults = Faults(self.world)
        self.http = Listener(("127.0.0.1", 0), Through)
        self.http.forge = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def add_fault(self, what: str, **more) -> None:
        self.faults.rules.append(Fault(what, **more))

    @contextlib.contextmanager
    def running(self) -> Iterator["Proxy"]:
        with self.http.running():
            yield self


def operation(method: str, path: str) -> tuple[str, str, str]:
    """The operation, its class, and the repository."""
    if ".git/" in path:
        doing = "push" if "git-receive-pack" in path and method == "POST" else "git-refs"
        return doing, "git", path.partition(".git/")[0].lstrip("/")
    inner = path.partition("?")[0].removeprefix("/api/v1/")
    found = next((name for pattern, name in OPERATIONS.items() if re.fullmatch(pattern, f"{method} {inner}")), "other")
    repository = re.match(r"repos/([^/]+/[^/]+)", inner)
    return found, KINDS.get(method, "write"), repository[1] if repository else ""


def trouble(fault: Fault) -> Answer:
    """What a forge, or what stands before it, says then."""
    wait = {"Retry-After": str(fault.seconds)}
    match fault.what:
        case "secondary":
            return Answer(403, {"message": "You have exceeded a secondary rate limit."}, wait)
        case "throttled":
            return Answer(429, {"message": "Too Many Requests"}, wait)
        case "broken":
            return Answer(502, b"<html><body>502 Bad Gateway</body></html>")
        case "elsewhere":
            return Answer(302, b"", {"Location": "http://elsewhere.invalid/login"})
        case "unauthorized":
            return Answer(401, {"message": "user does not exist [uid: 0, name: ]"})
        case _:
            return Answer(200, PAGE)


class Through(Handler):
    def take(self) -> None:
        proxy, body = self.server.forge, self.read()
        doing, kind, path = operation(self.command, self.path)
        proxy.world.counts.update([doing, f"all {kind}", "all"])
        fault = proxy.faults.of(doing, kind, path)
        answer = self.handed_on(proxy.port, body) if fault is None or fault.effect else None
        if fault and fault.what == "reset":
            self.reset()
        else:
            self.send(trouble(fault) if fault else answer)

    def handed_on(self, port: int, body: bytes) -> Answer:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOPS}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as there:
            there.request(self.command, self.path, body or None, headers)
            response = there.getresponse()
            kept = {name: value for name, value in response.headers.items() if name.lower() not in HOPS}
            return Answer(response.status, response.read(), kept)
