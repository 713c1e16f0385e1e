"""Make a plan: pair the paths of lock, project and new tree, decide each, and write the lock that follows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from scaffold.blueprint.manifest import Migration
from scaffold.blueprint.ownership import KeyPath, Owner, Ownership
from scaffold.errors import FormatError
from scaffold.lock import DROPPED, Lock, Locked
from scaffold.merge.text import Labels
from scaffold.plan import moves
from scaffold.plan.actions import OURS, Action, Plan
from scaffold.plan.decide import Case, decide, needs_base
from scaffold.plan.drift import digests
from scaffold.tree import File, Tree

FindBase = Callable[[str, Locked], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the project is to become: the new tree, who owns each path, and what moved since."""

    tree: Tree
    ownership: Callable[[str], Ownership]
    migrations: tuple[Migration, ...]
    lock: Lock


def make(before: Lock, ours: Mapping[str, File], target: Target, find_base: FindBase) -> Plan:
    """Plan the way from `ours`, last stamped as `before` says, to `target`.

    `find_base(path, locked)` gives the content of a base, or None; it is asked only where a merge needs it.
    """
    labels = Labels(f"stamped {before.version}", OURS, f"{target.lock.blueprint} {target.lock.version}")
    moved = moves.find(before, target.tree, target.migrations, ours, find_base)
    came_from = {new: old for old, new in moved.items()}
    actions: list[Action] = []
    files: dict[str, Locked] = {}
    for path in sorted({*before.files, *target.tree} - moved.keys()):
        old = came_from.get(path, path)
        place = _place(path, old, before, ours)
        case = _case(path, old, place, before, ours, target, labels)
        if needs_base(case) and case.locked:
            content = find_base(old, case.locked)
            case = replace(case, base=None if content is None else File(content, case.locked.mode))
        action = decide(case)
        if place not in (old, path):  # where the team has moved it, it stays
            actions.append(replace(action, path=place, why=f"{action.why}; the team has moved it from {old}"))
        else:
            actions += _follow(action, old) if place != path else [action]
        if case.theirs is not None or action.verb == "conflict":
            files[path] = _next_base(case, action, at=place if place not in (old, path) else None)
    lock_after = replace(target.lock, files=files)
    return Plan(actions=tuple(sorted(actions, key=lambda a: a.path)), lock_before=before, lock_after=lock_after)


def _place(path: str, old: str, before: Lock, ours: Mapping[str, File]) -> str:
    """Return where the project has a file that was at `old` and is to be at `path`."""
    place = before.place_of(old, ours)
    return path if place == old and old not in ours and path in ours and old in before.files else place


def _case(
    path: str, old: str, place: str, before: Lock, ours: Mapping[str, File], target: Target, labels: Labels
) -> Case:
    locked = before.files.get(old)
    theirs = target.tree.get(path)
    ownership = target.ownership(path) if theirs is not None or locked is None else locked.ownership
    mine = ours.get(place)
    base = mine if locked and mine and locked.blob == mine.blob and locked.mode == mine.mode else None
    if base is None and locked and theirs and locked.blob == theirs.blob:
        base = File(theirs.content, locked.mode)
    return Case(
        path=path,
        ownership=ownership,
        locked=locked,
        base=base,
        ours=mine,
        theirs=theirs,
        labels=labels,
        moved=place != path and place == old,
    )


def _follow(action: Action, old: str) -> Iterator[Action]:
    """Turn the decision about a moved file into actions at its old and its new path."""
    if action.verb == "leave":
        yield replace(action, path=old, why=f"{action.why}; the blueprint has moved it to {action.path}")
        return
    if action.before is None:
        yield action
        return
    away = Action(path=old, verb="delete", why=f"moved to {action.path}", before=action.before, after=None)
    edited = f"; {action.why}" if action.verb in ("merge", "conflict") else ""
    verb = action.verb if action.verb in ("merge", "conflict") else "create"
    yield away
    yield replace(action, verb=verb, before=None, why=f"moved from {old}{edited}")


def _next_base(case: Case, action: Action, at: str | None) -> Locked:
    """Return the lock's entry after the action; an open conflict keeps its old base."""
    locked, theirs = case.locked, case.theirs
    if theirs is None:
        assert locked is not None  # noqa: S101 - only what was applied can have been dropped
        return replace(locked, pending=DROPPED, left=_left(action), at=at)
    after = Locked(
        blob=theirs.blob,
        mode=theirs.mode,
        owner=case.ownership.file,
        origin=theirs.origin,
        sha256=theirs.sha256 if case.ownership.file == "locked" else None,
        keys=_digests(case, theirs),
        at=at,
    )
    if locked and (case.ownership.file == "seeded" or action.verb == "leave"):
        # What was given once stays the base; so does what the team deleted, should it come back.
        after = replace(after, blob=locked.blob, mode=locked.mode)
    if action.verb != "conflict":
        return after
    base = locked.blob if locked else None
    return replace(after, blob=base, pending=after.blob, left=_left(action), sha256=None)


def _left(action: Action) -> str | None:
    """Return the blob that a conflict without markers leaves in the work tree."""
    ours = action.stages.ours if action.stages else None
    return ours.blob if ours is not None and ours.same_as(action.after) else None


def _digests(case: Case, theirs: File) -> Mapping[KeyPath, tuple[Owner, str]]:
    try:
        return digests(case.path, case.ownership, theirs.content)
    except FormatError as error:
        raise FormatError(f"the blueprint owns keys of {case.path}, but {error.message}", where=error.where) from error
