import json
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from scaffold import lock
from scaffold.blueprint.forge import Prescribed
from scaffold.blueprint.ownership import OWNERS, Ownership
from scaffold.errors import FormatError, ScaffoldError
from scaffold.lock import DROPPED, Lock, Locked
from scaffold.tree import EXECUTABLE, REGULAR, SYMLINK, File, safe_path
from tests.kit import executable, few, file, laws

A, B = "a" * 40, "b" * 40


def locked(blob=A, **more):
    return Locked(**{"blob": blob, "mode": REGULAR, "owner": "managed", "origin": "base/x", **more})


def made(files=None, **more):
    head = {"scaffold": "0.1.0", "blueprint": "demo", "source": "builtin", "version": "1.0.0", "commit": None}
    return Lock(**head | {"answers": {}} | more, files=files or {})


def is_safe(path):
    try:
        return bool(safe_path(path)) and not path.encode().isspace()
    except (ScaffoldError, UnicodeEncodeError):
        return False


ids = st.text("0123456789abcdef", min_size=40, max_size=40)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
segments = texts.filter(lambda text: '"' not in text)
key_paths = st.lists(segments, min_size=1, max_size=3).map(tuple)


def only(**given: Any) -> Locked:
    """An entry with these fields alone: of a NamedTuple itself, `builds` would guess the others too."""
    return Locked(**given)


entries = st.builds(
    only,
    blob=st.none() | ids,
    mode=st.sampled_from([REGULAR, EXECUTABLE, SYMLINK]),
    owner=st.sampled_from(OWNERS),
    origin=texts,
    sha256=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
    keys=st.dictionaries(key_paths, st.tuples(st.sampled_from(OWNERS), texts), max_size=2),
    pending=st.none() | ids | st.just(DROPPED),
    left=st.none() | ids,
    open=st.booleans(),
)
locks = st.builds(
    Lock,
    scaffold=texts,
    blueprint=texts,
    source=texts,
    version=st.sampled_from(["1.0.0", "0.1", "2.0rc1"]),
    commit=st.none() | texts,
    answers=st.dictionaries(texts, plain, max_size=4),
    files=st.dictionaries(texts.filter(is_safe), entries, max_size=4),
    missing=st.lists(texts.filter(is_safe), max_size=3, unique=True).map(sorted).map(tuple),
)


@laws
@given(locks)
def test_a_lock_reads_back_as_it_was_written(value):
    assert lock.parse(lock.dump(value)) == value


@few
@given(locks)
def test_the_same_lock_gives_the_same_bytes_whatever_the_order(value):
    turned = Lock(
        value.scaffold, value.blueprint, value.source, value.version, value.commit,
        dict(reversed(value.answers.items())), dict(reversed(value.files.items())), missing=value.missing[::-1],
    )  # fmt: skip
    assert lock.dump(turned) == lock.dump(value)


def test_a_lock_is_sorted_with_one_file_and_one_answer_a_line():
    value = made({"b": locked(), "a/z": locked(), "a": locked()}, answers={"port": 1, "name": "x"})
    assert lock.dump(value).decode() == (
        '{\n  "format": 1,\n  "scaffold": "0.1.0",\n  "blueprint": "demo",\n  "source": "builtin",\n'
        '  "version": "1.0.0",\n  "commit": null,\n  "answers_file": null,\n'
        '  "answers": {\n    "name": "x",\n    "port": 1\n  },\n'
        '  "files": {\n'
        + ",\n".join(
            f'    "{path}": {{"blob": "{A}", "mode": "100644", "ownership": "managed", "template": "base/x"}}'
            for path in ("a", "a/z", "b")
        )
        + "\n  }\n}\n"
    )


def test_text_stays_readable():
    assert "grüße".encode() in lock.dump(made(answers={"hello": "grüße"}))


def test_an_answer_of_any_kind_is_kept_and_compared_as_the_lock_gives_it_back():
    answers = {"a": {date(2030, 1, 2): [{1: True, None: date(2031, 1, 1)}]}}
    kept = lock.parse(lock.dump(made(answers=answers))).answers
    assert kept == lock.as_kept(answers) == {"a": {"2030-01-02": [{"1": True, "null": "2031-01-01"}]}}
    assert made(answers=answers).written_with(b"").answers_file is None


GOOD = lock.dump(made({"a": locked(), "b": locked(keys={("tool", "x.y"): ("locked", "d")})}, answers={"n": 1}))


@laws
@given(st.integers(0, len(GOOD) - 3))
def test_a_truncated_lock_is_one_format_error_with_a_way_out(length):
    with pytest.raises(FormatError) as caught:
        lock.parse(GOOD[:length], "lock.json")
    assert caught.value.where.startswith("lock.json")
    assert "git checkout" in caught.value.hint


@laws
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode(errors="replace")))
@example(b"")
@example(b"null")
@example(b"[]")
@example(b"1" * 5000)
@example(b"[" * 100_000)
@example(b'{"format": 1}')
def test_anything_else_is_a_format_error_too(content):
    with pytest.raises(FormatError, match="damaged"):
        lock.parse(content)


def damaged(path, value):
    data = json.loads(GOOD)
    *way, last = path
    holder = data
    for key in way:
        holder = holder[key]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["version"], ..., "`version` is missing"),
        (["version"], 1, "`version` must be text, not 1"),
        (["version"], "newest", "`version` must be a version, not 'newest'"),
        (["blueprint"], [], "`blueprint` must be text"),
        (["source"], {}, "`source` must be text"),
        (["commit"], 7, "`commit` must be text"),
        (["answers"], [], "`answers` must be a mapping"),
        (["answers"], ..., "`answers` is missing"),
        (["files"], ..., "`files` is missing"),
        (["files"], [], "`files` must be a mapping"),
        (["files", "a"], None, "must be a mapping"),
        (["files", "a", "blob"], "xyz", "`files.a.blob` must be 40 hexadecimal digits, not 'xyz'"),
        (["files", "a", "blob"], "A" * 40, "hexadecimal digits"),
        (["files", "a", "blob"], "a" * 39, "hexadecimal digits"),
        (["files", "a", "blob"], 5, "hexadecimal digits"),
        (["files", "a", "sha256"], "no", "hexadecimal digits"),
        (["files", "a", "pending"], "no", "hexadecimal digits"),
        (["files", "a", "mode"], "100600", "`files.a.mode` must be one of 100644, 100755, 120000"),
        (["files", "a", "mode"], ["100644"], "must be one of"),
        (["files", "a", "mode"], ..., "`mode` is missing from files.a"),
        (["files", "a", "ownership"], "mine", "must be one of locked, managed, seeded"),
        (["files", "a", "template"], None, "`files.a.template` must be text"),
        (["files", "b", "keys"], [], "must be a mapping"),
        (["files", "b", "keys"], {"a..b": {"ownership": "locked", "sha256": ""}}, "is not a key path"),
        (["files", "b", "keys"], {"a": "locked"}, "must be a mapping"),
        (["files", "../out"], {}, "does not stay inside"),
        (["files", ".git/config"], {}, "git's own folder"),
        (["files", "/etc/passwd"], {}, "does not stay inside"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_value_is_named(path, value, said):
    with pytest.raises(FormatError, match="the lock is damaged") as caught:
        lock.parse(damaged(path, value))
    assert said in caught.value.message
    assert "git checkout" in caught.value.hint


def test_merge_conflict_markers_are_a_format_error_at_their_line():
    lines = GOOD.splitlines(keepends=True)
    torn = b"".join([*lines[:5], b"<<<<<<< HEAD\n", lines[5], b"=======\n", lines[5], b">>>>>>> b\n", *lines[6:]])
    with pytest.raises(FormatError, match="damaged") as caught:
        lock.parse(torn, "p/lock.json")
    assert caught.value.where == "p/lock.json:6"


def test_a_lock_of_a_newer_scaffold_says_upgrade_whatever_else_it_holds():
    with pytest.raises(FormatError, match=r"written by scaffold 9\.1, whose format 2 ") as caught:
        lock.parse(b'{"format": 2, "scaffold": "9.1", "files": "elsewhere"}')
    assert caught.value.hint == "upgrade scaffold"


def test_keys_that_are_not_known_yet_do_no_harm():
    assert lock.parse(damaged(["new"], 1)) == lock.parse(GOOD)


def test_an_entry_matches_what_was_applied_and_nothing_else():
    applied = file("x")
    entry = locked(applied.blob, sha256=applied.sha256)
    assert entry.matches(applied)
    assert not entry.matches(None)
    assert not entry.matches(file("y"))
    assert not entry.matches(executable("x"))


def test_a_locked_file_is_compared_by_sha256_too():
    applied = file("x")
    assert not locked(applied.blob, sha256=File(b"forged").sha256).matches(applied)
    assert locked(applied.blob).matches(applied)


def test_an_entry_knows_the_ownership_it_was_applied_under():
    entry = locked(owner="seeded", keys={("a", "b"): ("locked", "d")})
    assert entry.ownership == Ownership("seeded", {("a", "b"): "locked"})


def test_pending_lists_the_open_conflicts():
    assert made({"a": locked(pending=B), "b": locked(), "c": locked(pending=DROPPED)}).pending == ("a", "c")


@pytest.mark.parametrize(
    ("entry", "unresolved", "settled"),
    [
        (locked(), False, locked()),
        (locked(), True, locked()),
        (locked(pending=B), True, locked(pending=B)),
        (locked(pending=B), False, locked(B)),
        (locked(None, pending=B), False, locked(B)),
        (locked(None, pending=B), True, locked(None, pending=B)),
        (locked(pending=DROPPED), True, locked(pending=DROPPED)),
        (locked(pending=DROPPED), False, None),
    ],
    ids=["clean", "clean-named", "open", "resolved", "resolved-no-base", "open-no-base", "dropped-open", "dropped"],
)
def test_settling_gives_resolved_conflicts_their_new_base(entry, unresolved, settled):
    after = made({"a": entry, "b": locked()}).settled(frozenset({"a"}) if unresolved else frozenset())
    assert after.files == {"b": locked()} | ({"a": settled} if settled else {})


@few
@given(locks, st.data())
def test_settling_twice_is_settling_once(value, data):
    assume(value.files)
    unresolved = frozenset(data.draw(st.sets(st.sampled_from(sorted(value.files)))))
    once = value.settled(unresolved)
    assert once.settled(unresolved) == once
    assert set(once.pending) <= unresolved


def test_what_is_prescribed_at_the_forge_is_kept():
    prescribed = Prescribed(("all-green",), 1, code_owners=True, topics=("python",), description="Takes orders")
    written = lock.dump(made(forge=prescribed))
    assert lock.parse(written).forge == prescribed
    assert b'    "default_branch": {"checks": ["all-green"], "approvals": 1, "code_owners": true},\n' in written
    assert lock.parse(lock.dump(made(forge=Prescribed()))).forge == Prescribed()
    assert lock.parse(lock.dump(made())).forge is None
