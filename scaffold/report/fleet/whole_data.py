"""The report on a fleet as JSON and as CSV; `scaffold schema fleet-report` prints the schema of the first."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from scaffold.report.checks import data as of_one
from scaffold.report.fleet import campaign, check_data, history, plans, status_data
from scaffold.report.fleet.delayed import delays
from scaffold.report.fleet.whole import days_since, exceptions, stuck

if TYPE_CHECKING:
    from scaffold.plan.campaign import Gate, Told
    from scaffold.report.fleet.whole import Carried, Excepted, FleetReport, Waiting

COLUMNS = (*status_data.COLUMNS, "update", "update_number", "update_days", "update_why")


def data(report: FleetReport) -> dict[str, Any]:
    """Return the report of `scaffold fleet report`."""
    return {
        "day": report.day.isoformat(),
        "fleet": report.status.file,
        "where": report.status.where,
        "status": status_data.data(report.status),
        "check": report.checked and check_data.data(report.checked),
        "waivers": [_excepted(one) for one in exceptions(report.status)],
        "plans": [_carried(one, report) for one in report.carried],
        "history": [history.data(one) for one in report.history],
        "notes": list(report.status.notes),
    }


def _excepted(one: Excepted) -> dict[str, Any]:
    return {"name": one.member.name, "member_owner": one.member.owner, **of_one.waiver(one.stood)}


def _carried(one: Carried, report: FleetReport) -> dict[str, Any]:
    return {
        "folder": one.folder,
        "plan": plans.data(one.plan),
        "campaign": one.told and campaign.data(one.told.rollout),
        "gates": {name: [_gate(gate) for gate in gates] for name, gates in one.told.gates.items()} if one.told else {},
        "burndown": _burndown(one.told) if one.told else [],
        "stuck": [_waiting(each, report) for each in stuck(one)],
    }


def _gate(one: Gate) -> dict[str, Any]:
    return {"what": one.what, "count": len(one.causes), "of": one.of, "most": one.most or None, "passed": one.passed}


def _burndown(told: Told) -> list[dict[str, Any]]:
    return [{"at": one.at, "states": dict(one.counts)} for one in told.moments]


def _waiting(one: Waiting, report: FleetReport) -> dict[str, Any]:
    days = days_since(one.since, report.day) if one.since else None
    said = {"what": one.what, "why": one.why, "on": list(one.on), "days": days}
    return {"name": one.name, "owner": one.owner, **said, "web": one.web, "number": one.number}


def table(report: FleetReport) -> str:
    """Return the members as CSV (RFC 4180), a line each: the columns of `fleet status`, and those of the update."""
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    updates, delayed = report.updates, delays(report)
    for one in report.status.members:
        update = updates.get(one.name)
        said = (update.web, str(update.number), str(days_since(update.since, report.day))) if update else ("", "", "")
        rows.writerow([*status_data.row(one), *map(status_data.cell, (*said, delayed.get(one.name, "")))])
    return out.getvalue()
