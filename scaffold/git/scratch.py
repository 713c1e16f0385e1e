"""Repositories that live as long as a scratch folder: in-process, without the user's hooks, signing and identity."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pygit2 import Index, IndexEntry, Repository, Signature, init_repository
from pygit2.enums import FileMode

from scaffold.git.explained import explained
from scaffold.tree import File

NAME, EMAIL = "scaffold", "scaffold@localhost"


def empty(folder: Path) -> None:
    """Make a bare repository that holds nothing; raises GitError."""
    with explained(folder):
        init_repository(str(folder), bare=True)


def commit_of(folder: Path, paths: Iterable[str], message: str) -> None:
    """Make a repository of a folder, with one commit of these paths; raises GitError."""
    with explained(folder):
        repository = init_repository(str(folder), initial_head="main")
        for path in paths:
            repository.index.add(path)
        repository.index.write()
        author = Signature(NAME, EMAIL)
        repository.create_commit("HEAD", author, author, message, repository.index.write_tree(), [])


def tagged(folder: Path, files: Mapping[str, File], name: str) -> None:
    """Put files into a bare repository as a commit of its own behind a tag, the same each time; raises GitError."""
    with explained(folder):
        repository, index = Repository(str(folder)), Index()
        for path, file in files.items():
            index.add(IndexEntry(path, repository.create_blob(file.content), FileMode(int(file.mode, 8))))
        author = Signature(NAME, EMAIL, 0, 0)
        repository.create_commit(f"refs/tags/{name}", author, author, name, index.write_tree(repository), [])


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
