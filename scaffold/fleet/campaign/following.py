"""One member is looked at again after it was offered to: what became of the pull request, its checks, its review."""

from collections.abc import Collection, Iterable
from typing import Any

from packaging.version import InvalidVersion, Version

from scaffold.errors import GitError, ScaffoldError
from scaffold.fleet.campaign.machines import refuse_other
from scaffold.fleet.campaign.marker import marker_of
from scaffold.fleet.campaign.offering import HOST, HostError, reason
from scaffold.fleet.campaign.site import NowhereError, Site, site
from scaffold.fleet.campaign.work import At, Work
from scaffold.forges.port import (
    Check,
    DeniedError,
    ForgeError,
    GoneError,
    Pull,
    RefusedError,
    UncertainError,
    UnknownTokenError,
)
from scaffold.guard.people import parties
from scaffold.lock import PATH
from scaffold.lock import parse as lock_in
from scaffold.plan.campaign import Followed, Stage, Tested
from scaffold.plan.fleet import Result

TO_COME = "it was merged, and is not in the default branch yet"
UNSEEN = "it could not be looked at: "
MINDS = "somebody has added commits to our branch"


def follow(work: Work, name: str, *, thoroughly: bool = False) -> None:
    """Record what has changed with a member that was offered to; raises HostError where its host has a bad time.

    To look `thoroughly` is to see whether the default branch has the update, whatever the pull request says.
    """
    stands, result = work.book.stands(name), work.results[name]
    at = None if work.asked.direct else work.at(result.place)
    try:
        if at is not None and stands.number and stands.stage != "merged":
            _follow(work, at, result, stands)
            thoroughly = work.book.stands(name).stage == "merged"
        if thoroughly or not stands.number:
            with site(work, result) as found:
                _land(work, found, result)
    except HOST as error:
        raise HostError(reason(error, result)) from error
    except GoneError as error:
        work.book.add(name, "failed", why=reason(error, result))
    except NowhereError:
        return
    except (ForgeError, GitError) as error:
        told = UNSEEN + reason(error, result)
        if told != work.book.stands(name).why and not work.stop.is_set():
            work.book.add(name, "seen", why=told)


def _follow(work: Work, at: At, result: Result, stands: Followed) -> None:
    pull = at.forge.pull(at.path, stands.number)
    refuse_other(work, [pull])
    if pull.state == "merged":
        work.book.add(result.name, "merged", by=pull.closed_by, merged_as=pull.merged_as, ended=pull.closed)
        return
    if pull.state == "closed":
        _ended(work, result, pull)
        return
    checks = at.forge.checks(at.path, pull.commit)
    seen = _seen(at, result, stands, pull, checks)
    stage: Stage = "open" if _is_ours(pull, stands) else "needs hands"
    if stands.why.startswith(UNSEEN):
        seen["why"] = "" if stage == "open" else MINDS
    if stage != stands.stage:
        work.book.add(result.name, stage, **{"why": "" if stage == "open" else MINDS, **seen})
    elif any(getattr(stands, key) != value for key, value in seen.items()):
        work.book.add(result.name, "seen", **seen)
    if stage == "open" and _may_merge(work, at, result, stands, pull, checks):
        _merge(work, at, result, pull)


def _ended(work: Work, result: Result, pull: Pull) -> None:
    """Record that somebody closed it without merging; what we closed ourselves is recorded where that was done."""
    stage: Stage = "declined" if pull.closer in ("person", "unknown") else "closed elsewhere"
    who = "we" if pull.closer == "self" else pull.closed_by or "somebody"
    said = {"by": pull.closed_by, "number": pull.number, "ended": pull.closed}
    work.book.add(result.name, stage, why=f"{who} closed #{pull.number}", **said)


def _is_ours(pull: Pull, stands: Followed) -> bool:
    marker = marker_of(pull)
    return pull.commit in stands.commits or (marker is not None and marker.commit == pull.commit)


def _seen(at: At, result: Result, stands: Followed, pull: Pull, checks: Collection[Check]) -> dict[str, Any]:
    """Return what checks and reviewers say."""
    failing = tuple(sorted(one.name for one in checks if one.outcome == "failed"))
    tested = tested_by(checks)
    if failing and failing != stands.failing:
        before = at.forge.checks(at.path, stands.base or result.base)
        failed = {one.name for one in before if one.outcome == "failed"}
        tested = tested if {*failing} - failed else "failed before"
    elif failing:
        tested = stands.tested
    if not checks and stands.tested in ("", "pending") and at.forge.checks(at.path, stands.base or result.base):
        tested = "pending"  # they are run here, and have not begun
    review = at.forge.review(at.path, pull.number)
    return {"tested": tested, "failing": failing, "review": review.verdict, "waiting_for": review.waiting_for}


def tested_by(checks: Iterable[Check]) -> Tested:
    """Return what checks say together: one that fails outweighs all, and one that is not done those that passed."""
    outcomes = {one.outcome for one in checks if one.outcome != "none"}
    return next((found for found in ("failed", "pending", "passed") if found in outcomes), "none")


def _may_merge(work: Work, at: At, result: Result, stands: Followed, pull: Pull, checks: Iterable[Check]) -> bool:
    """Whether the forge may be told to merge: of the lowest risk, where checks are required, and have reported."""
    merge = work.policy.merge
    if not merge.auto or stands.merging or pull.draft or result.risk not in ("none", "low"):
        return False
    owners = {spelled for one in merge.never_for for spelled in parties(one)}
    if owners & {*parties(result.owner)}:
        return False
    protection = at.forge.protection(at.path, pull.base)
    required = {*protection.checks} if protection else set()
    reported = {one.name for one in checks if one.outcome in ("passed", "failed")}
    return bool(required) and required <= reported


def _merge(work: Work, at: At, result: Result, pull: Pull) -> None:
    work.book.add(result.name, "merging", commit=pull.commit)
    try:
        at.forge.merge_when_green(at.path, pull, work.policy.merge.method)
    except UnknownTokenError:
        raise
    except (DeniedError, RefusedError) as error:
        why = f"the forge does not merge it by itself: {reason(error, result)}"
        work.book.add(result.name, "seen", why=why, merging=True)
    except UncertainError as error:  # asked once more at the next look: to be told so twice changes nothing
        work.book.add(result.name, "seen", why=reason(error, result))
    else:
        work.book.add(result.name, "merge set", merging=True, why="")


def _land(work: Work, found: Site, result: Result) -> None:
    """Record that the default branch has the update, or that it has it no more, once it was merged or had it."""
    stands = work.book.stands(result.name)
    has = has_update(found, result)
    if has and not stands.landed:
        work.book.add(result.name, "merged", landed=True)
    elif has and stands.why.startswith(UNSEEN):
        work.book.add(result.name, "seen", why="")
    elif not has and stands.stage == "merged":
        gone = stands.landed or stands.why == TO_COME  # a forge may take a moment to show what it has merged
        why = "its default branch has it no more" if gone else TO_COME
        work.book.add(result.name, "reverted" if gone else "seen", why=why, landed=False)


def has_update(found: Site, result: Result) -> bool:
    """Whether the default branch is at the version that was brought, or beyond it, by its lock."""
    path = f"{result.prefix}/{PATH}" if result.prefix else PATH
    content = found.objects.file(found.head, path)
    try:
        lock = lock_in(content, path) if content is not None else None
        if lock is None or lock.blueprint != result.blueprint:
            return False
        then, now, wanted = Version(result.version), Version(lock.version), Version(result.to)
    except (ScaffoldError, InvalidVersion):
        return False
    return now >= wanted if wanted >= then else now <= wanted
