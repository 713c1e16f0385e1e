"""Answers that are hard to render: people type quotes, colons and hashes, and files must be readable then, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.authoring.cases import render_case
from scaffold.authoring.lint.contents import mistake_in
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.answers.question import Question
    from scaffold.authoring.cases import Case
    from scaffold.blueprint.release import Release

HARD = 'it\'s "so": a # b'


def hard(release: Release, base: Case) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Answer every free question of a case so; return how many may be, and each that makes a file unreadable with why.

    What a validator refuses, or makes a path of, is no finding.
    """
    questions = [question.name for question in release.questions if _is_free(question)]
    usual = _mistakes(release, base, {})
    if not questions or usual is None:
        return 0, ()
    together = _mistakes(release, base, dict.fromkeys(questions, HARD))
    if together is not None and together.keys() <= usual.keys():
        return len(questions), ()
    alone = {name: _mistakes(release, base, {name: HARD}) for name in questions}
    taken = {name: found for name, found in alone.items() if found is not None}
    return len(taken), tuple(_told(taken, usual))


def _told(taken: Mapping[str, Mapping[str, str]], usual: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, found in taken.items():
        for path in sorted(found.keys() - usual.keys()):
            yield f"{name}={HARD}", f"{path} cannot be read: {found[path]}; write the answer with | tojson"


def _is_free(question: Question) -> bool:
    asked = not (question.computed or question.secret or question.multiselect or question.when is False)
    return asked and question.type == "str" and question.choices is None


def _mistakes(release: Release, base: Case, answers: Mapping[str, str]) -> dict[str, str] | None:
    """Return the files that cannot be read with some answers, and why; None where it does not render."""
    try:
        tree = render_case(release, base._replace(answers={**base.answers, **answers})).tree
    except ScaffoldError:
        return None
    found = {path: mistake_in(path, file) for path, file in tree.items()}
    return {path: error.message for path, error in found.items() if error is not None}
