"""The command that reports all there is of a fleet, as a page, or as data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

import scaffold
from scaffold.cli import console, reports
from scaffold.cli.fleet_options import File, RunOn, Where
from scaffold.cli.options import Offline, Today
from scaffold.fleet.roll import FILE
from scaffold.formats.shown import to_json
from scaffold.process.loading import later
from scaffold.process.waiting import telling
from scaffold.report.fleet import whole_data, whole_markdown
from scaffold.report.fleet.status_text import members
from scaffold.report.text import Line

if TYPE_CHECKING:
    from scaffold.report.fleet import page
    from scaffold.report.fleet.whole import FleetReport
else:
    page = later("scaffold.report.fleet.page")  # with Jinja, which no other command of a fleet needs

NOT_CLEAN = 3
Form = Literal["html", "json", "csv", "markdown"]
FormOption = Annotated[Form, typer.Option("--format", help="What to write.")]
Check = Annotated[bool, typer.Option("--check", help="Say what the guardrails say too, which takes longer.")]
Plans = Annotated[
    list[Path] | None,
    typer.Option("--plan", metavar="PLAN", help="The folder of a plan, rolled out or not; may be repeated."),
]
Into = Annotated[
    Path | None,
    typer.Option(
        "--into",
        metavar="FILE",
        help="Where to write it, `-` for standard output; else a page is written to "
        "fleet-report.html beside fleet.yml (NAME-report.html beside NAME.yml), and all else to standard output.",
        show_default=False,
    ),
]


def report(
    fleet: File = FILE,
    where: Where = "",
    plan: Plans = None,
    check: Check = False,
    into: Into = None,
    run_on: RunOn = "processes",
    offline: Offline = False,
    today: Today = None,
    format_: FormOption = "html",
) -> None:
    """Report on a fleet for everybody: how it stands by mission, owner and blueprint, what is stuck, and why.

    The page is one file that asks nobody for anything. Exits 3 where a member is not current, a guardrail fails, or a
    rollout needs somebody.
    """
    with console.progress(spinner=True) as notify, telling(notify):
        found = scaffold.fleet_report(
            fleet,
            where=where,
            plans=plan or (),
            check=check,
            run_on=run_on,
            offline=offline,
            today=today.date() if today else None,
            notify=notify,
        )
        notify("Writing the report")
        document = _written(found, format_).encode("utf-8", "backslashreplace")
    into = into or (fleet.parent / f"{fleet.stem}-report.html" if format_ == "html" else None)
    with console.reporting():
        if into in (None, Path("-")):
            console.write(document)
        else:
            reports.write(into, document)
            console.show([Line(f"The report on {members(len(found.status.members))} is in {into}", "title")])
    if not found.is_clean:
        raise typer.Exit(NOT_CLEAN)


def _written(found: "FleetReport", format_: Form) -> str:
    if format_ == "html":
        return page.html(found)
    if format_ == "json":
        return to_json(whole_data.data(found))
    return whole_data.table(found) if format_ == "csv" else whole_markdown.markdown(found)
