import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import FormatError
from scaffold.formats import yaml
from tests.kit import laws

odd = st.sampled_from("\x00\x07\x1b\x7f\x85\x9f\u2028\u2029\ufeff\ufffe\r\n\t =~'\"#:-")
texts = st.text(odd | st.characters(exclude_categories=("Cs",)), max_size=10)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def error_of(content):
    with pytest.raises(FormatError) as caught:
        yaml.load(content, "f.yml")
    return caught.value


@laws
@given(plain)
def test_what_is_written_reads_back(data):
    assert yaml.load(yaml.dump(data).encode(), "f").data == data


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_what_editors_write_is_read_whatever_its_encoding(encoding):
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    assert yaml.in_utf8(f"{mark}a: ñ\n".encode(encoding), "f") == "a: ñ\n".encode()


def test_what_is_no_utf_16_is_refused():
    with pytest.raises(FormatError, match="not UTF-8 text") as caught:
        yaml.in_utf8(b"\xff\xfea", "f.yml")
    assert caught.value.where == "f.yml"


def test_keys_keep_their_order_and_text_stays_readable():
    assert yaml.dump({"z": 1, "a": ["grüße", "no"]}) == "z: 1\na:\n- grüße\n- 'no'\n"


@laws
@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), plain, min_size=1, max_size=5))
def test_every_key_knows_its_line(data):
    content = yaml.dump(data)
    document = yaml.load(content.encode(), "f")
    lines = content.splitlines()
    for key in data:
        assert document.child(key).where.startswith("f:")
        line = int(document.child(key).where.removeprefix("f:"))
        assert lines[line - 1].strip("'\"").startswith(key)


def test_an_empty_file_holds_nothing():
    assert yaml.load(b"", "f").data is None
    assert yaml.load(b"# only a comment\n", "f").data is None


@pytest.mark.parametrize(
    ("content", "where", "said"),
    [
        (b"a: 1\nb: 2\na: 3\n", "f.yml:3", "the key `a` is written twice"),
        (b"x:\n  y:\n    k: 1\n    k: 2\n", "f.yml:4", "the key `k` is written twice"),
        (b"- a: 1\n  a: 1\n", "f.yml:2", "the key `a` is written twice"),
        (b"a: \xff\n", "f.yml", "not UTF-8"),
        (b"a: [1, 2\nb: 3\n", "f.yml:2", "not valid YAML"),
        (b"a: b: c\n", "f.yml:1", "not valid YAML"),
        (b"a:\n\t- tab\n", "f.yml:2", "not valid YAML"),
        (b"a: 'open\n", "f.yml:2", "not valid YAML"),
        (b"a: 1\n---\nb: 2\n", "f.yml:2", "not valid YAML"),
        (b"a: \x07\n", "f.yml", "not valid YAML"),
        (b"a: *nowhere\n", "f.yml:1", "not valid YAML"),
        (b"\n\na: !!python/object/apply:os.system ['true']\n", "f.yml:3", "not valid YAML"),
        (b"a: !include x.yml\n", "f.yml:1", "not valid YAML"),
        (b"a: 2024-13-45\n", "f.yml", "not valid YAML"),
        (b"a: " + b"9" * 5000 + b"\n", "f.yml", "not valid YAML"),
        (b"[a]: 1\n", "f.yml:1", "not valid YAML"),
        (b"a: 1\nb: " + b"[" * 200 + b"]" * 200 + b"\n", "f.yml:2", "nested more than 100"),
        (b"{a: " * 200, "f.yml:1", "nested more than 100"),
        (b"- " * 100_000, "f.yml:1", "nested more than 100"),
        (b"[" * 1_000_000, "f.yml:1", "nested more than 100"),
        (b"&a [*a]", "f.yml", "or holds itself"),
    ],
    ids=["twice", "twice-nested", "twice-in-list", "utf8", "bracket", "colon", "tab", "quote", "documents", "control",
         "alias", "python", "include", "date", "digits", "list-key", "deep-flow", "deep-map", "deep-block", "deep-open",
         "recursive"],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(content, where, said):
    error = error_of(content)
    assert said in error.message
    assert error.where == where


def test_aliases_of_aliases_do_not_fill_the_memory():
    levels = [b"a: &a [x, x, x, x, x, x, x, x, x]"]
    levels += [b"%c: &%c [%s]" % (c, c, b", ".join([b"*%c" % (c - 1)] * 9)) for c in b"bcdefghijk"]
    assert "more than 100,000 values" in error_of(b"\n".join(levels)).message
    merges = [b"a: &a {x: 1}"]
    merges += [b"%c: &%c {<<: [%s]}" % (c, c, b", ".join([b"*%c" % (c - 1)] * 9)) for c in b"bcdefghijk"]
    assert "more than 100,000 values" in error_of(b"\n".join(merges)).message


def test_anchors_and_merge_keys_are_understood():
    document = yaml.load(b"base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\n", "f")
    assert document.data == {"base": {"x": 1, "y": 2}, "more": {"x": 1, "y": 3}}
    assert document.child("more").child("y").where == "f:4"
    assert document.child("more").child("x").where == "f:2"


@laws
@given(st.binary(max_size=40) | st.text("ab:-[]{}&*!|>'\"# \n\t", max_size=30).map(str.encode))
def test_whatever_the_bytes_the_answer_is_data_or_a_format_error(content):
    try:
        yaml.load(content, "f")
    except FormatError as error:
        assert error.where.startswith("f")


def documents(text, **files):
    def include(pattern, where):
        assert where.startswith("f.yml:")
        return {pattern: files[pattern].encode()}

    return yaml.load_documents(text.encode(), "f.yml", include)


def test_documents_are_read_one_by_one_and_empty_ones_left_out():
    first, second = documents("a: 1\n---\n# nothing\n---\nb: [2]\na: 3\n")
    assert (first.data, second.data) == ({"a": 1}, {"b": [2], "a": 3})
    assert (first.child("a").where, second.child("a").where) == ("f.yml:1", "f.yml:6")


def test_what_is_included_stands_for_a_list_of_its_documents():
    (found,) = documents("a: !include x\nb: {c: !include y}\n", x="k: 1\n---\n- m: 2\n- [3]\n", y="")
    assert found.data == {"a": [{"k": 1}, {"m": 2}, 3], "b": {"c": []}}
    assert found.child("a").child(1).child("m").where == "x:3"


def test_many_includes_do_not_mix():
    files = {f"n{number}": f"k{number}:\n  help: h{number}\n  default: {number}\n" for number in range(60)}
    found = documents("".join(f"---\n!include {name}\n" for name in files), **files)
    assert [item.data for item in found] == [
        [{f"k{number}": {"help": f"h{number}", "default": number}}] for number in range(60)
    ]


def test_an_include_in_an_alias_is_read_once():
    (found,) = documents("a: &x !include n\nb: *x\n", n="k: 1\n")
    assert found.data == {"a": [{"k": 1}], "b": [{"k": 1}]}
