"""Why a member is not on the newest version yet, as the last plan and its campaign tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.report.checks.words import one_line
from scaffold.report.fleet.reasons import KINDS
from scaffold.report.fleet.whole import day_of, days_since, stuck

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from scaffold.plan.campaign import Followed
    from scaffold.plan.fleet import Result
    from scaffold.report.fleet.standing import Standing
    from scaffold.report.fleet.whole import Carried, FleetReport, Waiting

FEW = 3  # reasons of one state


def delays(report: FleetReport) -> Mapping[str, str]:
    """Return what is known of the update of each member that a plan is about, by name; the last plan counts."""
    found: dict[str, str] = {}
    for carried in report.carried:
        found |= dict(_delays(carried, report.day))
    return found


def _delays(carried: Carried, today: date) -> Iterator[tuple[str, str]]:
    waiting = {one.name: one for one in stuck(carried)}
    followed = {one.name: one for one in carried.told.rollout.members} if carried.told else {}
    for result in carried.plan.results:
        if result.name in waiting:
            yield result.name, worded(waiting[result.name], today)
        elif result.name in followed:
            yield result.name, _under_way(followed[result.name])
        elif result.state != "unchanged":
            yield result.name, _planned(result)


def worded(one: Waiting, today: date) -> str:
    """Say what a member waits for, on whom, and for how long."""
    what = f"{one.what}, on {', '.join(one.on)}"
    age = f", since {days_since(one.since, today)} days" if one.since else ""
    return one_line(f"update: {what}{age}{f': {one.why}' if one.why else ''}")


def _under_way(one: Followed) -> str:
    if one.stage == "waiting":
        return f"update: waits in the wave {one.wave}" if one.wave else "update: its wave has not begun"
    if one.stage == "merged":
        return f"update: merged{f' on {day_of(one.ended)}' if one.ended else ''}"
    checks = ": its checks are not done" if one.tested == "pending" else ""
    return f"update: {one.stage}{checks}"


def _planned(one: Result) -> str:
    if one.state == "clean":
        return "update: planned, and not offered yet"
    paths = ", ".join(dict.fromkeys(path for path, _ in one.conflicts))
    return one_line(f"update: planned as {one.state}: {one.why or paths}")


def why(one: Standing, delayed: Mapping[str, str]) -> list[str]:
    """Return why a member is in its states, in a few words each, and what keeps its update."""
    found = []
    for word in one.states:
        if word == "behind":
            found.append(delayed.get(one.name, ""))
        elif word in KINDS and word != "unadopted":
            said = list(KINDS[word].said(one))
            more = f" and {len(said) - FEW} more" if len(said) > FEW else ""
            found.append(f"{', '.join(said[:FEW])}{more}" if any(said) else "")
    if "behind" not in one.states and {"drift", "edited", "incomplete"} & {*one.states}:
        found.append(delayed.get(one.name, ""))
    return [said for said in (*found, one.stale, one.unchecked) if said]
