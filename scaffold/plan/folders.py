"""Folders that moved: where most of a folder's files went, its other files are looked for, or offered to go."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping


def renamed(moves: Mapping[str, str], files: Collection[str], standing: Iterable[str]) -> Mapping[str, str]:
    """Return old folder -> new folder, as git has it (merge-ort.c: get_provisional_directory_renames).

    A folder has moved where none of `standing` is left in it, and more than half of its `files` went to one other.
    """
    counts = _counts(moves)
    if not counts:
        return {}
    left = {folder for path in standing for folder in parents(path)}
    sizes = Counter(folder for path in files for folder in parents(path) if folder in counts)
    best = {old: found.most_common(1)[0] for old, found in counts.items() if old not in left}
    return {old: new for old, (new, count) in best.items() if 2 * count > sizes[old]}


def goes_to(path: str, folders: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Return where a path is once its folder has moved, with the folder's two names; None where it has not."""
    for old in parents(path):
        if old in folders:
            new = folders[old]
            return (f"{new}/" if new else "") + path[len(old) + 1 :], old, new
    return None


def parents(path: str) -> Iterable[str]:
    """Yield the folders that hold a path, the nearest first, without the top."""
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _counts(moves: Mapping[str, str]) -> Mapping[str, Counter[str]]:
    """Count where each folder's files went: with a/x/f -> b/x/f, a/x has moved to b/x, and a to b."""
    counts: dict[str, Counter[str]] = {}
    for old_path, new_path in moves.items():
        old, new = old_path.rpartition("/")[0], new_path.rpartition("/")[0]
        while old and old != new:
            counts.setdefault(old, Counter())[new] += 1
            (old, _, old_name), (new, _, new_name) = old.rpartition("/"), new.rpartition("/")
            if old_name != new_name:
                break
    return counts
