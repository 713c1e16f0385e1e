"""Release a blueprint: lint and test it, set its version, write its changelog entry, commit and tag."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

from scaffold import disk
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Operation, Place
from scaffold.authoring.cases import read_cases
from scaffold.authoring.committing import carry_out, opened
from scaffold.authoring.compare import compare
from scaffold.authoring.lint.history import FORM
from scaffold.authoring.lint.run import lint
from scaffold.authoring.past import Past, past_of
from scaffold.authoring.trial import Wanted, tried
from scaffold.blueprint.places import changelog_path, manifest_path, tag
from scaffold.blueprint.release import Release, read_manifest
from scaffold.errors import FormatError, ProjectError, SourceError, TrustError
from scaffold.git import porcelain
from scaffold.git.objects import Objects
from scaffold.process import Notify
from scaffold.report import testing
from scaffold.report.checks.words import worst_first
from scaffold.report.compared import LEVELS, Compared, Level
from scaffold.report.results import Released
from scaffold.sources.library import FolderLibrary, version_of

UNRELEASED = re.compile(r"^## \[?Unreleased\]?[ \t]*\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE)
VERSION_LINE = re.compile(r"^version:[ \t]*[^\s#]+", re.MULTILINE)
MENDED = ("BP-51",)  # a layer that another blueprint was released with before
HEAD = "# Changelog\n\n"


def release(
    name: str,
    *,
    library: Path | str = ".",
    version: str | None = None,
    bump: Level | None = None,
    pre: bool = False,
    notes: tuple[str, ...] = (),
    trust: bool = False,
    dry_run: bool = False,
    today: date,
    notify: Notify = lambda _: None,
) -> Released:
    """Release the blueprint as it is committed in the library's repository; raises ScaffoldError with nothing done.

    It must be clean to lint, but for what is of low severity, and pass its test. Without a version, or the part to
    raise, the next version is what the changes since the last release ask for; with `pre` it is a candidate of that.
    Tasks and migrations of code have to be tried, which takes `trust`, or that of the user's settings.
    """
    root = Path(library).resolve()
    place = opened(root)
    wanted = Wish(version, bump, pre, notes, today, trust)
    if dry_run:
        return _prepared(place, name, wanted, notify).result._replace(applied=False)
    with transaction.exclusively(place):
        records.refuse_unfinished(place)
        prepared = _prepared(place, name, wanted, notify)
        made = prepared.result
        what = f"{name} {made.version}"
        operation = Operation("release", f"release {what}", commits=True, tag=made.tag)
        carry_out(place, operation, prepared.texts, f"release: {what}", "\n".join([what, "", *made.notes]))
        return made._replace(commit=place.repository.head() or "", signed=porcelain.signs(root))


class Wish(NamedTuple):
    """What was asked for: a version, or which part of it to raise, or neither; a candidate; lines for the changelog.

    With `trust` migrations of code may be run.
    """

    version: str | None
    bump: Level | None
    pre: bool
    notes: tuple[str, ...]
    today: date
    trust: bool


class Prepared(NamedTuple):
    """A release that may be made: what it is, and the files that it writes."""

    result: Released
    texts: Mapping[str, str]


def _prepared(place: Place, name: str, wish: Wish, notify: Notify) -> Prepared:
    root, repository = place.root, place.repository
    current = FolderLibrary(root, str(root)).release(name)
    past = past_of(root)
    if wish.version is not None:
        _refuse_old(root, current, _asked_for(wish.version), past)
    _refuse_uncommitted(repository, root, current)
    _refuse_mistakes(root, name)
    _refuse_failing(root, current, wish, notify)
    compared = _compared(root, current, past)
    wanted = _next(current, wish, past, compared)
    _refuse_old(root, current, wanted, past)
    _refuse_migrations_beyond(current, wanted)
    entries = _entries(repository, root, current, wish.notes, _last_tag(repository, name))
    entries += _todo(compared)
    manifest, changelog = manifest_path(name), changelog_path(name)
    written = VERSION_LINE.sub(f"version: {_quoted(wanted)}", _text(root / manifest), count=1)
    logged = _log(_text(root / changelog) or HEAD, wanted, wish.today, entries)
    if read_manifest(name, written.encode()).version != wanted:
        raise FormatError("the version cannot be set", where=str(root / manifest), hint="write it as `version: 1.2.0`")
    result = Released(
        root=root,
        name=name,
        previous=str(current.blueprint.version),
        version=str(wanted),
        tag=tag(name, wanted),
        commit="",
        notes=tuple(entries),
        level=compared.level if compared else None,
        changes=compared.changes if compared else (),
    )
    return Prepared(result, {manifest: written, changelog: logged})


def _compared(root: Path, current: Release, past: Past) -> Compared | None:
    """Compare with the newest final release, or None where there is none."""
    name = current.blueprint.name
    versions = [version for version in past.versions(name) if not version.is_prerelease]
    before = past.read(name, str(max(versions))) if versions else None
    return compare(before, current, read_cases(root, name)) if before is not None else None


def _todo(compared: Compared | None) -> list[str]:
    """Return the lines that say what a team must do."""
    todo = dict.fromkeys(change.todo for change in compared.changes if change.todo) if compared else {}
    return ["", "### What a team must do", "", *(f"- {one[0].upper()}{one[1:]}." for one in todo)] if todo else []


def _refuse_mistakes(root: Path, name: str) -> None:
    """Raise FormatError for what lint finds, but for what is of low severity, or what the release itself mends."""
    found = worst_first(lint(name, library=root).findings)
    grave = [one for one in found if one.severity != "low" and one.rule not in MENDED]
    if grave:
        first = grave[0]
        more = f", and {len(grave) - 1} more" if len(grave) > 1 else ""
        where = f"{first.path}:{first.line}" if first.line else first.path
        hint = f"{first.fix} See all with scaffold blueprint lint {name}"
        raise FormatError(f"{first.rule}: {first.message}{more}", where=where, hint=hint)


def _refuse_failing(root: Path, current: Release, wish: Wish, notify: Notify) -> None:
    """Raise ProjectError where the test of the blueprint does not pass."""
    name = current.blueprint.name
    result = tried(root, current, Wanted(today=wish.today, trust=wish.trust), notify)
    if not result.passes:
        first = next((line.text.strip() for line in testing.text(result) if line.tone == "bad"), "it fails")
        message = f"the test does not pass: {first}"
        raise ProjectError(message, where=str(root), hint=f"see all with scaffold blueprint test {name}")
    tasks = (("a task", place) for case in result.cases for place in case.untried)
    updates = (update for case in result.cases for update in case.updates)
    migrations = (("a migration of code", place) for update in updates for place in update.untried)
    for what, place in (*tasks, *migrations):
        raise TrustError(f"{what} was not tried", where=place, hint="read it, then give --trust")


def _refuse_migrations_beyond(current: Release, wanted: Version) -> None:
    """Raise FormatError for a migration to a version that is not out then: it would be met again and again."""
    name = current.blueprint.name
    for one in current.blueprint.migrations_of(name):
        if one.version > Version(wanted.base_version):
            raise FormatError(
                f"a migration is for {one.version}, and {wanted} is to be released",
                where=manifest_path(name),
                hint=f"write {wanted} there, or release with --version {one.version}",
            )


def _asked_for(version: str) -> Version:
    try:
        found = Version(version)
    except InvalidVersion:
        found = None
    if found is None or not FORM.fullmatch(f"v{found}"):
        raise SourceError(f"{version} is no version to release", hint="write it as 1.2.0, or 1.2.0-rc.1")
    return found


def _next(current: Release, wish: Wish, past: Past, compared: Compared | None) -> Version:
    """Return the version that was asked for, or that the changes ask for, or a candidate of it."""
    if wish.version is not None:
        return _asked_for(wish.version)
    versions = past.versions(current.blueprint.name)
    finals = [version for version in versions if not version.is_prerelease]
    wanted = current.blueprint.version
    if finals or wish.bump:
        level = wish.bump or (compared.level if compared else None) or "patch"
        wanted = _raised(max([*finals, Version("0")]) if finals else wanted, level)
    if not wish.pre:
        return wanted
    candidates = [version.pre[1] for version in versions if version.release == wanted.release and version.pre]
    return Version(f"{wanted.base_version}rc{max(candidates, default=0) + 1}")


def _raised(version: Version, level: Level) -> Version:
    place, parts = LEVELS.index(level), [*version.release, 0, 0][:3]
    return Version(".".join(map(str, [*parts[:place], parts[place] + 1, 0, 0][:3])))


def _refuse_old(root: Path, current: Release, wanted: Version, past: Past) -> None:
    """Raise SourceError for a version that was released, or that is older than the blueprint's."""
    name = current.blueprint.name
    if wanted in past.versions(name):
        raise SourceError(f"{tag(name, wanted)} is released already", where=str(root), hint="name another version")
    finals = [version for version in past.versions(name) if not version.is_prerelease]
    if wanted < max([*finals, Version("0")]) or (not finals and wanted < current.blueprint.version):
        newest = max(finals, default=current.blueprint.version)
        raise SourceError(f"{wanted} is older than {newest}, which the blueprint has", hint="name a newer version")


def _refuse_uncommitted(repository: Objects, root: Path, current: Release) -> None:
    """Raise ProjectError where the blueprint or one of its layers is not as the commit at HEAD has it."""
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
    lines += [f"- {said}" for note in notes if (said := " ".join(note.split()))]
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
