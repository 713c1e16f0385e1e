"""Where a template's files go: parts rendered one by one, loops over them, exclusions, and what may not be written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from posixpath import normpath
from unicodedata import normalize

from scaffold.blueprint.files import followed, has_links
from scaffold.blueprint.globs import globs
from scaffold.blueprint.template import Layer
from scaffold.errors import RenderError, ScaffoldError
from scaffold.templating.templates import Context, Templates
from scaffold.tree import SYMLINK, File, safe_path

Placed = tuple[str, Context]  # a path in the project, and the context with what loops add to it


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of the template, ready to render.

    `source` is its path from the template's root, `parts` are those of its name to render, and `path` stands for them
    where there is nothing to render. `given` is the file where it is the same whatever the answers; a folder has none.
    """

    source: str
    where: str
    parts: tuple[str, ...]
    is_template: bool
    path: str | None
    file: File | None = None
    given: File | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A template's files and folders below its subdirectory, and every path from the template's root."""

    files: tuple[Entry, ...]
    folders: tuple[Entry, ...]
    everything: frozenset[str]


def view(layer: Layer, root: str, templates: Templates) -> View:
    """Look at the files below `root` (empty, or ending with a slash), links followed unless they are preserved."""
    files = layer.files
    if has_links(files) and not layer.settings.preserve_symlinks:
        files = followed(files, root, layer.where)
    below = {path: file for path, file in files.items() if path.startswith(root)}
    everything = frozenset([*layer.files, *files, *folders_of(layer.files), *folders_of(files)])
    suffix = layer.settings.suffix
    folders = sorted(folder for folder in folders_of(below) if folder.startswith(root))

    def entries(found: Iterable[tuple[str, File | None]]) -> tuple[Entry, ...]:
        seen = ((path, file) for path, file in found if not suffix or f"{path}{suffix}" not in everything)
        return tuple(_entry(path, file, path[len(root) :], layer, templates) for path, file in seen)

    return View(entries(below.items()), entries((folder, None) for folder in folders), everything)


def _entry(path: str, file: File | None, shown: str, layer: Layer, templates: Templates) -> Entry:
    *folders, name = shown.split("/")
    suffix = layer.settings.suffix
    is_template = name.endswith(suffix)  # a folder can be one, as in Copier: empty, and beside the folder itself
    if suffix and is_template:
        name = PurePosixPath(name).with_suffix("").name  # as Copier does: the last dotted ending, whatever it is
    parts, where = (*folders, name), layer.where(path)
    plain = "/".join(parts) if all(map(templates.is_plain, parts)) else None
    given = None if file is None else _given(path, file, is_template, layer, templates)
    return Entry(path, where, parts, is_template, plain, file, given)


def _given(path: str, file: File, is_template: bool, layer: Layer, templates: Templates) -> File | None:
    """Return what a file becomes whatever the answers, or None where it has to be rendered."""
    origin = f"{layer.name}/{path}"
    if file.mode == SYMLINK and not layer.settings.preserve_symlinks:
        return None  # it leads nowhere, which is an error where it is not left out
    if file.mode == SYMLINK:
        target = file.content.decode(errors="surrogateescape")
        if is_template and not templates.is_plain(target):
            return None
        return File(str(PurePosixPath(target)).encode(errors="surrogateescape"), SYMLINK, origin)
    if not is_template:
        return replace(file, origin=origin)
    try:
        text = file.content.decode()
    except UnicodeDecodeError:
        return None if layer.settings.suffix else replace(file, origin=origin)
    content = templates.as_lexed(text).encode() if templates.is_plain(text) else None
    return None if content is None else replace(file, content=content, origin=origin)


def folders_of(paths: Iterable[str]) -> set[str]:
    """Return every folder on the way to the paths."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def place(entry: Entry, templates: Templates, context: Context, answers_file: str) -> Iterator[Placed]:
    """Render the parts of a path: nothing where one comes out empty, many where one loops; raises RenderError."""
    if entry.path is not None and answers_file not in entry.parts:
        yield _inside(entry.path, entry.where), context
    else:
        yield from _place(entry.parts, "", templates, context, answers_file, entry.where)


def _place(
    parts: tuple[str, ...], before: str, templates: Templates, context: Context, answers_file: str, where: str
) -> Iterator[Placed]:
    if not parts:
        yield _inside(before, where), context
        return
    for part, added in templates.expand(parts[0], context, where):
        within = {**context, **added} if added else context
        if part and part == answers_file:
            yield answers_file, within
        elif part:
            path = f"{before}/{part}" if before and not part.startswith("/") else part
            yield from _place(parts[1:], path, templates, within, answers_file, where)


@lru_cache(maxsize=10_000)
def _inside(path: str, where: str) -> str:
    try:
        return safe_path(normpath(path) if "/" in path or path == "." else path)
    except ScaffoldError as error:
        raise RenderError(error.message, where=where) from error


@lru_cache(maxsize=64)
def matcher(patterns: tuple[str, ...], where: str) -> Callable[[str], bool]:
    """Return whether gitignore-style patterns, of which the last match counts, mean a path; raises RenderError."""
    if not patterns:
        return lambda _: False
    try:
        matches = globs(tuple(normalize("NFD", pattern) for pattern in patterns)).matches
    except ValueError as error:
        raise RenderError(str(error), where=where) from error
    return lru_cache(maxsize=10_000)(matches)


def check_link(path: str, file: File, where: str) -> None:
    """Raise RenderError for a link that does not stay in the project: by `..` only at its start, never into `.git`."""
    if file.mode != SYMLINK:
        return
    target = file.content.decode(errors="replace")
    parts = [part for part in target.split("/") if part not in ("", ".")]
    up = next((index for index, part in enumerate(parts) if part != ".."), len(parts))
    inside = up <= path.count("/") and not target.startswith("/")
    if inside and parts[up:]:
        try:
            safe_path("/".join(parts[up:]))
        except ScaffoldError:
            inside = False
    if not inside:
        raise RenderError(f"the symbolic link {path} leads out of the project, to {target}", where=where)
