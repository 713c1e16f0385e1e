"""The folder in which repositories that are fetched are kept: each is one run's at a time, and never half there."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from scaffold import disk
from scaffold.errors import GitError, SourceError
from scaffold.git import porcelain
from scaffold.process import Notify

BUSY = 30.0  # seconds that a run waits for another one, which may be fetching
T = TypeVar("T")
LITTER = ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "objects/*/tmp_obj_*")


def root(kind: str) -> Path:
    """Return the folder of all that is kept of one kind; raises SourceError where there is no home."""
    cache = disk.user_folder("cache")
    if cache is None:
        raise SourceError("there is no home folder to keep what is fetched in", hint="set HOME or XDG_CACHE_HOME")
    return cache / kind


def place(kind: str, address: str) -> Path:
    """Return where a repository is kept; raises SourceError where there is no home."""
    return root(kind) / f"{sha256(address.encode()).hexdigest()[:32]}.git"


@contextmanager
def alone(mirror: Path, address: str, notify: Notify) -> Iterator[None]:
    """Hold a mirror, and what is made beside it, against every other run; raises GitError where one takes too long."""
    from filelock import FileLock, Timeout  # only what fetches needs it

    try:
        locks = mirror.parents[1] / "locks"
        for folder in (mirror.parent, locks):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(locks / mirror.name.partition(".")[0])
        try:
            lock.acquire(timeout=0)
        except Timeout:
            notify(f"Waiting for another scaffold, which fetches {address}")
            lock.acquire(timeout=BUSY)
    except Timeout as error:
        raise GitError(f"another scaffold is fetching {address}", hint="wait until it is done") from error
    except OSError as error:
        raise _unusable(error, str(mirror.parent)) from error
    try:
        yield
    except OSError as error:
        raise _unusable(error, error.filename) from error
    finally:
        lock.release()


def _unusable(error: OSError, where: str | None) -> GitError:
    hint = "free some space, mend the permissions, or set XDG_CACHE_HOME"
    return GitError(f"the cache cannot be used: {error.strerror or error}", where=where, hint=hint)


def filled(mirror: Path, fill: Callable[[Path], T]) -> T:
    """Have `fill` fetch beside a mirror's place and move that in, so that nobody finds half of it; return what it does.

    Whoever calls it holds the mirror alone, so that what lies beside it is left over from a run that was killed.
    Raises GitError.
    """
    for left in mirror.parent.glob(f"{mirror.stem}.filling-*"):
        shutil.rmtree(left, ignore_errors=True)
    temporary = mirror.with_name(f"{mirror.stem}.filling-{os.urandom(8).hex()}")
    try:
        temporary.mkdir(mode=0o700)
        porcelain.init_bare(temporary)
        found = fill(temporary)
        if mirror.is_dir():
            aside = temporary.with_name(f"{temporary.name}-old")
            mirror.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)
        temporary.rename(mirror)
        return found
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def tidy(mirror: Path) -> None:
    """Remove what a git that was killed has left: nobody else is at work here now."""
    for pattern in LITTER:
        for left in mirror.glob(pattern):
            left.unlink(missing_ok=True)
