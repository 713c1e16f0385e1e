"""Repositories that a program makes, and who may change their settings."""

import subprocess
from pathlib import Path
from typing import Any

from tests.forges import bare
from tests.forges.state import LEVELS, Owner, RefusalError, Repository, Rule, Token

ADMINISTERS = LEVELS.index("admin")


class Making:
    """The part of a world in which repositories are made."""

    root: Path
    owners: dict[str, Owner]
    repositories: dict[str, Repository]
    protects: bool
    victim: subprocess.Popen[bytes]  # a program that asks, and is to be killed

    def create(
        self, path: str, token: Token, visibility: str, description: str = "", default: str = "main"
    ) -> Repository:
        """Make an empty one; its rights are those that the owner gives to who makes one."""
        owner = self.owners.get(path.rpartition("/")[0])
        own = owner is None and path.rpartition("/")[0] == token.login
        if owner is None and not own:
            raise RefusalError("missing", path)
        if "write" not in token.rights or (owner and token.login not in owner.creators):
            raise RefusalError("forbidden", path)
        if path in self.repositories:
            raise RefusalError("taken", path)
        identity = self.new_id()
        folder = self.root / f"{identity}.git"
        bare.empty(folder, default)
        made = Repository(identity, path, folder, default, self.clock(), private=visibility != "public")
        made.visibility, made.description = visibility, description
        made.rights[token.login] = "admin" if own or (owner and owner.administer) else "push"
        self.repositories[path] = made
        return made

    def administered(self, path: str, token: Token) -> Repository:
        """A repository whose settings somebody may change now."""
        repo = self.seen(path, token.login)
        if self.level(repo, token.login) < ADMINISTERS or not {"write", "administer"} <= token.rights:
            raise RefusalError("not administered", path)
        if repo.archived:
            raise RefusalError("archived", path)
        return repo

    def pushed(self, repo: Repository, login: str) -> None:
        """What the first push to an empty repository decides: its default branch, and here and there a rule for it."""
        branches = bare.branches(repo.folder)
        if branches and repo.default not in branches:
            repo.default = next(iter(branches))
            bare.set_default(repo.folder, repo.default)
        if branches and self.protects and repo.visibility and not repo.rules:
            repo.rules.append(Rule(repo.default, pushers=(login,)))

    def made(self, path: str) -> dict[str, Any] | None:
        """What a test asks of one that may have been made."""
        found = self.repositories.get(path)
        return dict(vars(found), rules=[dict(vars(rule)) for rule in found.rules]) if found else None
