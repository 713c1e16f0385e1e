"""Manifests: what a repository depends on directly, by the files in which its languages say so."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of, value
from scaffold.guard.look import Look
from scaffold.guard.snapshot import SUBMODULE
from scaffold.tree import SYMLINK

Ecosystem = Literal["python", "npm", "go", "cargo"]
FILES: Mapping[Ecosystem, str] = {
    "python": "pyproject.toml", "npm": "package.json", "go": "go.mod", "cargo": "Cargo.toml",
}  # fmt: skip
# Folders of what stands there for a test or to be copied, and is no part of the product.
ASIDE = frozenset({
    "node_modules", "vendor", "third_party", "testdata", "fixtures", "__fixtures__", "tests", "test", "__tests__",
    "examples", "example", "templates", "docs",
})  # fmt: skip

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([^;@]*)([;@]?)")
_GO = re.compile(r"^(?:require[ \t]+)?[ \t]*([^\s()/]+\.[^\s()]+)[ \t]+(v\S+)[ \t]*(//.*)?$", re.MULTILINE)
_GO_REPLACED = re.compile(r"^(?:replace[ \t]+)?[ \t]*([^\s()]+)(?:[ \t]+v\S+)?[ \t]+=>", re.MULTILINE)
_NPM = ("dependencies", "devDependencies", "optionalDependencies")
_CARGO = ("dependencies", "dev-dependencies", "build-dependencies")


class Dependency(NamedTuple):
    """One direct dependency: its name, what versions are wanted (as written), and the line that says so.

    `certain` is false where it depends on a platform or comes from elsewhere, so that a lock may not name it.
    """

    name: str
    versions: str
    line: int
    certain: bool = True


class Manifest(NamedTuple):
    """A manifest that has dependencies."""

    path: str
    ecosystem: Ecosystem
    dependencies: tuple[Dependency, ...]

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
                yield Manifest(path, ecosystem, found)


def named(look: Look, *names: str) -> tuple[str, ...]:
    """Return the files of the product that have one of these names, wherever they stand."""
    modes = look.snapshot.modes
    found = (path for path in modes if path.rpartition("/")[2] in names and not is_aside(path))
    return tuple(path for path in found if modes[path] not in (SYMLINK, SUBMODULE))


def is_aside(path: str) -> bool:
    """Whether a file is no part of the product: a test's, an example, or a template of another repository."""
    return "{{" in path or not ASIDE.isdisjoint(path.split("/")[:-1])


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
                yield Dependency(canonical(match[1]), match[2].strip(" ()"), line_of(at), certain=not match[3])
    yield from _poetry(document)


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
                yield Dependency(canonical(str(name)), "", line_of(table.child(name)))


def _npm(look: Look, path: str) -> Iterator[Dependency]:
    document = look.data(path)
    for kind in _NPM if document is not None else ():
        table = below(document, kind) if document is not None else None
        for name in table.data if table is not None and isinstance(table.data, Mapping) else ():
            if table is not None:
                yield Dependency(str(name), str(table.data[name]), line_of(table.child(name)))


def _go(look: Look, path: str) -> Iterator[Dependency]:
    text = look.text(path) or ""
    replaced = set(_GO_REPLACED.findall(text))
    counted, line = 0, 1
    for match in _GO.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if "indirect" not in (match[3] or ""):
            yield Dependency(match[1], match[2], line, certain=match[1] not in replaced)


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
            yield Dependency(str(said.get("package", name)), "", line_of(table.child(name)), certain=certain)


_READ = {"python": _python, "npm": _npm, "go": _go, "cargo": _cargo}
