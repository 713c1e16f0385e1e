"""Files in which some key paths have an owner of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.blueprint.ownership import Ownership
from scaffold.errors import FormatError
from scaffold.formats import values
from scaffold.lock import Lock, Locked
from scaffold.plan.drift import digests, drifted
from scaffold.plan.make import Target, make
from tests.kit import file, laws, tree

BASE = """\
# The project.
[project]
name = "orders"  # the name
version = "0.1.0"

[tool.ruff]
line-length = 100  # the platform's

[tool.mine]
x = 1
"""
KEYS = {("tool", "ruff"): "locked", ("project", "version"): "seeded"}
RUFF = ("tool", "ruff", "line-length")


def locked_as(text, keys, owner="managed", path="pyproject.toml"):
    base = file(text)
    return Locked(base.blob, "100644", owner, "base/x", keys=digests(path, Ownership(owner, keys), base.content))


def plan(ours, theirs, keys=None, *, base=BASE, owner="managed", path="pyproject.toml", before=None, known=True):
    keys = KEYS if keys is None else keys
    files = {path: before or locked_as(base, keys, owner, path)} if base is not None else {}
    head = Lock("0.1.0", "demo", "lib", "1.0.0", None, {}, files)
    target = Target(
        tree=tree({path: theirs}),
        ownership=lambda _: Ownership(owner, keys),
        migrations=(),
        lock=Lock("0.1.0", "demo", "lib", "2.0.0", None, {}, {}),
    )
    made = make(head, {path: file(ours)}, target, lambda *_: base.encode() if known else None)
    (action,) = made.actions
    return action, made.lock_after.files[path]


def text_of(action):
    return action.after.content.decode()


def test_a_drifted_locked_key_is_put_back_and_the_teams_other_edits_stay():
    ours = BASE.replace("= 100", "= 79").replace("x = 1", "x = 2  # ours") + "# the end\n"
    action, locked = plan(ours, BASE)
    assert (action.verb, action.drift) == ("merge", ("tool.ruff",))
    assert text_of(action) == ours.replace("= 79", "= 100")
    assert locked.pending is None


def test_a_locked_key_that_the_team_deleted_comes_back():
    action, _ = plan(BASE.replace("line-length = 100  # the platform's\n", ""), BASE)
    assert action.drift == ("tool.ruff",)
    assert values.parse("a.toml", action.after.content) == values.parse("a.toml", BASE.encode())


def test_a_key_that_the_team_put_into_a_locked_table_goes():
    action, _ = plan(BASE.replace("[tool.mine]", "fix = true\n\n[tool.mine]"), BASE)
    assert action.drift == ("tool.ruff",)
    assert "fix" not in text_of(action)


def test_the_blueprints_change_of_a_locked_key_arrives_over_drift_elsewhere():
    ours = BASE.replace("= 100", "= 79").replace("x = 1", "x = 2")
    action, _ = plan(ours, BASE.replace("= 100", "= 120"))
    assert (action.verb, action.drift) == ("merge", ("tool.ruff",))
    assert text_of(action) == BASE.replace("= 100", "= 120").replace("x = 1", "x = 2")


def test_a_seeded_key_is_the_teams_while_the_rest_is_merged():
    ours = BASE.replace("0.1.0", "3.2.1")
    action, _ = plan(ours, BASE.replace("0.1.0", "0.2.0").replace("x = 1", "x = 9"))
    assert action.verb == "merge"
    assert text_of(action) == ours.replace("x = 1", "x = 9")


def test_where_only_a_seeded_key_differs_nothing_happens():
    ours = BASE.replace("0.1.0", "3.2.1")
    assert plan(ours, BASE)[0].verb == "keep"
    assert plan(ours, BASE.replace("0.1.0", "0.2.0"))[0].verb == "keep"


def test_drift_in_a_locked_key_never_makes_a_conflict():
    ours = BASE.replace("= 100", "= 79")
    action, _ = plan(ours, BASE.replace("= 100", "= 120"))
    assert (action.verb, text_of(action)) == ("merge", BASE.replace("= 100", "= 120"))


def test_a_managed_key_that_both_changed_is_a_conflict_with_the_teams_file_in_its_stages():
    ours = BASE.replace("x = 1", "x = 2").replace("= 100", "= 79")
    action, locked = plan(ours, BASE.replace("x = 1", "x = 3"))
    assert action.verb == "conflict"
    assert b"<<<<<<< yours\nx = 2\n" in action.after.content
    assert (action.stages.ours.content, action.before.content) == (ours.encode(), ours.encode())
    assert (locked.blob, locked.pending) == (file(BASE).blob, file(BASE.replace("x = 1", "x = 3")).blob)


def test_a_file_that_cannot_be_read_is_a_conflict_and_stays_as_it_is():
    ours = BASE + "this is no TOML\n"
    for theirs in (BASE, BASE.replace("= 100", "= 120")):
        action, _ = plan(ours, theirs)
        assert action.verb == "conflict"
        assert "cannot be told apart" in action.why
        assert action.after.content == ours.encode()


def test_without_its_base_a_file_with_drift_is_still_never_merged_by_guess():
    ours = BASE.replace("= 100", "= 79").replace("x = 1", "x = 2")
    action, _ = plan(ours, BASE.replace("= 100", "= 120"), known=False)
    assert action.verb == "conflict"
    assert "cannot be found" in action.why


def test_a_file_of_the_teams_own_is_joined_by_key_unless_it_sets_a_locked_key_otherwise():
    ours = '[project]\nversion = "9"\nauthor = "us"\n'
    action, locked = plan(ours, BASE, base=None)
    assert (action.verb, action.drift) == ("merge", ())
    assert "the team has its own file" in action.why
    wanted = values.parse("a.toml", BASE.encode())
    wanted["project"] |= {"version": "9", "author": "us"}
    assert values.parse("a.toml", action.after.content) == wanted
    assert (locked.blob, locked.pending) == (file(BASE).blob, None)
    action, locked = plan(f"{ours}\n[tool.ruff]\nfix = true\n", BASE, base=None)
    assert (action.verb, action.why) == (
        "conflict",
        "the blueprint now locks tool.ruff, which the team has set otherwise",
    )
    found = Locked(None, "100644", "managed", "base/x")  # what an adoption takes down of it
    assert plan(ours, BASE, before=found, known=False)[0].verb == "merge"


def test_a_seeded_file_keeps_all_but_its_locked_keys():
    keys = {("tool", "ruff"): "locked"}
    ours = '[project]\nname = "mine"\n\n[tool.ruff]\nline-length = 79\n'
    action, _ = plan(ours, BASE.replace("= 100", "= 120"), keys, owner="seeded")
    assert (action.verb, action.drift) == ("merge", ("tool.ruff",))
    assert values.parse("a.toml", action.after.content) == {
        "project": {"name": "mine"}, "tool": {"ruff": {"line-length": 120}},
    }  # fmt: skip
    same, _ = plan(BASE + "# ours\n", BASE, keys, owner="seeded")
    assert same.verb == "leave"


def test_a_seeded_file_that_cannot_be_read_is_a_conflict_once_a_key_of_it_is_locked():
    action, _ = plan("no TOML", BASE, {("tool", "ruff"): "locked"}, owner="seeded")
    assert action.verb == "conflict"
    assert "its locked keys cannot be set" in action.why


@pytest.mark.parametrize(
    ("path", "base", "ours", "after"),
    [
        ("a.yml", "# top\nlocked: 1 # theirs\nfree: a # ours\n", "# top\nlocked: 2 # theirs\nfree: b # ours\n",
         "# top\nlocked: 1 # theirs\nfree: b # ours\n"),
        ("a.json", '{\n  "locked": 1,\n  "free": "a"\n}\n', '{\n  "locked": 2,\n  "free": "b"\n}\n',
         '{\n  "locked": 1,\n  "free": "b"\n}\n'),
    ],
    ids=["yaml", "json"],
)  # fmt: skip
def test_keys_are_owned_in_yaml_and_json_too(path, base, ours, after):
    action, _ = plan(ours, base, {("locked",): "locked"}, base=base, path=path)
    assert (action.verb, action.drift, text_of(action)) == ("merge", ("locked",), after)


def test_a_file_of_another_kind_has_no_keys_to_own():
    entry = Locked("a" * 40, "100644", "managed", "base/x")
    with pytest.raises(FormatError, match=r"owns keys of a\.md, but a\.md is not TOML, YAML or JSON"):
        plan("ours", "theirs", path="a.md", before=entry)


def test_a_key_of_which_the_lock_knows_nothing_has_not_drifted():
    entry = Locked(file(BASE).blob, "100644", "managed", "base/x")
    action, locked = plan(BASE.replace("= 100", "= 79"), BASE.replace("= 100", "= 120"), before=entry)
    assert action.drift == ()
    assert locked.keys.keys() == KEYS.keys()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (BASE, ()),
        (BASE.replace("0.1.0", "9"), ()),
        (BASE.replace("= 100", "= 1_00"), ()),
        (BASE.replace("= 100", "= 99"), ("tool.ruff",)),
        ("", ("tool.ruff",)),
    ],
    ids=["same", "seeded", "spelled-otherwise", "edited", "gone"],
)
def test_drift_is_told_by_value_and_for_locked_keys_alone(text, names):
    assert drifted("a.toml", locked_as(BASE, KEYS), text.encode()) == names


def test_drift_names_a_key_as_the_blueprint_spells_it():
    entry = locked_as('["a.b"]\nc = 1\n', {("a.b", "c"): "locked"})
    assert drifted("a.toml", entry, b"") == ('"a.b".c',)


def test_nothing_is_parsed_where_no_key_is_owned():
    assert digests("a.md", Ownership(), b"\0") == {}
    assert drifted("a.md", Locked(None, "100644", "managed", "x"), b"\0") == ()


small = st.integers(0, 3)


def document(locked, seeded, free, note):
    return f'# {note}\n\n[locked]\nk = {locked}\n\n[other]\nx = "a"\n\n[seeded]\nk = {seeded}\n\n[more]\ny = "b"\n\n[free]\nk = {free}\n'


@laws
@given(
    st.tuples(small, small, small, small), st.tuples(small, small, small, small), st.tuples(small, small, small, small)
)
def test_whatever_changed_where_each_key_ends_as_its_owner_has_it(base, ours, theirs):
    keys = {("locked",): "locked", ("seeded",): "seeded"}
    action, _ = plan(document(*ours), document(*theirs), keys, base=document(*base))
    if action.verb == "conflict":
        assert any(b not in (o, t) and o != t for b, o, t in zip(base[2:], ours[2:], theirs[2:], strict=True))
        return
    after = values.parse("a.toml", action.after.content)
    assert after["locked"]["k"] == theirs[0]
    assert after["seeded"]["k"] == ours[1]
    assert after["free"]["k"] == (theirs[2] if ours[2] == base[2] else ours[2])
    note = theirs[3] if ours[3] == base[3] else ours[3]
    assert action.after.content.startswith(f"# {note}\n".encode())
    assert bool(action.drift) is (ours[0] != base[0] and action.verb != "keep")
