"""The command on the settings of a fleet's repositories at their forges."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import scaffold
from scaffold.cli import console
from scaffold.cli.fleet_check import Policy
from scaffold.cli.fleet_options import File, RunOn, Where
from scaffold.cli.fleet_plan import Into
from scaffold.cli.options import FormatOption
from scaffold.fleet.roll import FILE, option
from scaffold.process.loading import later
from scaffold.process.waiting import telling

if TYPE_CHECKING:
    from scaffold.report.fleet import settings as words
else:
    words = later("scaffold.report.fleet.settings")

NOT_CLEAN = 3
Apply = Annotated[
    Path | None,
    typer.Option("--apply", metavar="PLAN", help="Set what a plan says, where the forge still stands as it did then."),
]


def settings(
    fleet: File = FILE,
    where: Where = "",
    policy: Policy = None,
    apply: Apply = None,
    into: Into = None,
    run_on: RunOn = "processes",
    format_: FormatOption = "text",
) -> None:
    """Compare the settings of repositories at their forges with what is prescribed; planned first, then set.

    Without --apply nothing is set: what would be is written into a plan. Nothing that a person has made stricter is
    loosened. Exits 3 where a repository cannot be asked, or something may not be set.
    """
    if apply is not None and (where or policy or into):
        raise typer.BadParameter("it does not go with --where, --policy and --into", param_hint="--apply")
    with console.progress(spinner=True) as notify, telling(notify):
        if apply is None:
            planned = scaffold.fleet_settings(
                fleet, where=where, policy=policy, into=into, run_on=run_on, notify=notify
            )
            lines, document = words.text(planned.plan, str(planned.file), option(fleet)), words.data(planned.plan)
            clean, told = planned.plan.is_clean, f"the plan is in {planned.file}"
        else:
            done = scaffold.fleet_settings_apply(apply, fleet, notify=notify)
            lines, document = words.applied_text(done), words.applied_data(done)
            clean, told = done.is_clean, "settings were set"
    with console.reporting(told):
        if format_ == "json":
            console.show_json(document)
        else:
            console.show(lines)
    if not clean:
        raise typer.Exit(NOT_CLEAN)
