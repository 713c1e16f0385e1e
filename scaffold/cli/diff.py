"""The command that shows edits, or what an update would change."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli import completion
from scaffold.cli.answering import Data, given
from scaffold.cli.options import Directory, FormatOption, Offline, Revision
from scaffold.cli.rendering import SkipTasks, Trust, means
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report import text as as_text

Seeded = Annotated[
    bool, typer.Option("--seeded", help="With --upstream: seeded files too, as the blueprint would give them now.")
]


def diff(
    directory: Directory = Path(),
    revision: Revision = None,
    upstream: Annotated[bool, typer.Option("--upstream", help="What an update would change, instead.")] = False,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="VERSION", help="With --upstream: to this version.", autocompletion=completion.versions
        ),
    ] = None,
    seeded: Seeded = False,
    data: Data = None,
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    offline: Offline = False,
    format_: FormatOption = "text",
) -> None:
    """Show the team's edits against what was stamped."""
    answers = given(data, None)
    how = means("auto", None, trust=trust, skip_tasks=skip_tasks)
    for option, is_given in (("--to", to), ("--data", answers), ("--seeded", seeded)):
        if is_given and not upstream:
            raise typer.BadParameter("it goes with --upstream", param_hint=option)
    run(
        lambda notify: scaffold.diff(
            directory, revision=revision, upstream=upstream, seeded=seeded, to=to, data=answers, offline=offline,
            means=how, notify=notify,
        ),
        format_,
        text=as_text.diff,
        data=as_data.diff,
        terminal="paged",
    )  # fmt: skip
