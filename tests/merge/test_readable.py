import pytest

from scaffold.merge.readable import broken, fault


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("a.toml", b"a = 1\na = 2\n", "not valid TOML"),
        ("a.yml", b"a: 1\na: 2\n", "written twice"),
        ("a.yml", b"on: {1: !x y}\n", None),
        ("a.json", b'{"a": 1, // note\n}', None),
        ("a.json", b'{"a": 1 "b": 2}', "not valid JSON"),
        ("setup.cfg", b"a\n", "not valid INI"),
        ("a.py", b"x = '\\d'\n", None),
        ("a.py", b"x = 1\n  y = 2\n", "line 2 is not valid Python"),
        ("a.py", b"\0", "null bytes"),
        ("a.toml", b"\xff", "no text that can be read"),
        (".gitignore", b"!a\n", None),
        ("a.md", b"<<<<<<<\n", None),
    ],
)
def test_why_a_file_cannot_be_read(path, content, said):
    found = fault(path, content)
    assert found is None if said is None else said in (found or "")


def test_a_file_is_broken_only_where_every_side_could_be_read():
    assert broken("a.toml", b"a", [b"a = 1", b""]) == fault("a.toml", b"a")
    assert broken("a.toml", b"a", [b"a = 1", b"b"]) is None
    assert broken("a.toml", b"a = 1", [b"a = 2"]) is None
