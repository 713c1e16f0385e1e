"""Impact of a blueprint that is not released yet: what an update to it would do to every member that is made from it.

Members are planned for twice, from one library: to the state that is meant, and to the newest release.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from scaffold.errors import ProjectError, ScaffoldError
from scaffold.fleet import planfile, selectors
from scaffold.fleet.engines import run
from scaffold.fleet.kept import Kept
from scaffold.fleet.members import Member, members_in, open_in
from scaffold.fleet.offered import Draft, sides_of
from scaffold.fleet.open import opened
from scaffold.fleet.plan import Job as Planning
from scaffold.fleet.plan import joined_of, lost, plan_of, planned_for
from scaffold.fleet.planning import Planned, Wanted, Way, plan_members
from scaffold.fleet.progress import counter
from scaffold.fleet.releases import answered, depends_on, digest_of
from scaffold.fleet.roll import FILE, Meant, gather, refused
from scaffold.plan.fleet import Aim
from scaffold.process.loading import later
from scaffold.project.conditions import Conditions
from scaffold.project.in_git import Changed
from scaffold.project.opening import seen_in
from scaffold.project.planning.commit_tree import changed
from scaffold.render.means import Means
from scaffold.report.fleet.impact import Impact, Turned, turn_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scaffold.fleet.offered import Offered, Sides
    from scaffold.fleet.selectors import Selector
    from scaffold.git.objects import Objects
    from scaffold.guard.verdict import Verdict
    from scaffold.plan.fleet import FleetPlan, Result
    from scaffold.process import Notify
    from scaffold.project.commands import check as checking
    from scaffold.project.opening import Project
    from scaffold.project.planning.prepared import Prepared
else:
    checking = later("scaffold.project.commands.check")


class Job(NamedTuple):
    """One repository, who is meant in it, and the draft that they are planned for; whether they are checked too."""

    planning: Planning
    draft: Draft
    check: bool


class Side(NamedTuple):
    """What came of members with one release, and of the rules of each: how they turn, or why nobody can say so."""

    planned: Planned = Planned()
    turned: Mapping[str, tuple[Turned, ...] | str] = {}


class Looked(NamedTuple):
    """What came of a job: with the draft, and with the newest release.

    Of the others: the libraries of those that are of such a blueprint too, how many are meant, and how far the selector
    holds for those that are not.
    """

    draft: Side
    released: Planned = Planned()
    strangers: tuple[str, ...] = ()
    passed: int = 0
    others: Meant = Meant()


def blueprint_impact(
    name: str,
    *,
    library: Path | str = ".",
    revision: str | None = None,
    fleet: Path | str = FILE,
    where: str = "",
    sources: Iterable[str] = (),
    check: bool = False,
    run_on: str = "processes",
    offline: bool = False,
    means: Means = Means(),
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> Impact:
    """Say what an update to a blueprint as it stands in its library's folder, or at a commit, would do to its members.

    Those are the members of the fleet that name this library in any spelling, or one of `sources`. With `check` their
    guardrails are compared too. Raises SourceError or FormatError for what is no blueprint, for the fleet what
    `fleet_plan` does, and ProjectError where no member is made from it.
    """
    meant, day = selectors.parse(where), today or datetime.now(UTC).date()
    wanted = Wanted(uuid4().hex, conditions=Conditions(offline, means=means, today=day))
    draft = Draft(str(Path(library).resolve()), name, revision, tuple(sources))
    sides = sides_of(wanted.run, draft, offline=offline)
    draft = draft._replace(digest=digest_of(sides.draft.offered))
    gathered = gather(Path(fleet), meant, offline=offline, notify=notify)
    jobs = [Job(Planning(found, meant, wanted), draft, check) for found in gathered.found]
    looked = run(impact_on, jobs, run_on, lost=_lost, progress=counter("Planning", len(jobs), notify))
    strangers = Counter(source for one in looked for source in one.strangers)
    found = [result for one in looked for result in one.draft.planned.results]
    if not any(one.blueprint for one in found):
        if meant.terms and not any(one.passed for one in looked):
            raise refused(meant, gathered.others, (one.others for one in looked))
        raise _nobody(draft, strangers, len(found))
    plan = _plan((one.draft.planned for one in looked), sides.draft, draft, meant, wanted)
    turned = {name: rules for one in looked for name, rules in one.draft.turned.items()}
    planned = [one.name for one in plan.results if one.name in turned and one.state not in ("blocked", "unreadable")]
    released = sides.released
    return Impact(
        library=draft.library,
        blueprint=name,
        released=released.offered.version if released else None,
        version=sides.called,
        commit=sides.draft.offered.commit,
        digest=draft.digest,
        plan=plan,
        now=_plan((one.released for one in looked), released, draft, meant, wanted) if released else None,
        turned={name: rules for name in planned if not isinstance(rules := turned[name], str)} if check else None,
        unchecked={name: why for name in planned if isinstance(why := turned[name], str)},
        notes=(*sides.notes, *_left_out(strangers), *gathered.notes),
    )


def impact_on(job: Job) -> Looked:
    """Plan for the members of a repository that are meant and made from the blueprint, with both releases."""
    planning, wanted = job.planning, job.planning.wanted
    found_in = open_in(planning.found.folder, planning.found.why)
    members = members_in(found_in, planning.found.repository)
    sides = sides_of(wanted.run, job.draft, offline=wanted.conditions.offline)
    opening = _Opening(found_in.objects, sides, job.draft.blueprint)
    found, passed = Side(), 0

    def plan(meant: list[Member]) -> Planned:
        nonlocal found, passed
        ours = tuple(filter(opening.is_ours, meant))
        found, passed = _side(job, ours, opening, sides.draft, check=job.check), len(meant)
        return found.planned

    looked = planned_for(planning, members, plan)
    names = {one.name for one in looked.planned.results}
    ours = tuple(one for one in members if one.name in names)
    released = _side(job, ours, opening, sides.released, check=False).planned if sides.released else Planned()
    draft = found._replace(planned=looked.planned)
    return Looked(draft, released, tuple(opening.strangers), passed, looked.others)


class _Opening:
    """The members of a repository, each opened once, and told apart by whose they are."""

    def __init__(self, repository: Objects | None, sides: Sides, blueprint: str) -> None:
        self.repository, self.sides, self._blueprint = repository, sides, blueprint
        self.strangers: list[str] = []
        self._known: dict[str, Project] = {}

    def project(self, member: Member) -> Project:
        if member.name not in self._known:
            self._known[member.name] = opened(member, self.repository)
        return self._known[member.name]

    def is_ours(self, member: Member) -> bool:
        """Whether a member is made from the blueprint of the library; one that cannot be read may be."""
        if member.state:
            return member.state == "unreadable"
        try:
            project = self.project(member)
        except ScaffoldError:
            return True
        if project.wishes.blueprint != self._blueprint:
            return False
        if not self.sides.is_of(member.library or project.wishes.source, project.root):
            self.strangers.append(member.library or project.wishes.public)
            return False
        return True


def _side(job: Job, members: tuple[Member, ...], opening: _Opening, offered: Offered, *, check: bool) -> Side:
    """Plan for members with a release; what an earlier run has come to is taken where nothing has moved since."""
    wanted, kept = job.planning.wanted, Kept("impact")
    key = _key(wanted, members, opening, offered, check=check)
    before: Side | None = kept.get(key) if key else None
    if before is not None:
        return before
    turned: dict[str, tuple[Turned, ...] | str] = {}

    def see(member: Member, prepared: Prepared) -> None:
        try:
            turned[member.name] = tuple(_turns(prepared, wanted.conditions.today or date.min))
        except ScaffoldError as error:
            turned[member.name] = str(error)

    way = Way(opening.project, lambda *_: offered)
    way = way._replace(see=see) if check else way
    planned = plan_members(members, way, wanted)
    results = (_seen_from_outside(one) for one in planned.results)
    side = Side(planned._replace(results=tuple(results), blobs={}), turned)
    if key and planned.depends is not None:
        kept.put(key, side)
    return side


def _key(wanted: Wanted, members: tuple[Member, ...], opening: _Opening, offered: Offered, *, check: bool) -> str:
    """Return all that a side depends on, or nothing where that cannot be told: a rule of a plugin may do anything."""
    if check and checking.has_plugins():
        return ""
    try:
        asked = [
            answered(depends_on(opening.project(one), None, one.library), opening.sides.library) for one in members
        ]
    except ScaffoldError:
        return ""
    return repr((members, wanted._replace(run=""), check, digest_of(offered.offered), asked))


def _seen_from_outside(one: Result) -> Result:
    """Return a result, unchanged where nothing would change but what scaffold keeps for itself."""
    return one._replace(state="unchanged") if one.state == "clean" and not one.group else one


def _turns(prepared: Prepared, today: date) -> Iterator[Turned]:
    """Yield the rules that come out otherwise after an update, with what is in conflict as the team has it."""
    project = prepared.project
    if prepared.nothing_to_do or project.repository is None:
        return
    held = Changed(project.repository, project.seen.name, changed(prepared))
    before, after = (
        {one.rule.id: one for one in sorted(checking.check_of(seen, None, today).verdicts, key=_failing_last)}
        for seen in (project, seen_in(project.root, held, project.prefix))
    )
    for id_ in dict.fromkeys((*before, *after)):
        was, then = (found[id_].state if id_ in found else None for found in (before, after))
        rule = (after.get(id_) or before[id_]).rule
        if turn := turn_of(was, then):
            yield Turned(id_, rule.title, rule.severity, turn, was, then)


def _failing_last(one: Verdict) -> bool:
    return one.state == "fail"


def _plan(found: Iterable[Planned], offered: Offered, draft: Draft, where: Selector, wanted: Wanted) -> FleetPlan:
    release = offered.offered
    aim = Aim(draft.blueprint, draft.library, release.version, release.commit, digest_of(release))
    plan = plan_of(joined_of(found)._replace(aims=frozenset({aim})), where, wanted)
    return planfile.identified(plan)


def _lost(job: Job, why: str) -> Looked:
    planned = lost(job.planning, why).planned
    return Looked(Side(planned), planned)


def _nobody(draft: Draft, strangers: Mapping[str, int], unreadable: int) -> ProjectError:
    said = [*_left_out(strangers), *[f"{unreadable:,} cannot be read"] * bool(unreadable)]
    hint = "; ".join([*said, *["--source takes another library for this one"] * bool(strangers)])
    return ProjectError(
        f"no member is made from {draft.blueprint} of this library", where=draft.library, hint=hint or None
    )


def _left_out(strangers: Mapping[str, int]) -> Iterator[str]:
    for source, count in strangers.items():
        yield f"left out, as they are of another library, {source}: {count:,}"
