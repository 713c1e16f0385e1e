import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.merge.pins import merge_requirement, newer
from tests.kit import laws

A, B, C = ("a1b2" * 10), ("b2c3" * 10), ("c3d4" * 10)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        ("x==1.0", "x==1.1", "x==1.2", "x==1.2"),
        ("x>=1.9", "x>=1.10", "x>=1.11", "x>=1.11"),  # numbers, not text
        ("x~=1.0", "x~=1.2", "x~=1.1", "x~=1.2"),
        ("actions/x@v3", "actions/x@v5", "actions/x@v4", "actions/x@v5"),
        (f"x@{A}  # v1.0", f"x@{B}  # v1.2", f"x@{C}  # v1.1", f"x@{B}  # v1.2"),  # with the commit of that version
        ("image: python:3.11-slim", "image: python:3.12-slim", "image: python:3.13-slim", "image: python:3.13-slim"),
        ("rev: v1.0.0", "rev: v1.1.0", "rev: '1.2.0'", "rev: '1.2.0'"),  # with or without a v
        ("1.0.0rc1", "1.0.0", "1.0.0rc2", "1.0.0"),
        ('"3.9.1"', '"3.10.0"', "'3.11.0'", "'3.11.0'"),  # whatever the quotes
        (None, "x==1.0", "x==1.1", "x==1.1"),
        (None, "rev: v1.0.0", "rev:  v1.0.0", "rev:  v1.0.0"),  # one version, spelled by the blueprint
    ],
)
def test_the_newer_of_two_pins(base, ours, theirs, wanted):
    assert newer(base, ours, theirs) == wanted


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param("x==1.2", "x==1.3", "x==1.1", id="downgrade"),
        pytest.param("x==1.2", "x==1.1", "x==1.3", id="downgrade of ours"),
        pytest.param("x<2.0.0", "x<2.1.0", "x<3.0.0", id="upper bound"),
        pytest.param("x < 2.0.0", "x < 2.1.0", "x < 3.0.0", id="upper bound with a space"),
        pytest.param("x<=2.0.0", "x<=2.1.0", "x<=3.0.0", id="inclusive upper bound"),
        pytest.param("x!=1.0.0", "x!=1.0.1", "x!=1.0.2", id="exclusion"),
        pytest.param("1.0.0 - 2.0.0", "1.0.0 - 2.1.0", "1.0.0 - 2.2.0", id="range"),
        pytest.param("host 10.0.0.1", "host 10.0.0.2", "host 10.0.0.3", id="address"),
        pytest.param("on 2024-01-02", "on 2024-02-02", "on 2024-03-02", id="date"),
        pytest.param("rate: 1.5", "rate: 1.6", "rate: 1.7", id="decimal"),
        pytest.param("timeout: 30", "timeout: 60", "timeout: 90", id="number"),
        pytest.param(f"x@{A}", f"x@{B}", f"x@{C}", id="commits without a version"),
        pytest.param(f"x@{A} # v1", f"x@{B} # v1", f"x@{C} # v1", id="two commits of one version"),
        pytest.param("a@v1 b@v1", "a@v2 b@v1", "a@v1 b@v2", id="each side one of two"),
        pytest.param("x==1.0", "y==1.1", "x==1.2", id="another name"),
        pytest.param("x==1.0", "x>=1.1", "x==1.2", id="another operator"),
        pytest.param(
            "x @ git+https://h/x@v1", "x @ git+https://h/x@v2", "x @ git+https://h/y@v3", id="address changed"
        ),
        pytest.param("x", "x==1.1", "x==1.2", id="no pin before"),
        pytest.param("v1.0.0 " * 1000, "v1.1.0 " * 1000, "v1.2.0 " * 1000, id="far too long"),
    ],
)
def test_what_is_not_certain_stays_in_conflict(base, ours, theirs):
    assert newer(base, ours, theirs) is None


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        ("x>=1", "x[extra]>=1", "x>=2", "x[extra]>=2"),
        ("x>=1.0", "x>=1.1; python_version < '3.11'", "x>=1.2", "x>=1.2; python_version < '3.11'"),
        ("X", "x", "X>=1", "x>=1"),
        ("x>=1", "x[a]>=1", "x[b]>=1", None),
        ("x", "x; os_name == 'nt'", "x; os_name == 'posix'", None),
        ("x>=1,<2", "x>=1.1,<2", "x>=1,<3", None),
        ("x>=1", "x @ git+https://h/x", "x>=2", None),
    ],
)
def test_a_dependency_is_merged_by_its_parts(base, ours, theirs, wanted):
    assert merge_requirement(base, ours, theirs) == wanted


versions = st.lists(st.integers(0, 12), min_size=3, max_size=3).map(lambda parts: ".".join(map(str, parts)))


@laws
@given(versions, versions, versions)
def test_the_result_is_a_side_and_older_than_none(base, ours, theirs):
    found = newer(f"x=={base}", f"x=={ours}", f"x=={theirs}")
    numbers = [tuple(map(int, version.split("."))) for version in (base, ours, theirs)]
    if min(numbers[1:]) < numbers[0]:
        assert found is None
    else:
        assert found == "x==" + ".".join(map(str, max(numbers[1:])))
