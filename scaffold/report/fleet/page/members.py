"""The members as rows of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scaffold.errors import without_credentials
from scaffold.report.checks.words import one_line
from scaffold.report.fleet.delayed import delays, why
from scaffold.report.fleet.standing import PRESSING
from scaffold.report.fleet.whole import days_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.plan.campaign import Followed
    from scaffold.report.checked import Checked
    from scaffold.report.fleet.standing import Standing
    from scaffold.report.fleet.whole import FleetReport

ROWS = 5_000  # of the table: of larger fleets it holds those who need somebody
WHY = 240  # characters of a reason
TONES = {
    "unreadable": "b", "unadopted": "m", "conflict": "b", "withdrawn": "b", "drift": "w", "edited": "w",
    "incomplete": "w", "behind": "i", "unknown": "m", "lapsing": "w", "paused": "m", "current": "g",
}  # fmt: skip


class Row(NamedTuple):
    """One member; every part is text, and `web` an address that a browser may open, or nothing."""

    name: str
    web: str
    state: str
    tone: str
    more: str
    why: str
    owner: str
    mission: str
    blueprint: str
    version: str
    behind: str
    drift: str
    score: str
    failing: str
    update: str
    at: str
    waivers: str


class Listed(NamedTuple):
    """The rows there are, and how many members are left out, of those who need somebody and of the others."""

    rows: tuple[Row, ...]
    needy: int = 0
    others: int = 0


def listed(report: FleetReport) -> Listed:
    """Return all members by name, or of a large fleet those who need somebody, the most pressing first."""
    members = report.status.members
    updates, delayed, checks = report.updates, delays(report), _checks(report)
    if len(members) <= ROWS:
        chosen, needy = list(members), 0
    else:
        needing = sorted((one for one in members if not one.is_clean), key=_pressing)
        chosen, needy = needing[:ROWS], max(0, len(needing) - ROWS)
    rows = tuple(
        _row(one, why(one, delayed), checks.get(one.name))._replace(**_update(updates.get(one.name), report))
        for one in chosen
    )
    return Listed(rows, needy, len(members) - len(chosen) - needy)


def _pressing(one: Standing) -> tuple[int, str]:
    return PRESSING.index(one.state), one.name


def _checks(report: FleetReport) -> Mapping[str, Checked]:
    return dict(report.checked.checks) if report.checked else {}


def _row(one: Standing, reasons: list[str], checked: Checked | None) -> Row:
    status = one.status
    failing = [verdict.rule.id for verdict in checked.verdicts if verdict.state == "fail"] if checked else []
    unknown = f", {one.score.summary['unknown']} unknown" if one.score and one.score.summary["unknown"] else ""
    return Row(
        one.name,
        web(one.repository),
        one.state,
        TONES[one.state],
        ", ".join(one.states[1:]),
        one_line("; ".join(reasons), WHY),
        one.owner,
        one.mission,
        one.blueprint,
        _version(one),
        "" if one.behind is None else str(one.behind),
        str(len(status.drift)) if status else "",
        f"{one.score.passed} of {one.score.of}{unknown}" if one.score else "",
        " ".join(failing),
        "",
        "",
        _waivers(one),
    )


def _version(one: Standing) -> str:
    if one.status is None:
        return ""
    status = one.status
    if status.behind is None:
        return f"{status.version} → ?"
    return f"{status.version} → {status.latest}" if status.behind else status.version


def _waivers(one: Standing) -> str:
    stood = one.status.waivers if one.status else ()
    if not stood:
        return ""
    return f"{len(stood)}, first ends {min(each.waiver.expires for each in stood)}"


def _update(one: Followed | None, report: FleetReport) -> dict[str, str]:
    if one is None:
        return {}
    age = days_since(one.since, report.day)
    said = f"#{one.number}" if one.number else one.branch
    return {"update": f"{said}, {age} day{'s' * (age != 1)}", "at": web(one.web)}


def web(address: str) -> str:
    """Return an address that a browser may open, without a login in it; of anything else nothing."""
    if not address.startswith(("https://", "http://")):
        return ""
    return without_credentials(address).removesuffix(".git")
