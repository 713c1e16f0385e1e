"""The languages that are really in a repository, by its files, and whether a blueprint allows them."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.rule import CannotTell
from scaffold.guard.workflow import below, line_of
from scaffold.tree import is_text

# By ending: what a team writes a service in, and not what merely describes or glues (Markdown, YAML, shell, SQL).
ENDINGS = {
    "python": ("py", "pyi", "pyx"), "typescript": ("ts", "tsx", "mts", "cts"),
    "javascript": ("js", "jsx", "mjs", "cjs"), "go": ("go",), "java": ("java",), "kotlin": ("kt", "kts"),
    "scala": ("scala",), "groovy": ("groovy",), "rust": ("rs",), "c": ("c",), "c++": ("cc", "cpp", "cxx", "hpp"),
    "c#": ("cs",), "f#": ("fs",), "ruby": ("rb",), "php": ("php",), "perl": ("pl", "pm"), "swift": ("swift",),
    "dart": ("dart",), "elixir": ("ex", "exs"), "erlang": ("erl",), "haskell": ("hs",), "clojure": ("clj", "cljs"),
    "lua": ("lua",), "r": ("r",), "julia": ("jl",), "zig": ("zig",), "powershell": ("ps1",), "visual basic": ("vb",),
    "cobol": ("cbl", "cob"),
}  # fmt: skip
LANGUAGES = {ending: language for language, endings in ENDINGS.items() for ending in endings}
INTERPRETERS = {"python": "python", "node": "javascript", "ruby": "ruby", "perl": "perl", "php": "php", "lua": "lua"}
_SHEBANG = re.compile(rb"#![^\n]*?\b(python|node|ruby|perl|php|lua)[0-9.]*\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")


class Floor(NamedTuple):
    """The lowest version of a language that a repository says it runs on, and where it says so."""

    version: Version
    path: str
    line: int


def found(look: Look) -> dict[str, str]:
    """Return the languages that are there, each with the first file of it."""
    languages: dict[str, str] = {}
    for path in look.paths("*"):
        ending = path.rpartition("/")[2].rpartition(".")[2].lower()
        language = LANGUAGES.get(ending) if "." in path.rpartition("/")[2] else _by_shebang(look, path)
        if language:
            languages.setdefault(language, path)
    return languages


def _by_shebang(look: Look, path: str) -> str | None:
    content = look.raw(path) if look.snapshot.modes[path] == "100755" else None
    match = _SHEBANG.match(content) if content and is_text(content) else None
    return INTERPRETERS[match[1].decode()] if match else None


def disallowed(look: Look, allowed: Mapping[str, str | None]) -> Iterator[Found]:
    """Yield each language that is not allowed, and each that is below the versions allowed."""
    for language, path in found(look).items():
        if language not in allowed:
            known = ", ".join(sorted(allowed))
            yield Found(f"{language} is not a language that the blueprint allows ({known})", path)
        elif versions := allowed[language]:
            yield from _below(look, language, versions)


def _below(look: Look, language: str, versions: str) -> Iterator[Found]:
    try:
        wanted = SpecifierSet(versions)
    except InvalidSpecifier as error:
        raise CannotTell(f"`{versions}` is no range of versions") from error
    for floor in floors(look, language):
        if not wanted.contains(floor.version, prereleases=True):
            yield Found(
                f"{language} {floor.version} is outside the versions allowed, {versions}", floor.path, floor.line
            )


def floors(look: Look, language: str) -> Iterator[Floor]:
    """Yield the lowest versions of a language that manifests name."""
    keys = {
        "python": (("pyproject.toml", ("project", "requires-python")),),
        "typescript": (("package.json", ("engines", "node")),),
        "javascript": (("package.json", ("engines", "node")),),
    }.get(language, ())
    for path, way in keys:
        document = look.data(path)
        there = below(document, *way) if document is not None else None
        if there is not None and (version := _lowest(str(there.data))):
            yield Floor(version, path, line_of(there))
    if language == "python" and (text := look.text(".python-version")) and (version := _lowest(text)):
        yield Floor(version, ".python-version", 1)
    if language == "go":
        yield from _in_lines(look, "go.mod", r"^go\s+(\S+)")
    if language == "java":
        yield from _in_lines(look, "pom.xml", r"<(?:maven\.compiler\.release|java\.version|release)>\s*([\d.]+)")


def _in_lines(look: Look, path: str, pattern: str) -> Iterator[Floor]:
    for number, line in enumerate((look.text(path) or "").splitlines(), start=1):
        match = re.search(pattern, line)
        if match and (version := _lowest(match[1])):
            yield Floor(version, path, number)


def _lowest(written: str) -> Version | None:
    """Return the lowest version that a range such as `>=3.11,<4` or `^20 || ^22` allows."""
    numbers = []
    for part in re.split(r"[,|\s]+", re.sub(r"([<>=~^!])\s+", r"\1", written)):
        match = _NUMBER.search(part)
        if match and not part.startswith(("<", "!")):
            try:
                numbers.append(Version(match[0]))
            except InvalidVersion:
                continue
    return min(numbers, default=None)
