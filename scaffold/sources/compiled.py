"""Templates compiled once for all processes: their code in the user's cache, as Python keeps that of modules."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import compiler

import scaffold
from scaffold import disk
from scaffold.apply import beside
from scaffold.templating import known


@contextmanager
def kept(address: str) -> Iterator[None]:
    """Know the code of a template from earlier runs, and keep for later ones what is compiled in the body."""
    place = _place(address)
    known.begin(place.name, lambda: _read(place))
    yield
    if after := known.end():
        with suppress(OSError):  # a cache that cannot be written only costs time
            _write(place, after)


def _place(address: str) -> Path:
    """Return where the code is kept; other versions of what made it have other places."""
    name = sha256(f"{_made_by()}\0{address}".encode()).hexdigest()[:32]
    return (disk.user_folder("cache") or Path(os.devnull)) / "compiled" / f"{name}.bin"


@cache
def _made_by() -> str:
    """Tell Python, Jinja and scaffold apart; Jinja by its compiler's file, for its metadata take 25 ms to read."""
    jinja = Path(compiler.__file__).stat()
    return f"{sys.implementation.cache_tag} {sys.hexversion} {jinja.st_mtime_ns} {jinja.st_size} {scaffold.__version__}"


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:
        return b""


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with beside.aside(place) as made:
        made.write_bytes(content)
        made.replace(place)
