"""Libraries opened once for many projects, and what they say remembered: it is the same for all of one run."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, ParamSpec, TypeVar

from scaffold.blueprint.release import Release
from scaffold.errors import ScaffoldError
from scaffold.project.conditions import Conditions
from scaffold.project.opening import Project
from scaffold.sources.library import Library
from scaffold.sources.locate import BUILT_IN, locate
from scaffold.templating.limits import Limits

P = ParamSpec("P")
T = TypeVar("T")
LIBRARIES = 64  # that a process keeps open


class Asked(NamedTuple):
    """What a library is opened by: a source, the folder that a relative one counts from, and how."""

    source: str
    base: Path
    called: str
    follow: str
    offline: bool
    prereleases: bool
    limits: Limits


class Remembered:
    """A library that reads each thing once; an error, too, is raised again without asking again."""

    def __init__(self, library: Library) -> None:
        """Take the library that is asked."""
        self.address, self.note = library.address, library.note
        self.names, self.versions, self.newest = _once(library.names), _once(library.versions), _once(library.newest)
        self.now, self.tag_commit, self.is_branch = (
            _once(library.now),
            _once(library.tag_commit),
            _once(library.is_branch),
        )
        self.has_commit, self._release = _once(library.has_commit), _once(library.release)

    def release(self, name: str, ref: str | None = None) -> Release:
        """Read one release, as the library does."""
        return self._release(name, ref)


def opened(project: Project, conditions: Conditions, instead: str = "") -> Library:
    """Open the library of a project, or the one that its fleet names instead; raises SourceError."""
    wishes, how = project.wishes, conditions
    source = instead or wishes.source
    base = Path() if instead or source == BUILT_IN or Path(source).is_absolute() else project.root
    called, limits = project.recorded.blueprint, how.means.limits
    return _opening(Asked(source, base, called, wishes.follow, how.offline, how.prereleases, limits))()


@lru_cache(maxsize=LIBRARIES)
def _opening(asked: Asked) -> Callable[[], Library]:
    def opening() -> Library:
        return Remembered(
            locate(
                asked.source,
                base=asked.base,
                offline=asked.offline,
                prereleases=asked.prereleases,
                limits=asked.limits,
                called=asked.called,
                follow=asked.follow,
            )
        )

    return _once(opening)


def _once(ask: Callable[P, T]) -> Callable[P, T]:
    """Return the same function with its answers remembered, errors among them."""
    known: dict[object, tuple[T] | ScaffoldError] = {}

    def asking(*words: P.args, **named: P.kwargs) -> T:
        key = words, tuple(named.items())
        if key not in known:
            try:
                known[key] = (ask(*words, **named),)
            except ScaffoldError as error:
                known[key] = error
        found = known[key]
        if isinstance(found, ScaffoldError):
            raise found
        return found[0]

    return asking


@lru_cache(maxsize=LIBRARIES)
def digest_of(release: Release) -> str:
    """Return a digest of all that a release is made of: its manifest as read, and the files of its layers."""
    digest = sha256(repr((release.blueprint.name, release.version, release.commit)).encode())
    for layer in release.layers:
        for path, file in sorted(layer.files.items()):
            digest.update(f"{layer.name}/{path} {file.mode} {file.blob}\n".encode(errors="surrogateescape"))
    digest.update(repr(release.blueprint).encode())
    return digest.hexdigest()
