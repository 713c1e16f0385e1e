"""What makefiles that others include take away from the one that has the gates."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.makefile import LONGEST, assigned, expanded, joined

READ = ("GNUmakefile", "makefile", "Makefile")  # make reads the first of them
MOST = 50  # makefiles that include each other
# What decides how every recipe runs, and what may be said of it all the same.
_RUNNING: Mapping[str, re.Pattern[str]] = {
    "SHELL": re.compile(r"(?:/usr)?(?:/bin/)?(?:env )?(?:ba|da|z|k)?sh"),
    ".SHELLFLAGS": re.compile(r"(?:-[eux]+ |-[eux]*o pipefail )*-[eux]*c"),
    "MAKEFLAGS": re.compile(
        r"(?:(?:-[rRsj]\d*|-j ?\d+|--(?:no-builtin-(?:rules|variables)|warn-undefined-variables|no-print-directory"
        r"|silent|output-sync(?:=\w+)?))(?: |$))*+"
    ),
    "MAKEOVERRIDES": re.compile(r""),
    ".RECIPEPREFIX": re.compile(r""),
    "PATH": re.compile(r".*\$[({]PATH[)}].*"),
    "MAKE": re.compile(r""),
}
_SPECIAL = frozenset({".IGNORE", ".ONESHELL", ".POSIX"})
_WORDS = r"(?:(?:override|export|private|define|undefine)[ \t]++)*+"
_SET = re.compile(rf"({_WORDS})([^\s:=+?!#]++)[ \t]*+(:{{0,3}}|[?+!])=(.*+)", re.DOTALL)
_DEFINED = re.compile(r"(?:override[ \t]++)?(?:define|undefine)[ \t]++([^\s:=+?!#]++)")
_INCLUDE = re.compile(r"(?:-include|sinclude|include)[ \t]++(.*+)", re.DOTALL)
_ASKED = re.compile(r"\$[({]if[ \t]++\$[({](\w{1,80})[)}]|^[ \t]*+ifn?def[ \t]++(\w{1,80})", re.MULTILINE)


class Line(NamedTuple):
    """One line that is no recipe: a rule has targets, with a recipe or without; a variable may be set for them."""

    number: int
    targets: tuple[str, ...] = ()
    has_recipe: bool = False
    variable: str = ""
    sign: str = ""
    value: str = ""
    included: tuple[str, ...] = ()
    is_dark: bool = False  # only make can work out what it does


def taken_away(look: Look) -> Iterator[Found]:
    """Yield what an included makefile replaces: recipes, variables, and what decides how recipes are run."""
    first = next((path for path in READ if path in look), None)
    if first is None:
        return
    read = _read(look, first)
    main = "Makefile" if "Makefile" in read else first
    own = {name for line in read[main] if line.has_recipe for name in line.targets}
    own |= {name for line in read[main] for name in line.targets if not name.startswith(".")}
    given = {line.variable for line in read[main] if line.variable and line.sign != "?" and not line.targets}
    asked = {match[1] or match[2] for match in _ASKED.finditer(look.text(main) or "")}
    for path, lines in read.items():
        for line in lines:
            if path == main:
                yield from _running(path, line)
            else:
                yield from _replaced(path, line, own, given, asked)


def _running(path: str, line: Line) -> Iterator[Found]:
    """Yield what makes recipes run otherwise than they are written."""
    for name in _SPECIAL.intersection(line.targets):
        yield Found(f"{name} changes what the failure of a recipe means", path, line.number)
    allowed = _RUNNING.get(line.variable)
    if allowed is not None and not allowed.fullmatch(line.value):
        yield Found(f"{line.variable} changes how every recipe runs", path, line.number)


def _replaced(path: str, line: Line, own: set[str], given: set[str], asked: set[str]) -> Iterator[Found]:
    yield from _running(path, line)
    if line.is_dark:
        message = "only make can work out what a line sets or includes, so it may replace a gate"
        yield Found(message, path, line.number, known=False)
    mine = sorted(own.intersection(line.targets))
    if line.has_recipe and mine:
        yield Found(f"the recipe of {', '.join(mine)} is replaced", path, line.number)
    elif line.variable and line.targets:
        if mine or any("%" in name for name in line.targets):
            yield Found(f"{line.variable} is set for {', '.join(mine) or 'every target'}", path, line.number)
    elif line.variable not in _RUNNING and (line.variable in asked or (line.variable in given and line.sign != "?")):
        yield Found(f"{line.variable}, which the gates are run with, is set", path, line.number)
    if line.has_recipe and (made := sorted({*READ, path}.intersection(line.targets) - own)):
        yield Found(f"{made[0]}, which make reads itself, is made by a recipe", path, line.number)


def _read(look: Look, first: str) -> dict[str, list[Line]]:
    """Return the lines of what make reads, those that are included among them."""
    read: dict[str, list[Line]] = {}
    waiting = [first]
    while waiting and len(read) < MOST:
        path = waiting.pop()
        if path not in read and path in look:
            read[path] = list(_lines(look.text(path) or ""))
            for pattern in (name for line in read[path] for name in line.included):
                waiting += look.paths(f"/{pattern}") if "*" in pattern else [pattern.removeprefix("./")]
    return read


def _lines(text: str) -> Iterator[Line]:
    variables = dict(assigned(text))
    for number, written in joined(text):
        is_recipe = written.startswith("\t")
        line = written.replace("\\\r\n", " ").replace("\\\n", " ").strip()
        if any(f"${bracket}eval" in line for bracket in "({"):
            yield Line(number, is_dark=True)
        elif is_recipe or not line or line.startswith("#") or len(line) > LONGEST:
            if len(line) > LONGEST and not is_recipe and not line.startswith("#"):
                yield Line(number, is_dark=True)
        else:
            yield from _line(number, line.partition("#")[0].strip(), variables)
    yield from _with_recipes(text, variables)


def _line(number: int, line: str, variables: Mapping[str, str]) -> Iterator[Line]:
    if found := _INCLUDE.fullmatch(line):
        included = tuple(expanded(found[1].replace("$(wildcard ", "").rstrip(") "), variables).split())
        yield Line(number, included=included, is_dark=any("$" in name for name in included))
    elif found := _SET.fullmatch(line):
        name = expanded(found[2], variables)
        yield Line(number, variable=name, sign=found[3], value=found[4].strip(), is_dark="$" in name)
    elif found := _DEFINED.match(line):
        yield Line(number, variable=found[1])
    elif ":" in line:
        before, _, after = expanded(line, variables).partition(":")
        names = tuple(before.replace("&", " ").split())
        inner = _SET.fullmatch(after.strip())
        if inner is not None and not after.startswith("="):
            yield Line(number, names, variable=inner[2], sign=inner[3], value=inner[4].strip())
        else:
            dark = any(name.startswith("$") and "/" not in name for name in names)
            yield Line(number, names, has_recipe=";" in after, is_dark=dark)
    elif line.startswith("$") and not line.startswith(("$(info", "$(warning", "$(error")):
        yield Line(number, is_dark=True)


def _with_recipes(text: str, variables: Mapping[str, str]) -> Iterator[Line]:
    """Yield the rules whose recipe stands on the lines below them."""
    last: Line | None = None
    for number, written in joined(text):
        if written.startswith("\t") and last is not None:
            yield last._replace(has_recipe=True)
            last = None
        elif written.strip() and not written.lstrip().startswith("#") and not written.startswith("\t"):
            short = written.replace("\\\n", " ").strip().partition("#")[0].strip() if len(written) <= LONGEST else ""
            heads = [one for one in _line(number, short, variables) if one.targets and not one.variable]
            last = heads[0]._replace(is_dark=False) if heads and not heads[0].has_recipe else None
