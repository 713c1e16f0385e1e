"""Patches of projects, told apart by what the blueprint does and not by what a project is called."""

import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from scaffold.git.objects import unified_diff
from scaffold.lock import Lock
from scaffold.plan.actions import Action, Plan
from scaffold.tree import File, is_text

SHORTEST = 2  # characters of an answer that is looked for in a patch
OWN = ".scaffold/"
MOVED = re.compile(r"moved from ([^;]+)")  # as the planner says why


class Patch(NamedTuple):
    """A patch as a project gets it, the digest of what it has in common with others, and the files of the template."""

    digest: str
    text: str
    files: tuple[str, ...]


def patch_of(plan: Plan) -> Patch:
    """Return the patch of an update without scaffold's own files.

    The digest is that of the patch with paths named by the files of the template that they come from, the values of
    answers by their questions, and without the numbers of lines.
    """
    named = _named(plan.lock_after.answers)
    shown, common, files = [], [], []
    for action in _with_moves(action for action in plan.changes if not action.path.startswith(OWN)):
        template = template_of(action, plan)
        text = _text(action)
        moved = found[0] if (found := MOVED.match(action.why)) else ""
        shown.append(f"{action.verb} {action.path}{', ' * bool(moved)}{moved}\n{_modes(action)}{text}")
        files.append(template)
        common.append(f"{template} {action.verb} {bool(moved)}\n{_modes(action)}{named(_without_places(text))}")
    digest = sha256("\0".join(sorted(common)).encode(errors="surrogateescape")).hexdigest()
    return Patch(digest if common else "", "".join(shown), tuple(sorted(files)))


def _with_moves(actions: Iterable[Action]) -> list[Action]:
    """Return the actions with what has moved as one, from what stood at the old path to what stands at the new one."""
    found = list(actions)
    old = {action.path: action for action in found if action.verb == "delete"}
    moves = {one.path: old[at[1]] for one in found if (at := MOVED.match(one.why)) and at[1] in old}
    gone = {action.path for action in moves.values()}
    return [
        one._replace(before=moves[one.path].before) if one.path in moves and one.before is None else one
        for one in found
        if one.path not in gone
    ]


def template_of(action: Action, plan: Plan) -> str:
    """Return the file of the template that a path comes from, or came from; the path where that is unknown."""
    found = (_origin(action, lock) for lock in (plan.lock_after, plan.lock_before))
    return next(filter(None, found), action.path)


def _origin(action: Action, lock: Lock) -> str:
    locked = lock.files.get(action.path) or next((one for one in lock.files.values() if one.at == action.path), None)
    return locked.origin if locked else ""


def _text(action: Action) -> str:
    """Return the differences as git shows them; of what is no text the ids."""
    before, after = (file.content if file else None for file in (action.before, action.after))
    if all(is_text(content) for content in (before, after) if content is not None):
        return unified_diff(action.path, before, after)
    return f"{_spelled(action.before)} -> {_spelled(action.after)}\n"


def _spelled(file: File | None) -> str:
    return f"binary {file.blob}" if file else "none"


def _modes(action: Action) -> str:
    before, after = (file.mode if file else "none" for file in (action.before, action.after))
    return "" if before == after else f"mode {before} -> {after}\n"


def _without_places(text: str) -> str:
    """Return a patch without the names of the file and the numbers of lines."""
    head, start, hunks = text.partition("\n@@ ")
    return re.sub(r"^@@ .*", "@@", f"@@ {hunks}", flags=re.MULTILINE) if start else head


def _named(answers: Mapping[str, Any]) -> Callable[[str], str]:
    """Return what puts the names of answers in the place of their values, long ones first."""
    values = {str(value): name for name, value in sorted(answers.items()) if _tells(value)}
    if not values:
        return lambda text: text
    longest = sorted(values, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    return lambda text: pattern.sub(lambda found: f"{{{{ {values[found[0]]} }}}}", text)


def _tells(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and len(str(value)) >= SHORTEST
