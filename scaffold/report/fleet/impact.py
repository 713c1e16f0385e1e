"""What an unreleased state of a blueprint would do to its members: the values, what they tell, and their JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scaffold.report.fleet import plans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.guard.finding import Severity, State
    from scaffold.plan.fleet import FleetPlan, Result, Touched

Turn = Literal["fails", "passes", "unknown", "dropped"]
TURNS: Mapping[Turn, str] = {  # the gravest first
    "fails": "starts to fail",
    "unknown": "cannot be told any more",
    "dropped": "is not asked any more",
    "passes": "starts to pass",
}


def turn_of(before: State | None, after: State | None) -> Turn | None:
    """Return how a rule turns, if it does in a way that matters."""
    if before == after:
        return None
    turns: dict[State | None, Turn] = {"fail": "fails", "unknown": "unknown", None: "dropped"}
    return turns.get(after, "passes" if before == "fail" else None)


class Turned(NamedTuple):
    """A rule that comes out otherwise than at the member's commit (None: the member is not checked by it)."""

    rule: str
    title: str
    severity: Severity
    turn: Turn
    before: State | None
    after: State | None


class Impact(NamedTuple):
    """The plan of an update to a state that is not released, beside the plan to the newest release, if there is one.

    `turned` has the rules that come out otherwise, by the names of members, where that was asked for; `unchecked` why
    nobody can say so of a member. `digest` is that of all that the state is made of.
    """

    library: str
    blueprint: str
    released: str | None
    version: str
    commit: str | None
    digest: str
    plan: FleetPlan
    now: FleetPlan | None
    turned: Mapping[str, tuple[Turned, ...]] | None = None
    unchecked: Mapping[str, str] = {}
    notes: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether every member is brought along without anybody's help, and no rule starts to fail."""
        return self.plan.is_clean and not any(one.turn == "fails" for _, one in self.turns())

    def turns(self) -> Iterator[tuple[str, Turned]]:
        """Yield each rule that comes out otherwise, by member."""
        yield from ((name, one) for name, ones in (self.turned or {}).items() for one in ones)

    def beside(self) -> dict[str, Result]:
        """Return what each member gets with the newest release, by name."""
        return {one.name: one for one in self.now.results} if self.now else {}

    def added(self) -> dict[str, tuple[str, ...]]:
        """Return the paths in which a member gets something else than with the newest release, by name."""
        beside = self.beside()
        return {one.name: _added(one, beside.get(one.name)) for one in self.plan.results}


def _added(one: Result, now: Result | None) -> tuple[str, ...]:
    with_it, without = ({c.path: _outcome(c) for c in result.changes} if result else {} for result in (one, now))
    return tuple(path for path in sorted({*with_it, *without}) if with_it.get(path) != without.get(path))


def _outcome(change: Touched) -> object:
    """Return what becomes of a file; in a conflict the file has marks that name the version."""
    return change.verb if change.verb == "conflict" else change.after


class Contested(NamedTuple):
    """A file in conflict: the names of members by owner, and of those who are not with the newest release."""

    path: str
    owners: Mapping[str, tuple[str, ...]]
    added: tuple[str, ...]


def contested(impact: Impact) -> list[Contested]:
    """Return the files that are in conflict, those of the most members first."""
    added = impact.added()
    found: dict[str, list[Result]] = {}
    for one in impact.plan.results:
        for path, _ in one.conflicts:
            found.setdefault(path, []).append(one)
    return [
        Contested(path, _by_owner(ones), tuple(one.name for one in ones if path in added[one.name]))
        for path, ones in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _by_owner(ones: list[Result]) -> dict[str, tuple[str, ...]]:
    owners = sorted({one.owner for one in ones})
    return {owner: tuple(one.name for one in ones if one.owner == owner) for owner in owners}


class Rule(NamedTuple):
    """A rule that comes out otherwise for some: their names, by how it does."""

    rule: str
    title: str
    severity: Severity
    turns: Mapping[Turn, tuple[str, ...]]


def rules(impact: Impact) -> list[Rule]:
    """Return the rules that come out otherwise, those that start to fail for the most first."""
    found: dict[str, list[tuple[str, Turned]]] = {}
    for name, one in impact.turns():
        found.setdefault(one.rule, []).append((name, one))
    every = [
        Rule(id_, ones[0][1].title, ones[0][1].severity, {turn: _turning(ones, turn) for turn in TURNS})
        for id_, ones in found.items()
    ]
    return sorted(every, key=lambda one: ([-len(names) for names in one.turns.values()], one.rule))


def _turning(ones: list[tuple[str, Turned]], turn: Turn) -> tuple[str, ...]:
    return tuple(name for name, one in ones if one.turn == turn)


def data(impact: Impact) -> dict[str, Any]:
    """Return the impact as JSON has it."""
    planned, beside, added = plans.data(impact.plan), impact.beside(), impact.added()
    turned = Counter(one.turn for _, one in impact.turns())
    return {
        "blueprint": impact.blueprint,
        "library": impact.library,
        "from": impact.released,
        "to": impact.version,
        "commit": impact.commit,
        "digest": impact.digest,
        "where": impact.plan.where,
        "summary": {
            **planned["summary"],
            "released": impact.now.counts() if impact.now else None,
            "added": sum(map(bool, added.values())),
            "rules": None if impact.turned is None else {turn: turned[turn] for turn in TURNS},
            "unchecked": len(impact.unchecked),
        },
        "files": [
            {
                "path": one.path,
                "owners": [{"owner": owner, "projects": list(names)} for owner, names in one.owners.items()],
                "added": list(one.added),
            }
            for one in contested(impact)
        ],
        "rules": [
            {"rule": one.rule, "title": one.title, "severity": one.severity}
            | {turn: list(names) for turn, names in one.turns.items()}
            for one in rules(impact)
        ],
        "groups": planned["groups"],
        "projects": [_project(one, impact, beside.get(one.name), added[one.name]) for one in impact.plan.results],
        "notes": list(impact.notes),
    }


def _project(one: Result, impact: Impact, now: Result | None, added: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": one.name,
        "clean": one.state == "clean",
        "conflicts": [{"path": path, "reason": why} for path, why in one.conflicts],
        "unchanged": one.state == "unchanged",
        "state": one.state,
        "why": one.why,
        "from": one.version,
        "to": one.to,
        "source": one.source,
        "owner": one.owner,
        "mission": one.mission,
        "risk": one.risk,
        "group": one.group,
        "changed": [{"path": c.path, "action": c.verb, "why": c.why, "template": c.template} for c in one.changes],
        "added": list(added),
        "released": now and {"to": now.to, "state": now.state, "conflicts": [path for path, _ in now.conflicts]},
        "rules": [
            {"rule": turned.rule, "turn": turned.turn, "before": turned.before, "after": turned.after}
            for turned in (impact.turned or {}).get(one.name, ())
        ],
        "unchecked": impact.unchecked.get(one.name, ""),
    }
