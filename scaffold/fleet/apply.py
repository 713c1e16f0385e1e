"""Apply of a plan: what may be offered now is offered, wave by wave; and what goes on with it, or ends it."""

from __future__ import annotations

import shlex
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import sleep, time
from typing import TYPE_CHECKING
from uuid import uuid4

from scaffold.errors import ProjectError, ScaffoldError
from scaffold.fleet import inventory, journal, planfile, selectors
from scaffold.fleet.campaign import rollout
from scaffold.fleet.campaign.aims import aims
from scaffold.fleet.campaign.offering import HostError
from scaffold.fleet.campaign.site import FOLDER, nowhere
from scaffold.fleet.campaign.work import Asked, Book, Work
from scaffold.fleet.roll import FILE, option
from scaffold.git import porcelain
from scaffold.project.applying.in_git import By
from scaffold.project.conditions import Conditions
from scaffold.render.means import Means

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from scaffold.plan.campaign import Rollout
    from scaffold.process import Notify

RELEASES_LAST = 3600.0  # seconds in which it is not asked again whether they still stand
LOOKED_AT_AGAIN = ("held", "closed elsewhere")  # what kept them may be gone, or was shown


def fleet_apply(
    plan: Path | str,
    file: Path | str = FILE,
    *,
    where: str = "",
    direct: bool = False,
    local: bool = False,
    again: Collection[str] = (),
    retry: bool = False,
    take_over: bool = False,
    means: Means = Means(),
    notify: Notify = lambda _: None,
) -> Rollout:
    """Offer a plan to its members as far as it may go now, and return how the campaign stands.

    Only those whom the selector `where` means are offered to. Without a forge or `direct`ly only a branch is made, and
    of a folder where it is `local`. `again` are members that are offered to once more though somebody said no; with
    `retry` those that failed are tried again. To `take_over` is to go on with what another machine has begun. Raises
    FormatError for the plan, `fleet.yml` or the journal, and ProjectError where another process, or another machine,
    holds the campaign.
    """
    asked = Asked(direct, local, where=selectors.of_plan(where))
    with at_work(Path(plan), Path(file), asked, means, offers=True) as work:
        if take_over:
            work.book.add("", "taken over")
        _again(work, again, retry=retry)
        return _rolled(work, rollout.Pace(), notify, once=True)


def fleet_watch(
    plan: Path | str,
    file: Path | str = FILE,
    *,
    where: str = "",
    direct: bool = False,
    local: bool = False,
    retry: bool = False,
    seconds: float = 60,
    once: bool = False,
    means: Means = Means(),
    notify: Notify = lambda _: None,
    see: Callable[[Rollout], None] = lambda _: None,
) -> Rollout:
    """Go on with a campaign until it is done, or halts: look every so many `seconds`, and offer what may be offered.

    With `once` it looks one time. `see` is called with how it stands after each look. Raises as `fleet_apply` does.
    """
    how = Asked(direct, local, seconds, selectors.of_plan(where))
    with at_work(Path(plan), Path(file), how, means, offers=True) as held:
        work, asked = held, held.began
        _again(work, (), retry=retry)
        looked: dict[str, float] = {}
        while True:
            if time() - asked > RELEASES_LAST:
                work, asked = _asked_again(work, Path(file)), time()
            pace = rollout.Pace()
            pace.looked = looked
            stands = _rolled(work, pace, notify, once=once)
            see(stands)
            if once or stands.state in ("done", "halted", "aborted"):
                return stands
            notify(f"Watching: {stands.why}")
            sleep(seconds)


def _rolled(work: Work, pace: rollout.Pace, notify: Notify, *, once: bool) -> Rollout:
    """Take the turns of one run; raises HostError where it is the only one, and no host has let it do anything."""
    turn = rollout.rolled(work, pace, notify)
    if once and pace.hosts and not pace.reached:
        raise HostError("; ".join(pace.hosts.values()))
    return rollout.report(work, turn, pace)


def fleet_resume(plan: Path | str, file: Path | str = FILE, *, reason: str, by: str = "") -> Rollout:
    """Let a campaign that has halted go on, for a reason that is recorded with who gives it (else whom git knows).

    What halted it counts no more. Raises ProjectError where it has not halted, and as `fleet_apply` does.
    """
    if not reason.strip():
        raise ProjectError("scaffold fleet resume needs a reason", hint="give --reason TEXT, which is kept")
    with at_work(Path(plan), Path(file), Asked()) as work:
        if not work.book.history.halted:
            raise ProjectError("the campaign has not halted", where=str(plan))
        who = by or porcelain.identity(_folder(Path(plan)))
        work.book.add("", "resumed", reason=reason.strip(), by=who)
        return rollout.reported(work, "ready", f"resumed by {who}: {reason.strip()}")


@contextmanager
def at_work(place: Path, file: Path, asked: Asked, means: Means = Means(), *, offers: bool = False) -> Iterator[Work]:
    """Hold a campaign for this process, with all that its steps need; raises as `fleet_apply` does.

    Where something is to be offered, it is looked first whether the releases are still what they were.
    """
    work = _work(place, file, asked, means)
    if offers:
        _refuse_nowhere(work)
    with journal.held(work.folder, work.plan.id, uuid4().hex[:12], time) as held:
        work = work._replace(book=Book(held, work.results, time))
        if offers and asked.words != work.book.history.how and not work.book.history.aborted:
            work.book.add("", "run with", how=asked.words)
        yield _asked_again(work, file) if offers else work


def _refuse_nowhere(work: Work) -> None:
    """Raise ProjectError where nobody has a place that the plan can be offered to: nothing begins then."""
    total, missing = len(work.results), Counter(nowhere(work, one) for one in work.results.values())
    if total and None not in missing:
        said = "; ".join(f"{count:,} of {total:,} {why.many}" for why, count in missing.items() if why)
        mends = list(dict.fromkeys(why.mend for why in missing if why))
        again = f"scaffold fleet apply {work.called}{' --direct' * work.asked.direct} "
        hint = again + mends[0] if mends == [FOLDER.mend] else "; ".join(mends)
        raise ProjectError(f"nothing was offered: {said}", where=str(work.folder), hint=hint)


def _asked_again(work: Work, file: Path) -> Work:
    """Return the same with what libraries say now of the releases that are brought."""
    return work._replace(aims=aims(work.plan, work.repositories, file.absolute().parent))


@contextmanager
def looked_at(place: Path, file: Path, asked: Asked) -> Iterator[Work]:
    """Read a campaign that somebody else may be at work on; nothing can be recorded. Raises FormatError."""
    work = _work(place, file, asked, Means())
    records = journal.read(work.folder, work.plan.id)
    yield work._replace(book=Book(journal.Closed(records), work.results, time))


def _folder(place: Path) -> Path:
    return place if place.is_dir() else place.parent


def _work(place: Path, file: Path, asked: Asked, means: Means) -> Work:
    """Return a campaign without its journal; raises ProjectError for another fleet's."""
    plan, fleet = planfile.read(place), inventory.read(file)
    results = {one.name: one for one in plan.results if one.state in ("clean", "conflict")}
    if results and not {one.place for one in results.values()} & {one.place.address for one in fleet.repositories}:
        raise ProjectError(
            f"none of the {len(results):,} members of the plan in {place} is listed here",
            where=str(file),
            hint="name its fleet file with --fleet",
        )
    return Work(
        plan,
        _folder(place),
        f"{shlex.quote(str(place))}{option(file)}",
        planfile.contents(place),
        {one.place.address: one for one in fleet.repositories},
        fleet.campaign,
        fleet.forges,
        Book(journal.Closed(()), results, time),
        By(*fleet.commits),
        asked,
        Conditions(means=means),
        time(),
        Event(),
    )


def _again(work: Work, names: Collection[str], *, retry: bool) -> None:
    """Put members back to those that wait."""
    strange = next((name for name in names if name not in work.results), None)
    if strange is not None:
        raise ScaffoldError(f"{strange} is no member of this plan", hint="scaffold fleet show PLAN lists them")
    if work.book.history.aborted or work.book.history.halted:
        return
    for one in work.book.history.members.values():
        no_pull = one.stage == "needs hands" and not one.number
        if one.name in names:
            work.book.add(one.name, "waiting", again=True)
        elif one.stage in LOOKED_AT_AGAIN or no_pull or (retry and one.stage == "failed"):
            work.book.add(one.name, "waiting")
