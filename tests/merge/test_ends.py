"""Line ends and Git LFS pointers: what a merge must not take for lines that differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.merge.ends import as_in, end_of
from scaffold.merge.pointers import is_pointer, stands_for
from tests.kit import laws

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\nsize 5\n"
)


@pytest.mark.parametrize(
    ("content", "end"),
    [
        (b"a\nb\n", "LF"),
        (b"a\r\nb\r\n", "CRLF"),
        (b"a\r\nb\n", None),
        (b"a", None),
        (b"", None),
        (b"\0\n", None),
        (b"a\rb\n", "LF"),
    ],
)
def test_what_all_lines_end_with(content, end):
    assert end_of(content) == end


@pytest.mark.parametrize(
    ("ours", "side", "becomes"),
    [
        (b"a\r\n", b"b\nc", b"b\r\nc"),
        (b"a\n", b"b\r\nc\r\n", b"b\nc\n"),
        (b"a\r\nb\n", b"c\r\n", b"c\r\n"),
        (b"a\n", b"c\r\nd\n", b"c\r\nd\n"),
        (b"a", b"c\r\n", b"c\r\n"),
        (b"\0\n", b"c\r\n", b"c\r\n"),
    ],
    ids=["to CRLF", "to LF", "ours mixed", "the side mixed", "none", "binary"],
)
def test_a_side_takes_the_line_ends_of_ours(ours, side, becomes):
    assert as_in(ours, side) == becomes


@given(st.binary(), st.text(alphabet="ab\n\r"))
@laws
def test_nothing_but_line_ends_changes(ours, text):
    side = text.encode()
    assert as_in(ours, side).replace(b"\r\n", b"\n") == side.replace(b"\r\n", b"\n")
    assert as_in(side, side) == side


def test_a_pointer_stands_for_one_content():
    assert is_pointer(POINTER)
    assert stands_for(POINTER, b"hello")
    assert not stands_for(POINTER, b"hello!")
    assert not stands_for(POINTER.replace(b"size 5", b"size 6"), b"hello")
    assert not stands_for(b"oid sha256", b"")


def test_a_text_about_pointers_is_none():
    assert not is_pointer(b"# about\n" + POINTER)
    assert not is_pointer(POINTER + b"x" * 1024)
