"""Stamp a service of the built-in library, and run verbs of its Makefile."""

import subprocess
from pathlib import Path

from tests.scenarios.world import scaffold

ANSWERS = {
    "service": "orders",
    "mission": "Checkout",
    "owner": "@acme/checkout",
    "outcome": "Nine of ten orders are paid within a minute",
}


def stamped(where: Path, blueprint: str = "python-http-service", **answers: str) -> Path:
    """Stamp a service, with the default of what is not answered."""
    given = [word for name, value in {**ANSWERS, **answers}.items() for word in ("--data", f"{name}={value}")]
    done = scaffold("new", blueprint, where, *given, "--defaults", "--offline", where=where.parent)
    assert done.code == 0, done.err
    return where


def make(service: Path, environment: dict[str, str], *verbs: str) -> str:
    """Run verbs of its Makefile, which must pass."""
    done = subprocess.run(
        ["make", *verbs], cwd=service, env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, f"make {verbs}:\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    return done.stdout + done.stderr


def commit_hooks_pass(service: Path, environment: dict[str, str]) -> None:
    """Run its hooks of pre-commit over all files, of which none may be left out."""
    command = [service / ".venv/bin/pre-commit", "run", "--all-files"]
    done = subprocess.run(command, cwd=service, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Skipped" not in done.stdout
