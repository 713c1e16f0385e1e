"""A member's update as a commit in the repository on this disk, written from the plan and from nothing else."""

from collections.abc import Callable

from scaffold.errors import GitError
from scaffold.git.objects import Objects
from scaffold.git.trees import grown
from scaffold.plan.fleet import Result
from scaffold.project import offers
from scaffold.project.applying.in_git import By, written
from scaffold.tree import File

Contents = Callable[[str], bytes]  # what the plan holds, by id


def branch_of(result: Result) -> str:
    """Return the branch for a member: one for each blueprint, version and folder of a repository."""
    return offers.branch_of(result.prefix, result.blueprint, result.to)


def branches_of(result: Result) -> str:
    """Return how the branches of a member begin, whatever the version."""
    return offers.branch_of(result.prefix, result.blueprint, "")


def commit_of(repository: Objects, result: Result, contents: Contents, by: By) -> str:
    """Write the commit of an update as a child of the commit that was planned at, and return its id; raises GitError.

    Also raises it where that does not come to the tree that was planned: then the plan is not of this repository.
    """

    def read(id_: str) -> bytes:
        content = repository.tree(id_)
        if content is None:
            raise GitError(f"the repository lacks the tree {id_}", where=result.place, hint="plan again")
        return content

    tree = grown(read, repository.tree_of(result.base), result.files)
    if tree.id != result.tree:
        raise GitError("the update does not come to what was planned", where=result.place, hint="plan again")
    new = {side[1] for side in result.files.values() if side and not repository.has(side[1])}
    return written(repository, result.base, tree, [File(contents(id_)) for id_ in new], result.message, by)
