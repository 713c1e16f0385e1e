"""A recopy: the blueprint's files as if they were stamped anew, with the answers kept and the team's edits given up."""

from dataclasses import replace

from scaffold.lock import Lock, Locked
from scaffold.plan.actions import Action, Plan
from scaffold.plan.make import FindBase
from scaffold.project.opening import Project, read_ours
from scaffold.tree import Tree

GIVEN_UP = "as the blueprint has it; its edits are given up"


def as_it_stands(project: Project, lock: Lock, tree: Tree, bases: FindBase) -> tuple[Lock, FindBase]:
    """Return the lock as if what stands in the project had been stamped, so that nothing in it counts as an edit.

    The bases of it are still what was applied. What the team has deleted has no entry, and comes back. What the
    blueprint has dropped, or the team has made its own, keeps its entry, and so an edit of it is still one.
    """
    ours = read_ours(project, lock.paths)
    files: dict[str, Locked] = {}
    for path, locked in lock.files.items():
        file = ours.get(lock.place_of(path, ours))
        if path not in tree or project.owns(path, locked):
            files[path] = locked
        elif file is not None:
            files[path] = locked._replace(blob=file.blob, mode=file.mode) if locked.owner == "managed" else locked
    return replace(lock, files=files), lambda path, locked: bases(path, lock.files.get(path, locked))


def saying_so(plan: Plan, lock: Lock) -> Plan:
    """Return the plan with a reason for each file whose edits since the lock are given up."""
    return replace(plan, actions=tuple(_saying_so(action, lock.files.get(action.path)) for action in plan))


def _saying_so(action: Action, locked: Locked | None) -> Action:
    edited = locked is not None and locked.owner == "managed" and not locked.matches(action.before)
    return action._replace(why=GIVEN_UP) if edited and action.verb == "replace" else action
