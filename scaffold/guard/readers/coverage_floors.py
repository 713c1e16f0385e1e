"""What tests must reach: the coverage that they fail under, and how strict they are run."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scaffold.formats.lookup import below, line_of
from scaffold.guard import floors as floors_
from scaffold.guard.look import Look
from scaffold.guard.readers.places import COMMANDS
from scaffold.guard.readers.scan import without_comments

CONFIGS = ("/vitest.config.*", "/vite.config.*", "/vitest.workspace.*", "/jest.config.*", "/.c8rc*")
LONGEST = 2_000  # characters of a line that people wrote
# A flag that sets a floor, the language that it is for, and the program that has to stand before it.
FLAGS = {
    "cov-fail-under": ("python", ""),
    "fail-under": ("python", "coverage"),
    "test-coverage-lines": ("typescript", ""),
    "lines": ("typescript", "c8"),
}
_FLAG = re.compile(rf"--({'|'.join(FLAGS)})[=\s]++(\d{{1,3}}(?:\.\d+)?)")
_THRESHOLDS = re.compile(r"\b(?:thresholds?|coverageThreshold)\b\s*+:\s*+\{([^}]*+)")
_LINES = re.compile(r"\b(?:lines|statements|100)\b[\"']?\s*+:\s*+(\d{1,3}|true)")


class Floor(NamedTuple):
    """A coverage that tests fail under, and where it is set."""

    percent: float
    path: str
    line: int
    key: str | None = None


def floors(look: Look, language: str) -> Iterator[Floor]:
    """Yield every floor that is set for a language."""
    yield from _in_commands(look, language)
    yield from (_python if language == "python" else _typescript)(look)


def _in_commands(look: Look, language: str) -> Iterator[Floor]:
    for path in look.paths(*COMMANDS):
        content = look.raw(path)
        if content is None or not any(f"--{flag}".encode() in content for flag in FLAGS):
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1):
            if not line.lstrip().startswith("#"):
                yield from (Floor(percent, path, number) for percent in _flags(line, language))


def _flags(line: str, language: str) -> Iterator[float]:
    """Yield the floors that a line of commands sets for a language."""
    for match in _FLAG.finditer(line) if len(line) <= LONGEST else ():
        whose, program = FLAGS[match[1]]
        if whose == language and program in line[: match.start()]:
            yield float(match[2])


def _python(look: Look) -> Iterator[Floor]:
    for tool, key in (("coverage", "report.fail_under"), ("pytest", "addopts")):
        settings = floors_.settings_of(look, tool)
        given = settings.get(key) if settings is not None else None
        if settings is None or given is None:
            continue
        place = settings.breach(key, "")
        number = [float(given)] if isinstance(given, int | float) else _flags(" ".join(floors_.texts(given)), "python")
        yield from (Floor(percent, str(place.path), place.line or 1, place.key) for percent in number)


def _typescript(look: Look) -> Iterator[Floor]:
    for path, text in look.texts(*CONFIGS):
        code = without_comments(text)
        for match in _THRESHOLDS.finditer(code):
            if found := _LINES.search(match[1]):
                percent = 100.0 if found[1] == "true" else float(found[1])
                yield Floor(percent, path, code.count("\n", 0, match.start(1) + found.start()) + 1)
    document = look.data("package.json")
    for key in ("lines", "statements"):
        at = below(document, "jest", "coverageThreshold", "global", key)
        if at is not None and isinstance(at.data, int | float):
            yield Floor(float(at.data), "package.json", line_of(at))
            return
