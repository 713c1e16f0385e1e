"""Rules on security protocols: transport, authentication, secrets, cryptography, and how weaknesses are reported."""

from scaffold.guard.rule import Rule

RULES: tuple[Rule, ...] = ()
