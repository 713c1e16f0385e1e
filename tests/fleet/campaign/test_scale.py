"""Ten thousand members: what their records come to, and how long they take by a clock that nobody waits for."""

from collections import Counter
from datetime import UTC, datetime, time

import pytest

from scaffold.fleet.campaign import waves
from scaffold.fleet.campaign.history import history, with_record
from scaffold.fleet.campaign.policy import Limits as Open
from scaffold.fleet.campaign.policy import Policy, Share, Wave, Window
from scaffold.fleet.journal import Record
from scaffold.forges.governor import Governor
from scaffold.forges.pacing import Limits
from scaffold.plan.campaign import Followed, Waved
from tests.forges.stage import Clock

MANY = 10_000
NAMES = [f"m{number:05}" for number in range(MANY)]
HOUR, DAY = 3600.0, 86_400.0
EVENTS = (
    ("pushing", {"branch": "b", "commit": "c"}),
    ("sent", {"branch": "b", "commit": "c", "base": "a"}),
    ("opening", {"branch": "b"}),
    ("opened", {"number": 1, "web": "w"}),
    ("dressing", {}),
    ("dressed", {"dressed": True, "refused": []}),
    ("open", {"number": 1, "web": "w", "branch": "b", "commit": "c", "base": "a"}),
    ("merged", {"by": "ada", "landed": True}),
)


def test_a_record_changes_one_member_and_copies_none_of_the_others():
    before = history(NAMES, [Record(1, 1.0, "run", "", "wave opened", {"name": "w", "members": NAMES})])
    members, found, number = before.members, before, 1
    for event, said in EVENTS:
        for name in NAMES:
            number += 1
            found = with_record(found, Record(number, float(number), "run", name, event, said))
    assert found.members is members
    assert Counter(one.stage for one in found.members.values()) == {"merged": MANY}
    assert {one.wave for one in found.members.values()} == {"w"}


def sent(limits, kinds):
    """Send requests of ten thousand members, as fast as they may go; return when the last one went, and when each did."""
    clock, times = Clock(0), []
    governor = Governor("forge", limits, now=clock.now, sleep=clock.sleep)
    for _ in NAMES:
        for kind in kinds:
            with governor.turn(kind, patience=2 * HOUR):
                times.append((kind, clock.now()))
    return clock.now(), times


def test_ten_thousand_pull_requests_take_what_the_limits_of_github_say_to_the_second():
    last, times = sent(Limits(), ("read", "create"))
    made = [at for kind, at in times if kind == "create"]
    # 500 an hour, and in each hour one a second: the 80 a minute and the points are never reached
    assert made == [HOUR * (number // 500) + number % 500 for number in range(MANY)]
    assert last == 19 * HOUR + 499
    assert Governor("forge", Limits(), now=Clock(0).now).seconds({"create": MANY}) == last
    assert max(Counter(at // 60 for at in made).values()) <= 80


def test_two_that_create_for_each_member_take_twice_as_many_hours():
    last, times = sent(Limits(), ("read", "create", "write", "create"))
    made = [at for kind, at in times if kind == "create"]
    assert (
        max(sum(1 for at in made[first : first + 501] if at < made[first] + HOUR) for first in range(0, len(made), 97))
        == 500
    )
    assert last // HOUR == 39


def test_looks_at_however_many_leave_time_for_offers():
    assert waves.between_looks(60, 0) == waves.between_looks(60, 50) == 60
    for out in (51, 500, 2_500, MANY):
        reads_a_minute = 5 * out / waves.between_looks(60, out) * 60
        assert reads_a_minute == pytest.approx(250)  # of 540 that may be read at GitHub


@pytest.mark.long  # some seconds
def test_ten_thousand_in_three_waves_within_office_hours_and_limits_are_all_offered_to_and_in_order():
    """Whole weeks: members are offered to as the window and the limits let them, and merged a day and a half later."""
    policy = Policy(
        waves=(Wave("canary", share=Share(10), soak=3600), Wave("early", share=Share(10, of_all=True), soak=int(DAY)), Wave("rest")),
        limits=Open(open=900, open_per_owner=60),
        window=Window("Europe/Berlin", ("mon", "tue", "wed", "thu"), time(9), time(16)),
        patience=7200,
    )  # fmt: skip
    facts = {name: {"name": (name,)} for name in NAMES}
    owners = {name: f"@acme/{number % 40}" for number, name in enumerate(NAMES)}
    members = {name: Followed(name) for name in NAMES}
    now = datetime(2026, 10, 5, 6, tzinfo=UTC).timestamp()  # summer time ends in the third week
    clock = Clock(0)
    clock.seconds = now
    governor = Governor("forge", Limits(), now=clock.now, sleep=clock.sleep)
    opened: list[Waved] = []
    order: list[str] = []
    for _ in range(24 * 7 * 12):
        now = clock.seconds = max(clock.seconds, now + HOUR)
        for name, one in members.items():
            if one.stage == "open" and now - one.since > 1.5 * DAY:
                members[name] = one._replace(stage="merged", tested="passed", landed=True)
            elif one.stage == "open" and now - one.since > HOUR:
                members[name] = one._replace(tested="passed")
        if waves.opens(policy.window, now):
            continue
        here = datetime.fromtimestamp(now, UTC)
        assert here.weekday() < 4 and 7 <= here.hour < 16
        begun = [name for waved in opened for name in waved.members if members[name].stage == "waiting"]
        names = waves.allowed(policy.limits, members.values(), owners, begun)
        for name in names[:450]:  # an hour of what may be created
            with governor.turn("create", patience=2 * HOUR):
                members[name] = members[name]._replace(stage="open", number=1, since=clock.seconds)
                order.append(name)
        out = Counter(owners[one.name] for one in members.values() if one.stage == "open")
        assert out.total() <= 900 and max(out.values(), default=0) <= 60
        if not names and not (opened and waves.keeps(policy, opened[-1], members, now)):
            following = next(waves.ahead(policy, "campaign", facts, opened), None)
            if following is None:
                break
            opened.append(following._replace(opened=now))
    assert [len(waved.members) for waved in opened] == [10, 1000, MANY - 1010]
    assert sorted(order) == NAMES
    at = {name: place for place, waved in enumerate(opened) for name in waved.members}
    assert [at[name] for name in order] == sorted(at[name] for name in order)
    assert all(one.stage in ("open", "merged") for one in members.values())
