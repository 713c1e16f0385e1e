"""The renderer of our own: Copier's template format in memory, each template compiled once per release."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any
from weakref import WeakKeyDictionary

from scaffold.answers.question import Answers, Ask
from scaffold.answers.resolve import Resolver
from scaffold.blueprint.files import behind_links, has_links, leads_nowhere
from scaffold.blueprint.globs import globs
from scaffold.blueprint.ownership import Ownership
from scaffold.blueprint.patterns import Rules
from scaffold.blueprint.places import manifest_path
from scaffold.blueprint.release import Release
from scaffold.blueprint.scripts import is_part_of_jinja
from scaffold.blueprint.template import DEFAULT_EXCLUDE, Layer
from scaffold.errors import CollisionError, FormatError, NotNativeError, RenderError, ScaffoldError
from scaffold.render.compose import compose
from scaffold.render.context import Around, Operation, Surroundings, unrecorded
from scaffold.render.means import Means
from scaffold.render.paths import Entry, View, check_link, folders_of, matcher, place, view
from scaffold.templating.inputs import watched, watching
from scaffold.templating.limits import Limits, refuse_too_much
from scaffold.templating.templates import Context, Templates, Texts
from scaffold.tree import REGULAR, SYMLINK, File, Tree

STAND_IN = "zqstandinforasecret"
UNSAID = "(a line of the template's message is left out here: it holds a secret)"
_LINES = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class Compiled:
    """A layer with its compiled templates, and its files as seen from each subdirectory that was asked for."""

    layer: Layer
    templates: Templates
    views: dict[str, View] = field(default_factory=dict)

    def text(self, source: str, context: Context) -> str:
        """Render a text of the configuration; raises RenderError."""
        return self.templates.render_text(source, context, self.layer.where(self.layer.config))


MOST_RULES = 64  # of a release, for as many ways that its patterns came out
_compiled: WeakKeyDictionary[Layer, Compiled] = WeakKeyDictionary()
_rules: WeakKeyDictionary[Release, dict[tuple[str, ...], Rules]] = WeakKeyDictionary()


def foreign_extensions(layer: Layer) -> tuple[str, ...]:
    """Return the extensions that are not part of Jinja."""
    return tuple(name for name in layer.settings.extensions if not is_part_of_jinja(name))


def without(layer: Layer, extensions: Iterable[str]) -> Layer:
    """Return a layer that names some of its extensions no more: to be looked at, and not to be rendered."""
    left = tuple(name for name in layer.settings.extensions if name not in extensions)
    return replace(layer, settings=layer.settings._replace(extensions=left))


def compiled(layer: Layer) -> Compiled:
    """Return a layer ready to render; raises NotNativeError for one with extensions that are not Jinja's own."""
    if layer not in _compiled:
        for slip in layer.slips:
            hint = f"{slip.hint} --engine copier goes on without it"
            raise FormatError(slip.message, where=slip.where, hint=hint)
        if foreign := foreign_extensions(layer):
            raise NotNativeError(f"the extension {foreign[0]} is code of its own", where=layer.where(layer.config))
        files = behind_links(layer.files) if has_links(layer.files) else layer.files
        contents = {path: file.content for path, file in files.items()}
        envops, extensions = layer.settings.envops, layer.settings.extensions
        try:
            templates = Templates(contents, layer.place, envops=envops, extensions=extensions)
        except (AssertionError, AttributeError, ImportError, ValueError) as error:
            said = " ".join(str(error).split())
            named = f" ({', '.join(extensions)})" if extensions else ""
            message = f"Jinja does not take the template's `_envops` or `_jinja_extensions`{named}: {said}"
            raise RenderError(message, where=layer.where(layer.config)) from error
        _compiled[layer] = Compiled(layer, templates)
    return _compiled[layer]


def resolve(
    release: Release,
    *,
    given: Mapping[str, Any],
    previous: Mapping[str, Any],
    surroundings: Surroundings,
    ask: Ask | None = None,
    means: Means = Means(),
) -> Answers:
    """Answer the release's questions; raises AnswerError."""
    first = compiled(release.layers[0])
    texts = first.templates if release.kind != "library" else Templates({}, f"blueprints/{release.blueprint.name}")
    around = Around(release, surroundings, first.text, previous)
    resolver = Resolver(
        texts,
        given=given,
        previous=previous,
        known=around.prompt,
        ask=ask,
        manner=means.manner,
        hidden=around.hidden,
    )
    return around.rendering(resolver.resolve(release.questions))


def render(release: Release, answers: Answers, operation: Operation = "copy", means: Means = Means()) -> Tree:
    """Render all layers and stack them; raises RenderError with file and line in the template."""
    files: dict[str, File] = {}
    folders: set[str] = set()
    total = 0
    for layer in release.layers:
        for path, file in _render_layer(compiled(layer), answers, operation, means, folders):
            total += len(file.content)
            refuse_too_much(total, len(files) + len(folders) + 1, means.limits, layer.where(layer.config))
            if path not in files:
                files[path] = file
                continue
            how = release.blueprint.compose.get(path)
            if how is None:
                raise CollisionError(
                    f"two layers write {path}: {files[path].origin} and {file.origin}",
                    where=manifest_path(release.blueprint.name),
                    hint="say how under `compose:`",
                )
            files[path] = compose(how, path, files[path], file)
    if both := sorted(folders & files.keys()):
        raise RenderError(f"{both[0]} would be a file, and a folder", where=_where_of(release, files[both[0]]))
    folders -= folders_of(files)
    return tree_of(release, files, folders - folders_of(folders))


def tree_of(release: Release, files: Mapping[str, File], folders: Iterable[str]) -> Tree:
    """Return the files as a tree; raises RenderError, naming the file of a template that cannot stand beside others."""
    try:
        return Tree(files, folders)
    except ScaffoldError as error:
        named = (path for path in sorted(files, key=len, reverse=True) if path in error.message)
        file = next((files[path] for path in named), None)
        raise RenderError(error.message, where=_where_of(release, file) if file else None) from error


def _where_of(release: Release, file: File) -> str:
    """Return the file of a template that a file came from, as errors name it."""
    name, _, source = file.origin.partition("/")
    return next((layer.where(source) for layer in release.layers if layer.name == name), file.origin)


def texts(layer: Layer) -> Texts:
    """Return what renders texts of a layer's configuration."""
    return compiled(layer).templates


def messages(
    release: Release, answers: Answers, when: str = "after_copy", texts: Callable[[Layer], Texts] = texts
) -> tuple[str, ...]:
    """Return the lines that the layers want people to read (Copier's `_message_after_copy` and its kin).

    They end in reports and in logs, so a line that would be another one with another secret is left out.
    """
    context = {**answers.context, "_copier_phase": "undefined"}
    other = {**context, **{name: STAND_IN for name, kinds in answers.hidden.items() if "given" in kinds}}
    lines: list[str] = []
    for layer in release.layers:
        if message := layer.settings.messages.get(when, ""):
            place = layer.where(layer.config)
            with watching() as seen:
                said = _lines(texts(layer).render_text(message, context, place))
            if "given" in seen.hidden(answers.hidden):
                without = _lines(texts(layer).render_text(message, other, place))
                said = [line if line in without else UNSAID for line in said]
            lines += said
    return tuple(lines)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def answers_path(answers: Answers) -> str:
    """Return where the template writes Copier's answers file, if it does."""
    return str(answers.context["_copier_conf"]["answers_file"])


def ownership(
    release: Release, answers: Answers, texts: Callable[[Layer], Texts] = texts
) -> Callable[[str], Ownership]:
    """Return who owns a path: as the blueprint says, else the team what a template skips if it exists."""
    skipped = tuple(
        line
        for layer in release.layers
        for line in _patterns(layer, texts(layer), answers.context, layer.settings.skip_if_exists)
    )
    known = _rules.setdefault(release, {})
    if skipped not in known:
        if len(known) >= MOST_RULES:
            known.clear()
        patterns = {**dict.fromkeys(skipped, Ownership("seeded")), **release.blueprint.ownership}
        known[skipped] = Rules(patterns)
    return known[skipped].of


def left_out(
    release: Release, answers: Answers, operation: Operation, texts: Callable[[Layer], Texts] = texts
) -> Callable[[str], bool]:
    """Return whether a path is left out by a layer's `_exclude`, in a stamping or in an update."""
    context = {**answers.context, "_copier_operation": operation}
    excluded = [_excluder(layer, texts(layer), context) for layer in release.layers if layer.settings.exclude]
    return (lambda path: any(excludes(path) for excludes in excluded)) if excluded else lambda _: False


def given_once(
    release: Release, answers: Answers, texts: Callable[[Layer], Texts] = texts
) -> Callable[[str], Ownership]:
    """Return who owns a path: the team what `_exclude` leaves out of updates only, else as `ownership` says."""
    owner = ownership(release, answers, texts)
    stamped, updated = (left_out(release, answers, operation, texts) for operation in ("copy", "update"))
    return cache(lambda path: owner(path).given() if updated(path) and not stamped(path) else owner(path))


def _render_layer(
    at: Compiled, answers: Answers, operation: Operation, means: Means, folders: set[str]
) -> Iterator[tuple[str, File]]:
    context, limits = answers.context, means.limits
    suffix, seen = at.layer.settings.suffix, _view(at, context)
    excluded = _excluder(at.layer, at.templates, {**context, "_copier_operation": operation}, means.exclude)
    answers_file = str(context["_copier_conf"]["answers_file"]) if "_copier_conf" in context else ""
    found: dict[str, File] = {}
    for_answers: list[tuple[Entry, File]] = []

    def left_out(entry: Entry, path: str) -> bool:
        return (not entry.is_template and f"{path}{suffix}" in seen.everything) or excluded(path)

    for entry in seen.files:
        for (path, within), named in watched(place(entry, at.templates, context, answers_file)):
            if left_out(entry, path):
                continue
            with watching() as told:
                file = entry.given or _render_file(at, entry, within, limits)
            placed = named.hidden(answers.hidden)
            told.add(named)
            if hidden := told.hidden(answers.hidden):
                recipe = at.templates.recipe(entry.source, told, answers.recorded, unrecorded(answers))
                file = replace(file, inputs=hidden, recipe=recipe, placed=placed)
            check_link(path, file, entry.where)
            if path == answers_file:
                for_answers.append((entry, file))
            elif path not in found:
                found[path] = file
                yield path, file
            elif not file.same_as(found[path]):
                raise two_sources(path, found[path], file, entry.where)
    if for_answers:
        yield answers_file, _foremost(answers_file, for_answers)
    for entry in seen.folders:
        for path, _ in place(entry, at.templates, context, answers_file):
            if not left_out(entry, path):
                folders.add(path)
                refuse_too_much(0, len(found) + len(folders), limits, entry.where)


def two_sources(path: str, one: File, other: File, where: str) -> RenderError:
    """Return the error for a path that two files of a template give."""
    first, second = (file.origin.partition("/")[2] for file in (one, other))
    return RenderError(f"{first} and {second} both give {path}", where=where)


def _foremost(path: str, found: list[tuple[Entry, File]]) -> File:
    """Return the answers file: of several, which Copier writes over each other, a template, and the topmost."""
    ranked = sorted(found, key=lambda one: (not one[0].is_template, len(one[0].parts)))
    (first, file), *others = ranked
    for entry, other in others:
        rank = (entry.is_template, len(entry.parts))
        if rank == (first.is_template, len(first.parts)) and not other.same_as(file):
            raise two_sources(path, file, other, entry.where)
    return file


def _view(at: Compiled, context: Context) -> View:
    written = at.layer.settings.subdirectory
    folder = normpath(at.text(written, context).strip("/") or ".") if written else "."
    root = "" if folder == "." else f"{folder}/"
    if root not in at.views:
        found = folder.split("/")[0] != ".." and any(path.startswith(root) for path in at.layer.files)
        if root and not found:
            raise RenderError(
                f"`_subdirectory` is {folder!r}, which is no folder of the template",
                where=at.layer.where(at.layer.config),
            )
        at.views[root] = view(at.layer, root, at.templates)
    return at.views[root]


def _excluder(layer: Layer, texts: Texts, context: Context, more: tuple[str, ...] = ()) -> Callable[[str], bool]:
    settings = layer.settings
    default = () if normpath(settings.subdirectory or ".") != "." else DEFAULT_EXCLUDE
    own = _patterns(layer, texts, context, default if settings.exclude is None else settings.exclude)
    said = (texts.render_text(pattern, context, "--exclude") for pattern in more)
    lines = [one for line in (*own, *said) for one in _LINES.split(line)]
    return matcher(tuple(lines), "--exclude")


def _patterns(layer: Layer, texts: Texts, context: Context, patterns: Iterable[str]) -> Iterator[str]:
    """Render the patterns of a setting; raises RenderError for what is none."""
    for pattern in patterns:
        rendered = texts.render_text(pattern, context, layer.where(layer.config))
        for line in _LINES.split(rendered):
            try:
                globs((line,))
            except ValueError as error:
                raise RenderError(str(error), where=layer.line_of(pattern)) from error
        yield rendered


def _render_file(at: Compiled, entry: Entry, context: Context, limits: Limits) -> File:
    mode = REGULAR if entry.file is None else entry.file.mode
    try:
        if entry.file is not None and mode == SYMLINK:
            target = entry.file.content.decode(errors="replace")
            if not at.layer.settings.preserve_symlinks:
                raise leads_nowhere(entry.source, target, at.layer.where)
            target = at.templates.render_text(target, context, entry.where)
            content = str(PurePosixPath(target)).encode()
        else:
            content = at.templates.render(entry.source, context, limits.megabytes).encode()
    except UnicodeEncodeError as error:
        raise RenderError("the rendered text cannot be written as UTF-8", where=entry.where) from error
    origin = f"{at.layer.name}/{entry.source}"
    return File(content, mode, origin, permissions=entry.file.permissions if entry.file else None)
