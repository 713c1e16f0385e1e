"""The commands that work on a whole library."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli.commands import MARKUP
from scaffold.cli.options import FormatOption
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report import libraries as as_text

library = typer.Typer(
    help="Start a library of your own from the built-in blueprints.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=MARKUP,
)


@library.callback()
def group() -> None:
    """Keep `init` a command of its own: a group of one would be that command."""


@library.command()
def init(
    dest: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.", show_default=False)],
    format_: FormatOption = "text",
) -> None:
    """Copy the built-in library into a git repository of your own, to change and release from."""
    run(
        lambda _: scaffold.init_library(dest),
        format_,
        text=as_text.library_init,
        data=as_data.library_init,
        done=lambda _: "the library was made",
    )
