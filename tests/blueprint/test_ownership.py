import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.blueprint.ownership import Ownership, key_path, parse, spell
from scaffold.errors import FormatError
from scaffold.formats import yaml
from tests.kit import laws

HERE = yaml.load(b"\n\nkeys: 1\n", "f").child("keys")


def read(text):
    return parse(yaml.load(text.encode(), "f"))


def test_one_word_owns_a_whole_file():
    assert read("'*': managed\n/a/**: locked\nb: seeded\n") == {
        "*": Ownership("managed"), "/a/**": Ownership("locked"), "b": Ownership("seeded"),
    }  # fmt: skip


def test_keys_inside_a_file_have_owners_of_their_own():
    assert read("a.toml:\n  keys: {tool.ruff: locked, project.version: seeded, other: managed}\n") == {
        "a.toml": Ownership("managed", {("tool", "ruff"): "locked", ("project", "version"): "seeded"})
    }
    assert read("a.toml: {file: seeded, keys: {tool.ruff: locked}}\n") == {
        "a.toml": Ownership("seeded", {("tool", "ruff"): "locked"})
    }


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\na: mine\n", 2, "`a` must be one of locked, managed, seeded, not 'mine'"),
        ("a:\n  file: mine\n", 2, "`a.file` must be one of locked, managed, seeded"),
        ("a:\n  keys:\n    tool: locked\n    tool.x: seeded\n", 4, "absent: `tool` owns all below it"),
        ("a:\n  fil: locked\n", 2, "`a.fil` is not a key that scaffold knows"),
        (
            "a:\n  file: locked\n  keys: {x: seeded}\n",
            3,
            "`a.keys` must be absent: in a locked file every key is locked",
        ),
        (
            "a:\n  file: seeded\n  keys: {x: managed}\n",
            3,
            "`a.keys` must be locked keys only: the rest of a seeded file",
        ),
        ("a:\n  keys: [x]\n", 2, "`a.keys` must be a mapping"),
        ("a:\n  keys:\n    x: mine\n", 3, "`a.keys.x` must be one of locked, managed, seeded"),
        ("a:\n  keys:\n    x..y: locked\n", 3, "`x..y` is not a key path"),
    ],
)
def test_each_wrong_value_gives_line_key_and_expectation(text, line, said):
    with pytest.raises(FormatError) as caught:
        read(text)
    assert said in caught.value.message
    assert caught.value.where == f"f:{line}"


@pytest.mark.parametrize(
    ("written", "path"),
    [("a", ("a",)), ("tool.ruff.lint", ("tool", "ruff", "lint")), ('a."b.c".d', ("a", "b.c", "d")),
     ('"tests/**.py"', ("tests/**.py",)), ("line-length", ("line-length",)), ('""', ("",)), ("a b.c", ("a b", "c"))],
)  # fmt: skip
def test_a_key_path_is_dotted_with_quotes_round_a_key_that_holds_a_dot(written, path):
    assert key_path(written, HERE) == path


@pytest.mark.parametrize("written", ["", ".", "a.", ".a", "a..b", 'a."b', 'a"b"c', 'a."b"c', '"'])
def test_what_is_no_key_path_is_refused_with_an_example(written):
    with pytest.raises(FormatError, match="is not a key path") as caught:
        key_path(written, HERE)
    assert caught.value.where == "f:3"
    assert caught.value.hint == 'write it as in a."b.c".d'


@laws
@given(st.lists(st.text(max_size=5).filter(lambda key: '"' not in key), min_size=1, max_size=4).map(tuple))
def test_a_key_path_reads_back_as_it_is_spelled(path):
    assert key_path(spell(path), HERE) == path
