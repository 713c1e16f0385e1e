"""A campaign goes on: looks at what is out there, halts or goes to the next wave, and offers what it may now."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from scaffold.fleet.campaign import waves
from scaffold.fleet.campaign.following import UNSEEN, follow
from scaffold.fleet.campaign.offering import HostError, offer
from scaffold.fleet.campaign.policy import Policy
from scaffold.fleet.campaign.site import nowhere
from scaffold.fleet.campaign.telling import absent, next_command, undecided
from scaffold.fleet.campaign.work import Work
from scaffold.fleet.facts import of_planned
from scaffold.fleet.progress import counter
from scaffold.forges.hosts import place_of
from scaffold.forges.pacing import Kind
from scaffold.forges.port import ForgeError
from scaffold.plan.campaign import OFFERED, Followed, Rollout, State, Waved, without
from scaffold.process import Notify
from scaffold.process.aside import results

AT_ONCE = 4  # more are taken for an attack by some forges
CHUNK = 20  # members that are offered to before what is out there is looked at again
SELDOM = 10  # times as long between two looks at those whose wave is over


class Turn(NamedTuple):
    """What one turn has come to: whether anything was offered, and what is waited for."""

    offered: int
    state: State
    why: str


class Pace:
    """When each member was looked at last, how many were reached, and the hosts that had a bad time in this run."""

    def __init__(self) -> None:
        """Begin with nobody looked at."""
        self.reached = 0
        self.looked: dict[str, float] = {}
        self.tried: set[str] = set()
        self.hosts: dict[str, str] = {}


def rolled(work: Work, pace: Pace, notify: Notify) -> Turn:
    """Take turns until there is nothing to be offered now; raises ProjectError where the journal fails."""
    if not (work.book.history.aborted or work.book.history.halted):
        _set_aside(work)
    while True:
        turn = _turn(work, pace, notify)
        if not turn.offered:
            return turn


def _set_aside(work: Work) -> None:
    """Hold those who have no place to be offered to, so that no wave counts them."""
    for name, result in work.results.items():
        stands = work.book.stands(name)
        if stands.stage == "waiting" and not stands.wave and (missing := nowhere(work, result)):
            work.book.add(name, "held", why=f"{missing.one} ({missing.mend})")


def _turn(work: Work, pace: Pace, notify: Notify) -> Turn:
    book = work.book
    _look(work, pace, notify)
    if book.history.aborted:
        return Turn(0, "aborted", book.history.aborted)
    if book.history.halted:
        return Turn(0, "halted", book.history.halted)
    if work.aims.gone:
        return Turn(0, "halted", work.aims.gone)
    while True:
        found = _halting(work)
        if found:
            book.add("", "halted", why=found.why, causes=found.causes)
            return Turn(0, "halted", found.why)
        now = book.clock()
        shut = waves.opens(work.policy.window, now)
        names = [] if shut else _next(work, pace)
        if names:
            return Turn(_offer(work, names, pace, notify), "ready", "")
        current = book.history.waves[-1] if book.history.waves else None
        keeps = waves.keeps(work.policy, current, book.history.members, now) if current else ""
        if keeps:
            return Turn(0, "waiting", shut or _held_back(pace) or keeps)
        following = next(_ahead(work), None)
        left = [following.name] if following else []
        if why := waves.unprotected(work.policy, book.history.waves, left, book.history.members):
            return Turn(0, "waiting", why)
        if current is not None and not current.passed and current.name not in left:
            book.add("", "wave passed", name=current.name)
        if following is None:
            return _ended(work, pace)
        if shut:
            return Turn(0, "waiting", shut)
        book.add("", "wave opened", name=following.name, members=following.members)


def _halting(work: Work) -> waves.Halting | None:
    history, halt = work.book.history, work.policy.halt
    found = (waves.halting(halt, waved, history.members, history.pardoned) for waved in history.waves)
    return next(filter(None, found), None)


def _held_back(pace: Pace) -> str:
    return next(iter(pace.hosts.values()), "")


def _ended(work: Work, pace: Pace) -> Turn:
    members = work.book.history.members.values()
    left = sum(one.stage == "waiting" for one in members)
    if left:
        return Turn(0, "waiting", _held_back(pace) or f"{left} are to be looked at again")
    unseen = sum(one.why.startswith(UNSEEN) for one in members)
    if unseen:
        return Turn(0, "waiting", f"{unseen} could not be looked at")
    out = sum(one.stage in OFFERED for one in members)
    if out:
        return Turn(0, "waiting", f"{out} that are out there are not merged yet")
    return Turn(0, "done", without(members))


def _ahead(work: Work) -> Iterator[Waved]:
    history = work.book.history
    return waves.ahead(work.policy, work.plan.id, facts(work), history.waves, history.members)


def facts(work: Work) -> Mapping[str, Mapping[str, Iterable[str]]]:
    """Return what selectors of waves go by, by member of whom waves are made."""
    return waves.drawn_from(
        {name: of_planned(result) for name, result in work.results.items()}, work.book.history.members
    )


def _next(work: Work, pace: Pace) -> list[str]:
    """Return who is offered to next: those of the waves that have begun who wait, and were not tried before."""
    members = work.book.history.members
    begun = (name for waved in work.book.history.waves for name in waved.members)
    left = [name for name in begun if members[name].stage == "waiting" and name not in pace.tried]
    waiting = [name for name in left if work.asked.where.matches(of_planned(work.results[name]))]
    known = [name for name in waiting if host_of(work, name) not in pace.hosts]
    known.sort(key=lambda name: not members[name].branch)  # who was begun with may be out there, and goes first
    owners = {name: result.owner for name, result in work.results.items()}
    return waves.allowed(work.policy.limits, members.values(), owners, known)[:CHUNK]


def host_of(work: Work, name: str) -> str:
    """Return the host of a member's repository."""
    place = place_of(work.results[name].place)
    return place.host if place else ""


def _offer(work: Work, names: list[str], pace: Pace, notify: Notify) -> int:
    pace.tried.update(names)
    _each(work, names, offer, counter("Offering", len(names), notify), pace)
    now = work.book.clock()
    pace.looked.update(dict.fromkeys(names, now))
    return len(names)


def _look(work: Work, pace: Pace, notify: Notify) -> None:
    """Look at all who are out there and whose turn it is; those of waves that are over have theirs more seldom."""
    now, history = work.book.clock(), work.book.history
    current = {*history.waves[-1].members} if history.waves else set()
    pause = waves.between_looks(work.asked.seconds, sum(one.stage in OFFERED for one in history.members.values()))
    due = [
        one.name
        for one in history.members.values()
        if (one.stage in OFFERED or (one.stage == "merged" and (one.name in current or one.why.startswith(UNSEEN))))
        and now - pace.looked.get(one.name, 0) >= pause * (1 if one.name in current else SELDOM)
        and host_of(work, one.name) not in pace.hosts
    ]
    if due:
        _each(work, due, _follow, counter("Looking", len(due), notify), pace)
        pace.looked.update(dict.fromkeys(due, now))


def _follow(work: Work, name: str) -> None:
    follow(work, name, thoroughly=work.book.stands(name).stage == "merged")


def _each(
    work: Work, names: list[str], do: Callable[[Work, str], None], progress: Callable[[int], None], pace: Pace
) -> None:
    """Do something for members, a few at once and those of one repository one after another.

    A host that has a bad time is not asked for others; what else is raised ends it, when those at work are done.
    """
    by_place: dict[str, list[str]] = {}
    for name in names:
        by_place.setdefault(work.results[name].place, []).append(name)

    def one_place(its: list[str]) -> tuple[int, int]:
        reached = 0
        for name in its:
            if work.stop.is_set() or (host := host_of(work, name)) in pace.hosts:
                break
            try:
                do(work, name)
                reached += 1
            except HostError as error:
                pace.hosts[host] = str(error)
        return len(its), reached

    for count, reached in results(one_place, by_place.values(), AT_ONCE, work.end):
        pace.reached += reached
        progress(count)


def report(work: Work, turn: Turn, pace: Pace) -> Rollout:
    """Return how a campaign stands."""
    stands = reported(work, turn.state, turn.why, work.aims.notes)
    return stands._replace(unavailable=tuple(pace.hosts.items()))


def reported(work: Work, state: State, why: str, notes: Iterable[str] = ()) -> Rollout:
    """Return how a campaign stands, in a state and for a reason."""
    history = work.book.history
    left = _ahead(work)
    return Rollout(
        work.plan.id,
        state,
        why,
        next_command(state, work.called, history, history.how or work.asked.words),
        history.waves,
        tuple((one.name, len(one.members)) for one in left),
        tuple(sorted(history.members.values(), key=_by_name)),
        (*absent(work.plan), *notes),
        _left(work),
        conflicts=undecided(work.results, history.members),
    )


def _left(work: Work) -> float:
    """Return how many seconds it takes at least to offer to all who wait, by the limits of their hosts."""
    waiting = Counter(host_of(work, one.name) for one in work.book.history.members.values() if one.stage == "waiting")
    found = 0.0
    for host, members in waiting.items():
        with suppress(ForgeError):  # of no kind that is known: nothing is opened there
            of_all = {kind: count * members for kind, count in _requests(work.policy).items()}
            found = max(found, work.forges.of(host).governor.seconds(of_all))
    return found


def _requests(policy: Policy) -> Mapping[Kind, int]:
    """Return what one member takes that is offered to: a look, a pull request, its reviewers, and its labels."""
    return {"read": 1, "create": 1 + (policy.reviewers != "nobody"), "write": int(bool(policy.labels))}


def _by_name(one: Followed) -> str:
    return one.name
