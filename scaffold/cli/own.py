"""The command that makes files the team's own."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli.options import FormatOption
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report import text as as_text


def own(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Files, folders, or patterns in quotes.", show_default=False),
    ],
    back: Annotated[bool, typer.Option("--back", help="Share them with the blueprint again.")] = False,
    format_: FormatOption = "text",
) -> None:
    """Make files of the blueprint the team's own: updates leave them alone from then on.

    It is recorded in .scaffold/answers.yml. A locked file stays the platform's, and so does a locked key.
    """
    run(
        lambda _: scaffold.own(paths, back=back),
        format_,
        text=as_text.own,
        data=as_data.own,
        done=lambda _: "it is recorded in .scaffold/answers.yml",
    )
