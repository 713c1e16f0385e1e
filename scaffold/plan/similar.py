"""Which files that are gone stand elsewhere now, as their content tells: git's rules, with its limit."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from functools import cache
from typing import Protocol, TypeVar

from scaffold.plan import folders
from scaffold.tree import SYMLINK, File, Mode, blob_id, is_text

ALIKE = 0.5  # the share of its bytes that a moved file keeps, as git has it
SURE = 0.75  # the same where its name tells as well, and no other file is looked at
MOST = 1_000  # files on either side that are all compared with one another, as git bounds its search
TELLING = 20  # files that may have a line for it to be a sign that one is made from the other
FEWEST = 3  # lines that are not blank: in less than that, half is chance
EMPTY = blob_id(b"")

Content = Callable[[str], bytes | None]
K = TypeVar("K", bound=Hashable)


class Known(Protocol):
    """What is known of a file before its content is read."""

    @property
    def blob(self) -> str | None:
        """Git's id of its content."""

    @property
    def mode(self) -> Mode:
        """Its mode."""


def alike_pairs(gone: Mapping[str, File], others: Mapping[str, File]) -> Mapping[str, str]:
    """Return old path -> new path of files in memory: `gone` as they were, `others` what is new."""
    return pairs(gone, others, lambda path: gone[path].content, lambda path: others[path].content)


def pairs(
    gone: Mapping[str, Known], others: Mapping[str, Known], before: Content, now: Content
) -> Mapping[str, str]:  # fmt: skip
    """Return old path -> new path of what has moved; contents are asked for only where they decide.

    First comes the same content, then a like one under the same name or in the folder that the others went to, then the
    most alike of at least half. Of equals the one of the same name is taken, then the nearest, else none.
    """
    lines = _Lines(gone, others, before, now)
    moves: dict[str, str] = {}
    left = dict(gone), dict(others)

    def take(found: Iterable[tuple[str, str]]) -> None:
        for old, new in list(found):
            if old in left[0] and new in left[1]:
                moves[old] = new
                del left[0][old], left[1][new]

    take(_same_content(*left))
    take(
        (old, new)
        for old, new in _once(_by_name(left[0]), _by_name(left[1]))
        if lines.share(old, new) >= SURE
    )  # fmt: skip
    take(_in_folders(moves, gone, *left, lines))
    if len(left[0]) * len(left[1]) <= MOST**2:
        take(_most_alike(*left, lines))
        take(_in_folders(moves, gone, *left, lines))
    return moves


def nearest(olds: Iterable[str], news: Collection[str], near: Callable[[str, str], int]) -> Iterator[tuple[str, str]]:
    """Pair paths that are nearer to one another than to any other path; of equals neither is paired."""
    scores = [(near(old, new), old, new) for old in olds for new in news]
    best: dict[tuple[bool, str], tuple[int, int]] = {}  # a path of either side: its highest score, and how often
    for score, old, new in scores:
        for end in ((True, old), (False, new)):
            highest, times = best.get(end, (score, 0))
            if score >= highest:
                best[end] = (score, times + 1 if score == highest else 1)
    for score, old, new in scores:
        if best[True, old] == best[False, new] == (score, 1):
            yield old, new


def alike(one: bytes, other: bytes) -> float:
    """Return the share of bytes in lines that both have, 0 to 1, of the longer (git: diffcore-rename.c)."""
    return _share(_lines(one), _lines(other))


class _Lines:
    """The lines of both sides, each file's counted once."""

    def __init__(self, gone: Mapping[str, Known], others: Mapping[str, Known], before: Content, now: Content) -> None:
        self._links = {path for files in (gone, others) for path, file in files.items() if file.mode == SYMLINK}
        self.of_old = cache(lambda path: self._read(path, before))
        self.of_new = cache(lambda path: self._read(path, now))

    def _read(self, path: str, content: Content) -> Counter[bytes]:
        found = None if path in self._links else content(path)
        return _lines(found) if found and is_text(found) else Counter()

    def share(self, old: str, new: str) -> float:
        """Return how much of a file stands in another, 0 where that tells nothing."""
        before = self.of_old(old)
        return _share(before, self.of_new(new)) if _tells(before) else 0.0


def _lines(content: bytes) -> Counter[bytes]:
    return Counter(content.splitlines(keepends=True))


def _tells(lines: Counter[bytes]) -> bool:
    return sum(times for line, times in lines.items() if not line.isspace()) >= FEWEST


def _size(lines: Counter[bytes]) -> int:
    return sum(len(line) * times for line, times in lines.items())


def _share(one: Counter[bytes], other: Counter[bytes]) -> float:
    longest = max(_size(one), _size(other))
    return _size(one & other) / longest if longest else 0.0


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _shared_parts(old: str, new: str) -> int:
    return (Counter(old.split("/")) & Counter(new.split("/"))).total()


def _by_name(paths: Iterable[str]) -> Mapping[str, list[str]]:
    return _grouped((_name(path), path) for path in paths)


def _grouped(rows: Iterable[tuple[K, str]]) -> dict[K, list[str]]:
    groups: dict[K, list[str]] = {}
    for key, path in rows:
        groups.setdefault(key, []).append(path)
    return groups


def _once(olds: Mapping[K, list[str]], news: Mapping[K, list[str]]) -> Iterator[tuple[str, str]]:
    """Pair what has the same key once on either side."""
    for key, paths in olds.items():
        if len(paths) == 1 and len(news.get(key, ())) == 1:
            yield paths[0], news[key][0]


def _same_content(gone: Mapping[str, Known], others: Mapping[str, Known]) -> Iterator[tuple[str, str]]:
    olds, news = (
        _grouped(((file.blob, file.mode == SYMLINK), path) for path, file in files.items() if file.blob != EMPTY)
        for files in (gone, others)
    )
    for key, paths in olds.items():
        if key[0] is None or key not in news:
            continue
        if len(paths) == len(news[key]) == 1:
            yield paths[0], news[key][0]
            continue
        named = list(_once(_by_name(paths), _by_name(news[key])))
        yield from named
        first = [path for path in paths if path not in dict(named)]
        second = [path for path in news[key] if path not in dict(named).values()]
        if len(first) * len(second) <= MOST:  # the same file many times over: then it may be any of them
            yield from nearest(first, second, _shared_parts)


def _in_folders(
    moves: Mapping[str, str], files: Mapping[str, Known], gone: Mapping[str, Known], others: Mapping[str, Known],
    lines: _Lines,
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Look for what is left where the rest of its folder went; there the same content tells even of an empty file."""
    moved = folders.renamed(moves, [path for path in files if path in moves or files[path].blob != EMPTY], ())
    for old, file in gone.items():
        way = folders.goes_to(old, moved)
        other = others.get(way[0]) if way else None
        if way and other and ((file.blob, file.mode) == (other.blob, other.mode) or lines.share(old, way[0]) >= ALIKE):
            yield old, way[0]


def _most_alike(
    gone: Mapping[str, Known], others: Mapping[str, Known], lines: _Lines
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Yield the best pair first; what is as alike, as well named and as near to two is not paired."""
    telling = [old for old in gone if _tells(lines.of_old(old))] if others else []
    if not telling:
        return
    having: dict[bytes, list[str]] = _grouped((line, new) for new in others for line in lines.of_new(new))
    ranked: dict[tuple[float, bool, int], list[tuple[str, str]]] = {}
    for old in telling:
        hits = Counter(new for line in lines.of_old(old) for new in _few(having.get(line, [])))
        for new, _ in hits.most_common(TELLING):
            share = lines.share(old, new)
            if share >= ALIKE:
                rank = (share, _name(old) == _name(new), _shared_parts(old, new))
                ranked.setdefault(rank, []).append((old, new))
    paired: set[str] = set()
    taken: set[str] = set()
    for rank in sorted(ranked, reverse=True):
        rows = [(old, new) for old, new in ranked[rank] if old not in paired and new not in taken]
        olds, news = Counter(old for old, _ in rows), Counter(new for _, new in rows)
        yield from ((old, new) for old, new in rows if olds[old] == news[new] == 1)
        paired |= olds.keys()
        taken |= news.keys()


def _few(paths: list[str]) -> list[str]:
    return paths if len(paths) <= TELLING else []
