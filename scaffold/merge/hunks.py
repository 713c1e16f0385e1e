"""Drivers for single conflicts of the line merge, in text of any kind."""

import re
from collections.abc import Callable, Iterator
from itertools import zip_longest

from scaffold.merge import python
from scaffold.merge.drivers import Drivers
from scaffold.merge.markers import Conflict, split
from scaffold.merge.pins import is_own, newer
from scaffold.merge.text import same_change, same_insertion
from scaffold.merge.words import containing

# Languages in which space between words, and before them, means nothing outside of quotes.
_FREE = re.compile(
    r"\.(c|cc|cpp|cxx|h|hh|hpp|m|mm|java|kt|kts|scala|groovy|gradle|cs|go|rs|swift|dart|zig"
    r"|py|pyi|js|cjs|mjs|jsx|ts|tsx|css|scss|less|proto|thrift|graphql|gql|tf|tfvars|hcl|nix)$"
)
# What opens a text of several lines in one of them, in which space does mean something.
_LONG = re.compile(rb"`|\"\"\"|'''|<<|R\"|@\"|#\"")
# What begins a pattern there, or ends a tag, between which it does too: a slash, but for those of comments.
_PATTERN = re.compile(rb"(?<![/*])/(?![/*])")
_SCRIPT = re.compile(r"\.([cm]?[jt]s|[jt]sx)$")
# Where even space at a line's end means something: a break in Markdown, what a patch or a table holds.
_ENDED = re.compile(r"\.(md|markdown|tsv|tab|diff|patch|snap)$")
_quoted = re.compile(rb"\"[^\"]*\"|'[^']*'").sub


def settle(path: str, conflict: Conflict, drivers: Drivers) -> tuple[bytes, str] | None:
    """Return what a conflict comes to and the driver that says so, or None."""
    for name, driver in _DRIVERS.items():
        if name in drivers and (found := driver(path, conflict)) is not None:
            return found, name
    return None


def _space(path: str, conflict: Conflict) -> bytes | None:
    """Leave out a change that differs from the base, or from the other side's, in space alone."""
    sides = (conflict.base, conflict.ours, conflict.theirs)
    is_free = _FREE.search(path) is not None
    has_texts = any(_LONG.search(side) or (_SCRIPT.search(path) and _PATTERN.search(side)) for side in sides)
    if _ENDED.search(path) or (is_free and has_texts):
        base, ours, theirs = ([line.rstrip(b"\r\n") for line in split(side)] for side in sides)
    else:
        base, ours, theirs = (_spaceless(side, free=is_free, indented=path.endswith((".py", ".pyi"))) for side in sides)
    if theirs in (ours, base):
        return conflict.ours
    return conflict.theirs if base == ours else None


def _spaceless(content: bytes, *, free: bool, indented: bool) -> list[bytes]:
    """Return lines without space at their ends and, where it is `free`, with one space for any between words.

    Where the language is `indented`, what stands before the first word counts.
    """
    lines = [line if line.rstrip().endswith(b"\\") else line.rstrip() for line in split(content)]
    if not free:
        return lines
    kept = (_quoted(lambda quoted: quoted[0].replace(b" ", b"\0").replace(b"\t", b"\1"), line) for line in lines)
    return [line[: (len(line) - len(line.lstrip())) * indented] + b" ".join(line.split()) for line in kept]


def _pins(_path: str, conflict: Conflict) -> bytes | None:
    """Take the newer pin on each line, where no line differs in anything else."""
    sides = [_decoded(side) for side in (conflict.base, conflict.ours, conflict.theirs)]
    if any(side is None for side in sides):
        return None
    lines = [side.splitlines(keepends=True) for side in sides if side is not None]
    merged = list(_newer_lines(*lines))
    return None if None in merged else "".join(line for line in merged if line is not None).encode()


def _newer_lines(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[str | None]:
    for old, mine, new in zip_longest(base, ours, theirs):
        if mine == new and mine is not None:
            yield mine
        elif old is None or mine is None or new is None:
            yield None
        else:
            yield None if is_own(mine) else newer(old, mine, new)


def _decoded(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _insertions(path: str, conflict: Conflict) -> bytes | None:
    once = same_insertion(conflict)
    # Statements of Python are told apart elsewhere, by what they mean.
    if once is not None or path.endswith((".py", ".pyi")):
        return once
    found = same_change(conflict)
    return containing(conflict) if found is None else found


def _imports(path: str, conflict: Conflict) -> bytes | None:
    """Merge Python's imports and exports by name, which the whole module has to prove."""
    return python.settle(conflict) if path.endswith((".py", ".pyi")) else None


_DRIVERS: dict[str, Callable[[str, Conflict], bytes | None]] = {
    "space": _space,
    "pins": _pins,
    "insertions": _insertions,
    "imports": _imports,
}
