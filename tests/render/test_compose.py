import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import FormatError
from scaffold.formats import values
from scaffold.render.compose import compose
from scaffold.tree import EXECUTABLE, File
from tests.kit import laws


def composed(how, path, lower, upper):
    return compose(how, path, File(lower, origin="one/f"), File(upper, origin="two/f")).content


def test_override_is_the_upper_file():
    lower, upper = File(b"a", EXECUTABLE, "one/f"), File(b"b", origin="two/f")
    assert compose("override", "f", lower, upper) is upper


def test_other_ways_keep_the_lowers_mode_and_name_both_origins():
    made = compose("append", "f", File(b"a", EXECUTABLE, "one/f"), File(b"b", origin="two/f"))
    assert made == File(b"a\nb\n", EXECUTABLE, "one/f + two/f")


@pytest.mark.parametrize(
    ("lower", "upper", "appended", "union"),
    [
        (b"a\n", b"b\n", b"a\nb\n", b"a\nb\n"),
        (b"a", b"b", b"a\nb\n", b"a\nb\n"),
        (b"", b"b\n", b"b\n", b"b\n"),
        (b"a\n", b"", b"a\n", b"a\n"),
        (b"# x\na\n\n", b"# y\na\nb\n", b"# x\na\n\n# y\na\nb\n", b"# x\na\n\n# y\nb\n"),
        (b"a\n", b"\nb\n\na\n", b"a\n\nb\n\na\n", b"a\n\nb\n\n"),
    ],
    ids=["plain", "no-last-newline", "lower-empty", "upper-empty", "comments", "blank-lines"],
)
def test_append_and_union(lower, upper, appended, union):
    assert composed("append", ".gitignore", lower, upper) == appended
    assert composed("union", ".gitignore", lower, upper) == union


@pytest.mark.parametrize(
    ("path", "lower", "upper", "after"),
    [
        ("x.toml", b"[a] # low\nx = 1\nl = [1]\n", b"[a]\ny = 2\nl = [1, 2]\n[b]\nz = 3\n",
         {"a": {"x": 1, "y": 2, "l": [1, 2]}, "b": {"z": 3}}),
        ("x.yml", b"a: {x: 1}\nl: [1]\n", b"a: {x: 2, y: 3}\nl: [2]\n", {"a": {"x": 2, "y": 3}, "l": [1, 2]}),
        ("x.json", b'{"a": {"x": 1}}', b'{"a": null, "b": []}', {"a": None, "b": []}),
    ],
    ids=["toml", "yaml", "json"],
)  # fmt: skip
def test_deep_merge_joins_by_key(path, lower, upper, after):
    assert values.parse(path, composed("deep-merge", path, lower, upper)) == after


@pytest.mark.parametrize(
    ("path", "lower", "upper"), [("x.toml", b"= 1", b""), ("x.yml", b"a: 1", b"["), ("x.md", b"", b"")]
)
def test_deep_merge_of_what_cannot_be_read_names_the_file(path, lower, upper):
    with pytest.raises(FormatError) as caught:
        composed("deep-merge", path, lower, upper)
    assert caught.value.where.startswith(path)


lines = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"# x\n", b"\n"]), max_size=6).map(b"".join)


@laws
@given(lines, lines)
def test_a_union_holds_every_line_once_more_and_starts_with_the_lower(lower, upper):
    made = composed("union", "f", lower, upper)
    assert made.startswith(lower)
    assert set(made.split(b"\n")) == set(lower.split(b"\n")) | set(upper.split(b"\n"))
    new = [line for line in made[len(lower) :].splitlines() if line]
    assert not set(new) & set(lower.splitlines())


@laws
@given(lines, lines)
def test_an_append_is_one_after_the_other(lower, upper):
    assert composed("append", "f", lower, upper) == lower + upper
