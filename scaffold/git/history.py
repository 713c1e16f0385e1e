"""What a repository holds at a commit, sizes before contents, and how its commits are called."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pygit2 import Blob, Commit, Oid, Repository, Tree
from pygit2 import GitError as LibgitError
from pygit2.enums import DescribeStrategy, FileMode, FileStatus, ObjectType

from scaffold.git.explained import explained

IDX_TOTAL = 8 + 255 * 4  # where a pack's index, version 2, says how many objects it has (gitformat-pack)
FEWEST_DIGITS = 7


class Item(NamedTuple):
    """A file, link, folder or submodule at a commit; only files and links have a size."""

    path: str
    mode: int
    id: str
    size: int = 0

    @property
    def is_folder(self) -> bool:
        """Whether it holds others."""
        return self.mode == FileMode.TREE

    @property
    def is_submodule(self) -> bool:
        """Whether it is another repository, whose files are not here."""
        return self.mode == FileMode.COMMIT


class History:
    """The commits of one repository and what they hold, all of it or what lies below one folder."""

    def __init__(self, repository: Repository, root: Path, folder: str = "") -> None:
        """Wrap an open repository; `root` is what errors name, `folder` what `names` and `items` count from."""
        self._repository = repository
        self._root = root
        self._folder = folder

    @property
    def is_shallow(self) -> bool:
        """Whether the history was cut off when it was cloned, and tags with it."""
        return bool(self._repository.is_shallow)

    def below(self, folder: str) -> "History":
        """Return the same commits with what a folder of the repository holds."""
        return History(self._repository, self._root, folder)

    def names(self, commit: str) -> tuple[str, ...]:
        """Return the names at the top of a commit's tree, those of folders with a slash."""
        with explained(self._root):
            top = self._top(commit)
            return tuple(f"{item.name}/" if item.type == ObjectType.TREE else str(item.name) for item in top)

    def items(self, commit: str) -> Iterator[Item]:
        """Yield everything at a commit, folders before what they hold; no content is read."""
        with explained(self._root):
            header = self._repository.odb.read_header
            stack = [("", self._top(commit))]
            while stack:
                prefix, tree = stack.pop()
                for item in tree:
                    path, mode = f"{prefix}{item.name}", int(item.filemode)
                    if isinstance(item, Tree):
                        yield Item(path, FileMode.TREE, str(item.id))
                        stack.append((f"{path}/", item))
                    elif mode == FileMode.COMMIT:
                        yield Item(path, mode, str(item.id))
                    else:
                        yield Item(path, mode, str(item.id), header(item.id)[1])

    def above(self, commit: str, name: str) -> Mapping[str, bytes]:
        """Return the files called `name` in the folders above the one that counts, by their path in the repository."""
        folders = self._folder.split("/") if self._folder else []
        with explained(self._root):
            tree = self._commit(commit).tree
            paths = ("/".join([*folders[:depth], name]) for depth in range(len(folders)))
            found = {path: tree[path] for path in paths if path in tree}
            return {path: item.data for path, item in found.items() if isinstance(item, Blob)}

    def link_on(self, commit: str, path: str) -> tuple[str, str] | None:
        """Return the first symbolic link on the way to a path at a commit, and where it leads, or None."""
        with explained(self._root):
            tree, parts = self._commit(commit).tree, path.split("/")
            for at in ("/".join(parts[: depth + 1]) for depth in range(len(parts))):
                if at not in tree:
                    return None
                item = tree[at]
                if isinstance(item, Blob) and item.filemode == FileMode.LINK:
                    return at, item.data.decode(errors="replace")
            return None

    def content(self, id_: str) -> bytes:
        """Return what a blob holds; raises GitError where the database lacks it."""
        with explained(self._root):
            return self._repository[Oid(hex=id_)].read_raw()

    def tags(self) -> Mapping[str, str]:
        """Return the commits that tags mark, by the tags' names in order; a tag of anything else is left out."""
        return self._tips("refs/tags/")

    def branches(self) -> Mapping[str, str]:
        """Return the commits at the tips of branches, by the branches' names in order."""
        return self._tips("refs/heads/")

    def remote_branches(self, part: str) -> Mapping[str, str]:
        """Return the commits at the tips of branches of remotes, as last fetched, whose names have a part."""
        return self._tips("refs/remotes/", part)

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the newest commit that both of two come from, or None."""
        with explained(self._root):
            found = self._repository.merge_base(Oid(hex=one), Oid(hex=other))
            return str(found) if found else None

    def _tips(self, start: str, part: str = "") -> dict[str, str]:
        with explained(self._root):
            found = {}
            names = [name for name in self._repository.references if name.startswith(start) and part in name]
            for name in sorted(names):
                try:
                    found[name.removeprefix(start)] = str(self._repository.references[name].peel(Commit).id)
                except (LibgitError, KeyError, ValueError):
                    continue  # it marks a tree or a blob, or nothing any more
            return found

    def describe(self, commit: str) -> str:
        """Return what `git describe --tags --always` says of a commit."""
        with explained(self._root):
            return self._repository.describe(
                commit,
                describe_strategy=DescribeStrategy.TAGS,
                show_commit_oid_as_fallback=True,
                abbreviated_size=self._digits(),
            )

    def _digits(self) -> int:
        """Return how many digits git abbreviates ids to: more in a large repository, which libgit2 does not do."""
        objects = 0
        own = Path(self._repository.path, "objects")
        borrowed = own / "info/alternates"
        folders = [own, *(own / line for line in borrowed.read_text().splitlines())] if borrowed.is_file() else [own]
        for index in (index for folder in folders for index in folder.glob("pack/*.idx")):
            with index.open("rb") as opened:
                opened.seek(IDX_TOTAL)
                objects += int.from_bytes(opened.read(4), "big")
        return max(FEWEST_DIGITS, -(-objects.bit_length() // 2))

    def reachable(self, commit: str, among: Collection[str]) -> frozenset[str]:
        """Return those commits of `among` that are the commit itself or before it."""
        with explained(self._root):
            wanted = frozenset(among)
            return frozenset(id_ for one in self._repository.walk(Oid(hex=commit)) if (id_ := str(one.id)) in wanted)

    def since(self, commit: str, base: str | None) -> int:
        """Count the commits that led to one, without those that led to `base`."""
        with explained(self._root):
            walker = self._repository.walk(Oid(hex=commit))
            if base:
                walker.hide(Oid(hex=base))
            return sum(1 for _ in walker)

    def standing(self) -> Mapping[str, bool]:
        """Return the paths that the work tree holds or the index names, ignored ones left out.

        Each with whether it is another repository, whose files are not this one's.
        """
        with explained(self._root):
            index = self._repository.index
            index.read()
            found = {entry.path: int(entry.mode) == FileMode.COMMIT for entry in index}
            for path, flags in self._repository.status(untracked_files="all").items():
                if flags & FileStatus.WT_NEW:
                    found[path.rstrip("/")] = path.endswith("/")  # a folder that git does not look into: a repository
            return dict(sorted(found.items()))

    def is_dirty(self) -> bool:
        """Whether the work tree or the index differs from HEAD below the folder, new files included."""
        with explained(self._root):
            paths = self._repository.status(untracked_files="normal")
            if not self._folder:
                return bool(paths)
            own = f"{self._folder}/"  # git names what is new as a whole by the topmost folder of it
            return any(path.startswith(own) or (path.endswith("/") and own.startswith(path)) for path in paths)

    def _top(self, commit: str) -> Iterable[Any]:
        tree = self._commit(commit).tree
        if not self._folder:
            return tree
        try:
            found = tree[self._folder]
        except KeyError:
            return ()
        return found if isinstance(found, Tree) else ()

    def _commit(self, id_: str) -> Commit:
        return self._repository[Oid(hex=id_)].peel(Commit)
