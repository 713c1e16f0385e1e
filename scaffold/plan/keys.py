"""Merging files in which some key paths have an owner of their own."""

from scaffold.blueprint.ownership import KeyPath, Owner, Ownership, spell
from scaffold.formats import edit, values
from scaffold.formats.equal import ABSENT, at, equal
from scaffold.lock import Locked
from scaffold.plan.drift import drifted


def enforce(
    path: str, ownership: Ownership, ours: bytes, theirs: bytes, locked: Locked | None
) -> tuple[bytes, tuple[str, ...]]:
    """Set every locked key in `ours` to the value it has in `theirs`; also return those that had drifted."""
    drift = _drift(path, ownership, ours, locked)
    wanted = values.parse(path, theirs)
    for key in _of(ownership, "locked"):
        if not equal(at(values.parse(path, ours), key), at(wanted, key)):
            ours = edit.copy_key(path, key, to=ours, source=theirs)
    return ours, drift


def calm(
    path: str, ownership: Ownership, base: bytes | None, ours: bytes, theirs: bytes, locked: Locked | None
) -> tuple[bytes, bytes, tuple[str, ...]]:
    """Take what must not meet in a merge out of both sides.

    Returns ours with its drifted locked keys as the base has them, theirs with its seeded keys as the base has them,
    and the key paths that had drifted. Without a base the other side stands in for it.
    """
    drift = _drift(path, ownership, ours, locked)
    for key in _of(ownership, "locked"):
        if spell(key) in drift:
            ours = edit.copy_key(path, key, to=ours, source=theirs if base is None else base)
    kept = values.parse(path, ours if base is None else base)
    for key in _of(ownership, "seeded"):
        if not equal(at(values.parse(path, theirs), key), at(kept, key)):
            theirs = edit.copy_key(path, key, to=theirs, source=ours if base is None else base)
    return ours, theirs, drift


def taken_over(
    path: str, ownership: Ownership, base: bytes | None, ours: bytes, theirs: bytes, locked: Locked | None
) -> list[str]:
    """Return the key paths that were not locked before, and that the team has set otherwise; raises FormatError."""
    before, mine, wanted = (ABSENT if side is None else values.parse(path, side) for side in (base, ours, theirs))
    new = [key for key in _of(ownership, "locked") if not locked or locked.ownership.keys.get(key) != "locked"]
    others = (before, wanted)
    return [spell(key) for key in new if not any(equal(at(mine, key), at(other, key)) for other in others)]


def _drift(path: str, ownership: Ownership, ours: bytes, locked: Locked | None) -> tuple[str, ...]:
    still_locked = [spell(key) for key in _of(ownership, "locked")]
    return tuple(key for key in drifted(path, locked, ours) if key in still_locked) if locked else ()


def _of(ownership: Ownership, owner: Owner) -> list[KeyPath]:
    return [key for key, owned_by in ownership.keys.items() if owned_by == owner]
