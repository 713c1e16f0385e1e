"""Manifests: what a repository depends on directly, by the files in which its languages say so."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of, listed, value
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_product
from scaffold.guard.snapshot import SUBMODULE
from scaffold.tree import SYMLINK

Ecosystem = Literal["python", "npm", "go", "cargo"]
FILES: Mapping[Ecosystem, str] = {
    "python": "pyproject.toml", "npm": "package.json", "go": "go.mod", "cargo": "Cargo.toml",
}  # fmt: skip
_REQUIREMENT = re.compile(r"\s*+([A-Za-z0-9][\w.-]*+)\s*+(?:\[[^\]]*+\])?\s*+([^;@]*+)([;@]?)")
_GIT = re.compile(r"^(?:git\+|git:|git@|github:|gitlab:|bitbucket:)|\.git(?:[#@]|$)|^[\w.-]+/[\w.-]+(?:#.*)?$")
_FIXED = re.compile(
    r"(?:^|[^0-9a-f])[0-9a-f]{7,40}$|^[0-9a-f]{7,40}$|^(?:[\w.-]*-)?v?\d+(?:\.\d+)+|semver:"
)  # a commit, a version
_NPM = ("dependencies", "devDependencies", "optionalDependencies")
_CARGO = ("dependencies", "dev-dependencies", "build-dependencies")


class Dependency(NamedTuple):
    """One direct dependency: its name, what versions are wanted (as written), and the line that says so.

    `certain` is false where it depends on a platform or comes from elsewhere, so that a lock may not name it; `floats`
    says that it comes from a branch of a repository.
    """

    name: str
    versions: str
    line: int
    certain: bool = True
    floats: bool = False


class Manifest(NamedTuple):
    """A manifest that has dependencies."""

    path: str
    ecosystem: Ecosystem
    dependencies: tuple[Dependency, ...]
    name: str = ""  # of what it describes

    @property
    def folder(self) -> str:
        """Where it is: with a slash at its end, or nothing at the top."""
        return folder_of(self.path)


def folder_of(path: str) -> str:
    """Return a file's folder with a slash at its end, or nothing at the top."""
    return path[: path.rfind("/") + 1]


def folders_up(folder: str) -> Iterator[str]:
    """Yield a folder and all above it, each with a slash at its end but for the top."""
    while folder:
        yield folder
        folder = folder_of(folder.rstrip("/"))
    yield ""


def manifests(look: Look, *ecosystems: Ecosystem) -> Iterator[Manifest]:
    """Yield every manifest of the product that has dependencies."""
    for ecosystem in ecosystems or FILES:
        for path in named(look, FILES[ecosystem]):
            found = tuple(_READ[ecosystem](look, path))
            if found:
                yield Manifest(path, ecosystem, found, _name(look, path))


def _name(look: Look, path: str) -> str:
    document = look.data(path) if not path.endswith("go.mod") else None
    names = (value(document, *way) for way in (("package", "name"), ("project", "name"), ("name",)))
    return next((name for name in names if isinstance(name, str)), "")


def is_floating(origin: str) -> bool:
    """Whether an address of a repository, as pip and npm write it, names no commit and no version in it."""
    if not _GIT.search(origin):
        return False
    place, _, fragment = origin.partition("#")
    named = place.rpartition("@")[2] if "@" in place.rpartition("/")[2] else fragment
    return not _FIXED.search(named)


def named(look: Look, *names: str) -> tuple[str, ...]:
    """Return the files of the product that have one of these names, wherever they stand."""
    modes = look.snapshot.modes
    found = (path for path in modes if path.rpartition("/")[2] in names and is_product(path))
    return tuple(path for path in found if modes[path] not in (SYMLINK, SUBMODULE))


def canonical(name: str) -> str:
    """Return a Python package's name as locks spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _python(look: Look, path: str) -> Iterator[Dependency]:
    document = look.data(path)
    if document is None:
        return
    own = canonical(str(value(document, "project", "name") or ""))
    lists = [below(document, "project", "dependencies"), below(document, "tool", "uv", "dev-dependencies")]
    for way in (("project", "optional-dependencies"), ("dependency-groups",)):
        groups = below(document, *way)
        if groups is not None and isinstance(groups.data, Mapping):
            lists += [groups.child(name) for name in groups.data]
    for at in lists:
        for written in at.data if at is not None and isinstance(at.data, list) else ():
            match = _REQUIREMENT.match(written) if isinstance(written, str) else None
            if at is not None and match and canonical(match[1]) != own:
                name, origin = canonical(match[1]), written[match.end() :].strip() if match[3] == "@" else ""
                yield Dependency(
                    name, match[2].strip(" ()"), line_of(at), certain=not match[3], floats=is_floating(origin)
                )
    yield from _poetry(document)
    yield from _from_repositories(below(document, "tool", "uv", "sources"))


def _from_repositories(table: Located | None) -> Iterator[Dependency]:
    """Yield the entries of a table that take a branch of a repository, as uv, Poetry and Cargo write them."""
    for name in table.data if table is not None and isinstance(table.data, Mapping) else ():
        at = table.child(name) if table is not None else None
        for said in listed(at.data) or [at.data] if at is not None else ():
            if at is not None and isinstance(said, Mapping) and "git" in said and not said.keys() & {"rev", "tag"}:
                yield Dependency(canonical(str(name)), "", line_of(at), certain=False, floats=True)


def _poetry(document: Located) -> Iterator[Dependency]:
    poetry = below(document, "tool", "poetry")
    if poetry is None or not isinstance(poetry.data, Mapping):
        return
    tables = [below(poetry, "dependencies"), below(poetry, "dev-dependencies")]
    groups = below(poetry, "group")
    if groups is not None and isinstance(groups.data, Mapping):
        tables += [below(groups.child(name), "dependencies") for name in groups.data]
    for table in tables:
        for name in table.data if table is not None and isinstance(table.data, Mapping) else ():
            if table is not None and str(name).lower() != "python":
                said = table.data[name]
                floats = isinstance(said, Mapping) and "git" in said and not said.keys() & {"rev", "tag"}
                yield Dependency(canonical(str(name)), "", line_of(table.child(name)), floats=floats)


def _npm(look: Look, path: str) -> Iterator[Dependency]:
    document = look.data(path)
    for kind in _NPM if document is not None else ():
        table = below(document, kind)
        for name in table.data if table is not None and isinstance(table.data, Mapping) else ():
            if table is not None:
                origin = str(table.data[name])
                yield Dependency(str(name), origin, line_of(table.child(name)), floats=is_floating(origin))


def _go(look: Look, path: str) -> Iterator[Dependency]:
    directives = list(_directives(look.text(path) or ""))
    replaced = {words[0] for kind, words, _, _ in directives if kind == "replace" and "=>" in words[1:]}
    for kind, words, comment, line in directives:
        if kind == "require" and len(words) == 2 and not comment.strip().startswith("indirect"):  # noqa: PLR2004 - name, version
            yield Dependency(words[0], words[1], line, certain=words[0] not in replaced)


def _directives(text: str) -> Iterator[tuple[str, list[str], str, int]]:
    """Yield kind, words, comment and line of what a go.mod says, one by one or in blocks."""
    block = ""
    for number, line in enumerate(text.splitlines(), start=1):
        code, _, comment = line.partition("//")
        words = code.split()
        if words[-1:] == ["("]:
            block = words[0]
        elif words[:1] == [")"]:
            block = ""
        elif block and words:
            yield block, words, comment, number
        elif len(words) > 1:
            yield words[0], words[1:], comment, number


def _cargo(look: Look, path: str) -> Iterator[Dependency]:
    document = look.data(path)
    if document is None or not isinstance(document.data, Mapping):
        return
    tables = [below(document, kind) for kind in _CARGO]
    targets = below(document, "target")
    if targets is not None and isinstance(targets.data, Mapping):
        tables += [below(targets.child(name), kind) for name in targets.data for kind in _CARGO]
    for table in tables:
        for name in table.data if table is not None and isinstance(table.data, Mapping) else ():
            if table is None:
                continue
            said: Any = table.data[name]
            said = said if isinstance(said, Mapping) else {}
            certain = not said.get("workspace")
            floats = "git" in said and not said.keys() & {"rev", "tag"}
            named = str(said.get("package", name))
            yield Dependency(named, "", line_of(table.child(name)), certain=certain, floats=floats)


_READ = {"python": _python, "npm": _npm, "go": _go, "cargo": _cargo}
