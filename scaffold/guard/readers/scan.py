"""A small scanner of languages with braces: what is code, what is a comment, and what is a text."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, cast

from scaffold.formats.regex import regex
from scaffold.guard.kept import Kept

Kind = Literal["comment", "string", "word", "sign", "code"]
Flavour = Literal["script", "go", "java", "python"]

_BARE: Kept[str] = Kept(10_000_000)
_ALL_BUT_LINES = regex(r"[^\n]")


class Token(NamedTuple):
    """A piece of a source; of a string, `text` is what stands between its quotes."""

    kind: Kind
    text: str
    line: int
    at: int


# Whatever is left open reaches to the end, so that no source, however odd, is looked at twice.
_COMMENT = r"(?P<comment>//[^\n]*|/\*(?:.*?\*/|.*))"
_STRING = r"""(?P<string>"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?)"""
_BLOCK = r'(?P<block>"""(?:.*?"""|.*))'
_BLOCKS = (
    r'''(?P<block>"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:""")?)'''
    r"""|(?P<blocks>'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:''')?)"""
)
PIECES: Mapping[Flavour, str] = {
    "script": f"{_COMMENT}|{_STRING}",
    "go": f"{_COMMENT}|{_STRING}|(?P<raw>`[^`]*`?)",
    "java": f"{_COMMENT}|{_BLOCK}|{_STRING}",
    "python": rf"(?P<comment>\#[^\n]*)|{_BLOCKS}|{_STRING}",
}
_GOES_ON = ("(", "[", "{", ",", "=", "+", "%", "\\")  # before a text that is part of more
_NEAR = 200  # characters before a text
_REST = r"(?P<space>\s+)|(?P<word>[\w$]+)|(?P<sign>\.\.\.|.)"
_TOKEN = {flavour: regex(f"{pieces}|{_REST}", re.DOTALL) for flavour, pieces in PIECES.items()}
_TEMPLATE = regex(r"[^`\\$]*(?:(?:\\.|\$(?!\{))[^`\\$]*)*", re.DOTALL)
_PATTERN = regex(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\]?)+/?")
_BEFORE_PATTERN = frozenset((  # signs and words
    *"(,=:[!&|?{;+-*%~^>", "return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "throw", "new",
    "await", "yield",
))  # fmt: skip


def tokens(source: str, flavour: Flavour = "script") -> Iterator[Token]:
    """Yield what a source is made of, but for white space."""
    find = _TOKEN[flavour].match
    at, line, before = 0, 1, "("
    braces: list[int] = []  # of each template that a `${` is open in: the braces open in it
    while match := find(source, at):
        kind, text = str(match.lastgroup), match[0]
        start, at = at, match.end()
        if kind == "sign" and flavour == "script":
            if text == "`" or (text == "}" and braces and not braces[-1]):
                at = _template(source, at, braces, resumed=text == "}")
                whole = source[start + 1 : at - 1] if text == "`" and source[at - 1] == "`" else None
                yield Token("string" if whole is not None else "sign", whole if whole is not None else "`", line, start)
                before = ")"
                line += source.count("\n", start, at)
                continue
            if text == "/" and before in _BEFORE_PATTERN and (pattern := _PATTERN.match(source, start)):
                at, before = pattern.end(), ")"
                continue
            if braces and text in "{}":
                braces[-1] += 1 if text == "{" else -1
        if kind != "space":
            yield _token(kind, text, line, start)
            before = text if kind in ("sign", "word") else before if kind == "comment" else ")"
        line += text.count("\n")


def _token(kind: str, text: str, line: int, at: int) -> Token:
    if kind in ("comment", "word", "sign"):
        return Token(cast("Kind", kind), text, line, at)
    quote = text[:3] if kind in ("block", "blocks") else text[0]
    return Token("string", text.removeprefix(quote).removesuffix(quote), line, at)


def _template(source: str, at: int, braces: list[int], *, resumed: bool) -> int:
    """Return where a template, or the rest of one, ends or opens a `${`."""
    if resumed:
        braces.pop()
    match = _TEMPLATE.match(source, at)
    end = match.end() if match else at
    if source.startswith("${", end):
        braces.append(0)
        return end + 2
    return min(end + 1, len(source))


def without_comments(source: str, flavour: Flavour = "script", *, strings: bool = True) -> str:
    """Return a source with blanks in place of its comments, and of what is within quotes unless that is to stay."""
    return _BARE.get(source, lambda: _without(source, flavour, strings=strings), flavour, strings)


def _without(source: str, flavour: Flavour, *, strings: bool) -> str:
    parts: list[str] = []
    done = 0
    for token in tokens(source, flavour):
        if token.kind == "comment" or (token.kind == "string" and not strings):
            start = source.index(token.text, token.at)
            parts += [source[done:start], _ALL_BUT_LINES.sub(" ", token.text)]
            done = start + len(token.text)
    return "".join((*parts, source[done:]))


def without_remarks(source: str) -> str:
    """Return a source of Python without its comments."""
    return _python().sub(lambda match: "" if match.lastgroup == "comment" else match[0], source)


def without_prose(source: str) -> str:
    """Return a source of Python without its comments, and without texts that stand alone, as docstrings do."""
    return _python().sub(_unless_prose, source)


def _python() -> re.Pattern[str]:
    return re.compile(PIECES["python"], re.DOTALL)


def _unless_prose(match: re.Match[str]) -> str:
    if match.lastgroup == "string":
        return match[0]
    before = match.string[max(match.start() - _NEAR, 0) : match.start()]
    begins = not before.rpartition("\n")[2].strip(" \trRuU")
    is_alone = begins and not before.rstrip(" \t\r\nrRuU").endswith(_GOES_ON)
    return "" if is_alone or match.lastgroup == "comment" else match[0]
