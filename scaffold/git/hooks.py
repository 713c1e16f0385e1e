"""Which hooks git would run in a work tree, where the files of that work tree are hooks themselves (core.hooksPath)."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from scaffold.git import porcelain


def brought(root: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Return which of the paths below `root` lie where git takes its hooks from; raises GitError.

    A folder of hooks below another one counts with that one, as `.husky/_`, whose hooks run those in `.husky`; and so
    does a file to which a hook is a link.
    """
    top = Path(os.path.realpath(root))
    places = {_folded(place) for place in _places(root, top)}
    below = places - {_folded(top)}
    beside = below != places  # the folder of hooks is the whole work tree, and they stand at its top
    return tuple(
        sorted(
            path for path in paths if (beside and "/" not in path) or any(_is_at(root, path, place) for place in below)
        )
    )


def _places(root: Path, top: Path) -> Iterator[Path]:
    """Yield the folder of hooks, as it is written and as it is, and the files that hooks link to."""
    folder = root / porcelain.hooks_folder(root)
    for written, base in ((Path(os.path.normpath(folder)), root), (Path(os.path.realpath(folder)), top)):
        if written.is_relative_to(base):
            deep = len(written.relative_to(base).parts) > 1
            yield top / (written.parent if deep else written).relative_to(base)
    if folder.is_dir():
        yield from (Path(os.path.realpath(hook)) for hook in folder.iterdir() if hook.is_symlink())


def _is_at(root: Path, path: str, place: Path) -> bool:
    """Whether a path is, leads to, or lies in a place; letters of both cases are one, as on many disks."""
    for here in (Path(os.path.realpath(root)) / path, Path(os.path.realpath(root / path))):
        folded = _folded(here)
        if folded.is_relative_to(place) or place.is_relative_to(folded):
            return True
    return False


def _folded(place: Path) -> Path:
    return Path(str(place).casefold())
