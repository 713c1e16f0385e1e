"""Rules on languages: which are used, in which versions, and by which floors of lint, types and tests."""

from scaffold.guard.rule import Rule

RULES: tuple[Rule, ...] = ()
