"""Manifests: what a repository depends on directly, by the files in which its languages say so."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from packaging.utils import canonicalize_name

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, entries, line_of, listed, mapping, value
from scaffold.formats.regex import regex
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_product
from scaffold.guard.snapshot import SUBMODULE
from scaffold.tree import SYMLINK

Ecosystem = Literal["python", "npm", "go", "cargo"]
FILES: Mapping[Ecosystem, str] = {
    "python": "pyproject.toml", "npm": "package.json", "go": "go.mod", "cargo": "Cargo.toml",
}  # fmt: skip
canonical = canonicalize_name  # of Python packages, as locks spell them
_REQUIREMENT = regex(r"\s*+([A-Za-z0-9][\w.-]*+)\s*+(?:\[[^\]]*+\])?\s*+([^;@]*+)([;@]?)")
_GIT = regex(r"^(?:git\+|git:|git@|github:|gitlab:|bitbucket:)|\.git(?:[#@]|$)|^[\w.-]+/[\w.-]+(?:#.*)?$")
_FIXED = regex(
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


def _python(look: Look, path: str) -> Iterator[Dependency]:
    document = look.data(path)
    own = canonical(str(value(document, "project", "name") or ""))
    lists = [below(document, "project", "dependencies"), below(document, "tool", "uv", "dev-dependencies")]
    for way in (("project", "optional-dependencies"), ("dependency-groups",)):
        lists += [at for _, at in entries(below(document, *way))]
    for at in lists:
        for written in listed(at.data) if at is not None else ():
            match = _REQUIREMENT.match(written) if isinstance(written, str) else None
            if at is not None and match and canonical(match[1]) != own:
                origin = written[match.end() :].strip() if match[3] == "@" else ""
                versions, certain = match[2].strip(" ()"), not match[3]
                yield Dependency(canonical(match[1]), versions, line_of(at), certain, is_floating(origin))
    yield from _poetry(below(document, "tool", "poetry"))
    for name, at in entries(below(document, "tool", "uv", "sources")):
        if any(map(_is_branch, listed(at.data) or [at.data])):
            yield Dependency(canonical(name), "", line_of(at), certain=False, floats=True)


def _is_branch(said: Any) -> bool:
    """Whether an entry takes a branch of a repository, as uv, Poetry and Cargo write it."""
    return "git" in mapping(said) and not said.keys() & {"rev", "tag"}


def _poetry(poetry: Located | None) -> Iterator[Dependency]:
    groups = (below(group, "dependencies") for _, group in entries(below(poetry, "group")))
    for table in (below(poetry, "dependencies"), below(poetry, "dev-dependencies"), *groups):
        for name, at in entries(table):
            if name.lower() != "python":
                yield Dependency(canonical(name), "", line_of(at), floats=_is_branch(at.data))


def _npm(look: Look, path: str) -> Iterator[Dependency]:
    document = look.data(path)
    for kind in _NPM:
        for name, at in entries(below(document, kind)):
            origin = str(at.data)
            yield Dependency(name, origin, line_of(at), floats=is_floating(origin))


def _go(look: Look, path: str) -> Iterator[Dependency]:
    said = list(directives(look.text(path) or ""))
    replaced = {words[0] for kind, words, _, _ in said if kind == "replace" and "=>" in words[1:]}
    for kind, words, comment, line in said:
        if kind == "require" and len(words) == 2 and not comment.strip().startswith("indirect"):  # noqa: PLR2004 - name, version
            yield Dependency(words[0], words[1], line, certain=words[0] not in replaced)


def directives(text: str) -> Iterator[tuple[str, list[str], str, int]]:
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
    for place in (document, *(target for _, target in entries(below(document, "target")))):
        for kind in _CARGO:
            for name, at in entries(below(place, kind)):
                said = mapping(at.data)
                certain = not said.get("workspace")
                yield Dependency(str(said.get("package", name)), "", line_of(at), certain, _is_branch(said))


_READ = {"python": _python, "npm": _npm, "go": _go, "cargo": _cargo}
