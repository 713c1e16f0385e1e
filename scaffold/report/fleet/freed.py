"""What mirrors were freed, as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.report.text import DRY_RUN, Line

if TYPE_CHECKING:  # a report needs the types of what it words, not the modules
    from collections.abc import Iterator

    from scaffold.report.results import Freed

STEP = 1000  # from each unit of bytes to the next
UNITS = ("bytes", "kB", "MB", "GB", "TB")


def fleet_clean(result: Freed) -> Iterator[Line]:
    """Say what was freed, or would be."""
    mirrors = f"{result.mirrors:,} mirror{'s' * (result.mirrors != 1)}, and what earlier runs have come to"
    if result.applied:
        yield Line(f"Deleted {mirrors}: {amount(result.bytes)}", "good")
    else:
        yield Line(f"Would delete {mirrors}: {amount(result.bytes)}", "title")
        yield Line(DRY_RUN, "dim")


def amount(size: int) -> str:
    """Return a number of bytes as people say it."""
    value, unit = float(size), 0
    while value >= STEP and unit < len(UNITS) - 1:
        value, unit = value / STEP, unit + 1
    return f"{value:.3g} {UNITS[unit]}" if unit else f"{size} {UNITS[0]}"
