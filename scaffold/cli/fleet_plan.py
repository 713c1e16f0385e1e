"""The commands that plan for the members of a fleet, and that show such a plan."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli import console
from scaffold.cli.adopt import Named
from scaffold.cli.answering import Data, DataFile, given
from scaffold.cli.fleet_options import File, RunOn, Where
from scaffold.cli.options import FormatOption, Offline, Prereleases, Today
from scaffold.cli.rendering import LimitOption, SkipTasks, Trust, means
from scaffold.cli.update import To
from scaffold.fleet.roll import FILE, option
from scaffold.process.waiting import telling
from scaffold.report.fleet import plans

NOT_CLEAN = 3
Into = Annotated[
    Path | None,
    typer.Option("--into", metavar="FOLDER", help="Where plans are kept; by default `campaigns` beside fleet.yml."),
]
Plan = Annotated[Path, typer.Argument(metavar="PLAN", help="The folder of a plan.", show_default=False)]
What = Annotated[
    str, typer.Argument(metavar="[GROUP|MEMBER]", help="The start of a group's digest, or a name.", show_default=False)
]


def plan(
    fleet: File = FILE,
    where: Where = "",
    to: To = None,
    data: Data = None,
    data_file: DataFile = None,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Plan to adopt members that are under no blueprint, too.")
    ] = False,
    blueprint: Named = None,
    into: Into = None,
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    limit: LimitOption = None,
    run_on: RunOn = "processes",
    prereleases: Prereleases = False,
    offline: Offline = False,
    today: Today = None,
    format_: FormatOption = "text",
) -> None:
    """Say what an update would do to every member, with those that get the same patch in one group.

    With --adopt those too that Copier or cruft made, and those made by hand, as with scaffold adopt --yes in a clone.
    Nothing is written but the plan, into a folder of its own: what is applied later is just that. Exits 3 where
    somebody is in conflict, blocked, or cannot be read.
    """
    if blueprint and not adopt:
        raise typer.BadParameter("it goes with --adopt", param_hint="--blueprint")
    answers = given(data, data_file)
    with console.progress(spinner=True) as notify, telling(notify):
        made = scaffold.fleet_plan(
            fleet,
            where=where,
            to=to,
            data=answers,
            adopt=adopt,
            blueprint=blueprint,
            into=into,
            run_on=run_on,
            offline=offline,
            prereleases=prereleases,
            means=means("auto", limit, trust=trust, skip_tasks=skip_tasks),
            today=today.date() if today else None,
            notify=notify,
        )
    with console.reporting(f"the plan is in {made.folder}"):
        if format_ == "json":
            console.show_json(plans.data(made.plan))
        else:
            console.show(plans.text(made.plan, str(made.folder), option(fleet)))
    if not made.plan.is_clean:
        raise typer.Exit(NOT_CLEAN)


def show(plan: Plan, what: What = "", format_: FormatOption = "text") -> None:
    """Show a plan, a group of members that get the same patch, or one member."""
    shown = scaffold.fleet_show(plan, what)
    with console.reporting():
        if format_ == "json":
            console.show_json(plans.shown_data(shown))
        else:
            console.show(plans.shown(shown), paged=bool(what))
