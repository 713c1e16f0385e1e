"""What was decided of a file before, applied to what an update would do to it: a question is asked once."""

from dataclasses import replace

from scaffold import merge
from scaffold.lock import Locked
from scaffold.merge import decisions
from scaffold.merge.decisions import Decision
from scaffold.merge.ends import as_in
from scaffold.merge.markers import Conflict, Labels, Part, split, write
from scaffold.merge.settle import Side, Sides, parts, settle_by
from scaffold.plan.actions import Action, Stages, Verb
from scaffold.tree import SYMLINK, File, is_text

TAKEN_BACK = "what was decided before is taken back"


def recall(action: Action, locked: Locked | None, labels: Labels) -> Action:
    """Return what is in conflict with what was decided of it before."""
    if locked is None or not locked.decided or action.verb != "conflict":
        return action
    stages, marked = action.stages, action.after
    if stages is None or stages.ours is None or stages.theirs is None or marked is None:
        return action
    if marked.same_as(stages.ours):
        return _whole(action, stages, locked.decided)
    return _marked(action, marked, [side.content if side else b"" for side in stages], locked.decided, labels)


def told(action: Action, locked: Locked | None, theirs: File, labels: Labels) -> Action:
    """Return the action with what was decided before said in its reason, and what of it was taken back in conflict."""
    if locked is None or not (locked.decided or locked.asked):
        return action
    after, decided = action.after, action.decided
    if after is not None and action.verb != "conflict":
        places = _differing(after, theirs)
        if locked.asked.intersection(places):
            return _asked_again(action, after, theirs, locked.asked, labels)
        decided = tuple(dict.fromkeys((*decided, *decisions.held(locked.decided, places))))
    taken = dict.fromkeys(one.taken for one in decided)
    return (
        action._replace(decided=decided, why=f"{action.why}; decided before: {', '.join(taken)}") if decided else action
    )


def _differing(after: File, theirs: File) -> list[str]:
    if not _has_lines(after, theirs):
        return [decisions.whole_file(None, after.blob, theirs.blob)[1]]
    return [digest for digest, _ in decisions.held_in(as_in(after.content, theirs.content), after.content)]


def _has_lines(after: File, theirs: File) -> bool:
    return SYMLINK not in (after.mode, theirs.mode) and is_text(after.content) and is_text(theirs.content)


def _marked(action: Action, marked: File, sides: list[bytes], known: tuple[Decision, ...], labels: Labels) -> Action:
    base, ours, theirs = (as_in(sides[1], side) for side in sides)
    used: list[Decision] = []

    def choose(conflict: Conflict) -> Side | None:
        found = decisions.recalled(conflict, known)
        used.extend([found[1]] if found else [])
        return found and found[0]

    whole = Sides(base, ours, theirs, size=labels.size)
    settled = settle_by(marked.content, whole, choose).content
    after, decided = replace(marked, content=settled), tuple(dict.fromkeys(used))
    if any(isinstance(part, Conflict) for part in parts(settled, whole)):
        return action._replace(after=after, decided=decided)
    # Each was right in its file then; whether they are so together, here, is shown anew.
    if not decided or merge.doubt(action.path, base, ours, theirs, settled):
        return action
    return _clean(action, after, decided)


def _whole(action: Action, stages: Stages, known: tuple[Decision, ...]) -> Action:
    base, ours, theirs = stages
    if ours is None or theirs is None:
        return action
    asked, _ = decisions.whole_file(base.blob if base else None, ours.blob, theirs.blob)
    for one in known:
        if asked == one.again or (asked == one.asked and one.taken == "yours"):
            return _clean(action, ours, (one,))
        if asked == one.asked and one.taken == "the blueprint's":
            return _clean(action, theirs, (one,))
    return action


def _clean(action: Action, after: File, decided: tuple[Decision, ...]) -> Action:
    why = "changed on both sides"
    verb: Verb = "keep" if after.same_as(action.before) else "merge"
    return action._replace(verb=verb, why=why, after=after, stages=None, decided=decided)


def _asked_again(action: Action, after: File, theirs: File, asked: frozenset[str], labels: Labels) -> Action:
    """Return the conflict over what differs from the blueprint by a decision that was taken back."""
    stages = Stages(base=theirs, ours=after, theirs=theirs)
    if _has_lines(after, theirs):
        its = as_in(after.content, theirs.content)
        old, new, merged, at = split(its), split(after.content), list[Part](), 0
        for digest, edit in decisions.held_in(its, after.content):
            if digest in asked:
                base = b"".join(old[edit.start : edit.end])
                merged.append(b"".join(new[at : edit.new_start]))
                merged.append(Conflict(base, b"".join(new[edit.new_start : edit.new_end]), base, _end(new)))
                at = edit.new_end
        after = replace(after, content=write([*merged, b"".join(new[at:])], labels))
    return action._replace(verb="conflict", why=TAKEN_BACK, after=after, stages=stages)


def _end(lines: list[bytes]) -> bytes:
    return b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
