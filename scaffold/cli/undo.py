"""The command that takes the last operation back."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli.options import Directory, FormatOption
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report import text as as_text


def undo(
    directory: Directory = Path(),
    force: Annotated[bool, typer.Option("--force", help="Also lose what was edited in those files since.")] = False,
    format_: FormatOption = "text",
) -> None:
    """Take the last operation back, also one that was killed half-way."""
    run(
        lambda _: scaffold.undo(directory, force=force),
        format_,
        text=as_text.undo,
        data=as_data.undo,
        done=lambda result: f"{result.what} was taken back",
    )
