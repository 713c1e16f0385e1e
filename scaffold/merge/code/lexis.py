"""The words of a piece of code, and what they come to whatever the space, the line ends and the quotes."""

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from keyword import iskeyword
from typing import NamedTuple

from scaffold.merge.budget import Unprovable, spend

_PYTHON = re.compile(
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
_CURLY = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<string>\"\"\"(?:\\.|[^\\])*?\"\"\"|`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<space>\s+)
    |(?P<word>\d[\w.]*|[\w$]+)
    |(?P<sign>=>|->|<-|:=|\.\.\.|\?\.|\+\+|--|&&=?|\|\|=?|\?\?=?|[=!]==?|[-+*/%@&|^=!<>]=?|.)
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


@dataclass(frozen=True)
class Lexis:
    """How a language is written: its words; in Python a comma may make a tuple, and quotes are all alike."""

    words: re.Pattern[str]
    is_python: bool = False

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Return the words and comments of a text; raises Unprovable for a string that holds others like it."""
        return _tokens(self, text)

    def said(self, text: str) -> tuple[str, ...]:
        """Return what it says, without comments: space, quotes and a comma before a bracket do not count."""
        return _said(self, text)

    def comments(self, text: str) -> tuple[str, ...]:
        """Return its comments."""
        return tuple(" ".join(token.text.split()) for token in self.tokens(text) if token.kind == "comment")


PYTHON, CURLY = Lexis(_PYTHON, is_python=True), Lexis(_CURLY)


@dataclass(frozen=True)
class Rules:
    """What order means in the brackets of a text: nothing to names, and all that there is to parameters.

    Of a parameter of a curly language the `named` word is its name, the first one or the last.
    """

    names: bool = False
    parameters: bool = False
    lexis: Lexis = PYTHON
    named: int = 0

    @classmethod
    def of(cls, text: str) -> "Rules":
        """Return the rules for a statement of Python, or for the head of one."""
        first = [token.text for token in PYTHON.tokens(text)[:2]]
        return cls(names=first[:1] in (["from"], ["import"], ["__all__"]), parameters="def" in first)


tokens, said, comments = PYTHON.tokens, PYTHON.said, PYTHON.comments


@lru_cache(maxsize=1024)
def _tokens(lexis: Lexis, text: str) -> tuple[Token, ...]:
    spend(len(text) // 64)
    found = []
    for match in lexis.words.finditer(text):
        kind = match.lastgroup or ""
        if kind == "space":
            continue
        if (
            kind == "string"
            and lexis.is_python
            and "f" in match[0][:2].lower()
            and match[0].count("{") != match[0].count("}")
        ):
            raise Unprovable
        found.append(Token(kind, match[0], match.start(), match.end()))
    return tuple(found)


@lru_cache(maxsize=1024)
def _said(lexis: Lexis, text: str) -> tuple[str, ...]:
    result: list[str] = []
    commas: list[int] = []
    for token in lexis.tokens(text):
        if token.kind == "comment":
            continue
        if token.text in OPENING:
            commas.append(0)
        elif token.text == "," and commas:
            commas[-1] += 1
        elif token.text in CLOSING and commas:
            count = commas.pop()
            if result[-1] == "," and (count > 1 or token.text == "}" or not lexis.is_python or _is_call(result)):
                result.pop()
        result.append(_string(token.text) if token.kind == "string" and lexis.is_python else token.text)
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
