"""The commands that work on many projects at once."""

import typer

from scaffold.cli.commands import MARKUP, FleetCommands

fleet = typer.Typer(
    cls=FleetCommands,
    help="See many repositories at once, and bring all of them along.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=MARKUP,
)


@fleet.callback()
def _group() -> None:
    """Have Typer make a group of what names no command itself."""
