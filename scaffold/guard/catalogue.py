"""All built-in rules, by id."""

from collections.abc import Mapping

from scaffold.guard.rule import Rule
from scaffold.guard.rules import (
    architecture,
    containers,
    cryptography,
    identity,
    kubernetes,
    languages,
    locked,
    operations,
    ownership,
    protocols,
    secrets,
    supply,
    transport,
    workflows,
)

ALWAYS: tuple[Rule, ...] = locked.RULES  # beside the blueprint's choice
FAMILIES = (
    workflows,
    supply,
    transport,
    identity,
    secrets,
    cryptography,
    protocols,
    containers,
    kubernetes,
    languages,
    architecture,
    operations,
    ownership,
)
BUILT_IN: Mapping[str, Rule] = {
    rule.id: rule for rule in sorted((rule for family in FAMILIES for rule in family.RULES), key=lambda rule: rule.id)
}
