"""A plain Copier or Cookiecutter template as a library of one blueprint: in a git repository, or in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.blueprint.kinds import kind_of
from scaffold.errors import SourceError
from scaffold.git.objects import Objects, open_repository
from scaffold.process.loading import later
from scaffold.sources import reading
from scaffold.sources.address import parted
from scaffold.sources.library import AS_IT_STANDS, SHOWN, head_of, newest_first, no_blueprint, version_of
from scaffold.sources.versions import Tags, after, digest_version, tagged
from scaffold.templating.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.version import Version

    from scaffold.blueprint import plain
    from scaffold.blueprint.release import Release
    from scaffold.git.history import History
    from scaffold.sources.reading import Files
else:
    plain = later("scaffold.blueprint.plain")

DEFAULT_LIMITS = Limits()
FULL_ID = 40  # hexadecimal digits


@dataclass(slots=True)
class GitTemplate:
    """A template in a git repository; its versions are the tags that PEP 440 takes for one, as for Copier.

    `note` grows with what a user should know of each release that was read.
    """

    repository: Objects
    address: str
    note: str = ""
    prereleases: bool = False  # whether the newest version may be a pre-release
    limits: Limits = DEFAULT_LIMITS
    name: str = ""  # what a project calls it that was made before it moved here
    follow: str = ""  # what a project follows instead of the newest version

    def names(self) -> tuple[str, ...]:
        """Return the one name there is."""
        return (self.name or plain.plain_name(self.address),)

    def versions(self, name: str) -> tuple[Version, ...]:
        """Return the versions that have a tag, oldest first; where there is none, the version of HEAD."""
        _check_name(self, name)
        tags = self._tags()
        return tuple(sorted(tags)) or (self._version(self._head(), tags),)

    def newest(self, name: str) -> Version:
        """Return the version that `release` reads where none is named."""
        _check_name(self, name)
        tags = self._tags()
        if self.follow:
            return self._marked(self.follow, tags)[1]
        return self._newest(tags) or self._version(self._head(), tags)

    def now(self, _name: str) -> None:
        """Return None: a template says nothing of its versions."""

    def notices(self, _name: str, _version: Version) -> tuple[str, ...]:
        """Return nothing: a plain template says nothing of its versions."""
        return ()

    def tag_commit(self, name: str, version: str) -> str | None:
        """Return the commit that the tag of a version marks now, or None where there is no such tag."""
        _check_name(self, name)
        wanted = version_of(version)
        found = self._tags().get(wanted) if wanted else None
        return found.commit if found else None

    def has_commit(self, commit: str) -> bool:
        """Whether a commit can still be read, which one of a rewritten history may not be."""
        return self.repository.commit_of(commit) is not None

    def is_branch(self, ref: str) -> bool:
        """Whether a ref names a branch and no version."""
        return ref in self.repository.history.branches() and ref not in self.repository.history.tags()

    def release(self, name: str, ref: str | None = None) -> Release:
        """Read a release: by version or tag, branch, commit or `HEAD`, as the work tree stands (`.`), or the newest.

        Where a project follows something, that is the newest.
        """
        _check_name(self, name)
        ref = ref or self.follow or None
        if ref == AS_IT_STANDS:
            return self._standing()
        tags = self._tags()
        if ref is None and (newest := self._newest(tags)):
            return self._at(tags[newest].commit, newest, tags)
        if ref is None or ref == "HEAD":
            self._say_of_head(tags, named=ref is not None)
            head = self._head()
            self._refuse_none(head)
            return self._at(head, self._version(head, tags), tags)
        return self._at(*self._marked(ref, tags), tags)

    def _marked(self, ref: str, tags: Tags) -> tuple[str, Version]:
        """Return the commit that a version, tag, branch or commit names, and its version; raises SourceError."""
        wanted = version_of(ref)
        version = next((version for version in tags if version == wanted), None)  # as its tag spells it
        if version and ref not in self.repository.history.tags():
            return tags[version].commit, version
        commit = self._commit_of(ref, wanted)
        if commit is None:
            raise self._unknown(ref, tags)
        return commit, version or self._version(commit, tags)

    def _tags(self) -> Tags:
        return tagged(self.repository.history.tags())

    def _newest(self, tags: Tags) -> Version | None:
        return max((version for version in tags if self.prereleases or not version.is_prerelease), default=None)

    def _head(self) -> str:
        head = head_of(self.repository)
        if head is None:
            has_files = not self.repository.is_bare and any(self.repository.history.standing())
            hint = "commit first, or use `@.` for the files as they stand" if has_files else "name a tag or a branch"
            raise SourceError("HEAD of the template's repository names no commit", where=self.address, hint=hint)
        return head

    def _refuse_none(self, head: str) -> None:
        """Raise SourceError where there is no template at HEAD, and branches have some."""
        history = self.repository.history
        below = history.below(parted(self.address).folder)
        if reading.kind_at(below, head):
            return
        branches = [name for name, commit in history.branches().items() if reading.kind_at(below, commit)]
        if branches:
            hint = f"name a branch that has one, with @ behind the address: {', '.join(branches[:SHOWN])}"
            raise SourceError(f"there is no template at HEAD of {self.address}", hint=hint)

    def _commit_of(self, ref: str, version: Version | None) -> str | None:
        """Return the commit that a ref names; `0.0.0.post5.dev0+g1a2b3c4`, which scaffold gave it, names one too."""
        for name in (f"refs/tags/{ref}", f"refs/heads/{ref}", ref):
            if commit := self.repository.commit_of(name):
                return commit
        local = version.local if version else None
        part = next((part for part in (local or "").split(".") if part.startswith("g")), None)
        return self.repository.commit_of(part[1:]) if part else None

    def _at(self, commit: str, version: Version, tags: Tags) -> Release:
        described = _called(str(self.repository.folder), commit, tuple(tags.items()))[1]
        folder = str(self.repository.folder)
        release, note = _release_at(folder, commit, self.names()[0], self.address, version, described, self.limits)
        self._say(note)
        return release

    def _version(self, commit: str, tags: Tags) -> Version:
        return _called(str(self.repository.folder), commit, tuple(tags.items()))[0]

    def _standing(self) -> Release:
        """Read the files of the work tree, committed or not, but for those that git ignores."""
        if self.repository.is_bare:
            raise SourceError(
                "`@.` means the files as they stand in a folder, and there is none here",
                where=self.address,
                hint="name a version, a branch or a commit",
            )
        files = reading.standing(self.repository, self.limits, self.address, parted(self.address).folder)
        head = head_of(self.repository)
        version = digest_version(files.files, self._version(head, self._tags()) if head else None)
        release, note = _release(files, self.names()[0], self.address, version, None, None)
        self._say(note)
        return release

    def _say_of_head(self, tags: Tags, *, named: bool) -> None:
        if tags and not named:
            self._say(f"{self.address} has only pre-releases, so its HEAD was taken")
        if not self.repository.is_bare and self.repository.history.below(parted(self.address).folder).is_dirty():
            self._say(f"what is not committed in {self.address} was left out; `@.` takes it")

    def _say(self, note: str) -> None:
        if note and note not in self.note:
            self.note = f"{self.note}; {note}" if self.note else note

    def _unknown(self, ref: str, tags: Tags) -> SourceError:
        named = f"there is no {ref} in {self.address}"
        if len(ref) == FULL_ID and not set(ref) - set("0123456789abcdef"):
            hint = "its history may have been rewritten; name a version with --to"
            return SourceError(f"there is no commit {ref} in {self.address} any more", hint=hint)
        branches = [*self.repository.history.branches()]
        near = get_close_matches(ref, branches, n=3) if tags else branches[:SHOWN]
        known = ", ".join(part for part in (newest_first({v: tag.name for v, tag in tags.items()}), *near) if part)
        return SourceError(named, hint=f"there is: {known}" if known else "it has neither tags nor branches")


@dataclass(frozen=True, slots=True)
class FolderTemplate:
    """A template as the files in a folder stand, at a version that only tells whether two are the same."""

    root: Path
    address: str
    note: str = ""
    limits: Limits = DEFAULT_LIMITS
    name: str = ""

    def names(self) -> tuple[str, ...]:
        """Return the one name there is."""
        return (self.name or plain.plain_name(self.address),)

    def versions(self, name: str) -> tuple[Version, ...]:
        """Return the one version there is."""
        return (self.newest(name),)

    def newest(self, name: str) -> Version:
        """Return the one version there is."""
        _check_name(self, name)
        return digest_version(reading.folder(self.root, self.limits).files)

    def now(self, _name: str) -> None:
        """Return None: a template says nothing of its versions."""

    def notices(self, _name: str, _version: Version) -> tuple[str, ...]:
        """Return nothing: a plain template says nothing of its versions."""
        return ()

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
        """Read the template; a `ref` must be the version that it has, `.` or `HEAD`, which are the same here."""
        _check_name(self, name)
        files = reading.folder(self.root, self.limits)
        version = digest_version(files.files)
        if ref not in (None, AS_IT_STANDS, "HEAD") and version_of(ref) != version:
            raise SourceError(
                f"there is no {ref} in {self.address}",
                where=str(self.root),
                hint="it has the files as they stand; versions need a git repository with tags",
            )
        return _release(files, self.names()[0], self.address, version, None, None)[0]


def _check_name(template: GitTemplate | FolderTemplate, name: str) -> None:
    if name not in template.names():
        raise no_blueprint(name, template.address, template.names())


@lru_cache(maxsize=256)
def _called(folder: str, commit: str, tags: tuple[tuple[Version, tuple[str, str]], ...]) -> tuple[Version, str]:
    """Return a commit's version and what `git describe` says of it; `tags` is what both depend on."""
    history = open_repository(Path(folder)).history
    commits = {version: marked for version, (_, marked) in tags}
    return _version_at(history, commit, commits), history.describe(commit)


def _version_at(history: History, commit: str, commits: Mapping[Version, str]) -> Version:
    """Return the version of its tag, else one above the highest version among those before it.

    Not the nearest: with the highest, a commit always compares greater than those that it follows.
    """
    here = [version for version, marked in commits.items() if marked == commit]
    if here:
        return max(here)
    before = history.reachable(commit, commits.values()) if commits else frozenset()
    base = max((version for version, marked in commits.items() if marked in before), default=None)
    return after(base, history.since(commit, commits[base] if base else None), commit)


@lru_cache(maxsize=32)
def _release_at(
    folder: str, commit: str, name: str, address: str, version: Version, described: str, limits: Limits
) -> tuple[Release, str]:
    """Read what never changes once, so that a run over many projects reads and compiles each release once."""
    history = open_repository(Path(folder)).history
    files = reading.at_commit(history, commit, limits, address, parted(address).folder)
    return _release(files, name, address, version, commit, described)


def _release(
    files: Files, name: str, address: str, version: Version, commit: str | None, described: str | None
) -> tuple[Release, str]:
    repository, folder = parted(address)
    if folder and not (files.files or files.submodules):
        at = f"at {described} in {repository}" if described else f"in {repository} as it stands"
        raise SourceError(f"there is no folder {folder} {at}", hint=reading.FROM_THE_TOP)
    kind = kind_of(files.files)
    if kind is None:
        raise SourceError(
            f"there is no template in {address} at {described or 'the files as they stand'}", hint=reading.EXPECTED
        )
    written = repository if kind == "cookiecutter" else address  # what Cookiecutter tells templates and cruft
    release = plain.plain_release(
        files.files, name=name, address=written, version=version, commit=commit, described=described
    )
    return release, reading.left_out(release, files.submodules, address)
