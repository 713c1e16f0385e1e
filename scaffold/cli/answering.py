"""The options that give answers, and who is asked for the others."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from scaffold.answers.question import Ask, Review
from scaffold.cli import console, prompt
from scaffold.cli.options import Format
from scaffold.errors import AnswerError
from scaffold.formats import yaml

COPIERS = ("_commit", "_src_path")  # what Copier's own answers file holds besides answers
Data = Annotated[
    list[str] | None, typer.Option("--data", "-d", metavar="K=V", help="Answer a question; may be repeated.")
]  # fmt: skip
DataFile = Annotated[
    Path | None, typer.Option("--data-file", metavar="FILE", help="Answers in a YAML or JSON file (-: standard input).")
]
Defaults = Annotated[bool, typer.Option("--defaults", help="Never ask: take the default, or fail where there is none.")]
Again = Annotated[
    list[str] | None,
    typer.Option("--ask", metavar="PATTERN", help="Ask these questions, whatever answers there are; may be repeated."),
]


def asker(format_: Format, again: list[str] | None = None, *, defaults: bool) -> Ask | None:
    """Return who is asked, if anybody is; raises BadParameter where somebody has to be, and cannot."""
    can_ask = format_ == "text" and console.can_ask()
    if again and not can_ask:
        raise typer.BadParameter("there is nobody at a terminal to be asked", param_hint="--ask")
    return prompt.ask if can_ask and (again or not defaults) else None


def reviewer(ask: Ask | None, *, unless: bool) -> Review | None:
    """Return who looks at all answers before they are written, if anybody is asked for some."""
    return None if ask is None or unless else prompt.review


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
