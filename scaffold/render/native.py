"""The renderer of our own: Copier's template format in memory, each template compiled once per release."""

from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from pathspec import GitIgnoreSpec

from scaffold.answers.question import Answers, Ask
from scaffold.answers.resolve import Resolver
from scaffold.blueprint.release import Release, manifest_path
from scaffold.blueprint.template import Layer
from scaffold.errors import RenderError, ScaffoldError
from scaffold.render.compose import compose
from scaffold.templating import Context, Templates
from scaffold.tree import SYMLINK, File, Tree, safe_path

_compiled: WeakKeyDictionary[Layer, Templates] = WeakKeyDictionary()


def resolve(
    release: Release,
    *,
    given: Mapping[str, Any],
    previous: Mapping[str, Any],
    folder_name: str,
    ask: Ask | None = None,
) -> Answers:
    """Answer the release's questions; raises AnswerError."""
    inline = Templates({}, f"blueprints/{release.blueprint.name}")
    known = {"_folder_name": folder_name}
    resolver = Resolver(inline, given=given, previous=previous, known=known, ask=ask)
    return resolver.resolve(release.questions)


def render(release: Release, answers: Answers) -> Tree:
    """Render all layers and stack them; raises RenderError with file and line in the template."""
    files: dict[str, File] = {}
    for layer in release.layers:
        for path, file in _render_layer(layer, answers.context):
            if path not in files:
                files[path] = file
                continue
            how = release.blueprint.compose.get(path)
            if how is None:
                raise RenderError(
                    f"two layers write {path}: {files[path].origin} and {file.origin}",
                    where=manifest_path(release.blueprint.name),
                    hint="say how under `compose:`",
                )
            files[path] = compose(how, path, files[path], file)
    return Tree(files)


def messages(release: Release, answers: Answers) -> tuple[str, ...]:
    """Return the lines that the layers want people to read after stamping (Copier's `_message_after_copy`)."""
    lines: list[str] = []
    for layer in release.layers:
        where = f"templates/{layer.name}/copier.yml"
        text = _templates(layer).render_text(layer.settings.message, answers.context, where)
        lines += [line.strip() for line in text.splitlines() if line.strip()]
    return tuple(lines)


def _render_layer(layer: Layer, context: Context) -> Iterator[tuple[str, File]]:
    templates = _templates(layer)
    label = f"templates/{layer.name}"
    exclude = [templates.render_text(pattern, context, f"{label}/copier.yml") for pattern in layer.settings.exclude]
    excluded = GitIgnoreSpec.from_lines(exclude)
    origins: dict[str, str] = {}
    for source, file in layer.files.items():
        path = _render_path(layer, templates, source, context)
        if path is None or excluded.match_file(path):
            continue
        if path in origins:
            raise RenderError(f"{origins[path]} and {source} both give {path}", where=f"{label}/{source}")
        origins[path] = source
        _check_link(path, file, f"{label}/{source}")
        yield path, _render_file(layer, templates, source, file, context)


def _templates(layer: Layer) -> Templates:
    if layer not in _compiled:
        texts = {}
        for path, file in layer.files.items():
            try:
                texts[path] = file.content.decode()
            except UnicodeDecodeError:
                continue  # a binary file is copied, never rendered
        _compiled[layer] = Templates(texts, f"templates/{layer.name}", strict=layer.settings.strict)
    return _compiled[layer]


def _render_path(layer: Layer, templates: Templates, source: str, context: Context) -> str | None:
    """Render each part of a path on its own; a part that comes out empty drops the file."""
    where = f"templates/{layer.name}/{source}"
    suffix = layer.settings.suffix
    bare = source.removesuffix(suffix)
    if suffix and bare == source and f"{source}{suffix}" in layer.files:
        return None
    parts = [templates.render_text(part, context, where) for part in bare.split("/")]
    if not all(parts):
        return None
    try:
        return safe_path("/".join(parts))
    except ScaffoldError as error:
        raise RenderError(error.message, where=where) from error


def _check_link(path: str, file: File, where: str) -> None:
    """Refuse a link that does not stay in the project: by `..` only at its start, and never into `.git`."""
    if file.mode != SYMLINK:
        return
    target = file.content.decode(errors="replace")
    parts = [part for part in target.split("/") if part not in ("", ".")]
    up = next((index for index, part in enumerate(parts) if part != ".."), len(parts))
    inside = up <= path.count("/") and not target.startswith("/")
    if inside and parts[up:]:
        try:
            safe_path("/".join(parts[up:]))
        except ScaffoldError:
            inside = False
    if not inside:
        raise RenderError(f"the symbolic link {path} leads out of the project, to {target}", where=where)


def _render_file(layer: Layer, templates: Templates, source: str, file: File, context: Context) -> File:
    origin = f"{layer.name}/{source}"
    if not source.endswith(layer.settings.suffix) or file.mode == SYMLINK:
        return File(file.content, file.mode, origin)
    try:
        file.content.decode()
    except UnicodeDecodeError as error:
        if not layer.settings.suffix:
            return File(file.content, file.mode, origin)
        raise RenderError("a template must be UTF-8 text", where=f"templates/{origin}") from error
    try:
        return File(templates.render(source, context).encode(), file.mode, origin)
    except UnicodeEncodeError as error:
        raise RenderError("the rendered text cannot be written as UTF-8", where=f"templates/{origin}") from error
