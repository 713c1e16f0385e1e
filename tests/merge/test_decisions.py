"""What was decided in conflicts is told from the file, and told again by its digests; no text is kept."""

from hypothesis import given
from hypothesis import strategies as st

from scaffold.merge.decisions import BY_HAND, MOST, SIDES, Decision, digest, learned, recalled, remembered
from scaffold.merge.markers import Conflict
from scaffold.merge.settle import chosen

TAKEN = [*SIDES, BY_HAND]
ANSWERS = st.lists(st.sampled_from(TAKEN), min_size=1, max_size=5)


def conflict(number, base="base"):
    return Conflict(*(f"{side} {number}\nand {number}\n".encode() for side in (base, "mine", "theirs")))


def decided(answers):
    """The parts of a file with a conflict for each answer, and the file as it was decided."""
    parts, now = [b"first\n"], b"first\n"
    for number, taken in enumerate(answers):
        one, after = conflict(number), f"after {number}\nthat\n".encode()
        parts += [one, after]
        now += (f"by hand {number}\n".encode() if taken == BY_HAND else chosen(one, SIDES[taken])) + after
    return parts, now


@given(ANSWERS, st.booleans())
def test_each_answer_is_told_from_the_file_whatever_else_was_edited(answers, edits_before):
    parts, now = decided(answers)
    now = b"the head\n" + now if edits_before else now
    found = learned(parts, now, "2.0")
    assert [one.taken for one in found] == answers
    assert all(bool(one.held) == (one.taken != "the blueprint's") for one in found)


@given(ANSWERS)
def test_the_same_question_has_the_same_answer_and_another_has_none(answers):
    parts, now = decided(answers)
    known = learned(parts, now, "2.0")
    for number, taken in enumerate(answers):
        told = recalled(conflict(number), known)
        assert (told and told[0]) == SIDES.get(taken)
        assert recalled(conflict(number, "another"), known) is None
        stands = f"by hand {number}\n".encode() if taken == BY_HAND else chosen(conflict(number), SIDES[taken])
        again = recalled(Conflict(conflict(number).base, stands, conflict(number).theirs), known)
        assert again is not None
        assert taken != BY_HAND or again[0] == "ours"


def test_two_answers_to_one_question_are_none():
    one = conflict(1)
    parts = [one, b"between\n" * 9, one]
    assert learned(parts, one.ours + b"between\n" * 9 + one.theirs, "2.0") == ()
    assert len(learned(parts, one.ours + b"between\n" * 9 + one.ours, "2.0")) == 1


def test_what_cannot_be_told_is_not_remembered():
    """What was decided goes over into edits around it; or taking one side looks as the other does."""
    parts = [b"a\nb\n", conflict(1), b"c\nd\n"]
    assert learned(parts, b"a\nall else\nd\n", "2.0") == ()
    repeated = [b"x\n", Conflict(b"", b"a\n", b"a\na\n"), b"a\na\na\n"]
    assert learned(repeated, b"x\n" + b"a\n" * 5, "2.0") == ()


def test_the_last_answer_counts_and_only_so_many_are_kept():
    def one(number, taken="yours"):
        return Decision(taken, "1.0", digest(b"%d" % number), digest(b"%d" % number))

    known = remembered((), [one(number) for number in range(MOST + 5)])
    assert len(known) == MOST
    assert remembered(known, [one(MOST, "both")])[-1].taken == "both"
    assert len(remembered(known, [one(MOST, "both")])) == MOST
