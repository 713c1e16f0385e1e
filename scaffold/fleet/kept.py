"""Results that earlier runs have come to, kept in the user's cache by all that they depend on.

They are written by pickle, which runs what it reads: the cache is the user's alone, as that of compiled templates is.
"""

import pickle
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import scaffold
from scaffold import disk

FOLDER = "results"


class Kept:
    """What is known of one kind, such as plans; where there is no cache nothing is ever known."""

    def __init__(self, kind: str) -> None:
        """Take the kind; results of another version of scaffold are none of it."""
        cache = disk.user_folder("cache")
        self._folder = cache and cache / "fleet" / FOLDER / f"{kind}-{scaffold.__version__}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever put, so that nobody need ask."""
        return not (self._folder and self._folder.is_dir())

    def get(self, key: str) -> Any:
        """Return what was put under a key, or None; what cannot be read any more is none."""
        with suppress(Exception):  # whatever a damaged file may bring about
            return pickle.loads(self._place(key).read_bytes()) if self._folder else None  # noqa: S301 - see above
        return None

    def put(self, key: str, value: object) -> None:
        """Keep a value instead of what was known before, whole or not; a cache that takes nothing only costs time."""
        if not self._folder:
            return
        place = self._place(key)
        new = place.with_name(f"{place.name}.{uuid4().hex}")
        with suppress(OSError):
            disk.private(place.parent)
            try:
                disk.write_private(new, pickle.dumps(value))
                new.replace(place)
            finally:
                new.unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        name = sha256(key.encode()).hexdigest()
        return Path(self._folder or "") / name[:2] / name
