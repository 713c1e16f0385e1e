"""A draft: a blueprint as its library stands, committed or not, read once for all rules."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from scaffold import disk
from scaffold.authoring import cases
from scaffold.blueprint.places import changelog_path, manifest_path
from scaffold.blueprint.release import read_manifest, stacked
from scaffold.blueprint.template import parse_layer
from scaffold.errors import CollisionError, FormatError, ScaffoldError
from scaffold.formats import yaml
from scaffold.formats.located import Located, gathering
from scaffold.guard.finding import Found
from scaffold.project.planning.guardrails import decided
from scaffold.render import native
from scaffold.render.context import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from scaffold.answers.question import Answers, Question
    from scaffold.authoring.cases import Case
    from scaffold.authoring.past import Past
    from scaffold.blueprint.guardrails import Guardrails
    from scaffold.blueprint.manifest import Blueprint
    from scaffold.blueprint.release import Release
    from scaffold.blueprint.template import Layer
    from scaffold.render.engine import Rendered
    from scaffold.tree import File


T = TypeVar("T")
U = TypeVar("U")


class Made(NamedTuple):
    """A case and what it renders to, or why it does not, or why its guardrails cannot be decided."""

    case: Case
    rendered: Rendered | None
    error: ScaffoldError | None = None


def made(release: Release, case: Case) -> Made:
    """Render a case, or say why it does not render; what is wrong with guardrails does not keep it from that."""
    try:
        rendered = cases.render_case(release, case)
    except ScaffoldError as error:
        return Made(case, None, error)
    try:
        decided(release, rendered.answers)
    except ScaffoldError as error:
        return Made(case, rendered, error)
    return Made(case, rendered)


@dataclass(frozen=True, eq=False)
class Draft:
    """One blueprint: its files by their path in the library, its manifest, and what is wrong with reading them.

    `blueprints` are all of the library by name, as far as they can be read; `past` is what was released before.
    Without a `release` nothing can be said of what it renders to. `foreign` are extensions that are code, and not run.
    """

    name: str
    files: Mapping[str, File]
    manifest: Located
    release: Release | None
    cases: tuple[Case, ...]
    blueprints: Mapping[str, Blueprint]
    past: Past
    folders: Mapping[str, tuple[str, ...]]
    unreadable: frozenset[str] = frozenset()
    errors: tuple[ScaffoldError, ...] = ()
    strange: tuple[FormatError, ...] = ()
    foreign: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where the manifest stands."""
        return manifest_path(self.name)

    @property
    def blueprint(self) -> Blueprint | None:
        """The manifest as it was read."""
        return self.blueprints.get(self.name)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions of the layers and the blueprint, in the order in which they are asked."""
        return self.release.questions if self.release else ()

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, the lowest first; none where one of them cannot be read."""
        return self.release.layers if self.release else ()

    @cached_property
    def made(self) -> tuple[Made, ...]:
        """Every case, rendered."""
        return tuple(made(self.release, case) for case in self.cases) if self.release else ()

    @property
    def rendered(self) -> Iterator[tuple[Case, Rendered]]:
        """The cases that render, each with what it renders to."""
        return ((one.case, one.rendered) for one in self.made if one.rendered is not None)

    @cached_property
    def answered(self) -> tuple[Answers, ...]:
        """The answers of each case that can be answered, whether or not it renders."""
        return tuple(_possible(cases.answer_case, self.release, self.cases)) if self.release else ()

    @cached_property
    def guardrails(self) -> tuple[Guardrails, ...]:
        """The guardrails of each case that can be answered, with what depends on its answers decided."""
        found = _possible(decided, self.release, self.answered) if self.release else ()
        return tuple(one for one in found if one is not None)

    @cached_property
    def collided(self) -> tuple[tuple[str, File, File], ...]:
        """The paths that two layers write without a word on how, each with both files."""
        found: dict[str, tuple[str, File, File]] = {}
        for one in self.made:
            if self.release is not None and isinstance(one.error, CollisionError):
                for path, file, other in _collisions(self.release, one.case):
                    found.setdefault(path, (path, file, other))
        return tuple(found.values())

    @cached_property
    def paths(self) -> frozenset[str]:
        """Every path that some case renders."""
        return frozenset(path for _, rendered in self.rendered for path in rendered.tree)

    def at(self, *keys: str | int) -> Located:
        """Return a place in the manifest, or the nearest one above it that is there."""
        here = self.manifest
        for key in keys:
            if not isinstance(here.data, dict | list) or (isinstance(here.data, dict) and key not in here.data):
                return here
            here = here.child(key)
        return here


def _possible(make: Callable[[Release, T], U], release: Release, ones: Iterable[T]) -> Iterator[U]:
    for one in ones:
        with suppress(ScaffoldError):
            yield make(release, one)


def _collisions(release: Release, case: Case) -> Iterator[tuple[str, File, File]]:
    """Yield what collides in a case, by rendering each layer alone."""
    around = Surroundings(case.name)
    answers = native.resolve(release, given=case.answers, previous={}, surroundings=around)
    written: dict[str, File] = {}
    for layer in release.layers:
        for path, file in native.render(replace(release, layers=(layer,)), answers).items():
            if path in written and path not in release.blueprint.compose:
                yield path, written[path], file
            written[path] = file


def place(where: str | None) -> tuple[str | None, int | None]:
    """Split `file:line` as errors name it."""
    if not where:
        return None, None
    path, _, line = where.rpartition(":")
    return (path, int(line)) if path and line.isdecimal() else (where, None)


def drafts(root: Path, names: Iterable[str], past: Past) -> Iterator[Draft]:
    """Read blueprints of a library's folder, with every mistake noted rather than raised."""
    folders = {top: _folders(root / top) for top in ("blueprints", "templates")}
    read = {name: _manifest(root, name) for name in folders["blueprints"]}
    known = {name: blueprint for name, (_, blueprint, _, _) in read.items() if blueprint is not None}
    unreadable = frozenset(one for one, (_, _, wrong, _) in read.items() if wrong)
    layer = cache(partial(_layer, root))
    for name in names:
        manifest, blueprint, errors, strange = read[name]
        layers = {one: layer(one) for one in dict.fromkeys(blueprint.layers)} if blueprint else {}
        release = _release(root, blueprint, layers, errors, strange) if blueprint is not None else None
        found = tuple(_cases(root, name, errors))
        files = {f"blueprints/{name}/{path}": file for path, file in _walk(root, f"blueprints/{name}").items()}
        files |= {f"templates/{one}/{path}": f for one, below in layers.items() for path, f in below.files.items()}
        shelf = (known, past, folders, unreadable)
        yield Draft(name, files, manifest, release, found, *shelf, tuple(errors), tuple(strange))


class LayerRead(NamedTuple):
    """The files of a layer, and what they are read as, or why they cannot be."""

    files: Mapping[str, File]
    layer: Layer | None
    error: FormatError | None
    strange: tuple[FormatError, ...]


def _layer(root: Path, name: str) -> LayerRead:
    files = _walk(root, f"templates/{name}")
    layer, wrong = None, None
    with gathering() as strange:
        try:
            layer = parse_layer(name, f"templates/{name}", files) if files else None
        except FormatError as error:
            wrong = error
    return LayerRead(files, layer, wrong, tuple(strange))


Read = tuple[Located, "Blueprint | None", list[ScaffoldError], list[FormatError]]


def _manifest(root: Path, name: str) -> Read:
    path = manifest_path(name)
    file = disk.read(root, path)
    nothing = Located({}, path, {})
    if file is None:
        return nothing, None, [], []
    try:
        document = yaml.load(file.content, path, yaml.written)
        if not isinstance(document.data, dict):
            document.fail("a mapping")
    except FormatError as error:
        return nothing, None, [error], []
    with gathering() as strange:
        try:
            return document, read_manifest(name, file.content), [], strange
        except FormatError as error:
            return document, None, [error], strange


def _release(
    root: Path,
    blueprint: Blueprint,
    layers: Mapping[str, LayerRead],
    errors: list[ScaffoldError],
    strange: list[FormatError],
) -> Release | None:
    wrong = [one.error for one in layers.values() if one.error is not None]
    errors += wrong
    strange += (slip for one in layers.values() for slip in one.strange)
    if wrong:
        return None
    changelog = disk.read(root, changelog_path(blueprint.name))
    try:
        (changelog.content if changelog else b"").decode()
    except UnicodeDecodeError:
        errors.append(FormatError("the file is not UTF-8 text", where=changelog_path(blueprint.name)))
    there = {name: one.layer for name, one in layers.items() if one.layer is not None}
    try:
        release = stacked(blueprint, there, None, changelog.content if changelog else None)
        for parsed in release.layers:
            native.compiled(parsed)
    except ScaffoldError as error:
        errors.append(error)
        return None
    return release


def _cases(root: Path, name: str, errors: list[ScaffoldError]) -> Iterator[Case]:
    folder = cases.cases_folder(name)
    for path, file in _walk(root, folder).items():
        if path.endswith(".yml") and "/" not in path:
            try:
                yield cases.read_case(path.removesuffix(".yml"), f"{folder}/{path}", file.content)
            except FormatError as error:
                errors.append(error)


def _folders(top: Path) -> tuple[str, ...]:
    return tuple(sorted(place.name for place in top.glob("*") if place.is_dir()))


def _walk(root: Path, path: str) -> Mapping[str, File]:
    return disk.walk(root / path) if (root / path).is_dir() else {}


def found_of(error: ScaffoldError, *, fix: str | None = None) -> Found:
    """Return an error as a finding at its place."""
    path, line = place(error.where)
    hint = fix or (f"{error.hint[0].upper()}{error.hint[1:]}." if error.hint else None)
    return Found(error.message, path, line, fix=hint)
