"""What to do next for one member, by what is out there and what we know to be ours. Values in, values out.

Nothing is done by what the journal says alone: whoever was killed between an effect and its record is told here.
"""

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from scaffold.fleet.campaign.marker import marker_of
from scaffold.forges.port import Pull
from scaffold.plan.campaign import Stage

Verb = Literal["push", "open", "follow", "stop"]


class Out(NamedTuple):
    """What is out there: the tip of our branch (None: there is none) and what came of it, the newest first.

    `is_it` says that the tip is what we want to be there.
    """

    tip: str | None
    is_it: bool
    pulls: tuple[Pull, ...] = ()


class Known(NamedTuple):
    """What we know: our login at the forge, commits that we made for the branch, and what was asked for.

    `shown` are pull requests whose closing was told before; with `again` an earlier no does not count.
    """

    me: str
    commits: Collection[str]
    shown: Collection[int] = ()
    again: bool = False


class Next(NamedTuple):
    """A step: to push over `expected`, to open, to follow `pull`, or to stop at a stage and say why."""

    verb: Verb
    expected: str | None = None
    pull: Pull | None = None
    stage: Stage = "held"
    why: str = ""


def next_step(out: Out, known: Known) -> Next:
    """Return what to do for a member that is to have a pull request."""
    ours = [pull for pull in out.pulls if marker_of(pull) or pull.author == known.me]
    is_ours = out.tip is None or out.is_it or out.tip in known.commits or out.tip in _marked(ours)
    open_ = next((pull for pull in out.pulls if pull.state == "open"), None)
    if open_ is not None:
        return _with_open(out, open_, is_ours=is_ours) if open_ in ours else _of_others(open_)
    said_no = None if known.again or not ours else _ended(ours[0], known)
    if said_no is not None:
        return said_no
    if not is_ours:
        return Next("stop", stage="needs hands", why="the branch is there, and holds commits of somebody else's")
    return Next("open") if out.is_it else Next("push", out.tip)


def _with_open(out: Out, pull: Pull, *, is_ours: bool) -> Next:
    if not is_ours:
        return Next("stop", pull=pull, stage="needs hands", why="somebody has added commits to our branch")
    return Next("follow", pull=pull) if out.is_it else Next("push", out.tip, pull)


def _of_others(pull: Pull) -> Next:
    why = f"the branch has a pull request of somebody else's, #{pull.number}"
    return Next("stop", pull=pull, stage="needs hands", why=why)


def _marked(ours: Iterable[Pull]) -> frozenset[str]:
    """Return the commits that pull requests of our own name as what we pushed, whichever campaign did so."""
    marks = map(marker_of, ours)
    return frozenset(mark.commit for mark in marks if mark)


def _ended(pull: Pull, known: Known) -> Next | None:
    """Return where to stop because of a pull request that has ended, or None: it may be offered once more."""
    if pull.state == "merged":
        return Next("stop", pull=pull, stage="reverted", why=f"#{pull.number} was merged, and is not in the branch now")
    if pull.closer in ("person", "unknown"):
        return Next("stop", pull=pull, stage="declined", why=f"{pull.closed_by or 'somebody'} closed #{pull.number}")
    if pull.number in known.shown:
        return None
    who = "we" if pull.closer == "self" else pull.closed_by or "a bot"
    return Next("stop", pull=pull, stage="closed elsewhere", why=f"{who} closed #{pull.number}")
