"""Check of a fleet: the guardrails over every member, read from git's objects, with nothing checked out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from scaffold.errors import ProjectError
from scaffold.fleet import selectors
from scaffold.fleet.roll import FILE
from scaffold.fleet.survey import Asked, survey
from scaffold.report.fleet.guarded import FleetChecked, Guarded
from scaffold.sources import policy as policies

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scaffold.guard.rule import Rule
    from scaffold.guard.verdict import Verdict
    from scaffold.process import Notify
    from scaffold.report.checked import Checked


def fleet_check(
    file: Path | str = FILE,
    *,
    where: str = "",
    policy: str | None = None,
    rules: Collection[str] = (),
    run_on: str = "processes",
    offline: bool = False,
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> FleetChecked:
    """Check every member that a selector means, against its lock, or a policy that is given or that the machine names.

    Of `rules`, ids, only those are in the result; without any it is all. Raises what `fleet_status` does, SourceError
    for a policy that cannot be one, and ProjectError for a rule that nobody is checked by.
    """
    outside, said = policies.in_force(policy)
    meant = selectors.parse(where)
    day = today or datetime.now(UTC).date()
    found = survey(Path(file), Asked(uuid4().hex, meant, day, offline, "all", outside), run_on, notify)
    checks = shared(one.checked for one in found.seen)
    _refuse_strange(rules, checks)
    members = tuple(
        Guarded(one.standing, checked and _only(checked, rules))
        for one, checked in zip(found.seen, checks, strict=True)
    )
    return FleetChecked(str(file), members, str(meant), outside, (said, *found.notes) if said else found.notes)


def shared(checks: Iterable[Checked | None]) -> list[Checked | None]:
    """Return checks that have rules in common instead of alike ones, of which ten thousand members have very many."""
    rules: dict[tuple[object, ...], Rule] = {}
    plain: dict[tuple[object, ...], Verdict] = {}

    def shared(verdict: Verdict) -> Verdict:
        rule = verdict.rule
        key = (rule.id, rule.title, rule.severity, rule.rationale, rule.fix, rule.references)
        one = verdict._replace(rule=rules.setdefault(key, rule))
        return one if one.findings else plain.setdefault((key, one.state, one.why), one)

    return [one and one._replace(verdicts=tuple(map(shared, one.verdicts))) for one in checks]


def _only(checked: Checked, rules: Collection[str]) -> Checked:
    """Return the check with those of some rules that it knows."""
    if not rules:
        return checked
    known = _ids([checked])
    named = [id_ for id_ in rules if id_.casefold() in known]
    return checked.only(named) if named else checked._replace(verdicts=(), waivers=())


def _refuse_strange(rules: Collection[str], checks: Iterable[Checked | None]) -> None:
    known = _ids(checks)
    for id_ in rules:
        if known and id_.casefold() not in known:
            near = get_close_matches(id_.casefold(), known, 1, 0)
            raise ProjectError(
                f"{id_} is no rule that any of these members is checked by", hint=f"the nearest is {known[near[0]]}"
            )


def _ids(checks: Iterable[Checked | None]) -> dict[str, str]:
    return {one.rule.id.casefold(): one.rule.id for checked in checks if checked for one in checked.verdicts}
