"""The command that says how the members of a fleet stand."""

from typing import Annotated, Literal

import typer

import scaffold
from scaffold.cli import console
from scaffold.cli.fleet_options import Every, File, RunOn, Where
from scaffold.cli.options import Offline, Today
from scaffold.fleet.roll import FILE
from scaffold.process.waiting import telling
from scaffold.report.fleet import status_data
from scaffold.report.fleet.status_markdown import markdown
from scaffold.report.fleet.status_text import text

NOT_CLEAN = 3
Form = Literal["text", "json", "csv", "markdown"]
FormOption = Annotated[Form, typer.Option("--format", help="How to report on standard output.")]
Check = Annotated[bool, typer.Option("--check", help="Say how many guardrails pass too, which takes longer.")]
Keep = Annotated[
    bool,
    typer.Option("--keep", help="Keep the numbers of this day in `history`, beside the file of the fleet."),
]


def status(
    fleet: File = FILE,
    where: Where = "",
    check: Check = False,
    keep: Keep = False,
    run_on: RunOn = "processes",
    offline: Offline = False,
    today: Today = None,
    every: Every = False,
    format_: FormOption = "text",
) -> None:
    """Say who is on which version, and who is behind, has drifted, or has conflicts left.

    Repositories are read as they are at HEAD, from git's objects alone. Exits 3 where a member is not current, or
    cannot be read.
    """
    with console.progress(spinner=True) as notify, telling(notify):
        result = scaffold.fleet_status(
            fleet,
            where=where,
            check=check,
            keep=keep,
            run_on=run_on,
            offline=offline,
            today=today.date() if today else None,
            notify=notify,
        )
    with console.reporting():
        if format_ == "text":
            console.show(text(result, console.width(), every=every))
        elif format_ == "json":
            console.show_json(status_data.data(result))
        else:
            document = status_data.table(result) if format_ == "csv" else markdown(result)
            console.write(document.encode("utf-8", "backslashreplace"))
    if not result.is_clean:
        raise typer.Exit(NOT_CLEAN)
