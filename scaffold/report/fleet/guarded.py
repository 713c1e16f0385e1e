"""The guardrails over the members of a fleet: the values that `fleet check` returns, and what reports count of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scaffold.guard.finding import SEVERITIES, STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scaffold.guard.finding import Finding, Severity, State
    from scaffold.guard.policy import Policy
    from scaffold.guard.rule import Rule
    from scaffold.guard.verdict import Verdict
    from scaffold.report.checked import Checked
    from scaffold.report.fleet.standing import Standing


class Guarded(NamedTuple):
    """One member: how it stands, and the check of it, or None where it could not be checked."""

    standing: Standing
    checked: Checked | None = None

    @property
    def why_not(self) -> str:
        """Why it could not be checked, or nothing."""
        if self.checked is not None:
            return ""
        unadopted = "it is under no blueprint" if self.standing.state == "unadopted" else ""
        return self.standing.unchecked or self.standing.why or unadopted


class FleetChecked(NamedTuple):
    """The checks of the members that `where` means, by name; `policy` is what they were held against from outside."""

    file: str
    members: tuple[Guarded, ...]
    where: str = ""
    policy: Policy | None = None
    notes: tuple[str, ...] = ()

    @property
    def checks(self) -> list[tuple[str, Checked]]:
        """The checks there are, with the names of their members."""
        return [(one.standing.name, one.checked) for one in self.members if one.checked]

    @property
    def unchecked(self) -> list[Guarded]:
        """The members that could not be checked."""
        return [one for one in self.members if one.checked is None]

    def fails(self, least: Severity = SEVERITIES[-1], *, strict: bool = False) -> bool:
        """Whether somebody could not be checked, or fails something as severe as `least`; see `Checked.fails`."""
        return bool(self.unchecked) or any(checked.fails(least, strict=strict) for _, checked in self.checks)

    def by(self, key: Callable[[Standing], str]) -> dict[str, list[Guarded]]:
        """Return the members by something, in the order of that."""
        found: dict[str, list[Guarded]] = {}
        for one in self.members:
            found.setdefault(key(one.standing), []).append(one)
        return dict(sorted(found.items()))


class RuleCount(NamedTuple):
    """How one rule came out: to each state the names of its members; its severity is the worst anybody gives it."""

    rule: Rule
    severity: Severity
    names: dict[State, list[str]]
    findings: list[tuple[str, Finding]]

    def count(self, state: State) -> int:
        """Return in how many members it came out so."""
        return len(self.names[state])

    def grouped(self, state: State) -> list[tuple[Finding, list[str]]]:
        """Return its findings in a state, those that say the same of one path once, with all whom they are about."""
        found: dict[tuple[str, str | None, str], tuple[Finding, list[str]]] = {}
        for name, one in self.findings:
            if one.state == state:
                names = found.setdefault((one.rule, one.path, one.message), (one, []))[1]
                if name not in names[-1:]:
                    names.append(name)
        return sorted(found.values(), key=lambda pair: (-len(pair[1]), pair[0].path or "", pair[0].message))


def rules(result: FleetChecked) -> list[RuleCount]:
    """Return how each rule came out, the worst that fails in the most members first."""
    found: dict[str, RuleCount] = {}
    for name, verdict in _verdicts(result):
        rule = verdict.rule
        one = found.get(rule.id) or RuleCount(rule, rule.severity, {state: [] for state in STATES}, [])
        found[rule.id] = one._replace(severity=min(one.severity, rule.severity, key=SEVERITIES.index))
        one.names[verdict.state].append(name)
        one.findings.extend((name, finding) for finding in verdict.findings)
    return sorted(found.values(), key=_rank)


def _rank(one: RuleCount) -> tuple[object, ...]:
    fails = one.count("fail")
    return (not fails, SEVERITIES.index(one.severity), -fails, one.rule.id)


def _verdicts(result: FleetChecked) -> Iterator[tuple[str, Verdict]]:
    for name, checked in result.checks:
        for verdict in checked.verdicts:
            yield name, verdict


def summary(found: Iterable[Guarded]) -> dict[str, int]:
    """Return how many members there are, and are checked; in how many nothing fails, and how all rules came out."""
    members = list(found)
    checks = [one.checked for one in members if one.checked]
    return {
        "members": len(members),
        "checked": len(checks),
        "clean": sum(not one.summary["fail"] for one in checks),
        **{state: sum(one.summary[state] for one in checks) for state in STATES},
    }
