"""Rules on ownership: who answers for what, and by which name the platform knows it."""

from scaffold.guard.rule import Rule

RULES: tuple[Rule, ...] = ()
