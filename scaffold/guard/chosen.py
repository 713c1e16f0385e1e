"""The rules that a project is judged by: those that always hold, and those that its blueprint has chosen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from scaffold.blueprint.guardrails import KINDS, Guardrails, Said
from scaffold.errors import FormatError
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
        rule = replace(rule, severity=said.get("severity", rule.severity))
        yield Chosen(rule, {**rule.parameters, **said.get("with", {})}, said.get("applies", True))


def expand(guardrails: Guardrails, where: str) -> Mapping[str, Said]:
    """Return all rules that a blueprint uses by id, those that `use` names among them; raises FormatError."""
    used: dict[str, Said] = {}
    for pattern in guardrails.use:
        found = [id_ for id_ in catalogue.BUILT_IN if fnmatchcase(id_, pattern)]
        if not found:
            raise FormatError(f"`guardrails.use` names `{pattern}`, which is no rule of this scaffold", where=where)
        used |= {id_: {} for id_ in found}
    for id_, said in guardrails.rules.items():
        is_declared = any(kind in said for kind in KINDS)
        if id_ in catalogue.BUILT_IN or id_ in {rule.id for rule in catalogue.ALWAYS}:
            if is_declared:
                raise FormatError(f"the rule {id_} is built in, so the blueprint cannot declare it", where=where)
            _refuse_strange_parameters(catalogue.BUILT_IN.get(id_), id_, said, where)
        elif not is_declared and said.get("applies", True):
            hint = f"declare what it looks for: {', '.join(KINDS)}"
            raise FormatError(
                f"`guardrails.rules` names {id_}, which is no rule of this scaffold", where=where, hint=hint
            )
    return {**used, **guardrails.rules}


def _refuse_strange_parameters(rule: Rule | None, id_: str, said: Said, where: str) -> None:
    if rule is None:
        raise FormatError(f"the rule {id_} always holds, so the blueprint cannot set it", where=where)
    if strange := sorted(said.get("with", {}).keys() - rule.parameters.keys()):
        known = ", ".join(sorted(rule.parameters)) or "none"
        raise FormatError(f"the rule {id_} has no parameter `{strange[0]}`; it has: {known}", where=where)


def _rule(id_: str, said: Said, find_plugin: FindPlugin) -> Rule:
    if "plugin" in said:
        return replace(find_plugin(said["plugin"]), id=id_)
    if any(kind in said for kind in KINDS):
        return declared.rule_of(id_, said)
    return catalogue.BUILT_IN.get(id_) or _missing(id_)


def _missing(id_: str) -> Rule:
    def look(_: object) -> Any:
        raise CannotTell(f"this scaffold does not know the rule {id_}: a newer one may")

    return Rule(id=id_, title=f"{id_} holds", severity="medium", rationale="", fix="Upgrade scaffold.", look=look)
