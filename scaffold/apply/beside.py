"""What is made beside its place and moved there in one step, so that there is all of it or nothing."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from scaffold import disk
from scaffold.errors import ProjectError

MARK, BUSY, MADE = ".scaffold-", "busy", "made"  # of a folder beside a place, and what is in it


class Staged(NamedTuple):
    """A new folder to be filled, and what moves it into place in one step."""

    folder: Path
    move: Callable[[], None]
    made: int  # folders above its place that come with it


@contextmanager
def beside(root: Path) -> Iterator[Staged]:
    """Yield a new folder to be filled and moved to `root`, so that there is all of it or nothing.

    Folders above it that are missing come with it. Whatever is left is removed, also what a killed run has left.
    Raises ProjectError for a failing disk.
    """
    missing = [folder for folder in (root, *root.parents) if not os.path.lexists(folder)]
    top = missing[-1] if missing else root
    try:
        with aside(top) as made:
            folder = made / root.relative_to(top)
            folder.mkdir(parents=True)
            yield Staged(folder, lambda: _move(made, top), len(missing[1:]))
    except OSError as error:
        disk.refuse_existing(root)  # another run may have been first
        where = str(error.filename or root)
        raise ProjectError(f"the folder cannot be made: {error.strerror}", where=where) from error
    finally:
        for folder in missing:
            with suppress(OSError):  # not there, or not empty: what was made stands in it
                folder.rmdir()


def _move(made: Path, top: Path) -> None:
    made.rename(top)


@contextmanager
def aside(place: Path) -> Iterator[Path]:
    """Yield a path for what is to be moved to `place` from beside it; what is left there at the end is removed.

    A lock that ends with the process tells what a killed run has left: the next one removes that. Raises OSError.
    """
    from filelock import FileLock, Timeout  # only what makes something beside its place needs it

    sweep(place)
    while True:
        outer = place.with_name(f".{place.name.removeprefix('.')}{MARK}{os.urandom(4).hex()}")
        outer.mkdir(mode=0o700)
        lock = FileLock(outer / BUSY, timeout=0)
        with suppress(Timeout, FileNotFoundError):  # another run took it for what a killed one has left
            lock.acquire()
            break
    try:
        yield outer / MADE
    finally:
        _remove_aside(outer)
        lock.release()


def sweep(place: Path) -> None:
    """Remove what killed runs have left beside a place; what a run is at work in, and what is not ours, stays."""
    from filelock import FileLock, Timeout

    name = re.escape(place.name.removeprefix("."))
    ours = re.compile(rf"\.{name}{re.escape(MARK)}[0-9a-f]{{8}}")
    with suppress(OSError):
        for outer in [entry for entry in place.parent.iterdir() if ours.fullmatch(entry.name) and entry.is_dir()]:
            names = {entry.name for entry in outer.iterdir()}
            if not names:
                outer.rmdir()
            elif BUSY in names <= {BUSY, MADE}:
                with suppress(Timeout, OSError), FileLock(outer / BUSY, timeout=0):
                    _remove_aside(outer)


def _remove_aside(outer: Path) -> None:
    """Remove the lock last: until then it tells that this is ours."""
    made = outer / MADE
    with suppress(OSError):
        if made.is_dir():
            shutil.rmtree(made)
        made.unlink(missing_ok=True)
        (outer / BUSY).unlink()
        outer.rmdir()
