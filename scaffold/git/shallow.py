"""Repositories far away of which only the newest commit is here, and what else is asked for by its id."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from threading import Event
from typing import NamedTuple

from scaffold.errors import GitError
from scaffold.git.login import Login
from scaffold.git.objects import Objects, open_repository
from scaffold.git.porcelain import QUIETLY, REMOTE_HEAD, far

# One that redirects may have been renamed, and what is there now be somebody else's; each fetch becomes one pack.
STAYING = ("-c", "http.followRedirects=false", "-c", "fetch.unpackLimit=1")
HEADS = "refs/heads/"
STRANGERS = 8  # ids that a server does not know, of which each takes a try
UNASKED = "not allow request for unadvertised object"  # what an older protocol says of each id
_STRANGER = re.compile(r"not our ref ([0-9a-f]{40})")


class Tip(NamedTuple):
    """Where HEAD is: a commit, where there is one, and the full name of its branch, where it is on one.

    `heads` are the tips of other branches that were asked for, by name.
    """

    commit: str | None
    branch: str | None
    heads: Mapping[str, str] = {}


def tip_of(objects: Objects) -> Tip:
    """Return where HEAD is here; raises GitError."""
    return Tip(objects.head(), objects.branch())


def tip_at(repository: Path, url: str, stop: Event | None = None, login: Login | None = None, start: str = "") -> Tip:
    """Return where HEAD is at an address, and branches whose names begin with `start`, if any; raises GitError."""
    commit = branch = None
    heads: dict[str, str] = {}
    asked = ("HEAD", *([f"{HEADS}{start}*"] if start else []))
    said = far(repository, (*STAYING, "ls-remote", "--symref", "--", url, *asked), url, login, stop=stop).out
    for line in said.splitlines():
        value, _, name = line.partition("\t")
        if name == "HEAD" and value.startswith("ref: "):
            branch = value.removeprefix("ref: ")
        elif name == "HEAD":
            commit = value
        elif name.startswith(HEADS) and not value.startswith("ref: "):
            heads[name.removeprefix(HEADS)] = value
    return Tip(commit, branch, heads)


def fetch_tip(
    repository: Path, url: str, branch: str | None, stop: Event | None = None, login: Login | None = None
) -> None:
    """Bring the newest commit of a branch, or of HEAD, with its files and without its history; raises GitError."""
    wanted = f"+{branch}:{branch}" if branch else f"+HEAD:{REMOTE_HEAD}"
    words = ("fetch", "--progress", "--force", "--no-tags", "--depth=1", *QUIETLY, "--", url, wanted)
    far(repository, (*STAYING, *words), url, login, stop=stop)
    objects = open_repository(repository)
    objects.point_head(branch, objects.reference(branch or REMOTE_HEAD))


def fetch_blobs(repository: Path, url: str, ids: Collection[str], login: Login | None = None) -> frozenset[str]:
    """Bring contents by their ids, and return those that the server does not give; raises GitError.

    A server with git's protocol 2 gives what it has, in whatever commit it was; an older one only where it is set to.
    """
    objects = open_repository(repository)
    wanted = {id_ for id_ in ids if not objects.has(id_)}
    refused: set[str] = set()
    while wanted:
        words = ("fetch", "--progress", "--no-tags", *QUIETLY, "--", url, *sorted(wanted))
        try:
            far(repository, (*STAYING, *words), url, login)
            break
        except GitError as error:
            strangers = wanted.intersection(_STRANGER.findall(error.message))
            if not strangers and UNASKED not in error.message:
                raise
            strangers = strangers or wanted
            refused |= strangers
            wanted = wanted - strangers if len(refused) <= STRANGERS else set()
    return frozenset(id_ for id_ in ids if not objects.has(id_))
