"""Make a plan: pair the paths of lock, project and new tree, decide each, and write the lock that follows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from scaffold.blueprint.manifest import Migration
from scaffold.blueprint.ownership import KeyPath, Owner, Ownership, spell
from scaffold.errors import FormatError
from scaffold.lock import DROPPED, Lock, Locked
from scaffold.merge.drivers import ALL, Drivers
from scaffold.merge.manner import UNSAID, Manner
from scaffold.merge.markers import Labels
from scaffold.merge.settle import Sides as Settling
from scaffold.merge.settle import settle
from scaffold.plan import folders, moves
from scaffold.plan.actions import OURS, Action, Offer, Plan, Verb, Waived
from scaffold.plan.decide import BLUEPRINT, Case, Cause, decide, needs_base
from scaffold.plan.drift import digests
from scaffold.plan.inputs import Doubt, Rerendered, carry, comparable, recorded, settled_paths
from scaffold.plan.places import Place, Sides, offers, places
from scaffold.process.loading import later
from scaffold.tree import File, Tree, blob_id

if TYPE_CHECKING:
    from scaffold.plan import steps
else:
    steps = later("scaffold.plan.steps")

FindBase = Callable[[str, Locked], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the project is to become: the new tree, who owns each path, what moved since, and how files are merged.

    `migrations` are all of its blueprint: which are new to the project, its lock tells; `clashes` are files with steps
    of those that meet an edit of the team's. What is `waived` of the project's own paths is merged for once, though the
    platform owns it; `manner` is how the team's git is told to merge one, and `own` whether the team has made it its
    own. `rerendered` is the version that was applied, rendered with the same inputs as `tree`; None where nothing
    depends on other than answers; `cause` words what the tree differs by from what was applied.
    """

    tree: Tree
    ownership: Callable[[str], Ownership]
    migrations: tuple[Migration, ...]
    lock: Lock
    drivers: Drivers = ALL
    waived: Mapping[str, Waived] = field(default_factory=dict)
    rerendered: Rerendered | None = None
    manner: Callable[[str], Manner] = lambda _: UNSAID
    own: Callable[[str, str], bool] = lambda _place, _path: False
    clashes: "Mapping[str, steps.Clash]" = field(default_factory=dict)
    cause: Cause = BLUEPRINT


class Decided(NamedTuple):
    """What was decided for a file, and `stand`, where that leaves it."""

    place: Place
    case: Case
    action: Action
    stand: str

    @property
    def leaves(self) -> bool:
        """Whether the file goes away from where it is."""
        return self.place.here != self.stand and self.action.before is not None

    @property
    def is_recorded(self) -> bool:
        """Whether the lock is to know the file: one that the blueprint brings, or that is in conflict."""
        never = self.case.own and self.case.locked is None and self.case.ours is None
        brought = self.case.theirs is not None or self.case.doubt is not None
        return (brought and not never) or self.action.verb == "conflict"

    @property
    def left_behind(self) -> bool:
        """Whether the blueprint has moved it, and the project's stays where it was, or away."""
        return self.action.verb == "leave" and self.place.here != self.place.goal and not self.leaves


def make(
    before: Lock,
    ours: Mapping[str, File],
    target: Target,
    find_base: FindBase,
    tracked: Callable[[], Iterable[str]] = tuple,
) -> Plan:
    """Plan the way from `ours`, last stamped as `before` says, to `target`.

    `find_base(path, locked)` gives the content of a base, or None; it is asked only where a merge needs it. `tracked`
    gives what git has of the project, which is asked for only where a folder has moved.
    """
    if not any(one.files for one in target.migrations):
        return _made(before, ours, target, find_base, tracked)
    done = steps.run(steps.Situation(before, ours, target.tree, target.migrations, target.own, find_base))
    stepped = replace(target, clashes=done.clashes, rerendered=done.again(target.rerendered))
    return done.finish(_made(done.before, done.ours, stepped, done.find_base, tracked))


def _made(
    before: Lock,
    ours: Mapping[str, File],
    target: Target,
    find_base: FindBase,
    tracked: Callable[[], Iterable[str]],
) -> Plan:
    target, moved, doubts = _with_own_inputs(before, ours, target, find_base)
    sides = Sides(
        before=before, ours=ours, theirs=target.tree, ownership=target.ownership, moved=moved, tracked=tracked
    )
    placed = list(places(sides))
    goals = {place.goal for place in placed}
    vacated = {place.here for place in placed if place.here != place.goal}
    decided = []
    for place in placed:
        mine = None if place.old is None and place.goal in vacated else ours.get(place.here)
        case = _case(place, mine, before, target, doubts.get(place.path))
        decided.append(_decided(place, case, target.waived.get(place.here), find_base, goals))
    after = {one.place.path: _next_base(one, before.version, target.lock.version) for one in decided if one.is_recorded}
    renamed = folders.renamed(moved, before.files, target.tree)
    return Plan(
        actions=tuple(_actions(decided, ours)),
        lock_before=before,
        lock_after=replace(target.lock, files=dict(sorted(after.items()))),
        folders=renamed,
        offers=tuple(sorted([*_stay(decided), *offers(sides, renamed, (one.stand for one in decided))])),
        given=target.tree,
    )


def _with_own_inputs(
    before: Lock, ours: Mapping[str, File], target: Target, find_base: FindBase
) -> tuple[Target, Mapping[str, str], Mapping[str, Doubt]]:
    """Return the target as the inputs of what was stamped would have made it, what moved, and what is in doubt."""
    if target.rerendered is None:
        return target, moves.find(before, target.tree, target.migrations, ours, find_base), {}
    tree, again = settled_paths(before, target.tree, target.rerendered)
    compared, candidates = comparable(before, tree, again)

    def content(path: str, locked: Locked) -> bytes | None:
        then = again.tree.get(path) if again.tree is not None else None
        return then.content if then is not None and then.blob == locked.blob else find_base(path, locked)

    moved = moves.find(compared, candidates, target.migrations, ours, content)
    tree, doubts = carry(before, tree, again, moved, find_base)
    return replace(target, tree=tree), moved, doubts


def _decided(place: Place, case: Case, waived: Waived | None, find_base: FindBase, goals: set[str]) -> Decided:
    if needs_base(_eased(case, waived)) and case.locked:
        content = find_base(place.old or place.path, case.locked)
        case = case._replace(base=None if content is None else File(content, case.locked.mode))
    action = decide(_eased(case, waived))
    action = action._replace(waiver=_named(waived.waiver, place)) if waived else action
    stays = action.verb == "leave" and action.after is not None and place.here not in goals
    return Decided(place, case, action, place.here if stays else place.goal)


def _named(waiver: str, place: Place) -> str:
    """Return a waiver's name, with what to do about it where the file goes on to another place."""
    return waiver if place.here == place.goal else f"{waiver}; it names {place.here}: name {place.goal} in it"


def _eased(case: Case, waived: Waived | None) -> Case:
    """Return the case as if the platform owned nothing of what is waived."""
    if waived is None:
        return case
    owner: Owner = "managed" if waived.whole and case.ownership.file == "locked" else case.ownership.file
    keys = {key: owned for key, owned in case.ownership.keys.items() if spell(key) not in waived.keys}
    return case._replace(ownership=Ownership(owner, keys))


def _case(place: Place, mine: File | None, before: Lock, target: Target, doubt: Doubt | None) -> Case:
    locked = before.files[place.old] if place.old is not None else None
    theirs = target.tree.get(place.path)
    ownership = target.ownership(place.path) if theirs is not None or locked is None else locked.ownership
    base = mine if locked and mine and locked.blob == mine.blob and locked.mode == mine.mode else None
    if base is None and locked and theirs and locked.blob == theirs.blob:
        base = File(theirs.content, locked.mode)
    own = ownership.file == "managed" and target.own(place.here, place.old or place.path)
    met = mine is not None and theirs is not None and not (locked and locked.matches(mine))
    manner = target.manner(place.goal) if met else UNSAID
    labels = f"stamped {before.version}", OURS, f"{target.lock.blueprint} {target.lock.version}"
    return Case(
        path=place.path,
        ownership=ownership.given() if own else ownership,
        locked=locked,
        base=base,
        ours=mine,
        theirs=theirs,
        labels=Labels(*labels, manner.size),
        drivers=target.drivers,
        manner=manner,
        own=own,
        moved=place.here != place.goal,
        doubt=doubt,
        clash=target.clashes.get(place.old or ""),
        cause=target.cause,
    )


def _actions(decided: list[Decided], ours: Mapping[str, File]) -> list[Action]:
    """Turn decisions into actions: where a file changes its place, at the old one and at the new one."""
    filled = {one.stand for one in decided if one.action.after is not None}
    left = {one.place.here for one in decided if one.leaves}
    actions: dict[str, Action] = {}
    for one in decided:
        before = ours.get(one.stand) if one.stand in left else None
        if one.leaves:
            actions[one.stand] = _arriving(one, before)
            if one.place.here not in filled:
                why = f"moved to {one.stand}"
                actions[one.place.here] = Action(
                    path=one.place.here, verb="delete", why=why, before=one.action.before, after=None
                )
        elif not one.left_behind:
            action = one.action
            if one.place.why or action.path != one.stand:
                action = action._replace(path=one.stand, why=_why(action.why, one.place.why))
            actions[one.stand] = action._replace(verb="replace", before=before) if before and action.after else action
    for one in decided:
        if one.left_behind:
            why = _why(one.action.why, f"the blueprint has moved it to {one.place.goal}")
            where = next((path for path in (one.place.here, one.place.goal) if path not in actions), None)
            if where is not None:  # else both names are told of as other files' already
                actions[where] = one.action._replace(path=where, why=why)
    return sorted(actions.values(), key=lambda action: action.path)


def _stay(decided: list[Decided]) -> Iterable[Offer]:
    """Yield where seeded files would go that the blueprint has moved, and that the team has made its own."""
    return (Offer(one.stand, one.place.goal) for one in decided if one.left_behind and one.action.after is not None)


def _arriving(one: Decided, before: File | None) -> Action:
    """Return the action at the new place of a file that goes along; `before` is what has left that place."""
    action = one.action
    verb: Verb = action.verb if action.verb in ("merge", "conflict") else "create" if before is None else "replace"
    said = action.why if action.verb in ("merge", "conflict") else ""
    why = _why(f"moved from {one.place.here}", said, one.place.why)
    return action._replace(path=one.stand, verb=verb, before=before, why=why)


def _why(*reasons: str) -> str:
    return "; ".join(reason for reason in reasons if reason)


def _next_base(one: Decided, before: str, version: str) -> Locked:
    """Return the lock's entry after the action, on the way between versions; an open conflict keeps its old base."""
    case, action = one.case, one.action
    locked, theirs = case.locked, case.theirs
    at = one.stand if one.stand != one.place.path and action.after is not None else None
    if theirs is None and case.doubt and locked is not None and action.verb != "conflict":
        return locked.left_at(before, version)
    if theirs is None:
        assert locked is not None  # noqa: S101 - only what was applied can have been dropped
        return locked._replace(pending=DROPPED, left=_left(action), at=at, asked=frozenset())
    after = Locked(
        blob=theirs.blob,
        mode=theirs.mode,
        owner="managed" if case.own else case.ownership.file,
        origin=theirs.origin,
        sha256=theirs.sha256 if case.ownership.file == "locked" else None,
        keys=_digests(case, theirs),
        at=at,
        inputs=recorded(theirs.inputs),
        recipe=theirs.recipe,
        sided=locked.sided if locked and not case.own else 0,
        own=case.own,
        decided=locked.decided if locked else (),
    )
    kept = case.ownership.file == "seeded" and action.verb != "replace"
    if locked and (kept or action.verb == "leave"):
        # What was given once stays the base; so does what the team deleted, should it come back.
        after = after._replace(blob=locked.blob, mode=locked.mode, recipe=locked.recipe, version=locked.version)
        after = after.left_at(before, version)
    if action.verb != "conflict":
        return after
    base = locked.blob if locked else None
    left, mine, marked = _left(action), _mine(case, action), None
    if left is None and action.after is not None:
        marked = action.after.blob
    return after._replace(blob=base, pending=after.blob, left=left, sha256=None, mine=mine, marked=marked)


def _left(action: Action) -> str | None:
    """Return the blob that a conflict without markers leaves in the work tree."""
    ours = action.stages.ours if action.stages else None
    return ours.blob if ours is not None and ours.same_as(action.after) else None


def _mine(case: Case, action: Action) -> frozenset[str]:
    """Return the blobs of what taking the team's side makes of a conflict: the whole file, or in what is marked."""
    if action.stages is None or action.stages.ours is None or action.after is None:
        return frozenset()
    base, ours, theirs = (side.content if side else b"" for side in action.stages)
    settled = settle(action.after.content, "ours", Settling(base, ours, theirs, size=case.labels.size))
    return frozenset({action.stages.ours.blob, blob_id(settled.content)})


def _digests(case: Case, theirs: File) -> Mapping[KeyPath, tuple[Owner, str]]:
    try:
        return digests(case.path, case.ownership, theirs.content)
    except FormatError as error:
        raise FormatError(f"the blueprint owns keys of {case.path}, but {error.message}", where=error.where) from error
