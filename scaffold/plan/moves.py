"""Files that changed their path between two versions of a blueprint: by migration, by template file, by content."""

from collections import Counter
from collections.abc import Iterable, Mapping

from packaging.version import Version

from scaffold.blueprint.manifest import Migration
from scaffold.lock import Lock
from scaffold.tree import Tree


def find(lock: Lock, theirs: Tree, migrations: Iterable[Migration], ours: Iterable[str]) -> Mapping[str, str]:
    """Return old path -> new path. A new path where the team already has a file is not a move."""
    gone = [path for path in lock.files if path not in theirs]
    taken = set(ours)
    new = {path for path in theirs if path not in lock.files and path not in taken}
    moves: dict[str, str] = {}
    for old, to in _declared(lock.version, migrations).items():
        if old in gone and to in new and to not in moves.values():
            moves[old] = to
    for keys_before, keys_after in (
        ({p: lock.files[p].origin for p in gone}, {p: theirs[p].origin for p in new}),
        ({p: lock.files[p].blob for p in gone}, {p: theirs[p].blob for p in new if theirs[p].content}),
    ):
        for old, to in _pairs(keys_before, keys_after):
            if old not in moves and to not in moves.values():
                moves[old] = to
    return moves


def _declared(since: str, migrations: Iterable[Migration]) -> dict[str, str]:
    moves: dict[str, str] = {}
    for migration in sorted(migrations, key=lambda m: m.version):
        if migration.version > Version(since):
            moves = {old: migration.moves.get(to, to) for old, to in moves.items()}
            moves |= {old: to for old, to in migration.moves.items() if old not in moves}
    return moves


def _pairs(before: Mapping[str, str | None], after: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Pair what has the same value once on either side."""
    counts = Counter(before.values()), Counter(after.values())
    by_value = {value: path for path, value in after.items()}
    for path, value in before.items():
        if value is not None and counts[0][value] == 1 and counts[1][value] == 1:
            yield path, by_value[value]
