"""The options that say which template is rendered, and how."""

import os.path
from typing import Annotated, get_args

import typer

from scaffold.answers.question import Manner
from scaffold.render.means import Engine, Means
from scaffold.sources import address
from scaffold.templating.limits import Limits

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
    typer.Option(
        "--engine",
        metavar="TOOL",
        help=f"What renders: {', '.join(get_args(Engine))}. `auto` is our own, else the template's own tool.",
    ),
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
