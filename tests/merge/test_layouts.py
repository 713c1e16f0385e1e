import json
import re

import pytest
import tomlkit
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from scaffold.errors import FormatError
from scaffold.formats.equal import Tagged
from scaffold.merge.layout import Branch, Leaf, leaves, text_of
from scaffold.merge.layouts import known
from tests.kit import laws

FORMATS = ["toml", "yaml", "json", "ini"]


def entry(root, *keys):
    """The entry below those keys, and list places."""
    for key in keys:
        branch = root if isinstance(root, Branch) else root.value
        root = branch.entries[key] if isinstance(key, int) else next(e for e in branch.entries if e.key == key)
    return root


def cut(root, *keys):
    """An entry's pieces: lead, head, value, comma, tail."""
    found = entry(root, *keys)
    return found.lead, found.head, text_of(found.value), found.comma, found.tail


def taken_apart(kind, text):
    root = known.layout(kind, text)
    assert text_of(root) == text
    return root


# TOML


def test_toml_comments_belong_to_what_follows_them():
    root = taken_apart("toml", '# top\n\na = 1 # one\n# about b\nb = "x"\n\n# about t\n[t] # head\nc = 1\n# the end\n')
    assert cut(root, "a") == ("# top\n\n", "a = ", "1", "", " # one\n")
    assert cut(root, "b") == ("# about b\n", "b = ", '"x"', "", "\n")
    assert cut(root, "t") == ("\n# about t\n", "[t] # head\n", "c = 1\n", "", "")
    assert cut(root, "t", "c") == ("", "c = ", "1", "", "\n")
    assert root.closing == "# the end\n"


def test_toml_keys_are_spelled_by_their_parts():
    root = taken_apart("toml", '[tool . "a.b".\'c\']\nx . y = 1\n"\\u0061" = 2\n')
    assert [e.key for e in root.entries] == ["tool\0a.b\0c"]
    assert [e.key for e in root.entries[0].value.entries] == ["x\0y", "a"]


def test_toml_tables_in_arrays_are_counted():
    root = taken_apart("toml", "[[a]]\n[a.b]\n[[a.c]]\n[[a.c]]\n[[a]]\n[[a.c]]\n")
    assert [e.key.replace("\0", ".") for e in root.entries] == [
        "a.[0]", "a.[0].b", "a.[0].c.[0]", "a.[0].c.[1]", "a.[1]", "a.[1].c.[0]",
    ]  # fmt: skip


def test_toml_list_on_lines():
    root = taken_apart("toml", 'a = [ # open\n  # first\n  "x", # x\n\n  "y", "z" # last\n  # none\n] # end\n')
    branch = entry(root, "a").value
    assert (branch.kind, branch.opening, branch.closing) == ("list", "[ # open\n", "\n  # none\n]")
    assert cut(root, "a", 0) == ("  # first\n", "  ", '"x"', ",", " # x\n")
    assert cut(root, "a", 1) == ("\n", "  ", '"y"', ",", "")
    assert cut(root, "a", 2) == ("", " ", '"z"', "", " # last")
    assert entry(root, "a").tail == " # end\n"


def test_toml_list_on_lines_with_a_last_comma():
    branch = entry(taken_apart("toml", 'a = [\n  "x",\n  "y", # y\n  # none\n]\n'), "a").value
    assert branch.entries[-1].text == '  "y", # y\n'
    assert branch.closing == "  # none\n]"


def test_toml_on_one_line():
    root = taken_apart("toml", 'a = [ 1, 2 ]\nb = { x = 1, "y" = [] }\n')
    assert [e.text for e in entry(root, "a").value.entries] == [" 1,", " 2"]
    assert entry(root, "a").value.closing == " ]"
    assert cut(root, "b", "y") == ("", ' "y" = ', "[]", "", "")


@pytest.mark.parametrize(
    "value",
    ['"""\n"a" ""\\""""""', "'''\n[x]\n'''", "1979-05-27 07:32:00Z", '"a # b \\" ="', "'\\'", "+1_0.5e-3", "inf"],
)
def test_toml_scalars_stay_whole(value):
    assert cut(taken_apart("toml", f"a = {value} # c\n"), "a") == ("", "a = ", value, "", " # c\n")


# YAML


def test_yaml_blocks_begin_on_the_next_line():
    root = taken_apart("yaml", "# top\n---\na:  # why\n  # first\n  b: 1 # one\n\n  c: &x\n  - 2\n")
    assert root.opening == "# top\n---\n"
    assert entry(root, "a").head == "a:  # why\n"
    assert cut(root, "a", "b") == ("  # first\n", "  b: ", "1", "", " # one\n")
    assert cut(root, "a", "c") == ("\n", "  c: &x\n", "  - 2\n", "", "")
    assert cut(root, "a", "c", 0) == ("", "  - ", "2", "", "\n")


def test_yaml_mapping_behind_a_dash():
    root = taken_apart("yaml", "- a: 1\n  b: 2\n-\n  c: 3\n- - x\n  - y\n")
    assert cut(root, 0) == ("", "- ", "a: 1\n  b: 2\n", "", "")
    assert cut(root, 0, "a") == ("", "a: ", "1", "", "\n")
    assert cut(root, 0, "b") == ("", "  b: ", "2", "", "\n")
    assert cut(root, 1) == ("", "-\n", "  c: 3\n", "", "")
    assert cut(root, 2, 1) == ("", "  - ", "y", "", "\n")


def test_yaml_comments_belong_where_they_are_indented():
    root = taken_apart(
        "yaml", "a:\n  b: 1\n\n  # - of a\n\n# of c\nc:\n- d\n# of e\ne: 1\n  # of f\nf:\n  g: 1\n# end\n"
    )
    assert entry(root, "a").value.closing == "\n  # - of a\n"
    assert [entry(root, key).lead for key in "cef"] == ["\n# of c\n", "# of e\n", "  # of f\n"]
    assert root.closing == "# end\n"


def test_yaml_flow():
    root = taken_apart("yaml", "a: {x: [1, 2], 'y': , z} # c\nb: [\n  1, # one\n  # two\n  &t 2\n]\nc: &d [1]\n")
    assert cut(root, "a", "x") == ("", "x: ", "[1, 2]", ",", "")
    assert cut(root, "a", "y") == ("", " 'y':", "", " ,", "")
    assert cut(root, "a", "z") == ("", " z", "", "", "")
    assert cut(root, "b", 0) == ("", "  ", "1", ",", " # one\n")
    assert cut(root, "b", 1) == ("  # two\n", "  ", "&t 2", "", "")
    assert cut(root, "c") == ("", "c: &d ", "[1]", "", "\n")


@pytest.mark.parametrize(
    ("written", "value", "rest"),
    [
        ("|\n  x\n   y\n\n", "|\n  x\n   y", "\n\n"),
        (">- # c\n  x  \n", ">- # c\n  x  ", "\n"),
        ("|2+\n   x\n\n", "|2+\n   x\n", "\n"),
        ("!t |+\n  x\n\n", "!t |+\n  x\n", "\n"),
        ("|\n", "|", "\n"),
        ("x\n  y # c\n", "x\n  y", " # c\n"),
        ('"x\n\n  # y"\n', '"x\n\n  # y"', "\n"),
        ("*x\n", "*x", "\n"),
        ("!ENV [a, b] # c\n", "!ENV [a, b]", " # c\n"),
        ("!t\n  x: 1\n", "!t\n  x: 1", "\n"),
        ("# c\n", "", " # c\n"),
    ],
)
def test_yaml_values_that_stay_whole(written, value, rest):
    root = taken_apart("yaml", f"x: &x 1\na: {written}b: 1\n")
    assert isinstance(entry(root, "a").value, Leaf)
    assert text_of(entry(root, "a").value) == value
    assert entry(root, "a").tail + entry(root, "b").lead == rest
    assert "\n" not in entry(root, "a").tail[:-1]


@pytest.mark.parametrize(
    "text",
    ["a: 1\n---\nb: 1\n", "? a\n: 1\n", "{[a]: 1}", "just text", "a: 1\na: 2\n", "{% set a = 1 %}\n", "a: {{ b }}\n", "[" * 9000],
)  # fmt: skip
def test_yaml_refused(text):
    with pytest.raises(FormatError):
        known.layout("yaml", text)


# JSON


def test_json_with_comments():
    root = taken_apart("json", '// top\n{\n  // a\n  "a": 1, // one\n\n  "b": [1, 2] /* two\n */\n  // end\n}\n')
    assert (root.opening, root.closing) == ("// top\n{\n", "\n  // end\n}\n")
    assert cut(root, "a") == ("  // a\n", '  "a": ', "1", ",", " // one\n")
    assert cut(root, "b") == ("\n", '  "b": ', "[1, 2]", "", " /* two\n */")
    assert cut(root, "b", 1) == ("", " ", "2", "", "")
    assert known.values("json", text_of(root)) == {"a": 1, "b": [1, 2]}


def test_json_with_commas_first_or_last():
    root = taken_apart("json", '[ "a,]"\n, "/*"\n, {"x\\u0079": 1,},\n]')
    assert cut(root, 0) == ("", " ", '"a,]"', "\n,", "")
    assert cut(root, 2, "xy") == ("", '"x\\u0079": ', "1", ",", "")
    assert root.closing == "]"
    assert known.values("json", text_of(root)) == ["a,]", "/*", {"xy": 1}]


def test_json_with_a_comment_before_a_comma_stays_whole():
    assert cut(taken_apart("json", '{"a": [1 // one\n, 2]}'), "a") == ("", '"a": ', "[1 // one\n, 2]", "", "")


@pytest.mark.parametrize(
    "text", ["1", "", "{} {}", "[1 2]", '{"a": 1, "a": 2}', "[1,, 2]", '["a', '{"a"}', "[" * 200 + "]" * 200]
)
def test_json_refused(text):  # fmt: skip
    with pytest.raises(FormatError):
        known.layout("json", text)


def test_json_string_without_end_hides_no_comment():
    with pytest.raises(FormatError):
        known.values("json", '{"**/*\n*": 1, "**/b": 2}')


# INI


def test_ini_options():
    root = taken_apart(
        "ini", "; top\n[a]  \nx = 1 \n\n# about y\ny:\n    one\n    # two\n\n    three\n[b]\nz=first\n  second\n# end\n"
    )
    assert cut(root, "a")[:2] == ("; top\n", "[a]  \n")
    assert cut(root, "a", "x") == ("", "x = ", "1", "", " \n")
    assert cut(root, "a", "y")[:2] == ("\n# about y\n", "y:")
    assert entry(root, "a", "y").value.opening == "\n"
    assert cut(root, "a", "y", 1) == ("    # two\n\n", "    ", "three", "", "\n")
    assert cut(root, "b", "z") == ("", "z=", "first\n  second", "", "\n")
    assert root.closing == "# end\n"
    assert known.values("ini", text_of(root)) == {"a": {"x": "1", "y": ["one", "three"]}, "b": {"z": "first\nsecond"}}


def test_ini_options_before_the_first_section():
    text = "root = true\n\n[*.{py,js}]\nindent = 4\n[DEFAULT]\nKey =\n"
    root = taken_apart("ini", text)
    assert [e.key for e in root.entries] == ["root", "*.{py,js}", "DEFAULT"]
    assert known.values("ini", text) == {"root": "true", "*.{py,js}": {"indent": "4"}, "DEFAULT": {"Key": ""}}


@pytest.mark.parametrize("text", ["[a]\nx = 1\nx = 2\n", "[a]\n[a]\n", "[a]\nno sign\n", "[a]\n= 1\n"])
def test_ini_refused(text):
    for door in (known.layout, known.values):
        with pytest.raises(FormatError):
            door("ini", text)


# All of them


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("pyproject.toml", "toml"), ("a/Pipfile", "toml"), (".github/workflows/ci.yml", "yaml"), ("CITATION.cff", "yaml"),
        (".yamllint", "yaml"), ("tsconfig.json", "json"), (".prettierrc", "json"), ("x.code-workspace", "json"),
        ("setup.cfg", "ini"), (".editorconfig", "ini"), ("a.b/.coveragerc", "ini"), ("README.md", None), ("a.toml/b", None),
    ],
)  # fmt: skip
def test_kinds(path, kind):
    assert known.kind_of(path) == kind


def test_values_of_yaml_are_as_written():
    text = "on: {1: x}\na: &a {b: !ENV [X, 1.5]}\nc: {<<: *a, d: !!python/name:e.f ''}\ng: 2026-01-02\n"
    found = known.values("yaml", text)
    assert found["on"] == {"1": "x"}
    assert found["a"] == {"b": Tagged("!ENV", ["X", 1.5])}
    assert found["c"] == {"<<": found["a"], "d": Tagged("tag:yaml.org,2002:python/name:e.f", "")}
    assert str(found["g"]) == "2026-01-02"


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "a: *b\n",
        "a: &a [*a]\n",
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)),
        "[" * 9000,
        "- " * 9000,
        "a: !!int x\n",
        "\x01",
    ],
)
def test_yaml_values_refused(text):
    with pytest.raises(FormatError):
        known.values("yaml", text)


CHANGES = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "no last line end": str.rstrip,
    "blank lines at the end": lambda text: text + "\n\n",
    "a byte order mark": lambda text: f"\ufeff{text}",
}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("change", CHANGES)
def test_line_ends_and_marks(kind, change):
    plain = {
        "toml": "# c\n[a]\nb = [\n  1,\n  2 # two\n]\n",
        "yaml": "# c\na:\n  - é # two\n  - |\n    x\n",
        "json": '{\n  "a": [\n    1\n  ]\n}\n',
        "ini": "# c\n[a]\nb =\n  1\n  2\n",
    }
    text = CHANGES[change](plain[kind])
    if change == "a byte order mark" and kind in {"toml", "ini"}:  # whose own parsers take no mark either
        with pytest.raises(FormatError):
            known.layout(kind, text)
        return
    root = taken_apart(kind, text)
    agree(kind, root, known.values(kind, text))
    for leaf in leaves(root):
        assert not leaf.text.endswith(("\r", "\n"))


def agree(kind, root, data):
    """Fails unless a layout has the keys of the data, and as many items."""
    fits(nested(root) if kind != "toml" else listed(nested(root)), data)


def nested(node):
    if isinstance(node, Leaf):
        return None
    if node.kind == "list":
        return [nested(item.value) for item in node.entries]
    found = {}
    for one in node.entries:
        holder, keys = found, one.key.split("\0")
        for key in keys[:-1]:
            holder = holder.setdefault(key, {})
        value = nested(one.value)
        if isinstance(value, dict):
            holder.setdefault(keys[-1], {}).update(value)
        else:
            holder[keys[-1]] = value
    return found


def listed(found):
    """TOML's counted tables as lists."""
    if isinstance(found, dict) and found and all(re.fullmatch(r"\[\d+\]", key) for key in found):
        return [listed(value) for value in found.values()]
    if isinstance(found, dict):
        return {key: listed(value) for key, value in found.items()}
    return [listed(value) for value in found] if isinstance(found, list) else found


def fits(found, data):
    if isinstance(found, dict) and (found or data):
        assert found.keys() == data.keys()
        for key, value in found.items():
            fits(value, data[key])
    elif isinstance(found, list):
        assert len(found) == len(data)
        for value, item in zip(found, data, strict=True):
            fits(value, item)


KEYS = st.text("ab .-\"'#é\\", min_size=1, max_size=4)
SCALARS = st.integers(-9, 9) | st.booleans() | st.text("ab\n:#-,[]{}\"'\\ é😀", max_size=9)
DATA = st.recursive(SCALARS, lambda d: st.lists(d, max_size=3) | st.dictionaries(KEYS, d, max_size=3), max_leaves=12)
ROOTS = st.dictionaries(KEYS, DATA, max_size=4)
FRAGMENTS = [
    *"[]{},:#\"'\n -=|>&*!?.\\/é", "\r\n", " # c\n", "\n\n", "- ", ": ", "[[", "]]", "'''", '"""', "// c\n", "/* c\n */", "|+\n", "---\n",
]  # fmt: skip


@st.composite
def documents(draw):
    """A document of some format, written in one of the ways that the format has."""
    kind, data = draw(st.sampled_from(FORMATS)), draw(ROOTS)
    if kind == "toml":
        return kind, tomlkit.dumps(data)
    if kind == "yaml":
        style = {"default_flow_style": draw(st.sampled_from([True, False, None])), "indent": draw(st.integers(2, 4))}
        width = draw(st.sampled_from([8, 80]))
        return kind, yaml.dump(
            data, **style, width=width, allow_unicode=True, default_style=draw(st.sampled_from(["|", None]))
        )
    if kind == "json":
        return kind, json.dumps(data, indent=draw(st.sampled_from([None, 2, "\t"])), ensure_ascii=draw(st.booleans()))
    sections = draw(
        st.dictionaries(
            st.text("ab.:", min_size=1),
            st.dictionaries(st.text("abC", min_size=1), st.lists(st.text("ab =:", min_size=1))),
        )
    )
    listed = [f"[{name}]\n" + "".join(f"{key} =" + "".join(f"\n  {v}" for v in value) + "\n" for key, value in options.items()) for name, options in sections.items()]  # fmt: skip
    return kind, "\n".join(listed)


@laws
@given(documents())
def test_what_is_written_is_taken_apart(document):
    kind, text = document
    agree(kind, taken_apart(kind, text), known.values(kind, text))


@st.composite
def edited(draw):
    kind, text = draw(documents())
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(["", *FRAGMENTS])) + text[at + draw(st.integers(0, 3)) :]
    return kind, text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"])))


@laws
@given(edited())
@example(("yaml", "- &a b: 1\n"))
@example(("yaml", "? a\n"))
@example(("toml", "a = [\n"))
@example(("json", "{"))
def test_an_edited_document_is_refused_or_kept(document):
    kind, text = document
    try:
        root = known.layout(kind, text)
    except FormatError:
        return
    assert text_of(root) == text
    try:
        data = known.values(kind, text)
    except FormatError:
        return
    agree(kind, root, data)
