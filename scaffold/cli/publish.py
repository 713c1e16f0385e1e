"""The command that makes a project's repository at its forge."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

import scaffold
from scaffold.cli.options import Directory, FormatOption
from scaffold.cli.run import run
from scaffold.process.loading import later
from scaffold.report import data as as_data

if TYPE_CHECKING:
    from scaffold.report import published
else:
    published = later("scaffold.report.published")

Visible = Annotated[
    Literal["private", "internal", "public"],
    typer.Option("--visibility", help="Who may see a repository that is made."),
]

Publish = Annotated[
    str | None,
    typer.Option(
        "--publish",
        metavar="ADDRESS",
        help="Make its repository there too, as in gh:acme/orders, push, and set what the blueprint prescribes.",
        show_default=False,
    ),
]


def refuse_at_odds(publish: str | None, others: Mapping[str, bool]) -> None:
    """Raise BadParameter where `--publish` is given, and one of others that do not go with it."""
    given = next((option for option, is_given in others.items() if is_given), None)
    if publish is not None and given is not None:
        raise typer.BadParameter(f"it does not go with {given}", param_hint="--publish")


def publish(
    address: Annotated[
        str,
        typer.Argument(metavar="ADDRESS", help="As in gh:acme/orders, gl:acme/orders or https://HOST/acme/orders."),
    ],
    directory: Directory = Path(),
    visibility: Visible = "private",
    format_: FormatOption = "text",
) -> None:
    """Make a project's repository at its forge, push to it, and set what the blueprint prescribes.

    What is there already is not done again, so this goes on where an earlier run was stopped. Exits 3 where something
    is missing, such as a right of yours.
    """
    run(
        lambda notify: scaffold.publish(address, directory, visibility=visibility, notify=notify),
        format_,
        text=published.text,
        data=as_data.publish,
        clean=lambda result: not result.missing,
        done=lambda result: f"it is at {result.address}",
    )
