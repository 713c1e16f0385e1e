"""What the commit of an update would hold, worked out for a project that is seen at a commit; nothing is written."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scaffold.errors import GitError, ProjectError
from scaffold.git.trees import Grown, grown
from scaffold.project.in_git import InGit
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
    """Return what an update without conflicts makes of a commit; raises ProjectError where it has some."""
    project, seen = prepared.project, prepared.project.seen
    if prepared.plan.conflicts:
        where = ", ".join(action.path for action in prepared.plan.conflicts)
        raise ProjectError(f"the update has conflicts in {where}", where=str(project.root))
    files, repository = changed(prepared), project.repository
    if repository is None:
        raise _not_in_git(prepared)

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
    seen = prepared.project.seen
    if not isinstance(seen, InGit):
        raise _not_in_git(prepared)
    return {prepared.project.in_repository(path): file for path, file in _files(prepared, seen)}


def _not_in_git(prepared: Prepared) -> ProjectError:
    return ProjectError("the project is not seen at a commit", where=str(prepared.project.root))


def _files(prepared: Prepared, seen: InGit) -> Iterator[tuple[str, File | None]]:
    """Yield what differs from the commit, as git would store it."""
    settled = {action.path: action.after for action in prepared.plan.changes if action.verb != "conflict"}
    wanted = {**settled, **prepared.own_files}
    here = seen.staged(wanted)
    for path, file in wanted.items():
        if file is None:
            yield path, None
        elif (stored := seen.added(path, file)) is not None and here.get(path) != (stored.mode, stored.blob):
            yield path, stored
