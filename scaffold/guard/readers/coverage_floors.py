"""What tests must reach: the coverage that they fail under, and how strict they are run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.inifile import ini
from scaffold.guard.readers.lint_floors import YES, at_key
from scaffold.guard.readers.places import COMMANDS
from scaffold.guard.readers.scan import without_comments

CONFIGS = ("/vitest.config.*", "/vite.config.*", "/vitest.workspace.*", "/jest.config.*", "/.c8rc*")
LONGEST = 2_000  # characters of a line that people wrote
MOST = 500  # patterns of what coverage leaves out
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
    document = look.data("pyproject.toml")
    if document is not None:
        at = below(document, "tool", "coverage", "report", "fail_under")
        if at is not None and isinstance(at.data, int | float):
            yield Floor(float(at.data), "pyproject.toml", line_of(at), "tool.coverage.report.fail_under")
        for keys in PYTEST:
            options = below(document, *keys, "addopts")
            for percent in _flags(_joined(options.data), "python") if options is not None else ():
                yield Floor(percent, "pyproject.toml", line_of(options or document), ".".join((*keys, "addopts")))
    for path, section in ((".coveragerc", "report"), ("setup.cfg", "coverage:report"), ("tox.ini", "coverage:report")):
        file = ini(look, path)
        written = file.settings(section).get("fail_under", "") if file is not None else ""
        if file is not None and re.fullmatch(r"\d{1,3}(?:\.\d+)?", written):
            yield Floor(float(written), path, file.line("fail_under"))
    for path, section in INIS:
        file = ini(look, path)
        for percent in _flags(file.settings(section).get("addopts", ""), "python") if file is not None else ():
            yield Floor(percent, path, file.line("addopts") if file is not None else 1)


PYTEST = (("tool", "pytest"), ("tool", "pytest", "ini_options"))
INIS = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))


def _joined(options: Any) -> str:
    return " ".join(_listed(options)) if isinstance(options, list) else str(options)


def _listed(given: Any) -> list[str]:
    return [str(one) for one in given] if isinstance(given, list) else []


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


def pytest(look: Look) -> Iterator[Found]:
    """Say where pytest lets mistakes in tests, or warnings, pass."""
    for path, section in INIS[:2]:
        if path in look:  # which wins over all else, even where it is empty
            file = ini(look, path)
            yield from _settings(file.settings(section) if file is not None else {}, (path, 1, None))
            return
    document = look.data("pyproject.toml")
    for way in PYTEST[::-1] if document is not None else ():
        settings = below(document, *way)
        if document is not None and settings is not None and isinstance(settings.data, Mapping):
            yield from _settings(settings.data, at_key("pyproject.toml", document, *way), document, way)
            return
    for path, section in INIS[2:]:
        file = ini(look, path)
        if file is not None and section in file.sections():
            yield from _settings(file.settings(section), (path, file.line(f"[{section}]"), None))
            return
    yield Found("pytest is not set up here", "pyproject.toml" if document is not None else None)


def _settings(
    given: Mapping[str, Any],
    place: tuple[str, int, str | None],
    document: Located | None = None,
    way: tuple[str, ...] = (),
) -> Iterator[Found]:
    options = _joined(given.get("addopts", ""))
    strict = _is_on(given.get("strict")) or _is_on(given.get("strict_markers"))
    if not strict and "--strict-markers" not in options and not re.search(r"--strict(?!-)", options):
        yield Found("pytest takes a misspelt marker for a new one: it is not strict", *place)
    warnings = given.get("filterwarnings", ())
    lines = warnings.splitlines() if isinstance(warnings, str) else _listed(warnings)
    if "error" not in [line.strip() for line in lines] and not re.search(r"-W\s*+error(?!\S)", options):
        at = at_key(place[0], document, *way, "filterwarnings") if document is not None else place
        yield Found("pytest lets warnings pass: they are no errors", *at)


def _is_on(given: Any) -> bool:
    return given is True or str(given).strip().lower() in YES


def left_out(look: Look, product: Sequence[str]) -> Iterator[Found]:
    """Say where coverage leaves out all of the product."""
    document = look.data("pyproject.toml")
    for section in ("run", "report"):
        at = below(document, "tool", "coverage", section, "omit")
        patterns = [str(one) for one in at.data] if at is not None and isinstance(at.data, list) else []
        files = [path for path in product if path.endswith(".py") and not path.endswith("__init__.py")]
        if at is None or not files or len(patterns) > MOST:
            continue
        if all(any(_omits(one, path) for one in patterns) for path in files):
            yield Found("coverage leaves all of the product out", at.file, line_of(at), f"tool.coverage.{section}.omit")


def _omits(pattern: str, path: str) -> bool:
    return fnmatchcase(path, pattern) or fnmatchcase(f"/{path}", pattern)
