"""Libraries of one's own, and what is in a library."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from scaffold import disk
from scaffold.answers.question import MISSING, Question
from scaffold.apply import beside
from scaffold.authoring.schemas import naming, schema_files
from scaffold.blueprint.ownership import spell
from scaffold.blueprint.places import tag
from scaffold.blueprint.release import Release
from scaffold.blueprint.scripts import Script, is_part_of_jinja
from scaffold.git import porcelain
from scaffold.process import Notify
from scaffold.report.results import LibraryMade, Listed, Shown
from scaffold.sources.asked import find
from scaffold.sources.built_in import RELEASES, built_in_root
from scaffold.sources.library import FolderLibrary, newest_of
from scaffold.sources.locate import BUILT_IN, locate
from scaffold.tree import File

# What a library has beside its blueprints: how services are held to it, where that installs Scaffold from, and what
# looks at the fleet every night.
STAMPED = {
    ".github/workflows/fleet.yml": "fleet.yml",
    ".github/workflows/guardrails.yml": "guardrails.yml",
    ".gitlab-ci.yml": "gitlab-ci.yml",
    "tools/fleet.sh": "fleet.sh",
    "tools/scaffold.txt": "scaffold.txt",
}
IDENTITY = "mend what it says; perhaps git config user.name and user.email are not set"


def init_library(dest: Path | str) -> LibraryMade:
    """Copy the built-in library into a git repository of its own, its releases tagged; raises ScaffoldError."""
    root = disk.free_place(dest)
    built_in = FolderLibrary(built_in_root(), BUILT_IN)
    with beside.beside(root) as staged:
        temporary = staged.folder
        for folder in ("blueprints", "templates"):
            for below, file in disk.walk(built_in.root / folder).items():
                path = f"{folder}/{below}"
                if path != RELEASES and "/cases/snapshots/" not in path:  # whose library it is takes its own
                    disk.write(temporary / path, _naming_its_schema(path, file))
        for path, file in schema_files().items():
            disk.write(temporary / path, file)
        for path, name in STAMPED.items():
            disk.write(temporary / path, File((Path(__file__).parent / name).read_bytes()))
        porcelain.init(temporary)
        porcelain.add(temporary, ["."])
        porcelain.commit_index(temporary, "feat: start from the built-in library", IDENTITY)
        tags = tuple(tag(name, newest_of(built_in.versions(name))) for name in built_in.names())
        for name in tags:
            porcelain.tag(temporary, name, f"{name}, as built in")
        staged.move()
    return LibraryMade(root, tags)


def _naming_its_schema(path: str, file: File) -> File:
    if not path.endswith((".yml", ".yaml")):
        return file
    return replace(file, content=naming(path, file.content.decode()).encode())


def list_blueprints(
    source: str = BUILT_IN, *, offline: bool = False, notify: Notify = lambda _: None
) -> tuple[Listed, ...]:
    """Return what a library holds; raises SourceError."""
    library = locate(source, offline=offline, notify=notify)
    found = []
    for name in library.names():
        release = library.release(name)
        versions = tuple(str(version) for version in library.versions(name))
        blueprint = release.blueprint
        found.append(Listed(name, release.version, blueprint.title, blueprint.lifecycle.state, versions))
    return tuple(found)


def show_blueprint(
    blueprint: str, source: str = BUILT_IN, *, offline: bool = False, notify: Notify = lambda _: None
) -> Shown:
    """Return one blueprint, `NAME[@VERSION]` or `ADDRESS[@REF]`, in full; raises SourceError."""
    library, name, ref = find(blueprint, source, offline=offline, notify=notify)
    release = library.release(name, ref)
    return _shown(release, tuple(str(version) for version in library.versions(name)))


def _shown(release: Release, versions: tuple[str, ...]) -> Shown:
    blueprint = release.blueprint
    skipped = (pattern for layer in release.layers for pattern in layer.settings.skip_if_exists)
    owners: dict[str, str] = dict.fromkeys(skipped, "seeded")
    for pattern, ownership in blueprint.ownership.items():
        owners[pattern] = ownership.file
        owners |= {f"{pattern} {spell(key)}": owner for key, owner in ownership.keys.items()}
    return Shown(
        name=blueprint.name,
        version=release.version,
        title=blueprint.title,
        description=blueprint.description,
        owners=blueprint.owners,
        lifecycle=blueprint.lifecycle.state,
        commit=release.commit,
        layers=blueprint.layers,
        versions=versions,
        questions={question.name: _known(question) for question in release.questions},
        ownership=owners,
        code=tuple(_code(release)),
    )


def _code(release: Release) -> Iterator[str]:
    """Say what of a release runs only with trust, and where it stands."""
    for layer in release.layers:
        settings = layer.settings
        foreign = (name for name in settings.extensions if not is_part_of_jinja(name))
        yield from (f"extension {name} ({layer.line_of(name)})" for name in foreign)
        yield from (f"task {_spelled(task)}" for task in settings.tasks)
        yield from (f"hook {layer.where(hook)}" for hook in settings.hooks)
        for migration in settings.migrations:
            since = f" to {migration.written}" if migration.written else ""
            yield f"migration{since} {_spelled(migration.script)}"


def _spelled(script: Script) -> str:
    command = script.command if isinstance(script.command, str) else " ".join(script.command)
    return f"`{' '.join(command.split())}` ({script.where})"


def _known(question: Question) -> dict[str, Any]:
    known: dict[str, Any] = {"type": question.type, "help": question.help}
    if question.default is MISSING:
        known["required"] = True
    elif not question.secret:
        known["default"] = question.default
    if question.choices:
        known["choices"] = question.choices
    return known
