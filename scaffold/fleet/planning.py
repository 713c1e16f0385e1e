"""The plan of an update for each member, at its commit: by the planner that updates a folder, with nothing to write to.

What a job returns is all that is needed to apply it: the files that differ, as git would store them.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from scaffold.blueprint.manifest import Blueprint
from scaffold.blueprint.release import retired
from scaffold.errors import FormatError, GitError, ScaffoldError, SourceError, TrustError
from scaffold.fleet.adopting import Adopting, adoption_of, aim_of_adoption, notes_on, patch_of_adoption
from scaffold.fleet.libraries import Libraries, of_run
from scaffold.fleet.members import Member
from scaffold.fleet.open import opened
from scaffold.fleet.patches import Patch, patch_of, template_of
from scaffold.fleet.pauses import Held, held
from scaffold.fleet.releases import Depends, aim_of, answered, depends_on
from scaffold.fleet.risk import risk_of
from scaffold.git.objects import Objects
from scaffold.git.pack import Squeezed, squeezed
from scaffold.plan.fleet import Aim, Result, Side, State, Touched
from scaffold.process import bounds
from scaffold.project.adoption.planned import subject
from scaffold.project.adoption.takeover import Takeover
from scaffold.project.conditions import Conditions
from scaffold.project.opening import Project
from scaffold.project.planning.commit_message import commit_message
from scaffold.project.planning.commit_tree import after
from scaffold.project.planning.prepare import prepare
from scaffold.project.planning.prepared import Prepared
from scaffold.sources.library import Library
from scaffold.templating.inputs import SECRET
from scaffold.tree import File

SECRETS = "needs secrets: what an update would change holds one, and a plan holds none"
UNADOPTED = "unadopted: no blueprint was applied here (scaffold adopt)"
TRUST = "needs trust: the template would run code of its own, and nobody said that it may"


class Wanted(NamedTuple):
    """What all members are planned for: a version (None: the newest), answers, and the conditions.

    `run` is a name that no other run has: libraries are opened once for all of it. Pauses that end within so many days
    as `longest_pause` says hold members back. `adopting`: who is under no blueprint is to be brought under one.
    """

    run: str
    to: str | None = None
    data: Mapping[str, Any] = {}
    conditions: Conditions = Conditions()
    longest_pause: int | None = None
    adopting: Adopting | None = None


class Planned(NamedTuple):
    """What came of some members: the result of each, and what they have brought about together.

    `patches` are the texts of patches and the files of the template in them, by digest; `blobs` the new contents, by
    id; `aims` the releases that they go to. `depends` is what all that depends on beside the repository; None where
    nobody can tell, so that it is not kept.
    """

    results: tuple[Result, ...] = ()
    patches: Mapping[str, tuple[str, tuple[str, ...]]] = {}
    blobs: Mapping[str, Squeezed] = {}
    aims: frozenset[Aim] = frozenset()
    depends: tuple[Depends, ...] | None = None


class Way(NamedTuple):
    """How members are planned for: what opens them and their libraries, and what sees each plan of an update.

    `adoption` plans for those that are under no blueprint; without it they are blocked.
    """

    project: Callable[[Member], Project]
    library: Callable[[Project, Member], Library]
    adoption: Callable[[Member], Takeover] | None = None
    see: Callable[[Member, Prepared], None] = lambda *_: None


def usual(repository: Objects | None, wanted: Wanted) -> Way:
    """Return the way in which each member is planned for from the library that it names."""
    libraries = libraries_of(wanted)

    def adoption(member: Member) -> Takeover:
        return adoption_of(member, repository, wanted.adopting or Adopting(), wanted.data, wanted.conditions, libraries)

    return Way(
        lambda member: opened(member, repository),
        lambda project, one: libraries.open(project, one.library),
        adoption if wanted.adopting else None,
    )


def plan_members(members: Iterable[Member], way: Way, wanted: Wanted) -> Planned:
    """Plan for the members of one repository; what cannot be is a result with its reason."""
    made = _Made({}, {}, set(), [])
    members = tuple(members)
    results = tuple(_planned(member, way, wanted, made) for member in members)
    asking = sum(not one.state or (one.state == "unadopted" and way.adoption is not None) for one in members)
    is_told = len(made.depends) == asking and all(one.state != "unreadable" for one in results)
    depends = tuple(made.depends) if is_told else None
    blobs = {id_: squeezed(file.content) for id_, file in made.blobs.items()}
    return Planned(results, made.patches, blobs, frozenset(made.aims), depends)


class _Made(NamedTuple):
    """What the members of one repository have brought about together."""

    patches: dict[str, tuple[str, tuple[str, ...]]]
    blobs: dict[str, File]
    aims: set[Aim]
    depends: list[Depends]


def _planned(member: Member, way: Way, wanted: Wanted, made: _Made) -> Result:
    if member.state == "unadopted" and way.adoption is not None:
        return _adopted(member, way.adoption, wanted, made)
    if member.state:
        return result_of(member, "unreadable" if member.state == "unreadable" else "blocked", member.why or UNADOPTED)
    known, conditions = result_of(member, "unreadable"), wanted.conditions
    try:
        project = way.project(member)
        name = project.wishes.blueprint
        known = known._replace(blueprint=name, source=project.wishes.public, version=project.recorded.version)
        library = way.library(project, member)
        library.names()  # from here on it can be had, and an error is about what is asked of it
        known = known._replace(state="blocked")
        if project.wishes.updates is None:  # else what is planned depends on releases in between, too
            made.depends.append(answered(depends_on(project, wanted.to, member.library), library))
        if ended := _ended(library.now(name), conditions.today):
            return known._replace(state="retired", why=ended)
        with bounds.limited(conditions.means.limits, "rendering"):
            prepared = prepare(project, conditions, to=wanted.to, data=wanted.data, library=library)
            made.aims.add(aim_of(library, prepared.plan.lock_after))
            way.see(member, prepared)
            locks, today = (prepared.plan.lock_before, prepared.plan.lock_after), conditions.today or date.min
            pause = held(project.wishes.updates, wanted.longest_pause, today, locks, library)
            return _described(known._replace(state="clean"), prepared, made, pause)
    except TrustError:
        return known._replace(state="blocked", why=TRUST)
    except SourceError as error:
        return known._replace(why=_said(error, member))
    except (FormatError, GitError) as error:
        return known._replace(state="unreadable", why=_said(error, member))
    except ScaffoldError as error:
        return known._replace(state="blocked", why=_said(error, member))


def _adopted(member: Member, adoption: Callable[[Member], Takeover], wanted: Wanted, made: _Made) -> Result:
    """Plan the adoption of a member: whatever of it is not to be had, the member stays as it is."""
    try:
        with bounds.limited(wanted.conditions.means.limits, "rendering"):
            taken = adoption(member)
            after = taken.plan.lock_after
            made.aims.add(aim_of_adoption(taken))
            known = result_of(member, "clean")._replace(blueprint=after.blueprint, source=after.source)
            known = known._replace(prefix=taken.prepared.project.prefix, to=after.version, notes=tuple(notes_on(taken)))
            return _filled(known, taken.prepared, made, patch_of_adoption(taken), subject(taken))
    except TrustError:
        return result_of(member, "blocked", TRUST)
    except ScaffoldError as error:
        return result_of(member, "blocked", _said(error, member))


def _said(error: ScaffoldError, member: Member) -> str:
    """Return an error's sentence without where the repository lies, so that the same is said of many alike."""
    return str(error).replace(f"{member.folder}/", "").replace(f"{member.folder}: ", "")


def libraries_of(wanted: Wanted) -> Libraries:
    """Return this process's libraries for a run."""
    return of_run(wanted.run, offline=wanted.conditions.offline, prereleases=wanted.conditions.prereleases)


def _ended(blueprint: Blueprint | None, today: date | None) -> str:
    """Say that a blueprint has come to its end, or nothing: an update would go on with what nobody is to use."""
    sunset = blueprint.lifecycle.sunset if blueprint else None
    return retired(blueprint) if blueprint and sunset and today and sunset < today.isoformat() else ""


def _described(known: Result, prepared: Prepared, made: _Made, pause: Held) -> Result:
    plan = prepared.plan
    notes = (*prepared.notes, pause.note) if pause.note else prepared.notes
    known = known._replace(to=plan.lock_after.version, notes=notes)
    if prepared.nothing_to_do:
        return known._replace(state="unchanged")
    if pause.why:
        return known._replace(state="blocked", why=pause.why)
    message = commit_message(prepared, decided=not plan.conflicts)
    return _filled(known, prepared, made, patch_of(plan), message)


def _filled(known: Result, prepared: Prepared, made: _Made, patch: Patch, message: str) -> Result:
    """Return a result with all that is needed to apply the plan."""
    plan = prepared.plan
    if any(_holds_secret(action.path, prepared) for action in plan.changes):
        return known._replace(state="blocked", why=SECRETS)
    risk, risks = risk_of(plan)
    made.patches.setdefault(patch.digest, (patch.text, patch.files))
    known = known._replace(
        risk=risk,
        risks=risks,
        group=patch.digest,
        changes=tuple(
            Touched(a.path, template_of(a, plan), a.verb, a.why, _side(a.before), _side(a.after)) for a in plan.changes
        ),
    )
    if plan.conflicts:
        known = known._replace(state="conflict", conflicts=tuple((a.path, a.why) for a in plan.conflicts))
    then = after(prepared)
    made.blobs.update((file.blob, file) for file in then.files.values() if file is not None)
    files = {path: _side(file) for path, file in then.files.items()}
    return known._replace(tree=then.tree.id, files=files, message=message)


def _holds_secret(path: str, prepared: Prepared) -> bool:
    locks = prepared.plan.lock_before, prepared.plan.lock_after
    return any(SECRET & lock.files[path].inputs for lock in locks if path in lock.files)


def _side(file: File | None) -> Side:
    return None if file is None else (file.mode, file.blob)


def result_of(member: Member, state: State, why: str = "") -> Result:
    """Return what is known of a member before it is planned for."""
    return Result(
        member.name,
        state,
        why,
        place=member.place.address,
        prefix=member.prefix,
        base=member.commit,
        owner=member.owner,
        mission=member.mission,
        labels=member.labels,
    )
