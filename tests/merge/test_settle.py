"""Conflict markers written and read, and conflicts settled for a side."""

from hypothesis import given
from hypothesis import strategies as st

from scaffold.merge.markers import Conflict, Labels, pieces, read, write
from scaffold.merge.settle import Sides, marked_line, settle
from tests.kit import laws

LABELS = Labels("stamped 1.0.0", "yours", "demo 1.1.0")
ENDS = st.sampled_from([b"\n", b"\r\n"])
WORDS = st.sampled_from([b"", b"a", b"b", b"  <<<<<<< x", b"======", b"<<<<<<<<", b">>>>>>>x", b"\rlone"])


@st.composite
def some_parts(draw):
    """Text and conflicts in turn, as a merge gives them: with one kind of line end, and no text beside text."""
    end = draw(ENDS)
    lines = st.lists(WORDS, max_size=3).map(lambda words: b"".join(word + end for word in words))
    found = []
    for _ in range(draw(st.integers(0, 3))):
        text = draw(lines)
        found += [text] if text else []
        found.append(Conflict(draw(lines), draw(lines), draw(lines)))
    tail = draw(lines) + draw(st.sampled_from([b"", b"no end"]))
    return (*found, tail) if tail else tuple(found)


@laws
@given(some_parts())
def test_what_was_written_is_read_again(parts):
    assert read(write(parts, LABELS)) == parts


@laws
@given(st.lists(st.sampled_from([b"<<<<<<< a\n", b"||||||| b\n", b"=======\n", b">>>>>>> c\n", b"x\n", b"y"])))
def test_nothing_is_lost_in_reading(lines):
    content = b"".join(lines)
    assert b"".join(piece.text for piece in pieces(content)) == content
    assert settle(content, "ours", Sides(ours=content)).content == content, "it is the team's own text"


@laws
@given(some_parts(), st.sampled_from(["ours", "theirs"]))
def test_a_side_is_what_it_says(parts, side):
    marked = write(parts, LABELS)
    settled = settle(marked, side, Sides(b"\n", b"\n", b"\n"))
    assert settled.content == b"".join(part if isinstance(part, bytes) else getattr(part, side) for part in parts)
    assert settled.conflicts == sum(isinstance(part, Conflict) for part in parts)
    assert marked_line(settled.content, Sides()) is None


def marked(ours, theirs, base=b"was\n"):
    return write([b"above\n", Conflict(base, ours, theirs), b"below\n"], LABELS)


def settled(content, side, sides=None):
    return settle(content, side, sides or Sides()).content


def test_both_keep_common_lines_at_the_ends_once():
    content = marked(b"one\nours\nend\n", b"one\ntheirs\nend\n")
    assert settled(content, "both") == b"above\none\nours\ntheirs\nend\nbelow\n"
    assert settled(marked(b"same\n", b"same\n"), "both") == b"above\nsame\nbelow\n"
    assert settled(marked(b"a\na\n", b"a\n"), "both") == b"above\na\na\nbelow\n"
    assert settled(marked(b"", b"b\n"), "both") == b"above\nb\nbelow\n"


def test_markers_of_every_style_are_read():
    for base in (b"", b"||||||| stamped 1.0.0\nwas\n", b"|||||||\nwas\n", b"||||||| empty\n"):
        content = b"a\n<<<<<<< ours\nx\n" + base + b"=======\ny\n>>>>>>> theirs\n"
        assert settled(content, "ours") == b"a\nx\n"
        assert settled(content, "theirs") == b"a\ny\n"


def test_a_heading_in_a_side_is_told_from_a_marker_by_the_files_that_were_merged():
    content = marked(b"Install\n=======\nours\n", b"Install\n=======\ntheirs\n", b"Install\n=======\nwas\n")
    sides = Sides(*(b"above\nInstall\n=======\n" + text + b"\nbelow\n" for text in (b"was", b"ours", b"theirs")))
    assert settled(content, "ours", sides) == sides.ours
    assert settled(content, "theirs", sides) == sides.theirs
    edited = content.replace(b"theirs\n>>>>>>>", b"theirs, edited\n>>>>>>>")
    assert settled(edited, "theirs", sides) == edited, "nobody can tell, so nothing is touched"
    assert marked_line(edited, sides) == 2


def test_an_example_of_a_conflict_is_text():
    example = b"<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"
    content = example + marked(b"ours\n", b"theirs\n")
    sides = Sides(example, example + b"above\nours\nbelow\n", example + b"above\ntheirs\nbelow\n")
    assert settled(content, "theirs", sides) == sides.theirs
    assert marked_line(content, sides) == 7
    assert marked_line(sides.ours, sides) is None


def test_where_the_sides_are_not_known_only_what_opens_as_said_is_a_conflict():
    example = b"<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"
    content = example + marked(b"ours\n", b"theirs\n")
    unknown = Sides(markers=(b"<<<<<<< yours\n",))
    assert settled(content, "ours", unknown) == example + b"above\nours\nbelow\n"
    assert marked_line(content, unknown) == 7
    assert marked_line(example, unknown) is None


def test_what_is_half_taken_away_still_counts_as_marked():
    assert marked_line(b"a\nb\n=======\nc\n>>>>>>> demo 1.1.0\n", Sides()) == 5
    assert marked_line(b"a\n||||||| stamped 1.0.0\nb\n", Sides()) == 2
    assert marked_line(b"Title\n=======\n", Sides()) is None


def test_a_file_without_a_last_line_end_stays_without():
    sides = Sides(b"was", b"a\nours", b"a\ntheirs\n")
    content = write([b"a\n", Conflict(b"was", b"ours", b"theirs\n")], LABELS)
    assert settled(content, "ours", sides) == sides.ours
    assert settled(content, "theirs", sides) == sides.theirs
    crlf = write([b"a\r\n", Conflict(b"was", b"ours", b"theirs\r\n", end=b"\r\n")], LABELS)
    assert b"ours\r\n|||||||" in crlf
    assert settled(crlf, "ours", Sides(b"was", b"a\r\nours", b"a\r\ntheirs\r\n")) == b"a\r\nours"


def slowly(content, sides):
    """What a conflict is, by trying every way to tell its sides apart."""
    found = list(pieces(content))
    if len(found) != 1 or not list(found[0].ways):
        return None
    ways = [found[0].ways.read(*way) for way in found[0].ways]
    if len(ways) == 1:
        return ways[0]
    fitting = [one for one in ways if one.base in sides.base and one.ours in sides.ours and one.theirs in sides.theirs]
    return fitting[0] if len(fitting) == 1 else None


INNER = st.lists(st.sampled_from([b"||||||| b\n", b"=======\n", b"x\n", b"y\n"]), max_size=8)
WHOLE = st.lists(st.sampled_from([b"||||||| b\n", b"=======\n", b"x\n", b"y\n"]), max_size=6).map(b"".join)


@laws
@given(INNER, WHOLE, WHOLE, WHOLE)
def test_law_the_one_way_that_fits_is_found_as_by_trying_all(inner, base, ours, theirs):
    content, sides = b"<<<<<<< a\n" + b"".join(inner) + b">>>>>>> c\n", Sides(base, ours, theirs)
    wanted = slowly(content, sides)
    for side in ("ours", "theirs"):
        assert settle(content, side, sides).conflicts == (wanted is not None)
        if wanted is not None:
            assert settle(content, side, sides).content == getattr(wanted, side)
