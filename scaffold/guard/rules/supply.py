"""Rules on the supply chain: what is depended on, how it is locked, and what a release proves."""

from scaffold.guard.rule import Rule

RULES: tuple[Rule, ...] = ()
