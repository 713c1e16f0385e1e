"""Git's smart HTTP: `git http-backend`, with what a forge refuses at a push said as forges say it."""

import gzip
import re
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from tests.forges import bare
from tests.forges.state import RefusalError, Repository, Token
from tests.forges.world import World

PATH = re.compile(r"/(?P<path>.+?)\.git/(?P<service>info/refs|git-upload-pack|git-receive-pack)")
RESULT = "application/x-git-receive-pack-result"


class Reply(NamedTuple):
    status: int
    body: bytes
    headers: Mapping[str, str]


class Update(NamedTuple):
    old: str
    new: str
    reference: str


def refused(refusal: RefusalError) -> Reply:
    status, text = {
        "unauthorized": (401, "Invalid username or token."),
        "missing": (404, "Repository not found."),
        "archived": (403, "This repository was archived so it is read-only."),
    }.get(refusal.kind, (403, refusal.text))
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Forge"'
    return Reply(status, text.encode(), headers)


def backend(repo: Repository, service: str, query: str, method: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Let git answer."""
    environment = bare.environment() | {
        "GIT_PROJECT_ROOT": str(repo.folder.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repo.folder.name}/{service}",
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "REMOTE_USER": "forge",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
        "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
    }
    done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
    head, _, rest = done.stdout.partition(b"\r\n\r\n")
    if not head:  # the repository was taken away under it
        return Reply(500, b"", {"Content-Type": "text/plain"})
    found = dict(line.split(": ", 1) for line in head.decode().splitlines())
    return Reply(int(found.pop("Status", "200").split()[0]), rest, found)


def receive(world: World, repo: Repository, token: Token, body: bytes, headers: Mapping[str, str]) -> Reply | None:
    """What a forge says to a push that it does not take, or None where git may have it."""
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    updates, capabilities, pack = read_push(body)
    with world.lock:
        why = {update: reason for update in updates if (reason := guarded(repo, token, update))}
        if not why and "workflow" not in token.rights:
            bare.take_in(repo.folder, pack)
            why = {update: reason for update in updates if (reason := touches_workflows(repo, update))}
    if not why:
        return None
    lines = [packet(b"unpack ok\n")]
    for update in updates:
        says = f"ng {update.reference} {why.get(update, ('', 'another reference was refused'))[1]}\n"
        lines.append(packet(says.encode()))
    report = b"".join(lines) + b"0000"
    if b"side-band-64k" in capabilities:
        said = "".join(f"error: {message}\n" for message, _ in why.values())
        report = packet(b"\x02" + said.encode()) + packet(b"\x01" + report) + b"0000"
    return Reply(200, report, {"Content-Type": RESULT, "Cache-Control": "no-cache"})


def read_push(body: bytes) -> tuple[list[Update], bytes, bytes]:
    """The commands of a push, what its client can do, and the pack."""
    updates, capabilities, place = [], b"", 0
    while size := int(body[place : place + 4] or b"0", 16):
        line, _, more = body[place + 4 : place + size].partition(b"\0")
        capabilities = capabilities or more
        if not line.startswith(b"shallow "):  # where the history of who pushes ends
            updates.append(Update(*line.decode().strip().split(" ", 2)))
        place += size
    return updates, capabilities, body[place + 4 :]


def packet(content: bytes) -> bytes:
    return f"{len(content) + 4:04x}".encode() + content


def guarded(repo: Repository, token: Token, update: Update) -> tuple[str, str] | None:
    branch = update.reference.removeprefix("refs/heads/")
    rule = repo.rule(branch)
    if rule is None or token.login in rule.pushers:
        return None
    return f"GH006: Protected branch update failed for {update.reference}.", "protected branch hook declined"


def touches_workflows(repo: Repository, update: Update) -> tuple[str, str] | None:
    if update.new == bare.NONE:
        return None
    base = update.old if update.old != bare.NONE else bare.tip(repo.folder, repo.default)
    paths = [p for p in bare.changed(repo.folder, base, update.new) if p.startswith(".github/workflows/")]
    if not paths:
        return None
    says = (
        f"refusing to allow a Personal Access Token to create or update workflow `{paths[0]}` without `workflow` scope"
    )
    return says, says
