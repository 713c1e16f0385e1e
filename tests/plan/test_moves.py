import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from scaffold.blueprint.manifest import Migration
from scaffold.blueprint.ownership import Ownership
from scaffold.lock import Lock, Locked
from scaffold.plan import moves
from scaffold.plan.make import Target, make
from scaffold.tree import File
from tests.kit import few, file, tree

OLD = "one\ntwo\nthree\nfour\nfive\n"
NEW = "one\ntwo\nthree\nfour\nFIVE\n"


def lock(files, version="1.0.0"):
    entries = {p: Locked(f.blob, f.mode, "managed", f.origin) for p, f in tree(files).items()}
    return Lock("0.1.0", "demo", "lib", version, None, {}, entries)


def migration(version, **paths):
    return Migration(Version(version), {old.replace("_", "/"): new for old, new in paths.items()})


def find(before, theirs, *migrations, ours=None, version="1.0.0"):
    return moves.find(lock(before, version), tree(theirs), migrations, before if ours is None else ours)


def test_a_migration_moves_a_file():
    assert find({"a": "x"}, {"b": "y"}, migration("1.1.0", a="b")) == {"a": "b"}


def test_a_file_from_the_same_template_file_has_moved():
    theirs = {"src/new/x.py": File(b"y", origin="base/src/{{ package }}/x.py.jinja")}
    before = {"src/old/x.py": File(b"x", origin="base/src/{{ package }}/x.py.jinja")}
    assert find(before, theirs) == {"src/old/x.py": "src/new/x.py"}


def test_a_file_of_the_same_content_has_moved():
    assert find({"a": OLD}, {"b": OLD}) == {"a": "b"}


def test_what_shares_nothing_has_not_moved():
    assert find({"a": "x"}, {"b": "y"}) == {}


def test_empty_files_are_not_taken_for_one_another():
    assert find({"a/__init__.py": ""}, {"b/__init__.py": ""}) == {}


@pytest.mark.parametrize(
    ("before", "theirs"),
    [({"a": OLD, "b": OLD}, {"c": OLD}), ({"a": OLD}, {"b": OLD, "c": OLD})],
    ids=["two-old", "two-new"],
)
def test_what_could_be_either_is_not_a_move(before, theirs):
    assert find(before, theirs) == {}


@pytest.mark.parametrize(
    ("since", "expected"),
    [("1.0.0", {"a": "c"}), ("1.1.0", {"a": "x"}), ("1.2.0", {"a": "x"})],
)
def test_migrations_chain_from_the_version_of_the_lock(since, expected):
    # The one file that came in at `a`, moved on to b and c, after which 1.3 gave `a` another meaning.
    chain = (migration("1.3.0", a="x"), migration("1.2.0", b="c"), migration("1.1.0", a="b"))
    theirs = {"c": "new"} if since == "1.0.0" else {"x": "new"}
    assert find({"a": "old"}, theirs, *chain, version=since) == expected


def test_a_migration_counts_only_after_its_version():
    assert find({"a": "x"}, {"b": "y"}, migration("1.0.0", a="b"), version="1.0.0") == {}
    assert find({"a": "x"}, {"b": "y"}, migration("1.10.0", a="b"), version="1.9.0") == {"a": "b"}


def test_a_migration_wins_over_likeness():
    assert find({"a": OLD}, {"b": OLD, "c": "other"}, migration("1.1.0", a="c")) == {"a": "c"}


def test_a_file_that_is_still_there_has_not_moved():
    assert find({"a": OLD}, {"a": OLD, "b": OLD}, migration("1.1.0", a="b")) == {}


def test_a_path_where_the_team_has_a_file_already_is_not_a_move():
    assert find({"a": OLD}, {"b": OLD}, migration("1.1.0", a="b"), ours=["a", "b"]) == {}


def test_two_files_never_move_to_one_place():
    assert find({"a": "x", "b": "y"}, {"c": "z"}, migration("1.1.0", a="c", b="c")) == {"a": "c"}


names = st.sampled_from(["a", "b", "c", "d"])
contents = st.sampled_from(["", "x", "y"])
trees = st.dictionaries(names, contents, max_size=4)
migrations = st.lists(
    st.builds(lambda v, m: Migration(Version(v), m), st.sampled_from(["1.1.0", "1.2.0"]),
              st.dictionaries(names, names, max_size=3)),
    max_size=2,
)  # fmt: skip


@few
@given(trees, trees, migrations, st.sets(names))
def test_a_move_is_from_what_is_gone_to_what_is_new_and_free(before, theirs, given_migrations, extra):
    found = find(before, theirs, *given_migrations, ours=[*before, *extra])
    assert len(set(found.values())) == len(found)
    for old, new in found.items():
        assert old in before
        assert old not in theirs
        assert new in theirs
        assert new not in before
        assert new not in extra


def plan(ours, theirs, *, before=None, owner="managed", steps=None):
    before = {"a": OLD} if before is None else before
    entries = {p: Locked(file(c).blob, "100644", owner, f"base/{p}") for p, c in before.items()}
    target = Target(
        tree=tree(theirs),
        ownership=lambda _: Ownership(owner),
        migrations=(migration("1.1.0", a="b"),) if steps is None else steps,
        lock=Lock("0.1.0", "demo", "lib", "2.0.0", None, {}, {}),
    )
    start = Lock("0.1.0", "demo", "lib", "1.0.0", None, {}, entries)
    made = make(start, tree(ours), target, lambda path, _: before[path].encode())
    actions = [(a.path, a.verb, a.after and a.after.content.decode()) for a in made]
    return actions, {p: (e.blob, e.pending) for p, e in made.lock_after.files.items()}, made


def test_a_moved_file_that_nobody_changed_goes_along():
    actions, lock_after, made = plan({"a": OLD}, {"b": OLD})
    assert actions == [("a", "delete", None), ("b", "create", OLD)]
    assert lock_after == {"b": (file(OLD).blob, None)}
    assert [a.why for a in made] == ["moved to b", "moved from a"]


def test_the_teams_edits_go_along_with_a_moved_file():
    mine = OLD.replace("one", "ONE")
    assert plan({"a": mine}, {"b": OLD})[0] == [("a", "delete", None), ("b", "create", mine)]
    actions, lock_after, made = plan({"a": mine}, {"b": NEW})
    assert actions == [("a", "delete", None), ("b", "merge", NEW.replace("one", "ONE"))]
    assert lock_after == {"b": (file(NEW).blob, None)}
    assert made.actions[1].why == "moved from a; changed on both sides, merged line by line"


def test_a_conflict_in_a_moved_file_stands_at_the_new_path():
    actions, lock_after, made = plan({"a": OLD.replace("five", "5")}, {"b": NEW})
    assert [action[:2] for action in actions] == [("a", "delete"), ("b", "conflict")]
    assert lock_after == {"b": (file(OLD).blob, file(NEW).blob)}
    assert made.actions[1].stages.base.content == OLD.encode()


def test_a_file_that_the_team_deleted_does_not_come_back_at_its_new_path():
    actions, lock_after, made = plan({}, {"b": NEW})
    assert actions == [("a", "leave", None)]
    assert lock_after == {"b": (file(OLD).blob, None)}
    assert "the blueprint has moved it to b" in made.actions[0].why


def test_a_locked_file_is_put_right_at_its_new_path():
    actions, _, made = plan({"a": "edited"}, {"b": NEW}, owner="locked")
    assert actions == [("a", "delete", None), ("b", "create", NEW)]
    assert made.actions[1].drift == ("",)


def test_a_seeded_file_moves_until_the_team_has_touched_it():
    assert plan({"a": OLD}, {"b": NEW}, owner="seeded")[0] == [("a", "delete", None), ("b", "create", OLD)]
    assert plan({"a": "mine"}, {"b": NEW}, owner="seeded")[0] == [("a", "leave", "mine")]


def test_where_the_new_path_is_taken_both_files_are_left_for_a_person():
    actions, lock_after, _ = plan({"a": OLD.replace("one", "ONE"), "b": "the team's own\n"}, {"b": NEW})
    assert [action[:2] for action in actions] == [("a", "conflict"), ("b", "conflict")]
    assert actions[0][2] == OLD.replace("one", "ONE")
    assert "the team's own\n" in actions[1][2]
    assert lock_after == {"a": (file(OLD).blob, "dropped"), "b": (None, file(NEW).blob)}


def test_of_two_files_that_become_one_the_other_is_dropped_not_forgotten():
    steps = (migration("1.1.0", a="c", b="c"),)
    before = {"a": OLD, "b": "second\n"}
    actions, lock_after, _ = plan(before, {"c": NEW}, before=before, steps=steps)
    assert [action[:2] for action in actions] == [("a", "delete"), ("b", "delete"), ("c", "create")]
    assert lock_after == {"c": (file(NEW).blob, None)}


def test_files_may_change_places_with_folders():
    actions, _, _ = plan({"a": OLD}, {"a/b": NEW}, steps=(Migration(Version("1.1.0"), {"a": "a/b"}),))
    assert actions == [("a", "delete", None), ("a/b", "create", NEW)]
