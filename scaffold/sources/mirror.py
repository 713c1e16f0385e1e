"""The cache: of each repository with an address a mirror, and what that held when the last fetch was done, as a whole.

A fetch moves one reference after the other, may be killed between two, and a second one may begin while somebody still
reads. So nobody reads the mirror's own references. Once a fetch is done they are written down together, in a folder
that is never changed and named after them: a repository that borrows the mirror's objects (gitrepository-layout), from
which nothing is ever removed. One file names the last such state.
"""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from time import time
from typing import NamedTuple

from scaffold.errors import GitError, SourceError
from scaffold.git import porcelain, references
from scaffold.git.login import Login
from scaffold.git.objects import Objects, open_repository
from scaffold.process import Notify
from scaffold.sources import cache

LIBRARIES = "libraries"
NOW = "state"  # the file that names the last state, among those in:
STATES = "states"
CONFIG = b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
PACKED = "# pack-refs with: peeled fully-peeled sorted \n"
KEPT = 7 * 24 * 3600  # seconds that a state is kept for those who may read it
BORROWED = b"../../../objects\n"
BEFORE = "; using what was fetched before"
ANEW = "run it once without --offline, or remove that folder, and it is fetched anew"


class Remote(NamedTuple):
    """A repository far away: how git reaches it, who we are there, and what it is called."""

    url: str
    login: Login | None
    address: str


class Mirrored(NamedTuple):
    """A state of a repository, and what a user should know of how it came."""

    repository: Objects
    note: str = ""


def kept(remote: Remote) -> Mirrored:
    """Open what was fetched last; raises SourceError where nothing was, or it cannot be read any more."""
    mirror = cache.place(LIBRARIES, remote.address)
    if not mirror.is_dir():
        raise SourceError(f"{remote.address} is not in the cache", hint="run once without --offline")
    try:
        open_repository(mirror)
        if not (mirror / NOW).is_file():
            with cache.alone(mirror, remote.address, lambda _: None):
                _settle(mirror)
        return Mirrored(_state(mirror))
    except GitError as error:
        message = f"what was fetched of {remote.address} cannot be read any more: {error.message}"
        raise SourceError(message, where=str(mirror), hint=ANEW) from error


def fetched(remote: Remote, hint: str, notify: Notify = lambda _: None) -> Mirrored:
    """Bring the mirror up to date, make it where there is none, and anew where it cannot be read; raises SourceError.

    Where that fails and what was fetched before can be read, it is that, with a note.
    """
    mirror = cache.place(LIBRARIES, remote.address)
    try:
        with cache.alone(mirror, remote.address, notify):
            note = _renew(mirror, remote, notify)
            return Mirrored(_state(mirror), note)
    except GitError as error:
        with suppress(GitError):
            return Mirrored(_state(mirror), f"{error.message}{BEFORE}")
        raise SourceError(error.message, hint=error.hint or hint) from error


def once(remote: Remote, hint: str) -> Mirrored:
    """Open the mirror of what never changes, and fetch it only where it is not there; raises SourceError."""
    with suppress(GitError):
        return Mirrored(_state(cache.place(LIBRARIES, remote.address)))
    return fetched(remote, hint)


def _renew(mirror: Path, remote: Remote, notify: Notify) -> str:
    """Fetch into a mirror, or all anew where there is none to go on from; returns what is to be said of that."""
    if not mirror.is_dir():
        notify(f"Fetching {remote.address}")
        _fill(mirror, remote)
        return ""
    notify(f"Looking for news at {remote.address}")
    cache.tidy(mirror)
    damage = _damage(mirror)
    if not damage:
        porcelain.fetch(mirror, remote.url, remote.login)
        damage = _damage(mirror, settle=True)
    if not damage:
        return ""
    _fill(mirror, remote)
    return f"{remote.address} was fetched anew, for what was fetched before is damaged: {damage}"


def _damage(mirror: Path, *, settle: bool = False) -> str:
    """Return what of a mirror cannot be read, or nothing."""
    try:
        _settle(mirror) if settle else references.read(open_repository(mirror), "refs/")
    except GitError as error:
        return error.message
    return ""


def _fill(mirror: Path, remote: Remote) -> None:
    def fill(folder: Path) -> None:
        porcelain.fetch(folder, remote.url, remote.login)
        _settle(folder)

    cache.filled(mirror, fill)


def _settle(mirror: Path) -> None:
    """Write down what the mirror holds now as its state; raises GitError where it cannot be read."""
    found = references.read(open_repository(mirror), "refs/")
    lines = [f"{id_} {name}\n" + (f"^{peeled}\n" if peeled != id_ else "") for name, (id_, peeled) in found.items()]
    files = {"packed-refs": (PACKED + "".join(lines)).encode(), "HEAD": (mirror / "HEAD").read_bytes()}
    name = _name(files)
    place = mirror / STATES / name
    if not _is_whole(place):
        shutil.rmtree(place, ignore_errors=True)
        beside = place.with_name(f"{name}.{os.urandom(4).hex()}")
        for path, content in {**files, "config": CONFIG, "objects/info/alternates": BORROWED, "refs/none": b""}.items():
            (beside / path).parent.mkdir(parents=True, exist_ok=True)
            (beside / path).write_bytes(content)
        (beside / "refs/none").unlink()
        beside.rename(place)
    _name_as_now(mirror, name)


def _name_as_now(mirror: Path, name: str) -> None:
    now = mirror / NOW
    if now.is_file() and now.read_bytes() == name.encode():
        return
    for other in (mirror / STATES).iterdir():
        if other.name != name and other.stat().st_mtime < time() - KEPT:
            shutil.rmtree(other, ignore_errors=True)
    with suppress(OSError, ValueError):
        os.utime(mirror / STATES / now.read_text())  # from now on it may be forgotten
    beside = now.with_name(f"{NOW}.{os.urandom(4).hex()}")
    beside.write_text(name)
    beside.replace(now)


def _name(files: Mapping[str, bytes]) -> str:
    return sha256(b"\0".join(files[path] for path in ("packed-refs", "HEAD"))).hexdigest()[:32]


def _is_whole(place: Path) -> bool:
    """Whether a state is as it was written."""
    try:
        return place.name == _name({path: (place / path).read_bytes() for path in ("packed-refs", "HEAD")})
    except (OSError, ValueError):
        return False


def _state(mirror: Path) -> Objects:
    """Open the last state; raises GitError where it is not as it was written, or a commit in it cannot be read."""
    try:
        place = mirror / STATES / (mirror / NOW).read_text()
    except (OSError, ValueError):
        place = mirror
    if not _is_whole(place):
        raise GitError("the list of its branches and tags is damaged", where=str(mirror))
    repository = open_repository(place)
    references.read(repository, "refs/")
    return repository
