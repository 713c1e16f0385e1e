"""The check of a fleet for people: the numbers first, then each rule that fails, with whom it is about and its fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.report.checks.text import TONES
from scaffold.report.checks.words import COUNTED, named, one_line
from scaffold.report.fleet.guarded import rules, summary
from scaffold.report.fleet.reasons import in_general
from scaffold.report.fleet.status_text import NOBODY, ROWS, SHOWN, broken, members, some
from scaffold.report.text import Line, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.guard.finding import Finding, State
    from scaffold.report.fleet.guarded import FleetChecked, Guarded, RuleCount


def text(result: FleetChecked, width: int = 0, *, every: bool = False) -> Iterator[Line]:
    """Word a check for a terminal of so many columns (0: lines may be any length); `every` names all members."""
    counts = summary(result.members)
    where = f" ({result.where})" if result.where else ""
    title = f"{members(counts['members'])} of {result.file}{where}: {counts['checked']:,} checked"
    missing = f", {len(result.unchecked):,} could not be" if result.unchecked else ""
    yield from broken("", one_line(f"{title}{missing}, {counts['clean']:,} with nothing that fails"), width, "title")
    if result.policy is not None:
        yield from broken("", f"held against {result.policy.written} ({result.policy.said})", width, "dim")
    yield from broken("", score({**counts, "members": counts["checked"]}), width, "bad" if counts["fail"] else "good")
    for name, groups in (
        ("owner", result.by(lambda one: one.owner)),
        ("mission", result.by(lambda one: one.mission)),
    ):
        yield from _by(name, groups, width)
    found = rules(result)
    failing = [one for one in found if one.count("fail")]
    for one in failing if every else failing[:ROWS]:
        yield from _failing(one, width, every=every)
    if not every and len(failing) > ROWS:
        yield from (Line(""), Line(f"and {len(failing) - ROWS:,} more rules that fail", "dim"))
    yield from _in_state("unknown", "Could not be checked", found, width, every=every)
    yield from _in_state("waived", "Waived", found, width, every=every)
    yield from _unchecked(result, width, every=every)
    yield from _passing(found, width)
    yield from (line for note in result.notes for line in broken("note: ", one_line(note), width, "warn"))


def score(counts: dict[str, int]) -> str:
    """Return how many rules pass, of how many, in all members together."""
    of = counts["pass"] + counts["fail"] + counts["waived"]
    if not counts["checked"]:
        return "not checked"
    rest = [f"{counts[state]:,} {word}" for state, word in COUNTED if counts[state]]
    missing = counts["members"] - counts["checked"]
    rest += [f"{members(missing)} not checked"] if missing else []
    return f"{counts['pass']:,} of {of:,} rules pass" + (f"; {', '.join(rest)}" if rest else "")


def _by(name: str, groups: dict[str, list[Guarded]], width: int) -> Iterator[Line]:
    """Say how the rules came out for each owner, or mission; those with the most that fails first."""
    if set(groups) <= {""}:
        return
    ranked = sorted(((summary(found), key) for key, found in groups.items()), key=lambda one: (-one[0]["fail"], one[1]))
    yield from (Line(""), Line(f"By {name}", "title"))
    shown = [(one_line(key, 40) or NOBODY[name], counts) for counts, key in ranked[:ROWS]]
    size = max(len(key) for key, _ in shown)
    for key, counts in shown:
        yield from broken(f"  {key:<{size}}  {counts['members']:>6,}  ", score(counts), width)
    if rest := ranked[ROWS:]:
        yield Line(f"  and {len(rest):,} more", "dim")


def counted(one: RuleCount) -> str:
    """Say in how many members a rule came out in which way."""
    words: tuple[tuple[State, str], ...] = (
        ("fail", "fails in"), ("pass", "passes in"), ("waived", "is waived in"), ("unknown", "is unknown in"),
        ("not_applicable", "does not apply in"),
    )  # fmt: skip
    return ", ".join(f"{word} {one.count(state):,}" for state, word in words if one.count(state))


def _failing(one: RuleCount, width: int, *, every: bool) -> Iterator[Line]:
    yield Line("")
    yield from broken("", f"{one_line(named(one.rule))} ({one.severity}): {counted(one)}", width, TONES[one.severity])
    yield from _groups(one, "fail", width, every=every)
    if one.rule.rationale:
        yield from broken("  why: ", one_line(one.rule.rationale), width, "dim")
    if one.rule.fix:
        yield from broken("  fix: ", one_line(one.rule.fix), width)


def _groups(one: RuleCount, state: State, width: int, *, every: bool, start: str = "  ") -> Iterator[Line]:
    groups = one.grouped(state)
    for finding, names in groups if every else groups[:SHOWN]:
        yield from broken(start, f"{said(finding)}: {some(tuple(names), every=every)}", width, hang=2)
    if rest := groups[SHOWN:] if not every else []:
        about = {name for _, names in rest for name in names}
        yield Line(f"{start}and {len(rest):,} more findings, in {members(len(about))}", "dim")


def said(finding: Finding) -> str:
    """Return what a finding says, which others may say too: where, but for the line, and what."""
    return one_line(f"{finding.path}: {finding.message}" if finding.path else finding.message)


def _in_state(state: State, title: str, found: list[RuleCount], width: int, *, every: bool) -> Iterator[Line]:
    about = [one for one in found if one.count(state)]
    if about:
        tone: Tone = "warn" if state == "unknown" else "plain"
        yield from (Line(""), Line(f"{title}:", tone))
    for one in about if every else about[:ROWS]:
        yield from broken("  ", f"{one_line(named(one.rule))}: {members(one.count(state))}", width, hang=2)
        yield from _groups(one, state, width, every=every, start="    ")
    if not every and len(about) > ROWS:
        yield Line(f"  and {len(about) - ROWS:,} more rules", "dim")


def _unchecked(result: FleetChecked, width: int, *, every: bool) -> Iterator[Line]:
    reasons: dict[str, list[str]] = {}
    for one in result.unchecked:
        reasons.setdefault(in_general(one.standing, one.why_not), []).append(one.standing.name)
    if reasons:
        yield from (Line(""), Line(f"Not checked: {members(len(result.unchecked))}", "bad"))
    most = sorted(reasons.items(), key=lambda item: -len(item[1]))
    for why, names in most if every else most[:SHOWN]:
        yield from broken("  ", f"{why}: {some(tuple(names), every=every)}", width, hang=2)
    if not every and len(most) > SHOWN:
        yield Line(f"  and {len(most) - SHOWN:,} more reasons", "dim")


def _passing(found: list[RuleCount], width: int) -> Iterator[Line]:
    """Name the rules that pass wherever they apply, and those that apply nowhere."""
    idle = [one for one in found if not any(one.count(state) for state in ("fail", "waived", "unknown"))]
    whole = sorted(one_line(one.rule.id) for one in idle if one.count("pass"))
    nowhere = sorted(one_line(one.rule.id) for one in idle if not one.count("pass"))
    if idle:
        yield Line("")
    if whole:
        yield from broken("Pass wherever they apply: ", ", ".join(whole), width, "good")
    if nowhere:
        yield from broken("Apply nowhere: ", ", ".join(nowhere), width, "dim")
