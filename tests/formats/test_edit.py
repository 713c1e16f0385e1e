import copy
import json
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scaffold.errors import FormatError
from scaffold.formats import edit, values, yaml
from scaffold.formats.equal import ABSENT, at
from tests.kit import few, laws

PYPROJECT = b"""\
# The project.
[project]
name = "orders"          # ours
dependencies = [
    "httpx",             # for calls
    'rich' ,
]

[tool.ruff]
line-length = 100        # the platform's
lint.select = ["E", "F"]

[tool.ruff.lint.per-file-ignores]
"tests/**" = ["S101"]    # asserts

# The team's own tool.
[tool.other]
x = 0x1F

[[tool.mypy.overrides]]
module = "a"

[[tool.mypy.overrides]]
module = "b"             # second
"""

CONFIG = b"""\
# top
name: 'orders'   # quoted
on: [push, "pull_request"]

jobs:
  test:
    steps:
      - run: make check  # all
      - run: |
          several
          lines
  # about lint
  lint:
    runs-on: &os ubuntu-24.04
  more: {runs-on: *os}
# last
"""


def toml(path, to, source):
    return edit.copy_key("a.toml", path, to=to, source=source).decode()


def yml(path, to, source):
    return edit.copy_key("a.yml", path, to=to, source=source).decode()


def changed(before, after):
    """The lines that went and came."""
    old, new = before.decode().splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_a_toml_value_is_set_and_nothing_else_moves():
    after = toml(["tool", "ruff", "line-length"], PYPROJECT, b"[tool.ruff]\nline-length = 120\n")
    gone, came = changed(PYPROJECT, after)
    assert [line.split("#")[0].split() for line in gone] == [["line-length", "=", "100"]]
    assert [line.split("#")[0].split() for line in came] == [["line-length", "=", "120"]]


def test_a_toml_value_in_a_nested_table_with_a_quoted_key():
    after = toml(
        ["tool", "ruff", "lint", "per-file-ignores", "tests/**"],
        PYPROJECT, b'[tool.ruff.lint.per-file-ignores]\n"tests/**" = ["S"]\n',
    )  # fmt: skip
    assert [line.split("#")[0].rstrip() for line in changed(PYPROJECT, after)[1]] == ['"tests/**" = ["S"]']


def test_a_toml_table_is_replaced_as_a_whole():
    after = toml(["tool", "other"], PYPROJECT, b"[tool.other]\ny = 2 # new\n")
    assert changed(PYPROJECT, after) == (["x = 0x1F"], ["y = 2 # new"])
    assert "# The team's own tool.\n[tool.other]\n" in after


def test_a_toml_array_of_tables_is_replaced_as_a_whole():
    after = toml(["tool", "mypy", "overrides"], PYPROJECT, b'[[tool.mypy.overrides]]\nmodule = "c"\n')
    assert values.parse("a.toml", after.encode())["tool"]["mypy"] == {"overrides": [{"module": "c"}]}
    assert after.startswith(PYPROJECT.decode().partition("[[")[0])


def test_a_toml_key_is_taken_away():
    after = toml(["tool", "other"], PYPROJECT, b"")
    assert "[tool.other]" not in after
    assert "tool.mypy.overrides" in after
    assert changed(PYPROJECT, after)[1] == []


def test_a_toml_table_that_is_new_brings_its_parents():
    after = toml(["tool", "a", "b"], b'[project]\nname = "x" # mine\n', b"[tool.a.b]\nc = 1\n")
    assert values.parse("a.toml", after.encode()) == {"project": {"name": "x"}, "tool": {"a": {"b": {"c": 1}}}}
    assert after.startswith('[project]\nname = "x" # mine\n')


def test_tables_that_are_not_together_are_edited_where_they_stand():
    torn = b"[tool.a]\nk = 1\n\n[other]\nz = 1 # keep\n\n[tool.b]\nm = 2\n"
    after = toml(["tool", "b", "m"], torn, b"[tool.b]\nm = 3\n")
    assert after == torn.decode().replace("m = 2", "m = 3")
    assert toml(["tool", "b"], torn, b"") == torn.decode().partition("[tool.b]")[0]


def test_a_yaml_value_is_set_and_nothing_else_moves():
    after = yml(["name"], CONFIG, b"name: payments\n")
    assert changed(CONFIG, after) == (["name: 'orders'   # quoted"], ["name: 'payments' # quoted"])


def test_a_yaml_mapping_is_replaced_below_its_key():
    after = yml(["jobs", "test"], CONFIG, b"jobs:\n  test:\n    steps: []\n    needs: [lint] # first\n")
    assert values.parse("a.yml", after.encode())["jobs"]["test"] == {"steps": [], "needs": ["lint"]}
    assert after.partition("  test:")[0] == CONFIG.decode().partition("  test:")[0]
    assert "needs: [lint] # first" in after


def test_an_edit_that_would_break_the_file_is_refused():
    with pytest.raises(FormatError, match=r"a\.yml cannot be edited without harm") as caught:
        yml(["jobs", "lint"], CONFIG, b"jobs:\n  lint:\n    runs-on: &os new\n")
    assert caught.value.where == "a.yml"


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ("a:\n  # note\n  b: 1\nc: 2\n", ["a", "b"], {"a": {}, "c": 2}),
        ("a:  # note\n  b: 1  # note\nc: 2\n", ["a", "b"], {"a": {}, "c": 2}),
        ("x:\n  a:  # note\n    b: 1\n# end\n", ["x", "a", "b"], {"x": {"a": {}}}),
        ("# note\nb: 1\n", ["b"], {}),
    ],
)
def test_taking_the_last_key_of_a_yaml_mapping_leaves_an_empty_one(before, path, after):
    assert values.parse("a.yml", yml(path, before.encode(), b"y: 1\n").encode()) == after


def test_what_goes_into_an_inline_table_becomes_inline():
    before = b"a = { x = 1 } # note\n"
    source = b"[a]\n[a.b]\nc = 1\n[a.b.d]\ne = [{f = 1}]\n"
    after = toml(["a", "b"], before, source)
    assert values.parse("a.toml", after.encode()) == {"a": {"x": 1, "b": {"c": 1, "d": {"e": [{"f": 1}]}}}}
    assert after.endswith("# note\n")
    assert after.count("\n") == 1
    assert values.parse("a.toml", edit.deep_merge("a.toml", before, source))["a"]["b"]["c"] == 1


def test_a_yaml_key_is_taken_away():
    after = yml(["on"], CONFIG, b"{}\n")
    assert values.parse("a.yml", after.encode()).keys() == {"name", "jobs"}
    assert "# quoted" in after
    assert "# last" in after


def test_yaml_text_keeps_its_meaning_for_both_readings_of_yaml():
    after = yml(["a"], b"a: 1\n", b"a: ['no', \"12:30\", yes]\n")
    assert values.parse("a.yml", after.encode()) == {"a": ["no", "12:30", True]}


def test_yaml_keeps_its_indent():
    for content in (
        "a:\n- x\n- y: 1\n  z: 2\nk: 1\n",
        "a:\n  - x\n  - y: 1\n    z: 2\nk: 1\n",
        "a: # note\n\n  # more\n    - x\n    - y: 1\n      z: 2\nk: 1\n",
        "a:\n    b:\n        c: 1\n    d:\n        - e\nk: 1\n",
        "k: 1\r\na:\r\n    b:\r\n        - c\r\n",
    ):
        assert yml(["k"], content.encode(), b"k: 2\n") == content.replace("k: 1", "k: 2")


def test_a_yaml_start_marker_stays():
    assert yml(["k"], b"---\nk: 1\n", b"k: 2\n") == "---\nk: 2\n"
    assert yml(["k"], b"k: 1\n", b"---\nk: 2\n") == "k: 2\n"


def test_a_json_value_is_set_in_the_indent_of_the_file():
    before = b'{\n    "b": 1,\n    "a": {\n        "x": "\xc3\xa4"\n    }\n}\n'
    after = edit.copy_key("a.json", ["a", "y"], to=before, source=b'{"a": {"y": [1]}}')
    assert after.decode() == (
        '{\n    "b": 1,\n    "a": {\n        "x": "ä",\n        "y": [\n            1\n        ]\n    }\n}\n'
    )


@pytest.mark.parametrize(
    ("path", "to", "source", "after"),
    [
        ("a.toml", b"a = 1 # x\r\nb = 2\r\n", b"b = 3\n", b"a = 1 # x\r\nb = 3\r\n"),
        ("a.toml", b"a = 1 # x\r\n", b"b = 3\n", b"a = 1 # x\r\nb = 3\r\n"),
        ("a.yml", b"a: 1 # x\r\nb: 2\r\n", b"b: 3\n", b"a: 1 # x\r\nb: 3\r\n"),
        ("a.json", b'{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n', b'{"b": 3}', b'{\r\n  "a": 1,\r\n  "b": 3\r\n}\r\n'),
        ("a.json", b'{\n\t"b": 2\n}', b'{"b": 3}', b'{\n\t"b": 3\n}'),
    ],
    ids=["toml", "toml-new", "yaml", "json", "json-no-last-newline"],
)
def test_line_ends_stay_as_they_are(path, to, source, after):
    assert edit.copy_key(path, ["b"], to=to, source=source) == after


def test_a_key_that_neither_has_changes_no_byte():
    for path, content in (("a.toml", PYPROJECT), ("a.yml", CONFIG)):
        assert (
            edit.copy_key(path, ["not", "there", "x"], to=content, source=b"other: 1" if path == "a.yml" else b"")
            == content
        )


@pytest.mark.parametrize(
    ("path", "to", "source"),
    [
        ("a.toml", b"x = 1\n", b"[x]\ny = 5\n"),
        ("a.toml", b"[[x]]\ny = 1\n", b"[x]\ny = 5\n"),
        ("a.yml", b"x: [1]\n", b"x: {y: 1}\n"),
        ("a.json", b'{"x": null}', b'{"x": {"y": 1}}'),
    ],
    ids=["toml-scalar", "toml-tables", "yaml-list", "json-null"],
)
def test_what_stands_in_the_way_is_named(path, to, source):
    with pytest.raises(FormatError, match=f"`x` holds no keys in {path}"):
        edit.copy_key(path, ["x", "y"], to=to, source=source)


@pytest.mark.parametrize(
    ("path", "content"),
    [("a.toml", b"x = \n"), ("a.toml", b"x = 1\nx = 2\n"), ("a.toml", b"\xff"), ("a.toml", b"a = " + b"[" * 5000),
     ("a.yml", b"x: [\n"), ("a.yml", b"x: 1\nx: 2\n"), ("a.yml", b"- 1\n"), ("a.yml", b""), ("a.yml", b"[" * 5000),
     ("a.yml", b"a: 1\n---\nb: 2\n"), ("a.json", b"{"), ("a.json", b""), ("a.json", b"[1]"), ("a.json", b"[" * 100_000),
     ("a.md", b"x")],
    ids=["toml", "toml-twice", "toml-bytes", "toml-deep", "yaml", "yaml-twice", "yaml-list", "yaml-empty", "yaml-deep",
         "yaml-documents", "json", "json-empty", "json-list", "json-deep", "markdown"],
)  # fmt: skip
def test_what_cannot_be_edited_is_a_format_error_that_names_the_file(path, content):
    with pytest.raises(FormatError) as caught:
        edit.copy_key(path, ["x"], to=content, source=content)
    assert caught.value.where.partition(":")[0] == path


def test_an_empty_toml_file_takes_a_key():
    assert values.parse("a.toml", toml(["a", "b"], b"", b"[a]\nb = 1\n").encode()) == {"a": {"b": 1}}


# Laws. A document is plain data, written with comments in one of many layouts.

keys = st.sampled_from(["a", "b", "key-3", "d.e", "f g", "ü"])
scalars = st.booleans() | st.integers(2, 99) | st.sampled_from(["x", "", "no", "12:30", "# not one", "ä\"'\\", "1.0"])
items = st.one_of(scalars, st.lists(scalars, max_size=3))
documents = st.recursive(
    st.dictionaries(keys, items, min_size=1, max_size=3),
    lambda inner: st.dictionaries(keys, items | inner, min_size=1, max_size=3),
    max_leaves=6,
)
paths = st.lists(keys, min_size=1, max_size=3)


def spelled(key):
    return key if key.replace("-", "").isalnum() and key.isascii() else json.dumps(key, ensure_ascii=False)


def as_toml(data, random, way=()):
    """Write TOML, every mapping as a table, an inline table or dotted keys."""
    lines, tables = [], []
    for key, value in data.items():
        if not isinstance(value, dict):
            lines.append(f"{spelled(key)} = {json.dumps(value, ensure_ascii=False)}  # note {key}")
        elif random.random() < 0.2 and not any(isinstance(v, dict) for v in value.values()):
            inner = ", ".join(f"{spelled(k)} = {json.dumps(v, ensure_ascii=False)}" for k, v in value.items())
            lines.append(f"{spelled(key)} = {{ {inner} }}")
        else:
            tables.append((key, value))
    for key, value in tables:
        head = ".".join(map(spelled, (*way, key)))
        lines += ["", f"# about {head}", f"[{head}]", as_toml(value, random, (*way, key)).rstrip("\n")]
    return "\n".join(lines) + "\n"


def as_yaml(data, random, depth=0):
    """Write YAML, every mapping in block or flow style."""
    lines = []
    for key, value in data.items():
        if isinstance(value, dict) and (random.random() < 0.8 or depth == 0):
            lines += [f"{'  ' * depth}{spelled(key)}:  # note {key}", as_yaml(value, random, depth + 1).rstrip("\n")]
        else:
            lines.append(f"{'  ' * depth}{spelled(key)}: {json.dumps(value, ensure_ascii=False)}  # note {key}")
    return "\n".join(lines) + "\n"


def as_json(data, random):
    return json.dumps(data, indent=random.choice([2, 4, "\t"]), ensure_ascii=False) + "\n"


WRITERS = {"x.toml": as_toml, "x.yml": as_yaml, "x.json": as_json}
formats = pytest.mark.parametrize("name", WRITERS)


def expected(path, to, source):
    """What copying a key means for plain data; None where something stands in the way."""
    wanted = at(source, path)
    after = holder = copy.deepcopy(to)
    if wanted is ABSENT and at(to, path) is ABSENT:
        return after
    for key in path[:-1]:
        holder = holder.setdefault(key, {})
        if not isinstance(holder, dict):
            return None
    if wanted is ABSENT:
        holder.pop(path[-1], None)
    else:
        holder[path[-1]] = wanted
    return after


def comments(text):
    return [line.partition("  # ")[2] for line in text.splitlines() if "  # " in line]


@formats
@laws
@given(to=documents, source=documents, path=paths, random=st.randoms(use_true_random=False))
@example(to={"a": {"b": {"a": 1}}, "b": 1}, source={"a": {"b": {"b": 2}}}, path=["a", "b"], random=Random(1))
def test_copying_a_key_gives_the_sources_value_and_leaves_every_other(name, to, source, path, random):
    before, wanted = WRITERS[name](to, random), WRITERS[name](source, random)
    after = expected(path, to, source)
    try:
        result = edit.copy_key(name, path, to=before.encode(), source=wanted.encode())
    except FormatError:
        assert after is None
        return
    assert values.parse(name, result) == after
    if name == "x.toml":
        kept = {note for note in comments(before) if note.removeprefix("note ") not in _below(path, to)}
        assert kept <= set(comments(result.decode()))


def _below(path, data):
    """The names of the edited key and of all below it: their comments may go."""
    value = at(data, path)
    names = {path[-1]}
    todo = [value]
    while todo:
        if isinstance(current := todo.pop(), dict):
            names |= current.keys()
            todo += current.values()
    return names


def test_deep_merge_tells_true_from_one_and_an_item_is_added_once():
    after = edit.deep_merge("x.toml", b"a = [1]\n", b"a = [true, 1.0, true]\n")
    assert repr(values.parse("x.toml", after)) == "{'a': [1, True, 1.0]}"


@pytest.mark.parametrize(
    ("to", "path"),
    [("!t k: [1]\n", ["k", "0"]), ("b: &b {d: 1}\nc:\n  <<: *b\n  e: 2\n", ["c", "d"]), ("? {a: [b]}\n: 1\n", ["a"])],
    ids=["a-key-with-a-tag", "merged", "a-mapping-as-key"],
)
def test_what_ruamel_cannot_edit_is_refused(to, path):
    with pytest.raises(FormatError):
        yml(path, to.encode(), b"z: 1\n")


def test_an_element_of_a_list_is_set_and_taken():
    assert yml(["a", "1", "b"], b"a:\n  - x # one\n  - b: 1\n", b"a: [y, {b: 2}]\n") == "a:\n  - x # one\n  - b: 2\n"
    assert yml(["a", "0", "b"], b"a:\n  - b: 1\n    c: 2\n", b"a: []\n") == "a:\n  - c: 2\n"
    assert toml(["a", "0"], b"a = [1, 2]\n", b"a = [3]\n") == "a = [3, 2]\n"


@formats
@few
@given(data=documents, path=paths, random=st.randoms(use_true_random=False))
def test_copying_a_key_from_itself_changes_nothing(name, data, path, random):
    before = WRITERS[name](data, random).encode()
    try:
        result = edit.copy_key(name, path, to=before, source=before)
    except FormatError:
        return
    assert values.parse(name, result) == data


@formats
@few
@given(to=documents, source=documents, path=paths, random=st.randoms(use_true_random=False))
def test_copying_a_key_twice_is_copying_it_once(name, to, source, path, random):
    before, wanted = WRITERS[name](to, random).encode(), WRITERS[name](source, random).encode()
    try:
        once = edit.copy_key(name, path, to=before, source=wanted)
    except FormatError:
        return
    assert edit.copy_key(name, path, to=once, source=wanted) == once


def merged(lower, upper):
    after = copy.deepcopy(lower)
    for key, value in upper.items():
        if isinstance(value, dict) and isinstance(after.get(key), dict):
            after[key] = merged(after[key], value)
        elif isinstance(value, list) and isinstance(after.get(key), list):
            after[key] += [item for number, item in enumerate(value) if item not in after[key] + value[:number]]
        else:
            after[key] = value
    return after


@formats
@laws
@given(lower=documents, upper=documents, random=st.randoms(use_true_random=False))
def test_deep_merge_is_by_key_and_lists_come_one_after_the_other(name, lower, upper, random):
    below, above = WRITERS[name](lower, random).encode(), WRITERS[name](upper, random).encode()
    try:
        result = edit.deep_merge(name, below, above)
    except FormatError:
        return
    assert values.parse(name, result) == merged(lower, upper)


def test_deep_merge_keeps_the_comments_of_the_lower():
    lower = b"version: 2 # fixed\nupdates:\n  # ours\n  - ecosystem: actions # weekly\n"
    after = edit.deep_merge("x.yml", lower, b"updates:\n  - ecosystem: pip\n").decode()
    assert after == lower.decode() + "  - ecosystem: pip\n"


ANSWERS = b"""\
# What this service was stamped from.
blueprint: demo   # the one
source: builtin
answers:
  # the name
  service: orders  # do not change
  port: 8080
  gone: true
"""


def test_setting_values_touches_only_those_that_differ():
    after = edit.set_values("answers.yml", ANSWERS, {"blueprint": "demo", "source": "no"}).decode()
    assert after == ANSWERS.decode().replace("source: builtin", "source: 'no'")
    assert edit.set_values("answers.yml", ANSWERS, {"blueprint": "demo"}) == ANSWERS


def test_syncing_a_mapping_keeps_comments_and_order():
    after = edit.sync_mapping("a.yml", ANSWERS, "answers", {"port": 9090, "service": "orders", "new": "x"}).decode()
    assert after == ANSWERS.decode().replace("8080", "9090").replace("gone: true", "new: x")


def test_syncing_makes_the_mapping_where_there_is_none():
    for content in (b"a: 1\n", b"a: 1\nanswers:\n", b"a: 1\nanswers: 5\n"):
        after = edit.sync_mapping("a.yml", content, "answers", {"x": "y"})
        assert values.parse("a.yml", after) == {"a": 1, "answers": {"x": "y"}}


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\x85\u2028\u2029\ufeff"), max_size=12
)
awkward = st.sampled_from(["no", "yes", "12:30", "0o14", "014", "1_000", "null", "~", "2024-01-01", "=", "<<", "1e3", "",
                           " x ", "a: b", "a #b", "- x", "{", "*a", "&a", "!x", "%x", "@x", "|", "a\nb", "a\n\nb\n"])  # fmt: skip
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | awkward,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | awkward, inner, max_size=3),
    max_leaves=5,
)


@laws
@given(st.dictionaries(st.from_regex("[a-z]{1,4}", fullmatch=True), anything, max_size=4))
@example({"country": "no", "at": "12:30", "deep": [{"on": ["yes"]}]})
def test_what_is_synced_reads_back_as_the_same_values(answers):
    after = edit.sync_mapping("a.yml", ANSWERS, "answers", answers)
    assert values.parse("a.yml", after) == {"blueprint": "demo", "source": "builtin", "answers": answers}
    assert b"# the one" in after


@pytest.mark.parametrize("held", [
    "{1: a}  # why", "{on: yes, 0x10: 010, 2024-01-02: 2024-01-02, ~: 1.50, 12:30: 1_0}  # why", "[no, y, 0o17, 1e3]  # why",
    "# why\n    1: &a yes\n    2: *a\n    3: !!set {a, b}", "2024-01-02T10:00:00Z  # why", "|  # why\n    a",
])  # fmt: skip
def test_an_answer_that_stays_is_left_as_it_is_written(held):
    before = f"answers:\n  m: {held}\n  other: 1\n"
    wanted = yaml.load(before.encode(), "f").data["answers"] | {"other": 2}
    after = edit.sync_mapping("a.yml", before.encode(), "answers", wanted)
    assert after.decode() == before.replace("other: 1", "other: 2")


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (b"# a\nown:\n- /f  # ours\n- /g\nb: 1  # b\n", ["/f"], b"# a\nown:\n- /f  # ours\nb: 1  # b\n"),
        (b"own:\n- /g\n- /f  # ours\n- /h\n", ["/f", "/g", "no"], b"own:\n- /f  # ours\n- /g\n- 'no'\n"),
        (b"own: [/f, '*', /f]\nb: 1\n", ["*"], b"own: ['*']\nb: 1\n"),
        (b"own: [/f, '*', /f]\n", ["/f", "/f"], b"own: [/f, /f]\n"),
        (b"a: 1  # a\nown:\n- /f\nb: 1\n", [], b"a: 1  # a\nb: 1\n"),
        (b"a: 1\n", [], b"a: 1\n"),
        (b"a: 1\n", ["/f"], b"a: 1\nown:\n- /f\n"),
    ],
)
def test_a_list_holds_what_is_wanted_in_its_order(before, wanted, after):
    assert edit.sync_list("a.yml", before, "own", wanted) == after
