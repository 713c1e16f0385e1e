"""Repositories that live as long as a scratch folder: in-process, without the user's hooks, signing and identity."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from pygit2 import Repository, Signature, init_repository

from scaffold.git.explained import explained

NAME, EMAIL = "scaffold", "scaffold@localhost"


def commit_of(folder: Path, paths: Iterable[str], message: str) -> None:
    """Make a repository of a folder, with one commit of these paths; raises GitError."""
    with explained(folder):
        repository = init_repository(str(folder), initial_head="main")
        for path in paths:
            repository.index.add(path)
        repository.index.write()
        author = Signature(NAME, EMAIL)
        repository.create_commit("HEAD", author, author, message, repository.index.write_tree(), [])


def ignoring(folder: Path, beside: Path) -> Callable[[str], bool]:
    """Return whether the `.gitignore` files below `folder` mean a path; one that ends with a slash is a folder.

    The user's own ignore files do not count. `beside` is a new folder that this takes up. Raises GitError.
    """
    with explained(folder):
        config = init_repository(str(beside), bare=True).config
        config["core.bare"] = False
        config["core.worktree"] = str(folder)
        config["core.excludesFile"] = os.devnull
        return Repository(str(beside)).path_is_ignored
