"""Rules on lock files: there, in step with the manifest, and held to where something is installed."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion

from scaffold.errors import ScaffoldError
from scaffold.formats.lookup import value
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.manifests import Dependency, Ecosystem, Manifest, canonical, folders_up, manifests, named
from scaffold.guard.readers.scripts import in_images, in_workflows
from scaffold.guard.readers.shell import Command
from scaffold.guard.rule import NotApplicable
from scaffold.guard.snapshot import LARGEST

LONGEST = 32_000_000  # bytes of a lock, which no one writes by hand
LOCKS: Mapping[Ecosystem, tuple[str, ...]] = {
    "python": ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "pixi.lock", "conda-lock.yml"),
    "npm": ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"),
    "go": ("go.sum",),
    "cargo": ("Cargo.lock",),
}
HASHED = ("requirements*.txt", "/requirements/*.txt")
_PACKAGE = re.compile(r'^name = "([^"\n]+)"\r?\n(?:version = "([^"\n]+)")?', re.MULTILINE)
INSTALLS = ("npm", "yarn", "pnpm", "uv")
Missing = Iterator[tuple[Dependency, str]]  # what is not as the manifest wants it, and how it is


def locked(look: Look) -> Iterator[Found]:
    """Look at the lock of every manifest, and at how workflows and images install."""
    found = list(manifests(look))
    if not found:
        raise NotApplicable("nothing here has dependencies")
    for manifest in found:
        lock = _lock_of(look, manifest)
        if lock is None:
            if not _has_hashes(look, manifest):
                yield _unlocked(look, manifest)
        else:
            yield from _out_of_step(look, manifest, lock)
        yield from _floating(manifest)
    yield from _loose_installs(look)


def _floating(manifest: Manifest) -> Iterator[Found]:
    """Yield each dependency that comes from a branch: other code on another day, also where a lock holds it for now."""
    for one in manifest.dependencies:
        if one.floats:
            message = f"{one.name} comes from a branch of a repository, and not from a commit or a version"
            yield Found(message, manifest.path, one.line, fix=f"Name the commit that {one.name} is taken at.")


def _lock_of(look: Look, manifest: Manifest) -> str | None:
    """Return the lock of a manifest: beside it, or above it where it is part of a workspace."""
    for folder in folders_up(manifest.folder):
        for place in (f"{folder}{name}" for name in LOCKS[manifest.ecosystem]):
            if place in look and (folder == manifest.folder or _is_member(look, manifest, place)):
                return place
    return None


# How a lock above names the parts of its workspace, whose folder and name are put in.
_MEMBERS: Mapping[str, str] = {
    "uv.lock": r'(?:editable|virtual|directory) = "{folder}"',
    "Cargo.lock": r'^name = "{name}"$',
    "package-lock.json": r'"{folder}": \{{',
    "pnpm-lock.yaml": r"^  '?{folder}'?:",
    "yarn.lock": r"@workspace:{folder}\b",
}


def _is_member(look: Look, manifest: Manifest, lock: str) -> bool:
    """Whether a lock in a folder above is also that of a manifest; where the lock does not say, it is."""
    pattern = _MEMBERS.get(lock.rpartition("/")[2])
    text = _lock_text(look, lock) if pattern is not None else None
    if pattern is None or text is None or (lock.endswith("yarn.lock") and "@workspace:" not in text):
        return manifest.ecosystem != "python"
    folder = manifest.folder[lock.rfind("/") + 1 :].rstrip("/")
    named = pattern.format(folder=re.escape(folder), name=re.escape(manifest.name))
    return re.search(named, text, re.MULTILINE) is not None


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
        message = f"there is no {name} yet: `make setup` makes it, and it is to be committed"
        return Found(message, manifest.path, fix="Run `make setup`, and commit what it makes.", known=False)
    inner: Severity | None = (
        "medium" if manifest.folder else None
    )  # a part, an example or a library is seldom what is delivered
    return Found(f"{manifest.path} has dependencies, and no lock", manifest.path, severity=inner)


def _out_of_step(look: Look, manifest: Manifest, lock: str) -> Iterator[Found]:
    """Yield each direct dependency that the lock does not hold as the manifest wants it."""
    compare = _COMPARE.get(lock.rpartition("/")[2])
    text = _lock_text(look, lock) if compare is not None else None
    if compare is None or text is None:
        return
    said = set()
    for dependency, how in compare(manifest, lock, text):
        if how not in said:
            said.add(how)
            yield Found(f"{lock} {how}", manifest.path, dependency.line)


def _lock_text(look: Look, path: str) -> str | None:
    try:
        long = LARGEST < look.snapshot.measure(path) <= LONGEST
    except ScaffoldError:
        long = False  # `text` says so
    file = look.file(path) if long else None
    return look.text(path) if file is None else file.content.decode(errors="replace")


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


def _loose_installs(look: Look) -> Iterator[Found]:
    """Yield each installation, in workflows and images, that does not hold to the lock."""
    for script in (*in_workflows(look), *in_images(look)):
        if not any(name in script.text for name in INSTALLS):
            continue
        for line, command in script.commands():
            if how := _loose(look, command, script.path):
                yield Found(f"`{how}` does not hold to the lock", script.path, line, fix=_HOLDS[how.split()[0]])


_HOLDS = {
    "npm": "Install with `npm ci`.",
    "yarn": "Install with `yarn install --frozen-lockfile`.",
    "pnpm": "Install with `pnpm install --frozen-lockfile`.",
    "uv": "Install with `uv sync --locked`.",
}


def _loose(look: Look, command: Command, path: str) -> str:
    """Return how a command installs whatever is newest, or nothing."""
    words = command.words
    flags = {word for word in words[1:] if word.startswith("-")}
    operands = [word for word in words[2:] if not word.startswith("-")]
    if words[:2] in (("npm", "install"), ("npm", "i")):
        return (
            "npm install"
            if not operands and not flags & {"-g", "--global"} and named(look, "package-lock.json")
            else ""
        )
    if words[0] == "yarn" and words[1:2] in ((), ("install",)) and not operands:
        classic = any((look.text(lock) or "")[:200].find("yarn lockfile v1") >= 0 for lock in named(look, "yarn.lock"))
        return "yarn install" if classic and not flags & {"--frozen-lockfile", "--immutable"} else ""
    if words[:2] in (("pnpm", "install"), ("pnpm", "i")):
        return "pnpm install --no-frozen-lockfile" if "--no-frozen-lockfile" in flags else ""
    if words[:2] == ("uv", "sync") and not flags & {"--locked", "--frozen"}:
        text = look.text(path) or ""
        told = "UV_LOCKED" in text or "UV_FROZEN" in text
        return "" if told or not named(look, "uv.lock") else "uv sync"
    return ""


def quiet_installs(look: Look) -> Iterator[Found]:
    """Look at the settings beside every manifest of npm that is not part of a workspace."""
    found = [one for one in manifests(look, "npm") if _is_top(look, one)]
    if not found:
        raise NotApplicable("no package of npm is used here")
    for manifest in found:
        lock = (_lock_of(look, manifest) or "").rpartition("/")[2]
        told = {"pnpm-lock.yaml": _pnpm, "yarn.lock": _yarn}.get(lock, _npmrc)
        if not lock.startswith("bun"):
            yield from told(look, manifest.folder, int(look.parameters["days"]))


def _is_top(look: Look, manifest: Manifest) -> bool:
    return not any(
        f"{folder}package.json" in look for folder in folders_up(manifest.folder) if folder != manifest.folder
    )


def _npmrc(look: Look, folder: str, days: int) -> Iterator[Found]:
    path = f"{folder}.npmrc"
    text = look.text(path) if path in look else ""
    if text is None:
        return
    said = dict(re.findall(r"^[ \t]*+([\w-]++)[ \t]*+=[ \t]*+([^\s#;]*+)", text, re.MULTILINE))
    if said.get("ignore-scripts") != "true":
        yield Found("npm runs the install scripts of every package", path if text else f"{folder}package.json")
    age = said.get("min-release-age", "0")
    if not age.isdecimal() or int(age[:9]) < days:
        message = f"npm takes packages that are younger than {days} days"
        yield Found(message, path if text else f"{folder}package.json")


def _pnpm(look: Look, folder: str, days: int) -> Iterator[Found]:
    path = f"{folder}pnpm-workspace.yaml"
    document = look.data(path)
    age = value(document, "minimumReleaseAge")
    if not isinstance(age, int) or age < days * 24 * 60:
        fix = f"Set `minimumReleaseAge: {days * 24 * 60}` (minutes) in pnpm-workspace.yaml."
        yield Found(f"pnpm takes packages that are younger than {days} days", path, fix=fix)
    if document is not None and value(document, "dangerouslyAllowAllBuilds") is True:
        yield Found("pnpm runs the install scripts of every package", path, fix="Take `dangerouslyAllowAllBuilds` out.")


def _yarn(look: Look, folder: str, days: int) -> Iterator[Found]:
    path = f"{folder}.yarnrc.yml"
    if path not in look:  # Yarn 1, which reads .npmrc for scripts and knows no age
        yield from (one for one in _npmrc(look, folder, 0) if "scripts" in one.message)
        return
    document = look.data(path)
    if document is not None and value(document, "enableScripts") is not False:
        yield Found("Yarn runs the install scripts of every package", path, fix="Set `enableScripts: false`.")
    age = (
        re.match(r"(\d{1,9})\s*+(d|w|$)", str(value(document, "npmMinimalAgeGate") or ""))
        if document is not None
        else None
    )
    minutes = int(age[1]) * {"d": 1440, "w": 10080, "": 1}[age[2]] if age else 0
    if document is not None and minutes < days * 1440:
        fix = f"Set `npmMinimalAgeGate: {days}d` in .yarnrc.yml."
        yield Found(f"Yarn takes packages that are younger than {days} days", path, fix=fix)
