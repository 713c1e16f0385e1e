"""Laws of whole plans, applied in memory as `apply` does on the disk."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scaffold.blueprint.ownership import OWNERS, Ownership
from scaffold.lock import DROPPED, Lock, Locked
from scaffold.plan.make import Target, make
from scaffold.tree import EXECUTABLE, REGULAR, File
from tests.kit import file, laws, tree

PATHS = ["a", "b/c", "b/d", "e.txt"]


def head(version="1.0.0", files=None):
    return Lock("0.1.0", "demo", "lib", version, None, {}, files or {})


def target(files, owners, version="2.0.0"):
    return Target(
        tree=tree(files),
        ownership=lambda path: Ownership(owners.get(path, "managed")),
        migrations=(),
        lock=head(version),
    )


def stamped(files, owners):
    """The lock of a project that was just made."""
    return make(head(), {}, target(files, owners, "1.0.0"), lambda *_: None).lock_after


def applied(plan, ours):
    after = dict(ours)
    for action in plan.changes:
        if action.after is None:
            after.pop(action.path, None)
        else:
            after[action.path] = action.after
    return after


def idle(plan):
    return not plan.changes and plan.lock_before == plan.lock_after


def moved_to(plan, path):
    return next((a.path for a in plan if a.why.partition(";")[0] == f"moved from {path}"), path)


def finder(*trees):
    """Finds a base by its id, as the project's own objects do."""
    blobs = {f.blob: f.content for files in trees for f in files.values()}
    return lambda _path, locked: blobs.get(locked.blob)


lines = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "e\n"]), max_size=6).map("".join)
# What a team writes is told from all else.
own = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "ours 1\n", "ours 2\n"]), max_size=6).map("".join)


def files_of(text):
    modes = st.sampled_from([REGULAR, REGULAR, REGULAR, EXECUTABLE])
    content = text.map(str.encode) | st.sampled_from([b"\0binary", b"\0other"])
    return st.dictionaries(st.sampled_from(PATHS), st.builds(File, content, modes), max_size=4)


@st.composite
def situations(draw):
    base = draw(files_of(lines))
    theirs = draw(files_of(lines))
    ours = dict(base)
    for path in draw(st.sets(st.sampled_from(PATHS))):
        ours.pop(path, None)
    ours |= draw(files_of(own))
    owners = draw(st.dictionaries(st.sampled_from(PATHS), st.sampled_from(OWNERS)))
    return base, ours, theirs, owners


@laws
@given(situations())
def test_planning_again_after_a_clean_plan_changes_nothing(situation):
    base, ours, theirs, owners = situation
    plan = make(stamped(base, owners), ours, target(theirs, owners), finder(base, theirs))
    if plan.conflicts:
        return
    again = make(plan.lock_after, applied(plan, ours), target(theirs, owners), finder(base, theirs))
    assert again.changes == ()
    assert again.lock_after == plan.lock_after
    assert idle(again)


@laws
@given(situations())
def test_once_its_conflicts_are_resolved_a_plan_is_finished(situation):
    base, ours, theirs, owners = situation
    plan = make(stamped(base, owners), ours, target(theirs, owners), finder(base, theirs))
    resolved = {
        path: File(b"resolved\n", f.mode) if path in plan.lock_after.pending else f
        for path, f in applied(plan, ours).items()
    }
    settled = plan.lock_after.settled(frozenset())
    owned = {path: "managed" if path in plan.lock_after.pending else owner for path, owner in owners.items()}
    again = make(settled, resolved, target(theirs, owned), finder(base, theirs))
    assert again.conflicts == ()


@laws
@given(
    files_of(lines), files_of(lines), st.dictionaries(st.sampled_from(PATHS), st.sampled_from(["locked", "managed"]))
)
def test_where_the_team_changed_nothing_the_result_is_exactly_theirs(base, theirs, owners):
    plan = make(stamped(base, owners), base, target(theirs, owners), finder())
    after = applied(plan, base)
    assert plan.conflicts == ()
    assert after.keys() == theirs.keys()
    assert all(after[path].same_as(theirs[path]) for path in theirs)
    assert all(action.drift == () for action in plan)


@laws
@given(situations())
def test_where_the_blueprint_changed_nothing_only_locked_files_change(situation):
    base, ours, _, owners = situation
    plan = make(stamped(base, owners), ours, target(base, owners), finder(base))
    for action in plan.changes:
        assert owners[action.path] == "locked"
        assert action.after.same_as(base[action.path])
        assert action.drift == ("",)
    assert plan.lock_after.files == stamped(base, owners).files


@laws
@given(situations(), st.booleans())
def test_no_line_that_only_the_team_wrote_is_lost(situation, known):
    base, ours, theirs, owners = situation
    plan = make(stamped(base, owners), ours, target(theirs, owners), finder(base) if known else finder())
    after = applied(plan, ours)
    for path, mine in ours.items():
        if owners.get(path) == "locked" or b"\0" in mine.content:
            continue
        written = {line for line in mine.content.splitlines() if line.startswith(b"ours")}
        now = moved_to(plan, path)
        assert written <= set(after[now].content.splitlines() if now in after else ())


@laws
@given(situations())
def test_a_binary_file_of_the_teams_is_never_overwritten(situation):
    base, ours, theirs, owners = situation
    plan = make(stamped(base, owners), ours, target(theirs, owners), finder(base))
    after = applied(plan, ours)
    for path, mine in ours.items():
        if b"\0" in mine.content and owners.get(path) != "locked" and not mine.same_as(base.get(path)):
            now = moved_to(plan, path)
            same_content = path in base and base[path].content == mine.content
            assert same_content or after[now].content == mine.content


@laws
@given(situations(), st.booleans())
def test_a_plan_says_what_is_before_and_never_touches_what_is_not_the_blueprints(situation, known):
    base, ours, theirs, owners = situation
    plan = make(stamped(base, owners), ours, target(theirs, owners), finder(base) if known else finder())
    assert [action.path for action in plan] == sorted({action.path for action in plan})
    for action in plan:
        assert action.path in base or action.path in theirs
        assert action.before == ours.get(action.path) or action.before is None
        assert action.why
        assert (action.stages is None) is (action.verb != "conflict")


@laws
@given(situations(), st.booleans())
def test_the_next_lock_names_what_the_blueprint_has_and_every_open_conflict(situation, known):
    base, ours, theirs, owners = situation
    start = stamped(base, owners)
    plan = make(start, ours, target(theirs, owners), finder(base) if known else finder())
    conflicts = {action.path for action in plan.conflicts}
    assert set(plan.lock_after.pending) == conflicts
    assert plan.lock_after.files.keys() >= theirs.keys()
    for path, entry in plan.lock_after.files.items():
        if path in conflicts:
            bases = [e.blob for old, e in start.files.items() if moved_to(plan, old) == path]
            # What both have moved to one path has no action that says so.
            moved = [e.blob for old, e in start.files.items() if old not in ours and old not in theirs]
            assert entry.blob in (bases or [None, *moved])
            assert entry.pending == (theirs[path].blob if path in theirs else DROPPED)


def test_a_base_is_looked_for_only_where_a_merge_needs_it():
    base = {"same": file("1\n"), "theirs": file("1\n"), "ours": file("1\n"), "gone": file("1\n"), "both": file("1\n")}
    ours = {**base, "ours": file("2\n"), "both": file("2\n")}
    theirs = {"same": file("1\n"), "theirs": file("3\n"), "ours": file("1\n"), "both": file("3\n")}
    looked = []

    def find(path, locked):
        looked.append((path, locked.blob))

    make(stamped(base, {}), ours, target(theirs, {}), find)
    assert looked == [("both", file("1\n").blob)]


def test_an_empty_plan_is_one_that_changes_neither_file_nor_lock():
    base = {"a": file("1\n")}
    lock = stamped(base, {})
    same = replace(target(base, {}), lock=head("1.0.0"))
    assert idle(make(lock, base, same, finder()))
    assert not idle(make(lock, base, target(base, {}), finder()))  # another version
    assert not idle(make(replace(lock, files={"a": Locked(None, REGULAR, "managed", "x")}), base, same, finder()))
