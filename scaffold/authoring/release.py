"""Release a blueprint: prove it renders, set its version, write its changelog entry, commit and tag."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from packaging.version import InvalidVersion, Version

from scaffold import disk
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Change, Operation, Place
from scaffold.blueprint.places import manifest_path, tag
from scaffold.blueprint.release import Release, read_manifest
from scaffold.errors import FormatError, ProjectError, ScaffoldError, SourceError
from scaffold.formats import yaml
from scaffold.git import porcelain
from scaffold.git.objects import Objects, is_repository, open_repository
from scaffold.project.opening import place_of
from scaffold.project.planning.guardrails import decided
from scaffold.project.stamp import refuse_unrecorded
from scaffold.render import engine
from scaffold.render.context import Surroundings
from scaffold.report.results import Released
from scaffold.sources.library import FolderLibrary, version_of
from scaffold.tree import REGULAR, File

UNRELEASED = re.compile(r"^## \[?Unreleased\]?[ \t]*\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE)
VERSION_LINE = re.compile(r"^version:[ \t]*[^\s#]+", re.MULTILINE)
HEAD = "# Changelog\n\n"


def release(
    name: str,
    *,
    library: Path | str = ".",
    version: str | None = None,
    bump: str | None = None,
    notes: tuple[str, ...] = (),
    today: date,
) -> Released:
    """Release the blueprint as it is committed in the library's repository; raises ScaffoldError with nothing done."""
    root = Path(library).resolve()
    if not root.is_dir() or not is_repository(root):
        raise ProjectError(
            "the library is not a git repository", where=str(root), hint="make one with scaffold library init DIR"
        )
    place = place_of(root, open_repository(root))
    with transaction.exclusively(place):
        records.refuse_unfinished(place)
        return _released(place, name, version, bump, notes, today)


def _released(
    place: Place, name: str, version: str | None, bump: str | None, notes: tuple[str, ...], today: date
) -> Released:
    root, repository = place.root, place.repository
    current = FolderLibrary(root, str(root)).release(name)
    wanted = _next(current.blueprint.version, version, bump)
    _refuse_unready(repository, root, current, wanted)
    _prove(current, root)
    entries = _entries(repository, root, current, notes, _last_tag(repository, name))
    manifest, changelog = manifest_path(name), f"blueprints/{name}/CHANGELOG.md"
    written = VERSION_LINE.sub(f"version: {_quoted(wanted)}", _text(root / manifest), count=1)
    logged = _log(_text(root / changelog) or HEAD, wanted, today, entries)
    if read_manifest(name, written.encode()).version != wanted:
        raise FormatError("the version cannot be set", where=str(root / manifest), hint="write it as `version: 1.2.0`")
    _carry_out(place, {manifest: written, changelog: logged}, f"{name} {wanted}", tag(name, wanted), entries)
    return Released(
        root=root,
        name=name,
        previous=str(current.blueprint.version),
        version=str(wanted),
        tag=tag(name, wanted),
        commit=repository.head() or "",
        notes=tuple(entries),
    )


def _carry_out(place: Place, texts: Mapping[str, str], what: str, name: str, entries: Iterable[str]) -> None:
    """Write, commit and tag, all of it or nothing; raises ScaffoldError."""
    repository, before = place.repository, {path: disk.read(place.root, path) for path in texts}
    changes = [
        Change(path, old, File(texts[path].encode(), old.mode if old else REGULAR), None, added=True)
        for path, old in before.items()
    ]
    operation = Operation("release", f"release {what}", commits=True, tag=name)
    record = transaction.stage(place, operation, changes)
    with transaction.rolling_back(place, record):
        transaction.swap(place, record, changes)
    record = records.finish(place, record)
    with transaction.rolling_back(place, record, "lose"):
        porcelain.commit_paths(repository.root, texts, f"release: {what}", "mend what it says, and release again")
        porcelain.tag(repository.root, name, f"{what}\n\n" + "\n".join(entries))
    records.forget(record)


def _next(current: Version, version: str | None, bump: str | None) -> Version:
    if version is None:
        parts = [*current.release, 0, 0][:3]
        level = ("major", "minor", "patch").index(bump or "minor")
        return Version(".".join(map(str, [*parts[:level], parts[level] + 1, 0, 0][:3])))
    try:
        wanted = Version(version)
    except InvalidVersion as error:
        raise SourceError(f"{version} is not a version", hint="write it as 1.2.0") from error
    if wanted < current:
        raise SourceError(f"{version} is older than {current}, which the blueprint has")
    return wanted


def _refuse_unready(repository: Objects, root: Path, current: Release, wanted: Version) -> None:
    name = current.blueprint.name
    if repository.commit_of(f"refs/tags/{tag(name, wanted)}"):
        raise SourceError(f"{tag(name, wanted)} is released already", where=str(root), hint="name another version")
    head = repository.head()
    for folder in _folders(current):
        here = {f"{folder}/{path}": file for path, file in disk.walk(root / folder).items()}
        here = {path: file for path, file in here.items() if not repository.is_ignored(path)}
        there = {f"{folder}/{path}": file for path, file in repository.files(head, folder).items()} if head else {}
        if changed := sorted(
            p for p in here.keys() | there.keys() if p not in here or not here[p].same_as(there.get(p))
        ):
            raise ProjectError(
                f"not committed: {', '.join(changed[:5])}", where=str(root), hint="commit it, so that the tag has it"
            )


def _folders(current: Release) -> tuple[str, ...]:
    return (f"blueprints/{current.blueprint.name}", *(f"templates/{layer.name}" for layer in current.layers))


def _prove(current: Release, root: Path) -> None:
    """Render every case; raises ScaffoldError naming what fails."""
    name = current.blueprint.name
    for path in sorted((root / f"blueprints/{name}/cases").glob("*.yml")):
        where = path.relative_to(root).as_posix()
        given = {key: value.data for key, value in yaml.load(path.read_bytes(), where).items()}
        try:
            rendered = engine.render(current, given=given, previous={}, surroundings=Surroundings(path.stem))
            refuse_unrecorded(current, rendered)
            decided(current, rendered.answers)
        except ScaffoldError as error:
            raise FormatError(f"the case does not pass: {error.message}", where=where, hint=error.where) from error


def _last_tag(repository: Objects, name: str) -> str | None:
    tags = {version_of(found.removeprefix(tag(name, ""))): found for found in repository.tags(tag(name, ""))}
    versions = [version for version in tags if version is not None]
    return repository.commit_of(f"refs/tags/{tags[max(versions)]}") if versions else None


def _entries(
    repository: Objects, root: Path, current: Release, notes: tuple[str, ...], previous: str | None
) -> list[str]:  # fmt: skip
    """Return the changelog's lines: what is unreleased, the notes given, else the commits since the last release."""
    path = root / f"blueprints/{current.blueprint.name}/CHANGELOG.md"
    unreleased = UNRELEASED.search(_text(path))
    lines = [line.rstrip() for line in unreleased[1].strip().splitlines()] if unreleased else []
    lines += [f"- {note}" for note in notes]
    if not lines:
        lines = [f"- {subject}" for subject in repository.subjects(previous, _folders(current))]
    if not lines:
        raise FormatError(
            "there is nothing to say about this release", where=str(path), hint="write it under `## Unreleased`"
        )
    return lines


def _log(changelog: str, version: Version, today: date, entries: list[str]) -> str:
    section = f"## {version} - {today.isoformat()}\n\n" + "\n".join(entries) + "\n\n"
    without = UNRELEASED.sub("", changelog, count=1)
    first = re.search(r"^## ", without, re.MULTILINE)
    place = first.start() if first else len(without)
    return (without[:place].rstrip("\n") + "\n\n" + section + without[place:]).rstrip("\n") + "\n"


def _quoted(version: Version) -> str:
    written = str(version)
    return f'"{written}"' if re.fullmatch(r"\d+(\.\d+)?", written) else written


def _text(path: Path) -> str:
    """Return a file's text, nothing where there is none; raises FormatError where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise FormatError("the file is not UTF-8 text", where=str(path)) from error
