"""The remotes of a repository."""

from pygit2 import Repository
from pygit2.enums import RepositoryOpenFlag

from scaffold.errors import without_credentials
from scaffold.git.explained import explained
from scaffold.git.objects import Objects


def named(repository: Objects) -> dict[str, str]:
    """Return the address of each remote by its name, without credentials."""
    with explained(repository.root):
        remotes = Repository(str(repository.folder), RepositoryOpenFlag.NO_SEARCH).remotes
        return {str(remote.name): without_credentials(str(remote.url or "")) for remote in remotes}


def origin(repository: Objects) -> str | None:
    """Return the address of the remote `origin`, or of the only one there is, without credentials; else None."""
    addresses = named(repository)
    return addresses.get("origin") or (next(iter(addresses.values())) if len(addresses) == 1 else "") or None
