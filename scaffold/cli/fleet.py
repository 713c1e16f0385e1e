"""The commands that work on many projects at once."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli.commands import MARKUP
from scaffold.cli.fleet_campaign import abort, apply, preflight, resume, watch
from scaffold.cli.fleet_check import check
from scaffold.cli.fleet_plan import plan, show
from scaffold.cli.fleet_report import report
from scaffold.cli.fleet_settings import settings
from scaffold.cli.fleet_status import status
from scaffold.cli.options import DryRun, FormatOption
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report.fleet import freed

fleet = typer.Typer(
    help="See many repositories at once, and bring all of them along.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=MARKUP,
)


fleet.command()(status)
fleet.command()(check)
fleet.command()(plan)
fleet.command()(show)
fleet.command()(preflight)
fleet.command()(apply)
fleet.command()(watch)
fleet.command()(resume)
fleet.command()(abort)
fleet.command()(report)
fleet.command()(settings)


@fleet.command()
def clean(
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="FILE", help="Keep the mirrors of what this fleet.yml lists."),
    ] = None,
    dry_run: DryRun = False,
    format_: FormatOption = "text",
) -> None:
    """Delete the mirrors of repositories far away, which the next command that needs them fetches again."""
    run(
        lambda _: scaffold.fleet_clean(keep, dry_run=dry_run),
        format_,
        text=freed.fleet_clean,
        data=as_data.fleet_clean,
        done=lambda result: f"{result.mirrors} mirrors were deleted" if result.applied else "",
    )
