"""The world of a forge: what it keeps, and what people do in it while a program is at work.

What people do is public and takes text and numbers alone, so that a test says it in one process or to another.
"""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.forges import bare
from tests.forges.faults import Fault, Faults
from tests.forges.making import Making
from tests.forges.pulls import Pulls
from tests.forges.state import CI, LEVELS, Owner, Person, Pull, RefusalError, Repository, Rule, Token


class World(Pulls, Making):
    """Repositories below a folder, and everything that a forge knows of them."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.time):
        self.root, self.clock = root, clock
        self.lock = threading.RLock()
        self.ids = itertools.count(1)
        self.people: dict[str, Person] = {}
        self.owners: dict[str, Owner] = {}
        self.tokens: dict[str, Token] = {}
        self.repositories: dict[str, Repository] = {}
        self.former: dict[str, int] = {}
        self.faults = Faults(self)
        self.counts: Counter[str] = Counter()
        self.page = 100  # items of a listing at most, whatever is asked for
        self.app_seconds = 3600  # that a token of an App lives
        self.protects = False  # the default branch of what is new, as GitLab does it
        self.paid = True  # an edition that has all
        self.budget = 0  # requests that headers count down from; without, there is always one left
        self.add_person("scaffold-bot", "bot")
        self.add_token("secret-of-the-bot", "scaffold-bot")

    def new_id(self) -> int:
        return next(self.ids)

    # What there is before a program begins.

    def add_person(self, login: str, kind: str = "person") -> None:
        self.people[login] = Person(self.new_id(), login, kind)

    def add_token(
        self, value: str, login: str, rights: Sequence[str] = ("read", "write", "workflow", "administer")
    ) -> None:
        self.tokens[value] = Token(value, login, set(rights))

    def add_owner(
        self,
        path: str,
        members: Sequence[str] = ("scaffold-bot",),
        teams: Mapping[str, Sequence[str]] | None = None,
        **more: Any,
    ) -> None:
        """Add an organisation, or a group below another; `more` are fields of Owner."""
        found = {name: set(logins) for name, logins in (teams or {}).items()}
        self.owners[path] = Owner(self.new_id(), path, set(members), found, **more)

    def add_repository(self, path: str, source: str | Path, default: str = "main", **more) -> None:
        """Add one with the branches of `source`, whose objects it shares; `more` are fields of Repository."""
        identity = self.new_id()
        folder = self.root / f"{identity}.git"
        bare.seed(folder, Path(source), default)
        with self.lock:
            self.repositories[path] = Repository(identity, path, folder, default, self.clock(), **more)

    def add_rule(self, path: str, pattern: str, checks: Sequence[str] = (), approvals: int = 0, **more) -> None:
        self.at(path).rules.append(Rule(pattern, tuple(checks), approvals, **more))

    def add_labels(self, path: str, names: Sequence[str]) -> None:
        for name in names:
            self.at(path).labels.setdefault(name, self.new_id())

    def set_ci(self, path: str, names: Sequence[str], appear: int = 1, end: int = 2, **more) -> None:
        self.at(path).ci = CI(names, appear, end, **more)

    def add_fault(self, what: str, **more) -> None:
        self.faults.rules.append(Fault(what, **more))

    def clear_faults(self) -> None:
        self.faults.rules.clear()

    # What people do meanwhile.

    def push_as(self, path: str, branch: str, files: Mapping[str, str], login: str = "ada") -> str:
        """Commit on a branch, which is made from the default one where there is none."""
        with self.lock:
            repo = self.at(path)
            start = bare.tip(repo.folder, repo.default)
            made = bare.commit(repo.folder, branch, files, login, "fix: by hand", start)
            self.settle(repo, login)
            return made

    def open_as(self, path: str, head: str, title: str, body: str, login: str = "ada") -> int:
        with self.lock:
            repo = self.at(path)
            return self.open(repo, login, head, repo.default, title, body).number

    def close_as(self, path: str, number: int, login: str = "ada") -> None:
        with self.lock:
            self.close(self.numbered(self.at(path), number), login)

    def close_all_as(self, path: str, login: str = "ada") -> None:
        with self.lock:
            for pull in self.at(path).open_pulls():
                self.close(pull, login)

    def merge_all_as(self, path: str, login: str = "ada") -> None:
        with self.lock:
            for pull in self.at(path).open_pulls():
                if not self.hindered(self.at(path), pull):
                    self.merge(self.at(path), pull, login)

    def merge_as(self, path: str, number: int, login: str = "ada", how: str = "merge") -> str:
        with self.lock:
            return self.merge(self.at(path), self.numbered(self.at(path), number), login, how)

    def review_as(self, path: str, number: int, login: str, verdict: str) -> None:
        with self.lock:
            self.review(self.at(path), self.numbered(self.at(path), number), login, verdict)

    def set_check(self, path: str, commit: str, name: str, outcome: str, kind: str = "check") -> None:
        with self.lock:
            self.report(self.at(path), commit, name, outcome, kind)

    def delete_branch_as(self, path: str, branch: str, login: str = "ada") -> None:
        with self.lock:
            bare.set_branch(self.at(path).folder, branch, "")
            self.settle(self.at(path), login)

    def rename(self, path: str, new: str) -> None:
        with self.lock:
            repo = self.repositories.pop(path)
            repo.path, self.former[path] = new, repo.id
            self.repositories[new] = repo

    def archive(self, path: str, archived: bool = True) -> None:
        self.at(path).archived = archived

    def delete(self, path: str) -> None:
        with self.lock:
            bare.remove(self.repositories.pop(path).folder)

    def rename_default(self, path: str, new: str) -> None:
        """Rename the default branch, as its owners do; open pull requests follow it."""
        with self.lock:
            repo, old = self.at(path), self.at(path).default
            if old == new:
                return
            bare.set_branch(repo.folder, new, bare.tip(repo.folder, old))
            bare.set_default(repo.folder, new)
            bare.set_branch(repo.folder, old, "")
            repo.default = new
            for pull in repo.open_pulls():
                pull.base = new if pull.base == old else pull.base

    def expire(self, token: str = "secret-of-the-bot") -> None:
        self.tokens[token].expired = True

    def give(self, path: str, login: str, level: str) -> None:
        """Give a right at a repository (`read`, `push`, `admin`), or take all (`none`)."""
        self.at(path).rights[login] = level

    # What a test asks.

    def tip(self, path: str, branch: str) -> str:
        return bare.tip(self.at(path).folder, branch)

    def branches(self, path: str) -> list[str]:
        return list(bare.branches(self.at(path).folder))

    def files_of(self, path: str, branch: str) -> list[str]:
        return sorted(bare.files(self.at(path).folder, branch))

    def pulls_of(self, path: str) -> list[dict]:
        with self.lock:
            return [dict(vars(pull)) for pull in self.at(path).pulls]

    def pictured(self) -> dict[str, dict]:
        """All that can be seen of every repository: the trees of its branches, and what pull requests are like."""
        with self.lock:
            return {path: self.picture(repo) for path, repo in sorted(self.repositories.items())}

    def picture(self, repo: Repository) -> dict:
        told = ("head", "base", "title", "state", "draft", "author", "closed_by", "labels", "reviewers", "teams")
        pulls = [{key: getattr(one, key) for key in told} | {"comments": len(one.comments)} for one in repo.pulls]
        tips = bare.branches(repo.folder).items()
        trees = {name: found.tree for name, tip in tips if (found := bare.read_commit(repo.folder, tip))}
        return {"pulls": pulls, "trees": trees, "default": repo.default}

    def clear(self) -> None:
        """Begin anew with no repository."""
        with self.lock:
            self.clear_faults()
            for path in [*self.repositories]:
                self.delete(path)

    def hits(self) -> dict[str, int]:
        """How often each kind of trouble, or what people do, has come."""
        found: Counter[str] = Counter()
        for rule in self.faults.rules:
            found[rule.do[0] if rule.do else rule.what] += sum(rule.hit.values())
        return dict(found)

    def counted(self) -> dict[str, int]:
        """How many requests there were of each operation, and of each class of them."""
        return dict(self.counts)

    def left(self) -> int:
        """What is left of the budget."""
        return max(self.budget - self.counts["all"], 0)

    def at(self, path: str) -> Repository:
        return self.repositories[path]

    # What the shapes ask.

    def look_up(self, path: str) -> Repository | None:
        """A repository under its name, or one that it had."""
        found = self.repositories.get(path)
        return found or next((r for r in self.repositories.values() if r.id == self.former.get(path)), None)

    def level(self, repo: Repository, login: str) -> int:
        """What somebody may do there, as a place in LEVELS."""
        if login in repo.rights:
            return LEVELS.index(repo.rights[login])
        above = [o for p, o in self.owners.items() if repo.owner == p or repo.owner.startswith(f"{p}/")]
        if repo.owner == login:
            return 3
        if any(login in owner.members for owner in above):
            return 2
        return 0 if repo.private else 1

    def seen(self, path: str, login: str) -> Repository:
        """A repository that somebody may read."""
        repo = self.look_up(path)
        if repo is None or not self.level(repo, login):
            raise RefusalError("missing", path)
        return repo

    def written(self, path: str, token: Token) -> Repository:
        """A repository that somebody may change now."""
        repo = self.seen(path, token.login)
        if self.level(repo, token.login) < 2 or "write" not in token.rights:
            raise RefusalError("forbidden", path)
        if repo.archived:
            raise RefusalError("archived", path)
        return repo

    def pushed_to(self, path: str, token: Token) -> Repository:
        try:
            return self.written(path, token)
        except RefusalError as refusal:
            if refusal.kind != "forbidden":
                raise
            raise RefusalError("forbidden", f"Permission to {path}.git denied to {token.login}.") from None

    def numbered(self, repo: Repository, number: int) -> Pull:
        if not 0 < number <= len(repo.pulls):
            raise RefusalError("missing", f"{repo.path}#{number}")
        return repo.pulls[number - 1]

    def listed(self, owner: str, login: str, deep: bool = False) -> list[Repository]:
        """The repositories of an owner that somebody may see, oldest first; `deep` with those of groups below."""
        inside = [
            r for r in self.repositories.values() if r.owner == owner or (deep and r.path.startswith(f"{owner}/"))
        ]
        return sorted((repo for repo in inside if self.level(repo, login)), key=lambda repo: repo.id)

    def may_be_asked(self, repo: Repository, login: str) -> bool:
        """Whether somebody can be a reviewer there."""
        return login in self.people and self.level(repo, login) > (1 if not repo.private else 0)
