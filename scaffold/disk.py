"""The project's files: read, written and removed one at a time, never through a symbolic link."""

import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from scaffold.errors import ProjectError
from scaffold.tree import EXECUTABLE, REGULAR, SYMLINK, File

BINARY = getattr(os, "O_BINARY", 0)  # where there are two kinds of files
READING, WRITING = os.O_RDONLY | BINARY, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY
PIECE = 1 << 24  # bytes


def expand(path: Path | str) -> Path:
    """Return the path with `~` replaced by the user's home; raises ProjectError where there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ProjectError(f"there is no home folder for {path}", hint="write the path in full") from error


def place_at(dest: Path | str) -> Path:
    """Return the absolute path for a folder to stamp into; raises ProjectError in git's own folder."""
    root = Path(os.path.abspath(expand(dest)))  # noqa: PTH100 - a link at dest is not to be followed
    if ".git" in root.parts:
        raise ProjectError("this lies in git's own folder", where=str(root), hint="name a folder outside it")
    return root


def is_free(root: Path) -> bool:
    """Whether nothing stands at `root` but an empty folder, in which nobody is."""
    if not os.path.lexists(root):
        return True
    return root.is_dir() and not root.is_symlink() and not any(root.iterdir()) and root != Path.cwd()


def free_place(dest: Path | str) -> Path:
    """Return the absolute path for a new folder; raises ProjectError where something but an empty folder is there."""
    root = place_at(dest)
    refuse_existing(root)
    return root


def refuse_existing(root: Path) -> None:
    """Raise ProjectError where something stands at `root` that is not an empty folder."""
    if is_free(root):
        return
    what = "this folder exists" if root.is_dir() else "a file of this name exists"
    raise ProjectError(f"{what} already, and nothing is written over it", where=str(root), hint="name a new folder")


def private(folder: Path) -> Path:
    """Return the folder, made for the user alone where it is not there: what is copied into it may be secret.

    Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if os.name == "posix" and status.st_uid == os.geteuid() and status.st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def write_private(place: Path, content: bytes) -> None:
    """Write a new file that the user alone can read, from its first byte on; raises OSError."""
    write_beside(str(place), File(content), 0o600)


def read(root: Path, path: str, known: set[str] | None = None) -> File | None:
    """Return the file at `path` below `root`, or None; raises ProjectError for a folder or a device there.

    What lies behind a symbolic link to a folder is not at `path`, wherever the link leads. `known` collects the folders
    that are no links, for a caller that reads many files at once.
    """
    place = f"{root}/{path}"  # a thousand paths as text take a fifth of the time
    try:
        if _behind_link(root, path, set() if known is None else known):
            return None
        status = os.lstat(place)
        if stat.S_ISLNK(status.st_mode):
            return File(os.fsencode(os.readlink(place)), SYMLINK)  # noqa: PTH115 - the place is text
        if stat.S_ISREG(status.st_mode):
            return File(_content(place, status.st_size), EXECUTABLE if status.st_mode & stat.S_IXUSR else REGULAR)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {error.strerror}", where=place) from error
    kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
    raise ProjectError(f"{path} is {kind}, and the blueprint has a file there", where=place, hint="move it away")


def _content(place: str, size: int) -> bytes:
    """Read a file that is about so long: without a file object, that takes half of the calls."""
    opened = os.open(place, READING)
    try:
        content = os.read(opened, size + 1)
        while len(content) != size and (more := os.read(opened, PIECE)):  # it is another one by now, or a huge one
            content += more
    finally:
        os.close(opened)
    return content


def file_at(root: Path, path: str, known: set[str] | None = None) -> File | None:
    """Return what `read` does; a folder is no file, whatever is in it."""
    try:
        return read(root, path, known)
    except ProjectError:
        here = root / path
        if here.is_dir() and not here.is_symlink():
            return None
        raise


def permissions(root: Path | str, path: str) -> int | None:
    """Return the permission bits of the file at `path`, or None where there is no regular file."""
    try:
        status = os.lstat(f"{root}/{path}")
    except (FileNotFoundError, NotADirectoryError):
        return None
    return stat.S_IMODE(status.st_mode) if stat.S_ISREG(status.st_mode) else None


def inside(root: Path, path: str) -> list[str]:
    """Return the files in the folder at `path`, by their path below `root`; none where it is no folder."""
    here = root / path
    if here.is_symlink() or not here.is_dir():
        return []
    return sorted(place.relative_to(root).as_posix() for place in here.rglob("*") if not place.is_dir())


def names(folder: Path) -> list[str]:
    """Return the names of the files in a folder, in order; none where it is no folder, or may not be read."""
    try:
        return sorted(place.name for place in folder.iterdir() if not place.is_dir())
    except OSError:
        return []


def other_case(root: Path, path: str, known: dict[str, dict[str, str]]) -> str | None:
    """Return what stands at a path that differs from this one by case only, or None.

    `known` collects what is in each folder, for a caller that asks about many files.
    """
    folder = ""
    for part in path.split("/"):
        if folder not in known:
            with suppress(OSError):
                known[folder] = {name.casefold(): name for name in os.listdir(root / folder)}  # noqa: PTH208 - names are all it needs
        other = known.get(folder, {}).get(part.casefold())
        if other is None:
            return None
        if other != part and not os.path.lexists(root / folder / part):
            return folder + other
        folder += f"{part}/"
    return None


def _behind_link(root: Path, path: str, known: set[str]) -> bool:
    if path.rpartition("/")[0] in known:
        return False  # and neither are those above it
    for end in _slashes(path):
        folder = path[:end]
        if folder not in known:
            if stat.S_ISLNK(os.lstat(f"{root}/{folder}").st_mode):
                return True
            known.add(folder)
    return False


def _slashes(path: str) -> Iterator[int]:
    at = path.find("/")
    while at >= 0:
        yield at
        at = path.find("/", at + 1)


def read_all(root: Path, paths: Iterable[str]) -> dict[str, File]:
    """Return those of `paths` that exist."""
    known: set[str] = set()
    found = ((path, read(root, path, known)) for path in paths)
    return {path: file for path, file in found if file is not None}


def walk(root: Path) -> dict[str, File]:
    """Return every file below `root`, by its path below it; folders of git itself are left out."""
    return dict(each(root))


def each(root: Path) -> Iterator[tuple[str, File]]:
    """Yield what `walk` returns, one file after the other."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in sorted([*names, *links]):
            path = (Path(folder) / name).relative_to(root).as_posix()
            if (file := read(root, path)) is not None:
                yield path, file


def modes(root: Path, ignored: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yield path and mode of every file below `root` in order; a folder that is `ignored` is not entered."""
    for folder, folders, names in os.walk(root):
        start = Path(folder).relative_to(root).as_posix()
        start = "" if start == "." else f"{start}/"
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in links and not ignored(f"{start}{name}/"))
        for path in sorted(f"{start}{name}" for name in (*names, *links)):
            mode = os.lstat(root / path).st_mode
            if not ignored(path) and (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
                yield path, SYMLINK if stat.S_ISLNK(mode) else EXECUTABLE if mode & stat.S_IXUSR else REGULAR


def check_way(root: Path, path: str, gone: Collection[str] = (), known: set[str] | None = None) -> None:
    """Raise ProjectError where a parent of `path` is a symbolic link or a file: writing there could leave `root`.

    The paths in `gone` are removed first, so they are in nobody's way. `known` collects folders that are in order.
    """
    known = set() if known is None else known
    if not gone and path.rpartition("/")[0] in known:
        return  # and so are those above it
    for end in _slashes(path):
        folder = path[:end]
        if folder in gone:
            return
        if folder in known:
            continue
        place = f"{root}/{folder}"
        try:
            mode = os.lstat(place).st_mode
        except FileNotFoundError:
            return
        if stat.S_ISLNK(mode):
            raise ProjectError(f"{path} lies behind a symbolic link, so it is not written", where=place)
        if not stat.S_ISDIR(mode):
            raise ProjectError(f"{path} needs a folder where there is a file", where=place, hint="move it away")
        known.add(folder)


def fill(root: Path, files: Mapping[str, File]) -> None:
    """Write files into a new folder, never through a link and never twice; raises ProjectError."""
    root.mkdir(parents=True, exist_ok=True)
    known: set[str] = set()
    for path, file in files.items():
        check_way(root, path, known=known)
        write(root / path, file)


def write(place: Path, file: File, like: Path | None = None) -> None:
    """Write a new file; with `like`, that file's permissions are kept, apart from the executable bits."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if like is None:
        write_beside(str(place), file, file.permissions, exactly=True)
    else:
        write_beside(str(place), file, permissions(like.parent, like.name))


def write_beside(place: str, file: File, bits: int | None = None, *, exactly: bool = False) -> None:
    """Write a new file into a folder that is there, with these permissions (None: what the umask leaves).

    Whether it is executable is as its mode says, unless they are to be had `exactly`.
    """
    if file.mode == SYMLINK:
        os.symlink(os.fsdecode(file.content), place)  # noqa: PTH211
        return
    wanted = None if bits is None else bits & 0o777 if exactly else _as_executable(bits, file)
    opened = os.open(place, WRITING, 0o666 if wanted is None else wanted)
    try:
        rest = memoryview(file.content)
        while rest:  # it may take less than it was given
            rest = rest[os.write(opened, rest) :]
        made = stat.S_IMODE(os.fstat(opened).st_mode)
    finally:
        os.close(opened)
    wanted = _as_executable(made, file) if wanted is None else wanted
    if wanted != made:
        os.chmod(place, wanted)  # noqa: PTH101


def _as_executable(bits: int, file: File) -> int:
    """Return permissions with the executable ones as the mode of a file says: for whom may read it, or for nobody."""
    return bits | (bits & 0o444) >> 2 if file.mode == EXECUTABLE else bits & ~0o111


def swap_in(staged: str, root: Path, path: str, known: set[str] | None = None) -> None:
    """Move a staged file to its place in one step, also from another file system."""
    known = set() if known is None else known
    check_way(root, path, known=known)
    place = f"{root}/{path}"
    try:
        if "/" in path and path[: path.rindex("/")] not in known:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged, place)  # noqa: PTH105
    except OSError as error:
        if error.errno != errno.EXDEV:  # another file system
            raise
        target, near = Path(place), _near(Path(place))
        near.unlink(missing_ok=True)
        if not Path(staged).is_symlink():
            write_private(near, b"")
        shutil.copy2(staged, near, follow_symlinks=False)
        near.replace(target)


def forget_staged(root: Path, path: str) -> None:
    """Remove what a killed `swap_in` from another file system has left beside a path."""
    with suppress(OSError):
        _near(root / path).unlink()


def _near(place: Path) -> Path:
    return place.with_name(f".{place.name}.scaffold-new")


def put(root: Path, path: str, content: bytes, staged: Path | None = None) -> None:
    """Write a file in one step, with the permissions that it has, by way of `staged`; raises ProjectError."""
    staged = staged or _near(root / path)
    check_way(root, path)
    try:
        staged.unlink(missing_ok=True)  # of a killed run
        write(staged, File(content), like=root / path)
        swap_in(str(staged), root, path)
    except OSError as error:
        raise ProjectError(f"{path} cannot be written: {error.strerror}", where=str(root / path)) from error
    finally:
        staged.unlink(missing_ok=True)


def remove(root: Path, path: str) -> None:
    """Remove a file, and the folders above it that are empty then; `root` itself stays."""
    check_way(root, path)
    place = root / path
    place.unlink(missing_ok=True)
    for folder in place.parents:
        if folder == root:
            break
        try:
            folder.rmdir()
        except OSError:
            break


def missing_folders(root: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the folders above some paths that are not there, each before those in it."""
    folders = {path[:end] for path in paths for end in _slashes(path)}
    return tuple(sorted(folder for folder in folders if not os.path.lexists(root / folder)))


def remove_folders(root: Path, folders: Iterable[str]) -> None:
    """Remove those of some folders that are there and empty, of two in each other the inner one first."""
    for folder in sorted(folders, reverse=True):
        with suppress(OSError):
            (root / folder).rmdir()


def machine_folder() -> Path:
    """Return the folder for settings of the whole machine, which no variable of the environment moves."""
    import platformdirs

    if sys.platform in ("win32", "darwin"):
        return Path(platformdirs.site_config_path("scaffold", appauthor=False))
    return Path("/etc/scaffold")


def user_folder(kind: Literal["cache", "config", "log"]) -> Path | None:
    """Return the user's folder for what is kept of one kind, or None where nobody knows of a home."""
    import platformdirs  # few commands need it

    try:
        return Path(getattr(platformdirs, f"user_{kind}_path")("scaffold"))
    except RuntimeError:
        return None
