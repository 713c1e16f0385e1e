"""Where a source tells a tool to look away, for which rule, and for what reason."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scaffold.guard.kept import Kept
from scaffold.guard.readers.languages import endings
from scaffold.guard.readers.scan import Flavour, Token, tokens

ENDINGS = endings("python", "typescript", "javascript", "go", "java", "kotlin")


class Suppression(NamedTuple):
    """One place where a tool is told to look away; `marker` is how it is told.

    `whole` is for a whole file. `rules` are those that it names, and `reason` says that it gives one.
    """

    marker: str
    line: int
    rules: tuple[str, ...]
    reason: bool
    whole: bool = False


class Comment(NamedTuple):
    """A comment, whether it has the line to itself, what was said right above, and whether it is before all code."""

    text: str
    line: int
    alone: bool
    above: str
    first: bool = False


class _Form(NamedTuple):
    """How a tool is told: where the pattern ends, its rules begin; `nameless` tells all rules at once by design."""

    marker: str
    pattern: re.Pattern[str]
    rules: re.Pattern[str]
    whole: bool = False
    nameless: bool = False


def _form(marker: str, pattern: str, rules: str, *, whole: bool = False, nameless: bool = False) -> _Form:
    return _Form(marker, re.compile(pattern, re.IGNORECASE), re.compile(rules), whole, nameless)


_BRACKETS = r"\s*\[([\w\s,.-]*)\]"
_CODES = r"\s*:\s*([A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)"
_PYTHON = (
    _form("# ruff: noqa", r"#\s*ruff\s*:\s*noqa", _CODES, whole=True),
    _form("# flake8: noqa", r"#\s*flake8[:=]\s*noqa", _CODES, whole=True),
    _form("# noqa", r"#\s*noqa\b", _CODES),
    _form("# mypy: ignore-errors", r"#\s*mypy:\s*ignore[-_]errors\b(?!\s*=\s*false)", r"(?!)", whole=True),
    _form("# type: ignore", r"#\s*type:\s*ignore", _BRACKETS),
    _form("# pyright: ignore", r"#\s*pyright:\s*ignore", _BRACKETS),
    _form("# pyright: basic", r"#\s*pyright:\s*(?:basic|standard)\b", r"(?!)", whole=True),
    _form("# ty: ignore", r"#\s*ty:\s*ignore", _BRACKETS),
    _form("# pyrefly: ignore", r"#\s*pyrefly:\s*ignore", _BRACKETS),
    _form("# nosec", r"#\s*nosec\b", r"\s*:?\s*(B[0-9]{3}(?:[\s,]+B[0-9]{3})*|[a-z]+(?:_[a-z0-9]+)+)"),
    _form("# pylint: skip-file", r"#\s*pylint:\s*skip-file", r"(?!)", whole=True),
    _form("# pylint: disable", r"#\s*pylint:\s*disable(?:-next)?", r"\s*=\s*(?!all\b)([\w-]+(?:\s*,\s*[\w-]+)*)"),
)
_NAMES = r"\s+((?!--)[@\w/-]+(?:\s*,\s*[@\w/-]+)*)"
_BRACED = (
    _form("eslint-disable", r"^/\*\s*eslint-disable(?!-)", _NAMES, whole=True),
    _form("eslint-disable-line", r"^/[/*]\s*eslint-disable-(?:next-)?line\b", _NAMES),
    _form("oxlint-disable", r"^/[/*]\s*oxlint-disable(?:-(?:next-)?line)?\b", _NAMES),
    _form("biome-ignore-all", r"^/[/*]\s*biome-ignore-all\b", r"\s+([\w/]+/[\w/]+)", whole=True),
    _form("biome-ignore", r"^/[/*]\s*biome-ignore\b(?:-start|-end)?", r"\s+([\w/]+)"),
    _form("@ts-nocheck", r"^/[/*]\s*@ts-nocheck\b", r"(?!)", whole=True),
    _form("@ts-ignore", r"^/[/*]+\s*@ts-ignore\b", r"(?!)", nameless=True),
    _form("@ts-expect-error", r"^/[/*]+\s*@ts-expect-error\b", r"(?!)", nameless=True),
    _form("NOSONAR", r"^/[/*]\s*NOSONAR\b", r"\(([\w:, ]+)\)", nameless=True),
)
_GO = (
    _form("//nolint", r"^//\s?nolint\b", r":((?!all\b)[\w-]+(?:,[\w-]+)*)"),
    _form("#nosec", r"^//\s*#nosec\b", r"\s*(G[0-9]{3}(?:[\s,]+G[0-9]{3})*)"),
    _form("//lint:file-ignore", r"^//lint:file-ignore\b", r"\s+([A-Z]+[0-9]+\*?(?:,[A-Z]+[0-9]+)*)"),
    _form("//lint:ignore", r"^//lint:ignore\b", r"\s+([A-Z]+[0-9]+\*?(?:,[A-Z]+[0-9]+)*)"),
)
NEEDLES = (
    b"noqa", b"ignore", b"nosec", b"pylint", b"pyright", b"-disable", b"@ts-", b"nosonar", b"nolint", b"lint:",
    b"@suppress",
)  # fmt: skip
_HINT = re.compile(
    r"noqa|type:\s*ignore|nosec|pylint:|pyright:|ty:\s*ignore|pyrefly:|ignore[-_]errors"
    r"|eslint-disable|oxlint-disable|biome-ignore|@ts-|NOSONAR|nolint|lint:",
    re.IGNORECASE,
)
_ANNOTATION = re.compile(r"@Suppress(?:Warnings)?\b")
_WORDS = re.compile(r"[^\W\d_]{2,}")
FEWEST_WORDS = 2  # that a reason has
KEPT = 300  # characters of the comments above that are looked at for one
# Whatever is left open reaches to the end of the line, or of the file, so that nothing is looked at twice.
_PYTHON_TOKEN = re.compile(
    r'''(\#[^\n]*)|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:""")?|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?'''
    r"""|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:''')?|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?""",
    re.DOTALL,
)
_FOUND: Kept[tuple[Suppression, ...]] = Kept(10_000_000)


def found(content: bytes, ending: str) -> tuple[Suppression, ...]:
    """Return all suppressions of a source, whatever it is."""
    low = content.lower()
    if not any(needle in low for needle in NEEDLES):
        return ()
    return _FOUND.get(content, lambda: _found(content.decode("utf-8-sig", errors="replace"), ending), ending)


def _found(source: str, ending: str) -> tuple[Suppression, ...]:
    forms = _PYTHON if ending in (".py", ".pyi") else _GO if ending == ".go" else _BRACED
    annotated = _annotated(source) if ending in (".java", ".kt") else ()
    return (*_of_comments(comments(source, ending), forms), *annotated)


def comments(source: str, ending: str) -> Iterator[Comment]:
    """Yield the comments of a source, valid or not; what looks like one inside a text is none."""
    above, ended, line, done, last, first = "", -1, 1, 0, 0, True
    for start, text, end in _pieces(source, ending):
        line += source.count("\n", done, start)
        first = first and text is not None and not source[last:start].strip()
        done, last = start, end
        if text is None:  # a string
            continue
        alone = not source[source.rfind("\n", 0, start) + 1 : start].strip()
        before = above if ended == line - 1 else ""
        yield Comment(text, line, alone, before, first)
        if alone:
            above, ended = _said_above(before, text), line + text.count("\n")


def _pieces(source: str, ending: str) -> Iterator[tuple[int, str | None, int]]:
    """Yield where comments and strings are, and perhaps more; the text of comments alone."""
    if ending in (".py", ".pyi"):
        yield from ((match.start(), match[1], match.end()) for match in _PYTHON_TOKEN.finditer(source))
        return
    flavour: Flavour = "go" if ending == ".go" else "java" if ending in (".java", ".kt") else "script"
    for token in tokens(source, flavour):
        yield token.at, token.text if token.kind == "comment" else None, token.at + len(token.text)


def _said_above(before: str, text: str) -> str:
    """Return what the lines above the next one say; what suppresses something gives no reason for something else."""
    return before if _HINT.search(text) else f"{before} {text}"[-KEPT:]


def _of_comments(comments: Iterator[Comment], forms: tuple[_Form, ...]) -> Iterator[Suppression]:
    for comment in comments:
        if _HINT.search(comment.text):
            yield from _in_comment(comment, forms)


def _in_comment(comment: Comment, forms: tuple[_Form, ...]) -> Iterator[Suppression]:
    """Yield what a comment suppresses; the words beside the markers, or right above, are the reason for all of it."""
    text = comment.text
    marked: list[tuple[_Form, str]] = []
    for form in forms:
        match = form.pattern.search(text)
        if match is None:
            continue
        listed = form.rules.match(text, match.end())
        marked.append((form, listed[1].strip() if listed else ""))
        text = f"{text[: match.start()]} {text[listed.end() if listed else match.end() :]}"
    reason = is_reason(text) or is_reason(comment.above)
    for form, rules in marked:
        named = tuple(re.split(r"[\s,]+", rules)) if rules else ()
        named = ("*",) if form.nameless and not named else named
        whole = form.whole or (form.marker == "# type: ignore" and comment.first and not named)
        yield Suppression(form.marker, comment.line, named, reason, whole and comment.alone)


def is_reason(text: str) -> bool:
    """Whether a text says something: two words at least."""
    return len(_WORDS.findall(text)) >= FEWEST_WORDS


def _annotated(source: str) -> Iterator[Suppression]:
    """Yield the annotations of Java and Kotlin; a comment on the line or right above gives the reason."""
    if not _ANNOTATION.search(source):
        return
    said: set[int] = set()
    code = []
    for token in tokens(source, "java"):
        if token.kind != "comment":
            code.append(token)
        elif is_reason(token.text):
            last = token.line + token.text.count("\n")
            said |= {token.line, last, last + 1}
    for at, token in enumerate(code):
        if token.text in ("SuppressWarnings", "Suppress") and at and code[at - 1].text == "@":
            rules = _arguments(code[at + 1 : at + 40])
            named = () if "all" in rules else rules
            yield Suppression(f"@{token.text}", token.line, named, token.line in said)


def _arguments(code: list[Token]) -> tuple[str, ...]:
    rules = []
    for token in code:
        if token.kind == "string":
            rules.append(token.text)
        elif token.text == ")":
            break
    return tuple(rules)
