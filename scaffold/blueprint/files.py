"""The files of a template: which of them a pattern names, and what stands behind its symbolic links."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from posixpath import dirname, normpath
from typing import NoReturn

from scaffold.blueprint.globs import whole
from scaffold.errors import FormatError, RenderError
from scaffold.tree import REGULAR, SYMLINK, File

DEEPEST_LINK = 40  # links to links, as Linux bounds them
Where = Callable[[str], str]  # a file's path in the template -> how errors name it


def glob(files: Mapping[str, File], pattern: str, where: str) -> Mapping[str, bytes]:
    """Return the contents of the files that a relative glob names, in order of path; raises FormatError."""
    if pattern.startswith("/") or ".." in pattern.split("/"):
        raise FormatError(f"`!include {pattern}` leads out of the template", where=where)
    try:
        wanted = whole(normpath(pattern))
    except ValueError as error:
        raise FormatError(f"`!include {pattern}`: {error}", where=where) from error
    return {path: follow(files, path, lambda _: where).content for path in sorted(files) if wanted.fullmatch(path)}


def follow(files: Mapping[str, File], path: str, where: Where) -> File:
    """Return the file at `path` or behind the symbolic link there; raises RenderError for one that leads nowhere."""
    at = _end_of(files, path, where)
    if at not in files:
        raise leads_nowhere(path, at, where)
    return files[at]


def _end_of(files: Mapping[str, File], path: str, where: Where) -> str:
    """Return the path that links lead to, which may be a folder's, or nothing's."""
    ahead, at, links = path.split("/"), "", 0
    while ahead:
        name, *ahead = ahead
        if name == "..":
            if not at:
                _refuse_outside(files, path, where)
            at = dirname(at)
        elif name not in ("", "."):
            next_ = f"{at}/{name}" if at else name
            file = files.get(next_)
            if file is None or file.mode != SYMLINK:
                at = next_
                continue
            links += 1
            if links > DEEPEST_LINK:
                raise RenderError(f"the symbolic link {path} leads in a circle", where=where(path))
            target = file.content.decode(errors="replace")
            if target.startswith("/"):
                _refuse_outside(files, path, where)
            ahead = [*target.split("/"), *ahead]
    return at


def _refuse_outside(files: Mapping[str, File], path: str, where: Where) -> NoReturn:
    target = files[path].content.decode(errors="replace")
    raise RenderError(f"the symbolic link {path} leads out of the template, to {target}", where=where(path))


def leads_nowhere(path: str, target: str, where: Where) -> RenderError:
    """Return the error for a link that has to be followed and cannot."""
    message = f"the symbolic link {path} leads to {target}, which the template does not have"
    return RenderError(message, where=where(path))


def has_links(files: Mapping[str, File]) -> bool:
    """Whether any of the files is a symbolic link."""
    return any(file.mode == SYMLINK for file in files.values())


def followed(files: Mapping[str, File], folder: str, where: Where) -> Mapping[str, File]:
    """Return the files below `folder` (empty, or ending with a slash) with every symbolic link followed.

    A link to a file, or to a folder, is replaced by what it leads to. One that leads nowhere stays: it may be left out.
    Raises RenderError for one that leaves the template, or leads in a circle.
    """
    return dict(sorted(_walk(files, folder, folder, where, ())))


def behind_links(files: Mapping[str, File]) -> Mapping[str, File]:
    """Return the files with links followed as far as they lead somewhere in the template: so includes find them."""
    found = {path: file for path, file in files.items() if file.mode != SYMLINK}
    for path in files.keys() - found.keys():
        try:
            behind = dict(_behind(files, path, path, lambda _: "", ()))
        except RenderError:
            continue  # nobody may ask for it
        found |= {name: file for name, file in behind.items() if file.mode != SYMLINK}
    return found


def _walk(
    files: Mapping[str, File], real: str, shown: str, where: Where, through: tuple[str, ...]
) -> Iterator[tuple[str, File]]:
    """Yield what lies below the folder `real` as if it lay below `shown`; both end with a slash unless empty."""
    for path, file in files.items():
        if not path.startswith(real):
            continue
        name = shown + path[len(real) :]
        if file.mode == SYMLINK:
            yield from _behind(files, path, name, where, through)
        else:
            yield name, file


def _behind(
    files: Mapping[str, File], path: str, shown: str, where: Where, through: tuple[str, ...]
) -> Iterator[tuple[str, File]]:
    """Yield what stands behind the link at `path` as if it stood at `shown`."""
    at = _end_of(files, path, where)
    if at in files:
        # Copier takes the executable bit from git's index, where a link has none.
        yield shown, files[at] if through else replace(files[at], mode=REGULAR)
        return
    folder = f"{at}/" if at else ""
    if folder in through or path.startswith(folder):
        raise RenderError(f"the symbolic link {path} leads in a circle", where=where(path))
    below = list(_walk(files, folder, f"{shown}/", where, (*through, folder)))
    yield from below or [(shown, files[path])]
