"""One member is offered its update: looked for, planned again where its base moved, pushed, and asked to be pulled.

Every effect outside stands between two records. What is done is decided by what is out there (`deciding`), so that a
run that was killed anywhere goes on with a look.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

from scaffold.errors import ProjectError, ScaffoldError
from scaffold.fleet.campaign.commits import branch_of, branches_of, commit_of
from scaffold.fleet.campaign.deciding import Known, Next, Out, next_step
from scaffold.fleet.campaign.guarded import guarded
from scaffold.fleet.campaign.machines import refuse_other
from scaffold.fleet.campaign.marker import Marker, marker_of
from scaffold.fleet.campaign.reviewers import reviewers_of
from scaffold.fleet.campaign.site import LaterError, NowhereError, Site, site
from scaffold.fleet.campaign.waves import CONFLICT
from scaffold.fleet.campaign.work import At, Work
from scaffold.fleet.plan import Job, plan_repository
from scaffold.fleet.planning import Wanted as Planning
from scaffold.fleet.roll import Reached
from scaffold.fleet.selectors import Selector
from scaffold.forges.port import (
    ExistsError,
    PausedError,
    Pull,
    UncertainError,
    UnknownTokenError,
    UnreachableError,
    Wanted,
)
from scaffold.git.pushing import MovedError, tip_of
from scaffold.plan.fleet import Result
from scaffold.report.fleet.pull_request import body, title

# It is the forge that has a bad time, or does not know us, and not one of its repositories.
HOST = (PausedError, UnreachableError, UnknownTokenError)
LATER = (
    UncertainError,
    ExistsError,
    MovedError,
    LaterError,
)  # somebody was quicker, or nobody knows: to be looked at again


class HostError(ScaffoldError):
    """A host is not to be asked again in this run."""


class Offer(NamedTuple):
    """What a member is to be offered, and where: the plan for its newest commit, and what reads its contents."""

    work: Work
    site: Site
    result: Result
    contents: Callable[[str], bytes]

    @property
    def branch(self) -> str:
        """The branch that is ours."""
        return branch_of(self.result)


def offer(work: Work, name: str) -> None:
    """Bring a member as far as it comes; raises HostError where its host is not to be asked for others either.

    What keeps one member is recorded, and stops no other.
    """
    result, book = work.results[name], work.book
    if result.conflicts and work.policy.conflicts == "hold":
        paths = ", ".join(dict.fromkeys(path for path, _ in result.conflicts))
        book.add(name, "held", why=f"{CONFLICT} in {paths}")
        return
    try:
        with site(work, result) as found:
            _offer(work, found, result)
    except HOST as error:
        raise HostError(reason(error, result)) from error
    except LATER as error:
        book.add(name, "waiting", why=reason(error, result))
    except NowhereError as error:
        book.add(name, "held", why=reason(error, result))
    except ProjectError:
        raise  # of the journal, or of another machine: it is no member's
    except ScaffoldError as error:
        if work.stop.is_set():
            raise
        book.add(name, "failed", why=reason(error, result))


def reason(error: ScaffoldError, result: Result) -> str:
    """Return what keeps a member, in words that are the same for all whom the same keeps."""
    said = ScaffoldError(error.message, hint=error.hint)
    return str(said).replace(f"'{result.place}/'", "it").replace(result.place, "it")


def _offer(work: Work, found: Site, result: Result) -> None:
    contents = work.contents
    if found.head != result.base:
        again = _planned_again(work, found, result)
        if again is None:
            return
        result, contents = again
    one = Offer(work, found, result, contents)
    out = out_there(found, result)
    stands = work.book.stands(result.name)
    me = found.at.forge.me() if found.at else ""
    refuse_other(work, out.pulls)
    step = next_step(out, Known(me, stands.commits, stands.shown, stands.again))
    if step.verb == "stop":
        _stop(one, step)
        return
    commit = _pushed(one, step.expected) if step.verb == "push" else out.tip or ""
    if found.at is not None:
        pull = step.pull or _opened(one, found.at, commit)
        _dressed(one, found.at, pull, commit)
        _supersede(one, found.at, pull)
        said = {"branch": one.branch, "commit": commit, "base": result.base}
        work.book.add(result.name, "open", number=pull.number, web=pull.web, **said)
    elif step.verb != "push":
        work.book.add(result.name, "pushed", branch=one.branch, commit=commit, base=found.head)


def _planned_again(work: Work, found: Site, result: Result) -> tuple[Result, Callable[[str], bytes]] | None:
    """Plan for the commit that is the newest now; None where that is not what was reviewed, and then it is held."""
    wanted = Planning(f"{work.book.run} {result.name}", result.to, work.plan.data, work.conditions)
    repository = work.repositories[result.place]
    job = Job(Reached(repository, found.objects.root), Selector(), wanted)
    planned = plan_repository(job).planned
    now = next((one for one in planned.results if one.name == result.name), None)
    why = _difference(work, result, now, planned.aims)
    if why or now is None:
        work.book.add(result.name, "held", why=why)
        return None
    if now.state == "unchanged":
        work.book.add(result.name, "merged", why="its default branch has it already", landed=True)
        return None
    new = planned.blobs
    return now, lambda id_: zlib.decompress(new[id_].data) if id_ in new else work.contents(id_)


def _difference(work: Work, then: Result, now: Result | None, aims: Iterable[object]) -> str:
    if now is None:
        return "moved: there is no such project any more"
    if now.state == "unchanged":
        return ""
    if now.state != then.state:
        return f"moved: it would be {now.state} now{now.why and f', {now.why}'}"
    if not {*aims} <= {*work.plan.aims}:
        return "moved: the release is not the one that was planned for"
    if (now.group, now.risk) != (then.group, then.risk):
        return "moved: its patch is not the one that was planned, so that nobody has reviewed it (plan again)"
    return ""


def out_there(found: Site, result: Result) -> Out:
    """Return what is out there for a member; raises GitError, or ForgeError."""
    at, branch = found.at, branch_of(result)
    tip = found.tips.get(branch)
    if tip and not found.objects.has(tip):
        found.branches.bring(branch)
    known = tip_of(found.objects, tip) if tip else None
    is_it = known is not None and known.tree == result.tree and known.parents == (result.base,)
    return Out(tip, is_it, tuple(_pulls(at, branch)) if at else ())


def _pulls(at: At, branch: str) -> Iterator[Pull]:
    """Yield the pull requests from a branch; of the newest one it is asked who closed it, which no listing says."""
    for number, pull in enumerate(at.forge.pulls(at.path, branch)):
        asked = not number and pull.state == "closed" and pull.closer == "unknown"
        yield at.forge.pull(at.path, pull.number) if asked else pull


def _stop(one: Offer, step: Next) -> None:
    pull = step.pull
    said = {"number": pull.number, "web": pull.web, "by": pull.closed_by, "ended": pull.closed} if pull else {}
    one.work.book.add(one.result.name, step.stage, why=step.why, branch=one.branch, **said)


def _pushed(one: Offer, expected: str | None) -> str:
    work, name = one.work, one.result.name
    commit = commit_of(one.site.objects, one.result, one.contents, work.by)
    work.book.add(name, "pushing", branch=one.branch, commit=commit, expected=expected)
    one.site.branches.push(commit, one.branch, expected)
    event = "sent" if one.site.at else "pushed"  # where there is a forge that is no stage to stay at
    work.book.add(name, event, branch=one.branch, commit=commit, base=one.result.base)
    return commit


def _texts(one: Offer, commit: str) -> tuple[str, str]:
    work, result = one.work, one.result
    marker = Marker(work.plan.id, result.name, work.book.run, work.began, commit)
    alike = next((len(group.projects) for group in work.plan.groups if group.digest == result.group), 1)
    checked = guarded(one.site.objects, result, commit, work.conditions.today)
    return title(result), body(result, one.branch, marker.line(), checked, alike)


def _opened(one: Offer, at: At, commit: str) -> Pull:
    head, text = _texts(one, commit)
    one.work.book.add(one.result.name, "opening", branch=one.branch)
    return at.forge.open(at.path, Wanted(one.branch, one.site.base, head, text, draft=bool(one.result.conflicts)))


def _dressed(one: Offer, at: At, pull: Pull, commit: str) -> None:
    """Bring the text of a pull request to what it holds now, and give it labels and reviewers."""
    work, name = one.work, one.result.name
    work.book.add(name, "opened", number=pull.number, web=pull.web)
    marker = marker_of(pull)
    if marker is None or (marker.commit, marker.campaign) != (commit, work.plan.id):
        at.forge.edit(at.path, pull.number, *_texts(one, commit))
    labels, people = work.policy.labels, reviewers_of(one.site.objects, one.result, work.policy)
    if (labels or people) and not work.book.stands(name).dressed:
        work.book.add(name, "dressing")
        done = at.forge.dress(at.path, pull.number, labels, people)
        refused = [f"{what}: {_first_sentence(why)}" for what, why in (*done.labels, *done.reviewers)]
        work.book.add(name, "dressed", dressed=True, refused=refused)


def _first_sentence(why: str) -> str:
    return why.rpartition("refuses it: ")[2].partition(". ")[0]


def _supersede(one: Offer, at: At, pull: Pull) -> None:
    """Close what is open for older versions, and only where all commits on its branch are our own."""
    work = one.work
    if work.policy.superseded == "keep":
        return
    start, tips = branches_of(one.result), one.site.tips
    older = [name for name in tips if _is_older(name.removeprefix(start), one.result.to)]
    for branch in older:
        for old in at.forge.pulls(at.path, branch):
            marker = marker_of(old)
            if old.state == "open" and marker and marker.commit == tips[branch]:
                work.book.add(one.result.name, "superseding", older=old.number, older_branch=branch)
                at.say(old.number, f"Superseded by #{pull.number}, which brings {one.result.to}.")
                at.forge.close(at.path, old.number)
                work.book.add(one.result.name, "superseded older", older=old.number)


def _is_older(version: str, than: str) -> bool:
    try:
        return Version(version) < Version(than)
    except InvalidVersion:
        return False
