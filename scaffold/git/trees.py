"""A commit's tree with some files changed, worked out without writing anything into the repository."""

from collections.abc import Callable, Mapping
from hashlib import sha1
from typing import NamedTuple

from scaffold.git.index import Entry

FOLDER = "40000"
Read = Callable[[str], bytes]  # the content of a tree, by its id


class Grown(NamedTuple):
    """The id of a tree, and the contents of those trees in it that are new, by their ids."""

    id: str
    trees: Mapping[str, bytes]


def grown(read: Read, top: str | None, changes: Mapping[str, Entry | None]) -> Grown:
    """Return the tree `top` (none: an empty one) with files set to mode and blob id, or taken away (None).

    The format is git's (gitformat-pack, "object types"; git-ls-tree). A folder in which nothing is left is none.
    """
    trees: dict[str, bytes] = {}
    made = _with(read, top, changes, trees) or _kept(trees, b"")
    return Grown(made, trees)


def _with(read: Read, id_: str | None, changes: Mapping[str, Entry | None], trees: dict[str, bytes]) -> str | None:
    """Return the id of a tree with changes below it, or None where nothing is left in it."""
    entries = _entries(read(id_)) if id_ else {}
    below: dict[str, dict[str, Entry | None]] = {}
    for path, entry in changes.items():
        name, slash, rest = path.partition("/")
        if slash:
            below.setdefault(name, {})[rest] = entry
        elif entry is not None:
            entries[name] = entry
        elif name in entries and entries[name][0] != FOLDER:
            del entries[name]
    for name, inner in below.items():
        mode, here = entries.get(name, (FOLDER, None))
        made = _with(read, here if mode == FOLDER else None, inner, trees)
        if made is not None:
            entries[name] = (FOLDER, made)
        elif mode == FOLDER:
            entries.pop(name, None)
    return _kept(trees, _written(entries)) if entries else None


def _kept(trees: dict[str, bytes], content: bytes) -> str:
    id_ = sha1(b"tree %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
    trees[id_] = content
    return id_


def _entries(content: bytes) -> dict[str, Entry]:
    found, start = {}, 0
    while start < len(content):
        space, end = content.index(b" ", start), content.index(b"\0", start)
        name = content[space + 1 : end].decode(errors="surrogateescape")
        found[name] = (content[start:space].decode(), content[end + 1 : end + 21].hex())
        start = end + 21
    return found


def _written(entries: Mapping[str, Entry]) -> bytes:
    def order(item: tuple[str, Entry]) -> bytes:
        return (item[0] + ("/" if item[1][0] == FOLDER else "")).encode(errors="surrogateescape")

    lines = (
        b"%b %b\0%b" % (mode.encode(), name.encode(errors="surrogateescape"), bytes.fromhex(id_))
        for name, (mode, id_) in sorted(entries.items(), key=order)
    )
    return b"".join(lines)
