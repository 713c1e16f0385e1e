"""The command that brings a project to a newer blueprint, and finishes what it left to decide."""

from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli import completion, prompt, unfinished
from scaffold.cli.answering import Again, Data, DataFile, Defaults, asker, given, reviewer
from scaffold.cli.options import Directory, DryRun, FormatOption, Offline, Prereleases, Revision
from scaffold.cli.rendering import (
    AnswersFile,
    EngineOption,
    Exclude,
    LimitOption,
    Skip,
    SkipTasks,
    Trust,
    for_this_run,
    means,
)
from scaffold.cli.run import run
from scaffold.plan.actions import Offer
from scaffold.report import data as as_data
from scaffold.report import text as as_text

To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="VERSION", help="Another version than the newest.", autocompletion=completion.versions
    ),
]
Blueprint = Annotated[
    str,
    typer.Option("--blueprint", metavar="NAME", help="Move to another blueprint of the library.", show_default=False),
]
Commit = Annotated[bool, typer.Option("--commit", help="Commit the update where nothing is left to decide.")]
Branch = Annotated[
    str | None, typer.Option("--branch", metavar="NAME", help="Commit it on a new branch, and switch to it.")
]
Continue = Annotated[bool, typer.Option("--continue", help="Finish an update whose conflicts are resolved.")]
Abort = Annotated[
    bool, typer.Option("--abort", help="Take an update with conflicts back, and lose what was done about them.")
]
Recopy = Annotated[
    bool, typer.Option("--recopy", help="Take the blueprint's files as if stamped anew; edits of them are lost.")
]
MoveOwn = Annotated[
    bool, typer.Option("--move-own", help="Move your own files along where the blueprint has moved a folder.")
]


def _offered(offers: tuple[Offer, ...]) -> bool:
    """Ask whether the team's own files go along with a folder that the blueprint has moved."""
    shown = "".join(f"  {offer.path} -> {offer.to}\n" for offer in offers[: as_text.SHOWN])
    more = f"  and {len(offers) - as_text.SHOWN} more\n" if len(offers) > as_text.SHOWN else ""
    return prompt.confirm(f"The blueprint has moved what stands around files of yours:\n{shown}{more}Move them along?")


def update(
    context: typer.Context,
    directory: Directory = Path(),
    revision: Revision = None,
    to: To = None,
    blueprint: Blueprint = "",
    data: Data = None,
    data_file: DataFile = None,
    defaults: Defaults = False,
    again: Again = None,
    exclude: Exclude = None,
    skip: Skip = None,
    answers_file: AnswersFile = "",
    recopy: Recopy = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    branch: Branch = None,
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    engine: EngineOption = "auto",
    limit: LimitOption = None,
    prereleases: Prereleases = False,
    offline: Offline = False,
    move_own: MoveOwn = False,
    continue_: Continue = False,
    abort: Abort = False,
    format_: FormatOption = "text",
) -> None:
    """Bring a project to a newer blueprint, or to edited answers, with the team's work kept.

    Locked files are put back, seeded ones left alone, managed ones merged. Conflicts stand in git's index and in the
    file, and the exit code is 3. All of it happens or none; scaffold undo takes it back.
    """
    if continue_ or abort:
        unfinished.finish(context, directory, format_, abort=abort)
        return
    if revision and not dry_run:
        raise typer.BadParameter("it goes with --dry-run", param_hint="--rev")
    ask = asker(format_, again, defaults=defaults)
    answers = given(data, data_file)
    how = for_this_run(
        means(engine, limit, trust=trust, skip_tasks=skip_tasks), exclude, skip, answers_file, again, defaults=defaults
    )
    run(
        lambda notify: scaffold.update(
            directory, revision=revision, to=to, blueprint=blueprint, data=answers, dry_run=dry_run, recopy=recopy,
            commit=commit, branch=branch, ask=ask, offline=offline, prereleases=prereleases, means=how, notify=notify,
            review=reviewer(ask, unless=defaults or dry_run),
            move_own=move_own or (_offered if ask is not None and not dry_run else False),
        ),
        format_,
        text=as_text.update,
        data=as_data.update,
        done=lambda result: "the update was applied" if result.applied else "",
        clean=lambda result: not result.plan.conflicts,
        terminal="free" if ask is None else "asked",
    )  # fmt: skip
