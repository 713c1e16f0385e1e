"""What the reports of a check have in common: words, order, and text that is safe to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.formats.shown import shown
from scaffold.guard.finding import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.guard.finding import Finding, State
    from scaffold.guard.rule import Rule
    from scaffold.guard.verdict import Verdict
    from scaffold.report.checked import Checked

FAMILIES = {
    "LK": "Locked files", "CI": "Continuous integration", "SC": "Supply chain", "SP": "Security protocols",
    "LG": "Languages", "AR": "Architecture", "OP": "Operations", "OW": "Ownership", "WV": "Waivers", "BP": "Blueprints",
}  # fmt: skip
OTHERS = "Others"
LOCK = ".scaffold/lock.json"  # where a finding points that is in no file
COUNTED: tuple[tuple[State, str], ...] = (
    ("fail", "fail"), ("waived", "waived"), ("unknown", "unknown"), ("not_applicable", "not applicable"),
)  # fmt: skip


def named(rule: Rule) -> str:
    """Return the rule's id and title; the title of an outside judge begins with its name."""
    return rule.title if rule.title.startswith(f"{rule.id} ") else f"{rule.id} {rule.title}"


def one_line(text: str, most: int = 0) -> str:
    """Return a text on one line, cut where it has more than `most` characters."""
    line = " ".join(shown(text).split())
    return f"{line[: most - 1]}…" if 0 < most < len(line) else line


def family(rule: str) -> str:
    """Return the family that a rule belongs to by its id."""
    return FAMILIES.get(rule.partition("-")[0], OTHERS)


def place(finding: Finding) -> str:
    """Return where a finding is, to stand before its message."""
    if finding.path is None:
        return ""
    path = one_line(finding.path)
    return f"{path}:{finding.line}: " if finding.line else f"{path}: "


def in_repository(checked: Checked, path: str | None) -> str:
    """Return a path from the top of the repository; what is in no file is in the lock."""
    return "/".join(part for part in (checked.prefix, path or LOCK) if part)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by their severity, else in order."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def with_state(state: State, checked: Checked) -> list[Finding]:
    """Return the findings of a state, the worst first."""
    return worst_first(finding for finding in checked.findings if finding.state == state)


def failing(checked: Checked) -> list[tuple[Verdict, list[Finding]]]:
    """Return the rules that fail, each with what fails, the worst first."""
    found = [(verdict, [one for one in verdict.findings if one.state == "fail"]) for verdict in checked.verdicts]
    return sorted(
        [(verdict, worst_first(findings)) for verdict, findings in found if findings],
        key=lambda one: SEVERITIES.index(one[1][0].severity),
    )


def fixes(findings: Iterable[Finding]) -> list[str]:
    """Return what is to do about findings, each thing once."""
    return list(dict.fromkeys(one_line(finding.fix) for finding in findings if finding.fix))


def unknown(checked: Checked) -> dict[tuple[str | None, int | None, str], list[str]]:
    """Return what could not be checked: what stands in the way of several rules once, with their ids."""
    reasons: dict[tuple[str | None, int | None, str], list[str]] = {}
    for finding in with_state("unknown", checked):
        rules = reasons.setdefault((finding.path, finding.line, finding.message), [])
        if finding.rule not in rules:
            rules.append(finding.rule)
    return reasons


def idle(checked: Checked) -> dict[str, list[str]]:
    """Return why rules do not apply, with their ids, what leaves out the most first."""
    reasons: dict[str, list[str]] = {}
    for verdict in checked.verdicts:
        if verdict.state == "not_applicable":
            reasons.setdefault(one_line(verdict.why), []).append(verdict.rule.id)
    return dict(sorted(reasons.items(), key=lambda one: -len(one[1])))


def lacking(checked: Checked) -> Iterator[str]:
    """Say how many rules do not apply, then line by line what is not there for them to look at."""
    reasons = idle(checked)
    number = sum(map(len, reasons.values()))
    if number:
        yield "1 rule does not apply:" if number == 1 else f"{number} rules do not apply:"
    yield from (f"  {why} ({', '.join(ids)})" for why, ids in reasons.items())


def until(checked: Checked, finding: Finding) -> str:
    """Return until when a finding is waived."""
    waiver = checked.waiver_of(finding)
    return f"waived until {waiver.expires}" if waiver else "waived"


def score(checked: Checked) -> str:
    """Return how many rules pass, of how many, and what became of the others."""
    passed, of = checked.score
    rest = [f"{checked.summary[state]} {name}" for state, name in COUNTED if checked.summary[state]]
    if not of:
        return "; ".join(["no rule could be checked", ", ".join(rest)]) if rest else "there are no rules to check"
    said = f"{passed} of {of} rules pass" if of > 1 else f"{passed} of 1 rule passes"
    return said + (f"; {', '.join(rest)}" if rest else "")
