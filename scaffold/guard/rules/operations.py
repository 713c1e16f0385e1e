"""Rules on operations: health, logs, telemetry, runbook and objectives."""

from scaffold.guard.rule import Rule

RULES: tuple[Rule, ...] = ()
