"""Facts of a source: what is called with which arguments, what is set, named, imported and written in quotes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, Protocol

from scaffold.formats.regex import regex

Kind = Literal["call", "set", "name", "text", "import", "body"]
LONGEST = 90  # characters of a name that are looked at
_PLAIN = regex(r"[-_.\s]")
_LAST_WORD = regex(r"[A-Z]?[a-z]+|[A-Z]+")
_WHEN = regex(r"«([^»]*)»")
OPEN = "**"  # the name of arguments that are handed on whole
UNKNOWN = "?"  # begins a reading that only the running program knows, and its name follows


class Argument(NamedTuple):
    """A value by its name, or by its place from 0, and where in the source it is read."""

    name: str
    at: Any


class Fact(NamedTuple):
    """One thing that a source says.

    `name` is whole: `requests.Session.get` where a name here stands for it. `within` are the function and what the
    value is assigned to, with what `if` asks between `«` and `»`, and `of` is what made the thing before the last dot.
    """

    kind: Kind
    name: str
    line: int
    arguments: Sequence[Argument] = ()
    within: str = ""
    of: str = ""

    @property
    def around(self) -> str:
        """What it is within, but for the conditions."""
        return _WHEN.sub("", self.within)

    @property
    def when(self) -> str:
        """The conditions that it is under."""
        return " ".join(_WHEN.findall(self.within))


class Wanted(NamedTuple):
    """What patterns of a language speak of; of nothing else facts need be made.

    `names` are the last parts of calls and names, and arguments. `keys` are what is set, as `keys_of` has it, and
    one of `texts` is in each text.
    """

    names: frozenset[str]
    keys: frozenset[str]
    texts: Sequence[str]

    def sets(self, name: str) -> bool:
        """Whether patterns may speak of what is set."""
        return not self.keys.isdisjoint(keys_of(name))

    def text(self, text: str) -> bool:
        """Whether patterns may speak of a text."""
        return any(map(plain(text).__contains__, self.texts))


def plain(name: str) -> str:
    """Return a name without the lines and dots in it and in small letters: `SSL_VERIFY` is `sslVerify`."""
    return _PLAIN.sub("", name).lower()


@lru_cache(4_000)
def keys_of(name: str) -> tuple[str, str, str]:
    """Return what stands for a name that is set: its last part, `*url` for the last word of it, and all of it."""
    last = name.rpartition(".")[2][-LONGEST:]
    words = _LAST_WORD.findall(last)
    return plain(last), f"*{words[-1].lower()}" if words else "", plain(name[-LONGEST:])


class Source(Protocol):
    """A source that was read: its facts, and what a value in it may stand for."""

    @property
    def facts(self) -> Sequence[Fact]:
        """All that it says, line by line."""

    def readings(self, at: Any) -> Sequence[str]:
        """Return what a value may be, each as in code: `'text'`, `false`, `null`, `0`, `ssl.CERT_NONE`."""


@dataclass(frozen=True)
class Name:
    """A value by the name that stands for it, where there is no text or number; `known` says that no caller decides."""

    text: str
    known: bool = True


def written(value: object) -> str:
    """Return a value as readings have it, the same for each language."""
    if isinstance(value, Name):
        return value.text if value.known else f"{UNKNOWN}{value.text}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str | bytes):
        return f"'{value if isinstance(value, str) else value.decode(errors='replace')}'"
    return str(value)
