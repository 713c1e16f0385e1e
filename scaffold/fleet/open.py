"""A member as a project, seen at its commit."""

from functools import lru_cache
from pathlib import Path

from scaffold.fleet.members import Member
from scaffold.git.objects import Objects, open_repository
from scaffold.project import opening
from scaffold.project.opening import Project


def opened(member: Member) -> Project:
    """Return a member as a project at its commit; raises ProjectError, FormatError or GitError."""
    return opening.at_commit(_repository(member.folder), member.commit, member.prefix)


@lru_cache(maxsize=1)
def _repository(folder: str) -> Objects:
    """Open a repository once for all of its members, which are asked for together."""
    return open_repository(Path(folder))
