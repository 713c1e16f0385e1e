"""Where a source tells a tool to look away, for which rule, and for what reason."""

import re
from collections.abc import Iterator, Mapping
from json import loads
from pkgutil import get_data
from typing import Any, NamedTuple

from scaffold.guard.kept import Kept
from scaffold.guard.readers.languages import endings
from scaffold.guard.readers.scan import tokens

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


def _form(said: Mapping[str, Any]) -> _Form:
    pattern = re.compile(said["pattern"], re.IGNORECASE)
    rules = re.compile(said["rules"])
    return _Form(said["marker"], pattern, rules, said.get("whole", False), said.get("nameless", False))


_FORMS: Mapping[str, tuple[_Form, ...]] = {
    name: tuple(map(_form, some)) for name, some in loads(get_data(__package__, "suppressions.json") or b"").items()
}
_ENABLED = re.compile(r"#\s*ruff\s*:\s*enable\b")
# What every form holds, in small letters: the cheap look before the real one.
_HINT = re.compile(
    rb"noqa|type:\s*ignore|nosec|nosem|pylint:|pyright:|ty:\s*ignore|pyrefly:|mypy:|ruff\s*:|no_type_check"
    rb"|zizmor:|hadolint\s|checkov:|trivy:|gitleaks:|shellcheck\s|yamllint\s"
    rb"|eslint-disable|oxlint-disable|biome-ignore|@ts-|nosonar|nolint|lint:|@suppress"
)
_ANNOTATION = re.compile(r"@Suppress(?:Warnings)?\b")
_WORDS = re.compile(r"[^\W\d_]{2,}")
FEWEST_WORDS = 2  # that a reason has
KEPT = 300  # characters of the comments above that are looked at for one
# Comments, strings and annotations; what is left open reaches to the end of the line, or of the file: nothing is looked
# at twice.
_STRING = r"""\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"?|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?"""
_BRACED = r"(?P<comment>//[^\n]*|/\*(?:.*?\*/|.*))"
_ANNOTATED = r"@Suppress(?:Warnings)?\b\s*(?:\((?P<rules>[^()]{0,500})\))?"
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
_FOUND: Kept[tuple[Suppression, ...]] = Kept(10_000_000)


def found(content: bytes, ending: str) -> tuple[Suppression, ...]:
    """Return all suppressions of a source, whatever it is."""
    if not _HINT.search(content.lower()):
        return ()
    return _FOUND.get(content, lambda: _found(content.decode("utf-8-sig", errors="replace"), ending), ending)


def _found(source: str, ending: str) -> tuple[Suppression, ...]:
    language = _LANGUAGES.get(ending, "script")
    forms = _FORMS.get(language, _FORMS["braces"])
    said = list(comments(source, ending))
    hinted = (one for one in said if _HINT.search(one.text.lower().encode()))
    in_comments = [found for one in hinted for found in _in_comment(one, forms)]
    open_ended = not _ENABLED.search(source)
    whole = [one._replace(whole=True) if one.marker == "# ruff: disable" and open_ended else one for one in in_comments]
    return (*whole, *_in_code(source, language, said))


_HASHED = (".yml", ".yaml", ".sh", ".bash", "")  # without an ending: Dockerfiles
_LANGUAGES = dict.fromkeys(_HASHED, "hash") | {
    ".py": "python",
    ".pyi": "python",
    ".go": "go",
    ".java": "java",
    ".kt": "java",
    ".kts": "java",
}


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
    language = _LANGUAGES.get(ending, "script")
    if language in _PIECES:
        for match in _PIECES[language].finditer(source):
            yield match.start(), match["comment"], match.end()
    else:
        for token in tokens(source, "script"):
            yield token.at, token.text if token.kind == "comment" else None, token.at + len(token.text)


def _said_above(before: str, text: str) -> str:
    """Return what the lines above the next one say; what suppresses something gives no reason for something else."""
    return before if _HINT.search(text.lower().encode()) else f"{before} {text}"[-KEPT:]


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


def _in_code(source: str, language: str, said: list[Comment]) -> Iterator[Suppression]:
    """Yield what is suppressed by an annotation; a comment on the line or right above gives the reason."""
    if language not in ("java", "python") or _IN_CODE[language] not in source:
        return
    told = {one.line + source_lines for one in said if is_reason(one.text) for source_lines in _reach(one)}
    for match in _PIECES[language].finditer(source):
        if match["code"]:
            line = source.count("\n", 0, match.start("code")) + 1
            named = tuple(_QUOTED.findall(match["rules"] or "")) if language == "java" else ()
            yield Suppression(
                match["code"].partition("(")[0].strip(), line, () if "all" in named else named, line in told
            )


_IN_CODE = {"java": "@Suppress", "python": "no_type_check"}
_QUOTED = re.compile(r'"([^"\n]*)"')


def _reach(comment: Comment) -> tuple[int, ...]:
    """Return how far below its first line a comment gives a reason."""
    last = comment.text.count("\n")
    return (0, last, last + 1)
