"""Guardrails and waivers as parts of a page: which rule fails most and where."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from scaffold.report.checks.words import named, one_line
from scaffold.report.fleet.guarded import rules
from scaffold.report.fleet.page.members import web
from scaffold.report.fleet.whole import exceptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from scaffold.report.fleet.guarded import FleetChecked, RuleCount
    from scaffold.report.fleet.whole import Excepted, FleetReport

OWNERS, RULES = 40, 20  # rows and columns of the heat map
HOTTEST = 5
WORST = 3  # owners beside a rule
NAMES = 12  # of members beside a rule
WAIVERS = 1_000  # rows of the register
TEXT = 200
SEVERE: Mapping[str, str] = {"critical": "b", "high": "b", "medium": "w", "low": "m"}
STOOD: Mapping[str, str] = {"active": "g", "lapsing": "w", "unused": "m", "expired": "b", "malformed": "b"}


class Rule(NamedTuple):
    """A rule that fails somewhere, or is waived or unknown there: in how many, of how many, and where most."""

    id: str
    title: str
    severity: str
    tone: str
    fails: int
    of: int
    share: int
    waived: int
    unknown: int
    owners: str
    names: str
    fix: str


class Cell(NamedTuple):
    """In how many members of an owner a rule fails, of how many; `heat` is from 0 to that of the largest share."""

    fails: int
    of: int
    heat: int


class Heat(NamedTuple):
    """Owners by rules that fail, the worst first; `owners` and `rules` have no place there."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, int, tuple[Cell, ...]], ...]
    owners: int
    rules: int


class Guardrails(NamedTuple):
    """What the rules come to; `passing` are those that nothing is to be said of."""

    rules: tuple[Rule, ...]
    passing: tuple[str, ...]
    heat: Heat | None
    checked: int
    unchecked: int
    held: str


class Waived(NamedTuple):
    """A waiver in words."""

    rule: str
    member: str
    owner: str
    scope: str
    reason: str
    approver: str
    expires: str
    days: int
    state: str
    tone: str
    link: str


def guardrails(checked: FleetChecked) -> Guardrails:
    """Return what the guardrails of a fleet say."""
    owners = {one.standing.name: one.standing.owner for one in checked.members}
    found = rules(checked)
    asking = [one for one in found if one.count("fail") or one.count("waived") or one.count("unknown")]
    return Guardrails(
        tuple(_rule(one, owners) for one in sorted(asking, key=lambda one: -one.count("fail"))),
        tuple(named(one.rule) for one in found if one not in asking),
        _heat(found, owners),
        len(checked.checks),
        len(checked.unchecked),
        checked.policy.written if checked.policy else "",
    )


def _of(one: RuleCount) -> int:
    return one.count("fail") + one.count("pass") + one.count("waived")


def _rule(one: RuleCount, owners: Mapping[str, str]) -> Rule:
    failing = one.names["fail"]
    where = Counter(owners[name] for name in failing)
    worst = ", ".join(f"{one_line(owner) or '(no owner)'} {count:,}" for owner, count in where.most_common(WORST))
    more = f", {len(where) - WORST:,} more" if len(where) > WORST else ""
    rest = f" and {len(failing) - NAMES:,} more" if len(failing) > NAMES else ""
    return Rule(
        one.rule.id,
        named(one.rule).removeprefix(one.rule.id).strip(),
        one.severity,
        SEVERE[one.severity],
        len(failing),
        _of(one),
        round(100 * len(failing) / (_of(one) or 1)),
        one.count("waived"),
        one.count("unknown"),
        worst + more,
        ", ".join(failing[:NAMES]) + rest,
        one_line(one.rule.fix, TEXT),
    )


def _heat(found: list[RuleCount], owners: Mapping[str, str]) -> Heat | None:
    failing = sorted((one for one in found if one.count("fail")), key=lambda one: -one.count("fail"))
    shown = failing[:RULES]
    counts = [(_by_owner(one.names["fail"], owners), _by_owner(_asked(one), owners)) for one in shown]
    total = Counter(owner for one in failing for owner in (owners[name] for name in one.names["fail"]))
    if not total:
        return None
    ranked = sorted(total, key=lambda owner: (-total[owner], owner))
    most = max(fails[owner] / of[owner] for fails, of in counts for owner in fails)
    rows = (
        (owner, total[owner], tuple(_cell(fails[owner], of[owner], most) for fails, of in counts)) for owner in ranked
    )
    columns = tuple((one.rule.id, one.rule.title) for one in shown)
    return Heat(columns, tuple(rows)[:OWNERS], max(0, len(ranked) - OWNERS), len(failing) - len(shown))


def _asked(one: RuleCount) -> Iterator[str]:
    for state in ("fail", "pass", "waived"):
        yield from one.names[state]


def _by_owner(names: Iterator[str] | list[str], owners: Mapping[str, str]) -> Counter[str]:
    return Counter(owners[name] for name in names)


def _cell(fails: int, of: int, most: float) -> Cell:
    return Cell(fails, of, max(1, round(HOTTEST * fails / of / most)) if fails else 0)


def waivers(report: FleetReport) -> tuple[Waived, ...]:
    """Return the register of waivers, those that end first before the others."""
    return tuple(_waived(one, report.day) for one in exceptions(report.status)[:WAIVERS])


def _waived(one: Excepted, today: date) -> Waived:
    waiver = one.stood.waiver
    return Waived(
        waiver.rule,
        one.member.name,
        one.member.owner,
        waiver.scope,
        one_line(waiver.reason, TEXT),
        waiver.approver,
        str(waiver.expires),
        (waiver.expires - today).days,
        one.stood.state,
        STOOD[one.stood.state],
        web(waiver.link or ""),
    )
