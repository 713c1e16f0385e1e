"""The commands that work on the blueprints of a library."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

import scaffold
from scaffold.cli import completion
from scaffold.cli.authoring import diff, lint, render, try_, withdraw
from scaffold.cli.blueprint_new import new
from scaffold.cli.commands import BLUEPRINT_HEADS, MARKUP
from scaffold.cli.impact import impact
from scaffold.cli.options import FormatOption, Offline
from scaffold.cli.rendering import Source, source_for
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report import libraries as as_text

blueprint = typer.Typer(
    help="Write, test and release the blueprints of a library.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=MARKUP,
)


def list_(source: Source = "builtin", offline: Offline = False, format_: FormatOption = "text") -> None:
    """List the blueprints of a library."""
    run(
        lambda notify: scaffold.list_blueprints(source, offline=offline, notify=notify),
        format_,
        text=as_text.blueprint_list,
        data=as_data.blueprint_list,
    )


def show(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME[@VERSION]", help="The blueprint.", show_default=False, autocompletion=completion.blueprints
        ),
    ],
    source: Source = "builtin",
    offline: Offline = False,
    format_: FormatOption = "text",
) -> None:
    """Show a blueprint: its layers, questions and ownership."""
    source = source_for(name, source, context)
    run(
        lambda notify: scaffold.show_blueprint(name, source, offline=offline, notify=notify),
        format_,
        text=as_text.blueprint_show,
        data=as_data.blueprint_show,
    )


def release(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The blueprint.", show_default=False)],
    version: Annotated[str | None, typer.Option("--version", metavar="X.Y.Z", help="The version to release.")] = None,
    bump: Annotated[
        Literal["major", "minor", "patch"] | None, typer.Option("--bump", help="The part of the version to raise.")
    ] = None,
    note: Annotated[
        list[str] | None, typer.Option("--note", metavar="TEXT", help="A line for the changelog; may be repeated.")
    ] = None,
    pre: Annotated[bool, typer.Option("--pre", help="Release the next candidate, such as 1.2.0rc1.")] = False,
    directory: Annotated[Path, typer.Option("--library", metavar="DIR", help="The library's repository.")] = Path(),
    trust: Annotated[
        bool, typer.Option("--trust", help="Run tasks and migrations of code in the test, on copies.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be released, and write nothing.")] = False,
    format_: FormatOption = "text",
) -> None:
    """Release a blueprint: lint and test it, set its version, write its changelog entry, commit, and tag NAME/vX.Y.Z.

    Without --version and --bump the version is what the changes since the last release ask for. The changelog entry is
    what stands under `## Unreleased`, and the notes given; where there is neither, the commits since the last release.
    """
    if version is not None and (bump is not None or pre):
        raise typer.BadParameter("it goes with neither --bump nor --pre", param_hint="--version")
    today = datetime.now().astimezone().date()
    run(
        lambda notify: scaffold.release(
            name, library=directory, version=version, bump=bump, pre=pre, notes=tuple(note or ()), trust=trust,
            dry_run=dry_run, today=today, notify=notify,
        ),
        format_,
        text=as_text.blueprint_release,
        data=as_data.blueprint_release,
        done=lambda result: f"{result.tag} was released" if result.applied else "",
    )  # fmt: skip


PANELS = {name: head for head, names in BLUEPRINT_HEADS.items() for name in names}
blueprint.command("list", rich_help_panel=PANELS["list"])(list_)
blueprint.command("show", rich_help_panel=PANELS["show"])(show)
blueprint.command("new", rich_help_panel=PANELS["new"])(new)
blueprint.command("lint", rich_help_panel=PANELS["lint"])(lint)
blueprint.command("test", rich_help_panel=PANELS["test"])(try_)
blueprint.command("render", rich_help_panel=PANELS["render"])(render)
blueprint.command("diff", rich_help_panel=PANELS["diff"])(diff)
blueprint.command("impact", rich_help_panel=PANELS["impact"])(impact)
blueprint.command("release", rich_help_panel=PANELS["release"])(release)
blueprint.command("withdraw", rich_help_panel=PANELS["withdraw"])(withdraw)
