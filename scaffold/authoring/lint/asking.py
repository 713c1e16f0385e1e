"""What is wrong with questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.answers.cast import FALSE, TRUE
from scaffold.answers.choices import written_out
from scaffold.answers.question import MISSING
from scaffold.authoring.lint.draft import place
from scaffold.authoring.lint.pieces import asked_with, pieces, read_in, texts_of
from scaffold.errors import ScaffoldError
from scaffold.guard.finding import Found
from scaffold.templating import looking

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from scaffold.answers.question import Question
    from scaffold.authoring.lint.draft import Draft
    from scaffold.templating.templates import Templates

LOOKED_BACK = ("default", "when", "ask", "choices", "help", "placeholder", "multiline")
ALL = "_copier_answers"  # every answer there is
OUTSIDE = ("../x", "a/../../x")


def used(draft: Draft, _layers: Collection[str] | None = None) -> Iterator[Found]:
    """Find questions that nothing but themselves reads."""
    read = read_in(draft)
    for question in draft.questions:
        if not read.get(question.name, set()) - {question.name} and question.name not in _by_name(draft):
            yield Found(f"nothing reads the answer to `{question.name}`", *place(question.where))


def _by_name(draft: Draft) -> set[str]:
    """Return the questions that a template asks for by a text: `_copier_answers['name']`."""
    sources = [piece.source for piece in pieces(draft) if piece.tree is not None and ALL in piece.source]
    if draft.foreign:  # code of the template reads it by its name too, and what has tags of its own cannot be parsed
        sources += [piece.source for piece in pieces(draft) if piece.tree is None]
        sources += [file.content.decode(errors="replace") for path, file in draft.files.items() if path.endswith(".py")]
    return {question.name for question in draft.questions if any(question.name in source for source in sources)}


def ahead(draft: Draft) -> Iterator[Found]:
    """Find texts of questions that read the answer to a later one."""
    questions = draft.questions
    numbers = {question.name: number for number, question in enumerate(questions)}
    texts = asked_with(draft)
    for number, question in enumerate(questions):
        for key in LOOKED_BACK:
            for text in texts_of(question, (key,)):
                for name in _names(texts, text, question):
                    if numbers.get(name, -1) >= number and (name != question.name):
                        message = f"`{question.name}.{key}` reads `{name}`, which is asked after it"
                        yield Found(message, *place(question.where), fix=f"Move `{name}` before `{question.name}`.")


def _names(texts: Templates, text: str, question: Question) -> set[str]:
    try:
        if texts.is_plain(text):
            return set()
        return {*looking.names(texts.compiles(text, question.where))}
    except ScaffoldError:
        return set()


def choices(draft: Draft) -> Iterator[Found]:
    """Find defaults that are no choice, and choices that are there twice."""
    for question in draft.questions:
        values = written_out(question.choices, question.where)
        if values is None:
            continue
        where = place(question.where)
        twice = sorted({repr(value) for value in values if values.count(value) > 1})
        if twice:
            yield Found(f"`{question.name}` offers {twice[0]} twice", *where, fix="Take one of them out.")
        default = question.default
        wanted = default if isinstance(default, list) and question.multiselect else [default]
        if default is MISSING or default is None or (isinstance(default, str) and "{" in default):
            continue
        if wrong := [one for one in wanted if str(one) not in {str(value) for value in values}]:
            shown = ", ".join(map(str, values))
            yield Found(f"the default of `{question.name}` is {wrong[0]!r}, and its choices are {shown}", *where)


def helped(draft: Draft, _layers: Collection[str] | None = None) -> Iterator[Found]:
    """Find questions that are asked without a word."""
    for question in draft.questions:
        if not question.help and question.when is not False and not question.computed:
            yield Found(f"`{question.name}` has no `help`", *place(question.where))


def deciding(draft: Draft) -> Iterator[Found]:
    """Find conditions that are plain text, which always hold, and validators that do not look at what was answered."""
    texts = asked_with(draft)
    for question in draft.questions:
        where, when, validator = place(question.where), question.when, question.validator
        if isinstance(when, str) and texts.is_plain(when) and when.strip().lower() not in TRUE | FALSE:
            said = f"`{question.name}.when` is the text {when!r}, which always holds"
            yield Found(said, *where, fix=f'Write "{{{{ {when.strip()} }}}}".')
        if validator and question.name not in _names(texts, validator, question):
            yield Found(f"the validator of `{question.name}` does not look at `{question.name}`", *where)


def in_paths(draft: Draft, _layers: Collection[str] | None = None) -> Iterator[Found]:
    """Find answers that are part of a path, and may be a way out of the project."""
    in_path = {
        name
        for piece in pieces(draft)
        if piece.line is None and piece.layer is not None and piece.tree is not None
        for name in looking.shown(piece.tree)
    }
    texts = asked_with(draft)
    context = dict(draft.answered[0].context) if draft.answered else {}
    for question in draft.questions:
        if question.name not in in_path or question.type not in ("str", "path") or question.choices is not None:
            continue
        if question.when is not False and all(_passes(texts, question, outside, context) for outside in OUTSIDE):
            yield Found(f"`{question.name}` is part of a path, and may be answered ../x", *place(question.where))


def _passes(texts: Templates, question: Question, value: str, context: dict[str, Any]) -> bool:
    if not question.validator:
        return True
    try:
        return not texts.render_text(question.validator, {**context, question.name: value}, question.where).strip()
    except ScaffoldError:
        return False
