"""Releases as what a library offers: one that is there, or a state of it that nobody has released yet."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scaffold.errors import SourceError
from scaffold.fleet.libraries import Libraries, Remembered
from scaffold.fleet.releases import digest_of
from scaffold.git.objects import is_repository, open_repository
from scaffold.sources.library import AS_IT_STANDS
from scaffold.sources.policy import place_of, places_of

if TYPE_CHECKING:
    from packaging.version import Version

    from scaffold.blueprint.manifest import Blueprint
    from scaffold.blueprint.release import Release
    from scaffold.sources.library import Library

HEAD = "HEAD"
MOVED = "the library's files were changed while the members were planned for"


class Draft(NamedTuple):
    """A state of a blueprint in the library in a folder: at a commit, or as its files stand; and the digest of it.

    `sources` are other libraries whose members it is for, as their locks name them.
    """

    library: str
    blueprint: str
    revision: str | None = None
    sources: tuple[str, ...] = ()
    digest: str = ""


class Offered(Remembered):
    """A library whose newest version of a blueprint is a given release, whatever its tags and its history say."""

    is_draft = True

    def __init__(self, library: Library, release: Release) -> None:
        """Take a library, and a release of it, or a state that may become one."""
        super().__init__(lambda: library)
        self.offered = release
        name, version = release.blueprint.name, release.version
        self.is_released = library.tag_commit(name, version) is not None

    def newest(self, name: str) -> Version:
        """Return the version that is offered."""
        return self.offered.blueprint.version if name == self.offered.blueprint.name else super().newest(name)

    def release(self, name: str, ref: str | None = None) -> Release:
        """Read the release that is offered, or another one; raises SourceError."""
        offered = self.offered
        means_it = ref in (None, offered.commit) or (ref == offered.version and not self.is_released)
        return offered if name == offered.blueprint.name and means_it else super().release(name, ref)

    def now(self, name: str) -> Blueprint | None:
        """Return the manifest that is offered."""
        return self.offered.blueprint if name == self.offered.blueprint.name else super().now(name)

    def tag_commit(self, name: str, version: str) -> str | None:  # noqa: ARG002 - as in any library
        """Return None: that a tag was moved is no matter here."""
        return None

    def has_commit(self, commit: str) -> bool:  # noqa: ARG002 - as in any library
        """Return True: that history was rewritten is no matter here."""
        return True


class Sides(NamedTuple):
    """A library, what it would offer with a draft, what it offers now, and the places by which members name it."""

    library: Library
    draft: Offered
    released: Offered | None
    places: frozenset[str]

    @property
    def called(self) -> str:
        """What the draft is called: by its version, and more where a release has that already."""
        draft = self.draft.offered
        tagged = self.library.tag_commit(draft.blueprint.name, draft.version)
        return draft.version if tagged in (None, draft.commit) else f"{draft.version} as it stands"

    @property
    def notes(self) -> tuple[str, ...]:
        """What an author should know of the draft."""
        if self.released is None:
            return ()
        draft, released = self.draft.offered, self.released.offered
        older = draft.blueprint.version < released.blueprint.version
        alike = digest_of(replace(draft, commit=None)) == digest_of(replace(released, commit=None))
        said = (
            (older, f"{draft.version} is older than {released.version}, so nobody would be brought to it unasked"),
            (alike, f"it holds nothing that {released.version} does not"),
        )
        return tuple(note for holds, note in said if holds)

    def is_of(self, source: str, base: Path) -> bool:
        """Whether a source means the library, in any spelling."""
        return place_of(source, base) in self.places


@lru_cache(maxsize=1)
def sides_of(run: str, draft: Draft, *, offline: bool) -> Sides:
    """Return this process's two sides of a draft for one run; raises SourceError, or FormatError for what is no draft.

    Where the draft has a digest, and is another one now, that is a SourceError too.
    """
    del run
    name, folder = draft.blueprint, Path(draft.library)
    library = Libraries(offline=offline).at(draft.library, base=Path(), called=name)
    bare = is_repository(folder) and open_repository(folder).is_bare
    offered = Offered(library, library.release(name, draft.revision or (HEAD if bare else AS_IT_STANDS)))
    if draft.digest not in ("", digest_of(offered.offered)):
        raise SourceError(MOVED, where=draft.library, hint="run it again")
    released = _newest(library, name)
    places = {place for source in (draft.library, *draft.sources) for place in places_of(source)}
    return Sides(library, offered, Offered(library, released) if released else None, frozenset(places))


def _newest(library: Library, name: str) -> Release | None:
    """Return the newest release, or None where nothing is released."""
    try:
        newest = str(library.newest(name))
    except SourceError:  # it has not even come to HEAD
        return None
    return library.release(name, newest) if library.tag_commit(name, newest) else None
