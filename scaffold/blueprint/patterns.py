"""Ownership by gitignore-style pattern, of which the last match wins."""

from functools import lru_cache

from pathspec import PathSpec

from scaffold.blueprint.ownership import Ownership
from scaffold.blueprint.release import Release, manifest_path
from scaffold.errors import FormatError


class Rules:
    """The ownership patterns of a release, compiled; a file that no pattern matches is managed."""

    def __init__(self, release: Release) -> None:
        """Compile the patterns in their order."""
        patterns = release.blueprint.ownership
        self._owners = list(patterns.values())
        # Not GitIgnoreSpec: there, as in git, a pattern for a folder gives way to an earlier one for the file.
        try:
            self._spec = PathSpec.from_lines("gitignore", patterns)
        except ValueError as error:
            raise FormatError(f"`ownership` holds {error}", where=manifest_path(release.blueprint.name)) from error

    def of(self, path: str) -> Ownership:
        """Return the ownership of `path`."""
        index = self._spec.check_file(path).index
        return Ownership() if index is None else self._owners[index]


@lru_cache(maxsize=64)
def rules_of(release: Release) -> Rules:
    """Return a release's rules, compiled once."""
    return Rules(release)
