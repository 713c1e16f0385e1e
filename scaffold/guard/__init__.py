"""Guardrails: rules, what they find in a project's files, and the exceptions that were granted; pure."""
