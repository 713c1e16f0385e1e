"""Patterns as in .gitignore, of which the last match wins: whose a file is."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from scaffold.blueprint.ownership import Ownership
from scaffold.errors import FormatError

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
    from pathspec import PathSpec  # 10 ms that `scaffold status` need not pay

    check = PathSpec.from_lines("gitignore", patterns).check_file

    def matches(*paths: str) -> bool:
        said = (check(path).include for path in paths)
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

    def __init__(self, patterns: Mapping[str, Ownership], where: str) -> None:
        """Compile the patterns in their order; raises FormatError."""
        from pathspec import PathSpec

        self._owners = list(patterns.values())
        # Not GitIgnoreSpec: there, as in git, a pattern for a folder gives way to an earlier one for the file.
        try:
            self._spec = PathSpec.from_lines("gitignore", patterns)
        except ValueError as error:
            raise FormatError(f"`ownership` holds {error}", where=where) from error

    def of(self, path: str) -> Ownership:
        """Return the ownership of `path`."""
        index = self._spec.check_file(path).index
        return Ownership() if index is None else self._owners[index]
