"""What is prescribed beside how it stands: nothing is loosened, and what was set holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.blueprint.forge import EVERY, NAMES, Prescribed, Standing
from scaffold.plan.settings import compare, joined, to_set

NAMED = st.lists(st.sampled_from("abcd"), unique=True).map(tuple)
PRESCRIBED = st.builds(
    Prescribed,
    checks=NAMED,
    approvals=st.integers(0, 3),
    code_owners=st.booleans(),
    block_force_pushes=st.booleans(),
    secret_scanning=st.booleans(),
    private_reporting=st.booleans(),
    delete_merged_branches=st.booleans(),
    topics=NAMED,
)
# How a forge stands is what somebody else would have prescribed; some of it is not seen, or has no word there.
STANDING = st.builds(
    lambda there, unseen, unknown, wordless: Standing(
        {name: getattr(there, name) for name in NAMES if name not in unseen | wordless},
        dict.fromkeys(unknown | unseen, "not told"),
        dict.fromkeys(wordless, "no word"),
    ),
    PRESCRIBED,
    *[st.sets(st.sampled_from(NAMES), max_size=2)] * 3,
)


def is_at_least(one, other):
    return set(one) >= set(other) if isinstance(one, tuple) else one >= other


@given(PRESCRIBED, STANDING)
def test_nothing_is_loosened_and_what_is_set_holds(prescribed, standing):
    wanted = to_set(compare(prescribed, standing))
    for name, value in wanted.items():
        assert is_at_least(value, standing.known[name])
        assert is_at_least(value, getattr(prescribed, name))
        assert name not in standing.unknown
        assert name not in standing.wordless
    after = Standing({**standing.known, **wanted}, standing.unknown, standing.wordless)
    assert to_set(compare(prescribed, after)) == {}


@given(PRESCRIBED, STANDING)
def test_what_is_prescribed_comes_out_one_way_each(prescribed, standing):
    found = compare(prescribed, standing)
    assert [one.setting for one in found] == [name for name in NAMES if getattr(prescribed, name)]
    for one in found:
        assert one.state == "no word" if one.setting in standing.wordless else one.state != "no word"
        assert one.why if one.state in ("unknown", "no word") else not one.why


@given(st.one_of(st.tuples(NAMED, NAMED), st.tuples(st.integers(0, 6), st.integers(0, 6))))
def test_the_stricter_of_two_is_as_strict_as_both(pair):
    found = joined(*pair)
    assert is_at_least(found, pair[0])
    assert is_at_least(found, pair[1])
    assert joined(pair[0], found) == found


@pytest.mark.parametrize(
    ("prescribed", "known", "unknown", "state"),
    [
        (Prescribed(checks=("a",)), {"checks": ("a",)}, {}, "same"),
        (Prescribed(checks=("a",)), {"checks": ("b", "a")}, {}, "stricter"),
        (Prescribed(checks=("a",)), {"checks": ("b",)}, {}, "looser"),
        (Prescribed(checks=("a",)), {"checks": (EVERY,)}, {}, "same"),
        (Prescribed(checks=("a",)), {"checks": ("b",)}, {"checks": "not told"}, "unknown"),
        (Prescribed(checks=("a",)), {"checks": ("a",)}, {"checks": "not told"}, "same"),
        (Prescribed(checks=("a",)), {}, {}, "unknown"),
        (Prescribed(approvals=1), {"approvals": 2}, {}, "stricter"),
        (Prescribed(approvals=2), {"approvals": 1}, {}, "looser"),
        (Prescribed(topics=("a",)), {"topics": ("a", "b")}, {}, "same"),
        (Prescribed(secret_scanning=True), {"secret_scanning": False}, {}, "looser"),
    ],
)
def test_one_setting(prescribed, known, unknown, state):
    (found,) = compare(prescribed, Standing(known, unknown))
    assert found.state == state


def test_names_are_no_numbers():
    with pytest.raises(TypeError):
        joined(("a",), 1)
