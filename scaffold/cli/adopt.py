"""The command that takes a repository over."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import scaffold
from scaffold.cli import completion, console, prompt
from scaffold.cli.answering import Data, DataFile, Defaults, asker, given
from scaffold.cli.options import Directory, FormatOption, Offline
from scaffold.cli.rendering import EngineOption, LimitOption, SkipTasks, Trust, means
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report import text as as_text
from scaffold.report.text import Line

if TYPE_CHECKING:
    from scaffold.report.results import Adopted

NewSource = Annotated[
    str | None,
    typer.Option("--source", metavar="ADDRESS", help="Where the template is now; or the library to look through."),
]
Template = Annotated[
    str | None,
    typer.Option("--from", metavar="TEMPLATE[@REF]", help="The template, where the repository does not say it."),
]
At = Annotated[
    str | None, typer.Option("--at", metavar="VERSION", help="The version it was made from, if that is not known.")
]
AnswersFile = Annotated[
    Path | None, typer.Option("--answers-file", metavar="PATH", help="Which of several answers files counts.")
]
Replay = Annotated[
    Path | None, typer.Option("--replay", metavar="FILE", help="What Cookiecutter kept of the run that made it.")
]
Named = Annotated[
    str | None,
    typer.Option(
        "--blueprint",
        metavar="NAME[@VERSION]",
        help="The blueprint for a repository made by hand.",
        autocompletion=completion.blueprints,
    ),
]
KeepCopier = Annotated[
    bool, typer.Option("--keep-copier", help="Keep up Copier's answers file too, so that both tools work.")
]


def _confirm(proposal: "Adopted") -> bool:
    console.show(as_text.adopt(proposal))
    return prompt.confirm("Take it over like this?")


def _told(result: "Adopted") -> Iterable[Line]:
    """Word the result; a proposal that was declined has been shown already."""
    return [Line("Nothing was written.", "title")] if result.proposed else as_text.adopt(result)


def adopt(
    directory: Directory = Path(),
    source: NewSource = None,
    template: Template = None,
    at: At = None,
    answers_file: AnswersFile = None,
    replay: Replay = None,
    blueprint: Named = None,
    data: Data = None,
    data_file: DataFile = None,
    defaults: Defaults = False,
    yes: Annotated[bool, typer.Option("--yes", help="Take the proposal, without being asked.")] = False,
    keep_copier: KeepCopier = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done and write nothing.")] = False,
    commit: Annotated[bool, typer.Option("--commit", help="Commit the adoption.")] = False,
    trust: Trust = False,
    skip_tasks: SkipTasks = False,
    engine: EngineOption = "auto",
    limit: LimitOption = None,
    offline: Offline = False,
    format_: FormatOption = "text",
) -> None:
    """Bring a Copier, cruft, Cookiecutter or hand-made repository under a blueprint.

    What it was made from is read from its own files, and your edits since then are kept. For a repository made by hand
    the blueprint that fits best is proposed: you are asked, or say --yes or --blueprint; else the exit code is 3.
    History is not rewritten, and scaffold undo takes it back.
    """
    ask = asker(format_, defaults=defaults)
    answers = given(data, data_file)
    how = means(engine, limit, trust=trust, skip_tasks=skip_tasks)
    run(
        lambda notify: scaffold.adopt(
            directory, source=source, template=template, at=at, answers_file=answers_file, replay=replay,
            blueprint=blueprint, data=answers, yes=yes, confirm=_confirm if ask else None, ask=ask,
            keep_copier=keep_copier, dry_run=dry_run, commit=commit, offline=offline, means=how,
            library=os.environ.get("SCAFFOLD_SOURCE", "builtin"), notify=notify,
        ),
        format_,
        text=_told if ask else as_text.adopt,
        data=as_data.adopt,
        done=lambda result: "the adoption was applied" if result.applied else "",
        clean=lambda result: not result.proposed,
        terminal="free" if ask is None else "asked",
    )  # fmt: skip
