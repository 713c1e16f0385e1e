"""The languages that are really in a repository, by its files, and whether a blueprint allows them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from scaffold.formats.lookup import below, line_of
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.dockerfile import dockerfiles
from scaffold.guard.tables import table
from scaffold.tree import is_text

# What a team writes a service in, and not what merely describes or glues (Markdown, YAML, shell, SQL): by endings, and
# where the lowest version of it is named.
TABLE: Mapping[str, Mapping[str, Any]] = table("readers/languages")
ENDINGS: Mapping[str, Sequence[str]] = {language: said["endings"] for language, said in TABLE.items()}
LANGUAGES = {
    ending: language for language, said in TABLE.items() for ending in (*said["endings"], *said.get("also", ()))
}
INTERPRETERS = {said["interpreter"]: language for language, said in TABLE.items() if "interpreter" in said}
_SHEBANG = regex(rf"#![^\n]{{0,200}}?\b({'|'.join(INTERPRETERS)})[0-9.]*\b".encode())
_NUMBER = regex(r"\d{1,9}(?:\.\d{1,9})*")
LONGEST = 2_000  # characters of a line that people wrote


def endings(*languages: str) -> tuple[str, ...]:
    """Return the endings of some languages, each with its dot."""
    return tuple(f".{ending}" for language in languages for ending in ENDINGS[language])


class Floor(NamedTuple):
    """The lowest version of a language that a repository says it runs on, and where it says so."""

    version: Version
    path: str
    line: int


def found(look: Look, besides: Sequence[str] = ()) -> dict[str, str]:
    """Return the languages that are there, each with the first file of it; `besides` are patterns not looked at."""
    left_out = frozenset(look.paths(*besides))
    languages: dict[str, str] = {}
    for path in look.paths("*"):
        if path in left_out:
            continue
        name = path.rpartition("/")[2]
        language = LANGUAGES.get(name.rpartition(".")[2].lower()) if "." in name else _by_shebang(look, path)
        if language:
            languages.setdefault(language, path)
    return languages


def _by_shebang(look: Look, path: str) -> str | None:
    content = look.raw(path) if look.snapshot.modes[path] == "100755" else None
    match = _SHEBANG.match(content) if content and is_text(content) else None
    return INTERPRETERS[match[1].decode()] if match else None


def disallowed(look: Look, allowed: Mapping[str, str | None], besides: Sequence[str] = ()) -> Iterator[Found]:
    """Yield each language that is not allowed, and each that is below the versions allowed."""
    known = {name.lower(): versions for name, versions in allowed.items()}
    for language, path in found(look, besides).items():
        if language not in known:
            names = ", ".join(sorted(allowed)) or "none"
            yield Found(f"{language} is not a language that the blueprint allows ({names})", path)
        elif versions := known[language]:
            yield from _below(look, language, versions)


def _below(look: Look, language: str, versions: str) -> Iterator[Found]:
    try:
        wanted = SpecifierSet(versions)
    except (InvalidSpecifier, TypeError):
        yield Found(f"`{versions}` is no range of versions of {language}", known=False)
        return
    for floor in floors(look, language):
        if not wanted.contains(floor.version, prereleases=True):
            said = f"{TABLE[language].get('named', language)} {floor.version}"
            yield Found(f"{said} is outside the versions allowed, {versions}", floor.path, floor.line)


def floors(look: Look, language: str) -> Iterator[Floor]:
    """Yield the lowest versions of a language that manifests and images name."""
    said = TABLE.get(language, {})
    for path, *keys in said.get("manifests", ()):
        yield from _in_manifest(look, path, *keys)
    for path, pattern in said.get("lines", ()):
        yield from _in_lines(look, path, pattern)
    for file in dockerfiles(look) if "image" in said else ():
        for stage in file.stages:
            name, _, tag = (file.resolved(stage.base) or "").partition("@")[0].rpartition("/")[2].partition(":")
            if name == said["image"] and tag[:1].isdecimal() and (version := lowest(tag)):
                yield Floor(version, file.path, stage.line)


def _in_manifest(look: Look, path: str, *keys: str) -> Iterator[Floor]:
    there = below(look.data(path), *keys)
    if there is not None and isinstance(there.data, str | int | float) and (version := lowest(str(there.data))):
        yield Floor(version, path, line_of(there))


def _in_lines(look: Look, path: str, pattern: str) -> Iterator[Floor]:
    for number, line in enumerate((look.text(path) or "").splitlines() if path in look else (), start=1):
        match = re.match(pattern, line) if len(line) <= LONGEST else None
        if match and (version := lowest(match[1])):
            yield Floor(version, path, number)


def lowest(written: str) -> Version | None:
    """Return the lowest version that a range such as `>=3.11,<4` or `^20 || ^22` allows; None where nothing says so."""
    floors: list[Version] = []
    for choice in written.split("||"):
        spaced = re.sub(r"([<>=~^!])\s+", r"\1", choice)
        bounds = [version for part in re.split(r"[,\s]+", spaced) if (version := _bound(part))]
        if bounds:
            floors.append(max(bounds))
    return min(floors, default=None)


def _bound(part: str) -> Version | None:
    """Return the lowest version of one condition."""
    match = _NUMBER.search(part)
    if match is None or part.startswith(("<", "!")):
        return None
    numbers = [int(number) for number in match[0].split(".")[:4]]
    if part.startswith(">") and not part.startswith(">="):  # what is above 3.10 begins with 3.11
        numbers[-1] += 1
    return Version(".".join(map(str, numbers)))
