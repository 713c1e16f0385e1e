"""Shell as rules see it: the commands of a script, one after the other, without its comments and its here-documents."""

import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scaffold.formats.regex import regex
from scaffold.guard.kept import kept
from scaffold.guard.tables import table

LONGEST_PIPE = 9  # programs of a pipe that are remembered
DEEPEST = 5  # scripts that are given to a shell within each other
_TABLE = table("readers/shell")
SHELLS = frozenset(_TABLE["shells"])
# What runs other programs: by a name among its words, unless it only fetches or makes something.
RUNNERS, _FETCHES = frozenset(_TABLE["runners"]), frozenset(_TABLE["fetching"])

# Every part that repeats takes all it can and gives nothing back: what strangers write is read once.
_TOKEN = regex(
    r"""
    (?P<space> (?: [ \t\r]++ | \\\r?\n )++ )
  | (?P<comment> \#[^\n]*+ )
  | (?P<sum> \(\( (?: [^()\n] | \([^()\n]*+\) )*+ \)\) )
  | (?P<string> <<< )
  | (?P<here> <<-?[ \t]*+ (?: '[^'\n]++' | "[^"\n]++" | \\?[A-Za-z_][\w.-]*+ ) )
  | (?P<end> \n | ;++ | && | \|\|?&? | &(?!>) | `| \$\((?!\(|\w++\)) | [()] )
  | (?P<word> (?:
        '[^']*+' | "(?:[^"\\]|\\.)*+" | \$\{\{[^{}\n]{0,500}+\}\} | \$[({]\w++[)}] | \\.
      | \$\(\( (?: [^()\n] | \([^()\n]*+\) )*+ \)\) | \$(?!\() | <(?!<) | >&
      | [^\s;|&()`'"\\$<]
      | ['"\\]
    )++ )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED = regex(r"""'([^']*+)'|"((?:[^"\\]|\\.)*+)"|\\(.)""", re.DOTALL)
_ASSIGNMENT = regex(r"[A-Za-z_]\w*+\+?=")
_VARIABLE = regex(r"\$[({]?(\w+)[)}]?")
_DASH_C = regex(r"-[a-z]*c")
_BEFORE = frozenset(_TABLE["before"])
# What runs the rest of its words: its options that take a value, and how many words of its own come before.
_WRAPPERS: Mapping[str, Mapping[str, Any]] = _TABLE["wrappers"]
_HARMLESS = frozenset(_TABLE["harmless"])


class Command(NamedTuple):
    """A command: its words without quotes, its line in the script counted from 0, and what surrounds it.

    `words` begin with the program, without its folder, which `path` has. `sources` are the programs whose output it
    reads, and `tolerated` says that nobody notices its failure.
    """

    words: tuple[str, ...]
    line: int
    sources: tuple[str, ...] = ()
    tolerated: bool = False
    path: str = ""

    @property
    def written(self) -> tuple[str, ...]:
        """Its words with the program as it is written, with its folder."""
        return (self.path or self.program, *self.words[1:])

    @property
    def program(self) -> str:
        """What is run."""
        return self.words[0]

    def runs(self, *words: str) -> bool:
        """Whether it runs a program with the other words after it, in their order, whatever stands between."""
        return self.program == words[0] and _in_order(words[1:], self.words[1:])

    def starts(self, *words: str) -> bool:
        """Whether it begins with these words, options between them aside."""
        return tuple(word for word in self.words if not word.startswith("-"))[: len(words)] == words

    def calls(self, *words: str) -> bool:
        """Whether it runs a program as `runs` says: itself, or by a runner such as uvx, npx, docker or `go run`."""
        return any(name == words[0] and _in_order(words[1:], self.words[at + 1 :]) for at, name in self.names())

    def names(self) -> Iterator[tuple[int, str]]:
        """Yield what it may run by name, its program first, each with its place among the words."""
        yield 0, self.program
        runs_others = self.program in RUNNERS or self.program.endswith((".sh", ".ps1", ".cmd", ".bat"))
        if runs_others and _FETCHES.isdisjoint(self.words[1:2]) and self.words[1:3] != ("tool", "install"):
            for at, word in enumerate(self.words[1:], start=1):
                if not word.startswith("-"):
                    yield at, re.split(r"[=@:<>~!\[]", word.rpartition("/")[2])[0] or word


def _in_order(words: tuple[str, ...], within: tuple[str, ...]) -> bool:
    rest = iter(within)
    return all(word in rest for word in words)


class _Piece(NamedTuple):
    words: list[str]
    line: int
    before: str  # the sign that it follows
    fed: list[tuple[int, str]]  # its here-documents and here-strings, with their lines


@kept()
def commands(script: str, depth: int = 0) -> Iterator[Command]:
    """Yield the commands of a script, those among them that are given to a shell: `bash -c "…"`, `sh <<EOF`."""
    pieces = list(_Scanner(script).pieces())
    sources: tuple[str, ...] = ()
    handed: list[tuple[int, str]] = []  # the here-documents that go on through a pipe
    for number, (words, line, before, fed) in enumerate(pieces):
        found = _program(words)
        piped = before in ("|", "|&")
        sources = sources if piped else ()
        handed = fed or (handed if piped else [])
        after = pieces[number + 1] if number + 1 < len(pieces) else None
        tolerated = after is not None and after.before == "||" and _shrugs(after.words)
        if found:
            read = _program(after.words)[:1] if after and after.before == "(" and words[-1].endswith("<") else ()
            yield Command(found, line, (*sources, *read), tolerated, _path(words, found[0]))
            for start, inner in _given(found, line, handed) if depth < DEEPEST and found[0] in SHELLS else ():
                for command in commands(inner, depth + 1):
                    yield command._replace(line=start + command.line)
        sources = (*sources[-LONGEST_PIPE:], *found[:1])


def _given(words: tuple[str, ...], line: int, handed: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the scripts that a shell is given: by `-c`, or to read where it is not told of a file."""
    option = next((at for at, word in enumerate(words[:-1]) if at and _DASH_C.fullmatch(word)), None)
    if option is not None:
        yield line, words[option + 1]
    elif "-s" in words or not any(word[:1] not in "-+><" for word in words[1:]):
        yield from handed


class _Scanner:
    """Splits a script into its pieces; what here-documents hold is put beside the piece that reads them."""

    def __init__(self, script: str) -> None:
        self._script = script
        self._breaks = [match.start() for match in re.finditer("\n", script)]
        self._words: list[str] = []
        self._start = 0
        self._before = ""
        self._fed: list[tuple[int, str]] = []
        self._waiting: list[tuple[str, list[tuple[int, str]]]] = []
        self._is_fed = False  # the next word is a here-string

    def pieces(self) -> Iterator[_Piece]:
        position = 0
        while match := _TOKEN.match(self._script, position):
            position = match.end()
            kind, text = match.lastgroup, match[0]
            if kind == "word" and self._is_fed:
                self._fed.append((self._line(match.start()), _plain(text)))
                self._is_fed = False
            elif kind in ("word", "sum"):
                self._start = self._start if self._words else match.start()
                self._words.append(text)
            elif kind == "string":
                self._is_fed = True
            elif kind == "here":
                self._waiting.append((text.lstrip("<-").strip(" \t'\"\\"), self._fed))
            elif kind == "end":
                yield from self._piece()
                if self._before == "" or text not in "\n(":  # a line may end, or a group begin, behind a pipe
                    self._before = text
                if text == "\n":
                    position = self._bodies(position)
        yield from self._piece()

    def _line(self, at: int) -> int:
        return bisect(self._breaks, at - 1)

    def _piece(self) -> Iterator[_Piece]:
        if self._words:
            yield _Piece(self._words, self._line(self._start), self._before, self._fed)
            self._before = ""
            self._words, self._fed = [], []
        self._is_fed = False

    def _bodies(self, position: int) -> int:
        """Read the here-documents that a line has announced, and return where the script goes on."""
        for tag, fed in self._waiting:
            end = re.compile(rf"^[ \t]*+{re.escape(tag)}[ \t\r]*+$", re.MULTILINE).search(self._script, position)
            stop = end.start() if end else len(self._script)
            fed.append((self._line(position), self._script[position:stop]))
            position = min(end.end() + 1, len(self._script)) if end else stop
        self._waiting = []
        return position


def _program(words: list[str]) -> tuple[str, ...]:
    """Return a command's words from its program on: what comes before it and its folder taken away."""
    at = 0
    while at < len(words) and (words[at] in _BEFORE or words[at] in _WRAPPERS or _ASSIGNMENT.match(words[at])):
        at = _behind(words, at) if words[at] in _WRAPPERS else at + 1
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


def _path(words: list[str], program: str) -> str:
    """Return a program as it is written among the words of a command."""
    return next((_plain(word) for word in words if _plain(word).rpartition("/")[2] == program), program)


def _behind(words: list[str], at: int) -> int:
    """Return where the command begins that a wrapper runs."""
    wrapper = _WRAPPERS[words[at]]
    at += 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in wrapper.get("valued", ()) else 1
    return at + int(wrapper.get("operands", 0))


def _plain(word: str) -> str:
    return _QUOTED.sub(lambda match: match[1] or match[2] or match[3] or "", word)


def _shrugs(words: list[str]) -> bool:
    return words[0] in _HARMLESS or words[:2] == ["exit", "0"]
