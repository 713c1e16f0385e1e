from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.answers.cast import cast, cast_bool, truthy
from scaffold.answers.question import TYPES
from scaffold.errors import FormatError
from tests.kit import laws


@pytest.mark.parametrize(
    ("type_", "raw", "value"),
    [
        ("str", "x", "x"), ("str", "", ""), ("str", 3, "3"), ("str", 3.5, "3.5"), ("str", True, "True"),
        ("path", "a/b", "a/b"),
        ("int", "8080", 8080), ("int", " 8 ", 8), ("int", "-1", -1), ("int", 7, 7), ("int", 7.0, 7), ("int", True, 1),
        ("float", "3", 3.0), ("float", "1e3", 1000.0), ("float", 2, 2.0),
("str", b"y", "y"), ("str", Decimal("1.10"), "1.10"),
                ("bool", True, True), ("bool", 0, False), ("bool", "2", True),
        ("json", '{"a": [1, null]}', {"a": [1, None]}), ("json", "null", None), ("json", '"x"', "x"),
        ("json", {"a": 1}, {"a": 1}), ("json", [1], [1]), ("json", None, None),
        ("yaml", "a: [1, no]", {"a": [1, False]}), ("yaml", "text", "text"), ("yaml", "", None), ("yaml", "3", 3),
        ("yaml", [1], [1]), ("yaml", None, None), ("yaml", 5, 5),
    ],
)  # fmt: skip
def test_a_raw_answer_becomes_its_type(type_, raw, value):
    result = cast(type_, raw)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("type_", "raw"),
    [
        ("str", None), ("str", []), ("str", {}), ("str", date(2024, 1, 2)), ("path", None), ("path", ["a"]),
        ("int", "x"), ("int", ""), ("int", "1.5"), ("int", None), ("int", []), ("int", {}),
        ("int", float("inf")), ("int", float("nan")), ("int", "9" * 5000),
        ("float", "x"), ("float", ""), ("float", None), ("float", [1]), ("float", 10**400),
        ("bool", None), ("bool", "maybe"), ("bool", []), ("bool", {"a": 1}),
        ("json", "{"), ("json", ""), ("json", "[" * 100_000),
        ("yaml", "["), ("yaml", "a: 1\na: 2"), ("yaml", "x: [!!set {a, b}]"), ("yaml", "[" * 100_000),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_what_is_no_such_value_is_refused(type_, raw):
    with pytest.raises((ValueError, FormatError)):
        cast(type_, raw)


@pytest.mark.parametrize("word", ["y", "yes", "Yes", "t", "true", "TRUE", " on ", "1", "1.5"])
def test_words_for_yes(word):
    assert cast_bool(word) is True


@pytest.mark.parametrize(
    "word", ["n", "no", "No", "f", "false", "off", "~", "null", "none", "None", "", "  ", "0", "0.0"]
)
def test_words_for_no(word):
    assert cast_bool(word) is False


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("perhaps", True),
        ("yes", True),
        ("0.0", False),
        ("nan", True),
        ([], False),
        ([0], True),
        ({}, False),
        (None, False),
    ],
)
def test_a_condition_holds_unless_it_says_no(value, holds):
    assert truthy(value) is holds


raw_answers = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@laws
@given(st.sampled_from(TYPES), raw_answers)
def test_whatever_the_answer_it_is_cast_or_refused(type_, raw):
    try:
        value = cast(type_, raw)
    except (ValueError, FormatError):
        return
    kinds = {"str": str, "path": str, "int": int, "float": float, "bool": bool}
    assert isinstance(value, kinds.get(type_, object))


@laws
@given(st.sampled_from(["str", "int", "float", "bool", "path"]), raw_answers)
def test_casting_what_was_cast_changes_nothing(type_, raw):
    try:
        value = cast(type_, raw)
    except (ValueError, FormatError):
        return
    again = cast(type_, value)
    assert again == value or value != value  # noqa: PLR0124 - not a number
