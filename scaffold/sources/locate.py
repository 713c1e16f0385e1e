"""From what a user writes as a source to a library or a template, through a cache that works offline once filled."""

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from scaffold import disk
from scaffold.apply import beside
from scaffold.errors import GitError, SourceError, without_credentials
from scaffold.git import porcelain
from scaffold.git.objects import Objects, is_repository, open_repository
from scaffold.process import Notify
from scaffold.sources import reading
from scaffold.sources.address import Address, Wanted, expand, is_remote, parted, read
from scaffold.sources.built_in import RELEASES, BuiltInLibrary
from scaffold.sources.library import FolderLibrary, GitLibrary, Library, head_of
from scaffold.sources.template import DEFAULT_LIMITS, FolderTemplate, GitTemplate
from scaffold.sources.versions import tagged
from scaffold.templating.limits import Limits

BUILT_IN = "builtin"
A_SOURCE = "a source is `builtin`, a folder, a git bundle, or the URL of a git repository"
A_FOLDER = "name it from the top of the repository, without `..` and `.git`, as in ADDRESS//FOLDER"
MADE_ANEW = "make the bundle anew, with all that it refers to"
BUNDLE = (b"# v2 git bundle\n", b"# v3 git bundle\n")


def built_in_root() -> Path:
    """Return the built-in library: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    packaged = package / "library"
    return packaged if packaged.is_dir() else package.parent


def built_in(root: Path) -> BuiltInLibrary:
    """Return the library that lies in the package's own folder, with its earlier releases."""

    def earlier() -> GitLibrary:
        bundle = root / RELEASES
        mirror = _mirrors() / f"{sha256(bundle.read_bytes()).hexdigest()[:32]}.git"
        if not mirror.is_dir():
            _fill(mirror, str(bundle), MADE_ANEW)
        return GitLibrary(open_repository(mirror), BUILT_IN)

    return BuiltInLibrary(FolderLibrary(root, BUILT_IN, fixed=True), earlier)


def wanted(written: str) -> Wanted:
    """Tell what `NAME[@VERSION]` or `ADDRESS[@REF]` asks for; a path on the disk that holds an `@` is taken whole."""
    found = read(written, lambda path: os.path.exists(disk.expand(path)))  # noqa: PTH110 - as in locate
    if found.source and "//" in (found.ref or ""):
        raise SourceError(f"{found.ref} is no version of {found.source}", hint="write it as in ADDRESS//FOLDER@VERSION")
    return found


class Options(NamedTuple):
    """How a source is to be read."""

    offline: bool
    prereleases: bool
    limits: Limits
    notify: Notify
    called: str
    folder: str  # of the repository, where that is more than the template
    follow: str


def locate(
    source: str,
    *,
    base: Path = Path(),
    offline: bool = False,
    prereleases: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    notify: Notify = lambda _: None,
    called: str = "",
    follow: str = "",
) -> Library:
    """Open a library, or a template of Copier's or Cookiecutter's as a library of one blueprint.

    `ADDRESS//FOLDER` is a template in a folder of a repository; in any other folder `//` is a slash like any other.
    A relative folder counts from `base`; with `prereleases` the newest version may be one; `limits` bound what is read
    of a template; `notify` hears of what may take long; `called` is what a project calls a template that may have
    moved since, and `follow` the branch or tag that counts as the newest version. Raises SourceError.
    """
    if not source.isprintable() or not source.strip():
        what = "holds characters that cannot be printed" if source.strip() else "is empty"
        raise SourceError(f"the source {what}", hint=A_SOURCE)
    if source == BUILT_IN:
        return built_in(built_in_root())
    address, folder = parted(expand(source))
    if folder and reading.FOREIGN.intersection(re.split(r"[/\\]", folder.lower())):
        raise SourceError(f"{folder} is no folder of a repository", where=source, hint=A_FOLDER)
    options = Options(offline, prereleases, limits, notify, called, folder, follow)
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
    # Recorded without credentials, and in the form in which it would be expanded again.
    return _cached(address, expand(without_credentials(address)), options)


def _folder(root: Path, options: Options) -> Library:
    if is_repository(root):
        return _opened(open_repository(root), str(root), "", options)
    if options.folder:
        below = root / options.folder
        if not below.is_dir():
            raise SourceError(f"there is no folder {options.folder} in {root}", hint=A_SOURCE)
        return _folder(below.resolve(), options._replace(folder=""))
    if any(root.glob("blueprints/*/blueprint.yml")):
        return FolderLibrary(root, str(root))
    if reading.kind_below(root):
        return FolderTemplate(root, str(root), limits=options.limits, name=options.called)
    if (root / "blueprints").is_dir():
        return FolderLibrary(root, str(root))
    raise _neither(str(root))


def _bundle(file: Path, options: Options) -> Library:
    with file.open("rb") as opened:
        if not opened.readline(max(map(len, BUNDLE))).startswith(BUNDLE):
            raise SourceError("this file is not a git bundle", where=str(file), hint=A_SOURCE)
    # What is on the disk is there offline too, and what cannot be read is not replaced by what was read before.
    library = _cached(str(file), str(file), options._replace(offline=False))
    if library.note:
        raise SourceError(library.note.rpartition(";")[0], where=str(file), hint=MADE_ANEW)
    return library


def _opened(repository: Objects, address: str, note: str, options: Options) -> Library:
    """Tell what a repository holds: by its HEAD, else by its newest tag or its branches, else by its work tree."""
    root = None if repository.is_bare else repository.root
    standing = FolderLibrary(root, address) if root and (root / "blueprints").is_dir() else None
    library = GitLibrary(repository, address, note, standing, options.prereleases, options.follow)
    whole = str(Address(address, options.folder))
    template = GitTemplate(repository, whole, note, options.prereleases, options.limits, options.called, options.follow)
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


def _cached(url: str, address: str, options: Options) -> Library:
    mirror = _mirrors() / f"{sha256(address.encode()).hexdigest()[:32]}.git"
    note = ""
    if not mirror.is_dir():
        if options.offline:
            raise SourceError(f"{address} is not in the cache", hint="run once without --offline")
        options.notify(f"Fetching {address}")
        reachable = "check the address, the network and your credentials"
        _fill(mirror, url, reachable if is_remote(url) else MADE_ANEW)
    elif not options.offline:
        options.notify(f"Looking for news at {address}")
        try:
            porcelain.fetch(mirror, url)
        except GitError as error:
            note = f"{error.message}; using what was fetched before"
    try:
        repository = open_repository(mirror)
    except GitError as error:
        raise SourceError(
            error.message, where=str(mirror), hint="remove that folder, and it is fetched anew"
        ) from error
    return _opened(repository, address, note, options)


def _mirrors() -> Path:
    """Return the folder of the clones in the cache; raises SourceError where there is none to have one."""
    if cache := disk.user_folder("cache"):
        return cache / "libraries"
    raise SourceError("there is no home folder to keep what is fetched in", hint="set HOME or XDG_CACHE_HOME")


def _fill(mirror: Path, url: str, hint: str) -> None:
    """Clone beside the cache's place and move it in, so that a killed or a second run never sees half of it."""
    mirror.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with beside.aside(mirror) as temporary:
            temporary.mkdir(mode=0o700)
            porcelain.init_bare(temporary)
            porcelain.fetch(temporary, url)
            try:
                temporary.rename(mirror)
            except OSError:
                if not mirror.is_dir():  # else another run was first, and its copy is as good
                    raise
    except GitError as error:
        raise SourceError(error.message, hint=error.hint or hint) from error
