"""What a release would put into a project: rendered, its tasks run, scaffold's own folder left alone."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Any

from scaffold import disk, process
from scaffold.answers.question import Ask, Asked
from scaffold.blueprint.ownership import Ownership
from scaffold.blueprint.release import Release
from scaffold.blueprint.template import Layer
from scaffold.errors import RenderError
from scaffold.render import engine, scripts
from scaffold.render.context import Operation, Surroundings
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.render.scripts import RenderText, Staging
from scaffold.sources.trust import is_trusted
from scaffold.tree import Tree

FOLDER = ".scaffold"
SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
Notify = Callable[[str], Any]


def trusting(means: Means, address: str) -> Means:
    """Return the means with trust where the user's settings give it to an address."""
    return means if means.trust else means._replace(trust=is_trusted(address))


def stamp(
    release: Release,
    root: Path,
    *,
    given: Mapping[str, Any],
    previous: Mapping[str, Any],
    operation: Operation,
    ask: Ask | None = None,
    means: Means = Means(),
    keep_copier: bool = False,
    notify: Notify = lambda _: None,
) -> Rendered:
    """Render a release for the project at `root`, and run its tasks on a copy; raises ScaffoldError.

    Copier's own answers file is left out, unless it is to be kept for Copier.
    """
    scripts.refuse_untrusted(release, trust=means.trust, skip_tasks=means.skip_tasks)
    with process.limited(means.limits, "rendering"):
        rendered = engine.render(
            release,
            given=given,
            previous=previous,
            surroundings=surroundings_of(root, operation),
            ask=_pausing(ask),
            means=means,
        )
    if not means.skip_tasks:
        rendered = _with_tasks(release, rendered, root, operation, means, notify)
    tree = rendered.tree
    for path, file in tree.items():
        if path.split("/")[0] == FOLDER:
            message = f"the template writes {path}, and .scaffold/ is scaffold's own"
            raise RenderError(message, where=file.origin, hint="take it out of the template")
    if not keep_copier and rendered.answers_file in tree:
        kept = {path: file for path, file in tree.items() if path != rendered.answers_file}
        tree = Tree(kept, tree.folders)

    def ownership(path: str) -> Ownership:  # what is kept up for Copier is written anew each time
        return Ownership("locked") if path == rendered.answers_file else rendered.ownership(path)

    return rendered._replace(tree=tree, ownership=ownership if keep_copier else rendered.ownership)


def surroundings_of(root: Path, operation: Operation) -> Surroundings:
    """Return what a template may know of the project at `root`."""

    def read(path: str) -> bytes | None:
        file = disk.read(root, path)
        return file.content if file else None

    return Surroundings(root.name, operation, SYSTEMS.get(sys.platform), read)


def staging_of(
    release: Release, layer: Layer, rendered: Rendered, root: Path, operation: Operation, means: Means, notify: Notify
) -> Staging:
    """Return what the scripts of a layer are run with: unlike files, they may know where the copies lie."""
    context = rendered.answers.context
    secrets = tuple(str(context[q.name]) for q in release.questions if q.secret and context.get(q.name))

    def bind(template: Path, project: Path) -> RenderText:
        known = {
            **context,
            "_copier_conf": {**context["_copier_conf"], "src_path": PurePath(template), "dst_path": PurePath(project)},
            "_copier_python": sys.executable,
        }
        return lambda source, extra, where: rendered.texts(layer).render_text(source, {**known, **extra}, where)

    return Staging(
        root.name,
        layer.files,
        bind,
        operation,
        means.limits,
        secrets,
        notify,
    )


def _with_tasks(
    release: Release, rendered: Rendered, root: Path, operation: Operation, means: Means, notify: Notify
) -> Rendered:
    tree, ignored, notes = rendered.tree, dict(rendered.ignored), list(rendered.notes)
    if rendered.hooks:
        staged = rendered.hooks(notify)
        tree, ignored = staged.files, {**ignored, **staged.ignored}
        notes += [f"made by hooks and ignored by git, so left out: {folder}" for folder in staged.left_out]
    for layer in release.layers:
        if not layer.settings.tasks:
            continue
        staged = scripts.run_tasks(
            layer.settings.tasks, tree, staging_of(release, layer, rendered, root, operation, means, notify)
        )
        tree = staged.files
        ignored |= staged.ignored
        notes += [f"made by tasks and ignored by git, so left out: {folder}" for folder in staged.left_out]
    return rendered._replace(tree=tree, ignored=ignored, notes=tuple(notes))


def _pausing(ask: Ask | None) -> Ask | None:
    """Return the same, with the clock stopped while a person thinks."""
    if ask is None:
        return None

    def paused(asked: Asked, /) -> Any:
        with process.paused():
            return ask(asked)

    return paused
