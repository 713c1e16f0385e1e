"""Two machines at one campaign: told by the marks that runs leave in pull requests."""

from collections.abc import Iterable
from datetime import UTC, datetime

from scaffold.errors import ProjectError
from scaffold.fleet.campaign.marker import marker_of
from scaffold.fleet.campaign.work import Work
from scaffold.forges.port import Pull


def refuse_other(work: Work, pulls: Iterable[Pull]) -> None:
    """Raise ProjectError where a run that is not in this journal has been at this campaign, and was not taken over."""
    for mark in filter(None, map(marker_of, pulls)):
        known = mark.run in work.book.history.runs or mark.run == work.book.run
        if mark.campaign == work.plan.id and not known and mark.began > work.book.history.taken:
            since = datetime.fromtimestamp(mark.began, UTC).strftime("%Y-%m-%d %H:%M UTC")
            raise ProjectError(
                f"another machine carries out this campaign, since {since} (run {mark.run})",
                hint="go on there, or here by scaffold fleet apply --take-over once that is at its end",
            )
