"""Patterns as in .gitignore, of which the last match wins: whose a file is."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from scaffold.blueprint.ownership import Ownership
from scaffold.errors import FormatError


def pattern_of(path: str) -> str:
    """Return the pattern that matches one path, and what is below it."""
    return "/" + re.sub(r"([\\*?\[\]!#]| (?=$))", r"\\\1", path)


@lru_cache(maxsize=64)
def matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Return whether one of the patterns matches a path, the last one deciding; raises ValueError."""
    from pathspec import PathSpec  # 10 ms that `scaffold status` need not pay

    return PathSpec.from_lines("gitignore", patterns).match_file


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
