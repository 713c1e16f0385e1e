"""One notion of equal for data, whichever format and reader it comes from, and the key paths that lead into it.

Two values are equal where their canonical texts are, so that equality and digests can never disagree. A key is its
text, as it is written: `on` is no `true`, and a YAML mapping may hold both. Values have types: `1` is neither `true`,
`1.0` nor `"1"`, and a day is no text. The order of a mapping does not count, nor of keys of it that are one text.
"""

import json
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, time
from hashlib import sha256
from typing import Any, NamedTuple

ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()
LONGEST = 10_000  # bits of an integer that Python still writes in decimals

KeyPath = Sequence[Any]
_INDEX = re.compile(r"[0-9]{1,9}")
_plain = json.JSONEncoder(ensure_ascii=False).encode


class Tagged(NamedTuple):
    """A value with a tag of some program's own, such as `!ENV`: compared, never understood."""

    tag: str
    value: Any


def canonical(value: Any) -> str:
    """Return the text that equal values share and no others: JSON where it can be, and nothing where it is absent."""
    if value is ABSENT:
        return ""
    if value is None or isinstance(value, str | bool | float):
        return _plain(value)
    if isinstance(value, int):
        return _plain(value) if value.bit_length() <= LONGEST else hex(value)
    if isinstance(value, Mapping):
        rows = sorted((as_text(key), canonical(item)) for key, item in value.items())
        return f"{{{','.join(f'{_plain(key)}:{item}' for key, item in rows)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(canonical, value))}]"
    return _unusual(value)


def _unusual(value: Any) -> str:
    """Write what JSON does not have, so that nothing that it has reads the same."""
    if isinstance(value, Tagged):
        return f"{_plain(value.tag)} {canonical(value.value)}"
    if isinstance(value, tuple):
        return f"({','.join(map(canonical, value))})"
    if isinstance(value, AbstractSet):
        return f"<{','.join(sorted(map(canonical, value)))}>"
    if isinstance(value, date | time):
        return value.isoformat()
    return f"{type(value).__name__}({_plain(repr(value))})"


def as_text(value: Any) -> str:
    """Return text as it is, and all else as JSON writes it: so a key counts that a reader took for a number."""
    return value if isinstance(value, str) else canonical(value)


def equal(one: Any, other: Any) -> bool:
    """Whether two values are equal; NaN is itself, and what is absent is equal to nothing else."""
    # Walking what nearly all data consists of comes to the same, and ends at the first difference.
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict) and _has_text_keys(one) and _has_text_keys(other):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    return one is other or canonical(one) == canonical(other)


def _has_text_keys(data: dict[Any, Any]) -> bool:
    return all(isinstance(key, str) for key in data)


def digest(value: Any) -> str:
    """Return a SHA-256 that equal values share, or nothing where the value is absent."""
    return "" if value is ABSENT else sha256(canonical(value).encode(errors="surrogatepass")).hexdigest()


def step(data: Any, part: Any) -> Any:
    """Return the key, or in a list the index, that a part of a key path names in data; ABSENT where there is none."""
    if isinstance(data, Mapping) and isinstance(part, str):
        if part in data:
            return part
        return next((key for key in data if not isinstance(key, str) and as_text(key) == part), ABSENT)
    if isinstance(data, list) and (isinstance(part, int) or (isinstance(part, str) and _INDEX.fullmatch(part))):
        return int(part) if -len(data) <= int(part) < len(data) else ABSENT
    return ABSENT


def at(data: Any, keys: KeyPath) -> Any:
    """Return the value at a key path, in which a number also counts the elements of a list, or ABSENT."""
    for part in keys:
        key = step(data, part)
        if key is ABSENT:
            return ABSENT
        data = data[key]
    return data
