"""The decision for one path: base, ours, theirs and ownership in; an action and the next base out.

Every case ends in one named verb with its reason. Where git could not decide either, the verb is `conflict`.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from scaffold import merge
from scaffold.blueprint.ownership import Ownership
from scaffold.errors import FormatError, ScriptError
from scaffold.formats import values
from scaffold.lock import Locked
from scaffold.merge.drivers import ALL, Drivers, explained
from scaffold.merge.ends import as_in, end_of
from scaffold.merge.manner import UNSAID, Manner
from scaffold.merge.markers import Labels
from scaffold.merge.pointers import is_pointer, stands_for
from scaffold.merge.text import merge_lines
from scaffold.plan import keys
from scaffold.plan.actions import Action, Stages, Verb
from scaffold.plan.inputs import Doubt
from scaffold.plan.recall import recall, told
from scaffold.tree import SYMLINK, File, Mode

if TYPE_CHECKING:
    from scaffold.plan.steps import Clash

NEED_A_BASE = frozenset({"pins", "removed", "dropped"})  # of the drivers: without one nobody knows who is newer
NOBODY_S = "0" * 40  # the id of no content
TOO_MUCH = ", as there is too much in it to compare by key"
NO_BASE = "the version it was stamped from cannot be found, and both sides differ"


class Cause(NamedTuple):
    """What theirs differs by from what was applied, as the reasons word it."""

    new: str = "new in the blueprint"
    changed: str = "changed in the blueprint"
    dropped: str = "dropped from the blueprint"
    has: str = "the blueprint has"
    brings: str = "the blueprint now brings"


BLUEPRINT = Cause()


def by_answers(names: Collection[str]) -> Cause:
    """Return the cause where the release is the same, and only the answers to some questions are others."""
    (one, s) = (f"your answer to `{next(iter(names))}`", "s") if len(names) == 1 else ("your answers", "")
    has = f"{one} {'has' if s else 'have'}"
    return Cause(f"new with {one}", f"changed by {one}", f"dropped by {one}", has, f"{one} now bring{s}")


class Case(NamedTuple):
    """One path: the lock's entry, the base's content where it is known, and the two sides."""

    path: str
    ownership: Ownership
    locked: Locked | None
    base: File | None
    ours: File | None
    theirs: File | None
    labels: Labels
    drivers: Drivers = ALL
    manner: Manner = UNSAID
    moved: bool = False
    doubt: Doubt | None = None
    own: bool = False  # the team has made it its own
    clash: "Clash | None" = None  # steps of migrations that meet what the team has changed
    cause: Cause = BLUEPRINT

    @property
    def both_have(self) -> str:
        """Say that the team was first with a file."""
        return f"the team has its own file where {self.cause.brings} one"

    @property
    def edited(self) -> bool:
        """Whether ours is not what was applied last."""
        return self.locked is None or not self.locked.matches(self.ours)

    @property
    def whose(self) -> str:
        """Say why an update leaves the file."""
        return "yours: the team has made it its own" if self.own else "seeded: the team's"

    @property
    def changed_upstream(self) -> bool:
        """Whether theirs is not what was applied last."""
        return self.locked is None or not self.locked.matches(self.theirs)

    def act(self, verb: Verb, why: str, after: File | None, drift: tuple[str, ...] = ()) -> Action:
        """Return the action for this path."""
        return Action(path=self.path, verb=verb, why=why, before=self.ours, after=after, drift=drift)

    def conflict(self, why: str, after: File | None) -> Action:
        """Return a conflict with its three sides."""
        stages = Stages(base=self.base, ours=self.ours, theirs=self.theirs)
        return Action(path=self.path, verb="conflict", why=why, before=self.ours, after=after, stages=stages)


def decide(case: Case) -> Action:
    """Decide one path."""
    action = _decided(case)
    if case.clash is None or action.verb == "conflict" or action.after is None:
        return action
    base, theirs, after = case.clash.marked(case.path, action.after, case.labels)
    return case._replace(base=base, ours=action.after, theirs=theirs).conflict(case.clash.why, after)


def _decided(case: Case) -> Action:
    if case.doubt is not None and (action := _doubtful(case, case.doubt)):
        return action
    if case.theirs is None:
        return _dropped(case)
    if case.ownership.file == "locked":
        return _locked(case, case.theirs)
    if case.ownership.file == "seeded":
        return _seeded(case, case.theirs)
    return _managed(case, case.theirs)


def needs_base(case: Case) -> bool:
    """Whether the decision depends on the base's content, not only on its id."""
    return (
        case.locked is not None
        and case.ours is not None
        and (case.ownership.file == "managed" or case.locked.owner == "managed")
        and case.edited
        and (case.theirs is None or (case.changed_upstream and not case.theirs.same_as(case.ours)))
    )


def _doubtful(case: Case, doubt: Doubt) -> Action | None:
    """Decide what was stamped with inputs that nobody has any more; None where that makes no difference."""
    theirs = case.theirs
    if case.ours is None or case.ownership.file == "seeded" or (theirs is not None and theirs.same_as(case.ours)):
        return None
    if theirs is None or case.locked is None:
        return case.act("leave", f"kept, since {doubt.why}", case.ours)
    if not case.ownership.keys and theirs.same_as(doubt.then):
        return case.act("keep", "unchanged in the blueprint", case.ours)
    # What was stamped is known to nobody; what it would be with other inputs stands in for it.
    stands = case.locked._replace(blob=NOBODY_S, mode=doubt.then.mode if doubt.then else case.locked.mode)
    labels = case.labels._replace(base=f"{case.labels.base}, rendered again")
    action = _managed(case._replace(doubt=None, base=doubt.then, locked=stands, labels=labels), theirs)
    return action._replace(why=doubt.why) if action.verb == "conflict" else action


def _dropped(case: Case) -> Action:
    if case.ours is None:
        return case.act("keep", "already gone", None)
    if case.ownership.file == "seeded":
        return case.act("leave", f"{case.whose}, though {case.cause.has} dropped it", case.ours)
    if not case.edited:
        return case.act("delete", case.cause.dropped, None)
    if case.ownership.file == "locked":
        return case.act("delete", f"{case.cause.dropped}; it was locked and had been edited", None, ("",))
    return case.conflict(f"{case.cause.has} dropped what the team has changed", case.ours)


def _locked(case: Case, theirs: File) -> Action:
    if theirs.same_as(case.ours):
        return case.act("keep", "already as the blueprint has it", theirs)
    if case.locked is None and case.ours is not None:
        return _marked(case, case.ours, theirs, case.both_have)
    if case.ours is None:
        if case.locked is None:
            return case.act("create", case.cause.new, theirs)
        return case.act("create", "locked: put back, it had been deleted", theirs, ("",))
    if not case.edited:
        return case.act("replace", case.cause.changed, theirs)
    if case.locked is not None and case.locked.owner != "locked":
        return _marked(case, case.ours, theirs, "the blueprint now locks what the team has changed")
    return case.act("replace", "locked: put back, it had been edited", theirs, ("",))


def _seeded(case: Case, theirs: File) -> Action:
    if case.ours is None and case.locked is None and not case.own:
        return case.act("create", f"{case.cause.new}; from now on the team's", theirs)
    if case.ours is None:
        return _deleted_by_team(case, theirs, case.whose if case.own else "seeded: the team has deleted it")
    if case.moved and not (case.edited or case.own):
        # In its new place it may need its new content: a package that has another name imports itself by that.
        return case.act("replace", "seeded, and the team has not touched it", theirs)
    if not case.ownership.keys:
        return case.act("leave", case.whose, case.ours)
    try:
        content, drift = keys.enforce(case.path, case.ownership, case.ours.content, theirs.content, case.locked)
    except FormatError as error:
        return case.conflict(f"its locked keys cannot be set: {_whose(case, case.ours, error)}", case.ours)
    if content == case.ours.content:
        verb: Verb = (
            "keep" if case.moved else "leave"
        )  # with the platform's keys in it, it has to be where they are looked for
        return case.act(verb, case.whose, case.ours)
    why = f"{'yours' if case.own else 'seeded'}, but for its locked keys"
    return case.act("merge", why, replace(case.ours, content=content), drift)


def _managed(case: Case, theirs: File) -> Action:
    if case.ours is None:
        if case.locked is None:
            return case.act("create", case.cause.new, theirs)
        changed = f", though {case.cause.has} changed it" if case.changed_upstream else ""
        return _deleted_by_team(case, theirs, f"the team has deleted it{changed}")
    if theirs.same_as(case.ours):
        return case.act("keep", "already as the blueprint has it", theirs)
    if case.edited and case.changed_upstream and (but_for := _same_but_for(case.ours, theirs)):
        return case.act("keep", f"already as the blueprint has it, but for its {but_for}", case.ours)
    merged = (_managed_with_keys if case.ownership.keys else _merged)(case, case.ours, theirs)
    return told(merged, case.locked, theirs, case.labels)


def _deleted_by_team(case: Case, theirs: File, why: str) -> Action:
    """Leave the file away, unless some of its keys are the platform's."""
    if "locked" in case.ownership.keys.values():
        return case.act("create", "put back, since it holds locked keys", theirs, ("",))
    return case.act("leave", why, None)


def _managed_with_keys(case: Case, ours: File, theirs: File) -> Action:
    """Merge as if locked keys were never touched and seeded ones never changed upstream, then set the locked ones."""
    base = case.base.content if case.base else None
    try:
        if taken := keys.taken_over(case.path, case.ownership, base, ours.content, theirs.content, case.locked):
            why = f"the blueprint now locks {', '.join(taken)}, which the team has set otherwise"
            return _marked(case, ours, theirs, why)
        calm_ours, calm_theirs, drift = keys.calm(
            case.path, case.ownership, base, ours.content, theirs.content, case.locked
        )
        calmed = case._replace(ours=replace(ours, content=calm_ours))
        action = _merged(calmed, replace(ours, content=calm_ours), replace(theirs, content=calm_theirs))
        if action.verb == "conflict" or action.after is None:
            return action._replace(before=ours, drift=drift, stages=Stages(base=case.base, ours=ours, theirs=theirs))
        content, _ = keys.enforce(case.path, case.ownership, action.after.content, theirs.content, None)
    except FormatError as error:
        return case.conflict(f"its keys cannot be told apart: {_whose(case, ours, error)}", ours)
    after = replace(action.after, content=content)
    if after.same_as(theirs) and not drift:
        return case.act("replace", case.cause.changed, theirs)
    if after.same_as(ours):
        return case.act("keep", "unchanged in the blueprint", ours)
    if drift and not case.changed_upstream:
        return case.act("merge", "its locked keys are put back", after, drift)
    why = action.why if action.verb == "merge" else f"{case.cause.changed}, around the team's own keys"
    return action._replace(verb="merge", why=why, before=ours, after=after, drift=drift)


def _whose(case: Case, ours: File, error: FormatError) -> str:
    """Say what is wrong, and whose file it is that cannot be read."""
    try:
        values.parse(case.path, ours.content)
    except FormatError as own:
        return f"in the team's file {own.where}, {own.message}"
    return error.message


def _merged(case: Case, ours: File, theirs: File) -> Action:
    return recall(_merge(case, ours, theirs), case.locked, case.labels)


def _merge(case: Case, ours: File, theirs: File) -> Action:
    if case.locked is None or case.locked.blob is None:
        return _both_added(case, ours, theirs)
    if case.locked.matches(theirs):
        return case.act("keep", "unchanged in the blueprint", ours)
    if case.locked.blob == ours.blob and case.locked.mode == ours.mode:
        return case.act("replace", case.cause.changed, theirs)
    if SYMLINK in (case.locked.mode, ours.mode, theirs.mode):
        return case.conflict("one side is a symbolic link, and both have changed it", ours)
    mode = _mode(case.locked.mode, ours.mode, theirs.mode)
    if ours.blob in (theirs.blob, case.locked.blob):
        return case.act("merge", "its mode changed here, or its content there", replace(theirs, mode=mode))
    if case.locked.blob == theirs.blob:
        return case.act("merge", f"its mode {case.cause.changed}", replace(ours, mode=mode))
    if case.base is None:
        return _marked(case, ours, theirs, NO_BASE)
    if action := _stand_in(case, case.base, ours, theirs, mode):
        return action
    return _by_content(case, case.base, ours, theirs, mode, "both sides changed the same lines")


def _by_content(case: Case, base: File, ours: File, theirs: File, mode: Mode, why: str) -> Action:
    """Merge by content: as git is told to, else by line and by key; `why` is what a conflict is for."""
    if action := _as_git_is_told(case, base.content, ours, theirs, mode):
        return action
    was, new = as_in(ours.content, base.content), as_in(ours.content, theirs.content)
    merged = merge.merge_files(case.path, was, ours.content, new, case.labels, case.drivers)
    if merged.clean and merged.content is not None:
        why = f"changed on both sides, {_how(merged.used, merged.too_much)}{_ends_kept(ours, theirs)}"
        return case.act("merge", why, File(merged.content, mode))
    if merged.content is None:
        return case.conflict("a binary file that both sides have changed", ours)
    return case.conflict(f"{why}{TOO_MUCH * merged.too_much}", File(merged.content, mode))


def _how(used: tuple[str, ...], too_much: bool) -> str:
    return f"{explained(used) or 'merged line by line'}{TOO_MUCH * too_much}"


def _as_git_is_told(case: Case, base: bytes, ours: File, theirs: File, mode: Mode) -> Action | None:
    """Merge as the team's git is told to, by attributes and its drivers; None where nothing is said."""
    sides = (as_in(ours.content, base), ours.content, as_in(ours.content, theirs.content))
    told = f"as git is told to (merge={case.manner.way})"
    try:
        merged = case.manner.merge(*sides, case.labels)
    except ScriptError as error:
        return case.conflict(f"both sides changed it, and it cannot be merged {told}: {error.message}", ours)
    if merged is None:
        return None
    if merged.content is None:
        return case.conflict(f"both sides changed it, and it is not merged, {told}", ours)
    after = File(merged.content, mode)
    if not merged.clean:
        return case.conflict(f"both sides changed it, and merging it {told} left a conflict", after)
    if case.manner.run and (doubt := merge.doubt(case.path, *sides, merged.content)):
        return case.conflict(f"both sides changed it, and merging it {told} came out wrong: {doubt}", ours)
    return case.act("keep" if after.same_as(ours) else "merge", f"changed on both sides, merged {told}", after)


def _stand_in(case: Case, base: File, ours: File, theirs: File, mode: Mode) -> Action | None:
    """Decide what is no matter of lines: a pointer that stands for a content, and line ends that one side changed."""
    if stands_for(ours.content, base.content):
        return case.act("replace", f"{case.cause.changed}; here is a Git LFS pointer to what was applied", theirs)
    if any(is_pointer(side.content) for side in (base, ours, theirs)):
        return case.conflict("a Git LFS pointer on one side, and both have changed it", ours)
    if case.manner.way == "binary":
        return None  # its line ends are none
    was, new = as_in(ours.content, base.content), as_in(ours.content, theirs.content)
    if was == new:
        verb: Verb = "keep" if mode == ours.mode else "merge"
        why = f"only its line ends {case.cause.changed}, and they stay yours"
        return case.act(verb, why, replace(ours, mode=mode))
    if was == ours.content:
        return case.act("merge", f"{case.cause.changed}{_ends_kept(ours, theirs)}", File(new, mode))
    return None


def _same_but_for(ours: File, theirs: File) -> str:
    """Say what alone sets two files apart that mean the same, or nothing."""
    if ours.mode != theirs.mode or SYMLINK in (ours.mode, theirs.mode):
        return ""
    if as_in(ours.content, theirs.content) == ours.content:
        return "line ends"
    one, other = ours.content, theirs.content
    return "being a Git LFS pointer on one side" if stands_for(one, other) or stands_for(other, one) else ""


def _ends_kept(ours: File, theirs: File) -> str:
    same = as_in(ours.content, theirs.content) == theirs.content
    return "" if same else f"; your {end_of(ours.content)} line ends stay"


def _both_added(case: Case, ours: File, theirs: File) -> Action:
    """Join two files that nothing was stamped before: clean only where neither contradicts the other."""
    if _is_whole(case, ours, theirs):
        return case.conflict(case.both_have, ours)
    if (case.manner.run or case.manner.way == "union") and (
        action := _as_git_is_told(case, b"", ours, theirs, ours.mode)
    ):
        return action
    new = as_in(ours.content, theirs.content)
    merged = merge.merge_files(case.path, None, ours.content, new, case.labels, case.drivers - NEED_A_BASE)
    if merged.clean and merged.content is not None:
        why = f"{case.both_have}, {_how(merged.used, merged.too_much)}{_ends_kept(ours, theirs)}"
        return case.act("merge", why, File(merged.content, ours.mode))
    return case.conflict(case.both_have, ours if merged.content is None else File(merged.content, ours.mode))


def _marked(case: Case, ours: File, theirs: File, why: str) -> Action:
    if _is_whole(case, ours, theirs):
        return case.conflict(why, ours)
    base = as_in(ours.content, case.base.content) if case.base else None
    merged = merge_lines(base, ours.content, as_in(ours.content, theirs.content), case.labels)
    after = File(merged.content, ours.mode) if merged.content is not None and not merged.clean else ours
    return case.conflict(why, after)


def _is_whole(case: Case, ours: File, theirs: File) -> bool:
    """Whether there are no lines to merge: one is a link, stands for a file elsewhere, or is told to be binary."""
    links = SYMLINK in (ours.mode, theirs.mode) or is_pointer(ours.content) or is_pointer(theirs.content)
    return links or case.manner.way == "binary"


def _mode(base: Mode, ours: Mode, theirs: Mode) -> Mode:
    return theirs if ours == base else ours
