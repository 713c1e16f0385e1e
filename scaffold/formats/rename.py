"""A key of TOML, YAML or JSON gets another name, where it stands, with nothing else touched.

What a key looks like differs by format and by hand: bare or quoted, in a header of TOML or a chain of dots. So each
place where its text stands is tried, and the one counts after which the file says just what it is to say.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats import edit, values
from scaffold.formats.equal import ABSENT, at, equal, step

MOST = 100  # places that are tried one by one
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def rename_key(path: str, content: bytes, old: Sequence[str], new: Sequence[str]) -> bytes:
    """Return a file with what stands at one key path at another, which is free; raises FormatError where it cannot be.

    In the same mapping the key keeps its place and its comments. Elsewhere its value goes along.
    """
    expected = _moved(path, values.parse(path, content), old, new)
    if list(old[:-1]) == list(new[:-1]):
        for made in _tries(content, str(old[-1]), str(new[-1])):
            if _says(path, made, expected):
                return made
    made = edit.move_key(path, content, old, new)
    if not _says(path, made, expected):
        raise FormatError(f"`{'.'.join(old)}` cannot be renamed in {path} without harm", where=path)
    return made


def _moved(path: str, data: Any, old: Sequence[str], new: Sequence[str]) -> Any:
    """Return the data as it is to be."""
    data = deepcopy(data)
    value, holder = at(data, old), at(data, old[:-1])
    if not isinstance(holder, dict) or value is ABSENT or at(data, new) is not ABSENT:
        raise FormatError(f"`{'.'.join(old)}` of {path} is no key that can be renamed", where=path)
    del holder[step(holder, old[-1])]
    below = data
    for part in new[:-1]:
        key = step(below, part)
        below = below.setdefault(part, {}) if key is ABSENT else below[key]
        if not isinstance(below, dict):
            raise FormatError(f"`{part}` holds no keys in {path}", where=path)
    below[new[-1]] = value
    return data


def _tries(content: bytes, old: str, new: str) -> Iterator[bytes]:
    """Yield the file with the text of a key replaced at one place, in all headers of TOML, and everywhere."""
    word = re.escape(old.encode())
    token = re.compile(rb"""(?P<quote>["'])%b(?P=quote)|(?<![\w-])%b(?![\w-])""" % (word, word))
    spots = list(token.finditer(content))[:MOST]
    for spot in spots:
        yield _written(content, [spot], new)
    headers = [spot for spot in spots if content[content.rfind(b"\n", 0, spot.start()) + 1 :].lstrip().startswith(b"[")]
    for some in (headers, spots):
        if len(some) > 1:
            yield _written(content, some, new)


def _written(content: bytes, spots: Sequence[re.Match[bytes]], new: str) -> bytes:
    for spot in reversed(spots):
        quote = spot["quote"] or (b"" if _BARE.fullmatch(new) else b'"')
        content = b"".join((content[: spot.start()], quote, new.encode(), quote, content[spot.end() :]))
    return content


def _says(path: str, content: bytes, expected: Any) -> bool:
    try:
        return equal(values.parse(path, content), expected)
    except FormatError:
        return False
