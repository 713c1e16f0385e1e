"""Makefiles as rules see them: what each target needs and runs."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scaffold.guard.kept import kept
from scaffold.guard.look import Look
from scaffold.guard.reached import reached
from scaffold.guard.readers.places import PLACES
from scaffold.guard.readers.shell import Command, commands

TOP = PLACES["top makefiles"]
LONGEST = 2_000  # characters of a line that names targets
NESTED = 4  # variables whose values name others
_ASSIGNED = re.compile(r"(?:(?:export|override|private)[ \t]++)*+([A-Za-z_]\w*+)[ \t]*+(?::{0,3}|\?|\+)=(.*+)")
_USED = re.compile(r"(?<!\$)\$[({](\w{1,80})[)}]")
_WORKED_OUT = re.compile(r"\$[({](?!\w{1,80}[)}])")
_VALUED = frozenset({"-C", "-f", "-j", "-l", "-o", "-W", "-I", "--directory", "--file"})


class Recipe(NamedTuple):
    """A line of a recipe, with those that it goes on in; nobody notices the failure of one that is tolerated."""

    line: int
    text: str
    tolerated: bool

    def commands(self) -> Iterator[Command]:
        """Yield its commands, each with its line in the file."""
        for command in commands(self.text):
            yield command._replace(line=self.line + command.line, tolerated=command.tolerated or self.tolerated)


class Target(NamedTuple):
    """What a target needs, and what it runs; without a name it is what stands before the first, or in `define`."""

    names: tuple[str, ...]
    needs: tuple[str, ...]
    line: int
    recipes: list[Recipe]


class Makefile:
    """What a makefile, or several that are read as one, can be asked to do."""

    def __init__(self, *texts: str) -> None:
        """Read the texts."""
        self._targets: dict[str, list[Target]] = {}
        goals: list[str] = []
        for text in texts:
            set_to = [line.partition("=")[2].strip() for line in text.splitlines() if line.startswith(".DEFAULT_GOAL")]
            goals = set_to[-1:] + goals
            for target in targets(text):
                for name in target.names:
                    self._targets.setdefault(name, []).append(target)
                goals += (name for name in target.names[:1] if not name.startswith("."))
        self.goal = goals[0] if goals else ""

    def line(self, name: str) -> int:
        """Return the line of a target, or 0 where there is none."""
        return self._targets[name][0].line if name in self._targets else 0

    def needs(self, name: str) -> Iterator[str]:
        """Yield the targets that one needs."""
        for target in self._targets.get(name, ()):
            yield from target.needs

    def commands(self, name: str) -> Iterator[Command]:
        """Yield the commands of a target's own recipe."""
        for target in self._targets.get(name, ()):
            for recipe in target.recipes:
                yield from recipe.commands()

    def reached(self, name: str) -> set[str]:
        """Return the targets that one leads to, itself among them: those that it needs, and those that it makes."""
        return set(reached([name], self._leads_to))

    def _leads_to(self, name: str) -> Iterator[str]:
        yield from self.needs(name)
        yield from (made for command in self.commands(name) for made in made_by(command.words))


def made_by(words: tuple[str, ...]) -> list[str]:
    """Return the targets that a command makes: the empty name is the first there is."""
    if words[0] not in ("make", "gmake"):
        return []
    named, skip = [], False
    for word in words[1:]:
        if not skip and not word.startswith("-") and "=" not in word:
            named.append(word)
        skip = not skip and word in _VALUED
    return named or [""]


def makefile(look: Look) -> Makefile:
    """Return what `make` reads at the top of a repository."""
    return Makefile(*(text for _, text in look.texts(*TOP)))


@kept()
def targets(text: str) -> Iterator[Target]:
    """Yield the targets of a makefile in their order, each with its recipe."""
    current = Target((), (), 1, [])
    variables = dict(assigned(text))
    for number, line in joined(text):
        if line.startswith("\t"):
            body = line.lstrip("\t @-+")
            tolerated = "-" in line[: len(line) - len(body)]
            current.recipes.append(Recipe(number, expanded(body, variables).replace("$$", "$"), tolerated))
        elif (head := _head(line, number)) is not None:
            yield current
            current = head
    yield current


def assigned(text: str) -> Iterator[tuple[str, str]]:
    """Yield the variables that are set, with their values as written; what make would have to work out is left."""
    for line in text.splitlines():
        match = _ASSIGNED.match(line) if "=" in line[:LONGEST] and len(line) <= LONGEST else None
        if match is not None and not _WORKED_OUT.search(match[2]):
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


def _head(line: str, number: int) -> Target | None:
    """Read `targets: needs ; command`, or `.DEFAULT_GOAL := target`; None for any other line."""
    plain = line.replace("\\\r\n", " ").replace("\\\n", " ").partition("#")[0] if len(line) <= LONGEST else ""
    before, colon, after = plain.partition(":")
    if before.strip() == ".DEFAULT_GOAL":
        return None
    if not colon or "=" in before or after.lstrip(":").startswith("=") or not before.strip():
        return None
    needs, _, command = after.lstrip(":").partition(";")
    words = () if "=" in needs else tuple(word for word in needs.split() if word != "|" and "$" not in word)
    recipes = [Recipe(number, command.strip(" \t@-+"), tolerated=False)] if command.strip() else []
    return Target(tuple(before.split()), words, number, recipes)
