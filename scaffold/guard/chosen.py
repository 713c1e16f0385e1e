"""The rules that a project is judged by: those that always hold, and those that its blueprint has chosen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from scaffold.blueprint.guardrails import KINDS, Guardrails, Said
from scaffold.guard import catalogue, declared
from scaffold.guard.rule import CannotTell, Rule

FindPlugin = Callable[[str], Rule]  # the name of an entry point -> its rule


class Chosen(NamedTuple):
    """A rule with what the blueprint has set; `applies` is false where the blueprint does not want it here."""

    rule: Rule
    parameters: Mapping[str, Any]
    applies: bool = True


def choose(guardrails: Guardrails, find_plugin: FindPlugin) -> Iterator[Chosen]:
    """Yield the rules in order of their id; one that cannot be had is a rule that raises when it looks."""
    for rule in catalogue.ALWAYS:
        yield Chosen(rule, rule.parameters)
    for id_, said in sorted(guardrails.rules.items()):
        rule = _rule(id_, said, find_plugin)
        rule = (
            replace(rule, severity=said["severity"]) if said.get("severity", rule.severity) != rule.severity else rule
        )
        yield Chosen(rule, {**rule.parameters, **said.get("with", {})}, said.get("applies", True))


def _rule(id_: str, said: Said, find_plugin: FindPlugin) -> Rule:
    if "plugin" in said:
        rule = find_plugin(said["plugin"])
        return replace(rule, id=id_, **declared.description(said))
    if any(kind in said for kind in KINDS):
        return declared.rule_of(id_, said)
    return catalogue.BUILT_IN.get(id_) or _missing(id_)


def _missing(id_: str) -> Rule:
    def look(_: object) -> Any:
        raise CannotTell(f"this scaffold does not know the rule {id_}: a newer one may")

    return Rule(id=id_, title=f"{id_} holds", severity="medium", rationale="", fix="Upgrade scaffold.", look=look)
