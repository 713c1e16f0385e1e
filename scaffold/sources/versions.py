"""Versions of a plain template: the tags that are one, and a version for what stands between or beside them."""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from packaging.version import Version

from scaffold.sources.library import version_of
from scaffold.tree import File

SHORT = 7  # hexadecimal digits of an id


class Tag(NamedTuple):
    """A tag's name and the commit that it marks."""

    name: str
    commit: str


Tags = Mapping[Version, Tag]


def tagged(tags: Mapping[str, str]) -> Tags:
    """Return those tags that PEP 440 takes for a version; of two spellings of one version the first by name."""
    found: dict[Version, Tag] = {}
    for name, commit in sorted(tags.items()):
        if (version := version_of(name)) is not None:
            found.setdefault(version, Tag(name, commit))
    return found


def after(base: Version | None, commits: int, commit: str) -> Version:
    """Return a version for a commit that has no tag: greater than `base`, below the release that follows it."""
    short = commit[:SHORT]
    if base is None:
        return Version(f"0.0.0.post{commits}.dev0+g{short}")
    if base.is_postrelease or base.is_devrelease:  # PEP 440 has no place for another `.post`
        return Version(f"{base.public}+{commits}.g{short}")
    return Version(f"{base.public}.post{commits}.dev0+g{short}")


def digest_version(files: Mapping[str, File], head: Version | None = None) -> Version:
    """Return a version out of what files hold, after the version of the commit that they stand upon.

    The letter before the digits keeps them from being read as a number.
    """
    digest = sha256()
    for path, file in sorted(files.items()):
        digest.update(f"{len(path)} {path} {file.mode} {file.sha256}\n".encode(errors="surrogateescape"))
    short = f"d{digest.hexdigest()[:SHORT]}"
    if head is None:
        return Version(f"0.0.0+{short}")
    return Version(f"{head}.{short}" if head.local else f"{head}+{short}")


def is_another(applied: Version, newest: Version) -> bool:
    """Whether a source's newest version is one to go to from the applied one: greater, or of no order with it.

    Two that differ only behind the `+` are states of files or of branches, of which neither is the later one.
    """
    return newest > applied or (newest != applied and newest.public == applied.public)
