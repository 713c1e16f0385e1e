"""Rules on containers and Kubernetes: who a process runs as, on what, and what it may do."""

from scaffold.guard.rule import Rule

RULES: tuple[Rule, ...] = ()
