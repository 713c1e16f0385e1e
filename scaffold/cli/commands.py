"""Commands by name; the module of one is loaded when it runs, or when it is listed."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Literal, cast

import typer
from typer.core import TyperGroup

MARKUP: Literal["markdown"] = "markdown"  # so that paragraphs are set anew to the width of the terminal
COMMANDS = (
    "new", "publish", "update", "resolve", "own", "status", "check", "verify", "waive", "diff", "adopt", "undo",
    "explain", "schema", "blueprint", "library", "fleet", "self-check",
)  # fmt: skip
FLEET = {
    "status": "fleet_status",
    "check": "fleet_check",
    "plan": "fleet_plan",
    "show": "fleet_plan",
    "preflight": "fleet_campaign",
    "apply": "fleet_campaign",
    "watch": "fleet_campaign",
    "resume": "fleet_campaign",
    "abort": "fleet_campaign",
    "report": "fleet_report",
    "settings": "fleet_settings",
    "clean": "fleet_clean",
}


class Commands(TyperGroup):
    """The commands of the command line."""

    modules: Mapping[str, str] = {name: name.replace("-", "_") for name in COMMANDS}

    def __init__(self, **settings: Any) -> None:
        """Take the settings of the group."""
        super().__init__(**settings)
        self.commands = cast("Any", Loaded(self.modules))  # nobody adds one


class FleetCommands(Commands):
    """The commands that work on many projects at once."""

    modules = FLEET


class Loaded(Mapping[str, Any]):
    """Commands by their names: `scaffold/cli/MODULE.py` holds a function NAME, or a group of commands."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        """Take the module of each."""
        self._modules = modules

    def __getitem__(self, name: str) -> Any:
        """Return a command, its module loaded; raises KeyError where there is none."""
        return _command(self._modules[name], name)

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._modules)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._modules)


@cache
def _command(module: str, name: str) -> Any:
    found = getattr(import_module(f"scaffold.cli.{module}"), name.replace("-", "_"))
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, rich_markup_mode=MARKUP)
        alone.command(name)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = name
    return command
