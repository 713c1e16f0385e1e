import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import FormatError
from scaffold.formats import values
from scaffold.formats.values import ABSENT
from tests.kit import laws


@pytest.mark.parametrize(
    ("path", "ending"),
    [
        ("a.toml", ".toml"),
        ("x/y.tar.gz", ".gz"),
        ("x.d/Makefile", ""),
        (".gitignore", ".gitignore"),
        ("a.", "."),
        ("", ""),
    ],
)
def test_the_ending_is_that_of_the_name(path, ending):
    assert values.suffix(path) == ending


@pytest.mark.parametrize(
    ("path", "content"),
    [("a.toml", b'x = {y = 1}\n[t]\nz = "s"\n'), ("a.yml", b"x: {y: 1}\nt:\n  z: s\n"),
     ("a.yaml", b"x: {y: 1}\nt: {z: s}"), ("a/b.json", b'{"x": {"y": 1}, "t": {"z": "s"}}')],
)  # fmt: skip
def test_the_format_is_known_by_the_name(path, content):
    assert values.parse(path, content) == {"x": {"y": 1}, "t": {"z": "s"}}


@pytest.mark.parametrize(
    ("path", "content", "where", "said"),
    [
        ("a.toml", b"x = \n", "a.toml", "not valid TOML"),
        ("a.toml", b"x = 1\nx = 2\n", "a.toml", "not valid TOML"),
        ("a.toml", b"\xff", "a.toml", "not valid TOML"),
        ("a.toml", b"x = " + b"[" * 5000, "a.toml", "not valid TOML"),
        ("a.toml", b"x = " + b"1" * 5000, "a.toml", "not valid TOML"),
        ("a.json", b'{\n"x": }', "a.json:2", "not valid JSON"),
        ("a.json", b'{"x": "\xff"}', "a.json", "not valid JSON"),
        ("a.json", b"", "a.json:1", "not valid JSON"),
        ("a.json", b"[" * 100_000, "a.json", "not valid JSON"),
        ("a.json", b"1" * 5000, "a.json", "not valid JSON"),
        ("a.yml", b"a: 1\nb: [\n", "a.yml:3", "not valid YAML"),
        ("a.md", b"# x\n", "a.md", "is not TOML, YAML or JSON, so nobody can own a key in it"),
    ],
    ids=["toml", "toml-twice", "toml-bytes", "toml-deep", "toml-digits", "json", "json-bytes", "json-empty",
         "json-deep", "json-digits", "yaml", "markdown"],
)  # fmt: skip
def test_what_cannot_be_read_is_a_format_error_with_its_place(path, content, where, said):
    with pytest.raises(FormatError, match=said) as caught:
        values.parse(path, content)
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("keys", "value"),
    [((), {"a": {"b.c": None, "l": [1]}}), (("a", "b.c"), None), (("a", "x"), ABSENT), (("a", "b.c", "d"), ABSENT),
     (("a", "l", "0"), ABSENT), (("z",), ABSENT)],
    ids=["whole", "quoted", "absent", "below-null", "in-list", "absent-top"],
)  # fmt: skip
def test_a_value_is_found_by_its_key_path(keys, value):
    assert values.at({"a": {"b.c": None, "l": [1]}}, keys) == value


def test_absent_null_and_empty_have_digests_of_their_own():
    assert values.digest(ABSENT) == ""
    assert len({values.digest(v) for v in (ABSENT, None, "", [], {}, 0, False, "null", "0")}) == 9


def test_dates_have_digests():
    assert values.digest({"d": dt.date(2024, 1, 2)}) != values.digest({"d": dt.date(2024, 1, 3)})


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@laws
@given(plain, plain)
def test_two_values_have_one_digest_where_they_are_one_value(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (values.digest(one) == values.digest(other)) is same


@laws
@given(st.dictionaries(st.text(max_size=3), plain, max_size=4))
def test_a_digest_does_not_know_the_order_of_keys(data):
    assert values.digest(data) == values.digest(dict(reversed(data.items())))
