"""A makefile line by line: what each line is, as far as that can be told without make."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Literal, NamedTuple

from scaffold.formats.regex import regex
from scaffold.guard.kept import kept
from scaffold.guard.look import Look
from scaffold.guard.reached import reached
from scaffold.guard.tables import table

# What decides how every recipe runs, and what may be said of it all the same; what stands behind PATH hides no program.
RUNNING = {name: regex(allowed) for name, allowed in table("readers/make_lines").items()}
LONGEST = 2_000  # characters of a line that names targets
NESTED = 4  # variables whose values name others
Kind = Literal["nothing", "recipe", "condition", "include", "variable", "export", "rule", "special", "unknown"]
_ASSIGNED = regex(r"(?:(?:export|override|private)[ \t]++)*+([A-Za-z_]\w*+)[ \t]*+(?::{0,3}|\?|\+)=(.*+)")
_USED = regex(r"(?<!\$)\$[({](\w{1,80})[)}]")
_CALLED = regex(r"\$[({](?!\w{1,80}[)}])")
_WORDS = r"(?:(?:override|export|private)[ \t]++)*+"
_SET = regex(rf"{_WORDS}([^\s:;=+?!#]++)[ \t]*+(:{{0,3}}|[?+!])=(.*+)", re.DOTALL)
_DEFINED = regex(rf"{_WORDS}(define|undefine)[ \t]++([^\s:=+?!#]++)")
_EXPORTED = regex(r"(?:un)?export\b(?!.*=)(.*+)")
_INCLUDE = regex(r"(?:-include|sinclude|include)[ \t]++(.*+)")
_CONDITION = regex(r"(?:ifeq|ifneq|ifdef|ifndef|else|endif)\b")
_WORKED_OUT = regex(r"\$[({](?:eval|file|guile)\b")
_WILDCARD = regex(r"\$[({]wildcard[ \t]++([^)}]++)[)}]")


class Line(NamedTuple):
    """One line with those that it goes on in. `names` are targets, variables or files; a rule has a recipe or not.

    `variable` is what a rule sets for its targets alone, and `text` all of it as it is written.
    """

    number: int
    kind: Kind
    names: tuple[str, ...] = ()
    sign: str = ""
    value: str = ""
    variable: str = ""
    has_recipe: bool = False
    is_exported: bool = False
    text: str = ""


def assigned(text: str) -> Iterator[tuple[str, str]]:
    """Yield the variables that are set, with their values as written; what make would have to work out is left."""
    for line in text.splitlines():
        match = _ASSIGNED.match(line) if "=" in line[:LONGEST] and len(line) <= LONGEST else None
        if match is not None and not _CALLED.search(match[2]):
            yield match[1], match[2].partition("#")[0].strip()


def expanded(recipe: str, variables: Mapping[str, str]) -> str:
    """Return a recipe with the variables in it that are known; as it is, where that makes it long."""
    text = recipe
    for _ in range(NESTED if len(recipe) <= LONGEST else 0):
        text, before = _USED.sub(lambda match: variables.get(match[1], match[0]), text), text
        if len(text) > LONGEST:
            return recipe
        if text == before:
            break
    return text


def joined(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers, those that go on as one."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        start = number
        while lines[number].rstrip("\r").endswith("\\") and number + 1 < len(lines):
            number += 1
        yield start + 1, "\n".join(lines[start : number + 1])
        number += 1


@kept()
def lines(text: str) -> Iterator[Line]:
    """Yield the lines of a makefile; a rule comes once, and its recipe line by line behind it."""
    known = dict(assigned(text))
    inside = ruled = False  # a define; behind a rule, where alone a tab begins a recipe
    written = list(joined(text))
    for at, (number, raw) in enumerate(written):
        line = raw.replace("\\\r\n", " ").replace("\\\n", " ")
        plain = line.partition("#")[0].strip()
        if inside:
            inside = not plain.startswith("endef")
            yield Line(number, "unknown" if _WORKED_OUT.search(line) else "nothing", text=raw)
        elif _WORKED_OUT.search(line) or len(line) > LONGEST:
            yield Line(number, "unknown", text=raw)
        elif raw.startswith("\t") and ruled:
            yield Line(number, "recipe", value=line.strip(), text=raw)
        else:
            defined = _DEFINED.match(plain)
            inside = defined is not None and defined[1] == "define" and not _SET.fullmatch(plain)
            following = next(
                (one for _, one in written[at + 1 :] if one.strip() and not one.lstrip().startswith("#")), ""
            )
            found = _line(number, plain, known, has_recipe=following.startswith("\t"))
            ruled = ruled if found.kind in ("nothing", "condition") else found.kind in ("rule", "special")
            yield found._replace(text=raw)


def _line(number: int, plain: str, known: Mapping[str, str], *, has_recipe: bool) -> Line:
    if not plain or _CONDITION.match(plain):
        return Line(number, "condition" if plain else "nothing", value=plain)
    if found := _INCLUDE.fullmatch(plain):
        names = tuple(expanded(_WILDCARD.sub(r"\1", found[1]), known).split())
        return Line(number, "include" if not any("$" in name for name in names) else "unknown", names)
    found = _DEFINED.match(plain)
    if found and not _SET.fullmatch(plain):
        return Line(number, "variable", (found[2],), sign=found[1])
    if found := _SET.fullmatch(plain):
        name = expanded(found[1], known)
        exported = re.match(r"(?:(?:override|private)\s+)*export\b", plain) is not None
        kind: Kind = "unknown" if "$" in name else "variable"
        return Line(number, kind, (name,), found[2], found[3].strip(), is_exported=exported)
    if found := _EXPORTED.fullmatch(plain):
        return Line(number, "export", tuple(found[1].split()))
    return _rule(number, plain, known, has_recipe=has_recipe)


def _rule(number: int, plain: str, known: Mapping[str, str], *, has_recipe: bool) -> Line:
    before, colon, after = expanded(plain, known).partition(":")
    names = tuple(before.replace("&", " ").split())
    if not colon or not names or any("$" in name for name in names):
        return Line(number, "unknown")
    inner = _SET.fullmatch(after.lstrip(":").strip())
    if inner is not None:
        return Line(number, "rule", names, inner[2], inner[3].strip(), variable=inner[1])
    kind: Kind = "special" if all(re.fullmatch(r"\.[A-Z_]+", name) for name in names) else "rule"
    return Line(number, kind, names, value=after, has_recipe=";" in after or has_recipe)


READ = ("GNUmakefile", "makefile", "Makefile")  # make reads the first of them
MOST = 50  # makefiles that include each other


def makefiles(look: Look) -> Mapping[str, tuple[Line, ...]]:
    """Return the lines of what make reads, the main one first: the blueprint's, or else the one that make takes."""
    given = (path for path in READ if path in look.lock.files)
    first = [path for path in (*given, *READ) if path in look][:1]
    read = islice(reached(first, partial(_included, look)), MOST)
    return {path: lines(look.text(path) or "") for path in read}


def _included(look: Look, path: str) -> Iterator[str]:
    for name in (name for line in lines(look.text(path) or "") if line.kind == "include" for name in line.names):
        found = look.paths(f"/{name}") if "*" in name else [name.removeprefix("./")]
        yield from (one for one in found if one in look)
