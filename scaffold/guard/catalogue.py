"""The built-in rules, read from the metadata beside their code; a rule's code is loaded when it first looks.

To stamp or update a project it is enough to know what the rules are called and what a blueprint may set of them.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from importlib import import_module
from json import loads
from pkgutil import get_data
from typing import TYPE_CHECKING, Any

from scaffold.blueprint.guardrails import KINDS, Guardrails, Said
from scaffold.errors import FormatError
from scaffold.guard.finding import Found
from scaffold.guard.rule import Looking, Rule
from scaffold.process.loading import later

if TYPE_CHECKING:
    from scaffold.guard import closed
    from scaffold.guard.look import Look
else:
    closed = later("scaffold.guard.closed")

FAMILIES = ("ci", "supply", "protocols", "operations", "languages", "architecture", "ownership")


def family(name: str) -> tuple[str, tuple[Rule, ...]]:
    """Return what a family of rules is about, and its rules."""
    said = loads(get_data(__package__, f"rules/{name}.json") or b"")
    return said["about"], tuple(map(_rule, said["rules"]))


def _rule(said: Mapping[str, Any]) -> Rule:
    return Rule(
        id=said["id"],
        title=said["title"],
        severity=said["severity"],
        rationale=said["why"],
        fix=said["fix"],
        references=tuple(said["references"]),
        files=tuple(said["files"]),
        look=_Loaded(said["look"], said["id"]),
        **{name: said[name] for name in ("parameters", "can_be_waived", "beyond") if name in said},
    )


class _Loaded:
    """The function that a rule's metadata names, `module.function`, loaded when it is first called."""

    def __init__(self, name: str, id_: str) -> None:
        self._name, self._id = name, id_

    @property
    def function(self) -> Looking:
        module, _, name = self._name.rpartition(".")
        found: Looking = getattr(import_module(f"scaffold.guard.rules.{module}"), name)
        return found

    def __call__(self, look: "Look") -> Iterator[Found]:
        yield from self.function(look)
        yield from closed.elsewhere(look, self._id)


LOCKED: Mapping[str, Rule] = {rule.id: rule for rule in family("locked")[1]}
ALWAYS: tuple[Rule, ...] = tuple(LOCKED[id_] for id_ in ("LK-01", "LK-02", "LK-03"))  # beside the blueprint's choice
FORGE: Mapping[str, Rule] = {rule.id: rule for rule in family("forge")[1]}  # what `forge` of a blueprint says
BUILT_IN: Mapping[str, Rule] = {
    rule.id: rule for rule in sorted((one for name in FAMILIES for one in family(name)[1]), key=lambda rule: rule.id)
}


def expand(guardrails: Guardrails, where: str) -> Mapping[str, Said]:
    """Return all rules that a blueprint uses by id, those that `use` names among them; raises FormatError."""
    used: dict[str, Said] = {}
    for pattern in guardrails.use:
        found = [id_ for id_ in BUILT_IN if fnmatchcase(id_, pattern)]
        if not found:
            raise FormatError(f"`guardrails.use` names `{pattern}`, which is no rule of this scaffold", where=where)
        used |= {id_: {} for id_ in found}
    for id_, said in guardrails.rules.items():
        is_declared = any(kind in said for kind in KINDS)
        if id_ in FORGE:
            hint = "what it holds stands in `forge`, and holds with scaffold check --forge"
            raise FormatError(f"the rule {id_} cannot be set among `guardrails`", where=where, hint=hint)
        if id_ in BUILT_IN or id_ in LOCKED:
            if is_declared:
                raise FormatError(f"the rule {id_} is built in, so the blueprint cannot declare it", where=where)
            _refuse_strange_parameters(id_, said, where)
        elif not is_declared and said.get("applies", True):
            hint = f"declare what it looks for: {', '.join(KINDS)}"
            raise FormatError(
                f"`guardrails.rules` names {id_}, which is no rule of this scaffold", where=where, hint=hint
            )
    return {**used, **guardrails.rules}


def _refuse_strange_parameters(id_: str, said: Said, where: str) -> None:
    if id_ in LOCKED:
        raise FormatError(f"the rule {id_} always holds, so the blueprint cannot set it", where=where)
    if strange := sorted(said.get("with", {}).keys() - BUILT_IN[id_].parameters.keys()):
        known = ", ".join(sorted(BUILT_IN[id_].parameters)) or "none"
        raise FormatError(f"the rule {id_} has no parameter `{strange[0]}`; it has: {known}", where=where)
