"""Dockerfiles as rules see them: stages, with their instructions and lines."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scaffold.formats.regex import regex
from scaffold.guard.kept import kept
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_aside, is_foreign
from scaffold.guard.readers.places import DOCKERFILES

NESTED = 5  # arguments whose defaults name other arguments
LONGEST = 2_000  # characters that an argument comes to
_VARIABLE = regex(r"\$(?:\{(\w{1,80})(?::?[-+]([^}$]{0,200}+))?\}|(\w{1,80}))")
_HEREDOC = regex(r"(?:^|(?<=\s))<<-?[\"']?([A-Za-z_]\w{0,80})[\"']?")
_OPTIONS = regex(r"(?:--\S++\s++)++")


class Instruction(NamedTuple):
    """One instruction: its word in capitals, what follows on one line, and the line where it begins.

    `script` is what a RUN gives to a shell, on as many lines as it stands on.
    """

    word: str
    value: str
    line: int
    script: str = ""


class Stage(NamedTuple):
    """One stage: the image or stage that it begins from as written, its own name, and its instructions."""

    base: str
    name: str
    line: int
    instructions: tuple[Instruction, ...]


class Dockerfile(NamedTuple):
    """A Dockerfile: its stages, and the defaults of the arguments before the first."""

    path: str
    stages: tuple[Stage, ...]
    arguments: Mapping[str, str]

    def resolved(self, text: str, more: Mapping[str, str] | None = None) -> str | None:
        """Put in the defaults of arguments; None where one has none, so that only the build knows."""
        known = {**self.arguments, **(more or {})}
        for _ in range(NESTED):
            if not all(_value(known, match) for match in _VARIABLE.finditer(text)):
                return None
            text = _VARIABLE.sub(lambda match: _value(known, match), text)
            if len(text) > LONGEST:
                return None
        return text

    def lineage(self, stage: Stage) -> Iterator[Stage]:
        """Yield a stage, and those above it that it begins from, as far as an image."""
        yield stage
        base = self.resolved(stage.base) or stage.base
        for one in reversed(self.stages):
            if one.line < stage.line and one.name and one.name == base.lower():
                yield one
                base = self.resolved(one.base) or one.base

    def stage(self, name: str) -> Stage | None:
        """Return the stage of that name or number."""
        if name.isdecimal() and len(name) < NESTED:
            return self.stages[int(name)] if int(name) < len(self.stages) else None
        return next((stage for stage in self.stages if stage.name == name.lower()), None)


def _value(known: Mapping[str, str], match: re.Match[str]) -> str:
    return known.get(match[1] or match[3]) or match[2] or ""


def dockerfiles(look: Look) -> Iterator[Dockerfile]:
    """Yield each Dockerfile that builds something from an image."""
    for path in look.paths(*DOCKERFILES):
        text = look.text(path) if not is_aside(path) and not is_foreign(path) else None
        if text is not None and (found := parse(text, path)).stages:
            yield found


def parse(text: str, path: str) -> Dockerfile:
    """Split a Dockerfile into stages; what is before the first stage and is no argument, is left out."""
    arguments: dict[str, str] = {}
    stages: list[tuple[Stage, list[Instruction]]] = []
    for instruction in instructions(text):
        if instruction.word == "FROM":
            words = [word for word in instruction.value.split() if not word.startswith("--")]
            name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""  # noqa: PLR2004 - image AS name
            stages.append((Stage(words[0] if words else "", name, instruction.line, ()), []))
        elif stages:
            stages[-1][1].append(instruction)
        elif instruction.word == "ARG":
            given, _, default = instruction.value.partition("=")
            arguments[given.strip()] = default.strip().strip("\"'")
    return Dockerfile(path, tuple(stage._replace(instructions=tuple(inner)) for stage, inner in stages), arguments)


@kept()
def instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile in their order."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        begun, joined, shell, goes_on = number, list[str](), list[str](), True
        while goes_on and number < len(lines):
            line = lines[number].strip()
            number += 1
            is_comment = not line or line.startswith("#")
            goes_on = bool(joined) if is_comment else line.endswith(("\\", "`"))
            shell.append("\\" if is_comment else line)
            if not is_comment:
                joined.append(line.removesuffix("\\").rstrip("`") if goes_on else line)
        if joined:
            number, body = _here_documents(lines, number, joined[-1])
            word, value = (*" ".join(joined).split(maxsplit=1), "")[:2]
            script = _script("\n".join(shell), body) if word.upper() == "RUN" else ""
            yield Instruction(word.upper(), value.strip(), begun + 1, script)


def _here_documents(lines: list[str], number: int, last: str) -> tuple[int, list[str]]:
    """Return where the next instruction begins, and the lines of the here-documents in between."""
    start = number
    for tag in _HEREDOC.findall(last):
        while number < len(lines) and lines[number].strip() != tag:
            number += 1
        number = min(number + 1, len(lines))
    return number, lines[start:number]


def _script(text: str, body: list[str]) -> str:
    """Return the shell of a RUN, whose text and here-documents are given."""
    run = text[len("RUN") :].lstrip(" \t")
    options = _OPTIONS.match(run)
    shell = ("\n" * options[0].count("\n") if options else "") + run[options.end() if options else 0 :]
    if _HEREDOC.match(shell.lstrip()):  # with nothing before it, the document is the script
        return "\n".join(["", *body[:-1]])
    if body:
        return "\n".join([shell, *body])
    if shell.startswith("["):
        try:
            return " ".join(json.loads(shell.replace("\\\n", "\n")))
        except (ValueError, TypeError, RecursionError):
            return shell
    return shell
