"""The tokens of a source with its brackets paired: paths that lead to a token, and the pieces between commas."""

import re
from collections.abc import Iterator

from scaffold.formats.regex import regex
from scaffold.guard.code.facts import OPEN, Argument
from scaffold.guard.readers.scan import Flavour, Token, tokens

PARTS = 14  # names of a chain
MOST = 1_000  # characters of a template that are read
LONGEST = 90  # tokens of a value
NEAR = 5  # brackets between a call and a key that is still an argument of it
PAIRS = {")": "(", "]": "[", "}": "{"}
_GOES_ON = frozenset(".?:&|+-*/%=<>,([{!~^")
_HOLE = regex(r"\$\{[^{}`]*\}")
_TEMPLATE = regex(r"`((?:[^`\\$]|\\.|\$(?!\{)|\$\{[^{}`]*\})*+)`", re.DOTALL)
_NOTHING = Token("sign", "", 0, 0)


class Tokens:
    """The tokens of a source but for its comments."""

    def __init__(self, text: str, flavour: Flavour) -> None:
        """Scan it once."""
        self.flavour = flavour
        self.all = [_whole(one, text) for one in tokens(text, flavour) if one.kind != "comment"]
        self.pairs = [-1] * len(self.all)
        self.is_whole = self._pair()

    def _pair(self) -> bool:
        """Note which bracket closes which, and return whether all are closed."""
        left: list[int] = []
        is_whole = True
        for at, token in enumerate(self.all):
            if token.kind == "sign" and token.text in "([{":
                left.append(at)
            elif token.kind == "sign" and token.text in PAIRS:
                if left and self.all[left[-1]].text == PAIRS[token.text]:
                    self.pairs[at], self.pairs[left[-1]] = left[-1], at
                    left.pop()
                else:
                    is_whole = False
        return is_whole and not left

    def __getitem__(self, at: int) -> Token:
        """Return a token, or an empty sign where there is none."""
        return self.all[at] if 0 <= at < len(self.all) else _NOTHING

    def sign(self, at: int) -> str:
        """Return the text of a token that is no string."""
        token = self[at]
        return "" if token.kind == "string" else token.text

    def path(self, end: int) -> tuple[str, int]:
        """Return the path `a.b.c` that ends with a token, past the arguments of calls in it, and where it begins."""
        parts: list[str] = []
        at = end
        for _ in range(2 * PARTS):
            token = self[at]
            if token.kind == "word":
                parts.append(token.text)
                behind = self._behind_dot(at)
                if behind == at:
                    break
                at = behind
            elif self.sign(at) in (")", "]") and self.pairs[at] > 0 and (parts or at == end):
                at = self.pairs[at] - 1
            else:
                break
        name = ".".join(reversed(parts))
        return (f"@{name}", at - 1) if self.sign(at - 1) == "@" else (name, at)

    def _behind_dot(self, at: int) -> int:
        """Return what stands before the dot before a name, or the same where there is no dot."""
        if self.sign(at - 1) == "." and self.sign(at - 2) in ("?", "!"):
            return at - 3
        if self.sign(at - 1) == ":" and self.sign(at - 2) == ":":
            return at - 3
        return at - 2 if self.sign(at - 1) == "." else at

    def span(self, start: int) -> int:
        """Return where the value ends that begins at a token: before a comma, a bracket that closes, or a new line."""
        if self.sign(start) == "{" and self.pairs[start] > start:
            return self.pairs[start] + 1
        at = start
        while at < min(start + LONGEST, len(self.all)):
            sign = self.sign(at)
            if sign in (",", ";") or sign in PAIRS or (at > start and self._is_next_line(at)):
                break
            at = self.pairs[at] + 1 if sign in ("(", "[", "{") and self.pairs[at] > at else at + 1
        return at

    def _is_next_line(self, at: int) -> bool:
        before = self[at - 1]
        return (
            self[at].line > before.line + before.text.count("\n") * (before.kind == "string")
            and self.sign(at) not in _GOES_ON
            and self.sign(at - 1) not in _GOES_ON
            and self.flavour != "java"
        )

    def text(self, start: int, end: int) -> str:
        """Return the code between two tokens without blanks but between words; strings in single quotes."""
        parts: list[str] = []
        for token in self.all[start : min(end, start + LONGEST)]:
            word = token.text if token.kind != "string" else f"'{token.text}'"
            parts += (" ", word) if token.kind == "word" and parts and parts[-1][-1:].isalnum() else (word,)
        return "".join(parts)

    def arguments(self, opens: int, depth: int = NEAR) -> Iterator[Argument]:
        """Yield what stands between two brackets: by place, by key, and by the keys and calls further in."""
        close, at, place = self.pairs[opens], opens + 1, 0
        begins = True
        while at < close:
            if begins and self.sign(opens) == "(" and depth == NEAR:
                yield Argument(str(place), at)
            if self[at].kind != "sign":
                yield from self._key(at, begins=begins, in_braces=self.sign(opens) == "{")
            begins = self.sign(at) == ","
            place += begins
            if self.sign(at) == "...":
                yield Argument(OPEN, at + 1)
            if self.sign(at) in ("(", "[", "{") and self.pairs[at] > at:
                if depth:
                    yield from self.arguments(at, depth - 1)
                at = self.pairs[at]
            at += 1

    def _key(self, at: int, *, begins: bool, in_braces: bool) -> Iterator[Argument]:
        after = self.sign(at + 1)
        if after in ("=", ":") and self.sign(at + 2) not in ("=", ">", ":"):
            yield Argument(self[at].text, at + 2)
        elif begins and in_braces and after in (",", "}"):
            yield Argument(self[at].text, at)
        elif after == "(" and self[at].kind == "word":
            yield Argument(f"{self[at].text}()", at + 1)

    def target(self, at: int) -> str:
        """Return what is assigned to by the `=` or `:` at a token."""
        end = at - 1 - (self.sign(at - 1) == ":")  # Go's :=
        if self[end].kind == "string":
            return self[end].text
        if self.sign(end) == "]" and self.pairs[end] == end - 2:
            return f"{self.path(end - 3)[0]}.{self[end - 1].text}"
        if self.sign(at) == "=" and (typed := self._typed(end)):
            return typed
        return self.path(end)[0] if self[end].kind == "word" else ""

    def _typed(self, end: int) -> str:
        """Return the name that a type stands behind: `name: Type =`, or `var name Type =`."""
        if self.sign(end - 2) in ("var", "const") and self[end - 1].kind == "word":
            return self[end - 1].text
        for at in range(end, max(end - 8, 0), -1):
            if self.sign(at) == ":" and self[at - 1].kind == "word" and self.sign(at - 2) != "?":
                return self[at - 1].text
            if self[at].kind != "word" and self.sign(at) not in ("<", ">", "[", "]", "|", ".", "?"):
                break
        return ""


def _whole(token: Token, source: str) -> Token:
    """Return a template as a text with `{}` for each value; where one is long, as the text that it begins with."""
    if token.text != "`" or token.kind != "sign" or source[token.at] != "`":
        return token
    match = _TEMPLATE.match(source, token.at, token.at + MOST)
    end = source.find("${", token.at, token.at + MOST)
    text = _HOLE.sub("{}", match[1]) if match else f"{source[token.at + 1 : end]}{{}}" if end > 0 else None
    return Token("string", text, token.line, token.at) if text is not None else token


_GO_MAJOR = regex(r"^v\d+$")
_GO_AFFIX = regex(r"\.v\d+$|^go-|-go$")


def package(path: str) -> str:
    """Return what a package of Go is called where nobody says how, as far as its path tells."""
    parts = [one for one in path.split("/") if not _GO_MAJOR.fullmatch(one)] or [path]
    return _GO_AFFIX.sub("", parts[-1])
