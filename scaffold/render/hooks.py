"""Cookiecutter's hooks: scripts of a template, rendered as templates themselves, and run on a copy of the project."""

import sys
from collections.abc import Mapping
from pathlib import Path

from scaffold import disk
from scaffold.blueprint.cookiecutter import hooks_of, parse_layer
from scaffold.blueprint.files import follow
from scaffold.blueprint.scripts import Script
from scaffold.blueprint.template import Layer
from scaffold.errors import RenderError
from scaffold.process import Notify
from scaffold.render import scripts
from scaffold.render.scripts import RenderText, Staged, Staging
from scaffold.templating.limits import Limits
from scaffold.templating.templates import Context, Texts
from scaffold.tree import EXECUTABLE, File, Tree

PYTHON = "python"


def texts_of(layer: Layer, name: str, texts: Texts, context: Context) -> Mapping[str, str]:
    """Render the scripts of one hook, by their paths; raises RenderError."""
    rendered = {}
    for path in hooks_of(layer, name):
        where = layer.where(path)
        try:
            source = follow(layer.files, path, layer.where).content.decode()
        except UnicodeDecodeError as error:
            raise RenderError("a hook must be UTF-8 text", where=where) from error
        rendered[path] = texts.render_text(source, context, where)
    return rendered


def run(
    layer: Layer, tree: Tree, texts: Texts, context: Context, folder_name: str, limits: Limits, notify: Notify
) -> Staged[Tree]:
    """Run the hooks before and after rendering; raises ScriptError, and nothing has been written then.

    Both run after it here, in one folder, which a hook cannot tell: the first one finds it empty, as it would.
    """
    names = ("pre_gen_project", "post_gen_project")

    def bind(template: Path, project: Path) -> RenderText:
        space = {**context["cookiecutter"], "_repo_dir": str(template), "_output_dir": str(project.parent)}
        words = {PYTHON: sys.executable}
        for name in names:
            for path, text in texts_of(layer, name, texts, {**context, "cookiecutter": space}).items():
                place = template.parent / "hooks" / path.rpartition("/")[2]
                disk.write(place, File(text.encode(), EXECUTABLE))
                words[path] = str(place)
        return lambda source, _extra, _where: words.get(source, source)

    staging = Staging(folder_name, _below(layer, layer.settings.subdirectory), bind, limits=limits, notify=notify)
    before, after = ([_script(path, layer) for path in hooks_of(layer, name)] for name in names)
    return scripts.run_around(before, tree, after, staging)


def before_questions(layer: Layer, limits: Limits, notify: Notify = lambda _: None) -> Layer:
    """Return the layer as its hook `pre_prompt` leaves it, which may change questions and files; raises ScriptError."""
    root = layer.settings.subdirectory
    own = "hooks/" if root in ("", ".") else f"{root}/hooks/"
    paths = [path for path in hooks_of(layer, "pre_prompt") if path.startswith(own)]
    if not paths:
        return layer
    files = {
        path: File(file.content, EXECUTABLE if path in paths else file.mode, path) for path, file in layer.files.items()
    }

    def bind(_template: Path, project: Path) -> RenderText:
        words = {PYTHON: sys.executable, **{path: str(project / path) for path in paths}}
        return lambda source, _extra, _where: words.get(source, source)

    staging = Staging(layer.name, {}, bind, limits=limits, notify=notify)
    staged = scripts.run_tasks([_script(path, layer, root or ".") for path in paths], Tree(files), staging)
    return parse_layer(layer.name, {**staged.files, **staged.ignored}, root)


def _script(path: str, layer: Layer, folder: str = ".") -> Script:
    return Script((PYTHON, path) if path.endswith(".py") else (path,), layer.where(path), folder=folder)


def _below(layer: Layer, root: str) -> Mapping[str, File]:
    if root in ("", "."):
        return layer.files
    return {path[len(root) + 1 :]: file for path, file in layer.files.items() if path.startswith(f"{root}/")}
