"""Ownership by gitignore-style pattern, of which the last match wins."""

from collections.abc import Mapping

from pathspec import PathSpec

from scaffold.blueprint.ownership import Ownership
from scaffold.errors import FormatError


class Rules:
    """Ownership patterns, compiled; a file that no pattern matches is managed."""

    def __init__(self, patterns: Mapping[str, Ownership], where: str) -> None:
        """Compile the patterns in their order; raises FormatError."""
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
