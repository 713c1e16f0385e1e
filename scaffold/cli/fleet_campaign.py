"""The commands that carry a plan out, and that follow, resume and end what was begun."""

from pathlib import Path
from typing import Annotated, Literal

import typer

import scaffold
from scaffold.cli import console
from scaffold.cli.fleet_options import Every, File, Where
from scaffold.cli.options import FormatOption
from scaffold.cli.rendering import LimitOption, SkipTasks, Trust, means
from scaffold.fleet.roll import FILE
from scaffold.plan.campaign import Rollout
from scaffold.process.waiting import telling
from scaffold.report.fleet import campaign
from scaffold.report.fleet import preflight as as_preflight

NOT_CLEAN = 3
Campaign = Annotated[Path, typer.Argument(metavar="PLAN", help="The folder of a plan.", show_default=False)]
Direct = Annotated[bool, typer.Option("--direct", help="Only push a branch to each member: no forge is asked.")]
Local = Annotated[bool, typer.Option("--local", help="Make the branch in repositories that are folders, too.")]
Retry = Annotated[
    Literal["failed"] | None, typer.Option("--retry", metavar="failed", help="Try those again that have failed.")
]
Again = Annotated[
    list[str] | None,
    typer.Option("--again", metavar="NAME", help="Offer it to this member once more, whatever was said."),
]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Go on here with what another machine has begun, and does no more.")
]
Seconds = Annotated[float, typer.Option("--every", metavar="SECONDS", min=0.1, help="Seconds between two looks.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.", show_default=False)]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so; by default whom git knows.")]


def preflight(
    plan: Campaign,
    fleet: File = FILE,
    where: Where = "",
    direct: Direct = False,
    local: Local = False,
    every: Every = False,
    format_: FormatOption = "text",
) -> None:
    """Say what is missing before a plan can be carried out, with what mends it; nothing is started.

    Exits 3 where something keeps a member from being offered its update.
    """
    with console.progress(spinner=True) as notify, telling(notify):
        found = scaffold.fleet_preflight(plan, fleet, where=where, direct=direct, local=local, notify=notify)
    with console.reporting():
        if format_ == "json":
            console.show_json(as_preflight.data(found))
        else:
            console.show(as_preflight.text(found, console.width(), every=every))
    if not found.is_clean:
        raise typer.Exit(NOT_CLEAN)


def apply(
    plan: Campaign,
    fleet: File = FILE,
    where: Where = "",
    direct: Direct = False,
    local: Local = False,
    retry: Retry = None,
    again: Again = None,
    take_over: TakeOver = False,
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    limit: LimitOption = None,
    every: Every = False,
    format_: FormatOption = "text",
) -> None:
    """Open a pull request for every member of the wave that is on, or the next, as far as the policy lets it now.

    What is there already is found, and done no second time. Exits 3 where a member needs somebody, or all has halted.
    """
    with console.progress(spinner=True) as notify, telling(notify):
        stands = scaffold.fleet_apply(
            plan,
            fleet,
            where=where,
            direct=direct,
            local=local,
            again=again or (),
            retry=bool(retry),
            take_over=take_over,
            means=means("auto", limit, trust=trust, skip_tasks=skip_tasks),
            notify=notify,
        )
    _report(stands, format_, every=every)


def watch(
    plan: Campaign,
    fleet: File = FILE,
    where: Where = "",
    direct: Direct = False,
    local: Local = False,
    retry: Retry = None,
    seconds: Seconds = 60,
    once: Annotated[
        bool, typer.Option("--once", help="Look one time, as a job that runs every so often does.")
    ] = False,
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    limit: LimitOption = None,
    every: Every = False,
    format_: FormatOption = "text",
) -> None:
    """Follow checks, reviews and merges, and go on with the waves, until all is done or it halts."""
    with console.progress(spinner=True) as notify, telling(notify):
        stands = scaffold.fleet_watch(
            plan,
            fleet,
            where=where,
            direct=direct,
            local=local,
            retry=bool(retry),
            seconds=seconds,
            once=once,
            means=means("auto", limit, trust=trust, skip_tasks=skip_tasks),
            notify=notify,
        )
    _report(stands, format_, every=every)


def resume(
    plan: Campaign, fleet: File = FILE, reason: Reason = "", by: By = "", format_: FormatOption = "text"
) -> None:
    """Let a rollout that has halted go on; what halted it counts no more."""
    _report(scaffold.fleet_resume(plan, fleet, reason=reason, by=by), format_)


def abort(
    plan: Campaign,
    fleet: File = FILE,
    direct: Direct = False,
    local: Local = False,
    reason: Reason = "",
    by: By = "",
    format_: FormatOption = "text",
) -> None:
    """Close what is open, with the reason, and delete our branches; where people have committed, it stays open."""
    with console.progress(spinner=True) as notify:
        stands = scaffold.fleet_abort(plan, fleet, reason=reason, by=by, direct=direct, local=local, notify=notify)
    _report(stands, format_)


def _report(stands: Rollout, format_: str, *, every: bool = False) -> None:
    with console.reporting("the campaign's journal has all of it"):
        if format_ == "json":
            console.show_json(campaign.data(stands))
        else:
            console.show(campaign.text(stands, console.width(), every=every))
    if not stands.is_clean:
        raise typer.Exit(NOT_CLEAN)
