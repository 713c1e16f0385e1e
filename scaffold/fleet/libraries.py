"""Libraries for a run over many projects: each is opened once, and what it says is read once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from scaffold import disk
from scaffold.errors import ScaffoldError
from scaffold.sources.address import expand, parted
from scaffold.sources.locate import Tracked, locate
from scaffold.templating.limits import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from packaging.version import Version

    from scaffold.blueprint.manifest import Blueprint
    from scaffold.blueprint.release import Release
    from scaffold.process import Notify
    from scaffold.project.opening import Project
    from scaffold.sources.library import Library

T = TypeVar("T")


class Libraries:
    """The libraries that projects name, by what each is read from and how."""

    def __init__(self, *, offline: bool = False, prereleases: bool = False, notify: Notify = lambda _: None) -> None:
        """Take how libraries are read."""
        self._offline, self._prereleases, self._notify = offline, prereleases, notify
        self._known: dict[tuple[str, ...], Remembered] = {}

    def open(self, project: Project, instead: str = "") -> Remembered:
        """Return the library of a project, or the one that is to be read `instead` of it; see `at`."""
        return self.at(
            instead or project.wishes.source,
            base=project.root,
            called=project.recorded.blueprint,
            follow=project.wishes.follow,
        )

    def at(self, source: str, *, base: Path, called: str, follow: str = "") -> Remembered:
        """Return the library at a source, as `locate` reads it.

        It is opened when it is first asked something; where it cannot be had, each question raises that ScaffoldError.
        """
        key = (_place(source, base), source, called, follow)
        if key not in self._known:
            self._known[key] = Remembered(
                lambda: locate(
                    source,
                    base=base,
                    offline=self._offline,
                    prereleases=self._prereleases,
                    limits=UNLIMITED,
                    notify=self._notify,
                    tracked=Tracked(called, follow),
                )
            )
        return self._known[key]


def _place(source: str, base: Path) -> str:
    """Return the folder or file that a source means from `base` on; what is neither means the same anywhere."""
    place = base / disk.expand(parted(expand(source)).repository)
    try:
        return str(place.resolve()) if place.exists() else ""
    except (OSError, ValueError):
        return ""


@lru_cache(maxsize=1)
def of_run(run: str, *, offline: bool, prereleases: bool = False) -> Libraries:
    """Return this process's libraries for one run, whose name no other run has: the next may find them changed."""
    del run
    return Libraries(offline=offline, prereleases=prereleases)


class Remembered:
    """A library that is asked each thing once; what it could not say is remembered too."""

    def __init__(self, opening: Callable[[], Library]) -> None:
        """Take what opens it."""
        self._opening = opening
        self._known: dict[tuple[object, ...], tuple[Any, ScaffoldError | None]] = {}

    def _once(self, key: tuple[object, ...], ask: Callable[[], T]) -> T:
        if key not in self._known:
            try:
                self._known[key] = ask(), None
            except ScaffoldError as error:
                self._known[key] = None, error
        answer: tuple[T, ScaffoldError | None] = self._known[key]
        found, failure = answer
        if failure is not None:
            raise failure.with_traceback(None)  # which would grow with each time
        return found

    @property
    def _library(self) -> Library:
        return self._once((), self._opening)

    @property
    def address(self) -> str:
        """What locks and answers record."""
        return self._library.address

    @property
    def note(self) -> str:
        """What a user should know of how it was read, or nothing."""
        return self._library.note

    def names(self) -> tuple[str, ...]:
        """Return the names of its blueprints."""
        return self._once(("names",), lambda: tuple(self._library.names()))

    def versions(self, name: str) -> tuple[Version, ...]:
        """Return a blueprint's released versions, oldest first."""
        return self._once(("versions", name), lambda: self._library.versions(name))

    def newest(self, name: str) -> Version:
        """Return the version that `release` reads where none is named."""
        return self._once(("newest", name), lambda: self._library.newest(name))

    def release(self, name: str, ref: str | None = None) -> Release:
        """Read one release: by version, branch or commit, or the newest; raises SourceError."""
        return self._once(("release", name, ref), lambda: self._library.release(name, ref))

    @property
    def inner(self) -> Library:
        """The library itself."""
        return self._library

    def now(self, name: str) -> Blueprint | None:
        """Return a blueprint's manifest as it stands now, or None where there is none."""
        return self._once(("now", name), lambda: self._library.now(name))

    def notices(self, name: str, version: Version) -> tuple[str, ...]:
        """Say what whoever uses a version should know as the manifest stands now."""
        return self._once(("notices", name, version), lambda: self._library.notices(name, version))

    def tag_commit(self, name: str, version: str) -> str | None:
        """Return the commit that the tag of a version marks now, or None where there is no such tag."""
        return self._once(("tag", name, version), lambda: self._library.tag_commit(name, version))

    def has_commit(self, commit: str) -> bool:
        """Whether a commit can still be read."""
        return self._once(("commit", commit), lambda: self._library.has_commit(commit))

    def is_branch(self, ref: str) -> bool:
        """Whether a ref names a branch and no version, so that it moves."""
        return self._once(("branch", ref), lambda: self._library.is_branch(ref))
