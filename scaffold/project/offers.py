"""Updates that wait for a project on branches of a remote, as last fetched: no forge is asked, and no token needed."""

import re
from collections.abc import Iterator
from contextlib import suppress

from packaging.version import InvalidVersion, Version

from scaffold import lock
from scaffold.errors import FormatError
from scaffold.git.objects import Objects
from scaffold.project.opening import Project
from scaffold.report.standing import Offered

BRANCHES = "scaffold/"  # how the names of branches begin that a fleet makes


def branch_of(prefix: str, blueprint: str, version: str) -> str:
    """Return the name of the branch for an update of the project in a folder of its repository."""
    return f"{BRANCHES}{prefix}/{blueprint}-{version}" if prefix else f"{BRANCHES}{blueprint}-{version}"


def offers_for(project: Project) -> tuple[Offered, ...]:
    """Return the updates that start from what the project is at, and are not in it; raises GitError."""
    return () if project.repository is None else tuple(_offers(project, project.repository))


def _offers(project: Project, repository: Objects) -> Iterator[Offered]:
    head = repository.head() if project.has_folder else project.seen.name
    named = re.compile(f".+/{re.escape(branch_of(project.prefix, project.wishes.blueprint, ''))}([^/]+)")
    for branch, tip in repository.history.remote_branches(f"/{BRANCHES}").items() if head else ():
        found = named.fullmatch(branch)
        if found is None or not _is_version(found[1]):
            continue
        base = repository.history.merge_base(tip, str(head))
        if base != tip and (base is None or _is_as_at(project, repository, base)):
            yield Offered(branch, found[1])


def _is_version(written: str) -> bool:
    with suppress(InvalidVersion):
        return bool(Version(written))
    return False


def _is_as_at(project: Project, repository: Objects, commit: str) -> bool:
    """Whether nothing was applied since a commit: else the update was taken in another way, or another one was."""
    content, now = repository.file(commit, project.in_repository(lock.PATH)), project.recorded
    with suppress(FormatError):
        then = lock.parse(content or b"")
        return (then.blueprint, then.version, then.answers) == (now.blueprint, now.version, now.answers)
    return False
