"""The rules that a blueprint uses, by id, without the rules themselves.

To stamp or update a project it is enough to know what they are called; loading them takes longer than all the rest of
that. A test holds the table to the rules.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from scaffold.blueprint.guardrails import KINDS, Guardrails, Said
from scaffold.errors import FormatError

ALWAYS = ("LK-01", "LK-02", "LK-03", "WV-01")
# The built-in rules a blueprint may choose, and what it may set of each.
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "AR-01": ("layers", "core", "independent", "platform", "besides"),
    "AR-02": ("layers", "core", "independent", "platform", "besides", "forbidden"),
    "AR-03": ("documents", "decisions", "dated"),
    "CI-01": (),
    "CI-02": ("pins",),
    "CI-03": (),
    "CI-04": (),
    "CI-05": (),
    "CI-06": (),
    "CI-07": (),
    "CI-08": (),
    "CI-09": ("gate", "gates"),
    "CI-10": (),
    "LG-01": ("languages", "besides"),
    "LG-02": ("ruff", "golangci", "besides"),
    "LG-03": ("coverage", "besides"),
    "LG-04": ("reasons", "besides", "without_reasons"),
    "OP-01": (),
    "OP-02": (),
    "OP-03": (),
    "OP-04": (),
    "OP-05": (),
    "OP-06": ("required",),
    "OP-07": (),
    "OP-08": (),
    "OW-01": ("platform", "platform_paths"),
    "OW-02": ("lifecycles",),
    "OW-03": ("annotations",),
    "OW-04": ("allowed",),
    "SC-01": (),
    "SC-02": ("days",),
    "SC-03": (),
    "SC-04": ("days",),
    "SC-05": (),
    "SC-06": ("workflow",),
    "SC-07": (),
    "SC-08": ("registries",),
    "SC-09": ("allowed",),
    "SC-10": (),
    "SP-01": (),
    "SP-02": ("auth",),
    "SP-03": (),
    "SP-04": ("allow",),
    "SP-05": (),
    "SP-06": (),
    "SP-07": (),
    "SP-08": (),
}


def expand(guardrails: Guardrails, where: str) -> Mapping[str, Said]:
    """Return all rules that a blueprint uses by id, those that `use` names among them; raises FormatError."""
    used: dict[str, Said] = {}
    for pattern in guardrails.use:
        found = [id_ for id_ in PARAMETERS if fnmatchcase(id_, pattern)]
        if not found:
            raise FormatError(f"`guardrails.use` names `{pattern}`, which is no rule of this scaffold", where=where)
        used |= {id_: {} for id_ in found}
    for id_, said in guardrails.rules.items():
        is_declared = any(kind in said for kind in KINDS)
        if id_ in PARAMETERS or id_ in ALWAYS:
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
    if id_ in ALWAYS:
        raise FormatError(f"the rule {id_} always holds, so the blueprint cannot set it", where=where)
    if strange := sorted(said.get("with", {}).keys() - set(PARAMETERS[id_])):
        known = ", ".join(sorted(PARAMETERS[id_])) or "none"
        raise FormatError(f"the rule {id_} has no parameter `{strange[0]}`; it has: {known}", where=where)
