"""A project's files as they are seen somewhere: in a work tree, in git's index, or at a commit of any repository."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from scaffold.git.index import Entry
from scaffold.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scaffold.lock import Locked
    from scaffold.merge.manner import Manner

Standing = Mapping[str, File | None]  # path -> the file that stands there, as it is there
Entries = Mapping[str, Entry]  # path -> mode, and git's id of what stands there, or UNKNOWN


class Seen(Protocol):
    """Where a project's files stand; all paths are the project's own. Raises ProjectError or GitError."""

    @property
    def name(self) -> str:
        """What it is called: `work tree`, `index`, or the id of a commit."""

    def standing(self, paths: Iterable[str]) -> dict[str, File | None]:
        """Return the file that stands at each of `paths`, as it is there; a folder is none."""

    def stored(self, standing: Standing, known: Mapping[str, Locked]) -> dict[str, File]:
        """Return what stands at some paths as git would store it; `known` is what was applied there."""

    def entries(self) -> dict[str, Entry]:
        """Return all there is that git does not ignore, by path in order."""

    def size(self, path: str, id_: str) -> int:
        """Return the bytes of what stands at a path under an id."""

    def tracked(self) -> tuple[str, ...]:
        """Return the paths that git has."""

    def staged(self, paths: Iterable[str]) -> dict[str, Entry]:
        """Return mode and id of those of `paths` that git has; what is in conflict is not among them."""

    def committed(self, paths: Iterable[str]) -> dict[str, Entry]:
        """Return mode and id of those of `paths` that the commit has on which all this stands."""

    def conflicted(self) -> frozenset[str]:
        """Return the paths that git holds stages of a conflict for."""

    def others(self, folder: str) -> list[str]:
        """Return the files in a folder that git neither has nor ignores."""

    def inside(self, folder: str) -> list[str]:
        """Return the files in a folder; none where there is no folder."""

    def names(self, folder: str) -> list[str]:
        """Return the names of the files directly in a folder (empty: the top), those too that git ignores."""

    def other_case(self, path: str) -> str | None:
        """Return what stands at a path that differs from this one by case only, or None."""

    def manner(self, path: str) -> Manner:
        """Return how git is told to merge a file."""

    def read(self, path: str) -> bytes | None:
        """Return what a template may read of a file; raises ProjectError for a link that leads out of the project."""
