"""All code of a project held against all patterns, once for all rules."""

from collections.abc import Iterable, Iterator, Mapping

from scaffold.formats.regex import regex
from scaffold.guard.code.braces import Braces
from scaffold.guard.code.facts import Source
from scaffold.guard.code.patterns import Pattern, matches, needles, wanted
from scaffold.guard.code.python import Python
from scaffold.guard.code.settings import Settings
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_aside, is_foreign
from scaffold.guard.readers.languages import ENDINGS
from scaffold.guard.readers.places import PLACES
from scaffold.guard.readers.scan import Flavour, without_prose

SCANNED: Mapping[Flavour, tuple[str, ...]] = {
    "python": ("python",), "script": ("typescript", "javascript"), "go": ("go",), "java": ("java", "kotlin"),
}  # fmt: skip
FLAVOURS: dict[str, Flavour] = {
    ending: flavour for flavour, names in SCANNED.items() for name in names for ending in ENDINGS[name]
}
FLAVOURS["gradle"] = "java"
CODE = tuple(f"*.{ending}" for ending in FLAVOURS)
_SHEBANG = regex(rb"#![^\n]{0,200}?\b(python|node|deno|bun)[0-9.]*\b")
MOST = 100  # findings of a rule in a file


def code(look: Look, *languages: str) -> tuple[str, ...]:
    """Return the files of the service's own code in some languages, tests and what is brought in left out."""
    patterns = tuple(f"*.{ending}" for language in languages for ending in ENDINGS[language])
    return tuple(path for path in look.paths(*patterns) if not is_aside(path) and not is_foreign(path))


def holding(look: Look, paths: Iterable[str], *needles: bytes) -> Iterator[str]:
    """Yield the paths of text files that hold one of the needles: the cheap look before the real one."""
    for path in paths:
        content = look.raw(path)
        if content is not None and any(needle in content for needle in needles):
            yield path


def in_code(look: Look, rule: str) -> tuple[Found, ...]:
    """Return what the patterns of a rule find."""
    return tuple(look.once(_all).get(rule, ()))


def sources(look: Look) -> Mapping[str, Flavour]:
    """Return the flavour of each file of the product's own code, those that only their first line tells among them."""
    return look.once(_sources)


def _sources(look: Look) -> dict[str, Flavour]:
    endings = {path: path.rpartition(".")[2] for path in look.paths(*CODE)}  # what is in a folder `x.js` among them
    paths = {path: FLAVOURS[ending] for path, ending in endings.items() if ending in FLAVOURS}
    for path, mode in look.snapshot.modes.items():
        if mode == "100755" and "." not in path.rpartition("/")[2]:
            match = _SHEBANG.match((look.raw(path) or b"")[:300])
            paths |= {path: "python" if match[1] == b"python" else "script"} if match else {}
    return {path: one for path, one in paths.items() if not is_aside(path) and not is_foreign(path)}


def _all(look: Look) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {}
    modules = _Modules(look)
    for path, language in sources(look).items():
        if modules.may_match(path, language):
            for rule, one in _of_file(modules.source(path, language), language, look, path):
                found.setdefault(rule, []).append(one)
    for path in look.paths(*PLACES["settings"]):
        if not is_aside(path) and not is_foreign(path) and modules.may_match(path, "settings"):
            for rule, one in _of_file(modules.source(path, "settings"), "settings", look, path):
                found.setdefault(rule, []).append(one)
    modules.forget()
    return found


def _of_file(source: Source | None, language: str, look: Look, path: str) -> Iterator[tuple[str, Found]]:
    """Yield what is found in one file: each thing once a line, what cannot be told once a file and rule."""
    seen: set[object] = set()
    text = look.text(path) or ""
    lines = text.split("\n")
    for pattern, one in matches(source, language, text) if source is not None else ():
        once: object = (pattern.rule, one.message) if "once" in pattern.said else (pattern.rule, one.message, one.line)
        once = once if one.known else pattern.rule
        line = lines[(one.line or 1) - 1] if (one.line or 1) <= len(lines) else ""
        if once not in seen and len(seen) < MOST and _is_for(pattern, path, line):
            seen.add(once)
            yield pattern.rule, one._replace(path=path)


def _is_for(pattern: Pattern, path: str, line: str) -> bool:
    """Whether a pattern is about such a file, and the line does not say why it is none."""
    asked, others, said = (pattern.regex(key) for key in ("files", "not_files", "not_line"))
    return (not asked or asked.search(path) is not None) and not (
        (others and others.search(path)) or (said and said.search(line))
    )


class _Modules:
    """The sources of a project, each read when it is asked for."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._read: dict[str, Source | None] = {}
        self._paths: dict[str, list[str]] = {}
        for path in look.paths("*.py"):
            name = path.removesuffix(".py").removesuffix("/__init__")
            self._paths.setdefault(name.rpartition("/")[2], []).append(name)

    def may_match(self, path: str, language: str) -> bool:
        """Whether patterns may match a file: in Python what a text holds counts in prose too, and a name in code."""
        content = self._look.raw(path) or b""
        if not needles(language).stand_in(content):
            return False
        code = without_prose(content.decode("latin-1")).encode("latin-1") if language == "python" else content
        return needles(language, in_texts=True).stand_in(content) or needles(language, in_texts=False).stand_in(code)

    def forget(self) -> None:
        """Let go of all that was read."""
        for one in self._read.values():
            if isinstance(one, Python):
                one.forget()
        self._read.clear()

    def source(self, path: str, language: str) -> Source | None:
        if path not in self._read:
            self._read[path] = None  # modules import each other in circles
            self._read[path] = self._python(path) if language == "python" else self._tokens(path, language)
        return self._read[path]

    def _tokens(self, path: str, language: str) -> Braces | Settings | None:
        text = self._look.text(path)
        if text is None:
            return None
        flavour = sources(self._look).get(path)
        return Braces(text, flavour, wanted(flavour)) if flavour and language != "settings" else Settings(text)

    def _python(self, path: str) -> Source | None:
        tree = self._look.python(path)
        if tree is not None:
            return Python(tree, wanted("python"), lambda name: self._module(name, path))
        read = self._tokens(path, "python")
        if isinstance(read, Braces) and read.tokens.is_whole:
            self._look.unread.pop(path, None)
        return read

    def _module(self, name: str, path: str) -> Python | None:
        """Return a module of the project by its name, which may be relative to the path of what imports it."""
        way = name.lstrip(".").replace(".", "/")
        level = len(name) - len(name.lstrip("."))
        folder = "/".join(path.split("/")[:-level]) if level else ""
        for one in self._paths.get(way.rpartition("/")[2], ()):
            if one == f"{folder}/{way}".strip("/") or (not level and one.endswith(f"/{way}")):
                there = next(file for file in (f"{one}.py", f"{one}/__init__.py") if file in self._look)
                found = self.source(there, "python")
                return found if isinstance(found, Python) else None
        return None
