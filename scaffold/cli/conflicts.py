"""The commands that finish an update with conflicts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import scaffold
from scaffold.cli.options import Format, FormatOption
from scaffold.cli.run import run
from scaffold.report import conflicts as as_text
from scaffold.report import data as as_data
from scaffold.report import text

if TYPE_CHECKING:
    from scaffold.merge.settle import Side
    from scaffold.report.results import Undone

ALONE = ("directory", "format_", "defaults", "offline")  # what goes with --continue and --abort


def resolve(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Files with conflicts, or folders that hold them.", show_default=False),
    ],
    ours: Annotated[bool, typer.Option("--ours", help="Take your side.")] = False,
    theirs: Annotated[bool, typer.Option("--theirs", help="Take the blueprint's side.")] = False,
    both: Annotated[bool, typer.Option("--both", help="Keep your lines, then the blueprint's.")] = False,
    format_: FormatOption = "text",
) -> None:
    """Settle conflicts for one side; exits 3 while others are left in the project.

    Only what is still marked in the file is settled: the rest of the merge stays, and so do your edits. Where there are
    no markers, as in a binary file or one that a side has deleted, it takes that side's whole file.
    """
    options: dict[Side, bool] = {"ours": ours, "theirs": theirs, "both": both}
    chosen = [side for side, wanted in options.items() if wanted]
    if len(chosen) != 1:
        raise typer.BadParameter("give one of them", param_hint="--ours, --theirs, --both")
    run(
        lambda _: scaffold.resolve(paths, side=chosen[0]),
        format_,
        text=as_text.resolve,
        data=as_data.resolve,
        done=lambda _: "the conflicts that were named are settled",
        clean=lambda result: not result.conflicts,
    )


def own(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Files, folders, or patterns in quotes.", show_default=False),
    ],
    back: Annotated[bool, typer.Option("--back", help="Share them with the blueprint again.")] = False,
    format_: FormatOption = "text",
) -> None:
    """Make files of the blueprint the team's own: updates leave them alone from then on.

    It is recorded in .scaffold/answers.yml. A locked file stays the platform's, and so does a locked key.
    """
    run(
        lambda _: scaffold.own(paths, back=back),
        format_,
        text=text.own,
        data=as_data.own,
        done=lambda _: "it is recorded in .scaffold/answers.yml",
    )


def finish(context: typer.Context, directory: Path, format_: Format, *, abort: bool) -> None:
    """Go on with an update, or abort it; raises BadParameter for options of another update."""
    given = {name for name in context.params if _is_given(context, name)} - {*ALONE}
    here = "--abort" if abort else "--continue"
    if others := given - {"abort" if abort else "continue_"}:
        options = {param.name: param.opts[0] for param in context.command.params}
        raise typer.BadParameter(f"it does not go with {options[min(others)]}", param_hint=here)
    if abort:
        run(lambda _: scaffold.abort_update(directory), format_, text=text.undo, data=as_data.undo, done=_taken_back)
        return
    run(
        lambda _: scaffold.continue_update(directory),
        format_,
        text=as_text.update_continue,
        data=as_data.update_continue,
        done=lambda result: "" if result.conflicts else "the update was finished",
        clean=lambda result: not result.conflicts,
    )


def _taken_back(result: "Undone") -> str:
    return f"{result.what} was taken back"


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
