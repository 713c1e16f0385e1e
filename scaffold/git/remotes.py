"""The remotes of a repository."""

from pygit2 import Repository
from pygit2.enums import RepositoryOpenFlag

from scaffold.errors import without_credentials
from scaffold.git.explained import explained
from scaffold.git.objects import Objects


def origin(repository: Objects) -> str | None:
    """Return the address of the remote `origin`, or of the only one there is, without credentials; else None."""
    with explained(repository.root):
        remotes = Repository(str(repository.folder), RepositoryOpenFlag.NO_SEARCH).remotes
        addresses = {str(remote.name): str(remote.url or "") for remote in remotes}
    address = addresses.get("origin") or (next(iter(addresses.values())) if len(addresses) == 1 else "")
    return without_credentials(address) or None
