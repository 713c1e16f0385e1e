"""What a result depends on outside its repository: what the project's library answers, and the user's settings."""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from weakref import WeakKeyDictionary

from scaffold.blueprint.release import Release
from scaffold.lock import Lock
from scaffold.plan.fleet import Aim
from scaffold.project.opening import Project
from scaffold.sources import settings
from scaffold.sources.library import Library
from scaffold.sources.trust import is_trusted

_KNOWN: WeakKeyDictionary[Library, dict["Depends", str]] = WeakKeyDictionary()  # as long as a library is open


class Depends(NamedTuple):
    """What a project asks of the library at a source, and the digest of the answers.

    It is all that another run needs to ask again: `root` is where a relative source counts from.
    """

    source: str
    root: str
    called: str
    follow: str
    blueprint: str
    version: str
    commit: str | None
    to: str | None
    digest: str = ""


def depends_on(project: Project, to: str | None, instead: str = "") -> Depends:
    """Return what a project asks of its library, without an answer."""
    wishes, recorded = project.wishes, project.recorded
    return Depends(
        instead or wishes.source,
        str(project.root),
        recorded.blueprint,
        wishes.follow,
        wishes.blueprint,
        recorded.version,
        recorded.commit,
        to,
    )


def answered(asked: Depends, library: Library) -> Depends:
    """Return the same with the digest of what a library answers; raises SourceError or FormatError."""
    return asked._replace(digest=_digest(library, asked._replace(root="")))


def _digest(library: Library, asked: Depends) -> str:
    known: dict[Depends, str] = _KNOWN.setdefault(library, {})
    if asked not in known:
        known[asked] = _answers(library, asked)
    return known[asked]


def _answers(library: Library, asked: Depends) -> str:
    said = (
        digest_of(library.release(asked.blueprint, asked.to)),
        str(library.newest(asked.blueprint)),
        library.tag_commit(asked.called, asked.version),
        bool(asked.commit) and library.has_commit(str(asked.commit)),
        repr(library.now(asked.blueprint)),
        library.note,
        is_trusted(library.address),
        repr(settings.defaults()),
    )
    return sha256(repr(said).encode()).hexdigest()


def aim_of(library: Library, after: Lock) -> Aim:
    """Return the release that a project goes to, by the lock that it would have."""
    release = library.release(after.blueprint, after.commit or after.version)
    return Aim(after.blueprint, after.source, after.version, after.commit, digest_of(release))


@lru_cache(maxsize=64)
def digest_of(release: Release) -> str:
    """Return a digest of all that a release is made of: its manifest as read, and the files of its layers."""
    digest = sha256(repr((release.blueprint, release.commit)).encode())
    for layer in release.layers:
        for path, file in sorted(layer.files.items()):
            digest.update(f"{layer.name}/{path} {file.mode} {file.blob}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()
