"""A plan for many projects: as JSON, which is the plan's own file too, and as lines for people."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from scaffold.report.text import Line, many, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scaffold.plan.fleet import FleetPlan, Group, Result, Risk, Shown, Side, State, Touched
    from scaffold.report.text import Tone

SHOWN = 10  # names of members, or groups, in one place of a text
TONES: Mapping[Risk, Tone] = {"none": "dim", "low": "plain", "medium": "warn", "high": "bad"}
ASKING: Mapping[State, str] = {  # what needs somebody, and how that is said
    "conflict": "to be decided by hand",
    "blocked": "blocked",
    "unreadable": "not to be read",
    "retired": "of a blueprint that has ended",
}


def data(plan: FleetPlan) -> dict[str, Any]:
    """Return the plan as JSON has it."""
    return {
        "id": plan.id,
        "scaffold": plan.scaffold,
        "made": plan.made,
        "where": plan.where,
        "blueprint": plan.aims[0].blueprint if len({aim.blueprint for aim in plan.aims}) == 1 else None,
        "to": plan.to,
        "data": dict(plan.data),
        "blueprints": [aim._asdict() for aim in plan.aims],
        "summary": {**plan.counts(), "risk": plan.risks(), "groups": len(plan.groups)},
        "groups": [
            {**group._asdict(), "projects": list(group.projects), "files": list(group.files)} for group in plan.groups
        ],
        "projects": [result_data(one) for one in plan.results],
    }


def result_data(one: Result) -> dict[str, Any]:
    """Return one member of a plan as JSON has it."""
    said = one._asdict()
    return {
        "name": said.pop("name"),
        "state": said.pop("state"),
        "from": said.pop("version"),
        **said,
        "conflicts": [{"path": path, "reason": reason} for path, reason in one.conflicts],
        "changes": [_touched(change) for change in one.changes],
        "files": {path: _side(side) for path, side in one.files.items()},
        "risks": list(one.risks),
        "notes": list(one.notes),
    }


def _touched(change: Touched) -> dict[str, Any]:
    return {
        "path": change.path,
        "action": change.verb,
        "why": change.why,
        "template": change.template,
        "before": _side(change.before),
        "after": _side(change.after),
    }


def _side(side: Side) -> list[str] | None:
    return None if side is None else list(side)


def text(plan: FleetPlan, written: str, fleet: str = "") -> Iterator[Line]:
    """Say what would become of the members: counts first, then what they get in common, then what needs somebody.

    The plan is `written` to a folder; `fleet` is the option that names its fleet on a command line, after a space.
    """
    counts = {state: count for state, count in plan.counts().items() if count}
    total = many(len(plan.results), "member")
    yield Line(f"{total}: {', '.join(f'{count:,} {state}' for state, count in counts.items())}", "title")
    for aim in plan.aims:
        yield Line(f"  to {aim.blueprint} {aim.version}, from {aim.source}", "dim")
    yield from groups(plan, f"scaffold fleet show {shlex.quote(written)} --format json has them all")
    for state, what in ASKING.items():
        yield from _grouped([one for one in plan.results if one.state == state], what)
    yield Line("")
    yield Line(f"The plan is in {written}, and nothing was applied.", "title")
    yield from _next(plan, shlex.quote(written), fleet)


def _next(plan: FleetPlan, folder: str, fleet: str) -> Iterator[Line]:
    """Say what to do with a plan, or that it brings nothing to anybody."""
    if not plan.groups:
        newest = "; ".join(f"{aim.blueprint} {aim.version} is what {aim.source} has" for aim in plan.aims)
        yield Line(f"There is nothing to roll out{f': {newest}' if newest else ''}.", "title")
        return
    group = plan.groups[0]
    rows = [
        (f"scaffold fleet show {folder} {group.digest[:10]}", "reads a patch"),
        (f"scaffold fleet show {folder} {shlex.quote(group.projects[0])}", "says what one gets"),
        (f"scaffold fleet preflight {folder}{fleet}", "says what is missing"),
        (f"scaffold fleet apply {folder}{fleet}", "carries it out"),
    ]
    yield Line("Next:", "title")
    yield from table(rows, "dim")


def groups(plan: FleetPlan, whole: str) -> Iterator[Line]:
    """Say what members get in common, the first groups in a line each; `whole` says where all of them are."""
    if not plan.groups:
        return
    yield Line("")
    risks = ", ".join(f"{count:,} {risk}" for risk, count in plan.risks().items() if count)
    yield Line(f"{len(plan.groups):,} different patch{'es' * (len(plan.groups) != 1)}; risk: {risks}", "title")
    yield Line(f"  {'group':<10}  members  risk    files", "dim")
    for group in plan.groups[:SHOWN]:
        label = f"  {group.digest[:10]}  {len(group.projects):>7,}  {group.risk:<6}  {len(group.files):>5,}"
        yield Line(f"{label}, as in {group.projects[0]}", TONES[group.risk])
    if (more := len(plan.groups) - SHOWN) > 0:
        yield Line(f"  and {more:,} more: {whole}", "dim")


def _grouped(found: list[Result], what: str) -> Iterator[Line]:
    """Say what one state has for reasons, the most frequent first, with some of the names."""
    if not found:
        return
    yield Line("")
    yield Line(f"{len(found):,} {what}", "bad")
    reasons: dict[str, list[str]] = {}
    for one in found:
        reasons.setdefault(one.why or _in_conflict(one), []).append(one.name)
    for why, names in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))[:SHOWN]:
        yield Line(f"  {why}", "warn")
        yield Line(f"    {_names(names)}")
    if len(reasons) > SHOWN:
        yield Line(f"  and {len(reasons) - SHOWN:,} more reasons", "dim")


def _in_conflict(one: Result) -> str:
    return ", ".join(dict.fromkeys(path for path, _ in one.conflicts))


def _names(names: Iterable[str]) -> str:
    every = list(names)
    more = f", and {len(every) - SHOWN:,} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more


def shown(found: Shown) -> Iterator[Line]:
    """Show a plan, a group of it, or one member."""
    if found.group is not None:
        return _group(found.plan, found.group)
    if found.member is not None:
        return _member(found.plan, found.member, shlex.quote(found.folder))
    return text(found.plan, found.folder)


def shown_data(found: Shown) -> dict[str, Any]:
    """Return a plan, a group of it, or one member, as JSON has them."""
    whole = data(found.plan)
    if found.group is not None:
        return next(one for one in whole["groups"] if one["digest"] == found.group.digest)
    if found.member is not None:
        return next(one for one in whole["projects"] if one["name"] == found.member.name)
    return whole


def _group(plan: FleetPlan, found: Group) -> Iterator[Line]:
    """Show a group: who is in it, and the patch as the first of them gets it."""
    yield Line(f"{found.digest[:10]}: {many(len(found.projects), 'member')}, risk {found.risk}", "title")
    yield Line(f"  {_names(found.projects)}")
    example = next(one for one in plan.results if one.name == found.projects[0])
    for risk in example.risks:
        yield Line(f"  {risk}", "dim")
    yield Line(f"as in {example.name}:", "title")
    for line in found.diff.splitlines():
        yield Line(line, patch=True)


def _member(plan: FleetPlan, found: Result, folder: str) -> Iterator[Line]:
    """Show what would become of one member."""
    versions = [one for one in dict.fromkeys((found.version, found.to)) if one]
    yield Line(f"{found.name}: {found.state}, {found.blueprint} {' -> '.join(versions)}".rstrip(), "title")
    said: Mapping[str, str] = {"why": found.why, "at": found.base, "risk": found.risk, "owner": found.owner}
    for name, value in said.items():
        if value:
            yield Line(f"  {name}: {value}")
    for change in found.changes:
        yield Line(f"  {change.verb:<9} {change.path}: {change.why}", "bad" if change.verb == "conflict" else "plain")
    for note in found.notes:
        yield Line(f"  {note}", "dim")
    alike = next((one for one in plan.groups if one.digest == found.group), None)
    if alike:
        count = many(len(alike.projects), "member")
        yield Line(f"  {count} with this patch: scaffold fleet show {folder} {alike.digest[:10]}", "dim")
