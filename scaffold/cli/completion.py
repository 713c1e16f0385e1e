"""What a shell offers to complete: names and versions of blueprints, and rules.

A shell asks again and again while somebody types: nothing is fetched, and what cannot be read offers nothing.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import typer

import scaffold
from scaffold.errors import ScaffoldError

Offers = Callable[[typer.Context, str], list[str]]


def _offering(find: Callable[[typer.Context, str], Iterable[str]]) -> Offers:
    def offered(context: typer.Context, incomplete: str) -> list[str]:
        with suppress(ScaffoldError, OSError):
            return [found for found in find(context, incomplete) if found.startswith(incomplete)]
        return []

    return offered


@_offering
def blueprints(context: typer.Context, incomplete: str) -> Iterable[str]:
    """Offer the blueprints of the library that is named before, and behind an `@` the versions of one, newest first."""
    listed = scaffold.list_blueprints(context.params.get("source") or "builtin", offline=True)
    name, at, _ = incomplete.partition("@")
    if not at:
        return [blueprint.name for blueprint in listed]
    return [f"{one.name}@{version}" for one in listed if one.name == name for version in reversed(one.versions)]


@_offering
def versions(context: typer.Context, _incomplete: str) -> Iterable[str]:
    """Offer the versions that the project's library has of its blueprint, newest first."""
    project = scaffold.status(_directory(context), offline=True)
    listed = scaffold.list_blueprints(project.source, offline=True)
    return [version for one in listed if one.name == project.blueprint for version in reversed(one.versions)]


@_offering
def rules(context: typer.Context, _incomplete: str) -> Iterable[str]:
    """Offer the rules that the project is held to."""
    return (verdict.rule.id for verdict in scaffold.check(_directory(context)).verdicts)


def _directory(context: typer.Context) -> Path:
    return Path(context.params.get("directory") or ".")
