"""Looking into documents that strangers wrote: what may be there at a way below, and on which line."""

from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.equal import ABSENT, step
from scaffold.formats.located import Located


def line_of(at: Located) -> int:
    """Return the line of a value in its document, or of the nearest thing above it that has one."""
    path = at.path
    while path and path not in at.lines:
        path = path[:-1]
    line = at.lines.get(path, 1)
    return line if isinstance(line, int) else 1


def below(at: Located | None, *keys: str | int) -> Located | None:
    """Return the value at a way below, or None; there is nothing below nothing."""
    for key in keys:
        there = ABSENT if at is None else step(at.data, key)
        if at is None or there is ABSENT:
            return None
        at = at.child(there)
    return at


def value(at: Located | None, *keys: str | int) -> Any:
    """Return the plain value at a way below, or None."""
    there = below(at, *keys)
    return None if there is None else there.data


def line_at(at: Located, *keys: str | int) -> int:
    """Return the line of a value at a way below, or of the nearest thing on the way that is there."""
    for key in keys:
        there = below(at, key)
        if there is None:
            break
        at = there
    return line_of(at)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a value where it is a mapping, and else an empty one: people write all kinds of things."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> list[Any]:
    """Return a value where it is a list, and else an empty one."""
    return value if isinstance(value, list) else []


def entries(at: Located | None) -> Iterator[tuple[str, Located]]:
    """Yield the keys of a mapping, as texts, and what stands there; nothing where there is no mapping."""
    if at is not None and isinstance(at.data, Mapping):
        yield from ((str(name), at.child(name)) for name in at.data)


def elements(at: Located | None) -> Iterator[Located]:
    """Yield what stands in a list; nothing where there is no list."""
    if at is not None and isinstance(at.data, list):
        yield from at.elements()
