"""How a fleet stands, as JSON and as rows; `scaffold schema fleet-status` prints the schema."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import TYPE_CHECKING, Any

from scaffold.formats.shown import on_one_line
from scaffold.report import data as of_one
from scaffold.report.fleet.standing import counted

if TYPE_CHECKING:
    from scaffold.report.fleet.standing import FleetStatus, Standing

COLUMNS = (
    "name", "repository", "prefix", "commit", "owner", "mission", "labels", "blueprint", "version", "latest",
    "versions_behind", "states", "drift", "conflicts", "passed", "of", "unknown", "waivers", "why",
    "paused_until",
)  # fmt: skip
LISTS = ("drift", "conflicts", "edited_answers", "missing", "unlike", "waivers")
# What a spreadsheet would calculate; an owner, which may begin with `@`, is none of that.
FORMULA = re.compile(r"[=+\-\t\r]|@(?![\w./@ -]+$)")


def data(result: FleetStatus) -> dict[str, Any]:
    """Return the report of `scaffold fleet status`."""
    return {
        "fleet": result.file,
        "where": result.where,
        "projects": [project(one) for one in result.members],
        "summary": {
            **counted(result.members),
            "owners": {name: counted(found) for name, found in result.by(lambda one: one.owner).items()},
            "missions": {name: counted(found) for name, found in result.by(lambda one: one.mission).items()},
            "blueprints": {name: counted(found) for name, found in result.by(lambda one: one.blueprint).items()},
        },
        "notes": list(result.notes),
    }


def project(one: Standing) -> dict[str, Any]:
    """Return one member, with the keys of `scaffold status` and those of a member."""
    status = of_one.status(one.status) if one.status else {}
    return {
        "name": one.name,
        "repository": one.repository,
        "prefix": one.prefix,
        "commit": one.commit or None,
        "owner": one.owner,
        "mission": one.mission,
        "labels": dict(one.labels),
        "library": one.library or status.get("source"),
        **{key: status.get(key) for key in ("blueprint", "version", "latest", "behind", "ahead", "withdrawn")},
        "versions_behind": one.behind,
        "state": one.state,
        "states": list(one.states),
        "why": one.why,
        "stale": one.stale,
        **{key: status.get(key, []) for key in LISTS},
        "paused": status.get("paused"),
        "score": one.score and {"passed": one.score.passed, "of": one.score.of, **one.score.summary},
        "unchecked": one.unchecked,
        "notes": list(one.notes),
    }


def table(result: FleetStatus) -> str:
    """Return the members as CSV (RFC 4180), a line each."""
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    rows.writerows(map(row, result.members))
    return out.getvalue()


def row(one: Standing) -> list[str]:
    """Return a member as the cells of its line."""
    status = one.status
    cells = {
        **{key: getattr(one, key) for key in ("name", "repository", "prefix", "commit", "owner", "mission")},
        "labels": " ".join(f"{name}:{value}" for name, value in one.labels.items()),
        "versions_behind": one.behind,
        "states": " ".join(one.states),
        "why": one.why or one.stale or one.unchecked,
    }
    if status is not None:
        cells |= {"blueprint": status.blueprint, "version": status.version, "latest": status.latest}
        cells |= {"drift": len(status.drift), "conflicts": len(status.conflicts), "waivers": len(status.waivers)}
        cells["paused_until"] = status.paused and status.paused.until
    if one.score is not None:
        cells |= {"passed": one.score.passed, "of": one.score.of, "unknown": one.score.summary["unknown"]}
    return [cell(cells.get(key)) for key in COLUMNS]


def cell(value: object) -> str:
    """Return a value as a cell that a spreadsheet takes for text or a number, and never for a formula."""
    text = "" if value is None else on_one_line(str(value))
    return f"'{text}" if FORMULA.match(text) else text
