"""What git makes of a file between blob and work tree: line ends and encoding, by its settings and attributes."""

from dataclasses import replace
from pathlib import Path

from pygit2 import Repository, settings
from pygit2.enums import ConfigLevel
from pygit2.errors import check_error
from pygit2.ffi import C, ffi

from scaffold.git.explained import explained
from scaffold.tree import SYMLINK, File

TO_WORK_TREE, TO_BLOB, ALLOW_UNSAFE = 0, 1, 1  # libgit2's git2/filter.h; pygit2 has no names for them
OFF = ("false", "no", "off", "0", "")
ATTRIBUTES = ".gitattributes"


class Conversion:
    """The conversions of one repository; a path that has none costs a look at its folders, once each."""

    def __init__(self, repository: Repository, root: Path) -> None:
        """Wrap an open repository with its work tree at `root`."""
        self._repository = repository
        self.root = root
        self._folders: dict[str, bool] = {}

    def stored(self, path: str, file: File) -> File:
        """Return a file of the work tree as `git add` would store it."""
        encoding = self.encoding(path)
        if encoding is None or file.mode == SYMLINK:
            return self.normalised(path, file)
        return self.normalised(path, replace(file, content=_decoded(file.content, encoding)))

    def normalised(self, path: str, file: File) -> File:
        """Return a file with the line ends that `git add` would store."""
        if b"\r" not in file.content and b"$Id" not in file.content:
            return file
        return self._filtered(path, file, TO_BLOB)

    def checked_out(self, path: str, file: File) -> File:
        """Return a stored file as `git checkout` would write it."""
        if not self.speaks_of(path):
            return file
        written = self._filtered(path, file, TO_WORK_TREE)
        encoding = self.encoding(path)
        if encoding is None or file.mode == SYMLINK:
            return written
        return replace(written, content=_encoded(written.content, encoding))

    def encoding(self, path: str) -> str | None:
        """Return the encoding that a file has in the work tree, or None where that is the blob's."""
        if not self.speaks_of(path):
            return None
        with explained(self.root):
            named = self._repository.get_attr(path, "working-tree-encoding")
        return named if isinstance(named, str) and named.upper() not in ("UTF-8", "UTF8") else None

    def speaks_of(self, path: str) -> bool:
        """Whether some setting, or a file of attributes, may say something of the path."""
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            here = self.speaks_of(folder) if folder else self._everywhere()
            self._folders[folder] = here or (self.root / folder / ATTRIBUTES).is_file()
        return self._folders[folder]

    def _filtered(self, path: str, file: File, way: int) -> File:
        if file.mode == SYMLINK or not self.speaks_of(path):
            return file
        filters, out = ffi.new("git_filter_list **"), ffi.new("git_buf *")
        repository = self._repository._repo  # noqa: SLF001 - pygit2 has no call for contents that are in no file
        with explained(self.root):
            check_error(C.git_filter_list_load(filters, repository, ffi.NULL, path.encode(), way, ALLOW_UNSAFE))
            if filters[0] == ffi.NULL:
                return file
            try:
                check_error(C.git_filter_list_apply_to_buffer(out, filters[0], file.content, len(file.content)))
                content = bytes(ffi.buffer(out.ptr, out.size))
            finally:
                C.git_buf_dispose(out)
                C.git_filter_list_free(filters[0])
        return file if content == file.content else replace(file, content=content)

    def _everywhere(self) -> bool:
        config = self._repository.config
        with explained(self.root):
            said = {name: str(config[name]) for name in ("core.autocrlf", "core.attributesfile") if name in config}
        if said.pop("core.autocrlf", "").lower() not in OFF or said:
            return True
        shared = Path(self._repository.path) / "commondir"
        common = shared.parent / shared.read_text().strip() if shared.is_file() else shared.parent
        files = [common / "info/attributes"]
        for level, name in ((ConfigLevel.XDG, "attributes"), (ConfigLevel.SYSTEM, "gitattributes")):
            files += [Path(folder) / name for folder in (settings.search_path[level] or "").split(":") if folder]
        return any(file.is_file() for file in files)


def _decoded(content: bytes, encoding: str) -> bytes:
    """Return text in UTF-8, or as it is where it is not in `encoding`; `-BOM` is git's own addition to the name."""
    name = encoding.upper()
    try:
        text = content.decode(name.removesuffix("-BOM"))
    except (LookupError, UnicodeError):
        return content
    return (text.removeprefix("\ufeff") if name.endswith("-BOM") else text).encode()


def _encoded(content: bytes, encoding: str) -> bytes:
    name = encoding.upper()
    try:
        mark = "\ufeff" if name.endswith("-BOM") else ""
        return (mark + content.decode()).encode(name.removesuffix("-BOM"))
    except (LookupError, UnicodeError):
        return content
