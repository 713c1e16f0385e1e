"""The references of a repository: every one of them, or the word that one cannot be read."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pygit2 import GitError as LibgitError
from pygit2 import Oid, Repository
from pygit2.enums import RepositoryOpenFlag

from scaffold.errors import GitError
from scaffold.git.explained import explained
from scaffold.git.objects import Objects


class Target(NamedTuple):
    """What a reference names, and what that is a tag of, or the same."""

    id: str
    peeled: str


def read(repository: Objects, *starts: str) -> Mapping[str, Target]:
    """Return what each reference names whose name has one of the starts; one that only names another is left out.

    Raises GitError where one cannot be read, or what it names: libgit2 leaves such a one out of its lists.
    """
    with explained(repository.root):
        opened = Repository(str(repository.folder), RepositoryOpenFlag.NO_SEARCH)
        found = {}
        for name in sorted({*opened.references, *_files(repository.common)}):
            if not name.startswith(starts):
                continue
            try:
                reference = opened.references[name]
                if isinstance(reference.target, Oid):
                    found[name] = Target(str(reference.target), str(reference.peel().id))
            except (LibgitError, KeyError, ValueError) as error:
                raise GitError(
                    f"the repository's {name} cannot be read", where=str(repository.root), hint="git fsck says more"
                ) from error
        return found


def _files(folder: Path) -> Iterator[str]:
    """Walk the files that references stand in, each alone."""
    for at, _, names in os.walk(folder / "refs"):
        for name in names:
            if not name.endswith(".lock"):  # of a git at work, or one that was killed
                yield (Path(at) / name).relative_to(folder).as_posix()
