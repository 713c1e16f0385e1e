"""Files that changed their path: in the blueprint by migration, template file or content, in the project by content."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from packaging.version import Version

from scaffold.blueprint.manifest import Migration
from scaffold.lock import Lock, Locked
from scaffold.tree import File, Tree

ALIKE = 0.5  # the share of its bytes that a moved file keeps, as git has it
MOST = 1_000  # of the new files that are looked at, as git bounds its search for renames


def find(
    lock: Lock,
    theirs: Tree,
    migrations: Iterable[Migration],
    ours: Iterable[str],
    content: Callable[[str, Locked], bytes | None] = lambda _path, _locked: None,
) -> Mapping[str, str]:
    """Return old path -> new path. A new path where the team has a file beside the old one is not a move.

    `content` gives what was applied; it is asked only where nothing else tells files apart.
    """
    taken = set(ours)
    gone = [path for path in lock.files if path not in theirs]
    new = {path for path in theirs if path not in lock.files}
    moves: dict[str, str] = {}

    def add(old: str, to: str) -> None:
        # Where the team has a file at the new path it is another one, unless the team has moved the old one there.
        if (
            old not in moves
            and to not in moves.values()
            and (to not in taken or lock.place_of(old, taken) not in taken)
        ):
            moves[old] = to

    for old, to in _declared(lock.version, migrations).items():
        if old in gone and to in new:
            add(old, to)
    for keys_before, keys_after in (
        ({p: lock.files[p].origin for p in gone}, {p: theirs[p].origin for p in new}),
        ({p: lock.files[p].blob for p in gone}, {p: theirs[p].blob for p in new if theirs[p].content}),
    ):
        for old, to in _pairs(keys_before, keys_after):
            add(old, to)
    left = {path: theirs[path] for path in new - set(moves.values())}
    if left and len(left) <= MOST:
        applied = {path: content(path, lock.files[path]) for path in gone if path not in moves}
        bases = {path: File(known, lock.files[path].mode) for path, known in applied.items() if known}
        for old, to in alike_pairs(bases, left).items():
            add(old, to)
    return moves


def alike_pairs(gone: Mapping[str, File], others: Mapping[str, File]) -> Mapping[str, str]:
    """Return old path -> new path for what has moved, as its content tells: `gone` as it was, `others` what is new.

    The same content once on either side comes first, then the most alike of at least half, unless two are equally so.
    """
    bases = {path: file.blob for path, file in gone.items() if file.content}
    moves = dict(_pairs(bases, {path: file.blob for path, file in others.items()}))
    for path, file in gone.items():
        scores = {
            other: alike(file.content, candidate.content)
            for other, candidate in others.items()
            if path not in moves and other not in moves.values()
        }
        best = sorted(scores, key=lambda other: -scores[other])[:2]
        if best and scores[best[0]] >= ALIKE and (len(best) == 1 or scores[best[0]] > scores[best[1]]):
            moves[path] = best[0]
    return moves


def alike(one: bytes, other: bytes) -> float:
    """Return the share of bytes in lines that both have, 0 to 1, of the longer (git: diffcore-rename.c)."""
    longest = max(len(one), len(other))
    if not longest or 2 * min(len(one), len(other)) < longest:
        return 0.0
    shared = Counter(one.splitlines(keepends=True)) & Counter(other.splitlines(keepends=True))
    return sum(len(line) * times for line, times in shared.items()) / longest


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
