"""How like files are, and which versions are looked at."""

import pytest
from packaging.version import Version

from scaffold.project.adoption import fit


@pytest.mark.parametrize(
    ("ours", "theirs", "share"),
    [
        (b"a\nb\n", b"a\nb\n", 1.0),
        (b"b\n\na\nmore\n", b"a\nb\n", 1.0),
        (b"a\nx\n", b"a\nb\n", 0.5),
        (b"a\n", b"a\na\n", 0.5),
        (b"x\n", b"a\n", 0.0),
        (b"x\n", b"", 0.0),
        (b"\0a", b"a", 0.0),
        (b"\0a", b"\0a", 1.0),
    ],
)
def test_the_share_of_their_lines_that_is_here(ours, theirs, share):
    assert fit.shared(ours, theirs) == share


def versions(*minors):
    return tuple(Version(f"1.{minor}.0") for minor in minors)


def test_of_many_versions_some_are_looked_at_then_those_around_the_best():
    all_ = versions(*range(100))
    spread = fit._spread(all_)
    assert len(spread) <= fit.MOST_VERSIONS
    assert spread[-1] == all_[-1]
    assert {"1.36.0", "1.40.0"} < set(fit._near(all_, str(spread[4]))), spread[4]
    assert len(fit._near(all_, str(spread[4]))) < 20


def test_prereleases_count_only_where_there_is_nothing_else():
    assert fit._spread((Version("1.0.0"), Version("2.0.0a1"))) == [Version("1.0.0")]
    assert fit._spread((Version("2.0.0a1"),)) == [Version("2.0.0a1")]


def test_answers_are_guessed_at_the_oldest_and_the_middle_version_too():
    assert fit._ends(["1", "2", "3", "4", "5"]) == ["1", "3"]
    assert fit._ends(["1"]) == ["1"]
    assert fit._ends([]) == []
