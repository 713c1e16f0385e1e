import pytest

from scaffold.errors import FormatError
from scaffold.formats import yaml
from scaffold.formats.located import Located, one_of, text, texts

DOCUMENT = yaml.load(
    b"""\
# a comment
name: demo
count: 3
on_top: true

layers:
  - base
  - 7
nested:
  inner:
    key: value
""",
    "some/blueprint.yml",
)


def failing(read):
    with pytest.raises(FormatError) as caught:
        read(DOCUMENT)
    return caught.value


@pytest.mark.parametrize(
    ("read", "where", "said"),
    [
        (lambda d: d.child("count").a(str), 3, "`count` must be text, not 3"),
        (lambda d: d.child("name").a(int), 2, "`name` must be a whole number, not 'demo'"),
        (lambda d: d.child("on_top").a(int), 4, "`on_top` must be a whole number, not True"),
        (lambda d: d.child("count").a(bool), 3, "`count` must be true or false, not 3"),
        (lambda d: d.child("name").a(dict), 2, "`name` must be a mapping, not 'demo'"),
        (lambda d: d.child("nested").a(list), 9, "`nested` must be a list, not {'inner': {'key': 'value'}}"),
        (lambda d: d.required("layers", texts), 8, "`layers.1` must be text, not 7"),
        (lambda d: d.required("title", text), 2, "`title` is missing from the document"),
        (lambda d: d.child("nested").child("inner").required("x", text), 10, "`x` is missing from nested.inner"),
        (lambda d: one_of("a", "b")(d.child("name")), 2, "`name` must be one of a, b, not 'demo'"),
        (lambda d: d.child("nested").child("inner").child("key").fail("x"), 11, "`nested.inner.key` must be x"),
    ],
)
def test_an_error_names_file_line_key_and_what_was_expected(read, where, said):
    error = failing(read)
    assert error.where == f"some/blueprint.yml:{where}"
    assert said in error.message


def test_a_long_value_is_cut_short():
    error = failing(lambda d: Located("x" * 500, d.file, d.lines, ("name",)).fail("short"))
    assert len(error.message) < 100
    assert error.message.endswith("…")


def test_a_key_that_is_not_known_suggests_the_nearest():
    error = failing(lambda d: d.only({"name", "count", "on_top", "layers", "nestled"}))
    assert error.where == "some/blueprint.yml:9"
    assert error.message == "`nested` is not a key that scaffold knows"
    assert error.hint == "did you mean `nestled`?"


def test_a_key_that_is_near_to_none_lists_those_known():
    error = failing(lambda d: d.child("nested").only({"zoo", "bar"}))
    assert error.where == "some/blueprint.yml:10"
    assert error.hint == "known keys: bar, zoo"


def test_a_value_that_is_absent_or_null_takes_the_default():
    document = yaml.load(b"a:\nb: 1\n", "f")
    assert document.optional("a", text, "d") == "d"
    assert document.optional("c", text, "d") == "d"
    assert document.optional("b", lambda at: at.data, 0) == 1


def test_a_key_that_is_no_text_is_refused_at_its_mapping():
    with pytest.raises(FormatError, match="the key 1 of `the document` must be text") as caught:
        dict(yaml.load(b"\n1: x\n", "f").items())
    assert caught.value.where == "f:2"


def test_walking_gives_every_element_with_its_place():
    layers = DOCUMENT.child("layers")
    assert [(e.data, e.where, e.name) for e in layers.elements()] == [
        ("base", "some/blueprint.yml:7", "layers.0"),
        (7, "some/blueprint.yml:8", "layers.1"),
    ]
