"""Drivers for single conflicts of the line merge, in text of any kind."""

import re
from collections.abc import Callable, Iterator
from itertools import zip_longest

from scaffold.merge import python
from scaffold.merge.drivers import Drivers
from scaffold.merge.markers import Conflict, split
from scaffold.merge.pins import is_own, newer
from scaffold.merge.text import same_insertion

# Where space at the start of a line means something, or two at its end do, or all of it. In TOML it may be a string's.
_INDENTED = re.compile(
    r"\.(pyi?|pyx|bzl|star|ya?ml|cff|toml|ini|cfg|md|markdown|rst|mk|just|haml|pug|slim|sass|styl|coffee|nim|fs|hs|elm|cabal)$"
    r"|(^|/)((GNU)?[Mm]akefile|[Jj]ustfile|Snakefile|SConstruct|SConscript|BUILD|\.editorconfig|\.flake8|\.coveragerc)$"
)
_ENDED = re.compile(r"\.(md|markdown)$")
_VERBATIM = re.compile(r"\.(tsv|tab|diff|patch|snap)$")
_quoted = re.compile(rb"\"[^\"]*\"|'[^']*'").sub


def settle(path: str, conflict: Conflict, drivers: Drivers) -> tuple[bytes, str] | None:
    """Return what a conflict comes to and the driver that says so, or None."""
    for name, driver in _DRIVERS.items():
        if name in drivers and (found := driver(path, conflict)) is not None:
            return found, name
    return None


def _space(path: str, conflict: Conflict) -> bytes | None:
    """Leave out a change that differs from the base, or from the other side's, in space alone."""
    if _VERBATIM.search(path):
        return None
    base, ours, theirs = (_spaceless(path, side) for side in (conflict.base, conflict.ours, conflict.theirs))
    if ours in (base, theirs):
        return conflict.theirs if ours == base else conflict.ours
    return conflict.ours if theirs == base else None


def _spaceless(path: str, content: bytes) -> list[bytes]:
    lines = [line.rstrip(b"\r\n") if _ENDED.search(path) else line.rstrip() for line in split(content)]
    start = rb"^[ \t]*" if _INDENTED.search(path) else rb"^"
    words = []
    for whole in lines:
        line = _quoted(lambda quoted: quoted[0].replace(b" ", b"\0").replace(b"\t", b"\1"), whole)
        found = re.match(start, line)
        indent = found[0] if found else b""
        words.append(indent + b" ".join(line[len(indent) :].split(b" " if _ENDED.search(path) else None)))
    return words


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


def _insertions(_path: str, conflict: Conflict) -> bytes | None:
    return same_insertion(conflict)


def _imports(path: str, conflict: Conflict) -> bytes | None:
    """Merge Python's imports and exports by name, which the whole module has to prove."""
    return python.settle(conflict) if path.endswith((".py", ".pyi")) else None


_DRIVERS: dict[str, Callable[[str, Conflict], bytes | None]] = {
    "space": _space,
    "pins": _pins,
    "insertions": _insertions,
    "imports": _imports,
}
