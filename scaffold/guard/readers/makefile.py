"""Makefiles as rules see them: what each target needs and runs."""

from collections.abc import Iterator
from typing import NamedTuple

from scaffold.guard.kept import kept
from scaffold.guard.look import Look
from scaffold.guard.reached import reached
from scaffold.guard.readers.make_lines import assigned, expanded, lines
from scaffold.guard.readers.places import PLACES
from scaffold.guard.readers.shell import Command, commands

TOP = PLACES["top makefiles"]
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
    for line in lines(text):
        if line.text.startswith("\t"):
            body = line.text.lstrip("\t @-+")
            tolerated = "-" in line.text[: len(line.text) - len(body)]
            current.recipes.append(Recipe(line.number, expanded(body, variables).replace("$$", "$"), tolerated))
        elif line.kind in ("rule", "special", "unknown") and not line.variable:
            yield current
            needs, _, command = line.value.lstrip(":").partition(";")
            words = tuple(word for word in needs.split() if word != "|" and "$" not in word)
            recipes = [Recipe(line.number, command.strip(" \t@-+"), tolerated=False)] if command.strip() else []
            current = Target(line.names, words, line.number, recipes)
    yield current
