"""A project's files as they stand somewhere: in its folder, in git's index, or at a commit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scaffold.guard.paths import Paths

SUBMODULE = "160000"
LARGEST = 1_000_000  # bytes of a file that a rule reads; what is larger is no text that people wrote
SEARCHED = 5_000_000  # bytes of a file that is only searched


@dataclass(frozen=True)
class Snapshot:
    """The modes of all files by path, in order, and how to learn more of one.

    `blobs` are git's ids of those that are as git has them. `measure` returns bytes, `fetch` the content, of a symbolic
    link its target; both raise ScaffoldError for a file that cannot be read. `recall` returns what git still has under
    an id: a file as it was applied.
    """

    modes: Mapping[str, str]
    blobs: Mapping[str, str]
    measure: Callable[[str], int]
    fetch: Callable[[str], bytes]
    recall: Callable[[str], bytes | None] = lambda _: None

    @cached_property
    def paths(self) -> Paths:
        """The paths, to be asked by pattern."""
        return Paths(self.modes)

    @cached_property
    def made(self) -> dict[Any, Any]:
        """What rules have made of it, kept for the next rule until all have looked; `Look` alone asks for it."""
        return {}
