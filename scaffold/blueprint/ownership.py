"""Who owns a file, or a key path inside it."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, cast

from scaffold.blueprint.globs import check
from scaffold.errors import FormatError
from scaffold.formats.located import Located, one_of

Owner = Literal["locked", "managed", "seeded"]
OWNERS: tuple[Owner, ...] = ("locked", "managed", "seeded")
KeyPath = tuple[str, ...]
NO_KEYS: Mapping[KeyPath, Owner] = {}

_SEGMENT = re.compile(r'"([^"]*)"|([^."]+)')


class Ownership(NamedTuple):
    """The owner of a file, and of key paths inside it that have another."""

    file: Owner = "managed"
    keys: Mapping[KeyPath, Owner] = NO_KEYS

    def given(self) -> "Ownership":
        """Return the same for a file that is given once: what was shared is the team's, what is locked stays so."""
        if self.file != "managed":
            return self
        return Ownership("seeded", {path: owner for path, owner in self.keys.items() if owner == "locked"})

    @property
    def holds_locked(self) -> bool:
        """Whether the platform owns the file, or a key in it."""
        return self.file == "locked" or "locked" in self.keys.values()


def parse(at: Located) -> Mapping[str, Ownership]:
    """Read the `ownership:` mapping of a blueprint, pattern to ownership; raises FormatError."""
    found = {pattern: _ownership(value) for pattern, value in at.items()}
    for pattern in found:
        check(pattern, at.child(pattern).where)
    return found


def _ownership(at: Located) -> Ownership:
    if not isinstance(at.data, dict):
        return Ownership(owner(at))
    at.only({"file", "keys"})
    managed: Owner = "managed"
    file = at.optional("file", owner, managed)
    none: dict[KeyPath, Owner] = {}
    keys = at.optional("keys", lambda value: {key_path(k, v): owner(v) for k, v in value.items()}, none)
    if file == "locked" and keys:
        at.child("keys").fail("absent: in a locked file every key is locked")
    if file == "seeded" and set(keys.values()) - {"locked"}:
        at.child("keys").fail("locked keys only: the rest of a seeded file is the team's")
    for path in keys:
        if nested := next((other for other in keys if len(other) > len(path) and other[: len(path)] == path), None):
            at.child("keys").child(spell(nested)).fail(f"absent: `{spell(path)}` owns all below it")
    return Ownership(file, {path: key for path, key in keys.items() if key != file})


def owner(at: Located) -> Owner:
    """Read an owner; raises FormatError."""
    return cast("Owner", one_of(*OWNERS)(at))


def key_path(written: str, at: Located) -> KeyPath:
    """Split a dotted key path, with quotes round a key that holds a dot; raises FormatError."""
    parts = tuple(quoted or bare for quoted, bare in _SEGMENT.findall(written))
    if not parts or spell(parts) != written:
        raise FormatError(f"`{written}` is not a key path", where=at.where, hint='write it as in a."b.c".d')
    return parts


def spell(path: KeyPath) -> str:
    """Write a key path as `key_path` reads it."""
    return ".".join(f'"{part}"' if "." in part or not part else part for part in path)
