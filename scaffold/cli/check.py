"""The commands about guardrails."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

import scaffold
from scaffold.cli import console
from scaffold.cli.options import Directory
from scaffold.report.checks import data as as_data
from scaffold.report.checks import text as as_text

NOT_CLEAN = 3
Report = Literal["text", "json"]
Today = Annotated[
    datetime | None,
    typer.Option("--today", metavar="DAY", formats=["%Y-%m-%d"], help="Judge waivers as on this day."),
]


def check(
    directory: Directory = Path(),
    revision: Annotated[
        str | None,
        typer.Option("--rev", metavar="COMMIT", help="A commit, a tag or a branch instead of the files here."),
    ] = None,
    staged: Annotated[bool, typer.Option("--staged", help="What is staged, as a commit hook needs it.")] = False,
    today: Today = None,
    format_: Annotated[Report, typer.Option("--format", help="How to report.")] = "text",
) -> None:
    """Check a project against its guardrails; exits 3 where something fails.

    DIR may also be a bare repository, or a folder in one: then its newest commit is checked, without a checkout.
    """
    if revision is not None and staged:
        raise typer.BadParameter("it does not go with --rev", param_hint="--staged")
    with console.progress(spinner=True) as notify:
        checked = scaffold.check(
            directory, revision=revision, staged=staged, today=today.date() if today else None, notify=notify
        )
    if format_ == "json":
        console.show_json(as_data.data(checked))
    else:
        console.show(as_text.text(checked))
    if checked.summary["fail"]:
        raise typer.Exit(NOT_CLEAN)
