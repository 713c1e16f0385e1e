"""Rules on architecture: the layers, what keeps them, and what is written down of it."""

from scaffold.guard.rule import Rule

RULES: tuple[Rule, ...] = ()
