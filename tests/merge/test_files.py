import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from scaffold.merge.drivers import ALL
from scaffold.merge.files import merge_files
from scaffold.merge.layouts import known
from scaffold.merge.markers import Conflict, write
from scaffold.merge.text import merge_whole, refined
from tests.kit import LABELS, few, laws
from tests.merge.sides import WRITERS, merge, settled, taken, versions

paths = st.sampled_from(["a.toml", "a.yaml", "a.json", "setup.cfg", ".gitignore", "requirements.txt", "a.py", "a.md"])
lines = st.sampled_from(
    [
        "a: 1",
        "a = 1",
        "b: 2",
        "- c",
        "  - d",
        "[t]",
        '  "e": 1,',
        "{",
        "}",
        "",
        "# f",
        "import g",
        "h==1.0",
        "h==1.1",
        "!i",
    ]
)
texts = st.lists(lines, max_size=8).map(lambda found: "".join(f"{line}\n" for line in found))
written = st.sampled_from(sorted(WRITERS))


def as_set(text):
    return {line.strip(" ,") for line in text.splitlines() if line.strip(" ,[]{}")}


def by_line(base, ours, theirs):
    return merge_whole(*(side.encode() for side in (base, ours, theirs)))


@laws
@given(paths, texts, texts)
def test_where_one_side_changed_nothing_the_other_one_counts(path, base, changed):
    for sides in ((base, base, changed), (base, changed, base), (base, changed, changed)):
        merged = merge(path, *sides)
        assert (merged.clean, merged.content, merged.used) == (True, changed.encode(), ())


@laws
@given(paths, texts, texts, texts)
def test_no_side_s_own_line_is_lost(path, base, ours, theirs):
    merged = merge(path, base, ours, theirs, ALL - {"pins", "comments", "removed", "dropped", "space", "insertions"})
    for side, own in (("ours", ours), ("theirs", theirs)):
        assert as_set(own) - as_set(base) <= as_set(taken(merged, side))


@laws
@given(paths, texts, texts, texts)
def test_without_drivers_the_merge_is_by_line(path, base, ours, theirs):
    parts = by_line(base, ours, theirs)
    in_conflict = any(isinstance(part, Conflict) for part in parts)
    merged = merge(path, base, ours, theirs, frozenset())
    assume(in_conflict or merged.clean)  # a document that cannot be read any more is no merge
    assert merged.used == ()
    assert merged.clean is not in_conflict
    assert merged.content == write(refined(parts), LABELS)


@laws
@given(paths, texts, texts, texts)
def test_drivers_only_settle(path, base, ours, theirs):
    without, merged = merge(path, base, ours, theirs, frozenset()), merge(path, base, ours, theirs)
    assert merged.clean or not without.clean or known.kind_of(path) is not None
    assert merged.used or merged.content == without.content


def by_key(base, ours, theirs):
    """Merge values of which nothing is known, or raise LookupError: the same again, written from the rules alone."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    if not all(isinstance(side, dict) for side in (base, ours, theirs)):
        raise LookupError
    merged = {key: by_key(base.get(key), ours.get(key), theirs.get(key)) for key in {**ours, **theirs}}
    return {key: value for key, value in merged.items() if value is not None}


def has_empty(document):
    return document == {} or (isinstance(document, dict) and any(map(has_empty, document.values())))


@laws
@example("conf.yaml", ({"delta": 0, "alpha": 0}, {"delta": 0}, {"alpha": 0}))
@example("conf.yaml", ({"beta": 1, "delta": 2}, {}, {"beta": 1, "delta": 2, "alpha": 3}))
@given(written, versions())
def test_documents_are_merged_by_key(path, documents):
    write_as = WRITERS[path]
    found = settled(path, *map(write_as, documents), ALL - {"removed", "pins"})
    try:
        wanted = by_key(*documents)
    except LookupError:
        return  # a list of both, which may be merged by its items
    if found is None:  # in YAML what is emptied, by a side or by both, is written `{}`: that is left to people
        assert path == "conf.yaml"
        assert {} in documents or has_empty(wanted)
        return
    assert known.values(known.kind_of(path), found) == known.values(known.kind_of(path), write_as(wanted))


@few
@given(written, versions())
def test_a_document_stays_one_whichever_side_is_taken(path, documents):
    merged = merge(path, *map(WRITERS[path], documents))
    if "keys" in merged.used:
        for side in ("ours", "theirs"):
            known.values(known.kind_of(path), taken(merged, side))


@few
@given(written, versions())
def test_what_the_team_said_is_kept(path, documents):
    write_as = WRITERS[path]
    base, ours, theirs = documents
    merged = merge(path, write_as(base), write_as(ours, "the team's"), write_as(theirs))
    assert "the team's" in taken(merged, "ours")


@laws
@given(written, versions())
def test_two_documents_without_a_base_are_joined_unless_they_contradict(path, documents):
    _, ours, theirs = documents
    sides = (WRITERS[path](side).encode() for side in (ours, theirs))
    merged = merge_files(path, None, *sides, LABELS, ALL)
    contradict = any(ours[key] != theirs[key] for key in ours.keys() & theirs.keys())
    if merged.clean:
        found = known.values(known.kind_of(path), merged.content.decode())
        assert found == {**theirs, **ours} or contradict  # a list that holds the other
        assert all(found[key] == ours[key] or not isinstance(ours[key], int) for key in ours)
    assert merged.clean or contradict


@pytest.mark.parametrize(
    ("path", "ours", "theirs", "wanted"),
    [
        (".gitignore", "*.log\n", "dist/\n*.log\n", "dist/\n*.log\n"),
        ("a.json", "{}\n", '{"a": 1}\n', '{"a": 1}\n'),
        ("a.yaml", "on: [x]\n", "1: a\non:\n  - x\n", "1: a\non: [x]\n"),
        ("setup.cfg", "[a]\nx = 1\n", "[a]\ny = 2\n", "[a]\nx = 1\ny = 2\n"),
        ("requirements.txt", "a==1.0\n", "b\n", "a==1.0\nb\n"),
        ("run.sh", "#!/bin/sh\nmake\nmore\n", "#!/bin/sh\nmake\n", "#!/bin/sh\nmake\nmore\n"),
        ("requirements.txt", "a==1.0\n", "a==1.1\n", None),
        ("a.toml", "a = 1\n", "a = true\n", None),
        ("a.toml", "a = [1]\n", "[a]\nb = 1\n", None),
        (".github/workflows/ci.yml", "jobs: {a: {strategy: {matrix: {p: [1.1]}}}}\n",
         "jobs: {a: {strategy: {matrix: {p: [1.3]}}}}\n", None),
        ("run.sh", "#!/bin/sh\nmake one\n", "#!/bin/sh\nmake two\n", None),
    ],
)  # fmt: skip
def test_what_two_files_without_a_base_come_to(path, ours, theirs, wanted):
    drivers = ALL - {"pins", "removed", "dropped"}
    merged = merge_files(path, None, ours.encode(), theirs.encode(), LABELS, drivers)
    assert (merged.content.decode() if merged.clean else None) == wanted


def test_what_contradicts_in_two_files_without_a_base_is_marked_alone():
    same = "".join(f"{key} = 0\n" for key in "wxyz")
    ours, theirs = f"a = 1\nb = 1\n{same}d = 1\n", f"b = 2\nc = 3\n{same}d = 2\n"
    merged = merge_files("a.toml", None, ours.encode(), theirs.encode(), LABELS, ALL)
    marked = "<<<<<<< yours\n{0} = 1\n||||||| stamped 1.0.0\n=======\n{0} = 2\n>>>>>>> demo 2.0.0\n"
    assert merged.content.decode() == f"a = 1\n{marked.format('b')}c = 3\n{same}{marked.format('d')}"


patterns = st.lists(st.sampled_from(["*.log", "build/", "# note", "", "x", ".env"]), max_size=8)


def entries(text):
    return {line for line in text.splitlines() if line and not line.startswith("#")}


@laws
@given(patterns, patterns, patterns)
@example(["x", "b", "y", "x"], ["x", "b", "n", "y", "x"], ["n", "x", "b", "y", "x", "x"])
def test_a_list_of_patterns_is_merged_wherever_a_merge_by_line_is_whatever_stands_there_twice(base, ours, theirs):
    base, ours, theirs = ("".join(f"{line}\n" for line in side) for side in (base, ours, theirs))
    merged = merge(".gitignore", base, ours, theirs)
    parts = by_line(base, ours, theirs)
    if not any(isinstance(part, Conflict) for part in parts):
        assert merged.clean
    if merged.clean and merged.content != b"".join(part for part in parts if isinstance(part, bytes)):
        old, mine, new = map(entries, (base, ours, theirs))
        assert entries(merged.content.decode()) == (mine & new) | ((mine | new) - old)


@pytest.mark.parametrize("path", ["a.bin", "a.yaml"])
def test_binary_files_are_not_merged(path):
    merged = merge_files(path, b"a\0", b"b\0", b"c\0", LABELS, ALL)
    assert (merged.clean, merged.content, merged.used) == (False, None, ())
