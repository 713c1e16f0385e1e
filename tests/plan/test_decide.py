"""Every combination of ownership, base, ours and theirs: what happens to the path, and what the next lock says."""

from itertools import product

import pytest

from scaffold.blueprint.ownership import Ownership
from scaffold.lock import DROPPED, Lock, Locked
from scaffold.plan.make import Target, make
from scaffold.tree import EXECUTABLE, SYMLINK, File
from tests.kit import executable, file, link, tree

BASE = file("top\nmiddle\nbottom\n")
OURS = {"absent": None, "applied": BASE, "edited": file("top\nmiddle\nbottom, ours\n")}
THEIRS = {"absent": None, "same": BASE, "changed": file("top, theirs\nmiddle\nbottom\n")}
CLASH = file("top, ours\nmiddle\nbottom\n")

# base: known, unknown (in the lock, its content cannot be found) or none (not in the lock).
# lock: theirs (theirs is the next base), base (the old one stays: a seeded file is given once), gone (not in it),
#       open (the old base stays, theirs is pending), dropped (the old base stays, its end is pending).
TABLE = """
locked   known,unknown  absent   absent   keep      gone
locked   known,unknown  absent   same     create    theirs   drift
locked   known,unknown  absent   changed  create    theirs   drift
locked   known,unknown  applied  absent   delete    gone
locked   known,unknown  applied  same     keep      theirs
locked   known,unknown  applied  changed  replace   theirs
locked   known,unknown  edited   absent   delete    gone     drift
locked   known,unknown  edited   same     replace   theirs   drift
locked   known,unknown  edited   changed  replace   theirs   drift
locked   none           absent   changed  create    theirs
locked   none           edited   same     keep      theirs
locked   none           edited   changed  conflict  open
managed  known,unknown  absent   absent   keep      gone
managed  known,unknown  absent   same     leave     theirs
managed  known,unknown  absent   changed  leave     base
managed  known,unknown  applied  absent   delete    gone
managed  known,unknown  applied  same     keep      theirs
managed  known,unknown  applied  changed  replace   theirs
managed  known,unknown  edited   absent   conflict  dropped
managed  known,unknown  edited   same     keep      theirs
managed  known          edited   changed  merge     theirs
managed  unknown        edited   changed  conflict  open
managed  none           absent   changed  create    theirs
managed  none           edited   same     keep      theirs
managed  none           edited   changed  conflict  open
seeded   known,unknown  absent   absent   keep      gone
seeded   known,unknown  absent   same     leave     base
seeded   known,unknown  absent   changed  leave     base
seeded   known,unknown  applied  absent   leave     gone
seeded   known,unknown  applied  same     leave     base
seeded   known,unknown  applied  changed  leave     base
seeded   known,unknown  edited   absent   leave     gone
seeded   known,unknown  edited   same     leave     base
seeded   known,unknown  edited   changed  leave     base
seeded   none           absent   changed  create    theirs
seeded   none           edited   same     leave     theirs
seeded   none           edited   changed  leave     theirs
"""
ROWS = [
    (owner, base, ours, theirs, verb, lock, "drift" in drift)
    for owner, bases, ours, theirs, verb, lock, *drift in map(str.split, TABLE.strip().splitlines())
    for base in bases.split(",")
]


def entry(blob, owner="managed", **more):
    return Locked(**{"blob": blob, "mode": "100644", "owner": owner, "origin": "base/f", **more})


def head(version, files):
    return Lock("0.1.0", "demo", "lib", version, None, {}, files)


def plan(before, ours, theirs, owner="managed", *, known=True, keys=None):
    """Plan one path `f`: `before` is the base file or None, `ours` and `theirs` are files or None."""
    ownership = Ownership(owner, keys or {})
    locked = {}
    if before is not None:
        sha = before.sha256 if owner == "locked" else None
        locked = {"f": entry(before.blob, owner, mode=before.mode, sha256=sha)}
    target = Target(
        tree=tree({} if theirs is None else {"f": theirs}),
        ownership=lambda _: ownership,
        migrations=(),
        lock=head("2.0.0", {}),
    )
    made = make(
        head("1.0.0", locked),
        {} if ours is None else {"f": ours},
        target,
        lambda _path, _locked: before.content if known else None,
    )
    (action,) = made.actions
    return action, made.lock_after.files.get("f")


def test_the_table_has_every_combination():
    written = {row[:4] for row in ROWS}
    known = set(product(("locked", "managed", "seeded"), ("known", "unknown"), OURS, THEIRS))
    # Without an entry in the lock nothing was applied, a path that nobody has is no path, and what is only ours is ours.
    none = {
        (owner, "none", ours, theirs)
        for owner in ("locked", "managed", "seeded")
        for ours, theirs in (("absent", "changed"), ("edited", "same"), ("edited", "changed"))
    }
    assert written == known | none
    assert len(ROWS) == len(written)


@pytest.mark.parametrize(("owner", "base", "ours", "theirs", "verb", "lock", "drift"), ROWS)
def test_one_path_is_decided(owner, base, ours, theirs, verb, lock, drift):
    before = None if base == "none" else BASE
    mine, new = OURS[ours], THEIRS[theirs]
    if base == "none" and theirs == "same":
        new = mine
    action, locked = plan(before, mine, new, owner, known=base == "known")
    assert action.verb == verb
    assert action.why
    assert action.before == mine
    assert action.drift == (("",) if drift else ())
    if lock == "gone":
        assert locked is None
    elif lock == "dropped":
        assert (locked.blob, locked.pending) == (BASE.blob, DROPPED)
    elif lock == "open":
        assert (locked.blob, locked.pending) == (before and BASE.blob, new.blob)
    else:
        assert (locked.blob, locked.pending) == ((new if lock == "theirs" else BASE).blob, None)
    after = {
        "create": new, "replace": new, "delete": None, "keep": mine, "leave": mine,
        "merge": file("top, theirs\nmiddle\nbottom, ours\n"),
    }  # fmt: skip
    if verb != "conflict":
        assert (action.after and action.after.content) == (after[verb] and after[verb].content)
        assert action.stages is None
    else:
        assert action.stages.ours == mine
        assert action.stages.theirs == new


@pytest.mark.parametrize("owner", ["locked", "managed", "seeded"])
def test_the_lock_says_who_owns_a_file_and_keeps_a_strong_digest_of_a_locked_one(owner):
    _, locked = plan(None, None, BASE, owner)
    assert locked == entry(BASE.blob, owner, origin="", sha256=BASE.sha256 if owner == "locked" else None)


def test_both_sides_at_one_line_are_a_conflict_with_markers_and_three_stages():
    action, locked = plan(BASE, CLASH, THEIRS["changed"])
    assert (action.verb, action.why) == ("conflict", "both sides changed the same lines")
    assert action.after.content == (
        b"<<<<<<< yours\ntop, ours\n||||||| stamped 1.0.0\ntop\n=======\ntop, theirs\n>>>>>>> demo 2.0.0\nmiddle\nbottom\n"
    )
    assert (action.stages.base.content, action.stages.ours, action.stages.theirs.content) == (
        BASE.content, CLASH, THEIRS["changed"].content,
    )  # fmt: skip
    assert (locked.blob, locked.pending) == (BASE.blob, THEIRS["changed"].blob)


def test_a_base_that_cannot_be_found_is_said_so_and_marked_without_one():
    action, _ = plan(BASE, CLASH, THEIRS["changed"], known=False)
    assert action.verb == "conflict"
    assert "cannot be found" in action.why
    assert action.stages.base is None
    assert b"<<<<<<< yours\ntop, ours\n" in action.after.content
    assert b"top, theirs\n>>>>>>> demo 2.0.0\n" in action.after.content


def test_what_the_team_made_where_the_blueprint_now_brings_a_file_is_a_conflict_without_a_base():
    for owner in ("managed", "locked"):
        action, locked = plan(None, CLASH, BASE, owner)
        assert action.verb == "conflict"
        assert b"<<<<<<< yours\ntop, ours\n" in action.after.content
        assert (locked.blob, locked.pending, locked.sha256) == (None, BASE.blob, None)


def test_a_file_that_the_team_changed_and_the_blueprint_now_locks_is_a_conflict():
    target = Target(
        tree=tree({"f": THEIRS["changed"]}),
        ownership=lambda _: Ownership("locked"),
        migrations=(),
        lock=head("2.0.0", {}),
    )
    made = make(head("1.0.0", {"f": entry(BASE.blob)}), {"f": CLASH}, target, lambda *_: BASE.content)
    assert [(a.verb, a.why) for a in made] == [("conflict", "the blueprint now locks what the team has changed")]


def test_a_dropped_file_that_the_team_changed_stays_as_it_is_until_decided():
    action, _ = plan(BASE, OURS["edited"], None)
    assert action.after == OURS["edited"]
    assert action.stages.theirs is None


def test_what_both_sides_changed_alike_is_kept():
    action, locked = plan(BASE, CLASH, CLASH)
    assert action.verb == "keep"
    assert (locked.blob, locked.pending) == (CLASH.blob, None)


SCRIPT = executable("top\nmiddle\nbottom\n")


@pytest.mark.parametrize(
    ("ours", "theirs", "verb", "after"),
    [
        (BASE, SCRIPT, "replace", SCRIPT),
        (SCRIPT, BASE, "keep", SCRIPT),
        (SCRIPT, SCRIPT, "keep", SCRIPT),
        (SCRIPT, THEIRS["changed"], "merge", File(THEIRS["changed"].content, EXECUTABLE)),
        (OURS["edited"], SCRIPT, "merge", File(OURS["edited"].content, EXECUTABLE)),
        (File(OURS["edited"].content, EXECUTABLE), THEIRS["changed"], "merge",
         File(b"top, theirs\nmiddle\nbottom, ours\n", EXECUTABLE)),
    ],
    ids=["theirs", "ours", "both", "ours-and-their-content", "our-content-and-theirs", "with-a-merge"],
)  # fmt: skip
def test_the_executable_bit_is_merged_like_content(ours, theirs, verb, after):
    action, locked = plan(BASE, ours, theirs)
    assert action.verb == verb
    assert action.after.same_as(after)
    assert locked.mode == theirs.mode


def test_a_mode_that_was_changed_on_a_locked_file_is_put_back():
    action, _ = plan(BASE, SCRIPT, BASE, "locked")
    assert (action.verb, action.after.mode, action.drift) == ("replace", "100644", ("",))


def test_a_link_follows_the_blueprint_where_the_team_left_it():
    action, locked = plan(link("a"), link("a"), link("b"))
    assert (action.verb, action.after.content, action.after.mode) == ("replace", b"b", SYMLINK)
    assert locked.mode == SYMLINK


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [(link("a"), link("ours"), link("theirs")), (BASE, link("ours"), THEIRS["changed"]), (BASE, CLASH, link("theirs"))],
    ids=["links", "ours", "theirs"],
)
def test_a_link_on_one_side_of_two_changes_is_a_conflict_without_markers(base, ours, theirs):
    action, _ = plan(base, ours, theirs)
    assert action.verb == "conflict"
    assert "symbolic link" in action.why
    assert action.after == ours
    assert (action.stages.ours, action.stages.theirs.mode) == (ours, theirs.mode)


def test_a_link_where_both_brought_something_is_a_conflict():
    assert plan(None, link("ours"), BASE)[0].after == link("ours")
    assert plan(None, CLASH, link("theirs"))[0].verb == "conflict"


BINARY = {name: file(b"\0" + name.encode()) for name in ("base", "ours", "theirs")}


def test_a_binary_file_that_both_changed_is_a_conflict_and_stays_ours():
    action, locked = plan(BINARY["base"], BINARY["ours"], BINARY["theirs"])
    assert (action.verb, action.why) == ("conflict", "a binary file that both sides have changed")
    assert action.after == BINARY["ours"] or action.after.content == BINARY["ours"].content
    assert (locked.blob, locked.pending) == (BINARY["base"].blob, BINARY["theirs"].blob)


@pytest.mark.parametrize(
    ("ours", "theirs", "verb", "after"),
    [("base", "theirs", "replace", "theirs"), ("ours", "base", "keep", "ours"), ("ours", "ours", "keep", "ours")],
)
def test_a_binary_file_that_one_side_changed_is_that_sides(ours, theirs, verb, after):
    action, _ = plan(BINARY["base"], BINARY[ours], BINARY[theirs])
    assert (action.verb, action.after.content) == (verb, BINARY[after].content)


def test_a_deleted_file_stays_deleted_and_it_is_said_when_the_blueprint_changed_it():
    assert plan(BASE, None, BASE)[0].why == "the team has deleted it"
    assert plan(BASE, None, CLASH)[0].why == "the team has deleted it, though the blueprint has changed it"
