"""What a result depends on outside its repository: what the project's library answers."""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from scaffold.blueprint.release import Release
from scaffold.fleet.libraries import Remembered
from scaffold.project.opening import Project


class Depends(NamedTuple):
    """What a project asks of a library, and the digest of the answers; all that another run needs to ask again."""

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


def answered(asked: Depends, library: Remembered) -> Depends:
    """Return the same with the digest of what a library answers; raises SourceError or FormatError."""
    return asked._replace(digest=_digest(library, asked._replace(root="")))


@lru_cache(maxsize=1_000)
def _digest(library: Remembered, asked: Depends) -> str:
    said = (
        digest_of(library.release(asked.blueprint, asked.to)),
        str(library.newest(asked.blueprint)),
        library.tag_commit(asked.called, asked.version),
        bool(asked.commit) and library.has_commit(str(asked.commit)),
        repr(library.now(asked.blueprint)),
        library.note,
    )
    return sha256(repr(said).encode()).hexdigest()


@lru_cache(maxsize=64)
def digest_of(release: Release) -> str:
    """Return a digest of all that a release is made of: its manifest as read, and the files of its layers."""
    digest = sha256(repr((release.blueprint, release.commit)).encode())
    for layer in release.layers:
        for path, file in sorted(layer.files.items()):
            digest.update(f"{layer.name}/{path} {file.mode} {file.blob}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()
