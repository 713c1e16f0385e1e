from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from scaffold.blueprint.manifest import Migration
from scaffold.blueprint.ownership import Ownership
from scaffold.lock import Lock, Locked
from scaffold.plan import folders, moves, similar
from scaffold.plan.make import Target, make
from scaffold.tree import File
from tests.kit import file, laws, link, tree

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


def by(origin, text=OLD):
    return file(text, f"base/{origin}")


def test_names_are_swapped_and_handed_on_by_the_template_file():
    assert find({"a": by("1"), "b": by("2")}, {"a": by("2"), "b": by("1")}) == {"a": "b", "b": "a"}
    assert find({"a": by("1"), "b": by("2")}, {"b": by("1"), "c": by("2")}) == {"a": "b", "b": "c"}
    assert find({"a": by("1")}, {"a": by("2", "new"), "b": by("1")}) == {"a": "b"}


def test_a_chain_that_cannot_end_does_not_begin():
    before, theirs = {"a": by("1"), "b": by("2")}, {"b": by("1"), "c": by("2")}
    assert find(before, theirs, ours=["a", "b", "c"]) == {}
    assert find(before, theirs, ours=["a", "c"]) == {"a": "b", "b": "c"}, "the team itself has moved b to c"


def test_a_migration_may_swap_names():
    assert find({"a": "x", "b": "y"}, {"a": "y", "b": "x"}, migration("1.1.0", a="b", b="a")) == {"a": "b", "b": "a"}


def test_files_of_one_template_file_are_paired_by_what_tells_them_apart():
    before = {f"old/{name}/model.py": by("loop", name) for name in ("user", "order", "gone")}
    theirs = {f"new/{name}/model.py": by("loop", name * 2) for name in ("order", "user", "more")}
    assert find(before, theirs) == {f"old/{name}/model.py": f"new/{name}/model.py" for name in ("user", "order")}


def test_what_a_script_has_made_is_told_by_content_only():
    before = {f"old/{name}": file(f"{name} 1", "copier.yml:12") for name in ("a", "b")}
    theirs = {f"new/{name}": file(f"{name} 2", "copier.yml:12") for name in ("a", "b")}
    assert find(before, theirs) == {}


def test_of_the_same_content_the_one_of_the_same_name_is_taken_then_the_nearest():
    assert find({"x/a": OLD, "x/b": OLD}, {"y/b": OLD, "y/a": OLD}) == {"x/a": "y/a", "x/b": "y/b"}
    assert find({"x/a": OLD}, {"y/b": OLD, "x/b": OLD}) == {"x/a": "x/b"}


def alike(before, theirs):
    trees = tree(before), tree(theirs)
    return moves.find(lock(before), trees[1], (), before, lambda path, _: trees[0][path].content)


def test_what_keeps_half_of_its_lines_has_moved():
    assert alike({"a": OLD}, {"b": NEW}) == {"a": "b"}
    assert alike({"a": OLD}, {"b": "1\n2\n3\n" + OLD[-10:]}) == {}


def test_of_equally_alike_files_the_one_of_the_same_name_is_taken_else_none():
    assert alike({"x/a": OLD}, {"y/a": NEW, "y/b": NEW.replace("FIVE", "Five")}) == {"x/a": "y/a"}
    assert alike({"x/a": OLD}, {"y/c": NEW, "y/b": NEW.replace("FIVE", "Five")}) == {}
    assert alike({"x/a": OLD, "x/b": NEW}, {"y/c": OLD.replace("five", "5")}) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [("", "\n"), ("one line\n", "one line\n\n"), ("a\nb\n", "a\nb\nc\n"), ("\0" + OLD, "\0" + NEW)],
    ids=["empty", "line", "tiny", "binary"],
)
def test_what_tells_nothing_is_not_compared(old, new):
    assert alike({"a": old}, {"b": new}) == {}


def test_a_link_is_not_the_file_of_the_same_bytes():
    assert find({"a": link("target")}, {"b": "target"}) == {}
    assert find({"a": link("target")}, {"b": link("target")}) == {"a": "b"}


def test_an_empty_file_goes_where_its_folder_went():
    before = {"x/__init__.py": "", "x/s/__init__.py": "", "x/a": OLD, "x/s/b": OLD + "six\n"}
    assert alike(before, {path.replace("x/", "y/"): text for path, text in before.items()}) == {
        path: path.replace("x/", "y/") for path in before
    }


def test_beyond_gits_limit_only_the_same_content_or_name_counts():
    many = {f"x/{number}": OLD + f"{number}\n" * 3 for number in range(similar.MOST + 1)}
    changed = {path.replace("x", "y") + ".new": text + "more\n" for path, text in many.items()}
    assert alike(many, changed) == {}
    assert len(alike(many, {path.replace("x", "y"): text + "more\n" for path, text in many.items()})) == len(many)
    few = dict(list(many.items())[:20])
    assert len(alike(few, {path.replace("x", "y") + ".new": text + "more\n" for path, text in few.items()})) == 20


@pytest.mark.parametrize(
    ("moved", "files", "standing", "expected"),
    [
        ({"a/x": "b/x"}, ["a/x"], [], {"a": "b"}),
        ({"a/x": "b/x"}, ["a/x"], ["a/y"], {}),
        ({"a/x": "b/x"}, ["a/x", "a/y"], [], {}),
        ({"a/x": "b/x", "a/y": "c/y"}, ["a/x", "a/y"], [], {}),
        ({"a/x": "b/x", "a/y": "b/y"}, ["a/x", "a/y", "a/z"], [], {"a": "b"}),
        ({"a/s/x": "b/s/x"}, ["a/s/x"], [], {"a/s": "b/s", "a": "b"}),
        ({"a/s/x": "b/t/x"}, ["a/s/x"], [], {"a/s": "b/t"}),
        ({"a/x": "x"}, ["a/x"], [], {"a": ""}),
        ({"x": "a/x"}, ["x"], [], {}),
        ({"a/x": "a/s/x"}, ["a/x"], [], {"a": "a/s"}),
    ],
)
def test_a_folder_has_moved_where_most_of_its_files_went(moved, files, standing, expected):
    assert folders.renamed(moved, files, standing) == expected


def test_a_path_goes_along_with_the_nearest_folder_that_moved():
    assert folders.goes_to("a/s/x", {"a": "b"}) == ("b/s/x", "a", "b")
    assert folders.goes_to("a/s/x", {"a": "b", "a/s": "t"}) == ("t/x", "a/s", "t")
    assert folders.goes_to("a/x", {"a": ""}) == ("x", "a", "")
    assert folders.goes_to("ab/x", {"a": "b"}) is None


names = st.sampled_from(["a", "b", "c", "d"])
contents = st.sampled_from(["", "x", "y"])
trees = st.dictionaries(names, contents, max_size=4)
migrations = st.lists(
    st.builds(lambda v, m: Migration(Version(v), m), st.sampled_from(["1.1.0", "1.2.0"]),
              st.dictionaries(names, names, max_size=3)),
    max_size=2,
)  # fmt: skip


@laws
@given(trees, trees, migrations, st.sets(names))
def test_a_move_is_from_what_is_gone_to_what_is_new_and_free(before, theirs, given_migrations, extra):
    found = find(before, theirs, *given_migrations, ours=[*before, *extra])
    assert len(set(found.values())) == len(found)
    declared = {old for step in given_migrations for old in step.moves}
    for old, new in found.items():
        assert old in before
        assert new in theirs
        assert old not in theirs or (old in declared and old in found.values()), "still there: another one came"
        assert new not in before or new in found
        assert new not in extra or new in before


origins = st.sampled_from(["base/one", "base/two", "base/three", "other/loop"])
made = st.dictionaries(names, st.builds(file, contents, origins), max_size=4)


@laws
@given(made, made)
def test_a_move_is_injective_and_never_from_where_the_same_template_file_is_still(before, theirs):
    found = find(before, theirs)
    assert len(set(found.values())) == len(found)
    for old, new in found.items():
        assert old in before
        assert new in theirs
        assert old != new
        assert old not in theirs or theirs[old].origin != before[old].origin
        assert new not in before or new in found


@laws
@given(st.permutations("abcd"), st.permutations("abcdef"))
def test_names_that_change_places_are_followed_with_the_edits_of_both_sides(before, after):
    texts = [f"{name}\n" + "".join(f"{name} {number}\n" for number in range(6)) for name in ("w", "x", "y", "z")]
    origin = "base/{}.jinja"
    known = {path: file(texts[number], origin.format(number)) for number, path in enumerate(before)}
    theirs = {after[number]: file(text + "theirs\n", origin.format(number)) for number, text in enumerate(texts)}
    ours = {path: File(b"ours\n" + one.content) for path, one in known.items()}
    target = Target(
        tree=tree(theirs), ownership=lambda _: Ownership("managed"), migrations=(),
        lock=Lock("0.1.0", "demo", "lib", "2.0.0", None, {}, {}),
    )  # fmt: skip
    plan = make(lock(known), ours, target, lambda path, _: known[path].content)
    assert not plan.conflicts
    result = dict(ours)
    for action in plan.changes:
        assert action.before == ours.get(action.path)
        result.pop(action.path, None)
        if action.after:
            result[action.path] = action.after
    assert {path: one.content for path, one in result.items()} == {
        after[number]: f"ours\n{text}theirs\n".encode() for number, text in enumerate(texts)
    }
    assert {path: entry.origin for path, entry in plan.lock_after.files.items()} == {
        path: one.origin for path, one in theirs.items()
    }
    again = make(plan.lock_after, result, target, lambda *_: None)
    assert not again.changes


lines = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "e\n"]), max_size=6).map("".join)
own = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "ours 1\n", "ours 2\n"]), max_size=6).map("".join)
places = st.sampled_from(["a", "b", "f/c", "f/d", "g/c", "g/d"])


def blueprint(draw):
    return draw(st.dictionaries(places, st.builds(file, lines, origins), max_size=5))


@st.composite
def projects(draw):
    """A lock, what the team has made of it, moved files among that, and a new tree, with owners."""
    base, theirs = blueprint(draw), blueprint(draw)
    ours = dict(base)
    entries = dict(lock(base).files)
    for path in draw(st.sets(places)):
        ours.pop(path, None)
    for path, to in draw(st.dictionaries(places, st.sampled_from(["t/1", "t/2", "h/c", "h/d"]), max_size=3)).items():
        if path in ours and to not in ours:
            ours[to] = ours.pop(path)
            entries[path] = entries[path]._replace(at=to)
    ours |= {path: file(text) for path, text in draw(st.dictionaries(places, own, max_size=4)).items()}
    ours |= {to: file(draw(own)) for to in ours if to[0] in "th" and draw(st.booleans())}
    owners = draw(st.dictionaries(places, st.sampled_from(["managed", "seeded", "locked"])))
    entries = {path: entry._replace(owner=owners.get(path, "managed")) for path, entry in entries.items()}
    return replace(lock({}), files=entries), base, ours, theirs, owners


def done(plan, ours):
    after = dict(ours)
    for action in plan.changes:
        after.pop(action.path, None)
    return after | {action.path: action.after for action in plan.changes if action.after is not None}


@laws
@given(projects(), st.sets(st.sampled_from(["f/own", "g/own", "h/own"])))
def test_whatever_has_moved_a_plan_loses_nothing_and_comes_to_rest(project, tracked):
    start, base, ours, theirs, owners = project
    blobs = {one.blob: one.content for files in (base, theirs) for one in files.values()}
    target = Target(
        tree=tree(theirs), ownership=lambda path: Ownership(owners.get(path, "managed")), migrations=(),
        lock=Lock("0.1.0", "demo", "lib", "2.0.0", None, {}, {}),
    )  # fmt: skip

    def planned(before, files):
        return make(before, files, target, lambda _, locked: blobs.get(locked.blob), lambda: {*files, *tracked})

    plan = planned(start, ours)
    assert [action.path for action in plan] == sorted({action.path for action in plan})
    for action in plan:
        assert action.before == ours.get(action.path) or (action.before is None and not action.changes)
    after = done(plan, ours)
    whole = {line for one in after.values() for line in one.content.splitlines()}
    for path, mine in ours.items():
        known = next((old for old, entry in start.files.items() if start.place_of(old, ours) == path), path)
        if owners.get(known) != "locked" and "locked" not in (owners.get(new) for new in theirs):
            assert {line for line in mine.content.splitlines() if line.startswith(b"ours")} <= whole
    assert plan.lock_after.files.keys() >= theirs.keys()
    if not plan.conflicts:
        again = planned(plan.lock_after, after)
        assert not again.changes
        assert again.lock_after == plan.lock_after


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
    assert plan({"a": OLD}, {"b": NEW}, owner="seeded")[0] == [("a", "delete", None), ("b", "create", NEW)]
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


def test_a_new_file_does_not_follow_the_teams_folder_where_the_team_has_one_at_its_path():
    base = {"f/c": OLD}
    entries = {"f/c": Locked(file(OLD).blob, "100644", "managed", "base/f", at="t/c")}
    start = Lock("0.1.0", "demo", "lib", "1.0.0", None, {}, entries)
    target = Target(
        tree=tree({"f/c": OLD, "f/d": NEW}), ownership=lambda _: Ownership("managed"), migrations=(),
        lock=Lock("0.1.0", "demo", "lib", "2.0.0", None, {}, {}),
    )  # fmt: skip
    made = make(start, tree({"t/c": OLD, "f/d": NEW}), target, lambda path, _: base[path].encode())
    assert [(action.path, action.verb) for action in made] == [("f/d", "keep"), ("t/c", "keep")]
