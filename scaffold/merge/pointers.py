"""Git LFS pointers: a few lines that stand for a content elsewhere, which no merge may put together."""

from hashlib import sha256

VERSION = b"version https://git-lfs.github.com/spec/v1\n"
LONGEST = 1024  # bytes, by the specification


def is_pointer(content: bytes) -> bool:
    """Whether the content is a pointer."""
    return content.startswith(VERSION) and len(content) < LONGEST


def stands_for(pointer: bytes, content: bytes) -> bool:
    """Whether `pointer` is one, and to just this content."""
    if not is_pointer(pointer):
        return False
    named = [f"oid sha256:{sha256(content).hexdigest()}".encode(), b"size %d" % len(content)]
    return all(line in pointer.splitlines() for line in named)
