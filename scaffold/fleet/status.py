"""Status of a fleet: who is on what, and who needs somebody; read from git's objects, with nothing checked out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from scaffold.errors import ProjectError
from scaffold.fleet import past, selectors
from scaffold.fleet.roll import FILE
from scaffold.fleet.survey import Asked, survey
from scaffold.process.loading import later
from scaffold.report.fleet import history
from scaffold.report.fleet.standing import FleetStatus

if TYPE_CHECKING:
    from scaffold.process import Notify
    from scaffold.sources import policy as policies
else:
    policies = later("scaffold.sources.policy")


def fleet_status(
    file: Path | str = FILE,
    *,
    where: str = "",
    check: bool = False,
    run_on: str = "processes",
    offline: bool = False,
    keep: bool = False,
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> FleetStatus:
    """Say how every member stands that a selector means; with `check`, how many guardrails pass too.

    `today` decides which waivers hold. To `keep` it is to add it to the history of the fleet. Raises ProjectError
    where that cannot be, as with a selector, FormatError for `fleet.yml`, for a selector that means nobody and for two
    members of one name, ScriptError for a program that lists members and fails, and SourceError without a cache.
    """
    meant = selectors.parse(where)
    if keep and meant.terms:
        raise ProjectError("the history of a fleet is of all its members", hint="leave --keep out, or --where")
    policy, said = policies.in_force(None) if check else (None, "")
    asked = Asked(
        run=uuid4().hex,
        where=meant,
        today=today or datetime.now(UTC).date(),
        offline=offline,
        checks="score" if check else "none",
        policy=policy,
    )
    found = survey(Path(file), asked, run_on, notify)
    standings = tuple(one.standing for one in found.seen)
    notes = (said, *found.notes) if said else found.notes
    result = FleetStatus(str(file), standings, str(meant), checked=check, notes=notes)
    if keep:
        past.keep(Path(file), history.of_status(result, asked.today))
    return result
