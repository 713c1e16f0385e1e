"""Answers that are asked for by their ETag the next time, which costs a forge, and its limits, less."""

import zlib
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple

MOST, EACH = 20_000_000, 1_000_000  # bytes in all, and of one, as they are kept: compressed, for parsed they are large


class Found(NamedTuple):
    """What an address answered, as it was sent."""

    headers: Mapping[str, str]
    body: bytes


class Kept:
    """The answers that were used last, by address; for all threads."""

    def __init__(self, most: int = MOST, each: int = EACH) -> None:
        """Begin with none; no more than so many bytes are kept."""
        self._most, self._each = most, each
        self._known: OrderedDict[str, Found] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, url: str) -> Found | None:
        """Return what an address answered, where it is kept."""
        with self._lock:
            if url not in self._known:
                return None
            self._known.move_to_end(url)
            headers, packed = self._known[url]
        return Found(headers, zlib.decompress(packed))

    def put(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep a response in place of an older one, and let those go that were used longest ago."""
        packed = zlib.compress(body, 1)
        with self._lock:
            if old := self._known.pop(url, None):
                self._size -= len(old.body)
            if len(packed) <= self._each:
                self._known[url] = Found(headers, packed)
                self._size += len(packed)
            while self._size > self._most:
                self._size -= len(self._known.popitem(last=False)[1].body)
