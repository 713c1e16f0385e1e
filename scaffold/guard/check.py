"""Check a snapshot: let each rule look, set off what is waived, and say how each rule came out."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from scaffold.blueprint.guardrails import Guardrails
from scaffold.guard import catalogue, waivers
from scaffold.guard.chosen import Chosen, FindPlugin, choose
from scaffold.guard.finding import Finding, Found, State, fingerprints
from scaffold.guard.look import Look
from scaffold.guard.rule import CannotTell, NotApplicable, Rule
from scaffold.guard.snapshot import Snapshot
from scaffold.guard.waivers import Stood, Waivers
from scaffold.lock import Lock

_WORST_FIRST: tuple[State, ...] = ("fail", "unknown", "waived")


class Looked(NamedTuple):
    """What a rule, or an outside judge, reports; `why` says so where there was nothing to look at (`found` is None)."""

    rule: Rule
    found: tuple[Found, ...] | None = ()
    why: str = ""


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


def look(snapshot: Snapshot, lock: Lock, guardrails: Guardrails, find_plugin: FindPlugin) -> Iterator[Looked]:
    """Yield what each rule reports."""
    for chosen in choose(guardrails, find_plugin):
        yield _look(chosen, snapshot, lock)


def _look(chosen: Chosen, snapshot: Snapshot, lock: Lock) -> Looked:
    rule, parameters, applies = chosen
    if not applies:
        return Looked(rule, None, "the blueprint does not ask for it here")
    at = Look(snapshot, lock, parameters)
    try:
        found = list(rule.look(at))
    except NotApplicable as error:
        if not at.unread:
            return Looked(rule, None, str(error))
        found = []
    except CannotTell as error:
        found = [Found(str(error), known=False)]
    except (Exception, SystemExit) as error:  # noqa: BLE001 - one rule, ours or a plugin's, never ends the check
        found = [Found(f"the rule itself failed: {type(error).__name__}: {error}", known=False)]
    return Looked(rule, (*found, *at.unread.values()))


def judge(looked: Iterable[Looked], content: bytes | None, guardrails: Guardrails, today: date) -> Judged:
    """Come to a verdict on each rule; `content` is the file of waivers, where there is one."""
    reports = list(looked)
    severities = {one.rule.id: one.rule.severity for one in reports if one.rule.can_be_waived}
    granted = waivers.read(content, waivers.Policy(guardrails, severities, today))
    reports.append(Looked(catalogue.WAIVERS, granted.malformed if content is not None else None, "nothing is waived"))
    verdicts = tuple(_verdict(one, granted, today) for one in reports)
    used = (finding.waiver for verdict in verdicts for finding in verdict.findings if finding.waiver)
    return Judged(verdicts, tuple(waivers.stand(granted, used, today)))


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
    )


def _settled(finding: Finding, granted: Waivers, today: date) -> Finding:
    """Waive a finding that a waiver covers, or say that one did."""
    if finding.state != "fail":
        return finding
    covering = [waiver for waiver in granted.entries if waiver.covers(finding)]
    if held := next((waiver for waiver in covering if waiver.holds(today)), None):
        return finding._replace(state="waived", waiver=held.name)
    if covering:
        ended = max(waiver.expires for waiver in covering)
        return finding._replace(message=f"{finding.message} (its waiver expired on {ended})")
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
