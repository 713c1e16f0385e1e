"""Branches far away: which there are, what is at their tips, and how ours comes there and goes again."""

import re
from pathlib import Path
from threading import Event
from typing import NamedTuple

from scaffold.errors import GitError
from scaffold.git import references
from scaffold.git.login import Login
from scaffold.git.objects import Objects, open_repository
from scaffold.git.porcelain import QUIETLY, far, point
from scaffold.git.shallow import HEADS, STAYING
from scaffold.process.outputs import Output

_REJECTED = re.compile(r"\(stale info\)|\(fetch first\)|\(non-fast-forward\)|cannot lock ref|reference already exists")


class MovedError(GitError):
    """A branch is no longer where it was expected."""


class Remote(NamedTuple):
    """A repository far away, and the bare one on this disk that speaks with it."""

    here: Path
    url: str
    login: Login | None = None
    stop: Event | None = None

    def branches(self, start: str) -> dict[str, str]:
        """Return the tips of branches whose names begin so, by name; raises GitError."""
        words = (*STAYING, "ls-remote", "--heads", "--", self.url, f"{HEADS}{start}*")
        lines = (line.partition("\t") for line in self._far(words).out.splitlines())
        return {name.removeprefix(HEADS): commit for commit, _, name in lines if name.startswith(HEADS)}

    def bring(self, branch: str) -> None:
        """Fetch what is at the tip of a branch; raises GitError."""
        words = ("fetch", "--progress", "--no-tags", "--depth=1", *QUIETLY, "--", self.url, f"{HEADS}{branch}")
        self._far((*STAYING, *words))

    def push(self, commit: str, branch: str, expected: str | None) -> None:
        """Put a branch at a commit, where it is as expected (None: not there); raises MovedError, or GitError."""
        self._move(f"{commit}:{HEADS}{branch}", branch, expected)

    def delete(self, branch: str, expected: str) -> None:
        """Take a branch away, where it is as expected; raises MovedError, or GitError."""
        self._move(f":{HEADS}{branch}", branch, expected)

    def _move(self, refspec: str, branch: str, expected: str | None) -> None:
        lease = f"--force-with-lease={HEADS}{branch}:{expected or ''}"
        words = (*STAYING, "push", "--porcelain", "--no-verify", "--no-signed", lease, "--", self.url, refspec)
        try:
            self._far(words)
        except GitError as error:
            raise _moved(branch, error) if _REJECTED.search(error.message) else error from error

    def _far(self, words: tuple[str, ...]) -> Output:
        return far(self.here, words, self.url, self.login, stop=self.stop)


class Local(NamedTuple):
    """A repository on this disk, in which a branch is made that nobody has checked out."""

    here: Path

    def branches(self, start: str) -> dict[str, str]:
        """Return the tips of branches whose names begin so, by name; raises GitError."""
        found = references.read(open_repository(self.here), f"{HEADS}{start}")
        return {name.removeprefix(HEADS): target.id for name, target in found.items()}

    def bring(self, branch: str) -> None:
        """Do nothing: it is here."""

    def push(self, commit: str, branch: str, expected: str | None) -> None:
        """Put a branch at a commit, where it is as expected (None: not there); raises MovedError, or GitError."""
        self._move(branch, commit, expected)

    def delete(self, branch: str, expected: str) -> None:
        """Take a branch away, where it is as expected; raises MovedError, or GitError."""
        self._move(branch, "", expected)

    def _move(self, branch: str, commit: str, expected: str | None) -> None:
        repository = open_repository(self.here)
        if repository.branch() == f"{HEADS}{branch}" and not repository.is_bare:
            raise GitError(f"{branch} is checked out", where=str(self.here), hint="switch to another branch there")
        try:
            point(self.here, f"{HEADS}{branch}", commit, expected or "")
        except GitError as error:
            raise _moved(branch, error) if _REJECTED.search(error.message) else error from error


def _moved(branch: str, error: GitError) -> MovedError:
    return MovedError(f"{branch} is no longer where it was", where=error.where, hint="it is looked at again next time")


class Tip(NamedTuple):
    """A commit by its parents and its tree."""

    parents: tuple[str, ...]
    tree: str


def tip_of(repository: Objects, commit: str) -> Tip | None:
    """Return a commit that is here, or None."""
    return Tip(repository.parents_of(commit), repository.tree_of(commit)) if repository.has(commit) else None
