"""The command tree, and the one place where failures become sentences and exit codes."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.answers.secrets import hidden_in, masked
from scaffold.cli import adopt, check, conflicts, console, library, project, schema, waive
from scaffold.cli.options import INDEX_FILE
from scaffold.errors import ScaffoldError, without_credentials
from scaffold.process import commands, early
from scaffold.report.text import Line

OK, REFUSED, BUG, INTERRUPTED = 0, 1, 70, 130

app = typer.Typer(
    name="scaffold",
    help="Stamp services from versioned blueprints, and bring every repository along when a blueprint changes.",
    epilog="Exit codes: 0 done, 1 refused or failed, 2 wrong command line, 3 finished but not clean, 70 our bug, "
    "130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode="markdown",  # so that paragraphs are set anew to the width of the terminal
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    project.new, project.update, conflicts.resolve, conflicts.own, project.status, check.check, waive.waive,
    project.diff, adopt.adopt, project.undo, project.explain, schema.schema,
):  # fmt: skip
    app.command()(command)
app.add_typer(library.blueprint, name="blueprint")
app.add_typer(library.library, name="library")


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
        return f"what is known of it: {_log(error)}"
    except (OSError, RuntimeError) as why:
        import traceback

        at = traceback.extract_tb(error.__traceback__)[-1]
        return f"it happened at {at.filename}:{at.lineno}, and no log of it can be written: {why}"


def _log(error: Exception) -> Path:
    """Write what a bug report needs, without secrets and what the command line answers; returns where."""
    import traceback  # only a bug needs it, and the place of its log

    from platformdirs import user_log_path

    now = datetime.now(UTC)
    place = user_log_path("scaffold", ensure_exists=True) / f"bug-{now:%Y%m%dT%H%M%S}-{os.getpid()}.log"
    text = f"scaffold {scaffold.__version__}, Python {sys.version}, {sys.platform}\n{sys.argv[1:]}\n\n"
    text += "".join(traceback.format_exception(error))
    for value in {word.partition("=")[2] for word in sys.argv} - {""}:
        text = text.replace(value, "...")
    place.write_text(without_credentials(masked(text, hidden_in(error))))
    return place
