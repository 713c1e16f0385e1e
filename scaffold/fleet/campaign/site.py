"""Where a member is offered to: its repository on this disk, the branches of it out there, and its forge."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from scaffold.errors import GitError, ScaffoldError
from scaffold.fleet import mirrors
from scaffold.fleet.campaign.commits import branches_of
from scaffold.fleet.campaign.work import At, Work
from scaffold.forges.port import ARCHIVED, DeniedError, RefusedError
from scaffold.git.objects import Objects, open_repository
from scaffold.git.porcelain import FarError, RejectedError
from scaffold.git.pushing import Local, Remote
from scaffold.plan.fleet import Result


class Nowhere(NamedTuple):
    """Why a member has no place that it can be offered to, said of `one` and of `many`, and what mends it."""

    one: str
    many: str
    mend: str


FOLDER = Nowhere(
    "it lies in a folder, where no pull request can be opened",
    "lie in folders, where no pull request can be opened",
    "--local makes the branch there",
)
NO_ADDRESS = Nowhere(
    "it lies on this disk, and --direct pushes to addresses alone",
    "lie on this disk, and --direct pushes to addresses alone",
    "--local makes the branch there",
)
NO_FORGE = Nowhere(
    "no forge is known at its host",
    "are at a host of which no forge is known",
    "`forges:` in the fleet file names it, and --direct makes only the branch",
)
UNLISTED = Nowhere(
    "the fleet file does not list its repository",
    "are not in the fleet file",
    "list it under the address that was planned for, name its fleet file with --fleet, or plan again",
)
NO_PUSH = "the token may not push", "docs/reference/forges.md lists the rights that it needs"


class Site(NamedTuple):
    """A member's repository as it is now: `head` is its newest commit, and `base` the branch that is merged into.

    `tips` are those of its branches that are ours by their names, whatever the version.
    """

    objects: Objects
    branches: Remote | Local
    at: At | None
    head: str
    base: str
    tips: Mapping[str, str]


class NowhereError(GitError):
    """A member has no place that it can be offered to."""


class LaterError(GitError):
    """Git could not do it, and the forge has nothing against it: it is to be tried again."""


def nowhere(work: Work, result: Result) -> Nowhere | None:
    """Return why a member can be offered nothing, whatever its repository holds, or None; nobody is asked."""
    repository = work.repositories.get(result.place)
    if repository is None:
        return UNLISTED
    if repository.place.kind != "url":
        return None if work.asked.local else NO_ADDRESS if work.asked.direct else FOLDER
    return None if work.asked.direct or work.at(repository.place.address) else NO_FORGE


@contextmanager
def site(work: Work, result: Result) -> Iterator[Site]:
    """Fetch what is newest of a member's repository, and hold it for this run.

    Raises NowhereError, GitError and ForgeError. Where git fails in it, far away, the forge is asked why: that tells a
    host that has a bad time from a repository that is gone, and from what may work the next time.
    """
    if missing := nowhere(work, result):
        raise NowhereError(missing.one, hint=missing.mend)
    place, start = work.repositories[result.place].place, branches_of(result)
    if place.kind != "url":
        local = Local(Path(place.address))
        yield _seen(local.here, local, None, local.branches(start))
        return
    at = None if work.asked.direct else work.at(place.address)
    try:
        with mirrors.held(place.address, mirrors.Far(work.forges.login, work.stop, start=start)) as (folder, tips):
            remote = Remote(folder, place.address, work.forges.login(place.address), work.stop)
            yield _seen(folder, remote, at, tips)
    except FarError as error:
        if at is None or isinstance(error, RejectedError) or work.stop.is_set():
            raise
        raise _explained(at, error) from error


def _explained(at: At, error: FarError) -> ScaffoldError:
    there = at.forge.repository(at.path)  # which raises what is wrong with its host, or that there is none
    if there.archived:
        return RefusedError(ARCHIVED[0], hint=ARCHIVED[1])
    if there.may_push is False:
        return DeniedError(NO_PUSH[0], hint=NO_PUSH[1])
    if there.path.lower() != at.path.lower():
        return RefusedError(f"it is {there.path} now", hint="write that address into fleet.yml, and plan again")
    return LaterError(error.message)


def _seen(folder: Path, branches: Remote | Local, at: At | None, tips: Mapping[str, str]) -> Site:
    objects = open_repository(folder)
    head, branch = objects.head(), objects.branch()
    if head is None:
        raise GitError("HEAD names no commit any more")
    return Site(objects, branches, at, head, (branch or "").removeprefix("refs/heads/"), tips)
