"""One notion of equal: an equivalence that is total, and the same wherever data is compared."""

import datetime as dt
import hashlib
import json

import pytest
import yaml as pyyaml
from hypothesis import example, given
from hypothesis import strategies as st

from scaffold.blueprint.ownership import Ownership
from scaffold.formats import edit, values, yaml
from scaffold.formats.documents import load
from scaffold.formats.equal import ABSENT, Tagged, as_text, at, canonical, digest, equal
from scaffold.formats.lookup import below
from scaffold.guard.declared import ASKS
from scaffold.lock import Locked
from scaffold.merge.values import Rules, merge_values
from scaffold.plan import keys
from scaffold.plan.drift import digests, drifted
from tests.kit import few, laws

NAN, HUGE = float("nan"), 16**5000
DAY, MOMENT = dt.date(2024, 1, 2), dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
APART = (
    ABSENT, None, False, True, 0, 1, -1, 0.0, -0.0, 1.0, NAN, float("inf"), HUGE, HUGE + 1, "", "null", "true", "1", "1.0",
    "NaN", "\ud800", "\ud800\udc00", "\U00010000", "2024-01-02", DAY, MOMENT, MOMENT.replace(tzinfo=None), dt.time(1, 2),
    b"", b"a", [], [[]], [None], [1], (), (1,), {}, set(), {1}, {"a": 1}, {"a": True}, {"1": 1}, {"on": 1}, {"a": {}},
    {True: 1}, {1: 1, "1": 1}, {"a": 1, "b": 2}, [("!a", "b")], [Tagged("!a", "b")], Tagged("!a", None), Tagged("!c", None), "!a b",
)  # fmt: skip


def test_each_value_is_equal_to_itself_alone():
    for number, one in enumerate(APART):
        for other_number, other in enumerate(APART):
            assert equal(one, other) is (number == other_number), (one, other)
            assert (digest(one) == digest(other)) is (number == other_number), (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [({"a": 1, "b": [2]}, {"b": [2], "a": 1}), ({1: "a", None: "b"}, {"null": "b", "1": "a"}), ([NAN], [float("nan")]),
     ({"a", 1}, {1, "a"}), ({"1": 1}, {1: 1}), ({1: "a", "1": "b"}, {"1": "a", 1: "b"})],
    ids=["order", "keys-are-text", "nan", "set", "text-on-one-side", "one-text-for-two-keys"],
)  # fmt: skip
def test_what_is_equal_though_it_is_built_otherwise(one, other):
    assert equal(one, other)
    assert equal(other, one)
    assert digest(one) == digest(other)


scalars = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=3) | st.binary(max_size=2)
    | st.dates() | st.times() | st.datetimes() | st.sampled_from([value for value in APART if type(value) is not int])
)  # fmt: skip
data = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(
            st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=2) | st.dates(), inner, max_size=3
        )
        | st.builds(Tagged, st.sampled_from(["!a", "!b"]), inner)
    ),
    max_leaves=6,
)


@laws
@given(data, data, data)
def test_equality_is_an_equivalence_and_digests_follow_it(one, two, three):
    assert equal(one, one)
    assert equal(one, two) is equal(two, one) is (digest(one) == digest(two))
    assert not (equal(one, two) and equal(two, three)) or equal(one, three)


names = st.sampled_from([1, "1", True, "true", None, "null", DAY, "2024-01-02"])
mappings = st.dictionaries(names, st.sampled_from("ab") | st.dictionaries(names, st.just("a"), max_size=2), max_size=3)


@laws
@given(mappings, mappings)
def test_keys_that_are_one_text_are_one_key_on_either_side(one, other):
    assert equal(one, other) is equal(other, one) is (digest(one) == digest(other))
    assert equal(one, {as_text(key): value for key, value in one.items()}) is (len({*map(as_text, one)}) == len(one))


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@laws
@given(plain)
def test_the_digest_of_what_json_has_is_the_one_that_locks_hold(value):
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert canonical(value) == written
    assert digest(value) == hashlib.sha256(written.encode()).hexdigest()


@pytest.mark.parametrize(
    ("keys", "value"),
    [((), {"a": {"b.c": None, "l": [1], 8: {True: "x"}}}), (("a", "b.c"), None), (("a", "x"), ABSENT), (("z",), ABSENT),
     (("a", "b.c", "d"), ABSENT), (("a", "l", "0"), 1), (("a", "l", "1"), ABSENT), (("a", "l", "9" * 5000), ABSENT),
     (("a", "l", -1), 1), (("a", "8", "true"), "x"), (("a", 8), ABSENT), (("a", "l", ()), ABSENT)],
    ids=["whole", "quoted", "absent", "absent-top", "below-null", "in-list", "past-list", "digits", "last", "typed-keys",
         "number", "no-part"],
)  # fmt: skip
def test_a_value_is_found_by_its_key_path(keys, value):
    assert at({"a": {"b.c": None, "l": [1], 8: {True: "x"}}}, keys) == value


@pytest.mark.parametrize("part", ["on", "off", "1", "3.10", "0x50", "~", "null", "True", "2024-01-02", "a b", "<"])
def test_a_key_of_yaml_is_its_text_for_every_reader_and_can_be_put_back(part):
    for written in (part, f'"{part}"'):
        ours, theirs = f"{written}: [1]\nz: {{2: a, b: c}}\n".encode(), f"{written}: [2]\nz: {{2: a, b: c}}\n".encode()
        assert at(values.parse("a.yml", ours), (part,)) == [1]
        (document,) = load("a.yml", ours)
        assert below(document, part).data == [1]
        assert below(document, part).where == "a.yml:1"
        assert edit.copy_key("a.yml", [part], to=ours, source=theirs) == theirs
        assert edit.copy_key("a.yml", [part], to=b"z: 1\n", source=f"{written}: 1\n".encode()).startswith(b"z: 1\n")


# Every place that compares: a document of any kind, of which the platform owns the key `k`.

parts = st.sampled_from(["on", "1", "true", "~", "a", "3.10", "b c"])
words = st.sampled_from(["1", "1.0", "true", "yes", "'1'", "on", "null", "''", ".nan", "-0.0", "0.0", "2024-01-02",
                         "'2024-01-02'", "!t 1", "!!binary YQ==", "!!set {a, 1}", "2024-01-02 03:04:05"])  # fmt: skip
flows = st.recursive(
    words,
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(parts, inner, max_size=2).map(
            lambda m: "{" + ", ".join(f"{k}: {v}" for k, v in m.items()) + "}"
        )
    ),
    max_leaves=4,
)


@few
@given(flows, flows)
@example("true", "1")
@example("{1: a, b: 2}", "{b: 2, 1: a}")
def test_five_places_give_the_same_answer(one, other):
    path, owned = "a.yml", Ownership(keys={("k",): "locked"})
    before, after = (f"k: {text}\nfree: 1\n".encode() for text in (one, other))
    was, now = (values.parse(path, side)["k"] for side in (before, after))
    same = equal(was, now)
    lock = Locked(None, "100644", "managed", "x", keys=digests(path, owned, before))
    assert drifted(path, lock, after) == (() if same else ("k",))
    back, drift = keys.enforce(path, owned, after, before, lock)
    assert (back == after, drift) == ((True, ()) if same else (False, ("k",)))
    assert drifted(path, lock, back) == ()
    assert keys.enforce(path, owned, back, before, lock) == (back, ())
    assert equal(values.parse(path, edit.copy_key(path, ["k"], to=after, source=before))["k"], was)
    assert equal(merge_values(was, was, now, Rules(path, {}, set())), now)
    assert ASKS["equals"](now, was) is same


@pytest.mark.parametrize(
    ("path", "content"),
    [("a.json", b'{"k": ["\\ud800", 1e999, {"": -0.0}], "k2": 1}'), ("a.toml", b"k = [0x" + b"f" * 5000 + b", nan, 01:02:03]\n"),
     ("a.yml", b"k: !x {? [a, {b: 1}] : 2, ? {c} : 3, <<: {d: 4}}\n"), ("a.yml", b"k: !!omap [on: 1]\n1: a\n1.0: b\n~: c\n")],
    ids=["json", "toml", "yaml-keys", "yaml-omap"],
)  # fmt: skip
def test_whatever_a_reader_gives_has_a_digest_and_is_no_drift(path, content):
    owned = Ownership(keys={("k",): "locked"})
    lock = Locked(None, "100644", "managed", "x", keys=digests(path, owned, content))
    assert drifted(path, lock, content) == ()
    assert keys.enforce(path, owned, content, content, lock) == (content, ())


def test_readers_for_projects_and_for_templates_differ_in_keys_alone():
    text = b"on: {1: yes}\n"
    assert yaml.load(text, "f").data == pyyaml.safe_load(text) == {True: {1: True}}
    assert yaml.load(text, "f", yaml.written).data == {"on": {"1": True}}
