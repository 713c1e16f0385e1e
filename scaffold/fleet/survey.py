"""A look at every member that a selector means: what all commands do that go over a whole fleet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from packaging.version import Version

from scaffold.errors import ScaffoldError
from scaffold.fleet import inventory, pauses
from scaffold.fleet.engines import run
from scaffold.fleet.facts import of_member, of_standing
from scaffold.fleet.libraries import Libraries, of_run
from scaffold.fleet.members import Member, members_in, members_of, open_in
from scaffold.fleet.open import opened
from scaffold.fleet.pauses import LONGEST
from scaffold.fleet.progress import counter
from scaffold.fleet.roll import Meant, Reached, gather, refused
from scaffold.fleet.states import states_of
from scaffold.forges.hosts import Forges
from scaffold.process.loading import later
from scaffold.project.commands.status import status_of
from scaffold.report.checked import Checked
from scaffold.report.fleet.standing import Score, Standing

if TYPE_CHECKING:
    from datetime import date

    from scaffold.blueprint.forge import Prescribed
    from scaffold.fleet.selectors import Facts, Selector
    from scaffold.git.objects import Objects
    from scaffold.guard.policy import Policy
    from scaffold.process import Notify
    from scaffold.project.commands import check as checking
    from scaffold.project.opening import Project
    from scaffold.report.standing import Status
    from scaffold.sources.library import Library
else:
    checking = later("scaffold.project.commands.check")

Checks = Literal["none", "score", "all"]  # whether members are checked, and what of that is kept
UNKNOWN = "whether it is behind is unknown: "


class Asked(NamedTuple):
    """What is asked of each member that `where` means; `run` is a name that no other run has."""

    run: str
    where: Selector
    today: date
    offline: bool = False
    checks: Checks = "none"
    policy: Policy | None = None
    longest_pause: int = LONGEST


class Job(NamedTuple):
    """One repository, and what is asked of its members."""

    found: Reached
    asked: Asked


class Seen(NamedTuple):
    """How a member stands, and the check of it, where that was asked for and could be had.

    `forge` is what is prescribed of its repository at the forge.
    """

    standing: Standing
    checked: Checked | None = None
    forge: Prescribed | None = None


class Looked(NamedTuple):
    """What came of a job: those that are meant, and how far the selector holds for the others."""

    seen: tuple[Seen, ...]
    others: Meant = Meant()


class Survey(NamedTuple):
    """All who are meant, by name, and what `fleet.yml` says of forges."""

    seen: tuple[Seen, ...]
    notes: tuple[str, ...] = ()
    forges: Forges = Forges()


def survey(file: Path, asked: Asked, run_on: str, notify: Notify = lambda _: None) -> Survey:
    """Look at a fleet; raises FormatError, ScriptError or SourceError.

    What is wrong with one member is said in its standing. Nobody who is meant, and two of one name, are refused.
    """
    gathered = gather(file, asked.where, offline=asked.offline, notify=notify)
    asked = asked._replace(longest_pause=gathered.fleet.longest_pause)
    jobs = [Job(found, asked) for found in gathered.found]
    looked = run(look, jobs, run_on, lost=_lost, progress=counter("Looking at repositories", len(jobs), notify))
    seen = sorted((one for each in looked for one in each.seen), key=lambda one: one.standing.name)
    inventory.refuse_same_names([one.standing for one in seen])
    if not seen:
        raise refused(asked.where, gathered.others, (each.others for each in looked))
    return Survey(tuple(seen), gathered.notes, gathered.fleet.forges)


def look(job: Job) -> Looked:
    """Look at every member of a repository that is meant; what is wrong with one is said in its standing."""
    found, asked = job
    opened = open_in(found.folder, found.why)
    seen: list[Seen] = []
    others: list[Facts] = []
    for member in members_in(opened, found.repository):
        facts = of_member(member)
        if asked.where.may_match(facts):
            one = _look_at(member, opened.objects, job)
            facts = of_standing(one.standing)
            if asked.where.matches(facts):
                seen.append(one)
                continue
        others.append(facts)
    return Looked(tuple(seen), Meant.of(asked.where, others))


def _lost(job: Job, reason: str) -> Looked:
    """Return what stands for a repository that could not be looked at."""
    found = members_of(job.found.repository, None, reason)
    return Looked(tuple(Seen(_named(one, job.found)) for one in found))


def _named(member: Member, found: Reached) -> Standing:
    return Standing(
        name=member.name,
        where=member.where,
        repository=member.place.address,
        prefix=member.prefix,
        commit=member.commit,
        owner=member.owner,
        mission=member.mission,
        labels=member.labels,
        library=member.library,
        states=(member.state or "unreadable",),
        why=_told(member, member.why),
        stale=found.stale,
    )


def _told(member: Member, why: str) -> str:
    """Return a reason with the address of a member instead of its mirror, of which nobody knows."""
    return why.replace(member.folder, member.place.address) if member.folder else why


def _look_at(member: Member, repository: Objects | None, job: Job) -> Seen:
    found, asked = job
    named = _named(member, found)
    if member.state:
        return Seen(named)
    try:
        project = opened(member, repository)
        library = _libraries(asked).open(project, member.library)
        checked = None if asked.checks == "none" else _checked(project, asked)
        prescribed = _prescribed(project, asked) if checked is None else None
        by_lock = checked if isinstance(checked, Checked) and asked.policy is None else None
        status = status_of(project, library=library, today=asked.today, checked=by_lock)
        beyond = pauses.beyond(status.paused, asked.longest_pause, asked.today)
        stands = named._replace(
            states=states_of(status),
            status=status,
            why=next((note.removeprefix(UNKNOWN) for note in status.notes if note.startswith(UNKNOWN)), ""),
            notes=tuple(note for note in (*status.notes, beyond) if note and not note.startswith(UNKNOWN)),
            behind=_behind(library, project, status),
        )
    except ScaffoldError as error:
        return Seen(named._replace(why=_told(member, str(error))))
    return Seen(stands, forge=prescribed) if checked is None else _scored(stands, checked, asked)


def _libraries(asked: Asked) -> Libraries:
    return of_run(asked.run, offline=asked.offline)


def _behind(library: Library, project: Project, status: Status) -> int | None:
    """Return how many releases there are after the version that was applied, up to the newest; raises SourceError."""
    if not status.behind or status.latest is None:
        return None if status.behind is None else 0
    if project.wishes.blueprint != project.recorded.blueprint:
        return None  # versions of another blueprint are counted otherwise
    applied, newest = Version(status.version), Version(status.latest)
    return sum(
        applied < one <= newest and (one == newest or newest.is_prerelease or not one.is_prerelease)
        for one in library.versions(project.wishes.blueprint)
    )


def _checked(project: Project, asked: Asked) -> Checked | str:
    """Check a project, or say why that cannot be."""
    policy, called = asked.policy, project.recorded.blueprint
    library = _libraries(asked).at(policy.library, base=Path(), called=called) if policy else None
    try:
        return checking.check_of(project, policy, asked.today, library)
    except ScaffoldError as error:
        return str(error)


def _prescribed(project: Project, asked: Asked) -> Prescribed | None:
    """Return what is prescribed of a project's forge: by its lock, or by the policy; raises ScaffoldError."""
    policy, called = asked.policy, project.recorded.blueprint
    if policy is None:
        return project.recorded.forge
    library = _libraries(asked).at(policy.library, base=Path(), called=called)
    return checking.by_policy(project, policy, library).forge


def _scored(stands: Standing, checked: Checked | str, asked: Asked) -> Seen:
    if isinstance(checked, str):
        return Seen(stands._replace(unchecked=checked))
    passed, of = checked.score
    scored = stands._replace(score=Score(passed, of, checked.summary))
    return Seen(scored, without_code(checked) if asked.checks == "all" else None)


def without_code(checked: Checked) -> Checked:
    """Return a check whose rules have no code, so that another process can have it."""
    rules = (one._replace(rule=replace(one.rule, look=_nothing)) for one in checked.verdicts)
    return checked._replace(verdicts=tuple(rules))


def _nothing(_: object) -> tuple[()]:
    return ()
