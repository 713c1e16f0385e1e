"""Plan of a fleet: what an update would do to every member, in memory, with what is alike told once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import scaffold
from scaffold.errors import ScaffoldError
from scaffold.fleet import bases, inventory, planfile, selectors
from scaffold.fleet.adopting import Adopting
from scaffold.fleet.engines import run
from scaffold.fleet.facts import of_member, of_result
from scaffold.fleet.kept import Kept
from scaffold.fleet.members import Member, Opened, members_in, members_of, open_in
from scaffold.fleet.planning import Planned, Wanted, libraries_of, plan_members, result_of, usual
from scaffold.fleet.progress import counter
from scaffold.fleet.releases import Depends, answered
from scaffold.fleet.roll import FILE, Meant, Reached, gather, refused
from scaffold.fleet.selectors import STATES, Facts, Selector
from scaffold.fleet.survey import Asked, look
from scaffold.fleet.survey import Job as Survey
from scaffold.git.objects import open_repository
from scaffold.plan.fleet import RISKS, Aim, FleetPlan, Group, Result
from scaffold.project.conditions import Conditions
from scaffold.render.means import Means

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scaffold.git.pack import Squeezed
    from scaffold.process import Notify

KIND = "plans"  # as which results are kept
CAMPAIGNS = "campaigns"  # the folder of plans, beside fleet.yml


class Written(NamedTuple):
    """A plan, and the folder that it was written to."""

    plan: FleetPlan
    folder: Path
    notes: tuple[str, ...] = ()


class Job(NamedTuple):
    """One repository, who is meant in it, and what they are planned for."""

    found: Reached
    where: Selector
    wanted: Wanted


class Looked(NamedTuple):
    """What came of a job: the plans for those who are meant, and how far the selector holds for the others."""

    planned: Planned
    others: Meant = Meant()


def fleet_plan(
    file: Path | str = FILE,
    *,
    where: str = "",
    to: str | None = None,
    data: Mapping[str, Any] | None = None,
    adopt: bool = False,
    blueprint: str | None = None,
    into: Path | str | None = None,
    run_on: str = "processes",
    offline: bool = False,
    prereleases: bool = False,
    means: Means = Means(),
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> Written:
    """Plan an update for every member that a selector means, and write it into a folder of its own below `into`.

    `to` may name an older version, to go back to. With `adopt` members that are under no blueprint are planned to be
    adopted as `scaffold adopt --commit` does it, or under a `blueprint`, with a yes to what fits best.

    Raises FormatError for `fleet.yml`, for a selector that means nobody
    and for two members of one name, ScriptError for a program that lists members and fails, SourceError without a
    cache, and ProjectError where the plan cannot be written.
    """
    file, meant = Path(file), selectors.parse(where)
    day = today or datetime.now(UTC).date()
    wanted = Wanted(uuid4().hex, to, data or {}, Conditions(offline, prereleases, means, day))
    gathered = gather(file, meant, offline=offline, notify=notify)
    adopting = Adopting(blueprint) if adopt else None
    wanted = wanted._replace(longest_pause=gathered.fleet.longest_pause, adopting=adopting)
    jobs = [Job(found, meant, wanted) for found in gathered.found]
    progress = counter("Planning", len(jobs), notify)
    looked = run(plan_repository, jobs, run_on, lost=lost, known=_known(Kept(KIND)), progress=progress)
    joined = joined_of(one.planned for one in looked)
    if not joined.results:
        raise refused(meant, gathered.others, (one.others for one in looked))
    plan = planfile.identified(plan_of(joined, meant, wanted))
    folder = planfile.write(plan, joined.blobs, Path(into) if into else file.absolute().parent / CAMPAIGNS)
    return Written(plan, folder, gathered.notes)


def plan_repository(job: Job) -> Looked:
    """Plan for the members of a repository that are meant; what an earlier run has come to is taken where it holds."""
    opened, kept = open_in(job.found.folder, job.found.why), Kept(KIND)
    before = _before(job, opened, kept)  # whoever gave the work out has asked as well, perhaps on another machine
    if before is not None:
        return before
    looked = _looked(job, opened)
    if opened.tip and looked.planned.depends is not None and not _asks_how_they_stand(job.where):
        kept.put(_key(job, opened), looked)
    return looked


def _known(kept: Kept) -> Callable[[Job], Looked | None]:
    """Return what asks for an earlier result; where none was ever kept nobody looks for one."""
    return (lambda _: None) if kept.is_empty else (lambda job: _before(job, open_in(job.found.folder), kept))


def _before(job: Job, opened: Opened, kept: Kept) -> Looked | None:
    """Return what an earlier run has come to, where it holds."""
    before: Looked | None = kept.get(_key(job, opened)) if opened.tip else None
    if before is None or before.planned.depends is None or not _holds(before.planned.depends, job.wanted):
        return None
    return before


def _key(job: Job, opened: Opened) -> str:
    """Return all that a result depends on."""
    return repr((job.found.repository, opened.tip, job.where, job.wanted._replace(run="")))


def _holds(depends: Iterable[Depends], wanted: Wanted) -> bool:
    """Whether libraries still answer as they did; one that cannot be asked does not."""
    libraries = libraries_of(wanted)
    try:
        for one in depends:
            library = libraries.at(one.source, base=Path(one.root), called=one.called, follow=one.follow)
            if answered(one, library) != one:
                return False
    except ScaffoldError:
        return False
    return True


def _looked(job: Job, opened: Opened) -> Looked:
    wanted, found = job.wanted, job.found

    def plan(meant: list[Member]) -> Planned:
        planned = plan_members(meant, usual(opened.objects, wanted), wanted)
        place = found.repository.place
        if place.kind != "url" or found.folder is None or wanted.conditions.offline:
            return planned
        if not bases.brought(place.address, found.folder, planned.results):
            return planned
        return plan_members(meant, usual(open_repository(found.folder), wanted), wanted)

    return planned_for(job, members_in(opened, found.repository), plan)


def planned_for(job: Job, members: Iterable[Member], plan: Callable[[list[Member]], Planned]) -> Looked:
    """Plan for those of some members that are meant; of these a plan may leave some out."""
    where, conditions = job.where, job.wanted.conditions
    if _asks_how_they_stand(where):
        asked = Asked(job.wanted.run, where, conditions.today or date.min, conditions.offline)
        surveyed = look(Survey(job.found, asked))
        names = {one.standing.name for one in surveyed.seen}
        return Looked(plan([one for one in members if one.name in names]), surveyed.others)
    meant = {one.name: one for one in members if where.may_match(of_member(one))}
    others: list[Facts] = [of_member(one) for one in members if one.name not in meant]
    planned = plan([*meant.values()])
    facts = {one.name: of_result(meant[one.name], one) for one in planned.results}
    results = tuple(one for one in planned.results if where.matches(facts[one.name]))
    others += [its for its in facts.values() if not where.matches(its)]
    return Looked(planned._replace(results=results), Meant.of(where, others))


def _asks_how_they_stand(where: Selector) -> bool:
    """Whether only a look at the members can tell who is meant, whatever was planned for them."""
    return any(term.key == STATES for term in where.terms)


def lost(job: Job, why: str) -> Looked:
    """Return what stands for a repository whose job did not come to its end."""
    members = members_of(job.found.repository, None, why)
    return Looked(Planned(tuple(result_of(one, "unreadable", why) for one in members)))


def joined_of(found: Iterable[Planned]) -> Planned:
    """Return what came of all jobs as if it had been one."""
    results: list[Result] = []
    patches: dict[str, tuple[str, tuple[str, ...]]] = {}
    blobs: dict[str, Squeezed] = {}
    aims: set[Aim] = set()
    for one in found:
        results.extend(one.results)
        patches |= {digest: patch for digest, patch in one.patches.items() if digest not in patches}
        blobs |= one.blobs
        aims |= one.aims
    return Planned(tuple(sorted(results, key=lambda one: one.name)), patches, blobs, frozenset(aims))


def plan_of(joined: Planned, where: Selector, wanted: Wanted) -> FleetPlan:
    """Return the plan of all members, with those of one patch in one group, the largest group first."""
    inventory.refuse_same_names(joined.results)
    alike: dict[str, list[Result]] = {}
    for one in joined.results:
        if one.group:
            alike.setdefault(one.group, []).append(one)
    groups = [_group(digest, ones, *joined.patches[digest]) for digest, ones in alike.items()]
    return FleetPlan(
        id="",
        scaffold=scaffold.__version__,
        made=str(wanted.conditions.today),
        where=str(where),
        to=wanted.to,
        data=wanted.data,
        aims=tuple(sorted(joined.aims, key=lambda aim: (aim.blueprint, aim.source, aim.version, aim.digest))),
        results=joined.results,
        groups=tuple(sorted(groups, key=lambda group: (-len(group.projects), group.digest))),
    )


def _group(digest: str, ones: list[Result], diff: str, files: tuple[str, ...]) -> Group:
    risk = max((one.risk for one in ones), key=RISKS.index)
    return Group(digest, tuple(one.name for one in ones), files, risk, diff)
