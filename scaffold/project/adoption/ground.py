"""Where an adoption looks: a repository as its work tree stands, or as it is at a commit."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import scaffold
from scaffold.git.objects import Objects
from scaffold.git.remotes import origin
from scaffold.lock import Lock
from scaffold.project.in_git import Commit, InGit
from scaffold.project.opening import Project, nothing_applied, unapplied
from scaffold.project.seen import Seen


@dataclass(frozen=True)
class Ground:
    """A repository to be taken over: its work tree, or what it `held` at a commit, in a clone called `name`.

    `address` is where it can be cloned from, for one that names no remote itself.
    """

    repository: Objects
    held: Commit | None = None
    name: str = ""
    address: str = ""

    @cached_property
    def top(self) -> Path:
        """The folder at its top."""
        return self.repository.root.resolve()

    @cached_property
    def seen(self) -> Seen:
        """All its files, by their names in the repository."""
        return self.unlocked(self.top).seen

    @property
    def remote(self) -> str | None:
        """The address of its remote, or None."""
        return origin(self.repository) or self.address or None

    def unlocked(self, root: Path) -> Project:
        """Return a folder of it as a project for which nothing is recorded yet."""
        name = self.name if root == self.top else ""
        nothing = Lock(scaffold.__version__, "", "", "0", None, {}, {}, folder=name or None)
        if self.held is None:
            return unapplied(root, nothing, self.repository)
        way = root.relative_to(self.top).as_posix()
        prefix = "" if way == "." else way
        return nothing_applied(root, self.repository, prefix, InGit(root, self.held, prefix), nothing)
