"""Options that several commands share."""

import os.path
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from scaffold.answers.question import Ask, Manner
from scaffold.cli import console, prompt
from scaffold.errors import AnswerError
from scaffold.formats import yaml
from scaffold.render.means import Engine, Means
from scaffold.sources import address
from scaffold.templating.limits import Limits

INDEX_FILE = "SCAFFOLD_INDEX_FILE"  # git's GIT_INDEX_FILE, of a commit that a hook looks at
COPIERS = ("_commit", "_src_path")  # what Copier's own answers file holds besides answers
Format = Literal["text", "json"]
FormatOption = Annotated[Format, typer.Option("--format", help="Text for people, or JSON with stable keys.")]
Directory = Annotated[Path, typer.Argument(metavar="DIR", help="The project, or a folder in it.", show_default=False)]
Data = Annotated[
    list[str] | None, typer.Option("--data", metavar="K=V", help="Answer a question; may be repeated.")
]  # fmt: skip
DataFile = Annotated[
    Path | None, typer.Option("--data-file", metavar="FILE", help="Answers in a YAML or JSON file (-: standard input).")
]
Defaults = Annotated[bool, typer.Option("--defaults", help="Never ask: take the default, or fail where there is none.")]
Today = Annotated[
    datetime | None,
    typer.Option("--today", metavar="DAY", formats=["%Y-%m-%d"], help="Judge waivers as on this day."),
]
Offline = Annotated[bool, typer.Option("--offline", help="Use what was fetched before; touch no network.")]
Source = Annotated[
    str,
    typer.Option(
        "--source", metavar="LIB", envvar="SCAFFOLD_SOURCE", help="The library: `builtin`, a folder, or a git URL."
    ),
]
Trust = Annotated[
    bool, typer.Option("--trust", help="Let code of the template run: tasks, hooks, migrations, extensions.")
]  # fmt: skip
SkipTasks = Annotated[bool, typer.Option("--skip-tasks", help="Go without the template's tasks and hooks.")]
EngineOption = Annotated[
    Engine,
    typer.Option("--engine", help="What renders; `auto` is our own, and the template's own tool where that is needed."),
]
Prereleases = Annotated[bool, typer.Option("--prereleases", help="The newest version may be a pre-release.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and write nothing.")]
Recopy = Annotated[
    bool, typer.Option("--recopy", help="Take the blueprint's files as if stamped anew; edits of them are lost.")
]
MoveOwn = Annotated[
    bool, typer.Option("--move-own", help="Move your own files along where the blueprint has moved a folder.")
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="PATTERN", help="Leave out what matches, this time; may be repeated."),
]
Skip = Annotated[
    list[str] | None,
    typer.Option("--skip", metavar="PATTERN", help="Leave what matches as it is, where it exists; may be repeated."),
]
AnswersFile = Annotated[
    str, typer.Option("--answers-file", metavar="PATH", help="Another name for Copier's answers file.")
]
Again = Annotated[
    list[str] | None,
    typer.Option("--ask", metavar="PATTERN", help="Ask these questions, whatever answers there are; may be repeated."),
]
LimitOption = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=N",
        help="Let a template take more: `seconds=60`, `megabytes=500`, `files=50000`; may be repeated.",
    ),
]


def source_for(blueprint: str, source: str, context: typer.Context) -> str:
    """Return the library to look in: for an address none, where only the environment names one."""
    given_as = context.get_parameter_source("source")
    if given_as is not None and given_as.name == "ENVIRONMENT":
        # Unlike Path's, these never raise; and `sources.locate`, which does the same, takes 20 ms to load.
        asked = address.read(blueprint, lambda path: os.path.exists(os.path.expanduser(path)))  # noqa: PTH110, PTH111
        return "builtin" if asked.source else source
    return source


def asker(format_: Format, again: list[str] | None = None, *, defaults: bool) -> Ask | None:
    """Return who is asked, if anybody is; raises BadParameter where somebody has to be, and cannot."""
    can_ask = format_ == "text" and console.can_ask()
    if again and not can_ask:
        raise typer.BadParameter("there is nobody at a terminal to be asked", param_hint="--ask")
    return prompt.ask if can_ask and (again or not defaults) else None


def for_this_run(
    how: Means,
    exclude: list[str] | None,
    skip: list[str] | None,
    answers_file: str,
    again: list[str] | None,
    *,
    defaults: bool,
) -> Means:
    """Return how to render, with what one run wishes beside."""
    return how._replace(
        exclude=tuple(exclude or ()),
        skip=tuple(skip or ()),
        answers_file=answers_file,
        manner=Manner(again=tuple(again or ()), only=defaults),
    )


def means(engine: Engine, limit: list[str] | None, *, trust: bool, skip_tasks: bool) -> Means:
    """Return how to render, as the command line says it; raises BadParameter."""
    limits = Limits()
    for pair in limit or []:
        name, _, number = pair.partition("=")
        if name not in Limits._fields or not number.isdecimal() or int(number) == 0:
            names = ", ".join(Limits._fields)
            message = f"{pair!r} must be NAME=N, where NAME is one of {names}, and N is a whole number above 0"
            raise typer.BadParameter(message, param_hint="--limit")
        limits = limits._replace(**{name: int(number)})
    return Means(engine, trust, skip_tasks, limits)


def given(data: list[str] | None, data_file: Path | None) -> dict[str, Any]:
    """Return the answers given on the command line, which win over those in the file; raises AnswerError."""
    answers: dict[str, Any] = {}
    if data_file is not None:
        answers |= _from_file(data_file)
    for pair in data or []:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{name or 'an answer'} must be written K=V", param_hint="--data")
        answers[name] = value
    return answers


def _from_file(data_file: Path) -> dict[str, Any]:
    try:
        content = sys.stdin.buffer.read() if str(data_file) == "-" else data_file.read_bytes()
    except OSError as error:
        raise AnswerError(f"the answers cannot be read: {error.strerror}", where=str(data_file)) from error
    document = yaml.load(yaml.in_utf8(content, str(data_file)), str(data_file))
    if document.data is None:
        return {}
    return {name: value.data for name, value in document.items() if name not in COPIERS}
