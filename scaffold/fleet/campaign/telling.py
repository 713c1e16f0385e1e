"""A campaign as its journal tells it, with nobody asked how it stands out there. Values in, values out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from scaffold.fleet.campaign import waves
from scaffold.fleet.campaign.history import History, history
from scaffold.fleet.campaign.policy import Policy
from scaffold.fleet.facts import of_planned
from scaffold.fleet.journal import Record
from scaffold.plan.campaign import OFFERED, STAGES, Followed, Moment, Rollout, Stage, State, Told, without
from scaffold.plan.fleet import FleetPlan, Result

TAKING_PART = ("clean", "conflict")  # the states of a plan that a campaign is about
MARKED = ("wave opened", "halted", "resumed", "aborted")
POINTS = 150  # of time that a history has at most


def told(plan: FleetPlan, records: Iterable[Record], policy: Policy, called: str, now: float) -> Told:
    """Return how a campaign stood when its newest record was made, and how it came there.

    `called` are the words that name it, and its fleet, on a command line.
    """
    kept = list(records)
    results = {one.name: one for one in plan.results if one.state in TAKING_PART}
    found = history(results, kept)
    facts = {name: of_planned(result) for name, result in results.items()}
    drawn = waves.drawn_from(facts, found.members)
    left = waves.ahead(policy, plan.id, drawn, found.waves, found.members)
    ahead = tuple((one.name, len(one.members)) for one in left)
    state, why = _state(found, policy, ahead, now)
    members = tuple(sorted(found.members.values(), key=lambda one: one.name))
    stands = Rollout(
        plan.id,
        state,
        why,
        next_command(state, called, found, found.how),
        found.waves,
        ahead,
        members,
        tuple(absent(plan)),
        conflicts=undecided(results, found.members),
    )
    gates = {one.name: tuple(waves.gates(policy.halt, one, found.members, found.pardoned)) for one in found.waves}
    way = moments(results, kept)
    if way and state == "waiting":  # so it stands still
        way = (*way, way[-1]._replace(at=max(now, way[-1].at)))
    return Told(stands, gates, way, tuple(_marks(kept)))


def _marks(records: Iterable[Record]) -> Iterator[tuple[float, str]]:
    """Yield what happened to the campaign as a whole, and when."""
    for record in records:
        if not record.member and record.event in MARKED:
            yield record.at, f"{record.event}: {record.said['name']}" if "name" in record.said else record.event


def _state(found: History, policy: Policy, ahead: tuple[tuple[str, int], ...], now: float) -> tuple[State, str]:
    if found.aborted:
        return "aborted", found.aborted
    if found.halted:
        return "halted", found.halted
    if not found.waves:
        return "ready", "it has not begun"
    keeps = waves.keeps(policy, found.waves[-1], found.members, now)
    keeps = keeps or waves.unprotected(policy, found.waves, (name for name, _ in ahead), found.members)
    if keeps or ahead:
        return "waiting", keeps or f"the wave {ahead[0][0]} is next"
    out = sum(one.stage in OFFERED for one in found.members.values())
    if out:
        return "waiting", f"{out} that are out there are not merged yet"
    return "done", without(found.members.values())


def moments(names: Iterable[str], records: Iterable[Record]) -> tuple[Moment, ...]:
    """Return how many were at each stage after each change, at points of time that are evenly apart where many are."""
    stages: dict[str, Stage] = dict.fromkeys(names, "waiting")
    counts: Counter[Stage] = Counter(stages.values())
    known: dict[str, Stage] = {stage: stage for stage in STAGES}
    found: list[Moment] = []
    for record in records:
        stage = known.get(record.event)
        if record.event == "wave opened" and not found:
            found.append(Moment(record.at, dict(counts)))
        if stage is None or stages.get(record.member, stage) == stage:
            continue
        counts[stages[record.member]] -= 1
        counts[stage] += 1
        stages[record.member] = stage
        found.append(Moment(record.at, {one: count for one, count in counts.items() if count}))
    return tuple(_some(found))


def _some(found: list[Moment]) -> Iterator[Moment]:
    """Yield the last of each stretch of time, and the first of all."""
    if len(found) <= POINTS:
        yield from found
        return
    step = (found[-1].at - found[0].at) / (POINTS - 1) or 1
    yield found[0]
    for one, following in zip(found[1:], [*found[2:], None], strict=True):
        if following is None or (one.at - found[0].at) // step != (following.at - found[0].at) // step:
            yield one


def absent(plan: FleetPlan) -> Iterator[str]:
    """Say who of a plan takes no part."""
    others = ", ".join(
        f"{count:,} {state}" for state, count in plan.counts().items() if count and state not in TAKING_PART
    )
    if others:
        yield f"of the plan there take no part: {others}"


def undecided(results: Mapping[str, Result], members: Mapping[str, Followed]) -> Mapping[str, tuple[str, ...]]:
    """Return the paths in conflict of who was offered an update that holds one, and has not been touched since."""
    return {
        name: tuple(dict.fromkeys(path for path, _ in results[name].conflicts))
        for name, one in members.items()
        if one.stage in ("open", "pushed") and results[name].conflicts
    }


def next_command(state: State, campaign: str, found: History, how: str = "") -> str:
    """Return the command that goes on with a campaign, where there is one.

    `campaign` are the words that name it on the command line, and `how` those that only some commands take.
    """
    left = any(one.stage in OFFERED and one.why for one in found.members.values())
    abort = f"scaffold fleet abort {campaign}{how} --reason TEXT"
    if state == "aborted":
        return f"{abort} tries that again" if left else ""
    if state == "halted" and not found.halted:
        return f"{abort} closes it; then plan again"
    if state == "halted":
        return f"scaffold fleet resume {campaign} --reason TEXT lets it go on, {abort} closes it"
    return f"scaffold fleet watch {campaign}{how} goes on with it" if state in ("waiting", "ready") else ""
