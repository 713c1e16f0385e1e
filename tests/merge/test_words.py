import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.merge.markers import Conflict
from scaffold.merge.words import containing
from tests.merge.sides import settled


def found(base, ours, theirs):
    one = containing(Conflict(*(text.encode() for text in (base, ours, theirs))))
    other = containing(Conflict(*(text.encode() for text in (base, theirs, ours))))
    assert one == other, "whoever is called ours"
    return None if one is None else one.decode()


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        pytest.param("run old/a:main -x\n", "run new/a:main -x\n", "run new/a:latest -x\n", "run new/a:latest -x\n", id="more"),
        pytest.param("a b\n", "c b\n", "c b d\n", "c b d\n", id="more put in"),
        pytest.param("a b\n", "c b\n", "c\n", None, id="more taken out"),
        pytest.param("a b\n", "c b\n", "d b\n", None, id="another word"),
        pytest.param("a 1.2.3\n", "a 1.3.3\n", "a 1.3.4\n", None, id="a version is one word"),
        pytest.param("a b\n", "a b,\n", "a c,\n", None, id="only put in"),
        pytest.param("a b\n", "c b\n", "c b\nd\n", None, id="another line"),
        pytest.param("a b\n", "c b\n", "c b\n", None, id="alike"),
        pytest.param("a b\n", "a b\n", "c b\n", None, id="nothing"),
        pytest.param("x " * 500, "y " * 500, "z " * 500, None, id="much"),
    ],
)  # fmt: skip
def test_the_side_that_has_made_the_others_changes_too(base, ours, theirs, wanted):
    assert found(base, ours, theirs) == wanted


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted"),
    [
        pytest.param(
            "run: tox -e a -- -x", "run: uv run tox -e a", "run: uv run tox -e a -- -x", id="before and behind"
        ),
        pytest.param(
            "run: uv run tox -e a", "run: tox -e a -- -x", "run: uv run tox -e a -- -x", id="the other way round"
        ),
        pytest.param('run: "tox -e a -- -x"', "run: uv run tox -e a", 'run: "uv run tox -e a -- -x"', id="in quotes"),
        pytest.param("run: tox -e ab", "run: uv run tox -e a", None, id="a longer word"),
        pytest.param("run: tox -e a b", "run: tox -e a c", None, id="both behind"),
        pytest.param("run: tox -e a b", "run: uv run tox", None, id="not all of it"),
    ],
)
def test_words_that_the_sides_have_put_around_a_line(ours, theirs, wanted):
    assert settled("ci.yml", "run: tox -e a\n", f"{ours}\n", f"{theirs}\n") == (wanted and f"{wanted}\n")


def test_a_single_word_is_a_name():
    assert settled("ci.yml", "tag: a\n", "tag: a b\n", "tag: c a\n") is None


words = st.lists(st.sampled_from("abcdefgh"), min_size=4, max_size=9)


@given(words, words, st.sets(st.integers(0, 8)), st.sets(st.integers(0, 8)))
def test_what_is_taken_has_every_change_of_both(base, new, some, more):
    """Of words that one side has replaced, the other has all, and some more: so that one is taken, or nothing is."""

    def side(places):
        return " ".join(f"{new[at % len(new)]}{at}" if at in places else f"{word}{at}" for at, word in enumerate(base))

    taken = found(side(()), side(some), side(some | more))
    assert taken in (None, side(some | more))
