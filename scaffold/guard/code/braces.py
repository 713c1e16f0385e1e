"""A source in TypeScript, JavaScript, Go, Java or Kotlin as facts, by its tokens; Python too that cannot be parsed."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from scaffold.formats.regex import regex
from scaffold.guard.code.facts import UNKNOWN, Argument, Fact, Wanted
from scaffold.guard.code.tokens import Tokens, package
from scaffold.guard.readers.scan import Flavour

LONGEST = 2_000  # characters of a text that are looked into
DEEPEST = 4  # names that stand for names
MOST = 40  # readings of a value
FUNCTIONS = frozenset(("func", "function", "fun", "def"))
_NO_NAME = frozenset((
    "if", "for", "while", "switch", "catch", "return", "else", "do", "try", "case", "when", "with", "synchronized",
    "finally", "interface", "struct", "class", "enum", "object", "select", "default", "throw", "await", "new", "in",
    "override", "typeof", "import", *FUNCTIONS,
))  # fmt: skip
_WORDS = {
    "!0": "true",
    "!1": "false",
    "nil": "null",
    "undefined": "null",
    "None": "null",
    "True": "true",
    "False": "false",
}
_PATH = regex(r"!{0,2}[A-Za-z_$][\w$]*(?:(?:\?\.|!?\.|::)[\w$]+)*(?:\(\))?")
_ASKED = regex(
    r"(?:process\.env(?:\.|\[')(?P<a>\w+)(?:'\])?|(?:os\.Getenv|System\.getenv)\('(?P<b>\w+)'\))"
    r"(?P<how>[!=]==?)'(?P<what>[^']*)'"
    r"|'(?P<equals>[^']*)'\.equals\(System\.getenv\('(?P<c>\w+)'\)\)"
)
_STAGE = regex(r"(?i)(?:.*_)?(?:env|environment|stage|mode)")
_TWO_WAYS = regex(r"\?(?!\.)|\|\||\?:")


class Braces:
    """A source that was read by its tokens."""

    def __init__(self, text: str, flavour: Flavour, wanted: Wanted) -> None:
        """Read all of it once, and tell of what is wanted."""
        self.tokens = Tokens(text, flavour)
        self._wanted = wanted
        self.imports: dict[str, str] = {}
        self._flavour = flavour
        self._bound: dict[str, list[int]] = {}
        self._conditions: dict[int, str] = {}  # where a block begins that is under one
        self._blocks: dict[int, str] = {}  # where a function's body begins: what it is called
        self.facts: Sequence[Fact] = sorted(self._read(), key=lambda fact: fact.line)

    def readings(self, at: int) -> Sequence[str]:
        """Return what the value that begins at a token may stand for."""
        return tuple(dict.fromkeys(islice(self._readings(at, DEEPEST), MOST)))

    def _read(self) -> Iterator[Fact]:
        """Yield the facts; what stands around each is kept bracket by bracket."""
        around, function, target, line = [("", "")], "", "", 0
        for at, token in enumerate(self.tokens.all):
            sign = token.text if token.kind == "sign" else ""
            if sign in ("}", ";") or (token.line > line and len(around) == 1 and self._flavour != "java"):
                target = ""
            line = token.line
            if sign in ("(", "[", "{"):
                around.append((function, target))
                yield from (fact._replace(within=f"{function} {target}") for fact in self._bracket(at, sign))
                if at in self._blocks:
                    function, target = self._blocks[at], ""
                elif sign == "{" and (asked := self._asked(at)):
                    function = f"{function[-LONGEST:]} «{asked}»"
            elif sign in (")", "]", "}") and len(around) > 1:
                function, target = around.pop()
            elif sign:
                named = self._set(at, sign)
                target = named.name if named else target
                yield from (named._replace(within=f"{function} {target}"),) if named else ()
            else:
                yield from (fact._replace(within=f"{function} {target}") for fact in self._piece(at))

    def _piece(self, at: int) -> Iterator[Fact]:
        token = self.tokens[at]
        if token.kind == "string":
            if self._wanted.text(token.text[:LONGEST]):
                yield Fact("text", token.text[:LONGEST], token.line)
            yield from self._import(at) if self._flavour == "go" else ()
        elif token.text in self._wanted.names:
            name = self._whole(self.tokens.path(at)[0])
            yield Fact("name", name, token.line)
            if name.startswith("@") and self.tokens.sign(at + 1) != "(":
                yield Fact("call", name, token.line)
        if token.text in FUNCTIONS:
            self._function(at)

    def _whole(self, path: str) -> str:
        """Return a path with its first name as it was imported."""
        first, dot, rest = path.partition(".")
        return f"{self.imports.get(first, first)}{dot}{rest}"

    def _function(self, at: int) -> None:
        """Note the name of a function where its body begins: behind its receiver, its parameters and its results."""
        opens = at + 1
        if self.tokens.sign(opens) == "(" and self._flavour == "go":
            opens = max(self.tokens.pairs[opens], at) + 1
        name, opens = self.tokens.sign(opens), opens + 1
        closes = self.tokens.pairs[opens] if self.tokens.sign(opens) == "(" else -1
        for body in range(closes + 1, closes + 12) if closes > 0 else ():
            if self.tokens.sign(body) in ("{", "=", "}", ";"):
                self._blocks[body] = name
                break

    def _bracket(self, at: int, sign: str) -> Iterator[Fact]:
        before = self.tokens.sign(at - 1)
        if sign == "(" and self.tokens[at - 1].kind == "word":
            yield from self._call(at)
        elif sign == "{":
            yield from self._braces(at, before)

    def _call(self, at: int) -> Iterator[Fact]:
        token = self.tokens[at - 1]
        if token.text in self._wanted.names and self.tokens.pairs[at] > at:
            name = self._whole(self.tokens.path(at - 1)[0])
            given = tuple(self.tokens.arguments(at))
            named = (one for argument in given if argument.name.isdecimal() for one in self._object(argument.at))
            yield Fact("call", name, token.line, (*given, *named))

    def _object(self, at: int) -> Iterator[Argument]:
        """Yield the keys of an object that an argument names."""
        if self.tokens[at].kind == "word" and self.tokens.span(at) == at + 1:
            for start in self._bound.get(self.tokens[at].text, ())[:DEEPEST]:
                if self.tokens.sign(start) == "{" and self.tokens.pairs[start] > start:
                    yield from self.tokens.arguments(start)

    def _braces(self, at: int, before: str) -> Iterator[Fact]:
        """Tell what a body belongs to, and what a literal of a type is made of."""
        name = self._blocks.get(at) or self._name_of_body(at, before)
        if name and name.rpartition(".")[2] not in _NO_NAME:
            if before in (")", ">") or at in self._blocks:
                self._blocks[at] = name
            yield Fact("body", name, self.tokens[at].line, [Argument("", at)])
            if self._flavour == "go" and self.tokens[at - 1].kind == "word":
                yield from self._call(at)

    def _asked(self, at: int) -> str:
        """Return what has to hold for a block, and note it for the one that is there else."""
        start = at
        if self.tokens.sign(at - 1) == "else" and self.tokens.pairs[at - 2] >= 0:
            return self._conditions.get(self.tokens.pairs[at - 2], "")
        while start > max(at - MOST, 0) and self.tokens.sign(start) not in ("if", ";", "}"):
            start -= 1
        if self.tokens.sign(start) == "if":
            self._conditions[at] = self.tokens.text(start + 1, at)
        return self._conditions.get(at, "")

    def _name_of_body(self, at: int, before: str) -> str:
        if before == ")" and self.tokens.pairs[at - 1] > 0:
            return self.tokens.path(self.tokens.pairs[at - 1] - 1)[0]
        if before == ">" and self.tokens.sign(at - 2) == "=":
            start = at - 3
            start = (
                self.tokens.pairs[start] if self.tokens.sign(start) == ")" and self.tokens.pairs[start] > 0 else start
            )
            start -= self.tokens.sign(start - 1) == "async"
            return self.tokens.target(start - 1) if self.tokens.sign(start - 1) in ("=", ":") else ""
        if self._flavour not in ("go", "java") or self.tokens[at - 1].kind != "word":
            return ""
        throws = next((one for one in range(at - 1, at - 9, -1) if self.tokens.sign(one) == "throws"), 0)
        return self._name_of_body(throws, ")") if throws else self.tokens.path(at - 1)[0]

    def _set(self, at: int, sign: str) -> Fact | None:
        beside = (self.tokens.sign(at - 1), self.tokens.sign(at + 1))
        declares = sign == "=" and beside[0] == ":"
        if (
            sign not in ("=", ":")
            or beside[1] in ("=", ">", ":")
            or (beside[0] in ("=", "!", "<", ">", ":") and not declares)
        ):
            return None
        name = self.tokens.target(at)
        if not name:
            return None
        if sign == "=":
            self._bound.setdefault(name.rpartition(".")[2], []).append(at + 1)
        return Fact("set", self._whole(name), self.tokens[at].line, [Argument("", at + 1)])

    def _import(self, at: int) -> Iterator[Fact]:
        """Note what a package of Go is called here."""
        path, before = self.tokens[at].text, self.tokens.sign(at - 1)
        alias = before if self.tokens[at - 1].kind == "word" or before == "." else ""
        is_first = self.tokens[at - 1].line < self.tokens[at].line or alias
        if before == "import" or (is_first and self._is_in_import(at)):
            self.imports.setdefault(alias if alias not in ("", "import") else package(path), path)
            yield Fact("import", path, self.tokens[at].line)

    def _is_in_import(self, at: int) -> bool:
        """Whether a text stands in a list of imports, which is looked for above it and not far."""
        if not self._imports_end:
            opens = next((n for n, one in enumerate(self.tokens.all[:at]) if one.text == "import"), -1)
            self._imports_end = (
                self.tokens.pairs[opens + 1] if opens >= 0 and self.tokens.sign(opens + 1) == "(" else -1
            )
        return at < self._imports_end or self.tokens.sign(at - 2) == "import"

    _imports_end = 0

    def _readings(self, at: int, depth: int) -> Iterator[str]:
        end = self.tokens.span(at)
        if end == at + 1 and self.tokens[at].kind == "string":
            yield f"'{self.tokens[at].text}'"
            return
        text = self.tokens.text(at, end)
        if asked := _ASKED.search(text):
            yield from _asked(asked)
        elif text in _WORDS:
            yield _WORDS[text]
        elif _PATH.fullmatch(text):
            yield from self._named(text, depth)
        else:
            yield text
            yield from self._pieces(at, end, depth)

    def _pieces(self, at: int, end: int, depth: int) -> Iterator[str]:
        """Yield the texts, and of a list or of two ways the names, that a value is made of."""
        is_list = self.tokens.sign(at) == "[" or _TWO_WAYS.search(self.tokens.text(at, end)) is not None
        for piece in range(at, end):
            token = self.tokens[piece]
            if token.kind == "string":
                yield f"'{token.text}'"
            elif token.kind == "word" and (is_list or token.text in self._bound) and self.tokens.sign(piece - 1) != ".":
                yield from self._named(token.text, depth)

    def _named(self, path: str, depth: int) -> Iterator[str]:
        word = path.lstrip("!")
        last = word.rpartition(".")[2]
        if word in _WORDS or word in ("true", "false", "null") or word[:1].isdecimal():
            yield _WORDS.get(word, word)
        elif depth and last in self._bound and word == path:
            for start in self._bound[last][:DEEPEST]:
                yield from self._readings(start, depth - 1)
        elif last == last.upper() or self.imports.get(word.partition(".")[0]) or path.endswith("()"):
            yield self._whole(word)
        else:
            yield f"{UNKNOWN}{word}"


def _asked(match: re.Match[str]) -> Iterator[str]:
    """Yield what a question to the environment comes to where nobody has set it; what somebody sets is unknown."""
    name = match["a"] or match["b"] or match["c"]
    if not _STAGE.fullmatch(name):
        is_equal = (match["what"] if match["how"] else match["equals"]) == ""
        yield "true" if is_equal != (match["how"] or "").startswith("!") else "false"
        yield UNKNOWN
