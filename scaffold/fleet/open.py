"""A member opened as a project: its files are read from git's objects at the member's commit, and nothing else is."""

from pathlib import Path

from scaffold.fleet.members import Member
from scaffold.git.objects import Objects, open_repository
from scaffold.project.in_git import Commit
from scaffold.project.opening import Project, seen_in


def opened(member: Member, repository: Objects | None = None) -> Project:
    """Open an adopted member, in a repository that is open already or not; raises ScaffoldError."""
    repository = repository or open_repository(Path(member.folder))
    return seen_in(repository.root / member.prefix, Commit(repository, member.commit), member.prefix)
