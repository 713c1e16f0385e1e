"""An update as a commit in a repository's objects: nothing is checked out, no hook runs and no branch moves."""

from collections.abc import Iterable
from typing import NamedTuple

from scaffold.errors import ProjectError
from scaffold.git import porcelain
from scaffold.git.objects import Objects
from scaffold.git.trees import Grown
from scaffold.project.planning.commit_message import commit_message
from scaffold.project.planning.commit_tree import after
from scaffold.project.planning.prepared import Prepared
from scaffold.tree import File

WITHOUT_HOOKS = "hooks of the repository did not run"


class By(NamedTuple):
    """Who makes a commit: a name and an address (empty: whom git knows), and whether it is signed off, and signed.

    `sign` is the key that git is to sign with, or true for the one in its settings.
    """

    name: str = ""
    email: str = ""
    signoff: bool = False
    sign: bool | str = False


class Made(NamedTuple):
    """The commit of an update, its parent and its tree, and what there is to say of it."""

    commit: str
    parent: str
    tree: str
    notes: tuple[str, ...] = (WITHOUT_HOOKS,)


AS_GIT_SAYS = By()


def commit_in_git(prepared: Prepared, by: By = AS_GIT_SAYS) -> Made:
    """Write what an update makes of a commit as its child; raises ProjectError for conflicts, or GitError.

    Tree, message and parent are those of an update with `--commit` in a clean clone.
    """
    if conflicts := prepared.plan.conflicts:
        where = ", ".join(action.path for action in conflicts)
        raise ProjectError(f"the update has conflicts in {where}", where=str(prepared.project.root))
    made = after(prepared)
    files = [file for file in made.files.values() if file is not None]
    commit = written(prepared.project.place.repository, made.base, made.tree, files, commit_message(prepared), by)
    return Made(commit, made.base, made.tree.id)


def written(repository: Objects, base: str, tree: Grown, files: Iterable[File], message: str, by: By) -> str:
    """Write a commit with its tree and the new contents into a repository, and return its id; raises GitError."""
    repository.store(files)
    repository.store_trees(tree.trees)
    return porcelain.commit_tree(
        repository.root, tree.id, base, message, author=(by.name, by.email), signoff=by.signoff, sign=by.sign
    )
