"""The shell that a repository holds: in workflows and actions, the Makefile, images, and scripts."""

from collections.abc import Iterator, Sequence
from itertools import islice
from posixpath import normpath
from typing import NamedTuple

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of
from scaffold.formats.regex import regex
from scaffold.guard.look import Look, once
from scaffold.guard.reached import reached
from scaffold.guard.readers.dockerfile import instructions
from scaffold.guard.readers.gitlab import pipelines
from scaffold.guard.readers.makefile import targets
from scaffold.guard.readers.places import DOCKERFILES, MAKEFILES, SCRIPTS
from scaffold.guard.readers.shell import SHELLS, Command, commands
from scaffold.guard.readers.workflow import Step, composite_steps

_SHEBANG = regex(r"#![^\n]{0,200}\b(?:ba|da|z|k|a)?sh\b")
_BLOCK = regex(r":[ \t]*+[|>][-+\d]*+[ \t]*+(?:#.*+)?$")
LONGEST = 2_000  # characters of a line that people wrote
MOST = 500  # scripts that call each other
CALLERS = SHELLS | {"source", "."}
_OTHER_SHELLS = ("python", "node", "perl", "pwsh", "powershell", "cmd")


class Script(NamedTuple):
    """A piece of shell, and the line that it begins on."""

    path: str
    line: int
    text: str

    def commands(self) -> Iterator[tuple[int, Command]]:
        """Yield its commands, each with its line in the file."""
        for command in commands(self.text):
            yield self.line + command.line, command


class Lines:
    """The lines of the files that are looked at, each split once."""

    def __init__(self, look: Look) -> None:
        """Take what the files are read by."""
        self._look = look
        self._lines: dict[str, Sequence[str]] = {}

    def of(self, path: str) -> Sequence[str]:
        """Return the lines of a file; none where it cannot be read."""
        if path not in self._lines:
            self._lines[path] = (self._look.text(path) or "").splitlines()
        return self._lines[path]

    def first(self, at: Located) -> int:
        """Return the line that a text in a YAML file begins on: the one below its key, where it is a block."""
        line, lines = line_of(at), self.of(at.file)
        return line + (line <= len(lines) and _BLOCK.search(lines[line - 1][-LONGEST:]) is not None)


def in_workflows(look: Look) -> Iterator[Script]:
    """Yield what the steps of workflows and of the repository's own actions run, where that is shell."""
    lines = Lines(look)
    for step in _steps(look):
        at, shell = below(step.at, "run"), step.at.data.get("shell")
        if at is not None and step.run and not (isinstance(shell, str) and shell.startswith(_OTHER_SHELLS)):
            yield Script(step.path, lines.first(at), step.run)


def _steps(look: Look) -> Iterator[Step]:
    for pipeline in pipelines(look):
        for job in pipeline.jobs:
            yield from job.steps
    yield from composite_steps(look)


def in_makefiles(look: Look) -> Iterator[Script]:
    """Yield the recipe lines of makefiles, those that go on together."""
    for path, text in look.texts(*MAKEFILES):
        for target in targets(text):
            yield from (Script(path, recipe.line, recipe.text) for recipe in target.recipes)


def in_images(look: Look) -> Iterator[Script]:
    """Yield what the RUN instructions of Dockerfiles run."""
    for path, text in look.texts(*DOCKERFILES):
        yield from (Script(path, one.line, one.script) for one in instructions(text) if one.script)


def in_files(look: Look) -> Iterator[Script]:
    """Yield the shell scripts: those in their usual places, and those that CI, make or an image calls."""
    for path in dict.fromkeys((*look.paths(*SCRIPTS), *_called(look))):
        script = _script(look, path)
        if path.endswith((".sh", ".bash")) or _SHEBANG.match(script.text):
            yield script


def _script(look: Look, path: str) -> Script:
    return Script(path, 1, (look.raw(path) or b"").decode(errors="replace"))


@once
def _called(look: Look) -> Iterator[str]:
    """Yield the files that are run by name, by what is run first or by each other."""
    first = (*in_workflows(look), *in_makefiles(look), *in_images(look))
    called = (path for script in first for path in _calls(look, script))
    return islice(reached(called, lambda path: _calls(look, _script(look, path))), MOST)


def _calls(look: Look, script: Script) -> Iterator[str]:
    for _, command in script.commands():
        words = command.words[1:3] if command.program in CALLERS else command.written[:1]
        paths = (normpath(word) for word in words if "/" in word or "." in word)
        yield from (path for path in paths if path in look)
