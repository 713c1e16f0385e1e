"""Patterns as in .gitignore, of which the last match wins: whose a file is."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from scaffold.blueprint.globs import globs
from scaffold.blueprint.ownership import Ownership

PART = "\x01\x01"  # what no pattern names, and only wildcards match
DEEP = f"{PART}/{PART}/"
_WILD = re.compile(r"\\(.)|\*\*/|\*+|\?|\[[^]]*\]")


def pattern_of(path: str) -> str:
    """Return the pattern that matches one path, and what is below it."""
    return "/" + re.sub(r"([\\*?\[\]!#]| (?=$))", r"\\\1", path)


@lru_cache(maxsize=64)
def matcher(patterns: tuple[str, ...]) -> Callable[..., bool]:
    """Return whether one of the patterns matches a path, the last one deciding; raises ValueError.

    Of several paths of one file, the first that any pattern speaks of decides.
    """
    says = globs(patterns).says

    def matches(*paths: str) -> bool:
        said = map(says, paths)
        return next((one for one in said if one is not None), False)

    return matches


def with_pattern(patterns: tuple[str, ...], said: str) -> tuple[str, ...]:
    """Return patterns with one more at the end, without those of which it leaves nothing."""
    over = said.removeprefix("!")
    covers = matcher((over,))
    left = (one for one in patterns if one.removeprefix("!") != over and not all(map(covers, _samples(one))))
    return (*left, said)


def _samples(pattern: str) -> tuple[str, str]:
    """Return paths that a pattern matches, one high up and one far down: what matches both matches all that it does."""
    path = pattern.removeprefix("!").rstrip("/")
    path = path.removeprefix("/") if "/" in path else f"**/{path}"
    return _filled(path, ""), f"{_filled(path, DEEP)}/{PART}"


def _filled(path: str, between: str) -> str:
    """Return a path for a pattern, with some folders for each `**/` of it."""
    return _WILD.sub(lambda found: found[1] or (between if found[0] == "**/" else PART), path)


class Rules:
    """Ownership patterns, compiled; a file that no pattern matches is managed."""

    def __init__(self, patterns: Mapping[str, Ownership]) -> None:
        """Compile the patterns in their order; raises ValueError."""
        self._owners = list(patterns.values())
        self._globs = globs(tuple(patterns))

    def of(self, path: str) -> Ownership:
        """Return the ownership of `path`."""
        index = self._globs.deciding(path)
        return Ownership() if index is None else self._owners[index]
