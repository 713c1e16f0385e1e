"""Where a source tells a tool to look away, for which rule, and for what reason."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

from scaffold.guard.kept import kept
from scaffold.guard.readers.languages import endings
from scaffold.guard.readers.scan import tokens
from scaffold.guard.tables import table

ENDINGS = endings("python", "typescript", "javascript", "go", "java", "kotlin")
KNOWN = frozenset((*ENDINGS, ".yml", ".yaml", ".sh", ".bash"))  # of all else it is taken that # begins a comment


class Suppression(NamedTuple):
    """One place where a tool is told to look away; `marker` is how it is told.

    `whole` is for a whole file. `rules` are those that it names, and `reason` says that it gives one.
    """

    marker: str
    line: int
    rules: tuple[str, ...]
    reason: bool
    whole: bool = False


class Piece(NamedTuple):
    """A piece of a source: a comment, an annotation (`code`), a string, or what lies between them."""

    kind: str
    text: str
    line: int
    start: int
    end: int


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


@cache
def _forms(language: str) -> tuple[_Form, ...]:
    return tuple(
        _Form(
            said["marker"],
            re.compile(said["pattern"], re.IGNORECASE),
            re.compile(said["rules"]),
            said.get("whole", False),
            said.get("nameless", False),
        )
        for said in table("readers/suppressions")[language]
    )


_ENABLED = re.compile(r"#\s*ruff\s*:\s*enable\b")
_HASHED = (".yml", ".yaml", ".sh", ".bash", "")  # without an ending: Dockerfiles
_LANGUAGES = dict.fromkeys(_HASHED, "hash") | {
    ".py": "python",
    ".pyi": "python",
    ".go": "go",
    ".java": "java",
    ".kt": "java",
    ".kts": "java",
}
# What every form holds, in small letters: the cheap look before the real one.
_HINTS = {
    "python": (
        "noqa", "type:", "nosec", "nosem", "nosonar", "pylint:", "pyright:", "ty:", "pyrefly:", "mypy:",
        "ruff", "no_type_check",
    ),
    "script": ("lint-disable", "biome-ignore", "@ts-", "nosem", "nosonar"),
    "go": ("nolint", "lint:", "nosec", "nosem"),
    "hash": ("zizmor:", "hadolint", "checkov:", "trivy:", "gitleaks:", "nosem", "shellcheck", "yamllint", "noqa"),
    "java": ("@suppress", "nosem", "nosonar"),
}  # fmt: skip
_MARKER = re.compile(
    r"noqa|type:\s*ignore|nosec|nosem|pylint:|pyright:|ty:\s*ignore|pyrefly:|mypy:|ruff\s*:|no_type_check"
    r"|zizmor:|hadolint\s|checkov:|trivy:|gitleaks:|shellcheck\s|yamllint\s"
    r"|eslint-disable|oxlint-disable|biome-ignore|@ts-|nosonar|nolint|lint:|@suppress"
)
_WORDS = re.compile(r"[^\W\d_]{2,}")
FEWEST_WORDS = 2  # that a reason has
KEPT = 300  # characters of the comments above that are looked at for one
# Comments, strings and annotations; what is left open reaches to the end of the line, or of the file: nothing is looked
# at twice.
_STRING = r"""\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"?|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?"""
_BRACED = r"(?P<comment>//[^\n]*|/\*(?:.*?\*/|.*))"
_ANNOTATED = r"@Suppress(?:Warnings)?\b\s*(?:\([^()]{0,500}\))?"
_PIECES = {
    "python": re.compile(
        rf'''(?P<comment>\#[^\n]*)|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:""")?'''
        rf"""|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:''')?|{_STRING}"""
        r"""|(?m:^[ \t]*)(?P<code>@(?:\w+\.)?no_type_check\b)""",
        re.DOTALL,
    ),
    "hash": re.compile(r"(?:^|(?<=\s))(?P<comment>#[^\n]*)", re.MULTILINE),
    "go": re.compile(rf"{_BRACED}|{_STRING}|`[^`]*`?", re.DOTALL),
    "java": re.compile(rf'{_BRACED}|"""(?:.*?"""|.*)|{_STRING}|(?P<code>{_ANNOTATED})', re.DOTALL),
}


def found(content: bytes, ending: str) -> tuple[Suppression, ...]:
    """Return all suppressions of a source, whatever it is."""
    language = _LANGUAGES.get(ending, "script")
    return _found(content, language) if _has_hint(content.lower().decode("latin-1"), language) else ()


def _has_hint(small: str, language: str) -> bool:
    return any(hint in small for hint in _HINTS[language])


def _is_marked(comment: str, language: str) -> bool:
    small = comment.lower()
    return _has_hint(small, language) and _MARKER.search(small) is not None


@kept(10_000_000)
def _found(content: bytes, language: str) -> Iterator[Suppression]:
    source = content.decode("utf-8-sig", errors="replace")
    pieces = list(_pieces(source, language))
    said = list(_comments(source, pieces, language))
    marked = (one for one in said if _is_marked(one.text, language))
    open_ended = not _ENABLED.search(source)
    for one in (found for comment in marked for found in _in_comment(comment, _forms(language))):
        yield one._replace(whole=True) if one.marker == "# ruff: disable" and open_ended else one
    yield from _in_code([piece for piece in pieces if piece.kind == "code"], said)


def _pieces(source: str, language: str) -> Iterator[Piece]:
    """Yield the comments, annotations and strings of a source, valid or not, and perhaps more."""
    if language not in _PIECES:
        for token in tokens(source, "script"):
            yield Piece(token.kind, token.text, token.line, token.at, token.at + len(token.text))
        return
    line, done = 1, 0
    for match in _PIECES[language].finditer(source):
        line += source.count("\n", done, match.start())
        done = match.start()
        yield Piece(match.lastgroup or "string", match[0], line, done, match.end())


def _comments(source: str, pieces: Iterable[Piece], language: str) -> Iterator[Comment]:
    above, ended, last, first = "", -1, 0, True
    for piece in pieces:
        first = first and piece.kind == "comment" and not source[last : piece.start].strip()
        last = piece.end
        if piece.kind == "comment":
            alone = not source[source.rfind("\n", 0, piece.start) + 1 : piece.start].strip()
            before = above if ended == piece.line - 1 else ""
            yield Comment(piece.text, piece.line, alone, before, first)
            if alone:  # what suppresses something gives no reason for something else
                above = before if _is_marked(piece.text, language) else f"{before} {piece.text}"[-KEPT:]
                ended = piece.line + piece.text.count("\n")


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
    return len(list(islice(_WORDS.finditer(text), FEWEST_WORDS))) == FEWEST_WORDS


def _in_code(annotations: Sequence[Piece], said: Iterable[Comment]) -> Iterator[Suppression]:
    """Yield what is suppressed by an annotation; a comment on the line or right above gives the reason."""
    reasons = (one for one in said if is_reason(one.text)) if annotations else ()
    told = {one.line + lines for one in reasons for lines in _reach(one)}
    for piece in annotations:
        named = tuple(_QUOTED.findall(piece.text))
        marker = piece.text.partition("(")[0].strip()
        yield Suppression(marker, piece.line, () if "all" in named else named, piece.line in told)


_QUOTED = re.compile(r'"([^"\n]*)"')


def _reach(comment: Comment) -> tuple[int, ...]:
    """Return how far below its first line a comment gives a reason."""
    last = comment.text.count("\n")
    return (0, last, last + 1)
