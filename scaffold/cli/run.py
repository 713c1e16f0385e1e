"""What every command does with the operation it calls: show progress, report the result, give the exit code."""

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

import typer

from scaffold.cli import console
from scaffold.cli.options import Format
from scaffold.process import Notify
from scaffold.process.waiting import telling
from scaffold.report.text import Line

T = TypeVar("T")
Terminal = Literal["free", "asked", "paged"]
NOT_CLEAN = 3


def run(
    operation: Callable[[Notify], T],
    format_: Format,
    *,
    text: Callable[[T], Iterable[Line]],
    data: Callable[[T], Any],
    clean: Callable[[T], bool] = lambda _: True,
    done: Callable[[T], str] = lambda _: "",
    terminal: Terminal = "free",
) -> None:
    """Call an operation and report; raises typer.Exit with 3 where it is finished but not clean.

    `done` says in a sentence what the operation has changed, should the report not reach anybody. `terminal` says what
    that is needed for beside: questions, over which a spinner would write, or a pager for the text.
    """
    with console.progress(spinner=terminal != "asked") as notify, telling(notify):
        result = operation(notify)
    with console.reporting(done(result)):
        if format_ == "json":
            console.show_json(data(result))
        else:
            console.show(text(result), paged=terminal == "paged")
    if not clean(result):
        raise typer.Exit(NOT_CLEAN)
