"""The only module that writes to the terminal: results to standard output, everything else to standard error."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from io import TextIOWrapper
from threading import Timer
from typing import Any, TextIO

import typer

from scaffold.errors import ProjectError
from scaffold.formats.shown import on_one_line, to_json
from scaffold.process import Notify
from scaffold.report.text import Line

STYLES = {"plain": "", "title": "bold", "good": "green", "warn": "yellow", "bad": "bold red", "dim": "dim"}


def ready() -> None:
    """Have three standard streams, whatever was closed by whoever started us.

    What is opened later does not end up in the place of one; an output that was closed takes nothing, and says so.
    """
    flags = {"stdin": os.O_RDONLY, "stdout": os.O_RDONLY, "stderr": os.O_WRONLY}
    for number, (name, flag) in enumerate(flags.items()):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, flag), True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "r" if name == "stdin" else "w", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot show a letter shows its number
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def reporting(done: str = "") -> Iterator[None]:
    """Report in the body on what is `done`, a sentence, or is only looked at.

    A report that cannot be written makes nothing undone: that is said, and the exit code stays what it is. Where there
    was nothing but the report, it is 1, unless the reader has gone. Raises typer.Exit.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _mute(sys.stdout)
    except (OSError, ProjectError) as error:
        if isinstance(error, ProjectError) and not done:
            raise
        _mute(sys.stdout)
        why = f"the report cannot be written: {error.strerror}" if isinstance(error, OSError) else str(error)
        complain(f"{why}; {done}" if done else why)
        if not done:
            raise typer.Exit(1) from error


def close(code: int) -> int:
    """Write what is left to be written, and return the exit code: 1 instead of 0 where that cannot be."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _mute(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            complain(f"the output cannot be written: {error.strerror}")
            code = code or 1
    _say("")
    return code


def _say(text: str) -> None:
    """Write to standard error, if anybody can be told."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _mute(sys.stderr)


def _mute(stream: TextIO) -> None:
    """Let go nowhere what is left of an output that takes no more: Python tries again at its end."""
    with suppress(OSError, ValueError):
        number = os.open(os.devnull, os.O_WRONLY)
        os.dup2(number, stream.fileno())
        os.close(number)


def show(lines: Iterable[Line], *, wrapped: bool = False, paged: bool = False) -> None:
    """Write lines, coloured where that is a terminal and NO_COLOR is not set.

    Those that are `wrapped` are broken between words, where they are wider than the terminal; those that are `paged` go
    through the user's pager, where they are more than a terminal has. What names and messages
    of others hold that would steer a terminal or forge a line is shown by its number; a patch is left for a program as
    it is.
    """
    at_terminal = sys.stdout.isatty()
    lines = [line if line.patch and not at_terminal else line._replace(text=on_one_line(line.text)) for line in lines]
    if at_terminal and wrapped:
        lines = list(_wrapped(lines))
    paged = paged and can_ask() and len(lines) >= shutil.get_terminal_size().lines
    coloured = _coloured(sys.stdout)
    if not (coloured or paged):
        sys.stdout.write("".join(f"{line.text}\n" for line in lines))
        return
    from rich.console import Console  # 35 ms that a pipe never needs
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    os.environ.setdefault("LESS", "FRX")  # as git does: with colours, and gone at the end of what fits
    with console.pager(styles=coloured) if paged else nullcontext():
        for line in lines:
            console.print(Text(line.text, STYLES[line.tone]))


def _wrapped(lines: Iterable[Line]) -> Iterator[Line]:
    """Break lines between words; a word stays whole, so that a path can be copied."""
    from textwrap import TextWrapper

    width = shutil.get_terminal_size().columns
    for line in lines:
        words = line.text.lstrip()
        indent = line.text[: len(line.text) - len(words)]
        fill = TextWrapper(width, indent, f"{indent}  ", break_long_words=False, break_on_hyphens=False)
        for part in fill.wrap(words) or [""]:
            yield line._replace(text=part)


def width() -> int:
    """Return how many columns lines may have: 0 where no terminal is written to, and a line may have any length."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def write(document: bytes) -> None:
    """Write a document for a program as it is, whatever the terminal takes."""
    sys.stdout.flush()
    sys.stdout.buffer.write(document)
    sys.stdout.buffer.flush()


def show_json(data: Any) -> None:
    """Write a report as JSON."""
    sys.stdout.write(to_json(data))


def complain(message: str) -> None:
    """Write one sentence to standard error."""
    red, plain = ("\x1b[1;31m", "\x1b[0m") if _coloured(sys.stderr) else ("", "")
    _say(f"{red}error:{plain} {on_one_line(message)}\n")


@contextmanager
def progress(*, spinner: bool, quiet: bool = False) -> Iterator[Notify]:
    """Show on standard error what is being done, unless `quiet`; yields the function that names it.

    A terminal gets a spinner, unless somebody is asked questions there; elsewhere a line is written for what takes
    longer than a second.
    """
    if quiet:
        yield lambda _: None
        return
    if spinner and _coloured(sys.stderr):
        from rich.console import Console
        from rich.text import Text

        with Console(stderr=True).status("Working") as status:
            yield lambda message: status.update(Text(on_one_line(message)))
        return
    timers: list[Timer] = []

    def notify(message: str) -> None:
        for timer in timers:
            timer.cancel()
        timers.append(Timer(1, _say, [f"{on_one_line(message)} ...\n"]))
        timers[-1].daemon = True
        timers[-1].start()

    try:
        yield notify
    finally:
        for timer in timers:
            timer.cancel()


def can_ask() -> bool:
    """Whether somebody sits at a terminal, to read a question and to answer it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _coloured(stream: Any) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
