"""What libgit2 could not do, as one sentence and with what mends it."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pygit2 import GitError as LibgitError

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
NOTHING = ("no error", "")  # what libgit2 says where it forgot to say
LITTLE = 64 * 1024  # bytes: less is a full disk


@contextmanager
def explained(where: Path | str) -> Iterator[None]:
    """Turn what libgit2 raises into a GitError."""
    try:
        yield
    except KeyError as error:
        raise GitError(f"the repository lacks {error}", where=str(where), hint="git fsck says more") from error
    except (LibgitError, ValueError, OSError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        said = _reason(where) if said in NOTHING else said
        raise GitError(f"the repository cannot be used: {said}", where=str(where), hint=hint_for(said)) from error


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
