"""A real Gitea on loopback, with its own folder, and what tests arrange in it by its API."""

import base64
import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.forges.gitea_build import Built

SECONDS = 60
ADMIN = "platform"
CONFIGURATION = """
APP_NAME = Forge
RUN_MODE = prod
WORK_PATH = {root}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = {url}/
STATIC_ROOT_PATH = {static}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = {root}/gitea.db
[repository]
ROOT = {root}/repositories
DEFAULT_BRANCH = main
[security]
INSTALL_LOCK = true
PASSWORD_HASH_ALGO = pbkdf2$1$10
[service]
DISABLE_REGISTRATION = true
[indexer]
ISSUE_INDEXER_TYPE = db
[queue]
TYPE = channel
[session]
PROVIDER = memory
[cache]
ADAPTER = memory
[log]
MODE = file
LEVEL = Warn
ROOT_PATH = {root}/log
[api]
MAX_RESPONSE_ITEMS = 10
[actions]
ENABLED = false
[packages]
ENABLED = false
[cron]
ENABLED = false
[mirror]
ENABLED = false
[oauth2]
ENABLED = false
[federation]
ENABLED = false
"""


class Gitea:
    """A running server: its administrator is who tests act as, beside the bot and a person."""

    def __init__(self, url: str, root: Path, tokens: Mapping[str, str]):
        self.url, self.root, self.tokens = url, root, tokens

    @property
    def host(self) -> str:
        return self.url.partition("//")[2]

    def ask(self, method: str, path: str, body: Any = None, login: str = ADMIN) -> Any:
        """Ask the API as somebody; an error is one of the test's own."""
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", method=method)
        request.add_header("Authorization", f"token {self.tokens[login]}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()[:300]}") from error
        return json.loads(text) if text else None

    def write(self, path: str, branch: str, files: Mapping[str, str], start: str = "main", login: str = ADMIN) -> str:
        """Commit files, on a new branch where there is none of that name."""
        names = {one["name"] for one in self.ask("GET", f"repos/{path}/branches?limit=50")}
        where = {"branch": branch} if branch in names else {"branch": start, "new_branch": branch}
        known = {
            one["path"]: one["sha"] for one in self.ask("GET", f"repos/{path}/git/trees/{where['branch']}")["tree"]
        }
        changes = [
            {"operation": "update" if name in known else "create", "path": name}
            | ({"sha": known[name]} if name in known else {})
            | {"content": base64.b64encode(text.encode()).decode()}
            for name, text in files.items()
        ]
        said = self.ask("POST", f"repos/{path}/contents", {"files": changes, "message": "fix: by hand", **where}, login)
        return said["commit"]["sha"]

    def eventually(self, what: Any) -> Any:
        """What it takes a moment to come to."""
        until = time.monotonic() + SECONDS
        while not (answer := what()):
            assert time.monotonic() < until, "it did not happen"
            time.sleep(0.1)
        return answer


@contextlib.contextmanager
def running(built: Built, root: Path, port: int, url: str) -> Iterator[Gitea]:
    """Start it, with an administrator, a bot and a person, and end it; `url` is where everybody believes it to be."""
    file = root / "app.ini"
    file.write_text(CONFIGURATION.format(root=root, port=port, url=url, static=built.static))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT": "true", "HOME": str(root), "USER": "root"}

    def say(*args: str) -> str:
        command = [built.program, "--config", file, *args]
        done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    say("migrate")
    tokens = {}
    for login in (ADMIN, "scaffold-bot", "ada", "renovate", "eve"):
        say(*user(login))
        said = say(
            "admin",
            "user",
            "generate-access-token",
            "--username",
            login,
            *["--token-name", "t", "--scopes", "all", "--raw"],
        )
        tokens[login] = said.split()[-1]
    with subprocess.Popen([built.program, "--config", file, "web"], env=environment, cwd=root) as process:
        try:
            forge = Gitea(url, root, tokens)
            forge.eventually(lambda: healthy(f"http://127.0.0.1:{port}"))
            yield forge
        finally:
            process.terminate()


def user(login: str) -> list[str]:
    about = ["--username", login, "--password", "a-Secret-1", "--email", f"{login}@localhost"]
    return ["admin", "user", "create", *about, "--must-change-password=false", *["--admin"] * (login == ADMIN)]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def healthy(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/api/healthz") as answer:
        return answer.status == 200
    return False
