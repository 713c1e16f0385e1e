"""Drift: what the platform owns, a file or a key in it, and is not as the lock says it was applied."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from scaffold.blueprint.ownership import KeyPath, Owner, Ownership, spell
from scaffold.errors import FormatError
from scaffold.formats.equal import at, digest
from scaffold.lock import Lock, Locked
from scaffold.process.loading import later
from scaffold.tree import File

if TYPE_CHECKING:
    from scaffold.formats import values
else:
    values = later("scaffold.formats.values")


class Drift(NamedTuple):
    """A locked file or key that is not as it was applied; kind: modified, deleted, mode, key or unknown."""

    path: str
    kind: str
    key: str | None = None


def watched(lock: Lock) -> Mapping[str, Locked]:
    """Return the files that the platform owns something of, but for those whose conflict is still open."""
    return {
        path: locked
        for path, locked in lock.files.items()
        if locked.pending is None and (locked.owner == "locked" or "locked" in locked.ownership.keys.values())
    }


def drifts(lock: Lock, read: Callable[[str], File | None]) -> Iterator[Drift]:
    """Yield every locked file and key that differs from what the lock says."""
    for path, locked in watched(lock).items():
        yield from _drift(path, locked, read(path))


def _drift(path: str, locked: Locked, file: File | None) -> Iterator[Drift]:
    if file is None:
        yield Drift(path, "deleted")
    elif locked.matches(file):
        return
    elif locked.owner == "locked":
        yield Drift(path, "mode" if file.blob == locked.blob and file.sha256 == locked.sha256 else "modified")
    else:
        try:
            yield from (Drift(path, "key", key) for key in drifted(path, locked, file.content))
        except FormatError:
            yield Drift(path, "unknown")


def digests(path: str, ownership: Ownership, content: bytes) -> Mapping[KeyPath, tuple[Owner, str]]:
    """Return owner and value digest of every owned key path, as the lock keeps them; raises FormatError."""
    if not ownership.keys:
        return {}
    data = values.parse(path, content)
    return {key: (owner, digest(at(data, key))) for key, owner in ownership.keys.items()}


def drifted(path: str, locked: Locked, content: bytes) -> tuple[str, ...]:
    """Return the locked key paths whose value is not what was applied; raises FormatError."""
    expected = {key: applied for key, (owner, applied) in locked.keys.items() if owner == "locked"}
    if not expected:
        return ()
    data = values.parse(path, content)
    return tuple(spell(key) for key, applied in expected.items() if digest(at(data, key)) != applied)
