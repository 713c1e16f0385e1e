"""Cookiecutter itself, for what the sandbox does not give: the clock and chance, and templates that bring code."""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from posixpath import normpath
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from scaffold import disk
from scaffold.answers.question import Answers, Ask
from scaffold.blueprint.cookiecutter import variables
from scaffold.blueprint.files import behind_links
from scaffold.blueprint.release import Release
from scaffold.blueprint.template import Layer
from scaffold.errors import NotNativeError, RenderError, ScaffoldError
from scaffold.process import Notify
from scaffold.render import hooks
from scaffold.render.cookiecutter_steps import Inside, Step, placed, template_of
from scaffold.render.means import Means
from scaffold.render.native_cookiecutter import NOTHING, Chosen, Outside, choose, compiled, render, resolve, tree_of
from scaffold.render.paths import folders_of
from scaffold.render.scripts import READ_FIRST, Staged
from scaffold.templating.explain import explained
from scaffold.templating.inputs import begin
from scaffold.templating.templates import Context, Texts
from scaffold.tree import File, Tree


class Made(NamedTuple):
    """What became of a release: its answers, its tree, what renders its texts, and what runs its hooks, if any may.

    `note` says why it was not a function of the answers alone.
    """

    answers: Answers
    tree: Tree
    texts: Texts
    hooks: Callable[[Notify], Staged[Tree]] | None
    note: str = ""


class _Maker(NamedTuple):
    """A layer, and what its questions are answered with."""

    release: Release
    chosen: Chosen
    given: Mapping[str, Any]
    previous: Mapping[str, Any]
    ask: Ask | None
    means: Means
    running: bool  # whether hooks may run

    def natively(self, outside: Outside, note: str = "") -> Made:
        at = compiled(self.chosen.layer, outside)
        return self.made(at.pages, lambda answers: render(at, answers, self.means.limits), note)

    def by_library(self, note: str) -> Made:
        with _library(self.chosen.layer, self.release.blueprint.name) as library:
            return self.made(library, library.generate, note)

    def made(self, texts: Texts, tree_of: Callable[[Answers], Tree], note: str) -> Made:
        layer = self.chosen.layer
        begin()
        answers = resolve(
            self.release, self.chosen, texts, given=self.given, previous=self.previous, ask=self.ask, means=self.means
        )
        if not self.running or not layer.settings.hooks:
            return Made(answers, tree_of(answers), texts, None, note)
        hooks.texts_of(layer, "pre_gen_project", texts, answers.context)  # which may change what files see
        name = texts.render_text(template_of(layer).top, answers.context, layer.where(layer.config))
        tree = tree_of(answers)
        run = partial(hooks.run, layer, tree, texts, answers.context, name, self.means.limits)
        return Made(answers, tree, texts, run, note)


def make(
    release: Release, *, given: Mapping[str, Any], previous: Mapping[str, Any], ask: Ask | None, means: Means
) -> Made:
    """Answer the questions and render, with as little of the world as the template needs; raises ScaffoldError."""
    if means.engine == "copier":
        raise RenderError("this is a Cookiecutter template", where=release.address, hint="leave out --engine")
    running = means.trust and not means.skip_tasks
    if running:
        release = _with_layer(release, hooks.before_questions(release.layers[0], means.limits))
    chosen = choose(release, given, previous, ask)
    layer = chosen.layer
    if running and layer is not release.layers[0]:
        layer = hooks.before_questions(layer, means.limits)
    maker = _Maker(release, chosen._replace(layer=layer), given, previous, ask, means, running)
    if means.engine == "native":
        return maker.natively(NOTHING)
    why = NotNativeError("--engine cookiecutter runs a template unchecked", where=layer.where(layer.config))
    if means.engine == "auto":
        try:
            return maker.natively(NOTHING)
        except NotNativeError as error:
            why = error
        try:
            return maker.natively(world(), f"the next render may differ: {why.message} ({why.where})")
        except NotNativeError as error:
            why = error
    if not means.trust:
        message = f"{why.message}, so Cookiecutter itself has to render it, which lets it run any code"
        raise RenderError(message, where=why.where, hint=READ_FIRST)
    return maker.by_library(f"rendered by Cookiecutter: {why.message} ({why.where})")


def _with_layer(release: Release, layer: Layer) -> Release:
    return release if layer is release.layers[0] else replace(release, layers=(layer,), questions=layer.questions)


_world: list[Outside] = []


def world() -> Outside:
    """Return Cookiecutter's own clock and chance, for templates that are otherwise rendered in the sandbox."""
    if not _world:
        from cookiecutter.extensions import RandomStringExtension, TimeExtension, UUIDExtension
        from jinja2.filters import FILTERS
        from jinja2.utils import generate_lorem_ipsum

        extensions = (RandomStringExtension, TimeExtension, UUIDExtension)
        _world.append(Outside(extensions, {"random": FILTERS["random"]}, {"lipsum": generate_lorem_ipsum}))
    return _world[0]


class _Library:
    """A template on the disk, and Cookiecutter's environment for it."""

    def __init__(self, layer: Layer, root: Path, output: Path) -> None:
        from cookiecutter.exceptions import CookiecutterException
        from cookiecutter.utils import create_env_with_context

        self._layer, self._root, self._output = layer, root, output
        self._template = template_of(layer)
        try:
            self._environment = create_env_with_context({"cookiecutter": variables(layer)})
        except CookiecutterException as error:
            where, hint = layer.where(layer.config), "install it beside scaffold"
            raise RenderError(
                f"the template needs an extension that cannot be had: {error}", where=where, hint=hint
            ) from error

    def render_text(self, source: str, context: Context, where: str) -> str:
        """Render a text with the template's extensions; raises RenderError."""
        try:
            return str(self._environment.from_string(source).render(**context))
        except Exception as error:  # an extension may raise anything at all
            raise self._explained(error, where) from error

    def generate(self, answers: Answers) -> Tree:
        """Let Cookiecutter render the project; raises RenderError."""
        from cookiecutter.generate import generate_files

        origins = self._check_paths(answers)
        context = deepcopy(dict(answers.context))
        try:
            made = generate_files(
                repo_dir=str(self._root),
                context=context,
                output_dir=str(self._output),
                overwrite_if_exists=True,
                accept_hooks=False,
            )
        except Exception as error:  # an extension may raise anything at all
            raise self._explained(error, self._layer.where(self._layer.config)) from error
        inside = Inside()
        for path, file in disk.walk(Path(made)).items():
            origin = f"{self._layer.name}/{origins.get(path, '')}".rstrip("/")
            # What code of the template reads nobody knows.
            inside.put(path, File(file.content, file.mode, origin, frozenset({"hook"})))
        for folder in Path(made).rglob("*/"):
            inside.make(folder.relative_to(made).as_posix())
        return tree_of(inside, self._layer)

    def _check_paths(self, answers: Answers) -> Mapping[str, str]:
        """Return which file each path comes from; raises RenderError for a path that leaves the project."""
        context = deepcopy(dict(answers.context))
        layer, inside = self._layer, Inside()
        top = self.render_text(self._template.top, context, layer.where(layer.config))
        if top.strip("/") in ("", ".") or normpath(top).startswith(("/", "..")):
            message = f"the project's folder would be called {top!r}, which is no name of a folder"
            raise RenderError(message, where=layer.where(layer.config))

        def path_of(step: Step) -> str:
            return self.render_text(step.shown, context, layer.where(step.source))

        for step, path in placed(self._template.steps, inside, path_of):
            for below, file in step.files.items():
                inside.put(f"{path}{below}".lstrip("/"), file)
        return {path: file.origin for path, file in inside.files.items()}

    def _explained(self, error: Exception, where: str) -> ScaffoldError:
        found = explained(getattr(error, "error", error), where)  # Cookiecutter wraps what is undefined
        name, _, line = str(found.where).rpartition(":")
        page = self._template.pages.get(normpath(name)) or self._template.shared.get(normpath(name))
        found.where = f"{self._layer.where(page.origin)}:{line}" if page else found.where
        return found


@contextmanager
def _library(layer: Layer, name: str) -> Iterator[_Library]:
    """Write a template into a folder of its own, from which it may also import modules; both are gone at the end."""
    with TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as scratch:
        top = Path(scratch).resolve()
        template = top / "template" / name
        there = behind_links(layer.files)
        reached = there.keys() | folders_of(there)
        # Other links lead out of the template, and Cookiecutter would follow them.
        disk.fill(template, {path: file for path, file in layer.files.items() if path in reached})
        root = template / layer.settings.subdirectory
        (top / "output").mkdir()
        with _importing(root):
            yield _Library(layer, root, top / "output")


@contextmanager
def _importing(root: Path) -> Iterator[None]:
    """Let modules beside a template be imported, and forget them: another version has others of these names."""
    known, written = set(sys.modules), sys.dont_write_bytecode
    sys.path.append(str(root))
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        sys.path.remove(str(root))
        for name in set(sys.modules) - known:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(root)):
                del sys.modules[name]
        sys.path_importer_cache.pop(str(root), None)
