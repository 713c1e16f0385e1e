"""Contents in a folder of objects that belongs to no repository (pygit2)."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from pygit2 import GitError as LibgitError
from pygit2 import Odb, Oid

from scaffold.errors import GitError


def contents_in(objects: Path) -> Callable[[str], bytes]:
    """Return what reads an object's content by its id, for threads too; that raises GitError for what is not there."""
    database, lock = Odb(str(objects)), Lock()

    def read(id_: str) -> bytes:
        try:
            with lock:
                return bytes(database.read(Oid(hex=id_))[1])
        except (KeyError, LibgitError, ValueError) as error:
            raise GitError(f"the plan lacks the content {id_}", where=str(objects), hint="plan again") from error

    return read
