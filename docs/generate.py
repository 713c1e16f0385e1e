# ruff: noqa: INP001 - a script beside the pages it writes
"""Write the pages of the reference that the program itself can tell; `--check` says whether they are up to date."""

import argparse
import inspect
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files as shipped
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from scaffold.authoring.levels import STEPS
from scaffold.authoring.lint.catalogue import lint_rules
from scaffold.cli import console
from scaffold.cli.app import app
from scaffold.forges.declared import LIMITS
from scaffold.forges.pacing import Limits
from scaffold.formats.yaml import load
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
rule](../guides/rules.md) how a blueprint chooses them, sets their parameters and declares its own. `OSPS` is the OSPS
Baseline of the OpenSSF, `Scorecard` one of the checks of OpenSSF Scorecard; the ids of CIS, CWE, SLSA and zizmor say
which requirement, weakness or audit comes nearest.
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


Schema = Mapping[str, Any]

FILES = """\
# Files

<!-- Written by docs/generate.py from the JSON Schemas of the program. Change them there, then run it again. -->

The formats that Scaffold reads and writes. A mistake in any of them is an error that names file, line, key and what was
expected; so is a key that is not listed. In a table a dot leads into a mapping or an entry of a list, and a word in
capitals stands for a name of yours.

`scaffold schema NAME` prints each as a JSON Schema, with which editors complete and check a file. `scaffold library
init` and `blueprint new` write those of a library into `schemas/`, and name them in the first line of its files; after
an upgrade, `scaffold schema blueprint > schemas/blueprint.json` brings the newer one. In a service, `scaffold schema
--beside .` writes `.scaffold/schemas/` and names them in `answers.yml` and `waivers.yml`, also after an upgrade.
"""
FORMATS = {  # the heading of each schema, in the order of the page
    "blueprint": "blueprint.yml",
    "template": "copier.yml",
    "cases": "Cases",
    "fleet": "fleet.yml",
    "answers": ".scaffold/answers.yml",
    "waivers": ".scaffold/waivers.yml",
    "lock": ".scaffold/lock.json",
    "settings": "Settings of a user",
    "fleet-history": "History of a fleet",
}
MORE = {  # what a schema cannot say: where the rest is told
    "blueprint.guardrails.use": "[Rules](rules.md).",
    "blueprint.guardrails.judges": "[Judges](judges.md).",
    "blueprint.merge": "[Drivers](merging.md#drivers).",
    "blueprint.forge": "[What each forge has a word for](forges.md#settings).",
    "blueprint.security": "[Pauses](../guides/update.md#pause-the-updates-of-a-fleet).",
    "blueprint.migrations": "[Migrate services](../guides/migrate.md).",
    "template": "[Copier's format](copier-format.md) says what is the same as in Copier, and what is not.",
    "fleet.campaign.waves.where": "[Selectors](fleet.md#selectors).",
    "fleet.pauses": "[Pauses](fleet.md#pauses).",
    "fleet.forges": "[Tokens](forges.md#tokens).",
    "answers.keep_copier": "[Both tools](../guides/adopt.md#copier-and-scaffold-side-by-side).",
    "answers.merge": "[Drivers](merging.md#drivers).",
    "answers.own": "[Make a file your own](../guides/update.md#make-a-file-your-own).",
    "answers.require_signature": "[Signed releases](../guides/signing.md).",
    "waivers": "[Grant a waiver](../guides/waivers.md).",
    "lock.files.inputs": "[How](merging.md#secrets-random-values-and-times).",
    "settings.policy": "[Policies](policy.md#where-a-policy-is-set).",
    "settings.require_signature": "[Signed releases](../guides/signing.md).",
}
TOLD_ELSEWHERE = {"blueprint.questions", "lock.guardrails", "lock.forge"}  # the same keys as in a table above
NEEDED = "needed"  # a mark on a schema: whoever has the mapping needs the key
NAMES = {"string": "text", "integer": "number", "number": "number", "boolean": "`true` or `false`", "object": "mapping"}


def files() -> str:
    """Return the page on the formats of files, each from its schema."""
    return "\n".join([FILES, *(_format(name, heading) for name, heading in FORMATS.items())])


def _format(name: str, heading: str) -> str:
    schema = json.loads(shipped("scaffold.report").joinpath(f"schemas/{name}.json").read_text(encoding="utf-8"))
    about = f"{schema['description']} {MORE.get(name, '')}".rstrip()
    parts = [f"## {heading}\n\n{about}\n\nSchema: `scaffold schema {name}`.\n", _keys(_top(schema), schema, name)]
    for key, below in _top(schema).items():
        told = f"{name}.{key}" in TOLD_ELSEWHERE
        inner: dict[str, Schema] = {}
        for path, one in () if told else _below(below, schema):
            inner.setdefault(path, one)
        if inner:
            parts += [f"### {heading}: `{key}`\n", _keys(inner, schema, f"{name}.{key}")]
    if name == "fleet":
        parts.append(_limits())
    return "\n".join(parts)


def _top(schema: Schema) -> dict[str, Schema]:
    """Return the keys of a file; one that a person names is last."""
    own = {one.get("title", "NAME"): one for one in schema.get("patternProperties", {}).values()}
    needed = schema.get("required", ())
    return {key: {**one, NEEDED: key in needed} for key, one in {**schema["properties"], **own}.items()}


def _below(schema: Schema, root: Schema, prefix: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield all that may stand below a key, by its dotted path; a list adds nothing to that."""
    ways = list(_ways(schema, root))
    only = sum("properties" in part for part in ways) == 1  # of several ways, none has to be taken
    for part in ways:
        for key, below in part.get("properties", {}).items():
            yield f"{prefix}{key}", {**below, NEEDED: only and key in part.get("required", ())}
            yield from _below(below, root, f"{prefix}{key}.")
        for below in (part.get("items"), part.get("additionalProperties")):
            if isinstance(below, dict):
                yield from _below(below, root, f"{prefix}{below['title']}." if "title" in below else prefix)


def _ways(schema: Schema, root: Schema) -> Iterator[Schema]:
    """Yield a schema, what it refers to, and the alternatives in it."""
    yield schema
    if "$ref" in schema:
        yield from _ways(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    for other in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _ways(other, root)


def _keys(keys: Mapping[str, Schema], root: Schema, path: str) -> str:
    rows = ["| key | value | meaning |", "|---|---|---|"]
    rows += [f"| `{key}` | {_value(one, root)} | {_meaning(one, root, f'{path}.{key}')} |" for key, one in keys.items()]
    return "\n".join([*rows, ""])


def _meaning(schema: Schema, root: Schema, path: str) -> str:
    said = next((one["description"] for one in _ways(schema, root) if "description" in one), "")
    more = "Required." if schema.get(NEEDED) else ""
    return " ".join(one for one in (said, more, MORE.get(path, "")) if one).replace("|", BAR)


def _value(schema: Schema, root: Schema) -> str:
    *some, last = dict.fromkeys(word for one in _ways(schema, root) for word in _words(one, root)) or ("any",)
    return f"{', '.join(some)} or {last}" if some else last


def _words(schema: Schema, root: Schema) -> Iterator[str]:
    fixed = schema.get("enum", [schema["const"]] if "const" in schema else ())
    yield from (f"`{one}`" if isinstance(one, str) else f"`{json.dumps(one)}`" for one in fixed if one is not None)
    types = schema.get("type", ())
    for kind in () if fixed else [types] if isinstance(types, str) else types:
        if kind == "array":
            yield _of("list of", _value(schema.get("items", {}), root))
        elif kind == "object" and isinstance(more := schema.get("additionalProperties"), dict):
            yield _of("mapping to", _value(more, root))
        elif kind != "null":
            yield "day" if schema.get("format") == "date" else NAMES[kind]


def _of(words: str, value: str) -> str:
    if "mapping" in value:
        return "list of mappings" if words == "list of" else "mapping"
    return words.partition(" ")[0] if value == "any" else f"{words} {value}"


def _limits() -> str:
    rows = ["### Limits of each kind of forge", "", f"| key | {' | '.join(LIMITS)} |", f"|---|{'---|' * len(LIMITS)}"]
    rows += [
        f"| `{key}` | {' | '.join(f'{getattr(one, key):g}' for one in LIMITS.values())} |" for key in Limits._fields
    ]
    return "\n".join([*rows, ""])


CASES = Path(__file__).parents[1] / "tests/scenarios/cases.yml"
UPDATE = """\
# What an update does to a file

<!-- Written by docs/generate.py from tests/scenarios/cases.yml. Change the cases there, then run it again. -->

An update compares three trees: **stamped**, what was applied last; **yours**, the project as git would store it; and
the **blueprint**, what the new version renders. A test does every case to a real repository and compares what happens,
word for word: the verb and the reason are those of `scaffold update --dry-run`, in JSON `action` and `why`.

- `create`, `replace`, `merge` and `delete` change the file. `keep` and `leave` do not.
- `conflict` waits for you: the three sides stand in git's index, and the update exits 3.
- `refused` is an error before anything is written.

*Lost* is what is in neither side's result; `scaffold undo` has it, but for flags of git's index. [Merging](merging.md)
says how two edits become one.
"""
WEAKEN = """\
# Ways to weaken a project

<!-- Written by docs/generate.py from tests/scenarios/cases.yml. Change the cases there, then run it again. -->

Each is done to a real project by a test, which looks with a [policy](policy.md) and without one. "A note" is said, and
does not fail. The library of the test answers `platform_workflow` and `platform_team` by the defaults of its questions;
the built-in one leaves the workflow open, and there `unheld` is a note in both.

| name | what is done | `--policy` | plain `check` |
|---|---|---|---|
"""


def _cases(name: str) -> Any:
    return load(CASES.read_bytes(), CASES.name).data[name]


def update_cases() -> str:
    """Return the page on what an update does, case by case."""
    parts = [UPDATE]
    for part in _cases("updates"):
        heads = ["case", *part["columns"], "what happens", "lost"]
        rows = [heads, ["---"] * len(heads)]
        for name, case in part["cases"].items():
            rows.append([f"`{name}`", *case["sides"], f"`{case['verb']}` {case['why']}", case.get("lost", "nothing")])
        table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
        parts.append(f"## {part['heading']}\n\n{table}")
    return "\n".join(parts)


def weakenings() -> str:
    """Return the page on what finds a project that somebody has weakened."""
    cases = _cases("weaken").items()
    return WEAKEN + "".join(f"| `{name}` | {one['done']} | {one['policy']} | {one['plain']} |\n" for name, one in cases)


PAGES = {
    "cli.md": page,
    "files.md": files,
    "lint.md": lint,
    "rules.md": rules,
    "update-cases.md": update_cases,
    "weakenings.md": weakenings,
}


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
