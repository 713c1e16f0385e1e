"""The command that starts a blueprint."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli.options import FormatOption
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report import libraries as as_text

Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is to be called.", show_default=False)]
Library = Annotated[Path, typer.Option("--library", metavar="DIR", help="The library to write it into.")]
Title = Annotated[str, typer.Option("--title", help="What it is for, in one line.", show_default=False)]
Owner = Annotated[str, typer.Option("--owner", help="Who answers for it, such as @acme/platform.", show_default=False)]
Layers = Annotated[
    list[str] | None, typer.Option("--layer", metavar="NAME", help="A layer that it stands on; may be repeated.")
]
From = Annotated[
    Path | None, typer.Option("--from", metavar="DIR", help="Make its layer from this repository.", show_default=False)
]
Words = Annotated[
    list[str] | None,
    typer.Option("--word", metavar="QUESTION=TEXT", help="With --from: ask for this text; may be repeated."),
]
Like = Annotated[
    list[Path] | None,
    typer.Option("--like", metavar="DIR", help="Make its layer from what several share; repeated, one a repository."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")]


def new(
    name: Name,
    library: Library = Path(),
    title: Title = "",
    owner: Owner = "",
    layer: Layers = None,
    source: From = None,
    word: Words = None,
    like: Like = None,
    dry_run: DryRun = False,
    format_: FormatOption = "text",
) -> None:
    """Start a blueprint with a layer of its own: empty, from a repository, or from what several have in common.

    With --like each file that all of them have becomes part of the layer, and each place where they differ a question.
    """
    words = dict(one.partition("=")[::2] for one in word or ())
    if words and source is None:
        raise typer.BadParameter("it goes with --from", param_hint="--word")
    run(
        lambda _: scaffold.start_blueprint(
            name, library=library, title=title, owner=owner, layers=layer or (), source=source, words=words,
            like=like or (), dry_run=dry_run,
        ),
        format_,
        text=as_text.blueprint_new,
        data=as_data.blueprint_new,
        done=lambda result: f"{result.name} was started" if result.applied else "",
    )  # fmt: skip
