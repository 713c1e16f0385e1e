"""The only module that writes to the terminal: results to standard output, everything else to standard error."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from io import TextIOWrapper
from threading import Lock, Timer, current_thread
from time import monotonic
from typing import Any, Literal, TextIO

import typer

from scaffold.errors import ProjectError
from scaffold.formats.shown import on_one_line, to_json
from scaffold.process import Notify
from scaffold.report.text import Line

STYLES = {"plain": "", "title": "bold", "good": "green", "warn": "yellow", "bad": "bold red", "dim": "dim"}
Loudness = Literal["usual", "quiet", "verbose"]
_LOUDNESS: ContextVar[Loudness] = ContextVar("loudness", default="usual")  # what the command line asks for
SOON, EVERY = 1.0, 5.0  # seconds after which a step is named where there is no terminal, and then how far it is


def ready() -> None:
    """Have three standard streams, whatever was closed by whoever started us, and the usual progress.

    What is opened later does not end up in the place of one; an output that was closed takes nothing, and says so.
    """
    speak("usual")
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


def show(lines: Iterable[Line], *, paged: bool = False) -> None:
    """Write lines, coloured where that is a terminal and NO_COLOR is not set.

    What is wider than the terminal is broken between words; lines that are `paged` go through the user's pager, where
    they are more than a terminal has. What names and messages of others hold that would steer a terminal or forge a
    line is shown by its number; a patch is left for a program as it is.
    """
    at_terminal = sys.stdout.isatty()
    lines = [line if line.patch and not at_terminal else line._replace(text=on_one_line(line.text)) for line in lines]
    if at_terminal:
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
        if line.patch or line.whole or len(line.text) <= width:
            yield line
            continue
        words = line.text.lstrip()
        indent = line.text[: len(line.text) - len(words)]
        further = " " * line.hang if 0 < line.hang <= width // 2 else f"{indent}  "
        fill = TextWrapper(width, indent, further, break_long_words=False, break_on_hyphens=False)
        yield from (line._replace(text=part) for part in fill.wrap(words))


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


def speak(loudness: Loudness) -> None:
    """Say as much of what is being done: where `quiet` no progress, where `verbose` each step with its time."""
    _LOUDNESS.set(loudness)


@contextmanager
def progress(*, spinner: bool) -> Iterator[Notify]:
    """Show on standard error what is being done; yields the function that names it: `STEP`, or `STEP: HOW FAR IT IS`.

    A terminal gets a spinner, unless somebody is asked questions there; elsewhere a line is written for a step that
    takes longer than a second, and every few seconds one for how far it is.
    """
    loudness = _LOUDNESS.get()
    if loudness == "quiet":
        yield lambda _: None
        return
    if spinner and loudness == "usual" and _coloured(sys.stderr):
        from rich.console import Console
        from rich.text import Text

        with Console(stderr=True).status("Working") as status:
            yield lambda message: status.update(Text(on_one_line(message)))
        return
    if loudness == "verbose":
        yield _Steps()
        return
    lines = _Lines()
    try:
        yield lines
    finally:
        lines.close()


class _Steps:
    """A line for each step as it begins, with the seconds since the first could have begun."""

    def __init__(self) -> None:
        self._began, self._step, self._lock = monotonic(), "", Lock()

    def __call__(self, message: str) -> None:
        step = message.partition(": ")[0]
        with self._lock:
            if step != self._step:
                self._step = step
                _say(f"{monotonic() - self._began:6.2f} s  {on_one_line(step)}\n")


class _Lines:
    """Lines about what takes long, for who reads them later, or one by one."""

    def __init__(self) -> None:
        self._step = self._message = self._said = ""
        self._timer: Timer | None = None
        self._lock = Lock()

    def __call__(self, message: str) -> None:
        step = message.partition(": ")[0]
        with self._lock:
            self._message = message
            if step != self._step:
                self._step = step
                self._wait(SOON)

    def close(self) -> None:
        with self._lock:
            self._wait(None)

    def _wait(self, seconds: float | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = Timer(seconds or 0, self._tell)
        self._timer.daemon = True
        if seconds:
            self._timer.start()

    def _tell(self) -> None:
        with self._lock:
            if self._timer is not current_thread():  # another step has begun, or all has ended
                return
            if self._message != self._said:
                self._said = self._message
                _say(f"{on_one_line(self._said)} ...\n")
            self._wait(EVERY)


def can_ask() -> bool:
    """Whether somebody sits at a terminal, to read a question and to answer it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _coloured(stream: Any) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
