"""Waves, thresholds, windows and limits: values in, values out."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.fleet import selectors
from scaffold.fleet.campaign import waves
from scaffold.fleet.campaign.policy import Halt, Limits, Policy, Share, Wave, Window
from scaffold.plan.campaign import STAGES, Followed, Waved
from tests.kit import laws

NAMES = st.sets(st.text("abcdefgh", min_size=1, max_size=4), max_size=30)
SHARES = st.one_of(st.builds(Share, st.integers(0, 40)), st.builds(Share, st.integers(0, 100), st.just(value=True)))


def facts(names):
    return {name: {"name": (name,), "owner": (f"@acme/{name[0]}",)} for name in names}


def policy(*shares):
    return Policy(waves=tuple(Wave(f"wave {number}", share=share) for number, share in enumerate(shares)))


@laws
@given(NAMES, st.lists(SHARES, min_size=1, max_size=4))
def test_nobody_is_in_two_waves_and_the_rest_is_everybody_else(names, shares):
    found = list(waves.ahead(policy(*shares, Share(100, of_all=True)), "id", facts(names), ()))
    members = [name for waved in found for name in waved.members]
    assert sorted(members) == sorted(names)
    assert all(waved.members for waved in found)


@laws
@given(NAMES, SHARES)
def test_a_share_is_so_many_of_those_who_are_meant(names, share):
    found = waves.members_of(Wave("a", share=share), "id", facts(names), ())
    most = -(-len(names) * share.number // 100) if share.of_all else share.number
    assert len(found) == min(len(names), most)
    assert found == waves.members_of(Wave("a", share=share), "id", facts(sorted(names)), ())


def test_a_wave_that_has_begun_keeps_its_members_when_the_policy_changes():
    names = {f"n{number}" for number in range(10)}
    begun = Waved("wave 0", ("n1", "n2"), 1.0)
    (rest,) = waves.ahead(policy(Share(50, of_all=True), Share(100, of_all=True)), "id", facts(names), (begun,))
    assert rest.name == "wave 1"
    assert {*rest.members} == names - {"n1", "n2"}


def test_a_selector_says_who_is_meant_and_two_campaigns_draw_differently():
    chosen = Wave("canary", selectors.parse("owner=@acme/a"), Share(2))
    assert waves.members_of(chosen, "id", facts(["a1", "b1", "a2"]), ()) in (("a1", "a2"), ("a2", "a1"))
    many = [f"a{number}" for number in range(40)]
    assert waves.drawn("one", many) != waves.drawn("two", many) != sorted(many)


def standing(**stages):
    return {name: Followed(name, **said) for name, said in stages.items()}


FAILED, DECLINED = {"stage": "open", "tested": "failed"}, {"stage": "declined"}


@pytest.mark.parametrize(
    ("said", "halt", "why"),
    [
        (FAILED, Halt(failed=Share(0)), "1 of 4 in the wave w have checks that fail, more than 0"),
        (FAILED, Halt(failed=Share(25, of_all=True)), None),
        (FAILED, Halt(failed=Share(24, of_all=True)), "1 of 4 in the wave w have checks that fail, more than 24 %"),
        (FAILED, Halt(failed=None), None),
        ({"stage": "open", "tested": "failed before"}, Halt(failed=Share(0)), None),
        ({"stage": "merged", "tested": "failed"}, Halt(failed=Share(0)), None),
        (DECLINED, Halt(closed=Share(0)), "1 of 4 in the wave w were closed by somebody, more than 0"),
        ({"stage": "closed elsewhere"}, Halt(closed=Share(0)), None),
        ({"stage": "failed"}, Halt(errors=Share(0)), "1 of 4 in the wave w could not be offered it, more than 0"),
        ({"stage": "reverted"}, Halt(), "1 of 4 in the wave w were reverted, more than 0"),
        ({"stage": "held", "why": "conflict in a"}, Halt(conflicts=Share(0)), "1 of 4 in the wave w are in conflict, more than 0"),
        ({"stage": "held", "why": "moved"}, Halt(conflicts=Share(0)), None),
    ],
)  # fmt: skip
def test_a_wave_halts_when_more_of_it_go_wrong_than_may(said, halt, why):
    members = standing(a=said, b={"stage": "open"}, c={}, d={"stage": "merged"})
    found = waves.halting(halt, Waved("w", tuple(members), 0), members, {})
    assert (found and found.why) == why
    assert found is None or found.causes == ("a",)
    assert waves.halting(halt, Waved("w", tuple(members), 0), members, {"a": "jo: go"}) is None


@laws
@given(st.lists(st.sampled_from(STAGES), max_size=8), SHARES)
def test_what_halts_with_a_threshold_halts_with_every_lower_one(stages, share):
    members = {str(number): Followed(str(number), stage) for number, stage in enumerate(stages)}
    waved = Waved("w", tuple(members), 0)
    lower = Share(max(0, share.number - 1), share.of_all)
    if waves.halting(Halt(closed=share), waved, members, {}):
        assert waves.halting(Halt(closed=lower), waved, members, {})


def keeps(now=1000.0, patience=100, soak=0, **members):
    found = standing(**members)
    chosen = Policy(waves=(Wave("w", soak=soak),), patience=patience)
    return waves.keeps(chosen, Waved("w", tuple(found), 900), found, now)


def test_a_wave_is_over_when_all_were_asked_have_reported_and_it_was_left_to_itself():
    asked = {"stage": "open", "number": 1}
    to_come = "1 of the wave w have checks that are not done"
    assert keeps(a=asked | {"tested": "passed"}, b={"stage": "declined"}) == ""
    assert keeps(a={"stage": "waiting"}).startswith("1 of the wave w have no pull request yet")
    assert keeps(a=asked | {"since": 950}) == to_come  # nobody has looked at them yet
    assert keeps(a=asked | {"tested": "pending", "since": 950}) == to_come
    assert keeps(a=asked | {"tested": "pending", "since": 900}) == ""
    assert keeps(a={"stage": "pushed", "since": 950}) == ""  # there is no forge that could check
    left = "the wave w is left to itself until 1970-01-01 00:16 UTC"
    assert keeps(a={"stage": "merged", "since": 950}, soak=51) == left
    assert keeps(a={"stage": "merged", "since": 950}, soak=50) == ""
    assert "left to itself" in keeps(a={"stage": "held"}, b={"stage": "merged"}, soak=101)
    assert keeps(a={"stage": "held"}, soak=101) == ""  # nobody has anything that could fail


def at(text, zone=UTC):
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def test_a_window_counts_in_its_own_time_zone():
    window = Window("Europe/Berlin", ("mon", "fri"), time(9), time(17, 30))
    assert waves.opens(None, 0) == ""
    assert waves.opens(window, at("2026-11-30 08:00")) == ""  # a Monday, nine o'clock there
    assert (
        waves.opens(window, at("2026-11-30 07:59")) == "pull requests are opened mon, fri 09:00 to 17:30 Europe/Berlin"
    )
    assert waves.opens(window, at("2026-11-30 16:30"))
    assert waves.opens(window, at("2026-12-01 12:00"))
    assert waves.opens(window, at("2026-07-31 07:00")) == ""  # summer time


@laws
@given(st.lists(st.sampled_from("ab"), max_size=12), st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))
def test_no_limit_of_open_ones_is_ever_passed(owners, already, most, most_of_one):
    names = [f"n{number}" for number in range(len(owners))]
    owner = dict(zip(names, owners, strict=True))
    out = {name: Followed(name, "open" if number < already else "waiting") for number, name in enumerate(names)}
    waiting = [name for name in names if out[name].stage == "waiting"]
    found = waves.allowed(Limits(most, most_of_one), out.values(), owner, waiting)
    is_out = [name for name in names if out[name].stage == "open"]
    assert found == [name for name in waiting if name in found]
    for one in "ab":
        before = sum(owner[name] == one for name in is_out)
        then = before + sum(owner[name] == one for name in found)
        assert not most_of_one or then <= max(most_of_one, before)
    assert not most or len(is_out) + len(found) <= max(most, len(is_out))
    left = [name for name in waiting if name not in found]
    for name in left:  # nobody is left out who could be asked
        full = most and len(is_out) + len(found) >= most
        assert full or (most_of_one and sum(owner[n] == owner[name] for n in [*is_out, *found]) >= most_of_one)
