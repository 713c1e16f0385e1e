"""Report on a fleet: how it stands, what its guardrails say, how it came there, and how rollouts go. It only looks."""

from __future__ import annotations

import shlex
from datetime import UTC, date, datetime
from pathlib import Path
from time import time
from typing import TYPE_CHECKING
from uuid import uuid4

from scaffold.errors import ProjectError
from scaffold.fleet import inventory, journal, past, planfile, selectors
from scaffold.fleet.campaign import telling
from scaffold.fleet.check import shared
from scaffold.fleet.roll import FILE, option
from scaffold.fleet.survey import Asked, survey
from scaffold.process.loading import later
from scaffold.report.fleet import history
from scaffold.report.fleet.guarded import FleetChecked, Guarded
from scaffold.report.fleet.standing import FleetStatus
from scaffold.report.fleet.whole import Carried, FleetReport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scaffold.process import Notify
    from scaffold.sources import policy as policies
else:
    policies = later("scaffold.sources.policy")


def fleet_report(
    file: Path | str = FILE,
    *,
    where: str = "",
    plans: Iterable[Path | str] = (),
    check: bool = False,
    run_on: str = "processes",
    offline: bool = False,
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> FleetReport:
    """Say all there is of a fleet and of some plans; with `check`, what its guardrails say too.

    A look at the whole fleet is kept in its history, beside `fleet.yml`, as that of `today`. Raises what `fleet_status`
    does, and FormatError for what is no plan, or a journal that cannot be read.
    """
    file, day = Path(file), today or datetime.now(UTC).date()
    carried = tuple(_carried(Path(plan), file) for plan in plans)
    meant = selectors.parse(where)
    policy, said = policies.in_force(None) if check else (None, "")
    asked = Asked(uuid4().hex, meant, day, offline, "all" if check else "none", policy)
    found = survey(file, asked, run_on, notify)
    status = FleetStatus(str(file), tuple(one.standing for one in found.seen), str(meant), checked=check)
    checked = None
    if check:
        checks = zip(status.members, shared(one.checked for one in found.seen), strict=True)
        checked = FleetChecked(str(file), tuple(Guarded(*one) for one in checks), str(meant), policy)
    kept = "" if meant.terms else _kept(file, history.of_status(status, day))
    days, left_out = past.read(file)
    notes = tuple(note for note in (said, *found.notes, kept, *left_out) if note)
    return FleetReport(day, status._replace(notes=notes), checked, days, carried)


def _kept(file: Path, day: history.Day) -> str:
    """Keep a day, or return why that cannot be: a report is of use without."""
    try:
        past.keep(file, day)
    except ProjectError as error:
        return f"the history of this day is not kept: {error}"
    return ""


def _carried(place: Path, file: Path) -> Carried:
    plan, folder = planfile.read(place), place if place.is_dir() else place.parent
    records, called = journal.read(folder, plan.id), f"{shlex.quote(str(folder))}{option(file)}"
    if not records:
        return Carried(str(folder), plan)
    return Carried(str(folder), plan, telling.told(plan, records, inventory.campaign_of(file), called, time()))
