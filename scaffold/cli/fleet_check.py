"""The command that checks the members of a fleet against their guardrails."""

from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

import scaffold
from scaffold.cli import console
from scaffold.cli.check import FailOn, Rules, Strict
from scaffold.cli.fleet_options import Every, File, RunOn, Where
from scaffold.cli.options import Offline, Today
from scaffold.fleet.roll import FILE
from scaffold.formats.shown import to_json
from scaffold.process.waiting import telling
from scaffold.report.fleet import check_data
from scaffold.report.fleet.check_markdown import markdown
from scaffold.report.fleet.check_text import text

if TYPE_CHECKING:
    from scaffold.report.fleet.guarded import FleetChecked

NOT_CLEAN = 3
Form = Literal["text", "json", "csv", "markdown", "sarif"]
FormOption = Annotated[
    Form, typer.Option("--format", metavar="FORMAT", help=f"How to report: {', '.join(get_args(Form))}.")
]
Policy = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="LIBRARY[@VERSION]",
        help="Hold them against what this library says, not their locks; else the machine's or SCAFFOLD_POLICY.",
        show_default=False,
    ),
]


def check(
    fleet: File = FILE,
    where: Where = "",
    rule: Rules = None,
    policy: Policy = None,
    fail_on: FailOn = "low",
    strict: Strict = False,
    run_on: RunOn = "processes",
    offline: Offline = False,
    today: Today = None,
    every: Every = False,
    format_: FormOption = "text",
) -> None:
    """Check every member against its guardrails, by rule, owner and mission.

    Repositories are read as they are at HEAD, from git's objects alone. Exits 3 where something fails, or a member
    could not be checked.
    """
    with console.progress(spinner=True) as notify, telling(notify):
        result = scaffold.fleet_check(
            fleet,
            where=where,
            policy=policy,
            rules=rule or (),
            run_on=run_on,
            offline=offline,
            today=today.date() if today else None,
            notify=notify,
        )
    with console.reporting():
        if format_ == "text":
            console.show(text(result, console.width(), every=every))
        else:
            console.write(_document(format_, result).encode("utf-8", "backslashreplace"))
    if result.fails(fail_on, strict=strict):
        raise typer.Exit(NOT_CLEAN)


def _document(form: Form, result: "FleetChecked") -> str:
    if form == "csv":
        return check_data.table(result)
    if form == "markdown":
        return markdown(result)
    return to_json(check_data.sarif(result) if form == "sarif" else check_data.data(result))
