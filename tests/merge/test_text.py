import subprocess

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from scaffold.merge.text import Labels, Merged, merge_lines
from tests.kit import LABELS, few, laws

ZDIFF3 = "zdiff3" in subprocess.run(["git", "merge-file", "-h"], capture_output=True, text=True, check=False).stdout
oracle = pytest.mark.skipif(not ZDIFF3, reason="this git has no zdiff3")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("merge")


def by_git(folder, base, ours, theirs, labels=LABELS):
    """What git itself makes of it; None for binary files."""
    for name, content in (("base", base or b""), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_bytes(content)
    names = [part for label in (labels.ours, labels.base, labels.theirs) for part in ("-L", label)]
    done = subprocess.run(
        ["git", "merge-file", "-p", "-q", "--zdiff3", *names, "ours", "base", "theirs"],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode == 255:
        return Merged(clean=False, content=None)
    return Merged(clean=done.returncode == 0, content=done.stdout)


words = st.sampled_from([b"a", b"b", b"c", b"d", b"", b"  x", b"def f():", b"}", b"<<<<<<< yours", b"======="])
ends = st.sampled_from([b"\n", b"\n", b"\n", b"\r\n"])


@st.composite
def texts(draw):
    lines = draw(st.lists(words, max_size=9))
    end = draw(ends)
    return end.join(lines) + (end if draw(st.booleans()) and lines else b"")


@st.composite
def edits(draw, base):
    """Some line edits of a text: what people do."""
    lines = base.splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines)))
        new = [draw(words) + draw(ends) for _ in range(draw(st.integers(0, 2)))]
        lines[at : at + draw(st.integers(0, 3))] = new
    result = b"".join(lines)
    return result.removesuffix(b"\n") if draw(st.integers(0, 5)) == 0 else result


@st.composite
def three(draw):
    base = draw(texts())
    return base, draw(edits(base)), draw(edits(base))


@oracle
@laws
@given(three())
@example((b"a\nb\nc\n", b"a\nB\nc\n", b"a\nb\nC\n"))
@example((b"a\r\nb\r\n", b"a\r\nX\r\n", b"a\r\nY\r\n"))
@example((b"a", b"b", b"c"))
@example((b"a\nb\nc\n", b"a\nx\ny\nz\nc\n", b"a\nx\nY\nz\nc\n"))
def test_a_merge_is_gits_own_content_and_conflict_alike(folder, sides):
    assert merge_lines(*sides, LABELS) == by_git(folder, *sides)


@oracle
@few
@given(texts(), texts())
def test_without_a_base_a_merge_is_gits_with_an_empty_one(folder, ours, theirs):
    assume(ours != theirs)
    assert merge_lines(None, ours, theirs, LABELS) == by_git(folder, None, ours, theirs)


@oracle
@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (b"a\nb\nc\nd\ne\n", b"A\nb\nc\nd\ne\n", b"a\nb\nc\nd\nE\n"),
        (b"a\nb\n", b"a\nours\n", b"a\ntheirs\n"),
        (b"a\r\nb\r\n", b"a\r\nours\r\n", b"a\r\ntheirs\r\n"),
        (b"a\r\nb\r\n", b"a\nb\n", b"a\r\nc\r\n"),
        (b"a\nb", b"a\nc", b"a\nd"),
        (b"a\nb\n", b"a\nb", b"a\nb\nc\n"),
        (b"", b"ours\n", b"theirs\n"),
        (b"a\n", b"", b"b\n"),
        (b"a\nb\n", b"a\nb\n", b"a\n"),
        (b"\xff\xfe a\n", b"\xff\xfe b\n", b"\xff\xfe c\n"),
        (b"a\0b", b"a\0c", b"a\0d"),
        (b"a", b"a\0", b"b"),
        (b"x\n" * 5000 + b"\0\n", b"y\n" + b"x\n" * 5000 + b"\0\n", b"x\n" * 5000 + b"\0\nz\n"),
        (b"same\n" * 400, b"same\n" * 200 + b"new\n" + b"same\n" * 200, b"top\n" + b"same\n" * 400),
    ],
    ids=["apart", "conflict", "crlf", "crlf-to-lf", "no-last-newline", "newline-removed", "both-new", "emptied",
         "only-theirs", "not-utf8", "binary", "turned-binary", "late-nul", "repeated"],
)  # fmt: skip
def test_cases_by_name_are_as_git_has_them(folder, base, ours, theirs):
    assert merge_lines(base, ours, theirs, LABELS) == by_git(folder, base, ours, theirs)


@oracle
def test_the_labels_are_as_git_writes_them(folder):
    labels = Labels("stamped 1.0 ä", "yours: x", "demo 2.0 → z")
    sides = b"a\n", b"b\n", b"c\n"
    assert merge_lines(*sides, labels) == by_git(folder, *sides, labels)


def test_a_conflict_is_marked_in_zdiff3_with_the_three_names():
    merged = merge_lines(b"a\nb\nc\n", b"a\nx\nours\nc\n", b"a\nx\ntheirs\nc\n", LABELS)
    assert merged == Merged(
        clean=False,
        content=b"a\nx\n<<<<<<< yours\nours\n||||||| stamped 1.0.0\nb\n=======\ntheirs\n>>>>>>> demo 2.0.0\nc\n",
    )


def test_binary_sides_have_no_lines_to_mark():
    for sides in ((b"a\0", b"b", b"c"), (b"a", b"b\0", b"c"), (b"a", b"b", b"c\0"), (None, b"\0", b"\0")):
        assert merge_lines(*sides, LABELS) == Merged(clean=False, content=None)


@laws
@given(three())
def test_where_one_side_is_unchanged_the_result_is_the_other(sides):
    base, ours, theirs = sides
    assert merge_lines(base, base, theirs, LABELS) == Merged(clean=True, content=theirs)
    assert merge_lines(base, ours, base, LABELS) == Merged(clean=True, content=ours)
    assert merge_lines(base, base, base, LABELS) == Merged(clean=True, content=base)


@laws
@given(three())
def test_where_both_sides_changed_alike_the_result_is_that(sides):
    base, ours, _ = sides
    assert merge_lines(base, ours, ours, LABELS) == Merged(clean=True, content=ours)


@laws
@given(three())
def test_which_side_is_whose_does_not_decide_whether_they_meet(sides):
    base, ours, theirs = sides
    there, back = merge_lines(base, ours, theirs, LABELS), merge_lines(base, theirs, ours, LABELS)
    assert there.clean == back.clean
    if there.clean:
        assert there.content == back.content
