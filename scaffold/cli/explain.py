"""The command that says where a file comes from."""

from typing import Annotated

import typer

import scaffold
from scaffold.cli.options import FormatOption, Revision
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report import text as as_text


def explain(
    path: Annotated[str, typer.Argument(metavar="PATH[:LINE]", help="A file, or a line of it.", show_default=False)],
    revision: Revision = None,
    format_: FormatOption = "text",
) -> None:
    """Say where a file (and a line) comes from, and who owns it."""
    run(lambda _: scaffold.explain(path, revision=revision), format_, text=as_text.explain, data=as_data.explain)
