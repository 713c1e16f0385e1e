import pytest

from scaffold.errors import FormatError
from scaffold.formats import values


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
     ("a.yaml", b"x: {y: 1}\nt: {z: s}"), ("a/b.json", b'{"x": {"y": 1}, "t": {"z": "s"}}'),
     ("a.toml", b'\xef\xbb\xbfx = {y = 1}\nt = {z = "s"}\n')],
)  # fmt: skip
def test_the_format_is_known_by_the_name(path, content):
    assert values.parse(path, content) == {"x": {"y": 1}, "t": {"z": "s"}}


@pytest.mark.parametrize(
    ("path", "content", "where", "said"),
    [
        ("a.toml", b"x = \n", "a.toml:1", "not valid TOML"),
        ("a.toml", b"x = 1\nx = 2\n", "a.toml:2", "not valid TOML"),
        ("a.toml", b"\xff", "a.toml", "not UTF-8 text"),
        ("a.toml", b"x = " + b"[" * 5000, "a.toml", "not valid TOML"),
        ("a.toml", b"x = " + b"1" * 5000, "a.toml", "not valid TOML"),
        ("a.json", b'{\n"x": }', "a.json:2", "not valid JSON"),
        ("a.json", b'{"x": "\xff"}', "a.json", "not UTF-8 text"),
        ("a.json", b"", "a.json:1", "not valid JSON"),
        ("a.json", b"[" * 100_000, "a.json", "not valid JSON"),
        ("a.json", b"1" * 5000, "a.json", "not valid JSON"),
        ("a.json", b"[" * 300 + b"]" * 300, "a.json", "nested more than 100 levels deep"),
        ("a.toml", b"x = " + b"[" * 300 + b"]" * 300, "a.toml", "nested more than 100 levels deep"),
        ("a.yml", b"a: 1\nb: [\n", "a.yml:3", "not valid YAML"),
        ("a.md", b"# x\n", "a.md", "is not TOML, YAML or JSON, so nobody can own a key in it"),
    ],
    ids=["toml", "toml-twice", "toml-bytes", "toml-deep", "toml-digits", "json", "json-bytes", "json-empty",
         "json-deep", "json-digits", "json-deeper", "toml-deeper", "yaml", "markdown"],
)  # fmt: skip
def test_what_cannot_be_read_is_a_format_error_with_its_place(path, content, where, said):
    with pytest.raises(FormatError, match=said) as caught:
        values.parse(path, content)
    assert caught.value.where == where
