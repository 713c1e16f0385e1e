"""Commands by name; the module of one is loaded when it runs, or when it is listed."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, cast

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from scaffold.cli import console

MARKUP: Literal["markdown"] = "markdown"  # so that paragraphs are set anew to the width of the terminal
# What `--help` lists them under.
HEADS = {
    "One project": ("new", "update", "status", "check", "diff", "explain", "undo"),
    "Conflicts and exceptions": ("resolve", "own", "waive"),
    "Adopt, publish, verify": ("adopt", "publish", "verify"),
    "Blueprints and libraries": ("blueprint", "library", "schema"),
    "Many repositories": ("fleet",),
    "This machine": ("self-check",),
}
FLEET_HEADS: Mapping[str, tuple[str, ...]] = {
    "See": ("status", "check", "report"),
    "Plan": ("plan", "show", "preflight"),
    "Roll out": ("apply", "watch", "resume", "abort"),
    "Settings and cache": ("settings", "clean"),
}
BLUEPRINT_HEADS: Mapping[str, tuple[str, ...]] = {
    "See": ("list", "show"),
    "Write and test": ("new", "lint", "test", "render"),
    "Release": ("diff", "impact", "release", "withdraw"),
}
# A line to try of each, which its help ends with.
EXAMPLES: Mapping[str, str] = {
    "new": "scaffold new python-http-service orders",
    "publish": "scaffold publish gh:acme/orders orders",
    "update": "scaffold update --dry-run",
    "resolve": "scaffold resolve pyproject.toml --theirs",
    "own": "scaffold own docs/runbook.md",
    "status": "scaffold status",
    "check": "scaffold check --fix --dry-run",
    "verify": "scaffold verify",
    "waive": 'scaffold waive LK-01 --reason "The generated client has tabs" --expires 60d',
    "diff": "scaffold diff --upstream",
    "adopt": "scaffold adopt --dry-run",
    "undo": "scaffold undo",
    "explain": "scaffold explain pyproject.toml:13",
    "schema": "scaffold schema blueprint",
    "self-check": "scaffold self-check",
    "library init": "scaffold library init platform",
    "blueprint list": "scaffold blueprint list",
    "blueprint show": "scaffold blueprint show python-http-service",
    "blueprint new": "scaffold blueprint new cli-tool --from ../tool --word name=tool",
    "blueprint lint": "scaffold blueprint lint cli-tool",
    "blueprint test": "scaffold blueprint test cli-tool --accept",
    "blueprint render": "scaffold blueprint render cli-tool minimal ../look",
    "blueprint diff": "scaffold blueprint diff cli-tool@1.0.0",
    "blueprint impact": "scaffold blueprint impact cli-tool --fleet ../fleet.yml --check",
    "blueprint release": "scaffold blueprint release cli-tool --dry-run",
    "blueprint withdraw": 'scaffold blueprint withdraw cli-tool 1.2.0 "it loses data"',
    "fleet status": "scaffold fleet status --where behind",
    "fleet check": "scaffold fleet check --where owner=@acme/shop",
    "fleet report": "scaffold fleet report --check --plan campaigns/9a90267abb1c",
    "fleet plan": "scaffold fleet plan --where label=tier:1",
    "fleet show": "scaffold fleet show campaigns/9a90267abb1c orders",
    "fleet preflight": "scaffold fleet preflight campaigns/9a90267abb1c",
    "fleet apply": "scaffold fleet apply campaigns/9a90267abb1c",
    "fleet watch": "scaffold fleet watch campaigns/9a90267abb1c --once",
    "fleet resume": 'scaffold fleet resume campaigns/9a90267abb1c --reason "the runner was broken"',
    "fleet abort": 'scaffold fleet abort campaigns/9a90267abb1c --reason "the release is bad"',
    "fleet settings": "scaffold fleet settings",
    "fleet clean": "scaffold fleet clean",
}
ON_A_PLAN = frozenset(f"fleet {name}" for name in ("show", "preflight", "apply", "watch", "resume", "abort"))
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


class OfOnePlan(TyperCommand):
    """A command on the plan in one folder."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse several, as a shell makes of `campaigns/*`."""
        plans = [one for one in args if Path(one, "plan.json").is_file()]
        if len(plans) > 1:
            raise typer.BadParameter(
                f"{len(plans)} plans were given, name one of {', '.join(plans)}", ctx, None, "PLAN"
            )
        return super().parse_args(ctx, args)


class Commands(TyperGroup):
    """The commands of the command line."""

    modules: Mapping[str, str] = {name: name.replace("-", "_") for names in HEADS.values() for name in names}
    heads: Mapping[str, tuple[str, ...]] = HEADS
    within = ""

    def __init__(self, **settings: Any) -> None:
        """Take the settings of the group."""
        super().__init__(**settings)
        self.commands = cast("Any", Loaded(self.modules, self.heads, self.within))  # nobody adds one


class FleetCommands(Commands):
    """The commands that work on many projects at once."""

    modules = FLEET
    heads = FLEET_HEADS
    within = "fleet "


class Loaded(Mapping[str, Any]):
    """Commands by their names: `scaffold/cli/MODULE.py` holds a function NAME, or a group of commands."""

    def __init__(self, modules: Mapping[str, str], heads: Mapping[str, tuple[str, ...]], within: str) -> None:
        """Take the module of each, the heads that they are listed under, and the words before their names."""
        self._modules = modules
        self._heads = {name: head for head, names in heads.items() for name in names}
        self._within = within

    def __getitem__(self, name: str) -> Any:
        """Return a command, its module loaded; raises KeyError where there is none."""
        command = _command(self._modules[name], name, self._within)
        command.rich_help_panel = self._heads[name]
        return command

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._modules)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._modules)


@cache
def _command(module: str, name: str, within: str) -> Any:
    found = getattr(import_module(f"scaffold.cli.{module}"), name.replace("-", "_"))
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, rich_markup_mode=MARKUP)
        alone.command(name, cls=OfOnePlan if within + name in ON_A_PLAN else None)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = name
    for path, one in ((name, command), *((f"{name} {word}", one) for word, one in _below(command).items())):
        if isinstance(one, TyperCommand):
            one.params += _loudness()
        if example := EXAMPLES.get(within + path):
            one.epilog = f"Example: `{example}`"
    return command


def _loudness() -> list[Any]:
    """Return the options that every command has: how much it says, beside its report, of what it does."""

    def option(short: str, loudness: console.Loudness, help_: str) -> TyperOption:
        return TyperOption(
            param_decls=[f"--{loudness}", short],
            is_flag=True,
            default=False,
            expose_value=False,
            help=help_,
            callback=lambda _context, _option, wanted: console.speak(loudness) if wanted else None,
        )

    return [
        option("-q", "quiet", "Show no progress."),
        option("-v", "verbose", "Name each step as it begins, with the time."),
    ]


def _below(command: Any) -> dict[str, Any]:
    """Return the commands of a group that was made at once."""
    below = getattr(command, "commands", {})
    return {} if isinstance(below, Loaded) else below
