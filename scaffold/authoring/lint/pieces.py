"""The texts of a draft in which templates may stand: files, paths, settings, questions and guardrails."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from posixpath import normpath
from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.answers.choices import written_out
from scaffold.authoring.lint.draft import place
from scaffold.errors import RenderError
from scaffold.render import native
from scaffold.templating import looking
from scaffold.templating.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from jinja2 import nodes

    from scaffold.answers.question import Question
    from scaffold.authoring.lint.draft import Draft
    from scaffold.blueprint.template import Layer

# What a template sees beside the answers: see `render.context`.
AROUND = frozenset(
    {
        "_copier_answers", "_copier_conf", "_copier_operation", "_copier_phase", "_copier_python", "_external_data",
        "_folder_name", "_stage", "_version_current", "_version_from", "_version_to", "_version_pep440_from",
        "_version_pep440_to", "UNSET", "now", "make_secret", "range", "dict", "lipsum", "cycler", "joiner", "namespace",
    }
)  # fmt: skip
ASKED = ("type", "help", "choices", "default", "placeholder", "qmark", "multiline", "validator", "when", "ask")


class Piece(NamedTuple):
    """A text, where it stands, and its syntax tree, or why it has none.

    `question` is the one that it is a text of, `layer` the template that it is part of. `names` are variables that are
    defined for it beside the answers. What is `aside` may be read by what is rendered, or not be meant as a template.
    """

    source: str
    path: str
    line: int | None
    templates: Templates
    tree: nodes.Template | None = None
    error: RenderError | None = None
    question: str | None = None
    layer: Layer | None = None
    names: frozenset[str] = frozenset()
    aside: bool = False

    def line_of(self, line: int) -> int | None:
        """Return the line in the file of a line in the text."""
        return line if self.line == 0 else self.line


@lru_cache(maxsize=64)
def pieces(draft: Draft) -> tuple[Piece, ...]:
    """Return every text of a draft that is a template; what is plain is left out."""
    return (*_parsed(_asked(draft)), *pieces_of(draft, [layer.name for layer in draft.layers]))


def pieces_of(draft: Draft, layers: Collection[str]) -> Iterator[Piece]:
    """Yield those in some of the layers, but for their questions."""
    yield from (piece for layer in draft.layers if layer.name in layers for piece in _of_layer(layer))


def read_in(draft: Draft) -> dict[str, set[str]]:
    """Return every variable that is read, with the questions whose texts read it (empty text: anything else)."""
    found: dict[str, set[str]] = {}
    for piece in pieces(draft):
        for name in looking.names(piece.tree) if piece.tree is not None else ():
            found.setdefault(name, set()).add(piece.question or "")
    return found


def _parsed(written: Iterable[Piece]) -> tuple[Piece, ...]:
    return tuple(_with_tree(one) for one in written if not one.templates.is_plain(one.source))


def _with_tree(piece: Piece) -> Piece:
    where = piece.path if not piece.line else f"{piece.path}:{piece.line}"
    try:
        return piece._replace(tree=piece.templates.compiles(piece.source, where))
    except RenderError as error:
        return piece._replace(error=error)


def asked_with(draft: Draft) -> Templates:
    """Return what renders the texts of questions: of a template by itself its own delimiters and filters."""
    if draft.release is not None and draft.release.kind != "library":
        return native.compiled(draft.layers[0]).templates
    return Templates({}, draft.path)


@lru_cache(maxsize=64)
def rendered_part(layer: Layer) -> frozenset[str]:
    """Return the files of a layer that are rendered into projects, or are read by those."""
    inside = {path for path in layer.files if path.startswith(_roots(layer))}
    templates = native.compiled(layer).templates
    return frozenset(inside | _included(layer, templates).keys() if inside else layer.files)


@lru_cache(maxsize=64)
def _roots(layer: Layer) -> tuple[str, ...]:
    """Return what `_subdirectory` may mean: where it is a template, each folder that a choice of a question names."""
    written, templates = layer.settings.subdirectory or ".", native.compiled(layer).templates
    named = {written}
    if not templates.is_plain(written):
        named = {str(value) for question in layer.questions for value in _choices(question)}
        with suppress(RenderError):  # as where all of it stands between raw and endraw
            named.add(templates.render_text(written, {}, layer.where(layer.config)))
    return tuple(f"{normpath(one)}/" for one in named if one.strip("./"))


def _choices(question: Question) -> Iterable[Any]:
    return written_out(question.choices, question.where) or () if question.choices is not None else ()


def _asked(draft: Draft) -> Iterator[Piece]:
    plain, asked = Templates({}, draft.path), asked_with(draft)
    for question in draft.questions:
        path, line = place(question.where)
        for text in _texts([getattr(question, name) for name in ASKED]):
            yield Piece(text, path or draft.path, line, asked, question=question.name)
    guardrails = draft.blueprint.guardrails if draft.blueprint else None
    for id_, said in guardrails.rules.items() if guardrails else ():
        path, line = place(draft.at("guardrails", "rules", id_).where)
        for text in _texts([said.get("when"), said.get("with")]):
            yield Piece(text, path or draft.path, line, plain)
    for text in guardrails.approvers if guardrails else ():
        yield Piece(text, *_at(draft.at("guardrails", "waivers", "approvers").where, draft), plain)


def _at(where: str, draft: Draft) -> tuple[str, int | None]:
    path, line = place(where)
    return path or draft.path, line


@lru_cache(maxsize=64)
def _of_layer(layer: Layer) -> tuple[Piece, ...]:
    return _parsed(_written(layer))


def _written(layer: Layer) -> Iterator[Piece]:
    templates, settings = native.compiled(layer).templates, layer.settings
    tasks = [(task.command, task.when, task.folder) for task in settings.tasks]
    said = (settings.exclude, settings.skip_if_exists, settings.subdirectory, settings.answers_file)
    more = (settings.messages, settings.external_data, tasks)
    for text in _texts([said, more]):
        path, line = place(layer.line_of(text.strip().splitlines()[0] if text.strip() else text))
        yield Piece(text, path or layer.place, line, templates, layer=layer)
    part = rendered_part(layer)
    for path, file in layer.files.items():
        where, aside = layer.where(path), path not in part
        names: set[str] = set()
        root = next((one for one in _roots(layer) if path.startswith(one)), "")
        for name in path.removeprefix(root).split("/"):
            if not templates.is_plain(name):
                yield Piece(name, where, None, templates, layer=layer, aside=aside)
                names |= _yielded(templates, name, where)
        if path.endswith(settings.suffix) or path in _included(layer, templates):
            source, seen = file.content.decode(errors="replace"), frozenset(names | _from(layer, path))
            yield Piece(source, where, 0, templates, layer=layer, names=seen, aside=aside)


def _yielded(templates: Templates, part: str, where: str) -> set[str]:
    try:
        return set(looking.yielded(templates.parsed(part, where)))
    except RenderError:
        return set()


@lru_cache(maxsize=64)
def _included(layer: Layer, templates: Templates) -> dict[str, frozenset[str]]:
    """Return the files that others of the layer include, each with what those set."""
    found: dict[str, frozenset[str]] = {}
    for path, file in layer.files.items():
        if b"include" in file.content or b"extends" in file.content or b"import" in file.content:
            try:
                tree = templates.parsed(file.content.decode(errors="replace"), layer.where(path))
            except RenderError:
                continue
            for name in looking.included(tree):
                found[name] = found.get(name, frozenset()) | looking.sets(tree)
    return found


def _from(layer: Layer, path: str) -> frozenset[str]:
    return _included(layer, native.compiled(layer).templates).get(path, frozenset())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _texts([key, below])
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def texts_of(question: Question, names: Iterable[str]) -> Iterator[str]:
    """Yield the texts of some of a question's keys."""
    return _texts([getattr(question, name) for name in names])
