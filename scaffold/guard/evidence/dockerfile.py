"""Dockerfiles as rules see them: stages, with their instructions and lines."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scaffold.guard.evidence.sources import is_aside, is_foreign
from scaffold.guard.look import Look

DOCKERFILES = (
    "Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "Containerfile", "Containerfile.*", "!*.dockerignore",
    "!*.md", "!*.jinja", "!*.j2", "!*.tmpl", "!*.sh",
)  # fmt: skip
_VARIABLE = re.compile(r"\$(?:\{(\w{1,80})(?::?[-+]([^}]{0,200}))?\}|(\w{1,80}))")
NESTED = 5  # arguments whose defaults name other arguments
_HEREDOC = re.compile(r"<<-?[\"']?(\w{1,80})[\"']?")


class Instruction(NamedTuple):
    """One instruction: its word in capitals, what follows on one line, and the line where it begins."""

    word: str
    value: str
    line: int


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
        missing = False
        left = NESTED

        def value(match: re.Match[str]) -> str:
            nonlocal missing
            given = known.get(match[1] or match[3]) or match[2]
            missing = missing or not given
            return given or ""

        while "$" in text and left and not missing:
            text, left = _VARIABLE.sub(value, text), left - 1
        return None if missing else text

    def stage(self, name: str) -> Stage | None:
        """Return the stage of that name or number."""
        if name.isdecimal():
            return self.stages[int(name)] if int(name) < len(self.stages) else None
        return next((stage for stage in self.stages if stage.name == name.lower()), None)


def dockerfiles(look: Look) -> Iterator[Dockerfile]:
    """Yield each Dockerfile that builds something from an image."""
    for path in look.paths(*DOCKERFILES):
        text = look.text(path) if not is_aside(path) and not is_foreign(path) else None
        if text is not None and (found := parse(text, path)).stages:
            yield found


def parse(text: str, path: str) -> Dockerfile:
    """Split a Dockerfile into stages; what is before the first stage and is no argument, is left out."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for instruction in _instructions(text):
        if instruction.word == "FROM":
            words = [word for word in instruction.value.split() if not word.startswith("--")]
            name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""  # noqa: PLR2004 - image AS name
            stages.append(Stage(words[0] if words else "", name, instruction.line, ()))
        elif stages:
            stages[-1] = stages[-1]._replace(instructions=(*stages[-1].instructions, instruction))
        elif instruction.word == "ARG":
            given, _, default = instruction.value.partition("=")
            arguments[given.strip()] = default.strip().strip("\"'")
    return Dockerfile(path, tuple(stages), arguments)


def _instructions(text: str) -> Iterator[Instruction]:
    until = ""  # the word that ends a here-document
    joined: list[str] = []
    begun = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if until:
            until = "" if line == until else until
            continue
        if not line or line.startswith("#"):
            continue
        if not joined:
            begun = number
        joined.append(line.removesuffix("\\").rstrip("`") if line.endswith(("\\", "`")) else line)
        if line.endswith(("\\", "`")):
            continue
        if heredoc := _HEREDOC.search(line):
            until = heredoc[1]
        word, _, value = " ".join(joined).partition(" ")
        yield Instruction(word.upper(), value.strip(), begun)
        joined = []
    if joined:
        word, _, value = " ".join(joined).partition(" ")
        yield Instruction(word.upper(), value.strip(), begun)
