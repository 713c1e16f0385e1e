"""The command that settles conflicts for one side."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

import scaffold
from scaffold.cli.options import FormatOption, Offline
from scaffold.cli.rendering import Trust
from scaffold.cli.run import run
from scaffold.render.means import Means
from scaffold.report import conflicts as as_text
from scaffold.report import data as as_data

if TYPE_CHECKING:
    from scaffold.merge.settle import Side

DONE = {"": "the conflicts that were named are settled", "forget": "the next update asks again", "stages": ""}


def resolve(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Files with conflicts, or folders that hold them.", show_default=False),
    ],
    ours: Annotated[bool, typer.Option("--ours", help="Take your side.")] = False,
    theirs: Annotated[bool, typer.Option("--theirs", help="Take the blueprint's side.")] = False,
    both: Annotated[bool, typer.Option("--both", help="Keep your lines, then the blueprint's.")] = False,
    stages: Annotated[
        bool, typer.Option("--stages", help="Settle nothing: have git's index hold the three sides again.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take back what was decided before: the next update asks again.")
    ] = False,
    offline: Offline = False,
    trust: Trust = False,
    format_: FormatOption = "text",
) -> None:
    """Settle conflicts for one side; exits 3 while others are left in the project.

    Only what is still marked in the file is settled: the rest of the merge stays, and so do your edits. Where there are
    no markers, as in a binary file or one that a side has deleted, it takes that side's whole file.

    With --stages, conflicts that were committed with their markers are conflicts of git's again, for its merge tools.
    The update that left them is planned again for that.

    With --forget, what was decided in these files before does not hold any more, and the next update asks again.
    """
    options: dict[Side | Literal["stages", "forget"], bool] = {
        "ours": ours, "theirs": theirs, "both": both, "stages": stages, "forget": forget
    }  # fmt: skip
    chosen = [side for side, wanted in options.items() if wanted]
    if len(chosen) != 1:
        raise typer.BadParameter("give one of them", param_hint="--ours, --theirs, --both, --stages, --forget")
    side = chosen[0]
    if side != "stages" and (offline or trust):
        raise typer.BadParameter("it goes with --stages", param_hint="--offline" if offline else "--trust")
    means = Means(trust=trust)
    run(
        lambda notify: (
            scaffold.lay_stages(paths, offline=offline, means=means, notify=notify)
            if side == "stages"
            else scaffold.forget(paths)
            if side == "forget"
            else scaffold.resolve(paths, side=side)
        ),
        format_,
        text=as_text.resolve,
        data=as_data.resolve,
        done=lambda result: DONE.get(result.side, DONE[""]),
        clean=lambda result: not result.conflicts,
    )
