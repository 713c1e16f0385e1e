"""The commands by name; the module of one is loaded when it runs, or when it is listed."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Literal, cast

import typer
from typer.core import TyperGroup

MARKUP: Literal["markdown"] = "markdown"  # so that paragraphs are set anew to the width of the terminal
COMMANDS = (
    "new", "publish", "update", "resolve", "own", "status", "check", "verify", "waive", "diff", "adopt", "undo",
    "explain", "schema", "blueprint", "library", "fleet",
)  # fmt: skip


class Commands(TyperGroup):
    """The commands of the command line."""

    def __init__(self, **settings: Any) -> None:
        """Take the settings of the group."""
        super().__init__(**settings)
        self.commands = cast("Any", Loaded())  # nobody adds one


class Loaded(Mapping[str, Any]):
    """Every command by its name: `scaffold/cli/NAME.py` holds a function NAME, or a group of commands."""

    def __getitem__(self, name: str) -> Any:
        """Return a command, its module loaded; raises KeyError where there is none."""
        if name not in COMMANDS:
            raise KeyError(name)
        return _command(name)

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(COMMANDS)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(COMMANDS)


@cache
def _command(name: str) -> Any:
    found = getattr(import_module(f"scaffold.cli.{name}"), name)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, rich_markup_mode=MARKUP)
        alone.command(name)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = name
    return command
