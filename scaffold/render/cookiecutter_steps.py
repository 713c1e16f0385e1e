"""What Cookiecutter does with each file of a template, in its order, and where that file goes."""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from posixpath import normpath
from typing import Literal, NamedTuple

from scaffold.blueprint.files import follow, followed
from scaffold.blueprint.template import Layer
from scaffold.errors import FormatError, RenderError, ScaffoldError
from scaffold.render.paths import folders_of
from scaffold.tree import SYMLINK, File, Tree, safe_path


class Step(NamedTuple):
    """A folder to make, a folder or a file to copy, or a file to render; `shown` is what its path is rendered from.

    `name` is the way from the project folder of the template, `source` that from its root.
    """

    what: Literal["folder", "whole", "copy", "text"]
    name: str
    source: str
    files: Mapping[str, File] = {}

    @property
    def shown(self) -> str:
        """The text whose rendering is the path in the project."""
        return f"./{self.name}" if self.what in ("folder", "whole") else self.name


class Template(NamedTuple):
    """A template's project folder: its name, its files, those of the folder `templates` beside it, and the steps."""

    top: str
    pages: Mapping[str, File]
    shared: Mapping[str, File]
    steps: tuple[Step, ...]


def template_of(layer: Layer) -> Template:
    """Look at a layer's files, links followed; raises FormatError or RenderError."""
    root = "" if layer.settings.subdirectory in ("", ".") else f"{layer.settings.subdirectory}/"
    top = _top(layer, root)
    pages = _below(layer, f"{root}{top}/")
    links = {path for path, file in layer.files.items() if file.mode == SYMLINK}
    walk = _Walk(layer, pages, {path[len(f"{root}{top}/") :] for path in links})
    return Template(top, pages, _below(layer, f"{root}templates/"), tuple(walk.steps("")))


def _top(layer: Layer, root: str) -> str:
    """Return the folder whose name is a template: the project. Raises FormatError unless there is one."""
    envops = layer.settings.envops
    marks = ("cookiecutter", envops.get("variable_start_string", "{{"), envops.get("variable_end_string", "}}"))
    names = {
        path[len(root) :].split("/")[0] for path in layer.files if path.startswith(root) and "/" in path[len(root) :]
    }
    found = sorted(name for name in names if all(mark in name for mark in marks))
    if len(found) == 1:
        return found[0]
    says = f"two folders could be the project: {found[0]} and {found[1]}" if found else "no folder could be the project"
    hint = f"one folder beside it must be called like {marks[1]}cookiecutter.name{marks[2]}"
    raise FormatError(says, where=layer.where(layer.config), hint=hint)


def _below(layer: Layer, folder: str) -> Mapping[str, File]:
    """Return the files below a folder, links followed; unlike in Copier a link to a file has that file's mode."""
    found = followed(layer.files, folder, layer.where)
    links = [path for path in found if path in layer.files and layer.files[path].mode == SYMLINK]
    modes = {path: follow(layer.files, path, layer.where).mode for path in links}
    return {path[len(folder) :]: File(file.content, modes.get(path, file.mode), path) for path, file in found.items()}


class _Walk:
    """Goes through a project folder from the top down: what is copied whole, folders, files, then what lies below."""

    def __init__(self, layer: Layer, pages: Mapping[str, File], links: set[str]) -> None:
        self._patterns = layer.settings.copy_without_render
        self._pages = pages
        self._linked = links - pages.keys()  # to folders: Cookiecutter makes them, and looks no further
        self._folders: dict[str, list[str]] = {"": []}
        self._files: dict[str, list[str]] = {"": []}
        for path in sorted({*folders_of(pages), *self._linked}):
            self._folders.setdefault(path.rpartition("/")[0], []).append(path)
        for path in sorted(pages):
            self._files.setdefault(path.rpartition("/")[0], []).append(path)

    def steps(self, folder: str) -> Iterator[Step]:
        """Yield the steps for what lies below a folder."""
        folders = self._folders.get(folder, [])
        copied = [path for path in folders if self._is_copied(path)]
        for path in copied:
            below = {name[len(path) :]: file for name, file in self._pages.items() if name.startswith(f"{path}/")}
            yield Step("whole", path, next((file.origin for file in below.values()), path), below)
        made = [path for path in folders if path not in copied]
        for path in made:
            first = next((file.origin for name, file in self._pages.items() if name.startswith(f"{path}/")), path)
            yield Step("folder", path, first)
        for path in self._files.get(folder, []):
            file = self._pages[path]
            yield Step("copy" if self._is_copied(path) else "text", path, file.origin, {"": file})
        for path in made:
            if path not in self._linked:
                yield from self.steps(path)

    def _is_copied(self, path: str) -> bool:
        return any(fnmatchcase(path, pattern) for pattern in self._patterns)


class Inside:
    """A project folder that fills up; of two files at one path the later one stays, as on a disk."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.files: dict[str, File] = {}
        self.folders: set[str] = {""}

    def put(self, path: str, file: File) -> None:
        """Put a file at a path, in folders that are made for it."""
        self.files[path] = file
        self.folders |= folders_of({path: None})

    def make(self, folder: str) -> None:
        """Make a folder."""
        self.folders |= {folder, *folders_of({folder: None})}

    def empty(self, folder: str) -> None:
        """Take away what lies in a folder."""
        before = f"{folder}/" if folder else ""
        self.files = {path: file for path, file in self.files.items() if not path.startswith(before)}
        self.folders = {path for path in self.folders if not path.startswith(before)} | {""}
        self.make(folder)

    def tree(self) -> Tree:
        """Return all of it; raises ScaffoldError for paths that cannot be together."""
        return Tree(self.files, self.folders - folders_of(self.files) - self.files.keys() - {""})


def placed(steps: tuple[Step, ...], inside: Inside, render_path: Callable[[Step], str]) -> Iterator[tuple[Step, str]]:
    """Yield each step that makes a file, with its path; what is yielded should be put `inside` before the next.

    Raises RenderError for a path that leaves the project.
    """
    for step in steps:
        path = _path(step, render_path(step))
        if path is None:
            continue
        if step.what in ("folder", "whole"):
            inside.make(path)
            if step.what == "whole":
                inside.empty(path)
                yield step, path
        elif path not in inside.folders:
            yield step, path
        elif step.what == "copy":
            message = f"{step.name} would be written over the folder {path or 'of the project'}"
            raise RenderError(message, where=step.source)


def _path(step: Step, rendered: str) -> str | None:
    """Return the path in the project, empty for the project itself, or None for a file whose name came out empty."""
    if step.what == "text" and (rendered.endswith("/") or not rendered):
        return None
    path = rendered if rendered.startswith("/") else normpath(rendered)
    try:
        return "" if path == "." else safe_path(path)
    except ScaffoldError as error:
        raise RenderError(error.message, where=step.source) from error
