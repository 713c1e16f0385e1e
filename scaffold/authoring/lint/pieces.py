"""The texts of a draft in which templates may stand: files, paths, settings, questions and guardrails."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.authoring.lint.draft import place
from scaffold.errors import RenderError
from scaffold.render import native
from scaffold.templating import looking
from scaffold.templating.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    defined for it beside the answers.
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

    def line_of(self, line: int) -> int | None:
        """Return the line in the file of a line in the text."""
        return line if self.line == 0 else self.line


@lru_cache(maxsize=64)
def pieces(draft: Draft) -> tuple[Piece, ...]:
    """Return every text of a draft that is a template; what is plain is left out."""
    return tuple(_parsed(one) for one in _all(draft) if not one.templates.is_plain(one.source))


def read_in(draft: Draft) -> dict[str, set[str]]:
    """Return every variable that is read, with the questions whose texts read it (empty text: anything else)."""
    found: dict[str, set[str]] = {}
    for piece in pieces(draft):
        for name in looking.names(piece.tree) if piece.tree is not None else ():
            found.setdefault(name, set()).add(piece.question or "")
    return found


def _parsed(piece: Piece) -> Piece:
    where = piece.path if not piece.line else f"{piece.path}:{piece.line}"
    try:
        piece.templates.compiles(piece.source, where)
        return piece._replace(tree=piece.templates.parsed(piece.source, where))
    except RenderError as error:
        return piece._replace(error=error)


def _all(draft: Draft) -> Iterator[Piece]:
    plain = Templates({}, draft.path)
    for question in draft.questions:
        path, line = place(question.where)
        for text in _texts([getattr(question, name) for name in ASKED]):
            yield Piece(text, path or draft.path, line, plain, question=question.name)
    guardrails = draft.blueprint.guardrails if draft.blueprint else None
    for id_, said in guardrails.rules.items() if guardrails else ():
        path, line = place(draft.at("guardrails", "rules", id_).where)
        for text in _texts([said.get("when"), said.get("with")]):
            yield Piece(text, path or draft.path, line, plain)
    for text in guardrails.approvers if guardrails else ():
        yield Piece(text, *_at(draft.at("guardrails", "waivers", "approvers").where, draft), plain)
    for layer in draft.layers:
        yield from _of_layer(layer)


def _at(where: str, draft: Draft) -> tuple[str, int | None]:
    path, line = place(where)
    return path or draft.path, line


def _of_layer(layer: Layer) -> Iterator[Piece]:
    templates, settings = native.compiled(layer).templates, layer.settings
    tasks = [(task.command, task.when, task.folder) for task in settings.tasks]
    said = (settings.exclude, settings.skip_if_exists, settings.subdirectory, settings.answers_file)
    more = (settings.messages, settings.external_data, tasks)
    for text in _texts([said, more]):
        path, line = place(layer.line_of(text.strip().splitlines()[0] if text.strip() else text))
        yield Piece(text, path or layer.place, line, templates, layer=layer)
    for path, file in layer.files.items():
        where = layer.where(path)
        names: set[str] = set()
        for part in path.split("/"):
            if not templates.is_plain(part):
                yield Piece(part, where, None, templates, layer=layer)
                names |= _yielded(templates, part, where)
        if path.endswith(settings.suffix) or path in _included(layer, templates):
            source = file.content.decode(errors="replace")
            yield Piece(source, where, 0, templates, layer=layer, names=frozenset(names | _from(layer, path)))


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
