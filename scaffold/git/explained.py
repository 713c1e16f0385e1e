"""What libgit2 could not do, as one sentence and with what mends it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pygit2 import GitError as LibgitError

from scaffold.errors import GitError

HINTS = {
    "extension: 'sdir'": "git sparse-checkout reapply --no-sparse-index",
    "extension: 'link'": "git update-index --no-split-index",
    "not owned by current user": "git config --global --add safe.directory and its path",
    "unknown object format": "scaffold needs a repository with SHA-1 ids",
    "index is locked": "if no other git is at work, remove .git/index.lock",
    "in index": "rm .git/index and git reset make it anew",
}


@contextmanager
def explained(where: Path | str) -> Iterator[None]:
    """Turn what libgit2 raises into a GitError."""
    try:
        yield
    except KeyError as error:
        raise GitError(f"the repository lacks {error}", where=str(where), hint="git fsck says more") from error
    except (LibgitError, ValueError, OSError) as error:
        hint = next((hint for said, hint in HINTS.items() if said in str(error)), None)
        said = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise GitError(f"the repository cannot be used: {said}", where=str(where), hint=hint) from error
