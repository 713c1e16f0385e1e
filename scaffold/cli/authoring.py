"""The commands by which platform engineers write, test and release blueprints."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli import completion, console
from scaffold.report import linting

NOT_CLEAN = 3
Target = Annotated[
    str | None,
    typer.Argument(
        metavar="[DIR|NAME]", help="A library's folder, or one of its blueprints; else all of them.",
        show_default=False, autocompletion=completion.blueprints,
    ),
]  # fmt: skip
Library = Annotated[Path, typer.Option("--library", metavar="DIR", help="The library, with its work tree as it is.")]
LintForm = Annotated[linting.Form, typer.Option("--format", help="How to report on standard output.")]


def lint(target: Target = None, library: Library = Path(), format_: LintForm = "text") -> None:
    """Find mistakes in blueprints before anybody stamps them, committed or not; exits 3 where there are some.

    Every finding says where it is, why it matters, and what mends it.
    """
    folder = Path(target) if target is not None and (Path(target) / "blueprints").is_dir() else None
    name = None if folder is not None else target
    with console.progress(spinner=True):
        found = scaffold.lint(name, library=folder or library)
    with console.reporting():
        if format_ == "text":
            console.show(linting.text(found), wrapped=True)
        else:
            console.write(linting.written(format_, found))
    if not linting.is_clean(found):
        raise typer.Exit(NOT_CLEAN)
