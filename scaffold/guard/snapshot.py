"""A project's files as they stand somewhere: in its folder, in git's index, or at a commit."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pathspec import PathSpec

SUBMODULE = "160000"
LARGEST = 1_000_000  # bytes of a file that a rule reads; what is larger is no text that people wrote


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The modes of all files by path, in order, and how to learn more of one.

    `blobs` are git's ids of those that are as git has them. `measure` returns bytes, `fetch` the content, of a symbolic
    link its target; both raise ScaffoldError for a file that cannot be read.
    """

    modes: Mapping[str, str]
    blobs: Mapping[str, str]
    measure: Callable[[str], int]
    fetch: Callable[[str], bytes]
    _matched: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict, repr=False)

    def matching(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the paths that one of the patterns, as in .gitignore, matches; `!` takes out again."""
        if patterns not in self._matched:
            self._matched[patterns] = tuple(_matching(self.modes, patterns))
        return self._matched[patterns]


def _matching(paths: Iterable[str], patterns: tuple[str, ...]) -> Iterator[str]:
    spec = spec_of(patterns)
    return (path for path in paths if spec.match_file(path))


@lru_cache(maxsize=500)
def spec_of(patterns: tuple[str, ...]) -> PathSpec[Any]:
    """Compile patterns as in .gitignore; raises ValueError."""
    return PathSpec.from_lines("gitignore", patterns)
