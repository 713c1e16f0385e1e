"""The words of a piece of code, and what they come to whatever the space, the line ends and the quotes."""

import ast
import re
from functools import lru_cache
from keyword import iskeyword
from typing import NamedTuple

from scaffold.merge.budget import Unprovable, spend

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
    |(?P<string>(?i:[rbuft]{0,2})(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''
        |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<space>(?:\s|\\\r?\n)+)
    |(?P<word>\d[\w.]*|\w+)
    |(?P<sign>->|:=|\*\*=?|//=?|<<=?|>>=?|\.\.\.|[-+*/%@&|^=!<>]=?|.)
    """,
    re.VERBOSE | re.DOTALL,
)
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")


class Token(NamedTuple):
    """One word: its kind, its text, and its place."""

    kind: str
    text: str
    start: int
    end: int


@lru_cache(maxsize=1024)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words and comments of a piece of Python; raises Unprovable for a string that holds others like it."""
    spend(len(text) // 64)
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "space":
            continue
        if kind == "string" and "f" in match[0][:2].lower() and match[0].count("{") != match[0].count("}"):
            raise Unprovable
        found.append(Token(kind, match[0], match.start(), match.end()))
    return tuple(found)


@lru_cache(maxsize=1024)
def said(text: str) -> tuple[str, ...]:
    """Return what a piece of code says, without comments: space, quotes and a comma before a bracket do not count."""
    result: list[str] = []
    commas: list[int] = []
    for token in tokens(text):
        if token.kind == "comment":
            continue
        if token.text in OPENING:
            commas.append(0)
        elif token.text == "," and commas:
            commas[-1] += 1
        elif token.text in CLOSING and commas:
            count = commas.pop()
            if (result[-1] == "," and (count > 1 or token.text == "}")) or (result[-1] == "," and _is_call(result)):
                result.pop()
        result.append(_string(token.text) if token.kind == "string" else token.text)
    return tuple(result)


def _is_call(before: list[str]) -> bool:
    """Whether the bracket that is about to close holds arguments, or the items of a list: one comma means nothing."""
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        if before[at] in CLOSING:
            depth += 1
        elif before[at] in OPENING:
            if not depth:
                word = before[at - 1] if at else ""
                follows = (word.isidentifier() and not iskeyword(word)) or word in CLOSING
                return follows == (before[at] == "(")
            depth -= 1
    return False


@lru_cache(maxsize=1024)
def _string(text: str) -> str:
    prefix = text[:2].lower()
    if "f" in prefix.split('"')[0].split("'")[0] or "\n" in text:
        return text
    try:
        return repr(ast.literal_eval(text))
    except (SyntaxError, ValueError):
        return text


def comments(text: str) -> tuple[str, ...]:
    """Return the comments of a piece of code."""
    return tuple(" ".join(token.text.split()) for token in tokens(text) if token.kind == "comment")
