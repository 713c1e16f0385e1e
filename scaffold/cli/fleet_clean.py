"""The command that frees what the mirrors of a fleet take."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli.options import FormatOption
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report.fleet import freed


def clean(
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="FILE", help="Keep the mirrors of what this fleet.yml lists."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted, and delete nothing.")] = False,
    format_: FormatOption = "text",
) -> None:
    """Delete the mirrors of remote repositories in the cache; the next command that needs one fetches it again."""
    run(
        lambda _: scaffold.fleet_clean(keep, dry_run=dry_run),
        format_,
        text=freed.fleet_clean,
        data=as_data.fleet_clean,
        done=lambda result: f"{result.mirrors} mirrors were deleted" if result.applied else "",
    )
