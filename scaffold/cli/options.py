"""Options that several commands share."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from scaffold.errors import AnswerError
from scaffold.formats import yaml

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
Offline = Annotated[bool, typer.Option("--offline", help="Use what was fetched before; touch no network.")]
Source = Annotated[
    str,
    typer.Option(
        "--source", metavar="LIB", envvar="SCAFFOLD_SOURCE", help="The library: `builtin`, a folder, or a git URL."
    ),
]


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
    document = yaml.load(content, str(data_file))
    return {} if document.data is None else {name: value.data for name, value in document.items()}
