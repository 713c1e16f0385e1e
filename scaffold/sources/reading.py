"""A template's files into memory: counted and weighed first, nothing left out in silence."""

from __future__ import annotations

import os
import stat
from collections import deque
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeVar

from scaffold import disk
from scaffold.blueprint.kinds import SUFFIX, kind_of
from scaffold.errors import SourceError
from scaffold.git.objects import MODES, Objects
from scaffold.process.loading import later
from scaffold.templating.limits import MEGABYTE, Limits
from scaffold.tree import REGULAR, File

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scaffold.blueprint import globs
    from scaffold.blueprint import template as settings_of
    from scaffold.blueprint.kinds import Kind
    from scaffold.blueprint.release import Release
    from scaffold.git.history import History
    from scaffold.sources import line_ends
else:
    globs, line_ends = later("scaffold.blueprint.globs"), later("scaffold.sources.line_ends")
    settings_of = later("scaffold.blueprint.template")

EXPECTED = "a library has blueprints/, a Copier template copier.yml, a Cookiecutter template cookiecutter.json"
LOOKED = 500  # files and folders, to tell a template that has no configuration
FROM_THE_TOP = "it counts from the top of the repository, and another version may have it"
FOREIGN = {"", ".", "..", ".git"}  # what no git writes, and a repository made on purpose may hold

T = TypeVar("T")


class Files(NamedTuple):
    """Files by their path, and the paths of submodules, whose files are not among them."""

    files: Mapping[str, File]
    submodules: tuple[str, ...] = ()


class Scale:
    """Counts and weighs what is about to be read; raises SourceError beyond the limits."""

    def __init__(self, limits: Limits, where: str) -> None:
        """Start at nothing; `where` is what errors name."""
        self._limits, self._where = limits, where
        self._files = self._bytes = 0

    def add(self, size: int) -> None:
        """Take one more file or folder; raises SourceError for one too many, before the rest is looked at."""
        self._files += 1
        self._bytes += size
        if self._files > self._limits.files:
            raise SourceError(
                f"the template holds more than {self._limits.files} files and folders",
                where=self._where,
                hint="raise it with --limit files=NUMBER",
            )

    def check(self) -> None:
        """Raise SourceError where all of it weighs too much."""
        if self._bytes > self._limits.megabytes * MEGABYTE:
            megabytes = -(-self._bytes // MEGABYTE)
            raise SourceError(
                f"the template holds {megabytes} MB in {self._files} files, more than {self._limits.megabytes} MB",
                where=self._where,
                hint=f"raise it with --limit megabytes={megabytes}",
            )


def at_commit(history: History, commit: str, limits: Limits, where: str, folder: str = "") -> Files:
    """Read a commit, or a folder of it; raises SourceError for too much, or for a name that could not be a file's."""
    history = history.below(folder)
    scale, items = Scale(limits, where), []
    for item in history.items(commit):
        scale.add(item.size)
        _check_path(item.path, where)
        items.append(item)
    scale.check()
    files = {
        item.path: File(history.content(item.id), MODES.get(item.mode, REGULAR))
        for item in sorted(items)
        if not (item.is_folder or item.is_submodule)
    }
    above = {path: File(content) for path, content in history.above(commit, line_ends.ATTRIBUTES).items()}
    clone = line_ends.checked_out({**above, **_placed(files, folder)})
    return Files(_below(folder, clone), tuple(item.path for item in items if item.is_submodule))


def _placed(files: Mapping[str, T], folder: str) -> Mapping[str, T]:
    return {f"{folder}/{path}": file for path, file in files.items()} if folder else files


def _below(folder: str, files: Mapping[str, T]) -> Mapping[str, T]:
    start = f"{folder}/" if folder else ""
    return {path[len(start) :]: file for path, file in files.items() if path.startswith(start)} if folder else files


def _check_path(path: str, where: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise SourceError(f"the file name {path!r} is not UTF-8", where=where, hint="rename it") from None
    if FOREIGN.intersection(path.lower().split("/")):
        raise SourceError(f"the template holds the path {path!r}, which no file may have", where=where)


def standing(repository: Objects, limits: Limits, where: str, folder: str = "") -> Files:
    """Read a work tree, or a folder of it, as it stands, without what git ignores; raises SourceError."""
    paths = _below(folder, repository.history.standing())
    own = _placed({path: True for path, is_repository in paths.items() if not is_repository}, folder)
    files = _below(folder, _weighed(repository.root, own, limits, where))
    return Files(files, tuple(path for path, is_repository in paths.items() if is_repository))


def folder(root: Path, limits: Limits) -> Files:
    """Read a folder, without git's own; raises SourceError for too much, or for what is no file."""
    paths = []
    for at, folders, names in os.walk(root, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if name != ".git")
        links = [name for name in folders if (Path(at) / name).is_symlink()]
        paths += [(Path(at) / name).relative_to(root).as_posix() for name in [*names, *links] if name != ".git"]
        if len(paths) > limits.files:
            break
    files = _weighed(root, sorted(paths), limits, str(root))
    return Files({path: replace(file, permissions=disk.permissions(root, path)) for path, file in files.items()})


def _unreadable(error: OSError) -> NoReturn:
    raise SourceError(f"the template cannot be read: {error.strerror}", where=str(error.filename)) from error


def _weighed(root: Path, paths: Iterable[str], limits: Limits, where: str) -> dict[str, File]:
    scale, there = Scale(limits, where), []
    for path in paths:
        try:
            status = (root / path).lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue  # the index names it, and it was deleted
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
            raise SourceError(f"{path} is neither a file nor a link", where=where, hint="move it out of the template")
        _check_path(path, where)
        scale.add(status.st_size)
        there.append(path)
    scale.check()
    return disk.read_all(root, there)


def kind_at(history: History, commit: str) -> Kind | None:
    """Return which tool's template stands at a commit; only one without a configuration is searched through."""
    found = kind_of(name for name in history.names(commit) if not name.endswith("/"))
    return found or kind_of(item.path for item in history.items(commit) if item.path.endswith(SUFFIX))


def kind_below(root: Path) -> Kind | None:
    """Return which tool's template a folder is, as its top says, or a template among the first files below it.

    No more are looked at: it may be somebody's home, or all of the disk.
    """
    found = kind_of(place.name for place in root.iterdir() if place.is_file())
    return found or kind_of(name for name in islice(_names(root), LOOKED) if name.endswith(SUFFIX))


def _names(root: Path) -> Iterator[str]:
    """Walk the names below a folder, those high up first."""
    waiting = deque([str(root)])
    while waiting:
        with suppress(OSError), os.scandir(waiting.popleft()) as found:
            for entry in found:
                if entry.name != ".git" and entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                yield entry.name


def left_out(release: Release, submodules: Iterable[str], address: str) -> str:
    """Say which submodules a release lacks; raises SourceError where one lies among what is rendered."""
    missing = sorted(submodules)
    if release.kind == "copier" and (rendered := [path for path in missing if _is_rendered(release, path)]):
        raise SourceError(
            f"the template's submodule {rendered[0]} would be rendered, and scaffold does not read submodules",
            where=address,
            hint="commit its files into the template, or exclude it with `_exclude`",
        )
    return f"the template's submodules are not read: {', '.join(missing)}" if missing else ""


def _is_rendered(release: Release, path: str) -> bool:
    """Whether a submodule lies where Copier renders; what a setting says only when rendered counts as if it did."""
    settings = release.layers[0].settings
    below = settings.subdirectory.strip("/")
    if below and "{" not in below:
        if not f"{path}/".startswith(f"{below}/") and not f"{below}/".startswith(f"{path}/"):
            return False
        path = path.removeprefix(f"{below}/")
    exclude = settings_of.DEFAULT_EXCLUDE if settings.exclude is None and not below else settings.exclude or ()
    literal = [pattern for pattern in exclude if "{" not in pattern]
    return not globs.like_git(tuple(literal)).matches(f"{path}/")
