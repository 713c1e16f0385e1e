"""The command that says what a blueprint would do to the members of a fleet before it is released."""

from pathlib import Path
from typing import Annotated, Literal

import typer

import scaffold
from scaffold.cli import console
from scaffold.cli.fleet_options import Every, File, RunOn, Where
from scaffold.cli.options import Offline, Revision, Today
from scaffold.cli.rendering import LimitOption, SkipTasks, Trust, means
from scaffold.fleet.roll import FILE
from scaffold.report.fleet import impact as as_data
from scaffold.report.fleet import impact_text as as_text

NOT_CLEAN = 3
Form = Annotated[Literal["text", "json", "markdown"], typer.Option("--format", help="How to report.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The blueprint.", show_default=False)]
Directory = Annotated[Path, typer.Option("--library", metavar="DIR", help="The library, with its work tree as it is.")]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source", metavar="SOURCE", help="Members of this library too; may be repeated.", show_default=False
    ),
]
Check = Annotated[bool, typer.Option("--check", help="Say which guardrails would start to fail or to pass.")]


def impact(
    name: Name,
    directory: Directory = Path(),
    rev: Revision = None,
    fleet: File = FILE,
    where: Where = "",
    source: Sources = None,
    check: Check = False,
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    limit: LimitOption = None,
    run_on: RunOn = "processes",
    offline: Offline = False,
    today: Today = None,
    every: Every = False,
    format_: Form = "text",
) -> None:
    """Say what an update to a blueprint that is not released would do to every member of a fleet made from it.

    The library's files count as they stand, or as a commit has them, beside the newest release. Nothing is written.
    Exits 3 where a member would need somebody, or a guardrail would start to fail.
    """
    with console.progress(spinner=True) as notify:
        found = scaffold.blueprint_impact(
            name,
            library=directory,
            revision=rev,
            fleet=fleet,
            where=where,
            sources=source or (),
            check=check,
            run_on=run_on,
            offline=offline,
            means=means("auto", limit, trust=trust, skip_tasks=skip_tasks),
            today=today.date() if today else None,
            notify=notify,
        )
    with console.reporting():
        if format_ == "json":
            console.show_json(as_data.data(found))
        elif format_ == "markdown":
            console.write(as_text.markdown(found).encode("utf-8", "backslashreplace"))
        else:
            console.show(as_text.text(found, console.width(), every=every))
    if not found.is_clean:
        raise typer.Exit(NOT_CLEAN)
