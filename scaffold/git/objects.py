"""Git's object database and references in-process (pygit2): the hot path, without a process."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pygit2 import Blob, Commit, Object, Oid, Patch, Repository, Tree, discover_repository, settings
from pygit2 import GitError as LibgitError
from pygit2.enums import FileMode, ObjectType, RepositoryOpenFlag, RepositoryState

from scaffold.git.attributes import Attributes
from scaffold.git.conversion import Conversion
from scaffold.git.explained import explained
from scaffold.git.history import History
from scaffold.git.index import Entry
from scaffold.git.listing import Listing
from scaffold.git.pack import MOST_BYTES, write_pack
from scaffold.tree import EXECUTABLE, REGULAR, SYMLINK, File, Mode, blob_id

MODES: Mapping[int, Mode] = {
    FileMode.BLOB: REGULAR,
    FileMode.BLOB_EXECUTABLE: EXECUTABLE,
    FileMode.LINK: SYMLINK,
}
PRIVATE = "private"  # a folder beside the records of a project
FEW = 16  # from so many new blobs on, they become one pack
settings.set_extensions(["partialclone"])  # that some contents are elsewhere is no reason to read none of it


class Objects(Listing):
    """One repository."""

    def __init__(self, repository: Repository, root: Path) -> None:
        """Wrap an open repository; `root` is its work tree, or itself where it is bare."""
        super().__init__(repository, root)
        self.history = History(repository, root)
        self.conversion = Conversion(repository, root)
        self.attributes = Attributes(repository, root, self.conversion)
        self._modes: bool | None = None
        self._stored: set[str] = set()  # blobs that were written through this object
        # By commit, which never changes: its folders, and what was found in them.
        self._commits: dict[str, tuple[dict[str, Tree | None], dict[str, Entry | None]]] = {}

    def head(self) -> str | None:
        """Return the commit at HEAD, or None before the first."""
        with explained(self.root):
            try:
                return str(self._repository.head.target)
            except LibgitError:
                if self._repository.head_is_unborn:
                    return None
                raise

    @property
    def is_bare(self) -> bool:
        """Whether it has no work tree, as where it was opened in its own folder."""
        return self.root == self.folder

    def branch(self) -> str | None:
        """Return the full name of the branch that HEAD names, or None where HEAD is a commit."""
        with explained(self.root):
            if self._repository.head_is_detached:
                return None
            target = self._repository.lookup_reference("HEAD").target
            return str(target)

    def blob(self, id_: str) -> bytes | None:
        """Return a blob's content, or None where the database does not have it."""
        try:
            kind, content = self._repository.odb.read(Oid(hex=id_))
        except (KeyError, LibgitError, ValueError):
            return self._kept_private(id_)
        return content if kind == ObjectType.BLOB else None

    def _kept_private(self, id_: str) -> bytes | None:
        """Return what is kept beside the database, for git to have no part in it."""
        for place in (self.folder / "scaffold").glob(f"*/{PRIVATE}/{id_}"):
            content = place.read_bytes()
            return content if blob_id(content) == id_ else None
        return None

    def tree(self, id_: str) -> bytes | None:
        """Return a tree as git stores it, or None where the database does not have it."""
        try:
            kind, content = self._repository.odb.read(Oid(hex=id_))
        except (KeyError, LibgitError, ValueError):
            return None
        return content if kind == ObjectType.TREE else None

    def tree_of(self, commit: str) -> str:
        """Return the id of a commit's tree."""
        with explained(self.root):
            return str(self._commit(commit).tree_id)

    def parents_of(self, commit: str) -> tuple[str, ...]:
        """Return the ids of a commit's parents."""
        with explained(self.root):
            return tuple(map(str, self._commit(commit).parent_ids))

    def store_trees(self, trees: Mapping[str, bytes]) -> None:
        """Store trees, each after those that it names."""
        with explained(self.root):
            for content in trees.values():
                self._repository.write(ObjectType.TREE, content)

    def has(self, id_: str) -> bool:
        """Whether the database holds the object."""
        return self._repository.odb.exists(Oid(hex=id_))

    def store(self, files: Iterable[File]) -> None:
        """Store the contents that the database does not hold: few as git adds files, many as it fetches them."""
        with explained(self.root):
            wanted = {file.blob: file.content for file in files if file.blob not in self._stored}
            # Not `Odb.exists`: it reads the folder of packs again for each blob that is not there.
            backends = list(self._repository.odb.backends)
            ids = {id_: Oid(hex=id_) for id_ in wanted}
            new = {id_ for id_, oid in ids.items() if not any(backend.exists(oid) for backend in backends)}
            packed = new if len(new) >= FEW and sum(len(wanted[id_]) for id_ in new) < MOST_BYTES else set()
            if packed:
                write_pack(self.common / "objects", {id_: wanted[id_] for id_ in packed})
            for id_ in wanted.keys() - packed:
                self._repository.create_blob(wanted[id_])  # which also tells git's clean-up that it is in use
            self._stored |= wanted.keys()

    def keep(self, reference: str, blobs: Iterable[str]) -> None:
        """Point a reference at a tree of blobs, each under its id, so that git's clean-up keeps them.

        `after` holds `blobs`, and `before` what was `after` the last time.
        """
        with explained(self.root):
            top, kept = self._repository.TreeBuilder(), self._stored
            if reference in self._repository.references:
                last = self._repository.references[reference].peel(Tree)
                if "after" in last:
                    after = last["after"].peel(Tree)
                    top.insert("before", after.id, FileMode.TREE)
                    kept = kept.union(str(item.name) for item in after)
            # In git's own format, since TreeBuilder looks for each blob in the slowest way there is.
            ids = sorted({id_ for id_ in blobs if id_ in kept or self.has(id_)})
            entries = (b"100644 %b\0%b" % (id_.encode(), bytes.fromhex(id_)) for id_ in ids)
            top.insert("after", self._repository.write(ObjectType.TREE, b"".join(entries)), FileMode.TREE)
            self._repository.references.create(reference, top.write(), force=True)

    def commit_of(self, ref: str) -> str | None:
        """Return the commit that a tag, branch or (abbreviated) id names, or None."""
        try:
            found = self._repository.revparse_single(ref)
            return str(found.peel(Commit).id)
        except (LibgitError, KeyError, ValueError):
            return None

    def tags(self, prefix: str) -> tuple[str, ...]:
        """Return the names of the tags that start with `prefix`, without refs/tags/."""
        start = f"refs/tags/{prefix}"
        with explained(self.root):
            names = self._repository.references
            return tuple(name.removeprefix("refs/tags/") for name in names if name.startswith(start))

    def folders(self, commit: str, path: str) -> tuple[str, ...]:
        """Return the names of the folders directly below `path` at a commit."""
        with explained(self.root):
            return tuple(str(item.name) for item in self._tree(commit, path) if item.type == ObjectType.TREE)

    def files(self, commit: str, path: str) -> dict[str, File]:
        """Return all files below the folder `path` at a commit, by their path below it."""
        with explained(self.root):
            found: dict[str, File] = {}
            stack = [("", self._tree(commit, path))]
            while stack:
                prefix, tree = stack.pop()
                for item in tree:
                    name = f"{prefix}{item.name}"
                    if item.type == ObjectType.TREE:
                        stack.append((f"{name}/", item))
                    elif item.type == ObjectType.BLOB:
                        found[name] = File(item.data, MODES.get(item.filemode, REGULAR))
            return dict(sorted(found.items()))

    def file(self, commit: str, path: str) -> bytes | None:
        """Return one file's content at a commit, or None."""
        with explained(self.root):
            try:
                item = self._commit(commit).tree[path]
            except KeyError:
                return None
            return item.data if isinstance(item, Blob) else None

    def entries(self, paths: Iterable[str], commit: str | None = None) -> Mapping[str, Entry]:
        """Return mode and blob id at a commit (none: HEAD) of those `paths` that are there."""
        with explained(self.root):
            commit = commit or self.head()
            if commit is None:
                return {}
            if commit not in self._commits:
                self._commits[commit] = {"": self._commit(commit).tree}, {}
            folders, known = self._commits[commit]
            found = {}
            for path in paths:
                if path not in known:
                    known[path] = _entry_in(folders, path)
                if entry := known[path]:
                    found[path] = entry
            return found

    def stored_blob(self, path: str) -> str:
        """Return the id that git would store the work tree's file under, line ends and encoding converted."""
        here = self.root / path
        if here.is_symlink():
            return blob_id(os.fsencode(here.readlink()))
        if self.conversion.encoding(path):
            return self.conversion.stored(path, File(here.read_bytes())).blob
        with explained(self.root):
            return str(self._repository.hashfile(path))

    def keeps_modes(self) -> bool:
        """Whether executable bits in the work tree count (core.fileMode)."""
        if self._modes is None:
            self._modes = self.setting("core.filemode", default=True)
        return self._modes

    def reuses_resolutions(self) -> bool:
        """Whether git is to remember how conflicts were resolved: it was told so, or has begun to (git-config)."""
        return self.setting("rerere.enabled", default=(self.common / "rr-cache").is_dir())

    def is_ignored(self, path: str) -> bool:
        """Whether git ignores the path."""
        with explained(self.root):
            return self._repository.path_is_ignored(path)

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return the ids of a commit's parents."""
        with explained(self.root):
            return tuple(str(id_) for id_ in self._commit(commit).parent_ids)

    def in_progress(self) -> str | None:
        """Return what git is in the middle of (merge, rebase, ...), or None."""
        state = RepositoryState(self._repository.state())
        return None if state == RepositoryState.NONE else state.name.lower().replace("_", " ")

    def filtered(self, paths: Iterable[str]) -> list[str]:
        """Return the paths for which a filter driver (git-lfs, git-crypt) stands between work tree and blob."""
        with explained(self.root):
            if not any(entry.name.startswith("filter.") for entry in self._repository.config):
                return []
            return [path for path in paths if isinstance(self._repository.get_attr(path, "filter"), str)]

    def differing(self) -> frozenset[str]:
        """Return the paths whose index entry is not as at HEAD."""
        with explained(self.root):
            index = self._index()
            head = self.head()
            if head is None:
                return frozenset(entry.path for entry in index)
            deltas = index.diff_to_tree(self._commit(head).tree).deltas
            return frozenset(side.path for delta in deltas for side in (delta.old_file, delta.new_file))

    def made_since(self, commit: str | None) -> str:
        """Say what the repository holds beside one commit: other branches, tags, stashes, work trees; or nothing."""
        with explained(self.root):
            names = [name for name in self._repository.references if not name.startswith("refs/scaffold/")]
            if "refs/stash" in names:
                return "work was stashed"
            if any(str(self._repository.references[name].peel(Commit).id) != commit for name in names):
                return "commits were made"
            return "work trees were added" if self._repository.list_worktrees() else ""

    def is_pushed(self, commit: str) -> bool:
        """Whether a branch of a remote, as last fetched, holds the commit."""
        with explained(self.root):
            names = [name for name in self._repository.references if name.startswith("refs/remotes/")]
            tips = [self._repository.references[name].peel(Commit).id for name in names]
            return any(tip == Oid(hex=commit) or self._repository.descendant_of(tip, commit) for tip in tips)

    def point_head(self, branch: str | None, commit: str | None) -> None:
        """Make HEAD name `branch` at `commit` again, touching neither index nor work tree."""
        with explained(self.root):
            if branch is None:
                if commit is not None:
                    self._repository.set_head(Oid(hex=commit))
                return
            if commit is not None:
                self._repository.references.create(branch, Oid(hex=commit), force=True)
            elif branch in self._repository.references:
                self._repository.references.delete(branch)
            self._repository.references.create("HEAD", branch, force=True)

    def delete_reference(self, name: str) -> None:
        """Delete a reference if it is there."""
        with explained(self.root):
            if name in self._repository.references:
                self._repository.references.delete(name)

    def reference(self, name: str) -> str | None:
        """Return the commit that a full reference name points to, or None."""
        with explained(self.root):
            if name not in self._repository.references:
                return None
            return str(self._repository.references[name].peel(Commit).id)

    def subjects(self, since: str | None, paths: tuple[str, ...]) -> tuple[str, ...]:
        """Return the first lines of the commits since one that changed something below `paths`, newest first."""
        head = self.head()
        if head is None:
            return ()
        with explained(self.root):
            walker = self._repository.walk(Oid(hex=head))
            if since:
                walker.hide(Oid(hex=since))
            return tuple(c.message.partition("\n")[0] for c in walker if self._touches(c, paths))

    def _touches(self, commit: Commit, paths: tuple[str, ...]) -> bool:
        before = commit.parents[0].tree if commit.parents else None
        return any(_id_at(commit.tree, path) != _id_at(before, path) for path in paths)

    def _commit(self, id_: str) -> Commit:
        with explained(self.root):
            return self._repository[Oid(hex=id_)].peel(Commit)

    def _tree(self, commit: str, path: str) -> Iterable[Any]:
        try:
            found = self._commit(commit).tree[path]
        except KeyError:
            return ()
        return found if isinstance(found, Tree) else ()


def _entry_in(folders: dict[str, Tree | None], path: str) -> Entry | None:
    """Return mode and id of what is at `path`; `folders` are those known."""
    folder, _, name = path.rpartition("/")
    item = _item_in(_folder(folders, folder), name)
    return None if item is None else (f"{item.filemode:o}", str(item.id))


def _folder(known: dict[str, Tree | None], path: str) -> Tree | None:
    """Return the tree at `path`, which is looked up once; `known` holds the top under the empty path."""
    if path not in known:
        above, _, name = path.rpartition("/")
        item = _item_in(_folder(known, above), name)
        known[path] = item if isinstance(item, Tree) else None
    return known[path]


def _item_in(tree: Tree | None, name: str) -> Object | None:
    """Return what a tree holds under a name; to ask first whether it does takes thirty times as long."""
    try:
        return None if tree is None else tree[name]
    except KeyError:
        return None


def _id_at(tree: Tree | None, path: str) -> Oid | None:
    return tree[path].id if tree is not None and path in tree else None


def find_repository(folder: Path) -> Objects | None:
    """Open the repository that git finds from `folder`, or return None; raises GitError for one it cannot read."""
    if discover_repository(str(folder), False, os.environ.get("GIT_CEILING_DIRECTORIES", "")) is None:
        return None
    return _open(folder, RepositoryOpenFlag(0))


def open_repository(path: Path) -> Objects:
    """Open the repository at `path` itself; raises GitError."""
    return _open(path, RepositoryOpenFlag.NO_SEARCH)


def _open(start: Path, flag: RepositoryOpenFlag) -> Objects:
    with explained(start):
        repository = Repository(str(start), flag)
        return Objects(repository, _top(repository, start.absolute()))


def _top(repository: Repository, start: Path) -> Path:
    """Return the top of the work tree, as `git rev-parse --show-toplevel` has it, or the repository where it has none.

    By the way that led from `start` to the repository, and not by where that lies: `.git` may be a file or a link.
    """
    own = Path(repository.path)
    if repository.is_bare:
        return own
    linked = (own / "gitdir").is_file()
    inside = start.resolve().is_relative_to(own.resolve())
    if inside and (linked or "core.worktree" not in repository.config):
        return own
    if linked:  # and perhaps moved since that file was written
        top = next(folder for folder in (start, *start.parents) if (folder / ".git").exists())
        repository.workdir = str(top)
    return Path(repository.workdir)


def is_repository(path: Path) -> bool:
    """Whether `path` itself looks like a repository, bare or the top of a work tree."""
    return (path / ".git").exists() or ((path / "HEAD").is_file() and (path / "objects").is_dir())


def unified_diff(path: str, old: bytes | None, new: bytes | None) -> str:
    """Return the differences as git shows them, empty where there are none."""
    patch = Patch.create_from(old, new, path, path)
    return patch.text or ""
