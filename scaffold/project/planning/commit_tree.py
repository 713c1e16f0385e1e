"""What the commit of an update would hold, worked out for a project that is seen at a commit; nothing is written."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from scaffold import lock
from scaffold.errors import GitError, ProjectError
from scaffold.git.conversion import ATTRIBUTES
from scaffold.git.objects import Objects
from scaffold.git.trees import Grown, grown
from scaffold.lock import Lock
from scaffold.project.in_git import Changed, InGit
from scaffold.project.opening import read_ours, seen_in
from scaffold.project.planning.prepared import Prepared
from scaffold.tree import File


class After(NamedTuple):
    """A commit that an update starts from, the tree that it comes to, and each file that differs (None: it goes).

    Files are named as the repository names them.
    """

    base: str
    tree: Grown
    files: Mapping[str, File | None]


def after(prepared: Prepared) -> After:
    """Return what an update makes of a commit: a file in conflict has its markers, and the lock its old base.

    Where no markers would be found in that commit, the lock says that the conflict is open. Raises ProjectError or
    GitError.
    """
    project, seen = prepared.project, prepared.project.seen
    repository = project.repository
    if repository is None:
        raise _not_in_git(prepared)
    files = {**changed(prepared), **_open(prepared, repository)}

    def read(id_: str) -> bytes:
        content = repository.tree(id_)
        if content is None:
            raise GitError(f"the repository lacks the tree {id_}", where=str(project.root), hint="git fetch it")
        return content

    changes = {name: (file.mode, file.blob) if file else None for name, file in files.items()}
    return After(seen.name, grown(read, repository.tree_of(seen.name), changes), files)


def changed(prepared: Prepared) -> dict[str, File | None]:
    """Return each file that differs from the commit, by its name in the repository; what is in conflict stays as it is.

    Raises ProjectError for a project that is not seen at a commit.
    """
    settled = {action.path: action.after for action in prepared.plan.changes if action.verb != "conflict"}
    return _differing(prepared, {**settled, **prepared.own_files})


def _open(prepared: Prepared, repository: Objects) -> dict[str, File | None]:
    """Return each file in conflict that differs from the commit, and the lock by which none of them is decided."""
    left = {action.path: action.after for action in prepared.plan.conflicts}
    if not left:
        return {}
    project, after = prepared.project, prepared.plan.lock_after
    files = _differing(prepared, left)
    others = changed(prepared)
    there = seen_in(project.root, Changed(repository, project.seen.name, {**others, **files}), project.prefix)
    # With other attributes, which libgit2 reads of a commit alone, markers may count as none.
    told = () if any(path.rpartition("/")[2] == ATTRIBUTES for path in others) else there.unresolved
    known = File(lock.dump(_undecided(after, read_ours(there, left.keys() - set(told)))))
    return {**files, **_differing(prepared, {lock.PATH: known})}


def _undecided(after: Lock, silent: Mapping[str, File]) -> Lock:
    """Return the lock in which conflicts that nothing in the files tells of are open, by where the files are."""
    files = dict(after.files)
    for place, file in silent.items():
        path = after.conflicts[place]
        files[path] = files[path]._replace(left=file.blob, open=True)
    return replace(after, files=files)


def _not_in_git(prepared: Prepared) -> ProjectError:
    return ProjectError("the project is not seen at a commit", where=str(prepared.project.root))


def _differing(prepared: Prepared, wanted: Mapping[str, File | None]) -> dict[str, File | None]:
    """Return those of some files that differ from the commit, as git would store them, by their names there."""
    seen = prepared.project.seen
    if not isinstance(seen, InGit):
        raise _not_in_git(prepared)
    return {prepared.project.in_repository(path): file for path, file in _stored(seen, wanted)}


def _stored(seen: InGit, wanted: Mapping[str, File | None]) -> Iterator[tuple[str, File | None]]:
    here = seen.staged(wanted)
    for path, file in wanted.items():
        entry = here.get(path)
        stored = file and seen.added(path, file, entry)
        if file is None or (stored is not None and entry != (stored.mode, stored.blob)):
            yield path, stored
