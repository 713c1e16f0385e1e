"""What a test of the port arranges at a forge, whichever it is: repositories, and what people and machines do there."""

import itertools
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scaffold.forges.gitea import Gitea as GiteaForge
from scaffold.forges.github import GitHub
from scaffold.forges.gitlab import GitLab
from scaffold.forges.governor import Governor
from scaffold.forges.http import Http
from scaffold.forges.pacing import Limits
from scaffold.forges.port import Forge, Pull, Wanted
from scaffold.forges.shared import Who
from scaffold.forges.tokens import Lent, Secret, Token, fixed
from tests.forges import bare
from tests.forges.gitea import Gitea
from tests.forges.proxy import Proxy
from tests.forges.server import Server

ADAPTERS = {"github": (GitHub, "/api/v3"), "gitlab": (GitLab, "/api/v4"), "gitea": (GiteaForge, "/api/v1")}
FREE = Limits(*[0] * len(Limits._fields))
FILES = {"README.md": "hello\n", "src/app.py": "print(1)\n"}
BOT, PERSON, STRANGER = "scaffold-bot", "ada", "eve"
SECONDS = 30  # for what a real forge takes a moment to come to
LONGEST = {"github": 0, "gitlab": 0, "gitea": 0.5}  # of a pause: a real forge does something meanwhile
PATIENCE = 600  # of a clock that does not wait


class Clock:
    """A clock of which nobody waits for more than a part of a second."""

    def __init__(self, longest: float):
        self.longest, self.seconds = longest, 0.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, self.longest))
        self.seconds += seconds


def adapter(kind: str, url: str, token: str | Callable[[], str]) -> Forge:
    """An adapter without a limit to its pace, whose pauses take no time; a token that is a function is asked again."""
    made, path = ADAPTERS[kind]
    given = fixed(token) if isinstance(token, str) else Token(lambda: Lent(Secret(token()), origin="the test"))
    host, clock = url.partition("//")[2], Clock(LONGEST[kind])
    governor = Governor(host, FREE, now=clock.now, sleep=clock.sleep)
    http = Http(url + path, given, governor, patience=PATIENCE)
    return made(host, http, given, Who(frozenset({"renovate"})))


class Common:
    """What is done alike at all of them."""

    kind: str
    forge: Forge
    token: str
    names = itertools.count(1)

    def __init__(self, kind: str, url: str):
        self.kind, self.url, self.adapters = kind, url, []
        self.owner = f"org{next(self.names)}"

    def as_(self, token: str | Callable[[], str], url: str = "") -> Forge:
        """An adapter that asks with another token, or another address."""
        self.adapters.append(adapter(self.kind, url or self.url, token))
        return self.adapters[-1]

    def leave(self) -> None:
        for one in self.adapters:
            one._http.close()

    def eventually(self, what: Callable[[], Any]) -> Any:
        """What a forge takes a moment to come to."""
        until = time.monotonic() + SECONDS
        while not (answer := what()):
            assert time.monotonic() < until, "it did not happen"
            time.sleep(0.05)
        return answer

    def opened(self, path: str, head: str = "update", **more: Any) -> Pull:
        """A branch and its pull request."""
        self.branch(path, head)
        wanted = {"head": head, "base": "main", "title": "Update", "body": "Why.\n"} | more
        return self.forge.open(path, Wanted(**wanted))

    def push(self, folder: Path, path: str, source: str, login: tuple[str, str] = ()) -> subprocess.CompletedProcess:
        """Push with git from a clone, as the adapter says that git logs in."""
        name, password = login or self.forge.login()
        helper = f"!f() {{ echo username={name}; echo password={password}; }}; f"
        url = f"http://{self.forge.host}/{path}.git"
        command = ["git", "-c", f"credential.helper={helper}", "push", url, source]
        environment = os.environ | {"GIT_ALLOW_PROTOCOL": "http:file", "GIT_TERMINAL_PROMPT": "0"}
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    def clone(self, folder: Path, path: str, files: Mapping[str, str]) -> Path:
        """A clone with one commit more."""
        name, password = self.forge.login()
        url = f"http://{name}:{password}@{self.forge.host}/{path}.git"
        environment = os.environ | {"GIT_ALLOW_PROTOCOL": "http:file"}
        subprocess.run(["git", "clone", "--quiet", url, folder], env=environment, check=True, capture_output=True)
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text)
        for command in (["add", "--all"], ["commit", "--quiet", "--message=work"]):
            subprocess.run(["git", *command], cwd=folder, check=True)
        return folder


class FakeStage(Common):
    """A world of ours, in the shape of GitHub or GitLab."""

    def __init__(self, server: Server, source: Path):
        super().__init__(server.shape.name, server.url)
        self.server, self.world, self.source = server, server.world, source
        self.world.add_person(PERSON)
        self.world.add_person("renovate", "bot")
        self.world.add_owner(self.owner, [BOT, PERSON, "renovate"], {"core": [PERSON]})
        self.token = "secret-of-the-bot"
        self.world.add_person(STRANGER)
        self.world.add_token("secret-of-eve", STRANGER)
        self.world.add_token("expired", BOT)
        self.world.expire("expired")
        self.forge = self.as_(self.token)

    def stranger(self) -> Forge:
        return self.as_("secret-of-eve")

    def repository(self, owner: str = "", **more: Any) -> str:
        path = f"{owner or self.owner}/repo{next(self.names)}"
        self.world.add_repository(path, self.source, **more)
        return path

    def many(self, count: int) -> None:
        for _ in range(count):
            self.repository()

    def branch(self, path: str, name: str, files: Mapping[str, str] | None = None) -> str:
        return self.world.push_as(path, name, files or {f"{name}.txt": "new\n"}, BOT)

    def closes(self, path: str, number: int, login: str = PERSON) -> None:
        self.world.close_as(path, number, login)

    def merges(self, path: str, number: int) -> None:
        self.world.merge_as(path, number)

    def checks(self, path: str, commit: str, name: str, outcome: str) -> None:
        self.world.set_check(path, commit, name, outcome)

    def protects(self, path: str, checks: tuple[str, ...], approvals: int = 0) -> None:
        self.world.add_rule(path, "main", checks, approvals)
        self.world.give(path, BOT, "admin")

    def reviews(self, path: str, number: int, verdict: str) -> None:
        self.world.review_as(path, number, PERSON, verdict)

    def labels(self, path: str, *names: str) -> None:
        self.world.add_labels(path, names)

    def archives(self, path: str) -> None:
        self.world.archive(path)

    def administers(self, path: str) -> None:
        self.world.give(path, BOT, "admin")

    def lets_create(self) -> None:
        self.world.owners[self.owner].creators.add(BOT)

    def renames(self, path: str, new: str) -> str:
        self.world.rename(path, f"{self.owner}/{new}")
        return f"{self.owner}/{new}"

    def deletes(self, path: str) -> None:
        self.world.delete(path)

    def tip(self, path: str, branch: str) -> str:
        return self.world.tip(path, branch)

    def fast_forwards(self, path: str, branch: str) -> None:
        bare.set_branch(self.world.at(path).folder, "main", self.tip(path, branch))

    def files(self, path: str) -> set[str]:
        return bare.files(self.world.at(path).folder, "main")

    def comments(self, path: str, number: int) -> list[str]:
        return [comment.text for comment in self.world.at(path).pulls[number - 1].comments]

    def fault(self, what: str, **more: Any) -> None:
        self.world.add_fault(what, **more)

    def asked(self, operation: str) -> int:
        return self.world.counts[operation]


class GiteaStage(Common):
    """An organisation of its own at a real server, with a proxy before it."""

    def __init__(self, server: Gitea, proxy: Proxy):
        super().__init__("gitea", proxy.url)
        self.server, self.proxy = server, proxy
        proxy.faults.rules.clear()
        proxy.world.counts.clear()
        server.ask("POST", "orgs", {"username": self.owner})
        units = {"repo.code": "write", "repo.pulls": "write", "repo.issues": "write"}
        team = {"name": "core", "permission": "write", "includes_all_repositories": True, "units_map": units}
        made = server.ask("POST", f"orgs/{self.owner}/teams", team)
        for login in (BOT, PERSON, "renovate"):
            server.ask("PUT", f"teams/{made['id']}/members/{login}")
        self.token = server.tokens[BOT]
        self.forge = self.as_(self.token)

    def stranger(self) -> Forge:
        return self.as_(self.server.tokens[STRANGER])

    def repository(self, owner: str = "", topics: tuple[str, ...] = (), **more: Any) -> str:
        """One that git made and the server took in, which is much cheaper than by its API."""
        path = f"{owner or self.owner}/repo{next(self.names)}"
        bare.make_source(self.server.root / "repositories" / f"{path}.git", FILES)
        self.server.ask("POST", f"admin/unadopted/{path}")
        self.server.ask("PATCH", f"repos/{path}", {"private": False} | more)
        if topics:
            self.server.ask("PUT", f"repos/{path}/topics", {"topics": list(topics)})
        return path

    def many(self, count: int) -> None:
        for _ in range(count):
            self.server.ask("POST", f"orgs/{self.owner}/repos", {"name": f"empty{next(self.names)}"})

    def branch(self, path: str, name: str, files: Mapping[str, str] | None = None) -> str:
        return self.server.write(path, name, files or {f"{name}.txt": "new\n"}, login=BOT)

    def closes(self, path: str, number: int, login: str = PERSON) -> None:
        self.server.ask("PATCH", f"repos/{path}/pulls/{number}", {"state": "closed"}, login)

    def merges(self, path: str, number: int) -> None:
        """Merge, when the server has found out whether that can be."""
        self.server.eventually(lambda: self.server.ask("GET", f"repos/{path}/pulls/{number}")["mergeable"])
        self.server.ask("POST", f"repos/{path}/pulls/{number}/merge", {"Do": "merge"})

    def checks(self, path: str, commit: str, name: str, outcome: str) -> None:
        state = {"passed": "success", "failed": "failure"}.get(outcome, outcome)
        self.server.ask("POST", f"repos/{path}/statuses/{commit}", {"context": name, "state": state})

    def protects(self, path: str, checks: tuple[str, ...], approvals: int = 0) -> None:
        rule = {"rule_name": "main", "enable_status_check": bool(checks), "status_check_contexts": list(checks)}
        self.server.ask("POST", f"repos/{path}/branch_protections", rule | {"required_approvals": approvals})

    def reviews(self, path: str, number: int, verdict: str) -> None:
        event = {"approved": "APPROVED", "changes requested": "REQUEST_CHANGES"}[verdict]
        self.server.ask("POST", f"repos/{path}/pulls/{number}/reviews", {"event": event, "body": "."}, PERSON)

    def labels(self, path: str, *names: str) -> None:
        for name in names:
            self.server.ask("POST", f"repos/{path}/labels", {"name": name, "color": "#00aabb"})

    def archives(self, path: str) -> None:
        self.server.ask("PATCH", f"repos/{path}", {"archived": True})

    def administers(self, path: str) -> None:
        self.server.ask("PUT", f"repos/{path}/collaborators/{BOT}", {"permission": "admin"})

    def lets_create(self) -> None:
        team = next(one for one in self.server.ask("GET", f"orgs/{self.owner}/teams") if one["name"] == "core")
        self.server.ask("PATCH", f"teams/{team['id']}", {"name": "core", "can_create_org_repo": True})

    def renames(self, path: str, new: str) -> str:
        self.server.ask("PATCH", f"repos/{path}", {"name": new})
        return f"{self.owner}/{new}"

    def deletes(self, path: str) -> None:
        self.server.ask("DELETE", f"repos/{path}")

    def tip(self, path: str, branch: str) -> str:
        found = self.server.ask("GET", f"repos/{path}/branches?limit=50")
        return next((one["commit"]["id"] for one in found if one["name"] == branch), "")

    def fast_forwards(self, path: str, branch: str) -> None:
        self.server.ask("POST", f"repos/{path}/pulls", {"head": branch, "base": "main", "title": "first"})
        self.server.eventually(lambda: self.server.ask("GET", f"repos/{path}/pulls/1")["mergeable"])
        self.server.ask("POST", f"repos/{path}/pulls/1/merge", {"Do": "fast-forward-only"})

    def files(self, path: str) -> set[str]:
        found = self.server.ask("GET", f"repos/{path}/git/trees/main?recursive=true")["tree"]
        return {one["path"] for one in found if one["type"] == "blob"}

    def comments(self, path: str, number: int) -> list[str]:
        return [one["body"] for one in self.server.ask("GET", f"repos/{path}/issues/{number}/comments")]

    def fault(self, what: str, **more: Any) -> None:
        self.proxy.add_fault(what, **more)

    def asked(self, operation: str) -> int:
        return self.proxy.world.counts[operation]
