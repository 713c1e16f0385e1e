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
def beside(root: Path, inside: Path | None = None) -> Iterator[Staged]:
    """Yield a new folder to be filled and moved to `root`, so that there is all of it or nothing.

    Folders above it that are missing come with it. Until then it is `inside` another folder, where that is of the same
    file system. Whatever is left is removed, also what a killed run has left. Raises ProjectError for a failing disk.
    """
    missing = [folder for folder in (root, *root.parents) if not os.path.lexists(folder)]
    top = missing[-1] if missing else root
    try:
        if inside and inside.stat().st_dev != top.parent.stat().st_dev:
            inside = None
        with aside(top, inside) as made:
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
def aside(place: Path, inside: Path | None = None) -> Iterator[Path]:
    """Yield a path for what is to be moved to `place` from beside it, or from `inside` another folder.

    What is left there at the end is removed.

    A lock that ends with the process tells what a killed run has left: the next one removes that. Raises OSError.
    """
    from filelock import FileLock, Timeout  # only what makes something beside its place needs it

    folder, name = inside or place.parent, place.name.removeprefix(".")
    sweep(folder, name)
    while True:
        outer = folder / f".{name}{MARK}{os.urandom(4).hex()}"
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


def sweep_from(root: Path) -> None:
    """Remove what killed runs have left beside a folder, or beside one above it that may have come with it."""
    place = root
    sweep(place.parent, place.name)
    with suppress(OSError):
        while place != place.parent and [*place.parent.iterdir()] == [place]:
            place = place.parent
            sweep(place.parent, place.name)


def left_in(folder: Path, name: str = "") -> list[Path]:
    """Return what is in a folder to be moved elsewhere, under one name or any."""
    named = re.escape(name.removeprefix(".")) if name else ".+"
    ours = re.compile(rf"\.{named}{re.escape(MARK)}[0-9a-f]{{8}}")
    with suppress(OSError):
        return [entry for entry in folder.iterdir() if ours.fullmatch(entry.name) and entry.is_dir()]
    return []


def sweep(folder: Path, name: str = "") -> None:
    """Remove what killed runs have left in a folder; what a run is at work in, and what is not ours, stays."""
    if not (found := left_in(folder, name)):
        return
    from filelock import FileLock, Timeout

    for outer in found:
        with suppress(Timeout, OSError):
            names = {entry.name for entry in outer.iterdir()}
            if not names:
                outer.rmdir()
            elif BUSY in names <= {BUSY, MADE}:
                with FileLock(outer / BUSY, timeout=0):
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
