import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.formats.shown import on_one_line, shown, to_json
from tests.kit import laws


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb", "a\\x0ab"),
        ("\x1b[2Jx", "\\x1b[2Jx"),
        ("\x9b31m\x7f\x00", "\\x9b31m\\x7f\\x00"),
        ("a\u202eb\u2066\u200f\u061c", "a\\u202eb\\u2066\\u200f\\u061c"),
        ("a\u2028b\x85c\x0bd\re", "a\\u2028b\\x85c\\x0bd\\x0de"),
        ("tab\t, caf\u00e9 \u65e5\u672c \U0001f600", "tab\t, caf\u00e9 \u65e5\u672c \U0001f600"),
    ],
)
def test_what_is_shown(text, line):
    assert on_one_line(text) == line


@laws
@given(st.text())
def test_one_line_is_one_line_for_everybody_and_what_is_shown_stays(text):
    line = on_one_line(text)
    assert len(f"x{line}x".splitlines()) == 1
    assert shown(shown(text)) == shown(text)
    assert "\x1b" not in line


SCALARS = st.none() | st.booleans() | st.integers() | st.text()
NESTED = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@laws
@given(NESTED)
def test_json_says_the_same_and_steers_nothing(data):
    text = to_json(data)
    assert json.loads(text) == data
    assert all(len(line.splitlines()) == 1 for line in text.split("\n")[:-1])
    assert not set(text) & {"\x1b", "\x7f", "\x9b", "\u202e", "\u2028"}


def test_json_gives_each_entry_of_a_list_a_line():
    members = [{"name": "a", "files": ["x", "y"]}, {"name": "b", "files": []}]
    assert to_json({"members": members, "left": {}}).splitlines() == [
        "{",
        '  "members": [',
        '    {"name": "a", "files": ["x", "y"]},',
        '    {"name": "b", "files": []}',
        "  ],",
        '  "left": {}',
        "}",
    ]
