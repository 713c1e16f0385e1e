"""Verdicts: set off what is waived, and say how each rule came out."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from scaffold.blueprint.guardrails import Guardrails
from scaffold.guard import waivers
from scaffold.guard.catalogue import LOCKED
from scaffold.guard.finding import Finding, Found, State, fingerprints
from scaffold.guard.rule import Looked, Rule
from scaffold.guard.waivers import Stood, Waivers

WAIVERS = LOCKED["WV-01"]
_WORST_FIRST: tuple[State, ...] = ("fail", "unknown", "waived")


class Verdict(NamedTuple):
    """How a rule came out, and all that it found."""

    rule: Rule
    state: State
    why: str = ""
    findings: tuple[Finding, ...] = ()


class Judged(NamedTuple):
    """All verdicts, and how each waiver stands."""

    verdicts: tuple[Verdict, ...]
    waivers: tuple[Stood, ...]


def judge(
    looked: Iterable[Looked],
    content: bytes | None,
    guardrails: Guardrails,
    today: date,
    unasked: Iterable[Rule] = (),
) -> Judged:
    """Come to a verdict on each rule; `content` is the file of waivers, where there is one.

    Waivers of rules that are `unasked`, as outside judges mostly are, are in order too. They are not called unused, nor
    are those of a rule that could not be checked.
    """
    reports = list(looked)
    rules = {rule.id: rule for rule in (*unasked, *(one.rule for one in reports))}
    severities = {id_: rule.severity for id_, rule in rules.items() if rule.can_be_waived}
    granted = waivers.read(content, waivers.Policy(guardrails, severities, today))
    reports.append(Looked(WAIVERS, granted.malformed if content is not None else None, "nothing is waived"))
    verdicts = tuple(_verdict(one, granted, today) for one in reports)
    used = {finding.waiver for verdict in verdicts for finding in verdict.findings if finding.waiver}
    seen = {verdict.rule.id for verdict in verdicts if all(one.state != "unknown" for one in verdict.findings)}
    unseen = {waiver.name for waiver in granted.entries if waiver.rule.partition("/")[0] not in seen}
    return Judged(verdicts, tuple(waivers.stand(granted, used | unseen, today)))


def _verdict(looked: Looked, granted: Waivers, today: date) -> Verdict:
    rule, found, why = looked
    if found is None:
        return Verdict(rule, "not_applicable", why)
    ids = fingerprints(rule.id, found)
    findings = tuple(_settled(_finding(rule, one, id_), granted, today) for one, id_ in zip(found, ids, strict=True))
    states = {finding.state for finding in findings}
    state: State = next((state for state in _WORST_FIRST if state in states), "pass")
    return Verdict(rule, state, why if state == "pass" else "", findings)


def _finding(rule: Rule, found: Found, fingerprint: str) -> Finding:
    return Finding(
        rule=f"{rule.id}/{found.rule}" if found.rule else rule.id,
        severity=found.severity or rule.severity,
        state="fail" if found.known else "unknown",
        message=found.message,
        fix=found.fix or rule.fix,
        fingerprint=fingerprint,
        path=found.path,
        line=found.line,
        key=found.key,
        content=found.content,
    )


def _settled(finding: Finding, granted: Waivers, today: date) -> Finding:
    """Waive a finding that a waiver covers, or say that one did."""
    if finding.state != "fail":
        return finding
    covering = [waiver for waiver in granted.entries if waiver.covers(finding)]
    about = [waiver for waiver in granted.entries if waiver.is_about(finding) and waiver.holds(today)]
    if held := next((waiver for waiver in covering if waiver.holds(today)), None):
        return finding._replace(state="waived", waiver=held.name)
    if covering:
        ended = max(waiver.expires for waiver in covering)
        return finding._replace(message=f"{finding.message} (its waiver expired on {ended})")
    if about:
        return finding._replace(message=f"{finding.message} ({about[0].name} waives another content)")
    return finding


def summary(verdicts: Iterable[Verdict]) -> dict[State, int]:
    """Count the rules by how they came out."""
    counts: dict[State, int] = {"pass": 0, "fail": 0, "waived": 0, "not_applicable": 0, "unknown": 0}
    for verdict in verdicts:
        counts[verdict.state] += 1
    return counts


def score(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """Return how many rules pass, and of how many: those that could be checked. What is waived does not pass."""
    counts = summary(verdicts)
    return counts["pass"], counts["pass"] + counts["fail"] + counts["waived"]
