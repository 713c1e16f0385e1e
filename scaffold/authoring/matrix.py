"""All pairs: few sets of choices in which any two choices of any two questions meet.

Most faults of combined settings come from one setting or from two that meet (Kuhn, Wallace, Gallo 2004, IEEE TSE
30(6)). The sets are made as IPOG makes them: question by question, the widest first, each row extended by the choice
that meets the most new pairs, and rows added for what is left (Lei et al. 2007, ECBS).
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from scaffold.answers.choices import written_out
from scaffold.authoring.cases import Case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scaffold.answers.question import Question
    from scaffold.blueprint.release import Release

Row = dict[str, int]  # question -> number of its choice; what is missing may be anything
Pair = tuple[str, int, str, int]


def pairs_of(sizes: Mapping[str, int]) -> frozenset[Pair]:
    """Return every two choices of two questions, by number."""
    found = (
        (one, a, other, b)
        for one, other in combinations(sorted(sizes), 2)
        for a, b in product(range(sizes[one]), range(sizes[other]))
    )
    return frozenset(found)


def rows(sizes: Mapping[str, int]) -> list[Row]:
    """Return rows with a choice for each question, in which every pair of choices meets; the same each time."""
    names = sorted(sizes, key=lambda name: (-sizes[name], name))
    if len(names) < 2:  # noqa: PLR2004 - a pair
        return [{name: number} for name in names for number in range(sizes[name])]
    first, second = names[:2]
    made: list[Row] = [{first: a, second: b} for a, b in product(range(sizes[first]), range(sizes[second]))]
    for number, name in enumerate(names[2:], 2):
        _widen(made, names[:number], name, sizes)
    for row in made:
        for name in names:
            row.setdefault(name, 0)
    return made


def _widen(made: list[Row], before: Sequence[str], name: str, sizes: Mapping[str, int]) -> None:
    """Give each row a choice of one more question, and add rows until its pairs with those before have all met."""
    left = {(other, a, b) for other in before for a in range(sizes[other]) for b in range(sizes[name])}
    for row in made:
        counts = [sum((other, row.get(other), b) in left for other in before) for b in range(sizes[name])]
        best = max(range(sizes[name]), key=lambda b: (counts[b], -b))
        if counts[best]:
            row[name] = best
            left -= {(other, row[other], best) for other in before if other in row}
    for other, a, b in sorted(left):
        fits = (row for row in made if row.get(other, a) == a and row.get(name, b) == b)
        row = next(fits, {})
        if not row:
            made.append(row)
        row |= {other: a, name: b}


def matrix(release: Release, base: Case) -> tuple[tuple[Case, ...], int]:
    """Return cases in which all pairs of the release's choices meet, with how many pairs that are.

    All else is as the base has it.
    """
    values = {question.name: found for question in release.questions if (found := _values(question))}
    values = {name: found for name, found in values.items() if len(found) > 1}
    sizes = {name: len(found) for name, found in values.items()}
    cases = []
    for number, row in enumerate(rows(sizes), 1):
        chosen = {name: values[name][choice] for name, choice in sorted(row.items())}
        said = ", ".join(f"{name}={value}" for name, value in chosen.items())
        cases.append(Case(f"pair-{number}", f"{base.where} with {said}", {**base.answers, **chosen}))
    return tuple(cases), len(pairs_of(sizes))


def _values(question: Question) -> list[Any]:
    """Return what a question may be answered with, where that is written out; nothing for any other."""
    if question.computed or question.when is False or question.secret:
        return []
    if question.choices is None:
        return [True, False] if question.type == "bool" else []
    found = written_out(question.choices, question.where) or []
    return [[], *([value] for value in found), found] if question.multiselect else found
