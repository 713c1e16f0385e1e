"""Trees: immutable maps of safe relative paths to files, and git's name for a file's content."""

import re
from collections.abc import ItemsView, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha1, sha256
from typing import Literal
from unicodedata import normalize

from scaffold.errors import ScaffoldError

Mode = Literal["100644", "100755", "120000"]
REGULAR: Mode = "100644"
EXECUTABLE: Mode = "100755"
SYMLINK: Mode = "120000"

# Names that git treats as `.git` on some file system (CVE-2014-9390, CVE-2019-1352).
_GIT_FOLDER = re.compile(r"^(\.git|git~\d+)([. :].*)?$", re.IGNORECASE)
LONGEST = 255  # bytes of one name
# Names of devices on Windows, whatever their ending.
_DEVICE = re.compile(r"^(con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³])([ .].*)?$", re.IGNORECASE)
_UNSEEN_BY_HFS = dict.fromkeys([*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF])


@dataclass(frozen=True)
class File:
    """A file's bytes (for a symlink: its target), mode, the template file it came from, and what that read unrecorded.

    `inputs` names the hidden inputs that a render took: with others it would have given another file. `recipe` is a
    digest of all else that such a file was made of, where that is known, and `placed` names the inputs that decide
    whether it is made, and where. `permissions` are all those of a file that no
    git has narrowed to its mode, for where it is first written.
    """

    content: bytes
    mode: Mode = REGULAR
    origin: str = ""
    inputs: frozenset[str] = field(default=frozenset(), compare=False)
    recipe: str = field(default="", compare=False)
    placed: frozenset[str] = field(default=frozenset(), compare=False)
    permissions: int | None = field(default=None, compare=False)

    @cached_property
    def blob(self) -> str:
        """Git's id of the content, 40 hexadecimal digits."""
        return blob_id(self.content)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the content, 64 hexadecimal digits."""
        return sha256(self.content).hexdigest()

    def same_as(self, other: "File | None") -> bool:
        """Whether both have one content and one mode, wherever they came from."""
        return other is not None and self.mode == other.mode and self.content == other.content


class Tree(Mapping[str, File]):
    """An immutable map from safe relative paths to files, sorted by path.

    `folders` are those that hold no file: they are made once, for git does not keep them.
    """

    __slots__ = ("_files", "folders")

    def __init__(self, files: Mapping[str, File] | None = None, folders: Iterable[str] = ()) -> None:
        """Check every path; raises ScaffoldError for one that could leave the folder."""
        self.folders = tuple(sorted(map(safe_path, folders)))
        self._files = {safe_path(path): file for path, file in sorted((files or {}).items())}
        folded: dict[str, str] = {}
        for path in self._files:
            if (other := folded.setdefault(_folded(path), path)) != path:
                raise ScaffoldError(f"{other} and {path} would be one file where case does not count")
        refuse_files_as_folders(self._files)

    def __getitem__(self, path: str) -> File:
        """Return the file at `path`."""
        return self._files[path]

    # What Mapping has of its own goes by `__getitem__`, path by path, which takes five times as long.
    def __contains__(self, path: object) -> bool:
        """Whether there is a file at `path`."""
        return path in self._files

    def items(self) -> ItemsView[str, File]:
        """Return the paths with their files, in order."""
        return self._files.items()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths in order."""
        return iter(self._files)

    def __len__(self) -> int:
        """Count the files."""
        return len(self._files)

    def __repr__(self) -> str:
        """Name the paths only: contents may be secret."""
        return f"Tree({list(self._files)})"


def blob_id(content: bytes) -> str:
    """Return git's object id for a blob, as `git hash-object` prints it."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def refuse_files_as_folders(paths: Iterable[str]) -> None:
    """Raise ScaffoldError where a path, in any case, is a folder of another one: writing that may lead anywhere."""
    files = {_folded(path): path for path in paths}
    fine: set[str] = set()
    for path in files.values():
        parent = path.rpartition("/")[0]
        while parent and parent not in fine:
            if other := files.get(_folded(parent)):
                raise ScaffoldError(f"{other} would be a file, and a folder that holds {path}")
            fine.add(parent)
            parent = parent.rpartition("/")[0]


def _folded(path: str) -> str:
    """Return what a path is where neither case nor the composition of letters counts."""
    return path.casefold() if path.isascii() else normalize("NFC", path).casefold()


@lru_cache(maxsize=100_000)
def safe_path(path: str) -> str:
    """Return `path` if it stays inside its folder and outside `.git`; raises ScaffoldError otherwise."""
    parts = path.split("/")
    try:
        long = next((part for part in parts if len(part.encode()) > LONGEST), None)
    except UnicodeEncodeError as error:
        raise ScaffoldError(f"the path {path!r} is not UTF-8") from error
    if long:
        raise ScaffoldError(f"the name {long[:40]}… is longer than the {LONGEST} bytes that file systems take")
    if "\\" in path or "\0" in path or re.match(r"^[A-Za-z]:", path) or any(p in ("", ".", "..") for p in parts):
        raise ScaffoldError(f"the path {path!r} does not stay inside the project")
    if any(_GIT_FOLDER.match(part.translate(_UNSEEN_BY_HFS)) for part in parts):
        raise ScaffoldError(f"the path {path!r} reaches into git's own folder")
    if any(_DEVICE.match(part) for part in parts):
        raise ScaffoldError(f"the path {path!r} names a device on Windows")
    return path


def is_text(content: bytes) -> bool:
    """Whether git would treat the content as text: no NUL among the first 8,000 bytes."""
    return b"\0" not in content[:8000]
