"""Abort of a campaign: what is open is closed with a word why, and nothing that people have committed is touched."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import GitError, ProjectError
from scaffold.fleet.apply import at_work
from scaffold.fleet.campaign import rollout
from scaffold.fleet.campaign.commits import branch_of
from scaffold.fleet.campaign.following import follow
from scaffold.fleet.campaign.machines import refuse_other
from scaffold.fleet.campaign.marker import marker_of
from scaffold.fleet.campaign.offering import HostError
from scaffold.fleet.campaign.offering import reason as reason_of
from scaffold.fleet.campaign.rollout import facts
from scaffold.fleet.campaign.site import nowhere, site
from scaffold.fleet.campaign.waves import ahead
from scaffold.fleet.campaign.work import Asked, Work
from scaffold.fleet.progress import counter
from scaffold.fleet.roll import FILE
from scaffold.forges.port import ForgeError
from scaffold.git import porcelain
from scaffold.plan.campaign import OFFERED

if TYPE_CHECKING:
    from scaffold.fleet.campaign.work import At
    from scaffold.plan.campaign import Followed, Rollout
    from scaffold.process import Notify

PROBED = 3  # members that tell of another machine
LEFT = "left open: somebody has added commits to our branch"


def fleet_abort(
    plan: Path | str,
    file: Path | str = FILE,
    *,
    reason: str,
    by: str = "",
    direct: bool = False,
    local: bool = False,
    notify: Notify = lambda _: None,
) -> Rollout:
    """End a campaign for good: close its pull requests and delete its branches, where all commits are our own.

    Raises ProjectError without a reason, and as `fleet_apply` does; what cannot be closed is said, and can be tried
    again by the same command.
    """
    if not reason.strip():
        raise ProjectError(
            "scaffold fleet abort needs a reason", hint="give --reason TEXT, which is said where something is closed"
        )
    with at_work(Path(plan), Path(file), Asked(direct, local)) as work:
        who = by or porcelain.identity(work.folder)
        _refuse_other(work)
        work.book.add("", "aborted", reason=reason.strip(), by=who)
        out = [one.name for one in work.book.history.members.values() if _may_be_out(one)]
        progress = counter("Closing", len(out), notify)
        for name in out:
            _close(work, name, reason.strip())
            progress(1)
        return rollout.reported(work, "aborted", reason.strip())


def _refuse_other(work: Work) -> None:
    """Raise ProjectError where another machine has begun, which offers to the first of the first wave first."""
    reached = {name: its for name, its in facts(work).items() if not nowhere(work, work.results[name])}
    first = next(ahead(work.policy, work.plan.id, reached, ()), None)
    for name in first.members[:PROBED] if first else ():
        at = None if work.asked.direct else work.at(work.results[name].place)
        if at is not None:
            with suppress(ForgeError):  # it is told when it is looked at for itself
                refuse_other(work, at.forge.pulls(at.path, branch_of(work.results[name])))


def _may_be_out(one: Followed) -> bool:
    """Whether something of ours may be out there: also where a run was killed before it could record that."""
    return one.stage in OFFERED or (one.stage in ("waiting", "closed elsewhere") and bool(one.branch))


def _close(work: Work, name: str, reason: str) -> None:
    """Look once more, since people may have merged it, or committed to it; then close it, and delete the branch."""
    book, result = work.book, work.results[name]
    try:
        follow(work, name)
        stands = book.stands(name)
        if not _may_be_out(stands):
            return
        if stands.stage == "needs hands":
            book.add(name, "seen", why=LEFT)
            return
        with site(work, result) as found:
            book.add(name, "closing")
            if found.at is not None:
                _close_pulls(work, found.at, stands, f"Closed, for the campaign has ended: {reason}")
            tip = found.tips.get(stands.branch)
            if tip is not None and tip in stands.commits:
                found.branches.delete(stands.branch, tip)
        book.add(name, "closed", why=reason)
    except HostError as error:
        book.add(name, "seen", why=f"could not be closed: {error}")
    except (ForgeError, GitError) as error:
        book.add(name, "seen", why=f"could not be closed: {reason_of(error, result)}")


def _close_pulls(work: Work, at: At, stands: Followed, text: str) -> None:
    """Close what is open from a branch and ours by its mark: who was killed after it was opened has no number."""
    for pull in at.forge.pulls(at.path, stands.branch):
        marker = marker_of(pull)
        if pull.state == "open" and (pull.number == stands.number or (marker and marker.campaign == work.plan.id)):
            at.say(pull.number, text)
            at.forge.close(at.path, pull.number)
