"""What a fix has mended, and what is left, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.report.checks import data as checked_data
from scaffold.report.checks import text as checked_text
from scaffold.report.text import Line, actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.report.checked import Fixed


def text(fixed: Fixed) -> Iterator[Line]:
    """Say what was put right, what is left for a person, and what to do next."""
    changes = fixed.plan.changes
    if not changes:
        yield Line("Nothing to put right that the blueprint knows how to mend.", "title")
    else:
        yield Line("Put right:" if fixed.applied else "Would be put right:", "title")
        yield from actions(changes)
    for note in fixed.notes:
        yield Line(f"Note: {note}", "warn")
    if fixed.commit:
        yield Line(f"Committed as {fixed.commit[:10]}. To take it back: scaffold undo", "good")
    elif fixed.applied:
        yield Line("Staged. Next: look at it with git diff --cached, then git commit.", "good")
        yield Line("  To take it back: scaffold undo")
    elif changes:
        yield Line("Nothing was written: this was a dry run.", "title")
    yield Line("")
    yield from checked_text.text(fixed.checked)


def data(fixed: Fixed) -> dict[str, Any]:
    """Return the check of what stands after the fix, with what was changed."""
    changed = [{"path": action.path, "action": action.verb, "why": action.why} for action in fixed.plan.changes]
    return {
        **checked_data.data(fixed.checked),
        "fix": {"applied": fixed.applied, "changed": changed, "commit": fixed.commit, "notes": list(fixed.notes)},
    }
