"""The commands that CI runs, with those that a make target, a script or a runner of tasks stands for."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from scaffold.formats.lookup import mapping, value
from scaffold.formats.regex import regex
from scaffold.guard.code.scopes import walk
from scaffold.guard.look import Look, once
from scaffold.guard.reached import reached
from scaffold.guard.readers.gitlab import pipelines
from scaffold.guard.readers.makefile import Makefile, made_by, makefile
from scaffold.guard.readers.places import OTHER_CI, SCRIPTS, TASKS
from scaffold.guard.readers.shell import SHELLS, Command, commands
from scaffold.guard.readers.workflow import Job, is_false, steps_of

LONGEST = 2_000  # characters of a line that people wrote
MOST = 500  # scripts of a package.json that a pattern is asked about
# What stands before a command in YAML, an INI file or a justfile.
_BEFORE = regex(r"[ \t]*+(?:-[ \t]++)?(?:[\w-]++:[ \t]++|[\w-]++[ \t]*+=[ \t]*+)?[@\"']?(?:\{\{[^{}]*+\}\}[ \t]*+)?")
_OF_NPM = frozenset({"npm", "pnpm", "yarn", "bun"})
_SEVERAL = frozenset({"npm-run-all", "run-s", "run-p"})


@once
def run_by_ci(look: Look) -> Iterator[Command]:
    """Yield every command that CI runs; what may fail without anybody noticing is left out."""
    return _followed(look, _started(look))


@once
def run_by_gates(look: Look) -> Iterator[Command]:
    """Yield those that are run by workflows which the blueprint gave."""
    given = (one for one in pipelines(look) if one.path in look.lock.files)
    return _followed(look, (command for one in given for job in one.jobs for command in _of_job(look, job)))


def _followed(look: Look, started: Iterator[Command]) -> Iterator[Command]:
    stands_for = _StandsFor(look)
    held = (one for one in started if not one.tolerated)
    return reached(held, lambda command: (one for one in stands_for(command) if not one.tolerated))


def _started(look: Look) -> Iterator[Command]:
    found = pipelines(look)
    for _, text in look.texts(*OTHER_CI) if not found else ():
        yield from _in_lines(text)
    for pipeline in found:
        for job in pipeline.jobs:
            yield from _of_job(look, job)


def _of_job(look: Look, job: Job) -> Iterator[Command]:
    if job.is_tolerated or is_false(job.condition):
        return
    for step in steps_of(look, job):
        if not step.is_tolerated and not is_false(step.at.data.get("if")):
            yield from commands(step.run)


def _in_lines(text: str) -> Iterator[Command]:
    """Yield the commands of a file in which they are mostly one a line."""
    for line in text.splitlines():
        if len(line) <= LONGEST:
            yield from commands(_BEFORE.sub("", line, count=1).strip("\"' \t"))


@dataclass
class _StandsFor:
    """Says what a command runs in turn."""

    look: Look
    done: set[str] = field(default_factory=set)

    def __call__(self, command: Command) -> Iterator[Command]:
        """Yield what a command stands for."""
        for at, name in command.names():
            words = (name, *command.words[at + 1 :])
            for target in made_by(words):
                goal = target or self._make.goal
                if self._is_new(f"make {goal}"):
                    yield from (Command(("make", one), 0) for one in self._make.needs(goal))
                    yield from self._make.commands(goal)
            if name in TASKS:
                yield from self._tasks(name)
            elif name in ("poe", "poethepoet"):
                yield from self._poe(next((word for word in words[1:] if not word.startswith("-")), ""))
            elif name in _OF_NPM or name in _SEVERAL:
                yield from self._npm(words)
        yield from self._script(command)

    def _is_new(self, what: str) -> bool:
        """Whether this is the first time that something stands for its commands."""
        is_new = what not in self.done
        self.done.add(what)
        return is_new

    @cached_property
    def _make(self) -> Makefile:
        return makefile(self.look)

    @cached_property
    def _scripts(self) -> dict[str, str]:
        return {path.rpartition("/")[2]: path for path in self.look.paths(*SCRIPTS)}

    def _script(self, command: Command) -> Iterator[Command]:
        """Yield what a script of the repository runs, called by itself or by a shell."""
        named = command.words[1:2] if command.program in SHELLS else command.words[:1]
        path = self._scripts.get(named[0].rpartition("/")[2]) if named else None
        if path is not None and self._is_new(path):
            yield from commands((self.look.raw(path) or b"").decode(errors="replace"))

    def _npm(self, words: tuple[str, ...]) -> Iterator[Command]:
        scripts = mapping(value(self.look.data("package.json"), "scripts"))
        operands = [word for word in words[1:] if not word.startswith("-")]
        for verb in ("run", "run-script"):
            operands = operands[operands.index(verb) + 1 :] if verb in operands else operands
        for name in operands if words[0] in _SEVERAL else operands[:1]:
            if self._is_new(f"npm {name}"):
                several = "*" in name and len(scripts) <= MOST
                named = [one for one in scripts if fnmatchcase(str(one), name)] if several else [name]
                for one in (f"{before}{script}" for script in named for before in ("pre", "", "post")):
                    yield from commands(str(scripts.get(one, "")))

    def _poe(self, name: str) -> Iterator[Command]:
        task = value(self.look.data("pyproject.toml"), "tool", "poe", "tasks", name)
        waiting = [task] if self._is_new(f"poe {name}") else []
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                yield from commands(one)
                if re.fullmatch(r"[\w:.-]+", one):
                    yield Command(("poe", one), 0)
            elif isinstance(one, list):
                waiting += one
            elif isinstance(one, dict):
                waiting += [
                    inner for key, inner in one.items() if key in ("cmd", "shell", "sequence", "ref", "parallel")
                ]

    def _tasks(self, runner: str) -> Iterator[Command]:
        for path, text in self.look.texts(*TASKS[runner]) if self._is_new(runner) else ():
            if path.endswith(".py"):
                yield from _of_sessions(self.look.python(path))
            else:
                yield from _in_lines(text)


def _of_sessions(tree: ast.Module | None) -> Iterator[Command]:
    """Yield what nox runs: the texts that its sessions are given."""
    for node in walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.startswith("run"):
            words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if words:
                yield Command(tuple(words), 0)
