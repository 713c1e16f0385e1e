"""The built-in library: its newest releases as files of the package, earlier ones in a git bundle beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from scaffold import disk
from scaffold.blueprint import guardrails
from scaffold.blueprint.places import NAME, manifest_path, tag
from scaffold.formats import yaml
from scaffold.sources.library import version_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from scaffold.blueprint.guardrails import Guardrails
    from scaffold.blueprint.manifest import Blueprint
    from scaffold.blueprint.release import Release
    from scaffold.sources.library import FolderLibrary, GitLibrary

RELEASES = "blueprints/releases.bundle"


@dataclass(frozen=True, slots=True)
class BuiltInLibrary:
    """What ships with scaffold. `earlier` opens the bundle, which costs a few processes once on a machine."""

    files: FolderLibrary
    earlier: Callable[[], GitLibrary]
    note: str = ""

    @property
    def address(self) -> str:
        """What locks and answers record."""
        return self.files.address

    def names(self) -> tuple[str, ...]:
        """Return the names of its blueprints."""
        return self.files.names()

    def versions(self, name: str) -> tuple[Version, ...]:
        """Return a blueprint's released versions, oldest first."""
        return tuple(sorted({*bundled(self.files.root / RELEASES, name), self.newest(name)}))

    def newest(self, name: str) -> Version:
        """Return the version that the package holds as files."""
        return self.files.newest(name)

    def now(self, name: str) -> Blueprint | None:
        """Return the manifest that the package holds as a file."""
        return self.files.now(name)

    def notices(self, name: str, version: Version) -> tuple[str, ...]:
        """Say what the manifest says of a version."""
        return self.files.notices(name, version)

    def release(self, name: str, ref: str | None = None) -> Release:
        """Read a release by its version, or the newest; raises SourceError."""
        version = version_of(ref)
        if version is None or version == self.newest(name) or version not in self.versions(name):
            return self.files.release(name, ref)
        return replace(self.earlier().release(name, ref), commit=None)  # the bundle's commits are nobody's history

    def tag_commit(self, _name: str, _version: str) -> str | None:
        """Return None: what is built in never moves."""
        return None

    def is_branch(self, _ref: str) -> bool:
        """Return False: there are no branches."""
        return False

    def has_commit(self, _commit: str) -> bool:
        """Return False: releases are told by their version."""
        return False


def bundled(file: Path, name: str) -> tuple[Version, ...]:
    """Return the versions of a blueprint in a git bundle of releases, as its head lists them; none without one."""
    if not file.is_file():
        return ()
    head, _, _ = file.read_bytes().partition(b"\n\n")
    prefix = f"refs/tags/{tag(name, '')}"
    references = [line.partition(b" ")[2].decode() for line in head.splitlines()]
    found = (version_of(one.removeprefix(prefix)) for one in references if one.startswith(prefix))
    return tuple(sorted(version for version in found if version is not None))


def built_in_root() -> Path:
    """Return the built-in library: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    packaged = package / "library"
    return packaged if packaged.is_dir() else package.parent


def guardrails_now(name: str) -> tuple[str, Guardrails | None] | None:
    """Return the version of a built-in blueprint and its guardrails, without the rest; None where there is none."""
    file = disk.read(built_in_root(), manifest_path(name)) if NAME.fullmatch(name) else None
    if file is None:
        return None
    document = yaml.load(file.content, manifest_path(name), yaml.written)
    return str(Version(document.data["version"])), document.optional("guardrails", guardrails.parse, None)
