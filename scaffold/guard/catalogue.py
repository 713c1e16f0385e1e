"""All built-in rules, by id."""

from collections.abc import Mapping

from scaffold.guard.rule import Rule
from scaffold.guard.rules import (
    architecture,
    containers,
    languages,
    locked,
    operations,
    ownership,
    protocols,
    supply,
    workflows,
)

WAIVERS = Rule(
    id="WV-01",
    title="Waivers are in order",
    severity="high",
    rationale="An exception that nobody can read, or that nobody may grant, is none: it waives nothing.",
    fix="Mend the entry, or take it out; scaffold waive writes one that is in order.",
    look=lambda _: (),  # the waivers are judged with the findings that they are about
    files=("/.scaffold/waivers.yml",),
    can_be_waived=False,
)
ALWAYS: tuple[Rule, ...] = locked.RULES  # beside the blueprint's choice
FAMILIES = (workflows, supply, protocols, containers, languages, architecture, operations, ownership)
BUILT_IN: Mapping[str, Rule] = {
    rule.id: rule for rule in sorted((rule for family in FAMILIES for rule in family.RULES), key=lambda rule: rule.id)
}
