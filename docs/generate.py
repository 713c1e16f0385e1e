# ruff: noqa: INP001 - a script beside the pages it writes
"""Write the pages on the command line and on the rules from the program; `--check` says whether they are up to date."""

import argparse
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from scaffold.authoring.levels import STEPS
from scaffold.authoring.lint.catalogue import lint_rules
from scaffold.cli import console
from scaffold.cli.app import app
from scaffold.guard.catalogue import FAMILIES, FORGE, LOCKED, family
from scaffold.guard.readers.places import resolved
from scaffold.guard.rule import Rule

BAR = "\\|"  # in a cell of a table
REFERENCE = Path(__file__).parent / "reference"
HEAD = """\
# Command line

<!-- Written by docs/generate.py from the program itself. Change the help texts there, then run it again. -->

What `--help` says, for every command, on one page. A project is the folder that holds `.scaffold/`; a command that
takes `[DIR]` looks for it in that folder and the folders above, and in the current folder where none is named.
"""
LINT_HEAD = """\
# Lint and versions

<!-- Written by docs/generate.py from the program itself. Change the rules there, then run it again. -->

What `scaffold blueprint lint` finds in a library as its folder stands. A release is refused for all of it but what is
low. A line of a library's file, or the one above it, that says `lint: ID` and a reason in words is left alone by that
rule. What is wrong with a layer counts only where it is so for every blueprint that stacks the layer.

"""
STEPS_HEAD = """
## How large a step is

What `scaffold blueprint release` proposes: major where a team may have to do something, minor where something comes by
itself, else patch. The largest step decides.

"""
EXITS = """\
## Exit codes

| code | meaning | when |
|---|---|---|
"""
WHEN = {
    0: "Nothing is left for you. A dry run without conflicts counts as done.",
    1: "One sentence on standard error says what, where, and what to do.",
    2: "A command, option or argument that does not exist, is missing, or does not go with another.",
    3: "`update`, `update --continue` and `resolve`: conflicts are left. "
    "`status`: anything but `current`, also where the newest version is not known. "
    "`check`: something fails that is as severe as `--fail-on` says, or worse. "
    "`fleet status` and `fleet check`: the same of any member, or one could not be looked at. "
    "`fleet report`: either of them, or a rollout needs somebody. "
    "`new --publish`, `publish` and `fleet settings`: something is missing, may not be set, or cannot be told. "
    "`fleet plan`: a member is in conflict, blocked or cannot be read. "
    "`blueprint impact`: somebody would be needed, or a guardrail would start to fail. "
    "`blueprint lint`: something is found. `blueprint test`: something fails. "
    "`verify`: something is not proved. `self-check`: something is wrong, or nobody has answered.",
    70: "The sentence names a log file: versions, the kind of error, and where in the code. It holds no values.",
    130: "Ctrl-C. Files that were being swapped in are put back first.",
}
STREAMS = """
## Output

Results go to standard output. Errors, and the sign of progress, go to standard error. Colour and progress are shown on
a terminal only, and not where `NO_COLOR` is set or `TERM` is `dumb`. `--format json` prints one JSON document, which
[JSON reports](json.md) describes; an error prints no JSON.

A question is put only where standard input and standard output are terminals, the format is text, and `--defaults` is
not given. Everywhere else a question without an answer is an error that names it.

## Environment

| variable | meaning |
|---|---|
"""
VARIABLES = {
    "NO_COLOR": "Any value: no colour, no progress.",
    "XDG_CACHE_HOME": "On Linux, where fetched libraries are kept: its folder `scaffold`. Default: `~/.cache`.",
    "XDG_STATE_HOME": "On Linux, where the log of a bug is written: below its folder `scaffold`. Default: "
    "`~/.local/state`.",
}


RULES = """\
# Rules

<!-- Written by docs/generate.py from the rules themselves. Change them there, then run it again. -->

The built-in rules, by what they are about. [Check a project](../guides/check.md) says how they are run, and [Write a
blueprint](../guides/write-a-blueprint.md#guardrails) how a blueprint chooses them, sets their parameters and declares
its own. `OSPS` is the OSPS Baseline of the OpenSSF, `Scorecard` one of the checks of OpenSSF Scorecard; the ids of CIS,
CWE, SLSA and zizmor say which requirement, weakness or audit comes nearest.
"""

FORGE_RULES = f"""\
## {family("forge")[0]}

What a blueprint prescribes by [`forge`](files.md#blueprintyml) is looked at with `scaffold check --forge`. Without a
token or a network it is unknown; without a remote at a forge that is known, or a word for it there, not applicable.
"""


def rules() -> str:
    """Return the page on the rules."""
    parts = [RULES, "## Always\n\nThey hold without a blueprint's choice.\n", *map(_rule, LOCKED.values())]
    for name in FAMILIES:
        about, some = family(name)
        parts += [f"## {about}\n", *map(_rule, some)]
    parts += [FORGE_RULES, *map(_rule, FORGE.values())]
    return "\n".join(parts)


def _rule(rule: Rule) -> str:
    rows = [
        ("severity", rule.severity),
        ("why", rule.rationale),
        ("fix", rule.fix),
        ("looks at", ", ".join(f"`{pattern}`" for pattern in resolved(rule.files))),
        ("parameters", ", ".join(f"`{name}`" for name in rule.parameters)),
        ("beyond", rule.beyond),
        ("see", ", ".join(rule.references)),
    ]
    told = "".join(f"- **{name}:** {said}\n" for name, said in rows if said)
    return f"### {rule.id} {rule.title}\n\n{told}"


def page() -> str:
    """Return the page on the command line; it depends on the program only, not on the terminal or the environment."""
    root = typer.main.get_command(app)
    codes = dict(re.findall(r"(\d+) ([^,.]+)", root.epilog or ""))
    commands = list(_walk("scaffold", root))
    variables = {option.envvar: option.help for _, command in commands for option in _options(command) if option.envvar}
    parts = [
        HEAD,
        _index(commands),
        _section("scaffold", root, level=2),
        *(_section(name, command, level=2) for name, command in commands if command is not root),
        EXITS + "".join(f"| {code} | {said} | {WHEN[int(code)]} |\n" for code, said in codes.items()),
        STREAMS.lstrip("\n")
        + "".join(f"| `{name}` | {said} |\n" for name, said in sorted((variables | VARIABLES).items())),
    ]
    return "\n".join(parts)


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    for word, below in getattr(command, "commands", {}).items():
        yield from _walk(f"{name} {word}", below)


def _index(commands: Iterable[tuple[str, Any]]) -> str:
    rows = [
        f"| [`{name}`](#{name.replace(' ', '-')}) | {_paragraphs(command.help)[0]} |\n"
        for name, command in commands
        if not hasattr(command, "commands")
    ]
    return "| command | what it does |\n|---|---|\n" + "".join(rows)


def _section(name: str, command: Any, *, level: int) -> str:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    words = [name, *("COMMAND" for _ in [0] if hasattr(command, "commands")), *(_metavar(a) for a in arguments)]
    types = inspect.signature(command.callback).parameters if command.callback else {}
    lines = [f"{'#' * level} {name}", "", *(f"{text}\n" for text in _paragraphs(command.help))]
    lines += ["```text", " ".join([*words, "[OPTIONS]"]), "```", ""]
    if command.epilog and command.epilog.startswith("Example: "):
        lines += [command.epilog, ""]
    if arguments:
        lines += ["| argument | needed | meaning |", "|---|---|---|"]
        lines += [f"| `{_metavar(a)}` | {'required' if a.required else 'optional'} | {a.help} |" for a in arguments]
        lines.append("")
    lines += ["| option | value | default | meaning |", "|---|---|---|---|"]
    lines += [_option(option, types) for option in _options(command)]
    lines += ["| `--help`, `-h` | | | Show this message and exit. |", ""]
    return "\n".join(lines)


def _options(command: Any) -> list[Any]:
    return [param for param in command.params if param.param_type_name == "option" and "--help" not in param.opts]


def _option(option: Any, types: Any) -> str:
    spelled = ", ".join(f"`{word}`" for word in (*option.opts, *option.secondary_opts))
    choices = _choices(types[option.name].annotation) if option.name in types else ()
    value = f"`{_metavar(option)}`" if option.metavar else " or ".join(f"`{choice}`" for choice in choices)
    if not value and not option.is_flag:
        value = "`TEXT`"
    default = "" if option.is_flag or option.default in (None, ()) else f"`{option.default}`"
    said = f"{option.help} Environment: `{option.envvar}`." if option.envvar else option.help
    return f"| {spelled} | {value} | {default} | {said} |"


def _metavar(param: Any) -> str:
    return param.metavar or param.name.upper()


def _choices(annotation: Any) -> tuple[str, ...]:
    """Return the words that a parameter's type allows, empty where it allows any."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    inner = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return next((found for part in inner if (found := _choices(part))), ())


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", inspect.cleandoc(text or "")) if part.strip()]


def lint() -> str:
    """Return the page on what lint finds, and on how large a step each change is."""
    found = [one.about for one in lint_rules()]
    parts = [LINT_HEAD, "| id | what holds | severity | why | the mend |\n|---|---|---|---|---|\n"]
    for rule in found:
        said = (rule.id, rule.title, rule.severity, rule.rationale, rule.fix)
        parts.append(f"| {' | '.join(one.replace('|', BAR) for one in said)} |\n")
    parts += [STEPS_HEAD, "| what changes | step | what the changelog tells a team to do |\n|---|---|---|\n"]
    parts += [f"| {kind} | {step.level} | {step.todo.format('…')} |\n" for kind, step in STEPS.items()]
    return "".join(parts)


PAGES = {"cli.md": page, "lint.md": lint, "rules.md": rules}


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or with --check return 1 where one is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a page is stale")
    check, stale = parser.parse_args(arguments).check, False
    for name, make in PAGES.items():
        place, wanted = REFERENCE / name, make()
        if not check:
            place.write_text(wanted, encoding="utf-8")
        elif not place.is_file() or place.read_text(encoding="utf-8") != wanted:
            console.complain(f"docs/reference/{name} is stale (run python docs/generate.py)")
            stale = True
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
