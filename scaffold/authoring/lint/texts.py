"""What is wrong with templates, told without rendering them, and conditions that no case makes true."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import TemplateAssertionError, TemplateSyntaxError

from scaffold.answers.choices import written_out
from scaffold.authoring.cases import cases_folder
from scaffold.authoring.lint.draft import found_of, place
from scaffold.authoring.lint.manifests import near
from scaffold.authoring.lint.pieces import AROUND, pieces, pieces_of, rendered_part
from scaffold.blueprint.template import DEFAULT_EXCLUDE
from scaffold.errors import ScaffoldError
from scaffold.formats import yaml
from scaffold.guard.finding import Found
from scaffold.guard.readers import secrets
from scaffold.render import native
from scaffold.render.paths import matcher
from scaffold.templating import looking
from scaffold.tree import REGULAR, SYMLINK, is_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from jinja2 import nodes

    from scaffold.authoring.lint.draft import Draft
    from scaffold.authoring.lint.pieces import Piece
    from scaffold.blueprint.template import Layer
    from scaffold.errors import RenderError
    from scaffold.templating.templates import Templates

TEMPLATE = re.compile(r"(^|/)copier\.ya?ml(\.|$)")  # what a template of templates makes
ENDINGS = re.compile(r"\.(jinja2?|j2)\b")
OTHERS = re.compile(r"\$\{\{")  # GitHub's expressions look like Jinja's
RAW = "Put GitHub's own expression into {% raw %}…{% endraw %}."


def undefined(draft: Draft) -> Iterator[Found]:
    """Find variables that no question answers and no template sets."""
    if draft.release is None:
        return
    asked = {question.name for question in draft.questions}
    for piece in pieces(draft):
        known = asked | AROUND | piece.names
        for name, line in looking.reads(piece.tree) if piece.tree is not None and not piece.aside else ():
            if name in known or name.startswith("_external"):
                continue
            at = piece.line_of(line)
            lines = piece.source.splitlines()
            foreign = OTHERS.search(lines[line - 1]) if line <= len(lines) else None
            yield Found(f"`{name}` is undefined", piece.path, at, fix=RAW if foreign else near(name, asked))


def compiled(draft: Draft) -> Iterator[Found]:
    """Find templates with a mistake of syntax, also those that no case renders."""
    for piece in pieces(draft):
        if piece.error is not None and not piece.aside and not (draft.foreign and _may_be_an_extensions(piece.error)):
            yield found_of(piece.error)


def _may_be_an_extensions(error: RenderError) -> bool:
    """Whether what is wrong is a tag, a filter or a test that Jinja does not have."""
    cause = error.__cause__
    unknown = isinstance(cause, TemplateSyntaxError) and "unknown tag" in str(cause.message)
    return unknown or isinstance(cause, TemplateAssertionError)


def conditions(draft: Draft, layers: Collection[str] | None = None) -> Iterator[Found]:
    """Find conditions that hold in no case: of questions, of rules, of paths and in files."""
    contexts = [answers.context for answers in draft.answered]
    if not contexts:
        return
    held: dict[tuple[Templates, str], bool] = {}  # many files decide by the same
    for question in draft.questions:
        if isinstance(question.when, str) and not any(question.name in answers.recorded for answers in draft.answered):
            yield Found(f"`{question.name}` is asked in no case", *place(question.where))
    for piece in pieces(draft) if layers is None else pieces_of(draft, layers):
        if piece.tree is None or piece.question is not None or piece.error is not None:
            continue
        for test in looking.conditions(piece.tree):
            decides = piece.templates, repr(test)
            if decides not in held:
                held[decides] = any(_holds(piece, test, context) for context in contexts)
            if not held[decides]:
                shown = _shown(piece, test.lineno)
                fix = _case_for(draft, test)
                yield Found(f"{shown} holds in no case", piece.path, piece.line_of(test.lineno), fix=fix)
    guardrails = draft.blueprint.guardrails if draft.blueprint and layers is None else None
    for id_, said in guardrails.rules.items() if guardrails and draft.guardrails else ():
        if isinstance(when := said.get("when"), str) and not any(_is_wanted(draft, id_)):
            path, line = place(draft.at("guardrails", "rules", id_).where)
            yield Found(f"the rule {id_} is wanted in no case: `{when}`", path, line)


def _case_for(draft: Draft, test: nodes.Expr) -> str | None:
    """Name the case to write where a condition is about one answer; None where it is not."""
    name, value = looking.asks_for(test)
    question = next((one for one in draft.questions if one.name == name), None)
    if question is None:
        return None
    known = (written_out(question.choices, question.where) or []) if question.choices else []
    known = [True] if question.type == "bool" else known
    if value not in known:
        return None
    written = yaml.dump({name: value}).strip()
    slug = re.sub(r"[^a-z0-9]+", "-", (name if value is True else f"{name}-{value}").lower()).strip("-")
    place = f"{cases_folder(draft.name)}/{slug}.yml"
    return f"Write {place} with `{written}` and what else is required, or take the condition out."


def _holds(piece: Piece, test: nodes.Expr, context: object) -> bool:
    try:
        return piece.templates.tells(test, context)  # type: ignore[arg-type]
    except ScaffoldError:
        return True  # what cannot be told is no finding


def _shown(piece: Piece, line: int) -> str:
    lines = piece.source.splitlines()
    found = re.search(r"\{%[-+]?\s*(?:el)?if\b.*?%\}", lines[line - 1]) if line <= len(lines) else None
    return f"`{found[0]}`" if found else "a condition"


def _is_wanted(draft: Draft, id_: str) -> Iterator[bool]:
    for guardrails in draft.guardrails:
        yield guardrails.rules[id_].get("applies", True)


def unrendered(draft: Draft) -> Iterator[Found]:
    """Find files that hold the name of a question in braces, and are copied as they are."""
    names = [re.escape(question.name) for question in draft.questions]
    if not names:
        return
    some = "|".join(names)
    reads = rf"\{{%-?\s*(?:el)?if\s(?:not\s)?\s*(?:{some})\b[^%\n]*%\}}"
    braces = re.compile(rf"(?<!\$)\{{\{{-?\s*(?:{some})\b|{reads}".encode())
    for layer in draft.layers:
        plain = layer.settings.envops.keys() & {"variable_start_string", "block_start_string"}
        part = rendered_part(layer) & layer.files.keys()
        makes_template = any(TEMPLATE.search(path) for path in part if path != layer.config)
        for path in sorted(part) if not plain else ():
            file = layer.files[path]
            if _is_rendered(layer, path) or file.mode == SYMLINK or not is_text(file.content):
                continue
            if makes_template and ENDINGS.search(path):
                continue
            if found := braces.search(file.content):
                line = file.content[: found.start()].count(b"\n") + 1
                said = found[0].decode(errors="replace")
                yield Found(f"`{said}` stands in a file that is not rendered", layer.where(path), line)


def _is_rendered(layer: Layer, path: str) -> bool:
    return path.endswith(layer.settings.suffix) or path == layer.config or path in _included_in(layer)


@lru_cache(maxsize=64)
def _included_in(layer: Layer) -> frozenset[str]:
    """Return the files that templates of the layer read."""
    found: set[str] = set()
    templates = native.compiled(layer).templates
    for path, file in layer.files.items():
        if path.endswith(layer.settings.suffix):
            try:
                found |= set(looking.included(templates.parsed(file.content.decode(errors="replace"), path)))
            except ScaffoldError:
                continue
    return frozenset(found)


def unmade(draft: Draft, layers: Collection[str] | None = None) -> Iterator[Found]:
    """Find files of layers that come out in no case."""
    made = {
        part for _, rendered in draft.rendered for file in rendered.tree.values() for part in file.origin.split(" + ")
    }
    composed = draft.blueprint.compose if draft.blueprint else {}
    if not made:
        return
    told = {one.path for one in conditions(draft, layers) if one.line is None}  # by the condition in its path
    for layer in (one for one in draft.layers if layers is None or one.name in layers):
        included = _included_in(layer)
        excluded = matcher(layer.settings.exclude or DEFAULT_EXCLUDE, layer.where(layer.config))
        for path in sorted(rendered_part(layer) & layer.files.keys()):
            suffix = layer.settings.suffix
            if f"{layer.name}/{path}" in made or path in included or path == layer.config or excluded(path):
                continue
            if layer.where(path) in told:
                continue
            if path.removesuffix(suffix) in composed or path in layer.settings.hooks:
                continue
            if suffix and f"{path}{suffix}" in layer.files:
                yield Found(f"{path}{suffix} beside it counts, and this file never does", layer.where(path))
            else:
                yield Found("no case makes this file", layer.where(path))


def secret(draft: Draft) -> Iterator[Found]:
    """Find secrets that stand in layers, and that every service would get."""
    for layer in draft.layers:
        for path, file in layer.files.items():
            for one in secrets.find(file.content, path) if is_text(file.content) and file.mode != SYMLINK else ():
                yield Found(f"this looks like {one.kind}", layer.where(path), one.line)


def executable(draft: Draft) -> Iterator[Found]:
    """Find scripts that are not executable."""
    for layer in draft.layers:
        for path, file in layer.files.items():
            if file.content.startswith(b"#!") and file.mode == REGULAR:
                yield Found("the file begins with #! and is not executable", layer.where(path), 1)
