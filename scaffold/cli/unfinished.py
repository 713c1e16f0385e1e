"""What finishes an update with conflicts: `update --continue` and `--abort`."""

from pathlib import Path

import typer

import scaffold
from scaffold.cli.options import Format
from scaffold.cli.run import run
from scaffold.report import conflicts, text
from scaffold.report import data as as_data

ALONE = ("directory", "format_", "defaults", "offline")  # what goes with --continue and --abort


def finish(context: typer.Context, directory: Path, format_: Format, *, abort: bool) -> None:
    """Go on with an update, or abort it; raises BadParameter for options of another update."""
    given = {name for name in context.params if _is_given(context, name)} - {*ALONE}
    here = "--abort" if abort else "--continue"
    if others := given - {"abort" if abort else "continue_"}:
        options = {param.name: param.opts[0] for param in context.command.params}
        raise typer.BadParameter(f"it does not go with {options[min(others)]}", param_hint=here)
    if abort:
        run(
            lambda _: scaffold.abort_update(directory),
            format_,
            text=text.undo,
            data=as_data.undo,
            done=lambda result: f"{result.what} was taken back",
        )
        return
    run(
        lambda _: scaffold.continue_update(directory),
        format_,
        text=conflicts.update_continue,
        data=as_data.update_continue,
        done=lambda result: "" if result.conflicts else "the update was finished",
        clean=lambda result: not result.conflicts,
    )


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
