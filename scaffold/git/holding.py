"""A repository as if it held some blobs more: what an update would bring, which is written nowhere."""

from collections.abc import Mapping

from scaffold.git.objects import Objects


class Holding(Objects):
    """One repository, and blobs beside its own."""

    def __init__(self, of: Objects, blobs: Mapping[str, bytes]) -> None:
        """Take an open repository, and contents by their ids."""
        super().__init__(of._repository, of.root)  # noqa: SLF001 - the same repository
        self._more = blobs

    def blob(self, id_: str) -> bytes | None:
        """Return a blob's content, or None where there is none."""
        found = self._more.get(id_)
        return super().blob(id_) if found is None else found

    def size(self, id_: str) -> int:
        """Return how many bytes a blob has; raises GitError."""
        found = self._more.get(id_)
        return super().size(id_) if found is None else len(found)
