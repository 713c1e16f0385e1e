"""From what a user writes as a source to a library or a template, through a cache that works offline once filled."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scaffold import disk
from scaffold.errors import SourceError, without_credentials
from scaffold.git import references
from scaffold.git.objects import Objects, is_repository, open_repository
from scaffold.process.loading import later
from scaffold.sources import reading
from scaffold.sources.address import Address, Wanted, apart, expand, is_remote, parted, read
from scaffold.sources.built_in import RELEASES, BuiltInLibrary, built_in_root
from scaffold.sources.library import FolderLibrary, GitLibrary, Library, head_of, refuse_way_out
from scaffold.sources.template import DEFAULT_LIMITS, FolderTemplate, GitTemplate
from scaffold.sources.versions import tagged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.process import Notify
    from scaffold.sources import mirror
    from scaffold.sources.mirror import Remote
    from scaffold.templating.limits import Limits
else:
    mirror = later("scaffold.sources.mirror")

BUILT_IN = "builtin"
A_SOURCE = "a source is `builtin`, a folder, a git bundle, or the URL of a git repository"
A_FOLDER = "name it from the top of the repository, without `..` and `.git`, as in ADDRESS//FOLDER"
MADE_ANEW = "make the bundle anew, with all that it refers to"
REACHABLE = "check the address, the network and your credentials"
BUNDLE = (b"# v2 git bundle\n", b"# v3 git bundle\n")


def built_in(root: Path) -> BuiltInLibrary:
    """Return the library that lies in the package's own folder, with its earlier releases."""

    def earlier() -> GitLibrary:
        bundle = root / RELEASES
        remote = mirror.Remote(str(bundle), None, f"{BUILT_IN} {sha256(bundle.read_bytes()).hexdigest()}")
        return GitLibrary(mirror.once(remote, MADE_ANEW).repository, BUILT_IN)

    return BuiltInLibrary(FolderLibrary(root, BUILT_IN, fixed=True), earlier)


def wanted(written: str) -> Wanted:
    """Tell what `NAME[@VERSION]` or `ADDRESS[@REF]` asks for; a path on the disk that holds an `@` is taken whole."""
    found = read(written, lambda path: os.path.exists(disk.expand(path)))  # noqa: PTH110 - as in locate
    if found.source and "//" in (found.ref or ""):
        raise SourceError(f"{found.ref} is no version of {found.source}", hint="write it as in ADDRESS//FOLDER@VERSION")
    return found


class Tracked(NamedTuple):
    """What a project goes by: its name for a template that may have moved since, and what counts as the newest version.

    `follow` is a branch or a tag; empty where the newest version is the highest.
    """

    name: str = ""
    follow: str = ""


UNTRACKED = Tracked()


class Options(NamedTuple):
    """How a source is to be read."""

    offline: bool
    prereleases: bool
    limits: Limits
    notify: Notify
    tracked: Tracked
    folder: str  # of the repository, where that is more than the template


def locate(
    source: str,
    *,
    base: Path = Path(),
    offline: bool = False,
    prereleases: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    notify: Notify = lambda _: None,
    tracked: Tracked = UNTRACKED,
) -> Library:
    """Open a library, or a template of Copier's or Cookiecutter's as a library of one blueprint.

    `ADDRESS//FOLDER` is a template in a folder of a repository; in any other folder `//` is a slash like any other.
    A relative folder counts from `base`; with `prereleases` the newest version may be one; `limits` bound what is read
    of a template; `notify` hears of what may take long; `tracked` is what a project says of a template. Raises
    SourceError.
    """
    if not source.isprintable() or not source.strip():
        what = "holds characters that cannot be printed" if source.strip() else "is empty"
        raise SourceError(f"the source {what}", hint=A_SOURCE)
    if source == BUILT_IN:
        return built_in(built_in_root())
    source, login = apart(source)
    address, folder = parted(expand(source))
    if folder and reading.FOREIGN.intersection(re.split(r"[/\\]", folder.lower())):
        raise SourceError(f"{folder} is no folder of a repository", where=source, hint=A_FOLDER)
    options = Options(offline, prereleases, limits, notify, tracked, folder)
    place = base / disk.expand(address)
    try:
        if os.path.isdir(place):  # noqa: PTH112 - which says no also to a name that is too long
            return _folder(place.resolve(), options)
        if os.path.isfile(place):  # noqa: PTH113
            return _bundle(place.resolve(), options)
    except OSError as error:
        raise SourceError(f"the source cannot be read: {error.strerror}", where=str(error.filename or place)) from error
    if not is_remote(address):
        raise SourceError(f"there is no library at {source}, and no template", hint=A_SOURCE)
    # Recorded without the name for ssh too, and in the form in which it would be expanded again.
    return _cached(mirror.Remote(address, login, expand(without_credentials(address))), REACHABLE, options)


def _folder(root: Path, options: Options) -> Library:
    if is_repository(root):
        repository = open_repository(root)
        references.read(repository, "refs/heads/", "refs/tags/")
        return _opened(repository, str(root), "", options)
    if options.folder:
        below = root / options.folder
        if not below.is_dir():
            raise SourceError(f"there is no folder {options.folder} in {root}", hint=A_SOURCE)
        refuse_way_out(root, options.folder)
        return _folder(below.resolve(), options._replace(folder=""))
    if any(root.glob("blueprints/*/blueprint.yml")):
        return FolderLibrary(root, str(root))
    if reading.kind_below(root):
        return FolderTemplate(root, str(root), limits=options.limits, name=options.tracked.name)
    if (root / "blueprints").is_dir():
        return FolderLibrary(root, str(root))
    raise _neither(str(root))


def _bundle(file: Path, options: Options) -> Library:
    with file.open("rb") as opened:
        if not opened.readline(max(map(len, BUNDLE))).startswith(BUNDLE):
            raise SourceError("this file is not a git bundle", where=str(file), hint=A_SOURCE)
    # What is on the disk is there offline too, and what cannot be read is not replaced by what was read before.
    library = _cached(mirror.Remote(str(file), None, str(file)), MADE_ANEW, options._replace(offline=False))
    if library.note.endswith(mirror.BEFORE):
        raise SourceError(library.note.removesuffix(mirror.BEFORE), where=str(file), hint=MADE_ANEW)
    return library


def _opened(repository: Objects, address: str, note: str, options: Options) -> Library:
    """Tell what a repository holds: by its HEAD, else by its newest tag or its branches, else by its work tree."""
    root = None if repository.is_bare else repository.root
    standing = FolderLibrary(root, address) if root and (root / "blueprints").is_dir() else None
    library = GitLibrary(repository, address, note, standing, options.prereleases, options.tracked.follow)
    whole = str(Address(address, options.folder))
    template = GitTemplate(repository, whole, note, options.prereleases, options.limits, *options.tracked)
    if options.folder:
        return template
    if standing and standing.names():
        return library
    for commit in _telling(repository):
        if any(repository.file(commit, f"blueprints/{name}/blueprint.yml") for name in _blueprints(repository, commit)):
            return library
        if reading.kind_at(repository.history, commit):
            return template
    if library.names() or standing:
        return library
    if root and reading.kind_below(root):
        return template
    if head_of(repository) is None and not repository.history.tags():
        raise SourceError("the repository has no commits", where=address, hint=reading.EXPECTED)
    raise _neither(address)


def _telling(repository: Objects) -> Iterator[str]:
    """Yield the commits that tell what a repository is: HEAD, else the newest of its versions, else its branches."""
    if (head := head_of(repository)) is not None:
        yield head
    if tags := tagged(repository.history.tags()):
        yield tags[max(tags)].commit
    yield from repository.history.branches().values()


def _blueprints(repository: Objects, commit: str) -> tuple[str, ...]:
    return repository.folders(commit, "blueprints")


def _neither(address: str) -> SourceError:
    return SourceError(f"{address} is neither a library nor a template", hint=reading.EXPECTED)


def _cached(remote: Remote, hint: str, options: Options) -> Library:
    found = mirror.kept(remote) if options.offline else mirror.fetched(remote, hint, options.notify)
    return _opened(found.repository, remote.address, found.note, options)
