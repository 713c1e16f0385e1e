"""Libraries: which blueprints they hold, in which versions, and one release read into memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from packaging.version import InvalidVersion, Version

from scaffold import disk
from scaffold.blueprint.places import NAME, changelog_path, manifest_path, tag
from scaffold.errors import FormatError, SourceError
from scaffold.git.objects import Objects, open_repository
from scaffold.git.porcelain import REMOTE_HEAD
from scaffold.process.loading import later

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scaffold.blueprint import release as releases
    from scaffold.blueprint.manifest import Blueprint
    from scaffold.blueprint.release import Release
    from scaffold.tree import File
else:
    releases = later("scaffold.blueprint.release")

AS_IT_STANDS = "."  # the files of a folder, committed or not
IN_PLACE = "put in its place what it leads to"
SAYS = re.compile(rb"^(?:withdrawn|oldest):|\bdeprecated\b", re.MULTILINE)  # in a manifest that says of versions
SHOWN = 10  # versions that an error names


class Library(Protocol):
    """A library of blueprints."""

    @property
    def address(self) -> str:
        """What locks and answers record."""

    @property
    def note(self) -> str:
        """What a user should know of how it was read, or nothing."""

    def names(self) -> tuple[str, ...]:
        """Return the names of its blueprints."""

    def versions(self, name: str) -> tuple[Version, ...]:
        """Return a blueprint's released versions, oldest first."""

    def newest(self, name: str) -> Version:
        """Return the version that `release` reads where none is named; a pre-release only as `locate` was told."""

    def release(self, name: str, ref: str | None = None) -> Release:
        """Read one release: by version, branch or commit, or the newest; raises SourceError."""

    def now(self, name: str) -> Blueprint | None:
        """Return a blueprint's manifest as it stands now, released or not, which says what of it is outlived.

        None where there is none, as of a plain template. Raises SourceError.
        """

    def notices(self, name: str, version: Version) -> tuple[str, ...]:
        """Say what whoever uses a version should know as the manifest stands now: withdrawn, too old, deprecated."""

    def tag_commit(self, name: str, version: str) -> str | None:
        """Return the commit that the tag of a version marks now, or None where there is no such tag."""

    def has_commit(self, commit: str) -> bool:
        """Whether a commit can still be read, which one of a rewritten history may not be."""

    def is_branch(self, ref: str) -> bool:
        """Whether a ref names a branch and no version, so that it moves."""


@dataclass(frozen=True, slots=True)
class FolderLibrary:
    """A library as the files in a folder stand, at the one version that each manifest says."""

    root: Path
    address: str
    note: str = ""
    fixed: bool = False  # the files never change while this process runs: the built-in library

    def names(self) -> tuple[str, ...]:
        """Return the names of its blueprints."""
        folder = self.root / "blueprints"
        return tuple(sorted(p.parent.name for p in folder.glob("*/blueprint.yml")))

    def versions(self, name: str) -> tuple[Version, ...]:
        """Return the one version there is."""
        return (self.newest(name),)

    def newest(self, name: str) -> Version:
        """Return the one version there is."""
        return self._manifest(name).version

    def now(self, name: str) -> Blueprint | None:
        """Return the manifest."""
        return self._manifest(name)

    def notices(self, name: str, version: Version) -> tuple[str, ...]:
        """Say what the manifest says of a version."""
        file = disk.read(self.root, manifest_path(name)) if NAME.fullmatch(name) else None
        return _notices(self._manifest(name), version) if file and SAYS.search(file.content) else ()

    def tag_commit(self, _name: str, _version: str) -> str | None:
        """Return None: there are no tags."""
        return None

    def has_commit(self, _commit: str) -> bool:
        """Return False: there are no commits."""
        return False

    def is_branch(self, _ref: str) -> bool:
        """Return False: there are no branches."""
        return False

    def release(self, name: str, ref: str | None = None) -> Release:
        """Read the blueprint; a `ref` must be the version that it has, or `.`."""
        if self.fixed:
            return _fixed_release(self, name, ref)
        return self.read(name, ref)

    def read(self, name: str, ref: str | None) -> Release:
        """Read the blueprint from the disk."""
        blueprint = self._manifest(name)
        if ref not in (None, AS_IT_STANDS) and version_of(ref) != blueprint.version:
            raise SourceError(
                f"there is no {name} {ref} in {self.address}",
                where=str(self.root),
                hint=f"it has {blueprint.version}; other versions need a library that is a git repository",
            )
        layers = {layer: self._files(f"templates/{layer}") for layer in blueprint.layers}
        changelog = disk.read(self.root, changelog_path(name))
        return releases.assemble(blueprint, layers, None, changelog.content if changelog else None)

    def _files(self, path: str) -> Mapping[str, File]:
        folder = self.root / path
        refuse_way_out(self.root, path)
        return disk.walk(folder) if folder.is_dir() else {}

    def _manifest(self, name: str) -> Blueprint:
        file = None
        if NAME.fullmatch(name):
            refuse_way_out(self.root, manifest_path(name))
            file = disk.read(self.root, manifest_path(name))
        if file is None:
            raise no_blueprint(name, self.address, self.names())
        return releases.read_manifest(name, file.content)


@lru_cache(maxsize=16)
def _fixed_release(library: FolderLibrary, name: str, ref: str | None) -> Release:
    return library.read(name, ref)


@dataclass(frozen=True, slots=True)
class GitLibrary:
    """A library in a git repository, whose tags `NAME/vX.Y.Z` mark releases."""

    repository: Objects
    address: str
    note: str = ""
    unreleased: FolderLibrary | None = None  # the work tree, read for `.` and where nothing is released yet
    prereleases: bool = False  # whether the newest version may be a pre-release
    follow: str = ""  # what a project follows instead of the newest version

    def names(self) -> tuple[str, ...]:
        """Return the names of the blueprints at HEAD and in tags."""
        head = head_of(self.repository)
        at_head = self.repository.folders(head, "blueprints") if head else ()
        tagged = {name.partition("/v")[0]: name for name in self.repository.tags("") if "/v" in name}
        return tuple(sorted({*at_head, *(name for name, tag in tagged.items() if self._has(name, tag))}))

    def _has(self, name: str, tag: str) -> bool:
        commit = self.repository.commit_of(f"refs/tags/{tag}")
        return commit is not None and self.repository.file(commit, manifest_path(name)) is not None

    def versions(self, name: str) -> tuple[Version, ...]:
        """Return the versions that have a tag; where there is none, the version at HEAD."""
        return tuple(sorted(self._tags(name))) or (self._unreleased(name).blueprint.version,)

    def newest(self, name: str) -> Version:
        """Return the version that is followed, else the newest: a pre-release only if asked for, or as the only one."""
        if self.follow:
            return self.release(name).blueprint.version
        offered = tuple(self._offered(name)) or self.versions(name)
        return newest_of(offered, prereleases=self.prereleases)

    def now(self, name: str) -> Blueprint | None:
        """Return the manifest at HEAD."""
        head = head_of(self.repository)
        content = self.repository.file(head, manifest_path(name)) if head and NAME.fullmatch(name) else None
        return releases.read_manifest(name, content) if content is not None else None

    def notices(self, name: str, version: Version) -> tuple[str, ...]:
        """Say what the manifest at HEAD says of a version."""
        now = self._now_if_it_says(name)
        return _notices(now, version) if now is not None else ()

    def _now_if_it_says(self, name: str) -> Blueprint | None:
        """Return the manifest at HEAD where it says anything of versions; it is read no further otherwise."""
        head = head_of(self.repository)
        content = self.repository.file(head, manifest_path(name)) if head and NAME.fullmatch(name) else None
        try:
            return _manifest_of(name, content) if content and SAYS.search(content) else None
        except FormatError:  # of work that is not released
            return None

    def _offered(self, name: str) -> dict[Version, str]:
        """Return the versions that have a tag, without those that are withdrawn, unless all are."""
        tags, now = self._tags(name), self._now_if_it_says(name)
        left = {version: spelled for version, spelled in tags.items() if now is None or version not in now.withdrawn}
        return left or tags

    def tag_commit(self, name: str, version: str) -> str | None:
        """Return the commit that the tag of a version marks now, or None where there is no such tag."""
        wanted = version_of(version)
        spelled = self._tags(name).get(wanted) if wanted else None
        return self.repository.commit_of(f"refs/tags/{spelled}") if spelled else None

    def tag_of(self, name: str, version: str) -> str | None:
        """Return the tag of a version as it is spelled, or None where there is none."""
        wanted = version_of(version)
        return self._tags(name).get(wanted) if wanted else None

    def has_commit(self, commit: str) -> bool:
        """Whether a commit can still be read."""
        return self.repository.commit_of(commit) is not None

    def is_branch(self, ref: str) -> bool:
        """Whether a ref names a branch and no version."""
        return version_of(ref) is None and self.repository.reference(f"refs/heads/{ref}") is not None

    def release(self, name: str, ref: str | None = None) -> Release:
        """Read a release at its tag, a branch, a commit, or the one that is followed, else the newest."""
        ref = ref or self.follow or None
        if ref == AS_IT_STANDS and self.unreleased:
            return self.unreleased.release(name)
        tags = self._tags(name)
        if ref is None:
            newest = newest_of(self._offered(name), prereleases=self.prereleases) if tags else None
            return self._released(name, newest, tags) if newest else self._unreleased(name)
        version = version_of(ref)
        if version in tags:
            return self._released(name, version, tags)
        commit = self.repository.commit_of(f"refs/heads/{ref}") or self.repository.commit_of(ref)
        if commit is None:
            known = newest_first({version: str(version) for version in tags}) or "none"
            raise SourceError(f"there is no {name} {ref} in {self.address}", hint=f"released versions: {known}")
        return self._at(name, commit)

    def _tags(self, name: str) -> dict[Version, str]:
        prefix = tag(name, "")
        found = {version_of(spelled.removeprefix(prefix)): spelled for spelled in self.repository.tags(prefix)}
        return {version: spelled for version, spelled in found.items() if version is not None}

    def _released(self, name: str, version: Version, tags: Mapping[Version, str]) -> Release:
        commit = self.repository.commit_of(f"refs/tags/{tags[version]}")
        if commit is None:
            raise SourceError(f"the tag {tags[version]} marks no commit", where=self.address)
        release = self._at(name, commit)
        if release.blueprint.version != version:
            raise SourceError(
                f"the tag {tags[version]} marks version {release.version} of the blueprint",
                where=self.address,
                hint="tag with scaffold blueprint release",
            )
        return release

    def _unreleased(self, name: str) -> Release:
        if self.unreleased:
            return self.unreleased.release(name)
        head = head_of(self.repository)
        if head is None:
            raise no_blueprint(name, self.address, ())
        return self._at(name, head)

    def _at(self, name: str, commit: str) -> Release:
        if NAME.fullmatch(name):
            _refuse_links(self.repository, commit, manifest_path(name))
        if not NAME.fullmatch(name) or self.repository.file(commit, manifest_path(name)) is None:
            raise no_blueprint(name, self.address, self.repository.folders(commit, "blueprints"))
        return _release_at(str(self.repository.folder), name, commit)


@lru_cache(maxsize=64)
def _release_at(folder: str, name: str, commit: str) -> Release:
    """Read what never changes once, so that a run over many projects reads and compiles each release once."""
    repository = open_repository(Path(folder))
    _refuse_links(repository, commit, manifest_path(name))
    blueprint = releases.read_manifest(name, repository.file(commit, manifest_path(name)) or b"")
    for layer in blueprint.layers:
        _refuse_links(repository, commit, f"templates/{layer}")
    layers = {layer: repository.files(commit, f"templates/{layer}") for layer in blueprint.layers}
    return releases.assemble(blueprint, layers, commit, repository.file(commit, changelog_path(name)))


@lru_cache(maxsize=64)
def _manifest_of(name: str, content: bytes) -> Blueprint:
    return releases.read_manifest(name, content)


def _notices(blueprint: Blueprint, version: Version) -> tuple[str, ...]:
    said = (blueprint.outlived(version), releases.retired(blueprint))
    return tuple(one for one in said if one)


def refuse_way_out(root: Path, path: str) -> None:
    """Raise SourceError where a symbolic link on the way to a path leads out of a folder, to files of the user's."""
    place = root / path
    if not place.resolve().is_relative_to(root.resolve()):
        raise SourceError(f"{path} leads out of the library by a symbolic link", where=str(root), hint=IN_PLACE)


def _refuse_links(repository: Objects, commit: str, path: str) -> None:
    """Raise SourceError for a symbolic link on the way to a path of a commit, from where nothing leads on."""
    if (link := repository.history.link_on(commit, path)) is not None:
        at, target = link
        message = f"{at} is a symbolic link to {target}, and a release is read without following one on its way"
        raise SourceError(message, where=str(repository.root), hint=IN_PLACE)


def head_of(repository: Objects) -> str | None:
    """Return the commit at HEAD (of what was fetched, if anything was), or the tip of the one branch there is."""
    if (fetched := repository.reference(REMOTE_HEAD)) is not None:
        return fetched
    head = repository.head()
    if head is not None and repository.commit_of(head) is not None:
        return head
    branches = repository.history.branches()
    return next(iter(branches.values())) if len(branches) == 1 else None


def newest_of(versions: Iterable[Version], *, prereleases: bool = False) -> Version:
    """Return the newest version, a pre-release only if asked for or where there is nothing else."""
    ordered = sorted(versions)
    finals = [version for version in ordered if prereleases or not version.is_prerelease]
    return (finals or ordered)[-1]


def newest_first(names: Mapping[Version, str]) -> str:
    """Name the versions there are, the newest first and of many not all."""
    ordered = [names[version] for version in sorted(names, reverse=True)]
    more = [f"and {len(ordered) - SHOWN} older ones"] if len(ordered) > SHOWN else []
    return ", ".join([*ordered[:SHOWN], *more])


def no_blueprint(name: str, address: str, names: Iterable[str]) -> SourceError:
    """Return the error for a name that a library does not have."""
    known = ", ".join(names)
    hint = f"it has: {known}" if known else "it has no blueprints/NAME/blueprint.yml at all"
    return SourceError(f"there is no blueprint {name!r} in the library {address}", hint=hint)


def version_of(text: str | None) -> Version | None:
    """Read a version, or return None for what is none."""
    try:
        return Version(text or "")
    except InvalidVersion:
        return None
