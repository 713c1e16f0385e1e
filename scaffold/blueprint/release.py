"""A release: one version of a blueprint together with the layers it stacks, all in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from packaging.version import Version

from scaffold.answers.question import Question
from scaffold.blueprint.kinds import Kind
from scaffold.blueprint.manifest import Blueprint, parse_blueprint
from scaffold.blueprint.places import manifest_path
from scaffold.blueprint.template import Layer, parse_layer
from scaffold.errors import FormatError, ScaffoldError
from scaffold.formats import yaml
from scaffold.tree import File


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Release:
    """A blueprint, its layers, and the commit they were read at (None: a plain folder).

    `kind` tells a library's blueprint from a template of another tool; such a one also knows its `address` and what
    that tool calls its version (`described`). `changelog` is the whole text, empty where there is none.
    """

    blueprint: Blueprint
    layers: tuple[Layer, ...] = field(repr=False)
    questions: tuple[Question, ...] = field(repr=False)
    commit: str | None = None
    kind: Kind | Literal["library"] = "library"
    address: str | None = None
    described: str | None = None
    changelog: str = field(default="", repr=False)

    @property
    def version(self) -> str:
        """The version as written in tags and locks."""
        return str(self.blueprint.version)

    @property
    def has_scripts(self) -> bool:
        """Whether code of its templates is to run: tasks, or hooks."""
        return any(layer.settings.tasks or layer.settings.hooks for layer in self.layers)


def read_manifest(name: str, content: bytes) -> Blueprint:
    """Read `blueprints/NAME/blueprint.yml`; raises FormatError."""
    document = yaml.load(content, manifest_path(name), yaml.written)
    blueprint = parse_blueprint(document)
    if blueprint.name != name:
        document.child("name").fail(f"{name!r}, as its folder is called")
    return blueprint


def assemble(
    blueprint: Blueprint,
    layers: Mapping[str, Mapping[str, File]],
    commit: str | None,
    changelog: bytes | None = None,
) -> Release:
    """Put a blueprint and its layers' files together; raises FormatError where a layer or question does not fit."""
    there = (name for name in blueprint.layers if layers.get(name))
    return stacked(blueprint, {n: parse_layer(n, f"templates/{n}", layers[n]) for n in there}, commit, changelog)


def stacked(
    blueprint: Blueprint, layers: Mapping[str, Layer], commit: str | None, changelog: bytes | None = None
) -> Release:
    """Put a blueprint and its layers together; raises FormatError where a layer or question does not fit."""
    for layer in blueprint.layers:
        if layer not in layers:
            where = manifest_path(blueprint.name)
            raise FormatError(f"there is no layer templates/{layer}", where=where, hint="see its `layers:`")
    parsed = tuple(layers[name] for name in blueprint.layers)
    said = (changelog or b"").decode(errors="replace")
    return Release(blueprint, parsed, _stack(blueprint, parsed), commit, changelog=said)


def _stack(blueprint: Blueprint, layers: tuple[Layer, ...]) -> tuple[Question, ...]:
    own = {question.name: question for question in blueprint.questions}
    stacked: dict[str, Question] = {}
    for question in (question for layer in layers for question in layer.questions):
        first = stacked.setdefault(question.name, own.get(question.name, question))
        if question.name not in own and not first.same_as(question):
            raise FormatError(
                f"the question `{question.name}` differs from the one at {first.where}",
                where=question.where,
                hint="write both alike, or decide it under `questions:` in blueprint.yml",
            )
    return tuple((stacked | own).values())


def require_scaffold(blueprint: Blueprint, running: str) -> None:
    """Raise ScaffoldError where the blueprint needs a newer scaffold than the one running."""
    if Version(running) < blueprint.min_scaffold_version:
        raise ScaffoldError(
            f"{blueprint.name} {blueprint.version} needs scaffold {blueprint.min_scaffold_version}, this is {running}",
            hint="upgrade scaffold",
        )


def retired(blueprint: Blueprint) -> str:
    """Return what a user should know where the blueprint should not be used any more, else nothing."""
    lifecycle = blueprint.lifecycle
    if lifecycle.state != "deprecated":
        return ""
    until = f", and ends on {lifecycle.sunset}" if lifecycle.sunset else ""
    instead = f"; use {lifecycle.replaced_by}" if lifecycle.replaced_by else ""
    return f"{blueprint.name} is deprecated{until}{instead}"
