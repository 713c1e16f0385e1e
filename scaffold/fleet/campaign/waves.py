"""Who is in which wave, when a wave is over, and when all of it halts. Values in, values out: no clock, no forge."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scaffold.fleet.campaign.policy import DAYS, Halt, Limits, Policy, Share, Wave, Window
from scaffold.fleet.selectors import Facts
from scaffold.plan.campaign import OFFERED, Followed, Gate, Waved

FEW = 50  # members that are looked at as often as was asked for; each look is five requests, of 540 a minute


class Halting(NamedTuple):
    """Why a campaign halts, and the members that make it."""

    why: str
    causes: tuple[str, ...]


def drawn(campaign: str, names: Iterable[str]) -> list[str]:
    """Return names in an order that is by chance, and the same whenever a campaign asks."""
    return sorted(names, key=lambda name: sha256(f"{campaign} {name}".encode()).digest())


def members_of(wave: Wave, campaign: str, facts: Mapping[str, Facts], taken: Collection[str]) -> tuple[str, ...]:
    """Return who is in a wave: of those whom it means, its share of them all, as far as no wave before has them."""
    meant = [name for name in drawn(campaign, facts) if wave.where.matches(facts[name])]
    left = [name for name in meant if name not in taken]
    return tuple(left[: wave.share.taken(len(meant))])


def drawn_from(facts: Mapping[str, Facts], members: Mapping[str, Followed]) -> Mapping[str, Facts]:
    """Return those of whom waves are made: who could be offered nothing before a wave had them, is in none."""
    return {name: its for name, its in facts.items() if members[name].stage != "held" or members[name].wave}


def ahead(
    policy: Policy,
    campaign: str,
    facts: Mapping[str, Facts],
    opened: Iterable[Waved],
    members: Mapping[str, Followed] = {},
) -> Iterator[Waved]:
    """Yield the waves that have not begun, each with its members; one in which nobody is left is none.

    The newest one is drawn again where nobody of it could be offered it; and the last of all takes who comes late, as
    far as its share has room.
    """
    known = tuple(opened)
    taken = {name for waved in known for name in waved.members}
    newest = known[-1] if known else None
    for wave in policy.waves:
        again = newest is not None and wave.name == newest.name and is_spent(newest, members)
        if again or wave.name not in {waved.name for waved in known}:
            names = members_of(wave, campaign, facts, taken)
        elif newest is not None and wave.name == newest.name == policy.waves[-1].name:
            names = _late(wave, campaign, facts, taken, newest)
        else:
            continue
        taken |= {*names}
        if names:
            yield Waved(wave.name, names, 0)


def _late(
    wave: Wave, campaign: str, facts: Mapping[str, Facts], taken: Collection[str], begun: Waved
) -> tuple[str, ...]:
    meant = [name for name in drawn(campaign, facts) if wave.where.matches(facts[name])]
    room = wave.share.taken(len(meant)) - len({*begun.members} & {*meant})
    return tuple(name for name in meant if name not in taken)[: max(0, room)]


def is_spent(waved: Waved, members: Mapping[str, Followed]) -> bool:
    """Whether a wave is at its end without anybody who was offered it, so that it has shown nothing."""
    return all(name in members and members[name].stage in ("held", "failed") for name in waved.members)


def unprotected(policy: Policy, opened: Collection[Waved], left: Iterable[str], members: Mapping[str, Followed]) -> str:
    """Return why no wave of those that are `left` may begin, or nothing: the newest has shown nothing."""
    newest = next(reversed([*opened]), None)
    following = next(iter(left), newest and newest.name)
    if newest is None or following == newest.name or not is_spent(newest, members):
        return ""
    if newest.name not in {wave.name for wave in policy.waves}:
        return ""
    return (
        f"nobody of the wave {newest.name} could be offered it, so that {following} would go first: mend what keeps "
        f"them, or change `waves` in the fleet file"
    )


def halting(halt: Halt, waved: Waved, members: Mapping[str, Followed], pardoned: Mapping[str, str]) -> Halting | None:
    """Return why a wave halts its campaign, or None; those who did so before it was resumed count no more."""
    for gate in gates(halt, waved, members, pardoned):
        if gate.passed:
            said = f"{len(gate.causes)} of {gate.of} in the wave {waved.name} {gate.what}, more than {gate.most}"
            return Halting(said, gate.causes)
    return None


def gates(halt: Halt, waved: Waved, members: Mapping[str, Followed], pardoned: Mapping[str, str]) -> Iterator[Gate]:
    """Yield how far a wave is from halting its campaign, for each threshold."""
    of = len(waved.members)
    for what, threshold, is_one in _reasons(halt):
        found = [name for name in waved.members if is_one(members[name])]
        causes = tuple(name for name in found if name not in pardoned)
        excused = {name: pardoned[name] for name in found if name in pardoned}
        passed = threshold is not None and threshold.passed(len(causes), of)
        yield Gate(what, causes, of, "" if threshold is None else str(threshold), passed, excused)


def _reasons(halt: Halt) -> Iterator[tuple[str, Share | None, Callable[[Followed], bool]]]:
    yield "have checks that fail", halt.failed, lambda one: one.stage in OFFERED and one.tested == "failed"
    yield "are in conflict", halt.conflicts, lambda one: one.why.startswith(CONFLICT)
    yield "were closed by somebody", halt.closed, lambda one: one.stage == "declined"
    yield "could not be offered it", halt.errors, lambda one: one.stage == "failed"
    yield "were reverted", halt.reverted, lambda one: one.stage == "reverted"


CONFLICT = "conflict"  # how the reason of a member begins that is in conflict


def keeps(policy: Policy, waved: Waved, members: Mapping[str, Followed], now: float) -> str:
    """Return what keeps a wave from being over: members to be offered to, checks to come, time to pass; or nothing."""
    its = [members[name] for name in waved.members]
    if is_spent(waved, members):
        return ""
    waiting = sum(one.stage == "waiting" for one in its)
    if waiting:
        return f"{waiting} of the wave {waved.name} have no pull request yet"
    offered = [one for one in its if one.stage in OFFERED]
    to_come = [one for one in offered if one.number and one.tested in ("", "pending")]  # empty: not looked at yet
    checked = sum(now - one.since < policy.patience for one in to_come)
    if checked:
        return f"{checked} of the wave {waved.name} have checks that are not done"
    soak = next((wave.soak for wave in policy.waves if wave.name == waved.name), 0)
    ends = max([waved.opened, *(one.since for one in its)]) + soak
    return f"the wave {waved.name} is left to itself until {_moment(ends)}" if now < ends else ""


def between_looks(seconds: float, out: int) -> float:
    """Return how long one of those who are out is left alone: of many longer, so that looks leave time to offer."""
    return seconds * max(1.0, out / FEW)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def opens(window: Window | None, now: float) -> str:
    """Return why nothing may be opened at a moment, or nothing."""
    if window is None:
        return ""
    here = datetime.fromtimestamp(now, ZoneInfo(window.zone))
    if DAYS[here.weekday()] in window.days and window.start <= here.time() < window.end:
        return ""
    return f"pull requests are opened {', '.join(window.days)} {window.start:%H:%M} to {window.end:%H:%M} {window.zone}"


def allowed(limits: Limits, members: Iterable[Followed], owners: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Return which of some members may be offered to, in their order, before a limit of open ones is reached."""
    out = [one for one in members if one.stage in OFFERED]
    total, by_owner, found = len(out), Counter(owners[one.name] for one in out), []
    for name in names:
        owner = owners[name]
        if limits.open and total >= limits.open:
            break
        if limits.open_per_owner and by_owner[owner] >= limits.open_per_owner:
            continue
        total += 1
        by_owner[owner] += 1
        found.append(name)
    return found
