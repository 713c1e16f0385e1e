"""What a library has released before: its tags, and its blueprints as their newest tags have them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from scaffold.blueprint.places import tag
from scaffold.errors import ScaffoldError
from scaffold.git.objects import is_repository, open_repository
from scaffold.sources.library import GitLibrary, newest_of, version_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from packaging.version import Version

    from scaffold.blueprint.release import Release


class Past(NamedTuple):
    """The tags of a library's repository, and how to read the newest release of a blueprint; None: there is none."""

    tags: tuple[str, ...] = ()
    newest: Callable[[str], Release | None] = lambda _: None

    def versions(self, name: str) -> dict[Version, str]:
        """Return the released versions of a blueprint, with their tags."""
        prefix = tag(name, "")
        found = {version_of(one.removeprefix(prefix)): one for one in self.tags if one.startswith(prefix)}
        return {version: spelled for version, spelled in found.items() if version is not None}


def past_of(root: Path) -> Past:
    """Return what the library in a folder has released, which is nothing where it is no git repository."""
    if not is_repository(root):
        return Past()
    repository = open_repository(root)
    library = GitLibrary(repository, str(root))
    tags = repository.tags("")

    @cache
    def newest(name: str) -> Release | None:
        versions = Past(tags).versions(name)
        try:
            return library.release(name, str(newest_of(versions, prereleases=True))) if versions else None
        except ScaffoldError:
            return None

    return Past(tags, newest)
