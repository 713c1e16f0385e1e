"""Mirrors of the members that have an address: the newest commit of each, kept in the cache, fetched where it moved."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from threading import Event
from typing import NamedTuple

from scaffold.errors import GitError
from scaffold.forges.port import ForgeError
from scaffold.git import references, shallow
from scaffold.git.login import Login
from scaffold.git.objects import open_repository
from scaffold.guard.snapshot import SUBMODULE
from scaffold.process import Notify
from scaffold.report.results import Freed
from scaffold.sources import cache

FOLDER = "fleet"
TURN = 0.5  # seconds that are waited for without a look up
AT_ONCE = 4  # more are taken for an attack by some forges
MOST_PACKS = 50  # each fetch adds one, and each makes reading slower
REACHABLE = "check the address and the network; a credential helper of git's has to know a password"
BEFORE = "; using what was fetched before"


Lookup = Callable[[str], Login | None]


class Far(NamedTuple):
    """How addresses are fetched from: who we are there, which may raise ForgeError, and what ends it all.

    `start` is how branches begin whose tips are asked for beside HEAD.
    """

    login: Lookup
    stop: Event
    anew: bool = False
    start: str = ""


class Mirror(NamedTuple):
    """A bare repository in the cache, or None where there is none; `why` says what could not be done.

    `note` says what was done beside the usual, and `moved` whether anything was fetched; `heads` are the tips of the
    branches that were asked for, as they are there.
    """

    url: str
    folder: Path | None
    why: str = ""
    moved: bool = False
    note: str = ""
    heads: Mapping[str, str] = {}


@contextmanager
def held(url: str, far: Far) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Hold the mirror of an address for this run, as it is there now, with the tips of branches that are asked for.

    Raises what keeps it from being fetched: GitError, of it FarError, ForgeError, and SourceError without a cache.
    """
    folder = cache.place(FOLDER, url)
    with cache.alone(folder, url, lambda _: None):
        yield folder, _renewed(folder, url, far).heads


def mirrored(
    urls: Collection[str],
    *,
    login: Lookup = lambda _: None,
    at_once: int = AT_ONCE,
    offline: bool = False,
    anew: bool = False,
    notify: Notify = lambda _: None,
) -> Mapping[str, Mirror]:
    """Return a mirror of each address, as it is there now, or else was when it was last fetched.

    `login` is asked who we are at an address, where git's own helpers are not to say. With `anew` all is fetched again,
    as where something in one cannot be read. Raises SourceError where there is no
    folder for a cache; what goes wrong with one mirror is said in it, and stops no other.
    """
    cache.root(FOLDER)
    far = Far(login, Event(), anew)
    found: dict[str, Mirror] = {}
    with ThreadPoolExecutor(at_once) as pool:
        try:
            running = {pool.submit(_kept if offline else _fetched, url, far) for url in dict.fromkeys(urls)}
            total = len(running)
            while running:  # with a look up: a Ctrl-C that comes just before a wait without end is not seen in it
                done, running = wait(running, TURN, FIRST_COMPLETED)
                found |= {mirror.url: mirror for mirror in (one.result() for one in done)}
                notify(f"Fetching repositories: {len(found):,} of {total:,}")
        finally:
            far.stop.set()
            pool.shutdown(cancel_futures=True)
    return {url: found[url] for url in urls}


def _kept(url: str, _far: Far) -> Mirror:
    folder = cache.place(FOLDER, url)
    if not folder.is_dir():
        return Mirror(url, None, f"{url} is not in the cache (run once without --offline)")
    damage = _damage(folder)
    return Mirror(url, None if damage else folder, damage and f"what was fetched of {url} is damaged: {damage}")


def _fetched(url: str, far: Far) -> Mirror:
    folder = cache.place(FOLDER, url)
    try:
        with cache.alone(folder, url, lambda _: None):
            return _renewed(folder, url, far)
    except (GitError, ForgeError) as error:
        error.hint = error.hint or REACHABLE
        if folder.is_dir() and not _damage(folder):
            return Mirror(url, folder, f"{error}{BEFORE}")
        return Mirror(url, None, str(error))


def _renewed(folder: Path, url: str, far: Far) -> Mirror:
    """Fetch into a mirror, or all anew where there is none to go on from; raises GitError and ForgeError."""
    login, stop = far.login(url), far.stop
    damage = "" if folder.is_dir() else "it is not there"
    first = bool(damage)
    if not damage:
        cache.tidy(folder)
        damage = _damage(folder) or _worn(folder) or "that was asked for" * far.anew
    if not damage:
        tip = shallow.tip_at(folder, url, stop, login, far.start)
        known = shallow.tip_of(open_repository(folder))
        if tip.commit is None and known.commit is not None:
            raise GitError(f"HEAD names no commit any more at {url}", hint="set its default branch")
        if tip.commit == known.commit and tip.branch in {known.branch, None}:
            return Mirror(url, folder, heads=tip.heads)
        try:
            shallow.fetch_tip(folder, url, tip.branch, stop, login)
            return Mirror(url, folder, moved=True, heads=tip.heads)
        except GitError as error:  # the address answers, so that it may be the mirror's fault
            if stop.is_set():
                raise
            damage = error.message
    tip = cache.filled(folder, lambda new: _fill(new, url, far, login))
    note = "" if first else f"{url} was fetched anew: {damage}"
    return Mirror(url, folder, moved=True, note=note, heads=tip.heads)


def _fill(folder: Path, url: str, far: Far, login: Login | None) -> shallow.Tip:
    tip = shallow.tip_at(folder, url, far.stop, login, far.start)
    if tip.commit is not None:  # of an empty repository an empty one is kept
        shallow.fetch_tip(folder, url, tip.branch, far.stop, login)
    return tip


def _damage(folder: Path) -> str:
    """Return what of a mirror cannot be read, or nothing; contents are looked for, and not read."""
    try:
        objects = open_repository(folder)
        references.read(objects, "refs/")
        head = objects.head()
        entries = objects.at_commit(head, "").values() if head else ()
        lacking = next((id_ for mode, id_ in entries if mode != SUBMODULE and not objects.has(id_)), "")
    except GitError as error:
        return error.message
    return lacking and f"it lacks {lacking}"


def _worn(folder: Path) -> str:
    return "it was in too many pieces" if len(list(folder.glob("objects/pack/*.pack"))) > MOST_PACKS else ""


def brought(url: str, blobs: Collection[str], login: Login | None = None) -> frozenset[str]:
    """Bring old contents, such as the bases that a lock names, into a mirror; return those that it still lacks.

    Those have to be rendered again: no history is fetched to look for them. Raises GitError where nothing answers.
    """
    folder = cache.place(FOLDER, url)
    with cache.alone(folder, url, lambda _: None):
        return shallow.fetch_blobs(folder, url, blobs, login)


def used(keep: Iterable[str] = ()) -> Freed:
    """Return how many mirrors there are, and their bytes, leaving out those of some addresses; raises SourceError."""
    found = list(_mirrors(keep))
    return Freed(sum(map(_is_whole, found)), sum(map(_size, found)), applied=False)


def free(keep: Iterable[str] = ()) -> Freed:
    """Delete the mirrors but those of some addresses; raises SourceError, and GitError where one is in use."""
    count = size = 0
    for folder in _mirrors(keep):
        with cache.alone(folder, folder.name, lambda _: None):
            size += _size(folder)
            count += _is_whole(folder)
            rmtree(folder)
    return Freed(count, size)


def _mirrors(keep: Iterable[str]) -> Iterator[Path]:
    kept = {cache.place(FOLDER, url) for url in keep}
    root = cache.root(FOLDER)
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if folder not in kept and folder.is_dir():
            yield folder


def _is_whole(folder: Path) -> bool:
    return folder.suffix == ".git"


def _size(folder: Path) -> int:
    return sum((Path(at) / name).lstat().st_size for at, _, names in os.walk(folder) for name in names)
