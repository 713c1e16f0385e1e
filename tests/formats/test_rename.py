"""A key gets another name where it stands: the rest of the file keeps every byte."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import FormatError
from scaffold.formats import values
from scaffold.formats.rename import rename_key
from tests.kit import few

TOML = """\
# flags of the build
[build]   # here
flags = ["flags"]  # the flags
"odd.key" = 1

[build.sub]
x = 1

[build.sub.deep]
y = 2

[last]
z = {old = 1,  b = 2}
"""
YAML = """\
# flags
build:   # here
  flags: [a,   b]  # flags
  "old": 1
last: {old: 1, z:   2}
"""
JSON = """{"a": {"b": 1,  "c": ["b"]},
 "d": 3}
"""


@pytest.mark.parametrize(
    ("path", "text", "old", "new", "was", "now"),
    [
        ("a.toml", TOML, "build flags", "build options", "\nflags =", "\noptions ="),
        ("a.toml", TOML, "build odd.key", "build even", '"odd.key"', '"even"'),
        ("a.toml", TOML, "build flags", "build a.b", "\nflags =", '\n"a.b" ='),
        ("a.toml", TOML, "build sub", "build part", "build.sub", "build.part"),
        ("a.toml", TOML, "last z old", "last z new", "{old", "{new"),
        ("a.yml", YAML, "build flags", "build options", "  flags:", "  options:"),
        ("a.yml", YAML, "build old", "build new", '"old"', '"new"'),
        ("a.yml", YAML, "last old", "last new", "{old", "{new"),
        ("a.json", JSON, "a b", "a x", '"b": 1', '"x": 1'),
    ],
)
def test_nothing_but_the_key_is_touched(path, text, old, new, was, now):
    assert was in text
    assert rename_key(path, text.encode(), old.split(), new.split()).decode() == text.replace(was, now)


def test_in_another_mapping_the_value_goes_along():
    made = rename_key("a.toml", TOML.encode(), ["build", "flags"], ["tool", "demo", "flags"])
    assert b'[tool.demo]\nflags = ["flags"]  # the flags' in made
    assert values.parse("a.toml", made)["build"].keys() == {"odd.key", "sub"}


@pytest.mark.parametrize(
    ("old", "new"),
    [("gone", "x"), ("a", "d"), ("d", "a b"), ("a b c", "x")],
    ids=["absent", "taken", "below", "in none"],
)
def test_what_cannot_be_renamed(old, new):
    with pytest.raises(FormatError):
        rename_key("a.json", JSON.encode(), old.split(), new.split())


names = st.text("ab-_", min_size=1, max_size=2)
documents = st.dictionaries(
    names, st.integers(0, 2) | st.dictionaries(names, st.sampled_from(["a", "b"]), max_size=2), max_size=4
)


@few
@given(documents, st.data())
def test_the_file_says_what_it_said_under_the_other_name(document, data):
    if not document:
        return
    old = data.draw(st.sampled_from(sorted(document)))
    text = json.dumps(document, indent=1)
    for path in ("a.json", "a.yml"):
        made = values.parse(path, rename_key(path, text.encode(), [old], ["new"]))
        assert made == {"new" if key == old else key: value for key, value in document.items()}
