"""What to make of a path that two layers write: `override`, `deep-merge`, `union` or `append`."""

from functools import lru_cache
from typing import assert_never

from scaffold.blueprint.manifest import Compose
from scaffold.formats import edit
from scaffold.tree import File


def compose(how: Compose, path: str, lower: File, upper: File) -> File:
    """Put the upper layer's file on the lower's; raises FormatError where deep-merge cannot read one."""
    if how == "override":
        return upper
    content, origin = _content(how, path, lower.content, upper.content), f"{lower.origin} + {upper.origin}"
    return File(content, lower.mode, origin, lower.inputs | upper.inputs)


@lru_cache(maxsize=256)
def _content(how: Compose, path: str, lower: bytes, upper: bytes) -> bytes:
    if how == "override":
        return upper
    if how == "deep-merge":
        return edit.deep_merge(path, lower, upper)
    if how == "union":
        return _union(_lines(lower), _lines(upper))
    if how == "append":
        return b"".join(_lines(lower) + _lines(upper))
    assert_never(how)


def _union(lower: list[bytes], upper: list[bytes]) -> bytes:
    """Append the upper's lines that the lower does not have; order and blank lines of each are kept."""
    have = set(lower)
    return b"".join(lower + [line for line in upper if not line.strip() or line not in have])


def _lines(content: bytes) -> list[bytes]:
    ended = content if content.endswith(b"\n") or not content else content + b"\n"
    return ended.splitlines(keepends=True)
