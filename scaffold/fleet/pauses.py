"""Pauses that teams have asked for: which a fleet honours, and what is offered all the same."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

from scaffold.answers.pause import Pause
from scaffold.lock import Lock
from scaffold.sources.library import Library

LONGEST = 90  # days ahead that a pause may end, where `fleet.yml` says nothing


class Held(NamedTuple):
    """Why a member is not updated now, or what is to be known of one that is updated although it asked for a pause."""

    why: str = ""
    note: str = ""


def held(pause: Pause | None, longest: int | None, today: date, plan: tuple[Lock, Lock], library: Library) -> Held:
    """Say what a pause means for an update from one lock to another; without `longest` nobody's pause counts.

    Raises SourceError where a release on the way cannot be read: it may be one for security.
    """
    if pause is None or longest is None or not pause.lasts(today):
        return Held()
    if note := beyond(pause, longest, today):
        return Held(note=note)
    said = f"paused until {pause.until}: {pause.reason}"
    if secure := list(_for_security(*plan, library)):
        return Held(note=f"offered for security, by {', '.join(secure)}, though {said}")
    return Held(said)


def beyond(pause: Pause | None, longest: int, today: date) -> str:
    """Say that a pause ends later than it may, and so is not honoured, or nothing."""
    if pause is None or pause.until <= today + timedelta(days=longest):
        return ""
    return f"its pause until {pause.until} is not honoured, for it ends more than {longest} days ahead: {pause.reason}"


def _for_security(before: Lock, after: Lock, library: Library) -> Iterator[str]:
    """Yield the releases on the way, the last one included, that are marked as ones for security."""
    name, last = after.blueprint, after.version
    passed: list[Version] = []
    try:
        lowest, highest = Version(before.version), Version(last)
        if before.blueprint == name:
            passed = [one for one in library.versions(name) if lowest < one < highest]
    except InvalidVersion:
        pass  # of a branch, which passes no releases
    for ref in (*map(str, passed), after.commit or last):
        blueprint = library.release(name, ref).blueprint
        if blueprint.security:
            yield f"{name} {blueprint.version}"
