"""Shell as rules see it: the commands of a script, one after the other, without its comments and its here-documents."""

import re
from bisect import bisect
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_PIPE = 9  # programs of a pipe that are remembered
SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash"})

_TOKEN = re.compile(
    r"""
    (?P<space> (?: [ \t\r]++ | \\\r?\n )++ )
  | (?P<comment> \#[^\n]*+ )
  | <<-?[ \t]*+['"\\]?(?P<here>\w++)['"]?
  | (?P<end> \n | ;++ | && | \|\|?&? | &(?!>) | `| \$\((?!\w++\)) | [()] )
  | (?P<word> (?:
        '[^']*+' | "(?:[^"\\]|\\.)*+" | \$\{\{[^}\n]{0,500}+\}\} | \$[({]\w++[)}] | \\. | \$(?!\() | <(?!<) | >&
      | [^\s;|&()`'"\\$<]
      | ['"\\]
    )++ )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*+)"|\\(.)""", re.DOTALL)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_VARIABLE = re.compile(r"\$[({]?(\w+)[)}]?")
_BEFORE = frozenset({
    "if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "exec", "command", "nohup", "builtin",
})  # fmt: skip
_WRAPPERS = frozenset({"sudo", "env", "nice", "xargs"})
_HARMLESS = frozenset({"true", ":", "echo", "printf"})


class Command(NamedTuple):
    """A command: its words without quotes, its line in the script counted from 0, and what surrounds it.

    `words` begin with the program, without its folder. `sources` are the programs whose output it reads, and
    `tolerated` says that nobody notices its failure.
    """

    words: tuple[str, ...]
    line: int
    sources: tuple[str, ...] = ()
    tolerated: bool = False

    @property
    def program(self) -> str:
        """What is run."""
        return self.words[0]

    def runs(self, *words: str) -> bool:
        """Whether it runs a program with the other words after it, in their order, whatever stands between."""
        rest = iter(self.words[1:])
        return self.program == words[0] and all(word in rest for word in words[1:])

    def starts(self, *words: str) -> bool:
        """Whether it begins with these words, options between them aside."""
        return tuple(word for word in self.words if not word.startswith("-"))[: len(words)] == words


class _Piece(NamedTuple):
    words: list[str]
    line: int
    before: str  # the sign that it follows


def commands(script: str) -> Iterator[Command]:
    """Yield the commands of a script; those of `bash -c "…"` and of `$(…)` are among them."""
    pieces = list(_pieces(script))
    sources: tuple[str, ...] = ()
    for number, (words, line, before) in enumerate(pieces):
        found = _program(words)
        sources = sources if before in ("|", "|&") else ()
        after = pieces[number + 1] if number + 1 < len(pieces) else None
        tolerated = after is not None and after.before == "||" and _shrugs(after.words)
        if found:
            read = _program(after.words)[:1] if after and after.before == "(" and words[-1].endswith("<") else ()
            yield Command(found, line, (*sources, *read), tolerated)
            if found[0] in SHELLS and "-c" in found[:-1]:
                for inner in commands(found[found.index("-c") + 1]):
                    yield inner._replace(line=line + inner.line)
        sources = (*sources[-LONGEST_PIPE:], *found[:1])


def _pieces(script: str) -> Iterator[_Piece]:
    breaks = [match.start() for match in re.finditer("\n", script)]
    words: list[str] = []
    before, start, here, position = "", 0, "", 0
    while match := _TOKEN.match(script, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "word":
            start = start if words else match.start()
            words.append(match[0])
        elif kind == "here":
            here = match["here"]
        elif kind == "end":
            if words:
                yield _Piece(words, bisect(breaks, start - 1), before)
                before = match[0]
            elif match[0] != "\n":
                before = match[0]
            words = []
            if here and match[0] == "\n":
                position, here = _after(script, here, position), ""
    if words:
        yield _Piece(words, bisect(breaks, start - 1), before)


def _after(script: str, tag: str, position: int) -> int:
    """Return where the script goes on after a here-document."""
    end = re.compile(rf"^[ \t]*{tag}[ \t\r]*$", re.MULTILINE).search(script, position)
    return end.end() if end else len(script)


def _program(words: list[str]) -> tuple[str, ...]:
    """Return a command's words from its program on: what comes before it and its folder taken away."""
    at = 0
    while at < len(words) and (words[at] in _BEFORE or _ASSIGNMENT.match(words[at])):
        at += 1
    while at < len(words) and words[at] in _WRAPPERS:
        at += 1
        while at < len(words) and (words[at].startswith("-") or _ASSIGNMENT.match(words[at])):
            at += 1
    found = [_plain(word) for word in words[at:]]
    if not found:
        return ()
    variable = _VARIABLE.fullmatch(found[0])
    program = variable[1].lower() if variable else found[0].rpartition("/")[2]
    if re.fullmatch(r"(?:python|py)[\d.]*", program):
        if len(found) > 2 and found[1] == "-m":  # noqa: PLR2004 - python -m MODULE
            return tuple(found[2:])
        program = "python"
    return (re.sub(r"^pip[\d.]+$", "pip", program), *found[1:])


def _plain(word: str) -> str:
    return _QUOTED.sub(lambda match: match[1] or match[2] or match[3] or "", word)


def _shrugs(words: list[str]) -> bool:
    return words[0] in _HARMLESS or words[:2] == ["exit", "0"]
