"""Files that the blueprint has moved: told by migration, by the template file they come from, then by content."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from packaging.version import Version

from scaffold.blueprint.manifest import Migration
from scaffold.lock import Lock, Locked
from scaffold.plan.similar import MOST, nearest, pairs
from scaffold.tree import Tree

SCRIPT = re.compile(r":\d+$")  # the origin of what a script has made is the line of the script, and tells nothing


def find(
    lock: Lock,
    theirs: Tree,
    migrations: Iterable[Migration],
    ours: Iterable[str],
    content: Callable[[str, Locked], bytes | None] = lambda _path, _locked: None,
) -> Mapping[str, str]:
    """Return old path -> new path. A new path where the team has a file beside the old one is not a move.

    An old path may be there still, when another file has moved to it, or is made by another template file now.
    `content` gives what was applied; it is asked only where nothing else tells files apart.
    """
    taken = set(ours)

    def before(path: str) -> bytes | None:
        return content(path, lock.files[path])

    told: dict[str, str] = {}  # new path -> old path
    for old, new in (*_declared_in(lock, theirs, migrations), *_by_template(lock, theirs, before)):
        told.setdefault(new, old)
    first: dict[str, str] = {}
    for new, old in told.items():
        first.setdefault(old, new)
    moves = _sound(first, lock, taken)
    gone = {path: locked for path, locked in lock.files.items() if path not in theirs and path not in moves}
    known = {*lock.files, *moves.values()}
    added = {path: file for path, file in theirs.items() if path not in known}
    found = pairs(gone, added, before, lambda path: theirs[path].content)
    return {**moves, **_sound(found, lock, taken)}


def _sound(moves: Mapping[str, str], lock: Lock, taken: set[str]) -> dict[str, str]:
    """Return the moves that can be made all at once, each to a place that is free or becomes free."""
    sound = dict(moves)
    while True:
        blocked = [
            old
            for old, new in sound.items()
            if new not in sound
            and (new in lock.files or (new in taken and lock.place_of(old, taken) in taken))
        ]  # fmt: skip
        if not blocked:
            return sound
        for old in blocked:
            del sound[old]


def _declared_in(lock: Lock, theirs: Tree, migrations: Iterable[Migration]) -> Iterator[tuple[str, str]]:
    """Yield what migrations say has moved; a path that is there still counts where another one moves to it."""
    declared = {
        old: to for old, to in _declared(lock.version, migrations).items() if old in lock.files and to in theirs
    }
    while still := [old for old in declared if old in theirs and old not in declared.values()]:
        for old in still:
            del declared[old]
    yield from declared.items()


def _declared(since: str, migrations: Iterable[Migration]) -> dict[str, str]:
    moves: dict[str, str] = {}
    for migration in sorted(migrations, key=lambda m: m.version):
        if migration.version > Version(since):
            moves = {old: migration.moves.get(to, to) for old, to in moves.items()}
            moves |= {old: to for old, to in migration.moves.items() if old not in moves}
    return {old: to for old, to in moves.items() if old != to}


def _by_template(
    lock: Lock, theirs: Tree, before: Callable[[str], bytes | None]
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Yield what a template file has made at one path before and makes at another one now."""
    olds: dict[str, list[str]] = {}
    news: dict[str, list[str]] = {}
    for path, locked in lock.files.items():
        olds.setdefault(locked.origin, []).append(path)
    for path, file in theirs.items():
        news.setdefault(file.origin, []).append(path)
    for origin, paths in olds.items():
        if origin not in news or paths == news[origin] or "/" not in origin or SCRIPT.search(origin):
            continue
        gone = [path for path in paths if path not in theirs or theirs[path].origin != origin]
        new = [path for path in news[origin] if path not in lock.files or lock.files[path].origin != origin]
        if len(paths) == len(news[origin]) == 1:
            yield from zip(gone, new, strict=True)
        elif gone and new:
            yield from _of_a_loop(gone, new, {*paths, *news[origin]}, lock, theirs, before)


def _of_a_loop(
    gone: list[str], new: list[str], every: set[str], lock: Lock, theirs: Tree, before: Callable[[str], bytes | None]
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Pair files that one template file makes many of: by the part of the path that tells them apart, then by content.

    What neither tells is another one: a new value of the loop, not the old one under a new name.
    """
    shared = frozenset.intersection(*(frozenset(path.split("/")) for path in every))
    telling = {path: frozenset(path.split("/")) - shared for path in (*gone, *new)}
    bounded = len(gone) * len(new) <= MOST**2
    near = nearest(gone, new, lambda old, to: len(telling[old] & telling[to])) if bounded else ()
    named = {old: to for old, to in near if telling[old] & telling[to]}
    yield from named.items()
    left = [path for path in gone if path not in named], [path for path in new if path not in named.values()]
    yield from pairs(
        {path: lock.files[path] for path in left[0]},
        {path: theirs[path] for path in left[1]},
        before,
        lambda path: theirs[path].content,
    ).items()
