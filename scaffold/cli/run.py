"""What every command does with the operation it calls: show progress, report the result, give the exit code."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import typer

from scaffold.cli import console
from scaffold.cli.options import Format
from scaffold.process import Notify
from scaffold.process.waiting import telling
from scaffold.report.text import Line

T = TypeVar("T")
NOT_CLEAN = 3


def run(
    operation: Callable[[Notify], T],
    format_: Format,
    *,
    text: Callable[[T], Iterable[Line]],
    data: Callable[[T], Any],
    clean: Callable[[T], bool] = lambda _: True,
    done: Callable[[T], str] = lambda _: "",
    asks: bool = False,
    paged: bool = False,
    quiet: bool = False,
) -> None:
    """Call an operation and report; raises typer.Exit with 3 where it is finished but not clean.

    `done` says in a sentence what the operation has changed, should the report not reach anybody. With `quiet` there is
    no progress.
    """
    with console.progress(spinner=not asks, quiet=quiet) as notify, telling(notify):  # a spinner hides questions
        result = operation(notify)
    with console.reporting(done(result)):
        if format_ == "json":
            console.show_json(data(result))
        else:
            console.show(text(result), paged=paged)
    if not clean(result):
        raise typer.Exit(NOT_CLEAN)
