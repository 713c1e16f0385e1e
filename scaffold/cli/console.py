"""The only module that writes to the terminal: results to standard output, everything else to standard error."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from scaffold.report.text import Line

STYLES = {"plain": "", "title": "bold", "good": "green", "warn": "yellow", "bad": "bold red", "dim": "dim"}


def show(lines: Iterable[Line]) -> None:
    """Write lines, coloured where that is a terminal and NO_COLOR is not set."""
    if not _coloured(sys.stdout):
        sys.stdout.write("".join(f"{line.text}\n" for line in lines))
        return
    from rich.console import Console  # noqa: PLC0415 - 35 ms that a pipe never needs
    from rich.text import Text  # noqa: PLC0415

    console = Console(soft_wrap=True, highlight=False)
    for line in lines:
        console.print(Text(line.text, STYLES[line.tone]))


def show_json(data: Any) -> None:
    """Write a report as JSON."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def complain(message: str) -> None:
    """Write one sentence to standard error."""
    red, plain = ("\x1b[1;31m", "\x1b[0m") if _coloured(sys.stderr) else ("", "")
    sys.stderr.write(f"{red}error:{plain} {message}\n")


@contextmanager
def progress() -> Iterator[Callable[[str], Any]]:
    """Show what is being done, on a terminal only; yields the function that names it."""
    if not _coloured(sys.stderr):
        yield lambda _message: None
        return
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True).status("Working") as spinner:
        yield spinner.update


def can_ask() -> bool:
    """Whether somebody sits at a terminal, to read a question and to answer it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _coloured(stream: Any) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
