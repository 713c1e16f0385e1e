import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.answers import file as answers_file
from scaffold.answers.file import Wishes
from scaffold.answers.pause import Pause
from scaffold.errors import FormatError
from scaffold.formats import edit
from scaffold.merge.drivers import SAYS
from tests.kit import few, laws

odd = st.sampled_from("\x00\x1b\x85\u2028\u2029\ufeff\r\n\t =~'\"")
texts = st.text(odd | st.characters(exclude_categories=("Cs",)), max_size=8)
anything = st.recursive(
    st.booleans() | st.integers() | texts | st.sampled_from(["no", "12:30", "null", "{{ x }}"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


@laws
@given(
    st.builds(
        Wishes,
        blueprint=texts,
        source=texts,
        answers=st.dictionaries(texts, anything, max_size=3),
        merge=st.dictionaries(st.sampled_from(list(SAYS)), st.booleans(), max_size=3),
        follow=texts,
        own=st.lists(st.sampled_from(["/a b", "docs/", "!*.md", "#", "yes", "/a: b", "* "]), max_size=3).map(tuple),
        updates=st.none()
        | st.builds(
            Pause, st.dates(), st.text("a: '#{}\\", min_size=1).map(lambda said: f"x {said} y".split()).map(" ".join)
        ),
    )
)
def test_the_file_reads_back_as_it_was_written(wishes):
    assert answers_file.parse(answers_file.dump(wishes)) == wishes


@few
@given(st.dictionaries(texts, anything, max_size=3), st.dictionaries(texts, anything, max_size=3))
def test_edited_answers_read_back_as_they_were_given(before, after):
    content = answers_file.dump(Wishes("demo", "builtin", before))
    edited = edit.sync_mapping(answers_file.PATH, content, "answers", after)
    assert answers_file.parse(edited).answers == after


def test_the_file_tells_a_person_what_it_is_for():
    content = answers_file.dump(Wishes("demo", "builtin", {"port": 1}))
    assert content.startswith(b"# What this service was stamped from.")
    assert content.endswith(b"blueprint: demo\nsource: builtin\nanswers:\n  port: 1\n")


def test_no_answers_are_no_mistake():
    assert answers_file.parse(b"blueprint: demo\nsource: x\n").answers == {}
    assert answers_file.parse(b"blueprint: demo\nsource: x\nanswers:\n").answers == {}


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"source: x\n", 1, "`blueprint` is missing"),
        (b"blueprint: demo\n", 1, "`source` is missing"),
        (b"blueprint: demo\nsource: 3\n", 2, "`source` must be text, not 3"),
        (b"blueprint: demo\nsource: x\nanswers: [1]\n", 3, "`answers` must be a mapping"),
        (b"blueprint: demo\nsource: x\nanswers:\n  1: x\n", 3, "the key 1 of `answers` must be text"),
        (b"blueprint: demo\nsource: x\nanswer: {}\n", 3, "`answer` is not a key that scaffold knows"),
        (
            b"blueprint: d\nsource: x\nupdates: {pause_until: soon, reason: x}\n",
            3,
            "`updates.pause_until` must be a day",
        ),
        (b"blueprint: d\nsource: x\nupdates: {pause_until: 2027-03-01}\n", 3, "`reason` is missing from updates"),
        (
            b"blueprint: d\nsource: x\nupdates:\n  pause_until: 2027-03-01\n  reason: ''\n",
            5,
            "must be a reason in words",
        ),
        (
            b"blueprint: d\nsource: x\nupdates: {pause_til: 2027-03-01, reason: x}\n",
            3,
            "`updates.pause_til` is not a key",
        ),
        (b"blueprint: d\nsource: x\nupdates: [x]\n", 3, "`updates` must be a mapping"),
        (b"- 1\n", 1, "`the document` must be a mapping"),
        (b"", 1, "`the document` must be a mapping"),
        (b"blueprint: demo\nsource: x\nanswers:\n  a: 1\n  a: 2\n", 5, "the key `a` is written twice"),
    ],
    ids=[
        "blueprint",
        "source",
        "type",
        "answers",
        "number",
        "unknown",
        "day",
        "no reason",
        "empty reason",
        "misspelt",
        "no pause",
        "list",
        "empty",
        "twice",
    ],
)
def test_a_mistake_is_named_with_its_line(content, line, said):
    with pytest.raises(FormatError) as caught:
        answers_file.parse(content)
    assert said in caught.value.message
    assert caught.value.where == f".scaffold/answers.yml:{line}"
