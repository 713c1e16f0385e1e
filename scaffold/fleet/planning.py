"""The plan of an update for each member, at its commit: by the planner that updates a folder, with nothing to write to.

What a job returns is all that is needed to apply it: the files that differ, as git would store them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from scaffold.errors import FormatError, GitError, ScaffoldError, SourceError, TrustError
from scaffold.fleet import libraries
from scaffold.fleet.members import Member
from scaffold.fleet.open import opened
from scaffold.fleet.patches import patch_of, template_of
from scaffold.fleet.risk import risk_of
from scaffold.git.pack import Squeezed, squeezed
from scaffold.plan.fleet import Result, Side, State, Touched
from scaffold.process import bounds
from scaffold.project.conditions import Conditions
from scaffold.project.planning.message import commit_message
from scaffold.project.planning.prepare import Prepared, prepare
from scaffold.project.planning.tree import after
from scaffold.templating.inputs import SECRET
from scaffold.tree import File

SECRETS = "needs secrets: what an update would change holds one, and a plan holds none"
TRUST = "needs trust: the template would run code of its own, and nobody said that it may"


class Wanted(NamedTuple):
    """What all members are planned for: a version (None: the newest), answers, and the conditions."""

    to: str | None = None
    data: Mapping[str, Any] = {}
    conditions: Conditions = Conditions()


class Job(NamedTuple):
    """The members in one repository, and what they are planned for."""

    members: tuple[Member, ...]
    wanted: Wanted


class Planned(NamedTuple):
    """What came of a job: each member's result, the patches by their digest, and the new contents by their ids."""

    results: tuple[Result, ...]
    patches: Mapping[str, tuple[str, tuple[str, ...]]] = {}
    blobs: Mapping[str, Squeezed] = {}


def plan_members(job: Job) -> Planned:
    """Plan for each member of a repository; what cannot be is a result with its reason."""
    patches: dict[str, tuple[str, tuple[str, ...]]] = {}
    blobs: dict[str, File] = {}
    results = tuple(_planned(member, job.wanted, patches, blobs) for member in job.members)
    return Planned(results, patches, {id_: squeezed(file.content) for id_, file in blobs.items()})


def lost(job: Job, why: str) -> Planned:
    """Return what came of a job that did not come to its end."""
    return Planned(tuple(_result(member, "unreadable", why) for member in job.members))


def _planned(
    member: Member, wanted: Wanted, patches: dict[str, tuple[str, tuple[str, ...]]], blobs: dict[str, File]
) -> Result:
    if member.state:
        state: State = "unreadable" if member.state == "unreadable" else "blocked"
        return _result(member, state, member.why or "unadopted: no blueprint was applied here (scaffold adopt)")
    known = _result(member, "clean", "")
    try:
        project = opened(member)
        known = known._replace(
            blueprint=project.recorded.blueprint, source=project.wishes.public, version=project.recorded.version
        )
        with bounds.limited(wanted.conditions.means.limits, "rendering"):
            prepared = prepare(
                project,
                wanted.conditions,
                to=wanted.to,
                data=wanted.data,
                library=libraries.opened(project, wanted.conditions, member.library),
            )
            return _described(known, prepared, patches, blobs)
    except TrustError:
        return known._replace(state="blocked", why=TRUST)
    except (FormatError, GitError, SourceError) as error:
        return known._replace(state="unreadable", why=str(error))
    except ScaffoldError as error:
        return known._replace(state="blocked", why=str(error))


def _described(
    known: Result, prepared: Prepared, patches: dict[str, tuple[str, tuple[str, ...]]], blobs: dict[str, File]
) -> Result:
    plan = prepared.plan
    known = known._replace(to=plan.lock_after.version, notes=prepared.notes)
    if prepared.nothing_to_do:
        return known._replace(state="unchanged")
    if any(_holds_secret(action.path, prepared) for action in plan.changes):
        return known._replace(state="blocked", why=SECRETS)
    risk, risks = risk_of(plan)
    patch = patch_of(plan)
    patches.setdefault(patch.digest, (patch.text, patch.files))
    known = known._replace(
        risk=risk,
        risks=risks,
        group=patch.digest,
        changes=tuple(
            Touched(a.path, template_of(a, plan), a.verb, a.why, _side(a.before), _side(a.after)) for a in plan.changes
        ),
    )
    if plan.conflicts:
        return known._replace(state="conflict", conflicts=tuple((a.path, a.why) for a in plan.conflicts))
    made = after(prepared)
    blobs.update((file.blob, file) for file in made.files.values() if file is not None)
    files = {path: _side(file) for path, file in made.files.items()}
    return known._replace(tree=made.tree.id, files=files, message=commit_message(prepared))


def _holds_secret(path: str, prepared: Prepared) -> bool:
    locks = prepared.plan.lock_before, prepared.plan.lock_after
    return any(SECRET & lock.files[path].inputs for lock in locks if path in lock.files)


def _side(file: File | None) -> Side:
    return None if file is None else (file.mode, file.blob)


def _result(member: Member, state: State, why: str) -> Result:
    return Result(
        member.name,
        state,
        why,
        place=member.place.address,
        prefix=member.prefix,
        base=member.commit,
        owner=member.owner,
        mission=member.mission,
    )
