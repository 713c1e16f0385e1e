"""The rules of lint, read from the metadata beside their code."""

from __future__ import annotations

from importlib import import_module
from json import loads
from pkgutil import get_data
from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.guard.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from scaffold.authoring.lint.draft import Draft
    from scaffold.guard.finding import Found


class LintRule(NamedTuple):
    """A rule, and the function that finds what breaks it: `module.name` in this folder.

    What a `shared` rule finds in a layer counts only where it is found for every blueprint that stacks the layer. A
    `plain` one holds for a Copier template by itself too, which has no cases. A `closed` one has to know every name.
    """

    about: Rule
    function: str
    shared: bool
    plain: bool
    closed: bool

    def look(self, draft: Draft, layers: Collection[str] | None = None) -> Iterator[Found]:
        """Yield what breaks the rule; of a shared one only what counts for some layers, where those are named."""
        module, _, name = self.function.rpartition(".")
        found: Any = getattr(import_module(f"{__package__}.{module}"), name)
        yield from found(draft, layers) if self.shared else found(draft)


def lint_rules() -> tuple[LintRule, ...]:
    """Return all rules, in order of their ids."""
    return tuple(map(_rule, loads(get_data(__package__, "rules.json") or b"")))


def _rule(said: Mapping[str, Any]) -> LintRule:
    about = Rule(
        id=said["id"],
        title=said["title"],
        severity=said["severity"],
        rationale=said["why"],
        fix=said["fix"],
        look=lambda _: (),
    )
    return LintRule(about, said["look"], said.get("shared", False), said.get("plain", False), said.get("closed", False))
