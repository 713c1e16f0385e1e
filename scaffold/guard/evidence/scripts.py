"""Where a repository holds shell: workflows and actions, the Makefile, images, and scripts."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of
from scaffold.guard.evidence.shell import Command, commands
from scaffold.guard.evidence.workflow import ACTIONS, WORKFLOWS, Step, all_steps
from scaffold.guard.look import Look

MAKEFILES = ("Makefile", "GNUmakefile", "Makefile.*", "*.mk")
DOCKERFILES = ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile", "!*.dockerignore")
SCRIPTS = ("*.sh", "*.bash", "/scripts/**", "/script/**", "/bin/**")
PLACES = (*WORKFLOWS, *ACTIONS, *MAKEFILES, *DOCKERFILES, *SCRIPTS)

_SHEBANG = re.compile(r"#![^\n]*\b(?:ba|da|z|k|a)?sh\b")
_BLOCK = re.compile(r":[ \t]*[|>][-+\d]*[ \t]*(?:#.*)?$")
_RUN = re.compile(r"[ \t]*RUN[ \t]+((?:--\S+[ \t]+)*)(.*)", re.IGNORECASE | re.DOTALL)
_HERE = re.compile(r"<<-?[\"']?(\w+)")
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


def in_step(step: Step, text: str | None) -> Script | None:
    """Return what a step runs, where that is shell; `text` is that of its file."""
    shell = step.at.data.get("shell")
    at = below(step.at, "run")
    if at is None or not step.run or (isinstance(shell, str) and shell.startswith(_OTHER_SHELLS)):
        return None
    return Script(step.path, first_line(at, text), step.run)


def first_line(at: Located, text: str | None) -> int:
    """Return the line that a text in a YAML file begins on: the one below its key, where it is a block."""
    line = line_of(at)
    lines = (text or "").splitlines()
    return line + (line <= len(lines) and _BLOCK.search(lines[line - 1]) is not None)


def in_workflows(look: Look) -> Iterator[Script]:
    """Yield what the steps of workflows and of the repository's own actions run."""
    for step in all_steps(look):
        if (script := in_step(step, look.text(step.path))) is not None:
            yield script


def in_makefiles(look: Look) -> Iterator[Script]:
    """Yield the recipe lines of makefiles, those that go on together."""
    for path, text in look.texts(*MAKEFILES):
        for line, recipe in recipes(text):
            yield Script(path, line, recipe)


def recipes(text: str) -> Iterator[tuple[int, str]]:
    """Yield the recipe lines of a makefile with their numbers."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        start = number
        while lines[number].rstrip("\r").endswith("\\") and number + 1 < len(lines):
            number += 1
        if lines[start].startswith("\t"):
            yield start + 1, "\n".join(lines[start : number + 1]).lstrip("\t @-+").replace("$$", "$")
        number += 1


def in_images(look: Look) -> Iterator[Script]:
    """Yield what the RUN instructions of Dockerfiles run."""
    for path, text in look.texts(*DOCKERFILES):
        lines = text.split("\n")
        number = 0
        while number < len(lines):
            start = number
            if _RUN.match(lines[number]):
                number, run = _instruction(lines, number)
                yield Script(path, start + 1, run)
            number += 1


def _instruction(lines: list[str], number: int) -> tuple[int, str]:
    """Return the last line of a RUN instruction, and its shell with as many lines before each command."""
    found = [lines[number]]
    while number + 1 < len(lines) and found[-1].rstrip().endswith("\\"):
        number += 1
        is_comment = lines[number].lstrip().startswith("#")
        found.append("\\" if is_comment else lines[number])
    match = _RUN.match("\n".join(found))
    body = match[2] if match else ""
    if here := _HERE.match(body):
        end = next((n for n in range(number + 1, len(lines)) if lines[n].strip() == here[1]), len(lines) - 1)
        return end, "\n".join(["", *lines[number + 1 : end]])
    if body.startswith("["):
        try:
            return number, " ".join(json.loads(body))
        except (ValueError, TypeError, RecursionError):
            return number, body
    return number, body


def in_files(look: Look) -> Iterator[Script]:
    """Yield the shell scripts."""
    for path in look.paths(*SCRIPTS):
        content = look.raw(path)
        text = content.decode(errors="replace") if content is not None else ""
        if path.endswith((".sh", ".bash")) or _SHEBANG.match(text):
            yield Script(path, 1, text)
