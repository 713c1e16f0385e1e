"""How large a step each change of a blueprint is: the table by which a release proposes its version.

Major: a team may have to do something. Minor: something new, or a guardrail that holds less, comes by itself. Patch:
the rest. The table is part of the documentation, each row of it is tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scaffold.report.compared import Change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.report.compared import Level


class Step(NamedTuple):
    """How large a step a kind of change is, and what a team has to do; `{}` stands for what it is about."""

    level: Level
    todo: str = ""


STEPS: Mapping[str, Step] = {
    "question removed": Step("major", "the answer to {} counts no more: look at what it decided"),
    "question required": Step("major", "answer {}, which has no default"),
    "type changed": Step("major", "see that the answer to {} is of the new type"),
    "choice removed": Step("major", "choose another answer where you have taken {}"),
    "file locked": Step("major", "take your edits out of {}, or ask for a waiver"),
    "key locked": Step("major", "take your edits out of {}, or ask for a waiver"),
    "file dropped": Step("major", "see whether anything of yours needs {}"),
    "rule added": Step("major", "run scaffold check, and mend what {} finds"),
    "severity raised": Step("major", "run scaffold check: {} weighs more"),
    "waivers shortened": Step("major", "see which waivers of {} last too long"),
    "oldest raised": Step("major", "update, where you are older than {}"),
    "blueprint deprecated": Step("minor", "plan the move to {}"),
    "question added": Step("minor"),
    "choice added": Step("minor"),
    "default changed": Step("minor"),
    "file added": Step("minor"),
    "file moved": Step("minor"),
    "file edited": Step("minor"),
    "file unlocked": Step("minor"),
    "file given": Step("minor"),
    "key unlocked": Step("minor"),
    "rule removed": Step("minor"),
    "severity lowered": Step("minor"),
    "rule changed": Step("minor"),
    "scaffold raised": Step("minor", "use scaffold {} or newer"),
    "layers changed": Step("minor"),
    "file changed": Step("patch"),
    "text changed": Step("patch"),
}


def change(kind: str, message: str, about: str) -> Change:
    """Return a change of a kind, with what a team has to do about it."""
    step = STEPS[kind]
    return Change(kind, step.level, message, step.todo.format(about))
