"""Many blobs as one pack, in the format that every git reads (gitformat-pack).

A file for each blob takes five times as long, and most of an update's time. pygit2's PackBuilder is slower still, since
it looks for deltas.
"""

import os
from binascii import crc32
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha1
from itertools import accumulate
from pathlib import Path
from struct import pack
from typing import NamedTuple
from zlib import DEF_MEM_LEVEL, DEFLATED, MAX_WBITS, Z_BEST_SPEED, compressobj

BLOB = 3 << 4  # the type, above four bits of the size
MOST_BYTES = 1 << 30  # of a pack, whose index has offsets of 31 bits here


class Row(NamedTuple):
    """What a pack's index says of one object."""

    id: bytes
    checksum: int
    offset: int


class Squeezed(NamedTuple):
    """A blob as it lies in a pack: how many bytes it has, and those compressed."""

    size: int
    data: bytes


def squeezed(content: bytes) -> Squeezed:
    """Compress a blob for a pack."""
    return Squeezed(len(content), _compressed(content))


def write_pack(objects: Path, blobs: Mapping[str, bytes | Squeezed]) -> None:
    """Add a pack of blobs, by their ids, to an object database; raises OSError, and then there is no new pack.

    What is killed on the way leaves a file that git's clean-up takes for what it is: its name starts with `tmp_`.
    """
    folder = objects / "pack"
    folder.mkdir(exist_ok=True)
    mark = os.urandom(8).hex()
    temporary = folder / f"tmp_pack_{mark}", folder / f"tmp_idx_{mark}"
    try:
        rows, trailer = _write_objects(temporary[0], blobs)
        temporary[1].write_bytes(_index(rows, trailer))
        for place, suffix in zip(temporary, (".pack", ".idx"), strict=True):  # only with its index does git look at it
            place.chmod(place.stat().st_mode & 0o444)  # for whom it is, the umask says
            place.replace(folder / f"pack-{trailer.hex()}{suffix}")
    except BaseException:
        for place in temporary:
            with suppress(OSError):
                place.unlink()
        raise


def _write_objects(place: Path, blobs: Mapping[str, bytes | Squeezed]) -> tuple[list[Row], bytes]:
    """Write the pack itself; return what its index is to say, and the digest that it ends with."""
    header = pack(">4sLL", b"PACK", 2, len(blobs))
    digest, offset, rows = sha1(header, usedforsecurity=False), len(header), []
    with place.open("xb") as file:
        file.write(header)
        for id_, content in blobs.items():
            held = content if isinstance(content, Squeezed) else squeezed(content)
            entry = _size(held.size) + held.data
            rows.append(Row(bytes.fromhex(id_), crc32(entry), offset))
            offset += len(entry)
            digest.update(entry)
            file.write(entry)
        file.write(digest.digest())
    return rows, digest.digest()


def _compressed(content: bytes) -> bytes:
    """Compress a blob, a small one with a small window: the memory of a large one takes ten times as long to clear."""
    window, memory = (12, 4) if len(content) <= 1 << 12 else (MAX_WBITS, DEF_MEM_LEVEL)
    compressing = compressobj(Z_BEST_SPEED, DEFLATED, window, memory)
    return compressing.compress(content) + compressing.flush()


def _size(length: int) -> bytes:
    """Spell the type and size of a blob: four bits, then seven a byte, each byte but the last with its top bit set."""
    out, left = [BLOB | length & 0xF], length >> 4
    while left:
        out[-1] |= 0x80
        out.append(left & 0x7F)
        left >>= 7
    return bytes(out)


def _index(rows: Iterable[Row], trailer: bytes) -> bytes:
    """Return the index, version 2: how many ids start with each byte or a lower one, ids, checksums, offsets."""
    rows = sorted(rows)
    starts = [0] * 256
    for row in rows:
        starts[row.id[0]] += 1
    out = b"".join(
        (
            pack(">4sL256L", b"\377tOc", 2, *accumulate(starts)),
            *(row.id for row in rows),
            pack(f">{len(rows)}L", *(row.checksum for row in rows)),
            pack(f">{len(rows)}L", *(row.offset for row in rows)),
            trailer,
        )
    )
    return out + sha1(out, usedforsecurity=False).digest()
