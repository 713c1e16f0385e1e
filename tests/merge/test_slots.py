import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.merge.slots import Gap, Slot, by_key, by_key_again, by_place
from tests.kit import laws

keys = st.lists(st.sampled_from("abcdefgh"), max_size=7)
sets = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=7)


def key_of(slot, *sides):
    """The key of an entry, on whichever side has it."""
    places = (slot.base, slot.ours, slot.theirs)
    return next(side[at] for side, at in zip(sides, places, strict=True) if at is not None)


def order(base, ours, theirs, **more):
    """What the slots stand for, in order: a key, or the two sides of a gap."""
    return [
        (ours[slot.ours.start : slot.ours.stop], theirs[slot.theirs.start : slot.theirs.stop])
        if isinstance(slot, Gap)
        else key_of(slot, base, ours, theirs)
        for slot in by_key(base, ours, theirs, **more)
    ]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        ("zab", "zab", "zacb", "zacb"),  # behind what it follows
        ("za", "zab", "zac", "zabc"),  # ours first
        ("zab", "zba", "zabc", "zbca"),  # the side that has reordered
        ("zab", "zabc", "bza", "bcza"),
        ("ace", "abce", "acde", "abcde"),  # all are sorted
        ("zab", "za", "zabc", "zabc"),  # what one side has removed keeps its place, to be decided about
    ],
)
def test_entries_are_paired_by_key(base, ours, theirs, wanted):
    assert order(base, ours, theirs) == list(wanted)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        ("ab", "axb", "ayb", ["a", ("x", "y"), "b"]),
        ("ab", "axb", "aby", ["a", "x", "b", "y"]),
        ("amz", "axz", "aymz", ["a", ("x", "ym"), "z"]),  # nothing is left between them
        ("abc", "bac", "acb", [("bac", "acb")]),
        ("abc", "bac", "abcd", ["b", "a", "c", "d"]),
    ],
)
def test_where_the_order_counts_nobody_guesses(base, ours, theirs, wanted):
    assert order(base, ours, theirs, ordered=True) == wanted


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        ("xx", "xxx", "xx", [Slot(0, 0, 0), Slot(1, 1, 1), Slot(None, 2, None)]),
        ("abc", "aBc", "abC", [Slot(0, 0, 0), Slot(1, 1, 1), Slot(2, 2, 2)]),
        ("a", "ax", "ay", [Slot(0, 0, 0), Gap(range(1, 1), range(1, 2), range(1, 2))]),
        ("ab", "a", "ba", [Gap(range(2), range(1), range(2))]),  # one side has removed what the other has moved
    ],
)
def test_entries_are_paired_by_place(base, ours, theirs, wanted):
    assert by_place(base, ours, theirs) == wanted


def test_many_equal_entries_are_paired_in_time():
    assert len(by_place("x" * 5000, "x" * 5001, "x" * 4999 + "y")) > 0


def covered(slots, side):
    """The places of one side in the order of the slots."""
    found = []
    for slot in slots:
        at = getattr(slot, side)
        found += list(at) if isinstance(at, range) else [] if at is None else [at]
    return found


@laws
@given(sets, sets, sets, st.booleans())
def test_each_key_has_one_place(base, ours, theirs, ordered):
    slots = by_key(base, ours, theirs, ordered=ordered)
    for side, entries in zip(("base", "ours", "theirs"), (base, ours, theirs), strict=True):
        assert sorted(covered(slots, side)) == list(range(len(entries)))
    named = [key_of(slot, base, ours, theirs) for slot in slots if isinstance(slot, Slot)]
    assert len(set(named)) == len(named)


@laws
@given(keys, keys, keys)
def test_what_stands_there_again_is_the_teams_and_goes_with_the_first(base, ours, theirs):
    numbered, slots = by_key_again(base, ours, theirs)
    named = [key_of(slot, *numbered) for slot in slots]
    assert {key for key in named if isinstance(key, str)} == {*base, *ours, *theirs}
    assert sorted(covered(slots, "ours")) == [
        i for i, key in enumerate(ours) if key not in ours[:i] or key not in {*base} - {*theirs}
    ]
    assert all(slot.ours is not None for slot, key in zip(slots, named, strict=True) if not isinstance(key, str))
    assert len(set(named)) == len(named)


@laws
@given(sets, sets, sets)
def test_the_order_is_kept_where_both_sides_agree(base, ours, theirs):
    found = order(base, ours, theirs)
    both = [key for key in ours if key in theirs]
    for one in both:
        for other in both[both.index(one) + 1 :]:
            if theirs.index(one) < theirs.index(other) and {one, other} <= set(base):
                agreed = base.index(one) < base.index(other)
                assert not agreed or found.index(one) < found.index(other)


@laws
@given(sets, sets, sets)
def test_where_the_order_counts_each_side_keeps_its_own(base, ours, theirs):
    slots = by_key(base, ours, theirs, ordered=True)
    kept = [[key for key in side if key in ours and key in theirs and key in base] for side in (base, ours, theirs)]
    if kept[0] == kept[1] == kept[2]:
        assert covered(slots, "ours") == sorted(covered(slots, "ours"))


@laws
@given(keys, keys, keys)
def test_each_place_is_paired_once(base, ours, theirs):
    slots = by_place(base, ours, theirs)
    for side, entries in zip(("base", "ours", "theirs"), (base, ours, theirs), strict=True):
        assert covered(slots, side) == list(range(len(entries)))
