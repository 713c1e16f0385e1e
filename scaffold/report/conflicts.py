"""Conflicts, from the update that leaves them to the one command that finishes it, as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.report.text import Line, many

if TYPE_CHECKING:  # a report needs the types of what it words, not the modules
    from collections.abc import Iterator

    from scaffold.report.results import Continued, Resolution, Resolved

SIDES = {"ours": "yours", "theirs": "the blueprint's", "both": "both sides"}


def resolve(result: Resolved) -> Iterator[Line]:
    """Say what was settled in each file, and what is left."""
    if result.side == "stages":
        yield from _stages(result)
        return
    if result.side == "forget":
        for file in result.files:
            places = many(file.conflicts, "place")
            yield Line(f"  {file.path}  what was decided in {places} is taken back", "good")
        yield Line(
            "Staged. Next: git commit; the next scaffold update asks again. To take it back: scaffold undo", "title"
        )
        return
    width = max((len(file.path) for file in result.files), default=0)
    for file in result.files:
        yield Line(f"  {file.path:<{width}}  {_done(file, SIDES[result.side])}", "good")
    if result.conflicts:
        count = len(result.conflicts)
        yield Line(f"{many(count, 'conflict')} left: {', '.join(result.conflicts)}", "bad")
    else:
        yield Line("No conflict is left. Next: scaffold update --continue", "title")


def _stages(result: Resolved) -> Iterator[Line]:
    for file in result.files:
        yield Line(f"  {file.path}  base, yours and the blueprint's are in git's index", "good")
    if not result.files:
        yield Line("Git's index has the sides of all of them already.")
    yield Line("Next: git mergetool, scaffold resolve a side or edit them, then scaffold update --continue", "title")


def _done(file: Resolution, side: str) -> str:
    if file.deleted:
        return "deleted, as that side has it"
    if file.whole:
        return f"{side}, the whole file"
    if not file.conflicts:
        return "no conflict was marked any more; staged as it stands"
    return f"{side} in {many(file.conflicts, 'place')}; the rest stays as it stood"


def update_continue(result: Continued) -> Iterator[Line]:
    """Say what is still open, or that the update is finished."""
    if result.conflicts:
        count = len(result.conflicts)
        yield Line(f"Not finished: {result.what}. {count} conflict{'s are' if count > 1 else ' is'} open:", "bad")
        for conflict in result.conflicts:
            where = f"{conflict.path}:{conflict.line}" if conflict.line else conflict.path
            yield Line(f"  {where}: {conflict.reason}", "bad")
        return
    yield Line(f"Finished: {result.what}", "good")
    for path in result.resolved:
        yield Line(f"  resolved {path}")
    for note in result.notes:
        yield Line(f"Note: {note}", "warn")
    if result.commit:
        on = f" on the branch {result.branch}" if result.branch else ""
        yield Line(f"Committed as {result.commit[:10]}{on}. To take it back: scaffold undo", "good")
    else:
        yield Line("All of it is staged. Next: look at it with git diff --cached, then git commit.", "title")
        yield Line("  To take it back: scaffold undo")
