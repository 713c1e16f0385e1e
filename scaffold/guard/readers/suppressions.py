"""Where a source tells a tool to look away, for which rule, and for what reason."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple, cast

from scaffold.formats.regex import regex
from scaffold.guard.kept import kept
from scaffold.guard.readers.languages import endings
from scaffold.guard.readers.scan import PIECES, Kind, Token, tokens
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


class _Language(NamedTuple):
    """What tools are told in a language; one of the hints is in all of it, in small letters: the cheap look before."""

    hints: tuple[str, ...]
    marked: re.Pattern[str]
    forms: tuple[_Form, ...]

    def is_hinted(self, text: str) -> bool:
        """Whether it may be that a text in small letters tells something."""
        return any(hint in text for hint in self.hints)

    def is_marked(self, comment: str) -> bool:
        """Whether a comment tells something."""
        return self.is_hinted(small := comment.lower()) and self.marked.search(small) is not None


@cache
def _language(name: str) -> _Language:
    said = _TABLE[name]
    forms = (
        _Form(**{**form, "pattern": regex(form["pattern"], re.IGNORECASE), "rules": regex(form["rules"])})
        for form in said["forms"]
    )
    return _Language(tuple(said["hints"]), re.compile(said["marked"]), tuple(forms))


_TABLE = table("readers/suppressions")
# Of scripts all that has no other language; without an ending are Dockerfiles.
_NAMES = {ending: name for name, said in _TABLE.items() for ending in said["endings"]}
_ENABLED = regex(r"#\s*ruff\s*:\s*enable\b")
_WORDS = regex(r"[^\W\d_]{2,}")
FEWEST_WORDS = 2  # that a reason has
KEPT = 300  # characters of the comments above that are looked at for one
# Comments, strings and annotations.
_PIECES = {
    "python": regex(
        rf"{PIECES['python']}|(?m:^[ \t]*)(?P<code>@(?:\w+\.)?no_type_check\b)",
        re.DOTALL,
    ),
    "hash": regex(r"(?:^|(?<=\s))(?P<comment>#[^\n]*)", re.MULTILINE),
    "go": regex(PIECES["go"], re.DOTALL),
    "java": regex(rf"{PIECES['java']}|(?P<code>@Suppress(?:Warnings)?\b\s*(?:\([^()]{{0,500}}\))?)", re.DOTALL),
}


def found(content: bytes, ending: str) -> tuple[Suppression, ...]:
    """Return all suppressions of a source, whatever it is."""
    name = _NAMES.get(ending, "script")
    return _found(content, name) if _language(name).is_hinted(content.lower().decode("latin-1")) else ()


@kept(10_000_000)
def _found(content: bytes, name: str) -> Iterator[Suppression]:
    source, language = content.decode("utf-8-sig", errors="replace"), _language(name)
    pieces = list(_pieces(source, name))
    said = list(_comments(source, pieces, language))
    marked = (one for one in said if language.is_marked(one.text))
    open_ended = not _ENABLED.search(source)
    for one in (found for comment in marked for found in _in_comment(comment, language.forms)):
        yield one._replace(whole=True) if one.marker == "# ruff: disable" and open_ended else one
    yield from _in_code([piece for piece in pieces if piece.kind == "code"], said)


def _pieces(source: str, name: str) -> Iterator[Token]:
    """Yield the comments and annotations (`code`) of a source, valid or not, and perhaps more."""
    if name not in _PIECES:
        yield from tokens(source, "script")
        return
    line, done = 1, 0
    for match in _PIECES[name].finditer(source):
        if match.lastgroup in ("comment", "code"):
            line += source.count("\n", done, match.start())
            done = match.start()
            yield Token(cast("Kind", match.lastgroup), match[0], line, done)


def _comments(source: str, pieces: Iterable[Token], language: _Language) -> Iterator[Comment]:
    above, ended, last, first = "", -1, 0, True
    for piece in pieces:
        first = first and piece.kind == "comment" and not source[last : piece.at].strip()
        last = piece.at + len(piece.text)
        if piece.kind == "comment":
            alone = not source[source.rfind("\n", 0, piece.at) + 1 : piece.at].strip()
            before = above if ended == piece.line - 1 else ""
            yield Comment(piece.text, piece.line, alone, before, first)
            if alone:  # what suppresses something gives no reason for something else
                above = before if language.is_marked(piece.text) else f"{before} {piece.text}"[-KEPT:]
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


def _in_code(annotations: Sequence[Token], said: Iterable[Comment]) -> Iterator[Suppression]:
    """Yield what is suppressed by an annotation; a comment on the line or right above gives the reason."""
    reasons = [one for one in said if is_reason(one.text)] if annotations else []
    ends = [one.line + one.text.count("\n") for one in reasons]
    told = {*(one.line for one in reasons), *ends, *(end + 1 for end in ends)}
    for piece in annotations:
        named = tuple(_QUOTED.findall(piece.text))
        marker = piece.text.partition("(")[0].strip()
        yield Suppression(marker, piece.line, () if "all" in named else named, piece.line in told)


_QUOTED = regex(r'"([^"\n]*)"')
