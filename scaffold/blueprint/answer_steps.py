"""Steps by which the answers of an older version become those of a newer one: declared, and so without code.

A step is one of `default: {name: value}`, `rename: {old: new}`, `split: {old: {new: TEMPLATE}}`, `map: {name: {old
value: new value}}` and `drop: [name]`. A template sees the answers as they are before the step. What is not answered
stays so, but for a default: it is what projects of older versions answer, whatever new ones answer by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.formats import yaml
from scaffold.formats.located import Located, texts
from scaffold.templating.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

VERBS = ("default", "rename", "split", "map", "drop")


class Step(NamedTuple):
    """One step: what it does, to which answers, and where it is written."""

    verb: str
    what: Mapping[str, Any]
    where: str

    def apply(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers after the step; raises RenderError or FormatError for a template that gives none."""
        if self.verb == "default":
            return {**self.what, **answers}
        left = dict(answers)
        for name, how in self.what.items():
            if name not in answers:
                continue
            value = left.pop(name)
            if self.verb == "rename":
                left.setdefault(how, value)
            elif self.verb == "split":
                left |= {new: self._made(text, answers) for new, text in how.items()}
            elif self.verb == "map":
                left[name] = next((to for of, to in how.items() if of == str(value)), value)
        return left

    def _made(self, text: str, answers: Mapping[str, Any]) -> Any:
        rendered = Templates({}, self.where).render_text(text, answers, self.where)
        try:
            found = yaml.load(rendered.encode(), self.where).data
        except FormatError:
            return rendered
        return found if isinstance(found, int | float | bool) else rendered


def parse(at: Located) -> tuple[Step, ...]:
    """Read `answers:` of a migration; raises FormatError."""
    return tuple(_step(element) for element in at.elements())


def _step(at: Located) -> Step:
    at.only(set(VERBS))
    if len(at.a(dict)) != 1:
        at.fail(f"a mapping with one of {', '.join(VERBS)}")
    verb = next(iter(at.data))
    value = at.child(verb)
    return Step(verb, _READ[verb](value), value.where)


def _split(at: Located) -> Mapping[str, Any]:
    return {name: {new: text.a(str) for new, text in below.items()} for name, below in at.items()}


def _map(at: Located) -> Mapping[str, Any]:
    return {name: {of: to.data for of, to in below.items()} for name, below in at.items()}


_READ: Mapping[str, Callable[[Located], Mapping[str, Any]]] = {
    "default": lambda at: {name: value.data for name, value in at.items()},
    "rename": lambda at: {name: new.a(str) for name, new in at.items()},
    "split": _split,
    "map": _map,
    "drop": lambda at: dict.fromkeys(texts(at)),
}


def migrated(answers: Mapping[str, Any], steps: Iterable[Step]) -> Mapping[str, Any]:
    """Return the answers after all steps, in their order."""
    for step in steps:
        answers = step.apply(answers)
    return answers


def assumed(answers: Mapping[str, Any], steps: Sequence[Step]) -> Mapping[str, Any]:
    """Return those of the answers after all steps that are there by a default alone."""
    known = migrated(answers, (step for step in steps if step.verb != "default"))
    return {name: value for name, value in migrated(answers, steps).items() if name not in known}
