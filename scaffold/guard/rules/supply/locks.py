"""Rules on lock files: there, in step with the manifest, and held to where something is installed."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion

from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.manifests import Dependency, Manifest, canonical, manifests, named
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.supply.indexes import indexes
from scaffold.guard.rules.supply.installs import loose_installs
from scaffold.guard.rules.supply.lock_files import LOCKS, lock_of, lock_text

HASHED = ("requirements*.txt", "/requirements/*.txt")
_PACKAGE = re.compile(r'^name = "([^"\n]+)"\r?\n(?:version = "([^"\n]+)")?', re.MULTILINE)
Missing = Iterator[tuple[Dependency, str]]  # what is not as the manifest wants it, and how it is


def locked(look: Look) -> Iterator[Found]:
    """Look at the lock of every manifest, at where packages come from, and at how workflows and images install."""
    yield from indexes(look)
    found = list(manifests(look))
    if not found:
        raise NotApplicable("nothing here has dependencies")
    for manifest in found:
        lock = lock_of(look, manifest)
        if lock is None:
            if not _has_hashes(look, manifest):
                yield _unlocked(look, manifest)
        else:
            yield from _out_of_step(look, manifest, lock)
        yield from _floating(manifest, held=lock is not None)
    yield from _unsafe_entries(look)
    yield from loose_installs(look)


_UNSAFE = re.compile(
    r'^.*(?:(?:registry|url) = "http://[^"]*"|"resolved": "http://[^"]*"|resolved "http://[^"]*"'
    r'|(?<!source = )\{ url = "[^"]*"(?![^}\n]*hash)[^}\n]*\}).*$',
    re.MULTILINE,
)


def _unsafe_entries(look: Look) -> Iterator[Found]:
    """Yield the first entry of a lock that comes over plain HTTP, or has no hash to compare."""
    for path in named(look, "uv.lock", "poetry.lock", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock"):
        text = lock_text(look, path) or ""
        match = _UNSAFE.search(text)
        if match is not None:
            how = "comes over plain HTTP" if "http://" in match[0] else "has no hash"
            yield Found(f"an entry of {path} {how}", path, text.count("\n", 0, match.start()) + 1)


def _floating(manifest: Manifest, *, held: bool) -> Iterator[Found]:
    """Yield each dependency that comes from a branch: other code on another day, also where a lock holds it for now."""
    less: Severity | None = "medium" if held else None
    for one in manifest.dependencies:
        if one.floats:
            message = f"{one.name} comes from a branch of a repository, and not from a commit or a version"
            fix = f"Name the commit that {one.name} is taken at."
            yield Found(message, manifest.path, one.line, fix=fix, severity=less)


def _has_hashes(look: Look, manifest: Manifest) -> bool:
    """Whether a Python project is locked by requirements with hashes."""
    if manifest.ecosystem != "python":
        return False
    return any("--hash=" in text for path, text in look.texts(*HASHED) if path.startswith(manifest.folder))


def _unlocked(look: Look, manifest: Manifest) -> Found:
    stamped = look.lock.files.get(manifest.path)
    file = look.file(manifest.path)
    name = LOCKS[manifest.ecosystem][0]
    if stamped is not None and file is not None and file.blob == stamped.blob:  # nobody has run anything yet
        message = f"there is no {name} yet: run `make setup`, and commit it"
        return Found(message, manifest.path, fix="Run `make setup`, and commit what it makes.", known=False)
    inner: Severity | None = (
        "medium" if manifest.folder else None
    )  # a part, an example or a library is seldom what is delivered
    return Found(f"{manifest.path} has dependencies, and no lock", manifest.path, severity=inner)


def _out_of_step(look: Look, manifest: Manifest, lock: str) -> Iterator[Found]:
    """Yield each direct dependency that the lock does not hold as the manifest wants it."""
    compare = _COMPARE.get(lock.rpartition("/")[2])
    text = lock_text(look, lock) if compare is not None else None
    if compare is None or text is None:
        return
    said = set()
    for dependency, how in compare(manifest, lock, text):
        if how not in said:
            said.add(how)
            part: Severity | None = "medium" if manifest.folder else None  # as above
            yield Found(f"{lock} {how}", manifest.path, dependency.line, severity=part)


def _by_name(manifest: Manifest, _lock: str, text: str) -> Missing:
    """Compare with a lock of `[[package]]` tables: those of uv, Poetry and Cargo."""
    versions = _packages(text)
    for dependency in manifest.dependencies:
        there = versions.get(canonical(dependency.name))
        if there is None:
            if dependency.certain:
                yield dependency, f"does not hold {dependency.name}"
        elif dependency.certain and all(there) and not any(_allows(dependency.versions, one) for one in there):
            yield dependency, f"holds {dependency.name} {there[0]}, which {manifest.path} does not allow"


@lru_cache(maxsize=4)  # all parts of a workspace share one lock
def _packages(text: str) -> Mapping[str, list[str]]:
    versions: dict[str, list[str]] = {}
    for name, version in _PACKAGE.findall(text):
        versions.setdefault(canonical(name), []).append(version)
    return versions


def _allows(versions: str, version: str) -> bool:
    try:
        return SpecifierSet(versions).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


@lru_cache(maxsize=4)
def _npm_packages(text: str) -> Any:
    try:
        return json.loads(text).get("packages")
    except (ValueError, AttributeError, RecursionError):
        return {}


def _npm_lock(manifest: Manifest, lock: str, text: str) -> Missing:
    packages = _npm_packages(text)
    if not isinstance(packages, Mapping):  # of npm 6, which knows names only
        yield from _named(manifest, lock, text)
        return
    inside = manifest.folder.removeprefix(lock[: lock.rfind("/") + 1]).rstrip("/")
    own = packages.get(inside)
    if not isinstance(own, Mapping):
        yield manifest.dependencies[0], f"does not know {manifest.path}"
        return
    held: dict[str, Any] = {}
    for kind in ("dependencies", "devDependencies", "optionalDependencies"):
        said = own.get(kind)
        held |= said if isinstance(said, Mapping) else {}
    for dependency in manifest.dependencies:
        if dependency.name not in held:
            yield dependency, f"does not hold {dependency.name}"
        elif held[dependency.name] != dependency.versions:
            yield dependency, f"was made for {dependency.name} {held[dependency.name]}, not {dependency.versions}"


def _named(manifest: Manifest, _lock: str, text: str) -> Missing:
    """Compare with a lock that begins the line of each package with its name."""
    names = _words(text)
    for dependency in manifest.dependencies:
        if dependency.name not in names:
            yield dependency, f"does not hold {dependency.name}"


@lru_cache(maxsize=4)
def _words(text: str) -> frozenset[str]:
    words = {word.strip("\"'") for line in text.splitlines() for word in re.split(r"[:,\s]+", line.strip()) if word}
    return frozenset(words | {word.rpartition("@")[0] for word in words})


def _go_sum(manifest: Manifest, _lock: str, text: str) -> Missing:
    held = {tuple(line.split()[:2]) for line in text.splitlines()}
    for dependency in manifest.dependencies:
        if dependency.certain and (dependency.name, f"{dependency.versions}/go.mod") not in held:
            yield dependency, f"does not hold {dependency.name} {dependency.versions}"


_COMPARE: Mapping[str, Callable[[Manifest, str, str], Missing]] = {
    "uv.lock": _by_name,
    "poetry.lock": _by_name,
    "Cargo.lock": _by_name,
    "package-lock.json": _npm_lock,
    "npm-shrinkwrap.json": _npm_lock,
    "pnpm-lock.yaml": _named,
    "yarn.lock": _named,
    "go.sum": _go_sum,
}
