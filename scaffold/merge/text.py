"""The line merge of git itself (libgit2), in memory: no repository, no file, no process."""

import re
from dataclasses import dataclass

from pygit2 import IndexEntry, Odb, OdbBackend, Oid, Repository
from pygit2.enums import FileMode, ObjectType
from pygit2.ffi import C, ffi

from scaffold.errors import ScaffoldError
from scaffold.tree import blob_id, is_text


@dataclass(frozen=True, slots=True)
class Labels:
    """What the three sides are called in conflict markers."""

    base: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The result; where not clean, `content` carries zdiff3 markers (None: binary, so no lines to mark)."""

    clean: bool
    content: bytes | None


class _Blobs(OdbBackend):
    """An object database that holds just the three blobs of one merge."""

    def __init__(self, *contents: bytes) -> None:
        super().__init__()
        self._blobs = {blob_id(content): content for content in contents}

    def exists_cb(self, oid: Oid) -> bool:
        return str(oid) in self._blobs

    def read_cb(self, oid: Oid) -> tuple[int, bytes]:
        return ObjectType.BLOB, self._blobs[str(oid)]

    def read_header_cb(self, oid: Oid) -> tuple[int, int]:
        return ObjectType.BLOB, len(self._blobs[str(oid)])

    def refresh_cb(self) -> None:
        """Nothing to refresh."""


def merge_lines(base: bytes | None, ours: bytes, theirs: bytes, labels: Labels) -> Merged:
    """Merge line by line; `base` is None where there is none. Raises ScaffoldError where libgit2 fails.

    libgit2's C interface is called as pygit2.Repository.merge_file_from_index does it, because that method takes
    neither labels nor the zdiff3 style.
    """
    if not all(is_text(side) for side in (base or b"", ours, theirs)):
        return Merged(clean=False, content=None)
    odb = Odb()
    odb.add_backend(_Blobs(base or b"", ours, theirs), 1)
    repository = Repository()
    repository.set_odb(odb)
    names = [ffi.new("char[]", name.encode()) for name in (labels.base, labels.ours, labels.theirs)]
    options = ffi.new("git_merge_file_options *")
    options.version = 1
    options.ancestor_label, options.our_label, options.their_label = names
    options.flags = C.GIT_MERGE_FILE_STYLE_ZDIFF3
    entries = [None if side is None else _entry(side) for side in (base, ours, theirs)]
    result = ffi.new("git_merge_file_result *")
    pointers = [ffi.NULL if entry is None else entry[0] for entry in entries]
    if C.git_merge_file_from_index(result, repository._repo, *pointers, options) != 0:  # noqa: SLF001
        raise ScaffoldError("libgit2 could not merge the file")
    try:
        clean, content = bool(result.automergeable), bytes(ffi.buffer(result.ptr, result.len))
    finally:
        C.git_merge_file_result_free(result)
    return Merged(clean, content if clean else _named(content, base, ours, theirs, labels))


def _named(content: bytes, base: bytes | None, ours: bytes, theirs: bytes, labels: Labels) -> bytes:
    """Write the label of an empty side, which libgit2 leaves out (merge_file.c: merge_file__xdiff)."""
    for side, marker, label in (
        (ours, rb"\A<{7}", labels.ours),
        (base, rb"^\|{7}(?=\r?\n=======)", labels.base),
        (theirs, rb">{7}(?=\r?\n\Z)", labels.theirs),
    ):
        if not side and (found := re.search(marker, content, re.MULTILINE)):
            content = content[: found.end()] + f" {label}".encode() + content[found.end() :]
    return content


def _entry(content: bytes) -> tuple[object, object]:
    # The pair keeps the path's C string alive as long as the entry that points to it.
    return IndexEntry("file", Oid(hex=blob_id(content)), FileMode.BLOB)._to_c()  # noqa: SLF001
