"""The commands that work on one project."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli import conflicts, prompt
from scaffold.cli.options import (
    Again,
    AnswersFile,
    Data,
    DataFile,
    Defaults,
    Directory,
    DryRun,
    EngineOption,
    Exclude,
    FormatOption,
    LimitOption,
    MoveOwn,
    Offline,
    Prereleases,
    Recopy,
    Skip,
    SkipTasks,
    Source,
    Today,
    Trust,
    asker,
    for_this_run,
    given,
    means,
    source_for,
)
from scaffold.cli.run import run
from scaffold.plan.actions import Offer
from scaffold.report import data as as_data
from scaffold.report import text as as_text


def _offered(offers: tuple[Offer, ...]) -> bool:
    """Ask whether the team's own files go along with a folder that the blueprint has moved."""
    shown = "".join(f"  {offer.path} -> {offer.to}\n" for offer in offers[: as_text.SHOWN])
    more = f"  and {len(offers) - as_text.SHOWN} more\n" if len(offers) > as_text.SHOWN else ""
    return prompt.confirm(f"The blueprint has moved what stands around files of yours:\n{shown}{more}Move them along?")


def new(
    context: typer.Context,
    blueprint: Annotated[
        str,
        typer.Argument(
            metavar="BLUEPRINT[@VERSION]",
            help="A blueprint by name, or a Copier or Cookiecutter template by URL, `gh:owner/name` or path.",
            show_default=False,
        ),
    ],
    dest: Annotated[Path, typer.Argument(metavar="DEST", help="The folder to stamp into.", show_default=False)],
    source: Source = "builtin",
    data: Data = None,
    data_file: DataFile = None,
    defaults: Defaults = False,
    again: Again = None,
    exclude: Exclude = None,
    skip: Skip = None,
    answers_file: AnswersFile = "",
    dry_run: DryRun = False,
    no_git: Annotated[bool, typer.Option("--no-git", help="Make no repository and no commit.")] = False,
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    engine: EngineOption = "auto",
    limit: LimitOption = None,
    prereleases: Prereleases = False,
    keep_copier: Annotated[
        bool, typer.Option("--keep-copier", help="Keep up Copier's answers file too, so that both tools work.")
    ] = False,
    offline: Offline = False,
    format_: FormatOption = "text",
) -> None:
    """Stamp a service from a blueprint into a folder.

    Everything is rendered in memory and moved into place at once: there is nothing at DEST unless all of it is. Inside
    an existing repository the new folder is staged there; elsewhere it becomes a repository with a first commit. In a
    folder that is in use nothing is written over: what differs is a conflict, and the exit code is 3.
    """
    ask = asker(format_, again, defaults=defaults)
    answers = given(data, data_file)
    how = for_this_run(
        means(engine, limit, trust=trust, skip_tasks=skip_tasks), exclude, skip, answers_file, again, defaults=defaults
    )
    source = source_for(blueprint, source, context)
    run(
        lambda notify: scaffold.new(
            blueprint, dest, source=source, data=answers, ask=ask, git=not no_git, offline=offline,
            prereleases=prereleases, keep_copier=keep_copier, dry_run=dry_run, means=how, notify=notify,
        ),
        format_,
        text=as_text.new,
        data=as_data.new,
        done=lambda result: "the service was stamped" if result.applied else "",
        clean=lambda result: not result.plan.conflicts,
        asks=ask is not None,
    )  # fmt: skip


def update(
    context: typer.Context,
    directory: Directory = Path(),
    to: Annotated[str | None, typer.Option("--to", metavar="VERSION", help="Another version than the newest.")] = None,
    data: Data = None,
    data_file: DataFile = None,
    defaults: Defaults = False,
    again: Again = None,
    exclude: Exclude = None,
    skip: Skip = None,
    answers_file: AnswersFile = "",
    recopy: Recopy = False,
    dry_run: DryRun = False,
    commit: Annotated[
        bool, typer.Option("--commit", help="Commit the update where nothing is left to decide.")
    ] = False,
    branch: Annotated[
        str | None, typer.Option("--branch", metavar="NAME", help="Commit it on a new branch, and switch to it.")
    ] = None,
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    engine: EngineOption = "auto",
    limit: LimitOption = None,
    prereleases: Prereleases = False,
    offline: Offline = False,
    move_own: MoveOwn = False,
    continue_: Annotated[
        bool, typer.Option("--continue", help="Finish an update whose conflicts are resolved.")
    ] = False,
    abort: Annotated[
        bool, typer.Option("--abort", help="Take an update with conflicts back, and lose what was done about them.")
    ] = False,
    format_: FormatOption = "text",
) -> None:
    """Bring a project to a newer blueprint, or to edited answers, with the team's work kept.

    Locked files are put back, seeded ones left alone, managed ones merged. Conflicts stand in git's index and in the
    file, and the exit code is 3. All of it happens or none; scaffold undo takes it back.
    """
    if continue_ or abort:
        conflicts.finish(context, directory, format_, abort=abort)
        return
    ask = asker(format_, again, defaults=defaults)
    answers = given(data, data_file)
    how = for_this_run(
        means(engine, limit, trust=trust, skip_tasks=skip_tasks), exclude, skip, answers_file, again, defaults=defaults
    )
    run(
        lambda notify: scaffold.update(
            directory, to=to, data=answers, dry_run=dry_run, recopy=recopy, commit=commit, branch=branch, ask=ask,
            offline=offline, prereleases=prereleases, means=how, notify=notify,
            move_own=move_own or (_offered if ask is not None and not dry_run else False),
        ),
        format_,
        text=as_text.update,
        data=as_data.update,
        done=lambda result: "the update was applied" if result.applied else "",
        clean=lambda result: not result.plan.conflicts,
        asks=ask is not None,
    )  # fmt: skip


def status(
    directory: Directory = Path(), offline: Offline = False, today: Today = None, format_: FormatOption = "text"
) -> None:
    """Say whether a project is behind, has drifted, or has conflicts left; exits 3 where it is not clean."""
    day = today.date() if today else None
    run(
        lambda notify: scaffold.status(directory, offline=offline, today=day, notify=notify),
        format_,
        text=as_text.status,
        data=as_data.status,
        clean=lambda result: result.state == "current",
    )


def diff(
    directory: Directory = Path(),
    upstream: Annotated[bool, typer.Option("--upstream", help="What an update would change, instead.")] = False,
    to: Annotated[str | None, typer.Option("--to", metavar="VERSION", help="With --upstream: to this version.")] = None,
    data: Data = None,
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    offline: Offline = False,
    format_: FormatOption = "text",
) -> None:
    """Show the team's edits against what was stamped."""
    answers = given(data, None)
    how = means("auto", None, trust=trust, skip_tasks=skip_tasks)
    if (to or answers) and not upstream:
        raise typer.BadParameter("it goes with --upstream", param_hint="--to" if to else "--data")
    run(
        lambda notify: scaffold.diff(
            directory, upstream=upstream, to=to, data=answers, offline=offline, means=how, notify=notify
        ),
        format_,
        text=as_text.diff,
        data=as_data.diff,
    )  # fmt: skip


def undo(
    directory: Directory = Path(),
    force: Annotated[bool, typer.Option("--force", help="Also lose what was edited in those files since.")] = False,
    format_: FormatOption = "text",
) -> None:
    """Take the last new or update back, also one that was killed half-way."""
    run(
        lambda _: scaffold.undo(directory, force=force),
        format_,
        text=as_text.undo,
        data=as_data.undo,
        done=lambda result: f"{result.what} was taken back",
    )


def explain(
    path: Annotated[str, typer.Argument(metavar="PATH[:LINE]", help="A file, or a line of it.", show_default=False)],
    format_: FormatOption = "text",
) -> None:
    """Say where a file (and a line) comes from, and who owns it."""
    run(lambda _: scaffold.explain(path), format_, text=as_text.explain, data=as_data.explain)
