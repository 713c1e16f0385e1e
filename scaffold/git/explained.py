"""What libgit2 could not do, as one sentence and with what mends it."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pygit2 import GitError as LibgitError
from pygit2 import Repository

from scaffold.errors import GitError

SHA_1 = "scaffold needs a repository with SHA-1 ids, as git init --object-format=sha1 makes it"
SAFE = "git config --global --add safe.directory and its path"
HINTS = {
    "extension: 'sdir'": "git sparse-checkout reapply --no-sparse-index",
    "extension: 'link'": "git update-index --no-split-index",
    "not owned by current user": SAFE,
    "unknown object format": SHA_1,
    "mismatched algorithms": SHA_1,
    "extensions.refstorage": "git refs migrate --ref-format=files",
    "unsupported extension": "clone it with git, and use the clone",
    "dubious ownership": SAFE,
    "index is locked": "if no other git is at work, remove .git/index.lock",
    "in index": "rm .git/index and git reset make it anew",
    "No space left": "free some space, then run it again; scaffold status says how it stands",
    "Permission denied": "mend the permissions, then run it again",
}
MISSING = ("object not found", "Unable to read tree")
PARTIAL = r"extensions\.partialclone|remote\..*\.(promisor|partialclonefilter)"
NOTHING = ("no error", "")  # what libgit2 says where it forgot to say
LITTLE = 64 * 1024  # bytes: less is a full disk


@contextmanager
def explained(where: Path | str) -> Iterator[None]:
    """Turn what libgit2 raises into a GitError."""
    try:
        yield
    except (KeyError, LibgitError, ValueError, OSError) as error:
        raise _explained(where, error) from error


def _explained(where: Path | str, error: Exception) -> GitError:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    if isinstance(error, KeyError) or said.startswith(MISSING):
        what, hint = _kind_of(where)
        object_id = re.search(r"[0-9a-f]{40}", said)
        return GitError(f"{what} lacks {object_id[0] if object_id else said}", where=str(where), hint=hint)
    said = _reason(where) if said in NOTHING else said
    return GitError(f"the repository cannot be used: {said}", where=str(where), hint=hint_for(said))


def _kind_of(where: Path | str) -> tuple[str, str]:
    """Return what a repository is that lacks an object, and what brings it: some are clones of a part on purpose.

    Nothing is fetched here: settings of that repository, which may be a stranger's, say what a fetch would run.
    """
    with suppress(LibgitError):
        repository = Repository(str(where))
        if any(re.fullmatch(PARTIAL, entry.name) for entry in repository.config):
            return (
                "the repository is a partial clone and",
                f"git -C {where} fetch --refetch --no-filter brings the rest",
            )
        if repository.is_shallow:
            return "the repository is a shallow clone and", f"git -C {where} fetch --unshallow brings the rest"
    return "the repository", "git fsck says more"


def hint_for(said: str) -> str | None:
    """Return what mends a thing that git or its library said, where that is known."""
    return next((hint for known, hint in HINTS.items() if known in said), None)


def _reason(where: Path | str) -> str:
    """Return what is most likely the matter where libgit2 does not say."""
    try:
        free = shutil.disk_usage(where).free
    except OSError as error:
        return error.strerror or str(error)
    return os.strerror(errno.ENOSPC) if free < LITTLE else "git's library does not say why; is the disk full?"
