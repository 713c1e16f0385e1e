"""What a campaign lacks before it starts: as JSON, and as lines for people, each with what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.report.checks.words import one_line
from scaffold.report.fleet.reasons import Section, grouped
from scaffold.report.fleet.status_text import broken, members, worded
from scaffold.report.text import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.plan.campaign import Preflight


def data(found: Preflight) -> dict[str, Any]:
    """Return it as JSON has it."""
    return {
        "campaign": found.id,
        "projects": [{"name": name, "lacks": [lack._asdict() for lack in lacks]} for name, lacks in found.members],
        "summary": {
            "ready": sum(not any(lack.stops for lack in lacks) for _, lacks in found.members),
            "stopped": sum(any(lack.stops for lack in lacks) for _, lacks in found.members),
        },
        "notes": list(found.notes),
    }


def text(found: Preflight, width: int = 0, *, every: bool = False) -> Iterator[Line]:
    """Say how many are ready, and what the others lack, those with the same lack together."""
    stopped = [name for name, lacks in found.members if any(lack.stops for lack in lacks)]
    ready = len(found.members) - len(stopped)
    yield Line(f"Ready: {ready:,} of {members(len(found.members))}", "good" if found.is_clean else "title")
    for title, stops in (("Stopped", True), ("To be known", False)):
        said = [
            (f"{one_line(lack.what)} ({one_line(lack.mend)})", name)
            for name, lacks in found.members
            for lack in lacks
            if lack.stops is stops
        ]
        if said:
            todo = "what keeps them, and what mends it" if stops else "stops nobody"
            about = len({name for _, name in said})
            yield from worded(
                Section(title, todo, grouped(said), about, "bad" if stops else "plain"), width, every=every
            )
    for note in found.notes:
        yield from broken("note: ", note, width, "warn")
