"""What became of a repository that was to be published at its forge, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.plan.settings import worded
from scaffold.report.text import Line, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.report.results import Published

TONES: dict[str, Tone] = {"holds": "dim", "set": "good", "no word": "warn"}


def text(result: Published) -> Iterator[Line]:
    """Say where it is, what was done, and what is missing."""
    steps = {"made": result.made, "origin added": result.added, f"{result.branch} pushed": result.pushed}
    done = [word for word, was in steps.items() if was]
    yield Line(f"{result.address}: {', '.join(done) or 'nothing was left to do'}", "title")
    for one in result.settings:
        if not one.is_missing:
            why = f" ({one.why})" if one.why else ""
            yield Line(f"  {one.outcome:<8} {worded(one.setting, one.wanted)}{why}", TONES[one.outcome])
    for what, why in result.missing:
        yield Line(f"  missing  {what.replace('_', ' ')}: {why}", "bad")
    for note in result.notes:
        yield Line(f"  {note}", "dim")
