"""Drift of key paths: what the lock remembers of an owned key, and whether a file still holds it."""

from collections.abc import Mapping

from scaffold.blueprint.ownership import KeyPath, Owner, Ownership, spell
from scaffold.formats import values
from scaffold.lock import Locked


def digests(path: str, ownership: Ownership, content: bytes) -> Mapping[KeyPath, tuple[Owner, str]]:
    """Return owner and value digest of every owned key path, as the lock keeps them; raises FormatError."""
    if not ownership.keys:
        return {}
    data = values.parse(path, content)
    return {key: (owner, values.digest(values.at(data, key))) for key, owner in ownership.keys.items()}


def drifted(path: str, locked: Locked, content: bytes) -> tuple[str, ...]:
    """Return the locked key paths whose value is not what was applied; raises FormatError."""
    expected = {key: digest for key, (owner, digest) in locked.keys.items() if owner == "locked"}
    if not expected:
        return ()
    data = values.parse(path, content)
    return tuple(spell(key) for key, digest in expected.items() if values.digest(values.at(data, key)) != digest)
