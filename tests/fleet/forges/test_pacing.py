"""Pacing: never more than a forge allows in any window, exact to the second, and told before it is waited for."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scaffold.forges.pacing import HOUR, MINUTE, Budget, Limits, Pace, Window
from tests.kit import laws

KINDS = st.sampled_from(["read", "write", "create"])


def sent(pace, kinds, now=0.0):
    """Send one after the other, each as soon as it may; return when each went."""
    times = []
    for kind in kinds:
        now = max(now, pace.earliest(kind, now)[0])
        pace.take(kind, now)
        times.append((now, kind))
    return times


def most_within(times, seconds):
    """The most that fall into any window of so many seconds."""
    return max(sum(start <= at < start + seconds for at in times) for start in times)


def created(limits, count):
    return [at for at, _ in sent(Pace(limits), ["create"] * count)]


def test_the_documented_figures_of_content_are_met_exactly():
    times = created(Limits(between_writes=0.0), 1_200)
    assert most_within(times, MINUTE) == 80
    assert most_within(times, HOUR) == 500
    assert times[79] == 0.0
    assert times[80] == MINUTE
    assert times[499] == 6 * MINUTE
    assert times[500] == HOUR
    assert times[1_000] == 2 * HOUR


def test_ten_thousand_pull_requests_take_nineteen_hours_and_some_minutes():
    times = created(Limits(), 10_000)
    assert times[-1] == 19 * HOUR + 499
    assert Pace(Limits()).seconds({"create": 10_000}, 0.0) == times[-1]


def test_a_second_is_between_writes_and_not_between_reads():
    times = sent(Pace(Limits()), ["write", "read", "read", "create", "read", "write"])
    assert [at for at, _ in times] == [0.0, 0.0, 0.0, 1.0, 1.0, 2.0]


def test_the_points_of_a_minute_are_900_of_which_reads_get_540():
    reads = [at for at, _ in sent(Pace(Limits()), ["read"] * 600)]
    assert (reads[539], reads[540]) == (0.0, MINUTE)
    pace = Pace(Limits(between_writes=0.0))
    sent(pace, ["read"] * 540)
    writes = [at for at, _ in sent(pace, ["write"] * 73)]  # 5 points each of the 360 that are left
    assert (writes[71], writes[72]) == (0.0, MINUTE)


@laws
@given(
    st.lists(KINDS, min_size=1, max_size=120),
    st.integers(1, 30),
    st.integers(1, 8),
    st.integers(0, 6),
    st.integers(0, 12),
    st.sampled_from([0.0, 0.5, 2.0]),
    st.sampled_from([0.0, 0.4]),
)
def test_no_window_ever_holds_more_and_nothing_waits_without_need(kinds, points, cost, minute, hour, between, people):
    limits = Limits(points, cost, minute, hour, 1, between, people)
    times = sent(Pace(limits), kinds)
    cost = {"read": 1, "write": limits.points_of_a_write, "create": limits.points_of_a_write}
    for start, _ in times:
        spent = [cost[kind] for at, kind in times if start <= at < start + MINUTE]
        assert sum(spent) <= max(points, *spent)
    reads = [at for at, kind in times if kind == "read"]
    assert not reads or most_within(reads, MINUTE) <= max(1, points * (1 - people))
    creations = [at for at, kind in times if kind == "create"]
    for most, seconds in ((minute, MINUTE), (hour, HOUR)):
        assert not most or not creations or most_within(creations, seconds) <= most
    writes = [at for at, kind in times if kind != "read"]
    assert all(later - earlier >= between for earlier, later in pairwise(writes))
    pace, now = Pace(limits), 0.0
    for at, kind in times:  # an instant earlier it was not allowed
        assert at == now or pace.earliest(kind, at - 0.001)[0] > at - 0.001
        pace.take(kind, at)
        now = at


@laws
@given(st.dictionaries(KINDS, st.integers(0, 60)), st.integers(5, 50), st.integers(1, 10))
def test_what_it_will_take_is_what_it_takes(counts, points, minute):
    pace = Pace(Limits(points, 5, minute, 0, 1, 1.0, 0.4))
    sent(pace, ["create", "read", "write"])
    told = pace.seconds(counts, 5.0)
    assert pace.seconds(counts, 5.0) == told, "to ask changes nothing"
    order, total = [], max(counts.values(), default=0)
    for turn in range(total):
        order += [kind for kind, count in counts.items() if turn * count // total < (turn + 1) * count // total]
    assert len(order) == sum(counts.values())
    assert told == (sent(pace, order, 5.0)[-1][0] - 5.0 if order else 0.0)


def test_a_pause_is_of_all_kinds_and_a_shorter_one_ends_no_longer_one():
    pace = Pace(Limits())
    pace.pause(100.0, "abuse")
    pace.pause(50.0, "less")
    for kind in ("read", "write", "create"):
        assert pace.earliest(kind, 10.0) == (100.0, "abuse")
    assert pace.paused(10.0) == (90.0, "abuse")
    assert pace.paused(100.0) is None


def test_of_the_budget_of_the_identity_two_fifths_are_left_to_people():
    pace = Pace(Limits(between_writes=0.0))
    pace.learn("core", Budget(5_000, 2_001, 600.0))
    assert pace.earliest("read", 0.0)[0] == 0.0
    assert pace.earliest("read", 0.0, flying=1)[0] == 600.0, "what is not answered yet has been spent"
    pace.learn("core", Budget(5_000, 2_000, 601.0))
    assert pace.earliest("read", 0.0)[0] == 601.0
    assert pace.earliest("write", 0.0)[0] == 0.0, "what was begun is brought to an end"
    assert pace.earliest("read", 0.0, budget="graphql")[0] == 0.0
    pace.learn("core", Budget(5_000, 0, 601.0))
    assert pace.earliest("write", 0.0)[0] == 601.0
    assert pace.earliest("read", 602.0)[0] == 602.0


def test_answers_that_come_in_another_order_give_nothing_back():
    pace = Pace(Limits())
    for left in (2_000, 2_400):
        pace.learn("core", Budget(5_000, left, 600.0))
    assert pace.earliest("read", 0.0)[0] == 600.0
    pace.learn("core", Budget(5_000, 4_999, 4_200.0))
    assert pace.earliest("read", 0.0)[0] == 0.0


def test_without_limits_nothing_waits():
    times = sent(Pace(Limits(0, 1, 0, 0, 0, 0.0, 0.4)), ["create"] * 5_000 + ["read"] * 5_000)
    assert times[-1][0] == 0.0


def test_what_weighs_more_than_a_window_goes_alone():
    window = Window(3, 10.0)
    window.put(5, 0.0)
    assert window.earliest(1, 1.0) == 10.0
    assert window.earliest(5, 1.0) == 10.0
