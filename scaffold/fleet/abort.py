"""Abort of a campaign: what is open is closed with a word why, and nothing that people have committed is touched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import GitError, ProjectError
from scaffold.fleet.apply import at_work
from scaffold.fleet.campaign import rollout
from scaffold.fleet.campaign.following import follow
from scaffold.fleet.campaign.offering import HostError
from scaffold.fleet.campaign.offering import reason as reason_of
from scaffold.fleet.campaign.site import site
from scaffold.fleet.campaign.work import Asked, Work
from scaffold.fleet.progress import counter
from scaffold.fleet.roll import FILE
from scaffold.forges.port import ForgeError
from scaffold.git import porcelain
from scaffold.plan.campaign import OFFERED

if TYPE_CHECKING:
    from scaffold.plan.campaign import Rollout
    from scaffold.process import Notify

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
        raise ProjectError("ending it needs a reason, which is said where something is closed", hint="--reason TEXT")
    with at_work(Path(plan), Path(file), Asked(direct, local)) as work:
        who = by or porcelain.identity(work.folder)
        work.book.add("", "aborted", reason=reason.strip(), by=who)
        out = [one.name for one in work.book.history.members.values() if one.stage in OFFERED]
        progress = counter("Closing", len(out), notify)
        for name in out:
            _close(work, name, reason.strip())
            progress(1)
        return rollout.reported(work, "aborted", reason.strip())


def _close(work: Work, name: str, reason: str) -> None:
    """Look once more, since people may have merged it, or committed to it; then close it, and delete the branch."""
    book, result = work.book, work.results[name]
    try:
        follow(work, name)
        stands = book.stands(name)
        if stands.stage not in OFFERED:
            return
        if stands.stage == "needs hands":
            book.add(name, "seen", why=LEFT)
            return
        with site(work, result) as found:
            book.add(name, "closing")
            if found.at is not None and stands.number:
                found.at.say(stands.number, f"Closed, for the campaign has ended: {reason}")
                found.at.forge.close(found.at.path, stands.number)
            if found.tips.get(stands.branch) == stands.commit:
                found.branches.delete(stands.branch, stands.commit)
        book.add(name, "closed", why=reason)
    except HostError as error:
        book.add(name, "seen", why=f"could not be closed: {error}")
    except (ForgeError, GitError) as error:
        book.add(name, "seen", why=f"could not be closed: {reason_of(error, result)}")
