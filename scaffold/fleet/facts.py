"""What selectors go by: the facts of a repository, of a member, and of a member that was looked at."""

from collections.abc import Iterable

from scaffold.fleet.members import Member
from scaffold.fleet.repository import Repository
from scaffold.fleet.selectors import STATES, Facts
from scaffold.plan.fleet import Result
from scaffold.report.fleet.standing import Standing


def of_repository(one: Repository) -> Facts:
    """Return what is known before a repository is read: of what `fleet.yml` leaves out, nothing."""
    said = {"owner": one.owner, "mission": one.mission, "library": one.library}
    return {"label": _labels(one), **{key: (value,) for key, value in said.items() if value}}


def of_member(one: Member) -> Facts:
    """Return what is known of a member before it is looked at."""
    facts = {"name": (one.name,), "owner": _of(one.owner), "mission": _of(one.mission), "label": _labels(one)}
    if one.library:
        facts["library"] = (one.library,)
    if one.state:
        facts |= dict.fromkeys(("blueprint", "version"), ()) | {STATES: (one.state,)}
    return facts


def of_standing(one: Standing) -> Facts:
    """Return all that is known."""
    stands = one.status
    return {
        "name": (one.name,),
        "owner": _of(one.owner),
        "mission": _of(one.mission),
        "label": [f"{name}:{value}" for name, value in one.labels.items()],
        "library": _of(one.library or (stands.source if stands else "")),
        "blueprint": _of(stands.blueprint if stands else ""),
        "version": _of(stands.version if stands else ""),
        STATES: one.states,
    }


def of_result(member: Member, one: Result) -> Facts:
    """Return what is known of a member that was planned for."""
    library = member.library or one.source
    known = {"blueprint": _of(one.blueprint), "version": _of(one.version), "library": _of(library)}
    return {**known, **of_member(member)}


def of_planned(one: Result) -> Facts:
    """Return what a plan says of a member."""
    return {
        "name": (one.name,),
        "owner": _of(one.owner),
        "mission": _of(one.mission),
        "label": _labels(one),
        "blueprint": _of(one.blueprint),
        "version": _of(one.version),
        "library": _of(one.source),
    }


def _of(value: str) -> Iterable[str]:
    return (value,) if value else ()


def _labels(one: Repository | Member | Result) -> Iterable[str]:
    return [f"{name}:{value}" for name, value in one.labels.items()]
