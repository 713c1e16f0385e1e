"""Where a member is offered to: its repository on this disk, the branches of it out there, and its forge."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from scaffold.errors import GitError
from scaffold.fleet import mirrors
from scaffold.fleet.campaign.work import At, Work
from scaffold.fleet.repository import Repository
from scaffold.git.objects import Objects, open_repository
from scaffold.git.pushing import Local, Remote
from scaffold.sources import cache

LOCAL = "it lies in a folder, where no pull request can be opened", "--local makes the branch there"
NO_FORGE = "no forge is known at its host", "`forges:` in fleet.yml names it, and --direct makes only the branch"


class Site(NamedTuple):
    """A member's repository as it is now; `head` is its newest commit, and `base` the branch that is merged into."""

    objects: Objects
    branches: Remote | Local
    at: At | None
    head: str
    base: str


class NowhereError(GitError):
    """A member has no place that it can be offered to."""


@contextmanager
def site(work: Work, repository: Repository) -> Iterator[Site]:
    """Fetch what is newest of a repository, and hold it for this run; raises GitError, or ForgeError."""
    place = repository.place
    if place.kind != "url":
        if not work.asked.local:
            raise NowhereError(LOCAL[0], hint=LOCAL[1])
        yield _seen(Path(place.address), Local(Path(place.address)), None)
        return
    at = None if work.asked.direct else work.at(place.address)
    if at is None and not work.asked.direct:
        raise NowhereError(NO_FORGE[0], hint=NO_FORGE[1])
    mirror = mirrors.mirrored([place.address], login=work.forges.login)[place.address]
    if mirror.folder is None or mirror.why:
        raise GitError(mirror.why)
    with cache.alone(mirror.folder, place.address, lambda _: None):
        yield _seen(mirror.folder, Remote(mirror.folder, place.address, work.forges.login(place.address)), at)


def _seen(folder: Path, branches: Remote | Local, at: At | None) -> Site:
    objects = open_repository(folder)
    head, branch = objects.head(), objects.branch()
    if head is None:
        raise GitError("HEAD names no commit any more")
    return Site(objects, branches, at, head, (branch or "").removeprefix("refs/heads/"))
