"""The command that stamps a service."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import scaffold
from scaffold.cli import completion
from scaffold.cli.answering import Again, Data, DataFile, Defaults, asker, given, reviewer
from scaffold.cli.options import DryRun, FormatOption, Offline, Prereleases
from scaffold.cli.publish import Publish, Visible, refuse_at_odds
from scaffold.cli.rendering import (
    AnswersFile,
    EngineOption,
    Exclude,
    LimitOption,
    NotLibrary,
    Skip,
    SkipTasks,
    Source,
    Trust,
    for_this_run,
    means,
    source_for,
)
from scaffold.cli.run import run
from scaffold.process.loading import later
from scaffold.report import data as as_data
from scaffold.report import text as as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.report import published
    from scaffold.report.results import Stamped
    from scaffold.report.text import Line
else:
    published = later("scaffold.report.published")

KeepCopier = Annotated[
    bool, typer.Option("--keep-copier", help="Keep up Copier's answers file too, so that both tools work.")
]


def new(
    context: typer.Context,
    blueprint: Annotated[
        str,
        typer.Argument(
            metavar="BLUEPRINT[@VERSION]",
            help="A blueprint by name, or a Copier or Cookiecutter template by URL, `gh:owner/name` or path.",
            show_default=False,
            autocompletion=completion.blueprints,
        ),
    ],
    dest: Annotated[Path, typer.Argument(metavar="DEST", help="The folder to stamp into.", show_default=False)],
    source: Source = "builtin",
    _library: NotLibrary = None,
    data: Data = None,
    data_file: DataFile = None,
    defaults: Defaults = False,
    again: Again = None,
    exclude: Exclude = None,
    skip: Skip = None,
    answers_file: AnswersFile = "",
    dry_run: DryRun = False,
    no_git: Annotated[bool, typer.Option("--no-git", help="Make no repository and no commit.")] = False,
    publish: Publish = None,
    visibility: Visible = "private",
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    engine: EngineOption = "auto",
    limit: LimitOption = None,
    prereleases: Prereleases = False,
    keep_copier: KeepCopier = False,
    offline: Offline = False,
    format_: FormatOption = "text",
) -> None:
    """Stamp a service from a blueprint into a folder.

    Everything is rendered in memory and moved into place at once: there is nothing at DEST unless all of it is. Inside
    an existing repository the new folder is staged there; elsewhere it becomes a repository with a first commit. In a
    folder that is in use nothing is written over: what differs is a conflict, and the exit code is 3.
    """
    refuse_at_odds(publish, {"--no-git": no_git, "--dry-run": dry_run, "--offline": offline})
    ask = asker(format_, again, defaults=defaults)
    answers = given(data, data_file)
    how = means(engine, limit, trust=trust, skip_tasks=skip_tasks)
    how = for_this_run(how, exclude, skip, answers_file, again, defaults=defaults)
    source = source_for(blueprint, source, context)
    run(
        lambda notify: scaffold.new(
            blueprint, dest, source=source, data=answers, ask=ask, git=not no_git, offline=offline, lock_files=True,
            review=reviewer(ask, unless=defaults or dry_run), prereleases=prereleases,
            keep_copier=keep_copier, dry_run=dry_run, publish=publish, visibility=visibility, means=how, notify=notify,
        ),
        format_,
        text=_text,
        data=as_data.new,
        done=lambda result: "the service was stamped" if result.applied else "",
        clean=_is_clean,
        terminal="free" if ask is None else "asked",
    )  # fmt: skip


def _is_clean(result: "Stamped") -> bool:
    return not (result.plan.conflicts or (result.published and result.published.missing))


def _text(result: "Stamped") -> "Iterator[Line]":
    yield from as_text.new(result)
    if result.published:
        yield from published.text(result.published)
