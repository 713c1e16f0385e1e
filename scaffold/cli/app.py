"""The command tree, and the one place where failures become sentences and exit codes."""

import os
from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli import bug, console
from scaffold.cli.commands import MARKUP, Commands
from scaffold.cli.options import INDEX_FILE
from scaffold.errors import ScaffoldError, places
from scaffold.process import commands, early
from scaffold.report.text import Line

OK, REFUSED, BUG, INTERRUPTED = 0, 1, 70, 130

app = typer.Typer(
    name="scaffold",
    cls=Commands,
    help="Stamp services from versioned blueprints, and bring every repository along when a blueprint changes.",
    epilog="Exit codes: 0 done, 1 refused or failed, 2 wrong command line, 3 finished but not clean, 70 our bug, "
    "130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=MARKUP,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        with console.reporting():
            console.show([Line(f"scaffold {scaffold.__version__}")])
        raise typer.Exit(OK)


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> int:
    """Run the command line and return its exit code."""
    if index := os.environ.get("GIT_INDEX_FILE"):  # what a commit of some files is made from, for its hooks to see
        os.environ[INDEX_FILE] = str(Path(index).absolute())
    for name in commands.GIT_LOCAL:
        os.environ.pop(name, None)
    console.ready()
    try:
        early.end_in_order()
        code = _exit_code()
    except KeyboardInterrupt:
        console.complain("interrupted")
        code = INTERRUPTED
    return console.close(code)


def _exit_code() -> int:
    try:
        app()
    except ScaffoldError as error:
        console.complain(str(error))
        return REFUSED
    except OSError as error:  # a full disk, a lost permission: the machine's doing, not a bug
        console.complain(f"{error.filename or 'the disk'}: {error.strerror or error}")
        return REFUSED
    except SystemExit as error:
        if error.code == INTERRUPTED:
            console.complain("interrupted")
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes an exit code
        console.complain(f"this is a bug in scaffold ({type(error).__name__}); {_kept(error)}")
        return BUG
    return OK


def _kept(error: Exception) -> str:
    """Say where what is known of a bug is kept, or else as much of it as gives no secret away."""
    try:
        return f"what is known of it: {bug.log(places(error), typer.main.get_command(app))}"
    except (OSError, ScaffoldError) as why:
        import traceback

        at = traceback.extract_tb(error.__traceback__)[-1]
        return f"it happened at {at.filename}:{at.lineno}, and no log of it can be written: {why}"
