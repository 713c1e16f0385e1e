"""Bare repositories of a forge: made out of others without a copy, looked at, merged."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pygit2

NONE = "0" * 40
NAME = "-c", "user.name=Forge", "-c", "user.email=forge@localhost"


def objects_of(source: Path) -> Path:
    """Where the objects of a repository are, bare or with a work tree."""
    return (source / ".git" if (source / ".git").exists() else source) / "objects"


def seed(folder: Path, source: Path, default: str = "main") -> None:
    """Make a bare repository with the branches of another, whose objects it shares: five small files."""
    for inner in ("objects/info", "objects/pack", "refs/heads"):
        (folder / inner).mkdir(parents=True)
    (folder / "objects/info/alternates").write_text(f"{objects_of(source)}\n")
    packed = "".join(f"{tip} refs/heads/{name}\n" for name, tip in branches(source).items())
    (folder / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{packed}")
    (folder / "HEAD").write_text(f"ref: refs/heads/{default}\n")
    (folder / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = true\n[http]\n\treceivepack = true\n"
    )


def empty(folder: Path, default: str) -> None:
    """Make a bare repository without a commit."""
    pygit2.init_repository(str(folder), bare=True, initial_head=default)
    with (folder / "config").open("a") as file:
        file.write("[http]\n\treceivepack = true\n")


def make_source(folder: Path, files: Mapping[str, str | bytes], branch: str = "main") -> Path:
    """Make a bare repository with one commit, for others to be seeded from."""
    pygit2.init_repository(str(folder), bare=True, initial_head=branch)
    commit(folder, branch, files, "The Team", "feat: begin")
    return folder


def branches(folder: Path) -> dict[str, str]:
    repo = pygit2.Repository(str(folder))
    prefix = "refs/heads/"
    return {n.removeprefix(prefix): str(repo.references[n].target) for n in sorted(repo.references) if prefix in n[:11]}


def tip(folder: Path, branch: str) -> str:
    """The commit of a branch, or nothing."""
    found = pygit2.Repository(str(folder)).branches.local.get(branch)
    return str(found.target) if found else ""


def commit(
    folder: Path, branch: str, files: Mapping[str, str | bytes], author: str, message: str, start: str = ""
) -> str:
    """Commit files on top of a branch, or of `start` where there is no such branch."""
    repo = pygit2.Repository(str(folder))
    parent = tip(folder, branch) or start
    index = pygit2.Index()
    if parent:
        index.read_tree(repo[parent].tree)
    for path, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        index.add(pygit2.IndexEntry(path, repo.create_blob(data), pygit2.enums.FileMode.BLOB))
    signature = pygit2.Signature(author, f"{author.replace(' ', '.').lower()}@localhost")
    reference = f"refs/heads/{branch}" if tip(folder, branch) or not parent else None
    made = repo.create_commit(
        reference, signature, signature, message, index.write_tree(repo), [parent] if parent else []
    )
    if reference is None:
        repo.references.create(f"refs/heads/{branch}", made)
    return str(made)


def ahead(folder: Path, base: str, head: str) -> bool:
    """Whether `head` has commits that `base` has not."""
    return base != head and not contains(folder, base, head)


def contains(folder: Path, commit: str, ancestor: str) -> bool:
    repo = pygit2.Repository(str(folder))
    return commit == ancestor or (ancestor in repo and repo.descendant_of(commit, ancestor))


@functools.lru_cache(maxsize=20_000)  # of two commits it is always the same
def merged_tree(folder: Path, base: str, head: str) -> str:
    """The tree of a merge, or nothing where it has conflicts."""
    command = ["git", "merge-tree", "--write-tree", base, head]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.split("\n")[0] if done.returncode == 0 else ""


class Commit(NamedTuple):
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    email: str
    at: float
    message: str


def read_commit(folder: Path, sha: str) -> Commit | None:
    repo = pygit2.Repository(str(folder))
    found = repo.get(sha) if re.fullmatch("[0-9a-f]{40}", sha) else None
    if not isinstance(found, pygit2.Commit):
        return None
    who, parents = found.author, tuple(str(one) for one in found.parent_ids)
    return Commit(sha, str(found.tree_id), parents, who.name, who.email, found.commit_time, found.message)


def merge(folder: Path, base: str, head: str, how: str, message: str) -> str:
    """Merge into a branch, and return the commit; conflicts have been looked for."""
    repo, old = pygit2.Repository(str(folder)), tip(folder, base)
    parents = [old, head] if how == "merge" else [old]
    by = pygit2.Signature("Forge", "forge@localhost")
    made = repo.create_commit(f"refs/heads/{base}", by, by, message, merged_tree(folder, old, head), parents)
    return str(made)


def changed(folder: Path, base: str, head: str) -> dict[str, str]:
    """What a branch changed since it left another: path to `added`, `modified` or `removed`."""
    repo = pygit2.Repository(str(folder))
    start = repo.merge_base(base, head) if base else None
    words = {"A": "added", "D": "removed"}
    deltas = (repo.diff(start, head) if start else repo[head].tree.diff_to_tree(swap=True)).deltas
    return {d.new_file.path: words.get(d.status_char(), "modified") for d in deltas}


def files(folder: Path, branch: str) -> set[str]:
    """The paths of a branch."""
    tree = pygit2.Repository(str(folder))[tip(folder, branch)].tree
    index = pygit2.Index()
    index.read_tree(tree)
    return {entry.path for entry in index}


def set_branch(folder: Path, name: str, commit: str) -> None:
    repo = pygit2.Repository(str(folder))
    if commit:
        repo.references.create(f"refs/heads/{name}", commit, force=True)
    elif repo.branches.local.get(name):
        repo.branches.local.delete(name)


def set_default(folder: Path, name: str) -> None:
    (folder / "HEAD").write_text(f"ref: refs/heads/{name}\n")


def take_in(folder: Path, pack: bytes) -> None:
    """Keep the objects of a push, before anybody decided what becomes of it; an empty pack has none."""
    if pack:
        command = ["git", "index-pack", "--stdin", "--fix-thin"]
        subprocess.run(command, cwd=folder, input=pack, check=True, capture_output=True)


def remove(folder: Path) -> None:
    shutil.rmtree(folder)


def environment() -> dict[str, str]:
    """What git of a server has to know: nothing of whoever started it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
