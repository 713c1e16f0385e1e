"""From what a user writes as a source to a library, through a cache that works offline once filled."""

import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from scaffold import disk
from scaffold.errors import GitError, SourceError, without_credentials
from scaffold.git import porcelain
from scaffold.git.objects import is_repository, open_repository
from scaffold.sources.library import FolderLibrary, GitLibrary, Library

BUILT_IN = "builtin"
Notify = Callable[[str], Any]


def built_in_root() -> Path:
    """Return the built-in library: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    packaged = package / "library"
    return packaged if packaged.is_dir() else package.parent


def locate(source: str, *, base: Path = Path(), offline: bool = False, notify: Notify = lambda _: None) -> Library:
    """Open a library; a relative folder counts from `base`, and `notify` hears of what may take long.

    Raises SourceError.
    """
    if not source:
        raise SourceError("the source is empty", hint="it is `builtin`, a folder, or the URL of a git repository")
    if source == BUILT_IN:
        return FolderLibrary(built_in_root(), BUILT_IN, fixed=True)
    folder = base / disk.expand(source)
    if folder.is_dir():
        return _folder(folder.resolve())
    if "://" not in source and not source.startswith("git@"):
        raise SourceError(
            f"there is no library at {source}", hint="a source is `builtin`, a folder, or the URL of a git repository"
        )
    return _cached(source, offline=offline, notify=notify)


def _folder(root: Path) -> Library:
    if not is_repository(root):
        return FolderLibrary(root, str(root))
    unreleased = None if root.suffix == ".git" or not (root / "blueprints").is_dir() else FolderLibrary(root, str(root))
    return GitLibrary(open_repository(root), str(root), unreleased=unreleased)


def _cached(url: str, *, offline: bool, notify: Notify) -> Library:
    from platformdirs import user_cache_path  # only a URL has a cache

    address = without_credentials(url)
    mirror = user_cache_path("scaffold") / "libraries" / f"{sha256(address.encode()).hexdigest()[:32]}.git"
    note = ""
    if not mirror.is_dir():
        if offline:
            raise SourceError(f"{address} is not in the cache", hint="run once without --offline")
        notify(f"Fetching {address}")
        _fill(mirror, url)
    elif not offline:
        notify(f"Looking for news at {address}")
        try:
            porcelain.fetch(mirror, url)
        except GitError as error:
            note = f"{error.message}; using what was fetched before"
    try:
        return GitLibrary(open_repository(mirror), address, note)
    except GitError as error:
        raise SourceError(
            error.message, where=str(mirror), hint="remove that folder, and it is fetched anew"
        ) from error


def _fill(mirror: Path, url: str) -> None:
    """Clone beside the cache's place and move it in, so that a killed or a second run never sees half of it."""
    temporary = mirror.with_name(f"filling-{os.urandom(8).hex()}")
    temporary.mkdir(mode=0o700, parents=True)
    try:
        porcelain.init_bare(temporary)
        porcelain.fetch(temporary, url)
        try:
            temporary.rename(mirror)
        except OSError:
            if not mirror.is_dir():  # else another run was first, and its copy is as good
                raise
    except GitError as error:
        raise SourceError(error.message, hint="check the address, the network and your credentials") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
