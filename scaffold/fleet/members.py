"""The projects in a repository as its HEAD commit has them: members of the fleet, read from git's objects alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from scaffold.errors import GitError
from scaffold.fleet.belongs import Belongs, said_of
from scaffold.fleet.repository import Place, Repository
from scaffold.git.objects import Objects, is_repository, open_repository
from scaffold.lock import PATH

A_FILE = "100"  # how the modes of files begin, and not of links and submodules
State = Literal["", "unadopted", "unreadable"]


class Member(NamedTuple):
    """A project of a fleet: the folder `prefix` of a repository at a commit; `why` says what makes it unreadable.

    `folder` is the repository on this disk: for an address its mirror.
    """

    name: str
    place: Place
    where: str
    folder: str = ""
    prefix: str = ""
    commit: str = ""
    owner: str = ""
    mission: str = ""
    labels: Mapping[str, str] = {}
    library: str = ""
    state: State = ""
    why: str = ""


def members_of(repository: Repository, folder: Path | None, why: str = "") -> tuple[Member, ...]:
    """Return every project in a repository that lies in `folder`; one that is unadopted, or unreadable, is one member.

    Without a folder it is unreadable, and `why` says why.
    """
    return members_in(open_in(folder, why), repository)


class Opened(NamedTuple):
    """A folder with the repository that was opened in it and the commit at its HEAD, or why there is none."""

    folder: Path | None
    objects: Objects | None = None
    tip: str = ""
    why: str = ""


def open_in(folder: Path | None, why: str = "") -> Opened:
    """Open the repository that lies in `folder`; without a folder `why` says why there is none."""
    if folder is None:
        return Opened(folder, why=why)
    try:
        return Opened(folder, *_opened(folder))
    except GitError as error:
        return Opened(folder, why=str(error))


def _opened(folder: Path) -> tuple[Objects, str]:
    if not is_repository(folder):
        raise GitError("there is no git repository", where=str(folder))
    objects = open_repository(folder)
    tip = objects.head()
    if tip is None:
        raise GitError("HEAD names no commit: nothing is committed, or its branch is gone", where=str(folder))
    return objects, tip


def members_in(opened: Opened, repository: Repository) -> tuple[Member, ...]:
    """Return what `members_of` does, in a repository that was opened."""
    whole = Member(
        repository.name,
        repository.place,
        repository.where,
        str(opened.folder or ""),
        owner=repository.owner,
        mission=repository.mission,
        labels=repository.labels,
        library=repository.library,
    )
    if opened.objects is None:
        return (whole._replace(state="unreadable", why=opened.why),)
    try:
        return tuple(_read(opened.objects, whole._replace(commit=opened.tip)))
    except GitError as error:
        return (whole._replace(state="unreadable", why=str(error)),)


def _read(objects: Objects, at: Member) -> list[Member]:
    prefixes = _prefixes(objects, at.commit)
    return [_at(objects, at, prefix) for prefix in prefixes] or [_at(objects, at, "")._replace(state="unadopted")]


def _prefixes(objects: Objects, commit: str) -> list[str]:
    """Return the folder of each lock."""
    files = objects.at_commit(commit, "").items()
    locks = [path for path, (mode, _) in files if f"/{path}".endswith(f"/{PATH}") and mode.startswith(A_FILE)]
    return [path.removesuffix(PATH).removesuffix("/") for path in locks]


def _at(objects: Objects, whole: Member, prefix: str) -> Member:
    said = Belongs(whole.owner, whole.mission)
    if not all(said):
        said = said_of(lambda path: objects.file(whole.commit, path), prefix, said)
    name = f"{whole.name}/{prefix}" if prefix else whole.name
    return whole._replace(name=name, prefix=prefix, owner=said.owner, mission=said.mission)
