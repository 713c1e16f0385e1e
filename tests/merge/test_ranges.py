import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.merge.ranges import contradict
from tests.kit import laws
from tests.merge.sides import merge, settled

WORKFLOW = ".github/workflows/ci.yml"


def matrix(versions):
    return f"jobs:\n  test:\n    strategy:\n      matrix:\n        python: {json.dumps(versions)}\n        os: [a]\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (["3.11", "3.12"], ["3.11"], ["3.11", "3.12", "3.13"]),
        (["3.11", "3.12", "3.13"], ["3.12", "3.13"], ["3.10", "3.11", "3.12", "3.13"]),
        ([18, 20], [18], [18, 20, 22]),
        (["pypy-3.9", "pypy-3.10"], ["pypy-3.9"], ["pypy-3.9", "pypy-3.10", "pypy-3.11", "3.13"]),
        (["3.11", "3.12"], ["3.11"], ["3.12", "3.13"]),
        (["3.11", "3.12"], ["3.11"], ["3.12"]),
        (["3.11"], [], ["3.11", "3.12"]),
        ([], ["3.9"], ["3.13"]),
    ],
    ids=["top", "bottom", "steps", "words", "all-but-new", "nothing-left", "taken-out", "both-new"],
)
def test_a_range_that_one_side_narrowed_and_the_other_widened_is_a_conflict(base, ours, theirs):
    for mine, new in ((ours, theirs), (theirs, ours)):
        assert settled(WORKFLOW, *map(matrix, (base, mine, new))) is None
    taken = merge(WORKFLOW, *map(matrix, (base, ours, theirs))).content.decode()
    assert f"python: {json.dumps(ours)}\n" in taken


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        (["3.10", "3.11", "3.12"], ["3.11", "3.12"], ["3.10", "3.11", "3.12", "3.13"], ["3.11", "3.12", "3.13"]),
        (["3.10", "3.11"], ["3.10", "3.11", "3.12"], ["3.9", "3.10", "3.11"], ["3.9", "3.10", "3.11", "3.12"]),
        (["3.9", "3.10", "3.11"], ["3.9", "3.11"], ["3.9", "3.10", "3.11", "3.12"], ["3.9", "3.11", "3.12"]),
        (["a-1.2", "b"], ["b"], ["a-1.2", "b", "c"], ["b", "c"]),
    ],
    ids=["other-ends", "widened", "the-teams-hole", "words"],
)  # fmt: skip
def test_ranges_that_do_not_contradict_are_joined(base, ours, theirs, wanted):
    found = settled(WORKFLOW, *map(matrix, (base, ours, theirs)))
    assert sorted(found.replace(", ", "\n").splitlines()) == sorted(matrix(wanted).replace(", ", "\n").splitlines())


def test_codes_ports_and_addresses_are_no_versions():
    base, ours, theirs = (
        [f'"E{n}"' for n in side] + [str(8000 + n) for n in side] + [f'"10.0.0.{n}"' for n in side]
        for side in ((1, 2), (1,), (1, 2, 3))
    )
    assert not contradict(base, ours, theirs)


runs = st.tuples(st.integers(6, 14), st.integers(0, 5)).map(lambda run: range(run[0], run[0] + run[1]))


@laws
@given(runs, runs, runs)
def test_joining_runs_gives_a_run(base, ours, theirs):
    if not contradict(*([f'"3.{n}"' for n in side] for side in (base, ours, theirs))):
        joined = (set(ours) & set(theirs)) | ((set(ours) | set(theirs)) - set(base))
        assert not joined or joined == set(range(min(joined), max(joined) + 1))
        assert joined or not (ours and theirs)
