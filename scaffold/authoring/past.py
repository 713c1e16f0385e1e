"""What a library has released before: its tags, and its blueprints as their newest tags have them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from scaffold.blueprint.places import tag
from scaffold.errors import ScaffoldError
from scaffold.git.objects import is_repository, open_repository
from scaffold.sources.built_in import RELEASES, built_in_root, bundled
from scaffold.sources.library import GitLibrary, newest_of, version_of
from scaffold.sources.locate import BUILT_IN, locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from packaging.version import Version

    from scaffold.blueprint.manifest import Blueprint
    from scaffold.blueprint.release import Release
    from scaffold.sources.library import Library


class Past(NamedTuple):
    """The tags of a library, and how to read a release by its blueprint and version."""

    tags: tuple[str, ...] = ()
    read: Callable[[str, str], Release | None] = lambda _name, _version: None

    def versions(self, name: str) -> dict[Version, str]:
        """Return the released versions of a blueprint, with their tags."""
        prefix = tag(name, "")
        found = {version_of(one.removeprefix(prefix)): one for one in self.tags if one.startswith(prefix)}
        return {version: spelled for version, spelled in found.items() if version is not None}

    def newest(self, name: str) -> Release | None:
        """Return the newest release of a blueprint; None where there is none, or it cannot be read."""
        versions = self.versions(name)
        return self.read(name, str(newest_of(versions, prereleases=True))) if versions else None

    def supported(self, blueprint: Blueprint) -> Iterator[Release]:
        """Yield the releases from which projects may come: what is not withdrawn, nor older than the oldest."""
        for version in sorted(self.versions(blueprint.name)):
            if not blueprint.outlived(version) and (release := self.read(blueprint.name, str(version))):
                yield release


def past_of(root: Path) -> Past:
    """Return what the library in a folder has released, which is nothing where it is no git repository.

    The releases of the built-in library are those that the package carries.
    """
    library: Library
    if root == built_in_root():
        library = locate(BUILT_IN)
        tags = tuple(tag(name, version) for name in library.names() for version in bundled(root / RELEASES, name))
    elif is_repository(root):
        repository = open_repository(root)
        library, tags = GitLibrary(repository, str(root)), repository.tags("")
    else:
        return Past()

    @cache
    def read(name: str, version: str) -> Release | None:
        try:
            return library.release(name, version)
        except ScaffoldError:
            return None

    return Past(tags, read)
