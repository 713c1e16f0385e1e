"""What is done next for a member, by what is out there: every state that a run may be killed in, and what people do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.fleet.campaign.deciding import Known, Next, Out, next_step
from scaffold.fleet.campaign.marker import Marker, marker_of
from scaffold.forges.port import Pull
from tests.kit import laws

OURS, WANTED, THEIRS = "a" * 40, "b" * 40, "c" * 40
ME = "scaffold-bot"


def pull(state="open", *, commit=OURS, marked=True, number=7, closer="unknown", author=ME, by=""):
    body = Marker("plan", "orders", "run", 1.5, OURS).line() if marked else "hello"
    return Pull(number, f"https://h/{number}", state, "b", "main", commit, "t", body, author=author, closed_by=by, closer=closer)  # fmt: skip


def step(tip=None, *pulls, is_it=False, commits=(OURS,), again=False, shown=()):
    return next_step(Out(tip, is_it, pulls), Known(ME, commits, shown, again))


def stage(*args, **more):
    found = step(*args, **more)
    return found.stage if found.verb == "stop" else found.verb


def test_the_way_of_a_member_that_nobody_touches():
    assert step() == Next("push", None)
    assert step(WANTED, is_it=True) == Next("open")  # killed between push and record: what is there is told by its tree
    assert step(OURS) == Next("push", OURS)
    assert step(WANTED, pull(), is_it=True) == Next("follow", pull=pull())


def test_a_refresh_of_our_own_goes_over_just_what_is_there():
    assert step(OURS, pull()) == Next("push", OURS, pull())
    assert step(OURS, pull(), commits=()) == Next("push", OURS, pull())  # by the marker of another campaign


def test_commits_of_people_are_never_pushed_over():
    assert stage(THEIRS) == "needs hands"
    assert stage(THEIRS, pull()) == "needs hands"
    assert stage(THEIRS, pull("closed", closer="self"), shown={7}) == "needs hands"
    assert stage(THEIRS, again=True) == "needs hands"


def test_a_pull_request_of_somebody_elses_is_left_alone():
    assert stage(WANTED, pull(marked=False, author="jo"), is_it=True) == "needs hands"
    assert stage(WANTED, pull(marked=False), is_it=True) == "follow"  # ours, though somebody has rewritten its text
    assert stage(None, pull("closed", marked=False, author="jo", closer="person")) == "push"


@pytest.mark.parametrize(("closer", "is_final"), [("person", True), ("unknown", True), ("bot", False), ("self", False)])
def test_who_closes_it_says_whether_it_is_offered_again(closer, is_final):
    closed = pull("closed", closer=closer, by="jo")
    assert stage(OURS, closed) == ("declined" if is_final else "closed elsewhere")
    assert stage(OURS, closed, shown={7}) == ("declined" if is_final else "push")
    assert stage(None, closed, again=True) == "push"
    assert "#7" in step(OURS, closed).why


def test_what_was_merged_and_is_not_in_the_branch_was_reverted():
    assert stage(None, pull("merged")) == "reverted"
    assert stage(None, pull("merged"), again=True) == "push"
    assert stage(None, pull("closed", number=9, closer="person"), pull("merged")) == "declined"  # the newest counts


PULLS = st.lists(
    st.builds(
        pull,
        st.sampled_from(["open", "closed", "merged"]),
        marked=st.booleans(),
        number=st.integers(1, 9),
        closer=st.sampled_from(["person", "bot", "self", "unknown"]),
        author=st.sampled_from([ME, "jo", ""]),
    ),
    max_size=3,
)


@laws
@given(st.sampled_from([None, OURS, WANTED, THEIRS]), PULLS, st.booleans(), st.frozensets(st.integers(1, 9)))
def test_nothing_is_opened_twice_and_nothing_of_others_is_overwritten(tip, pulls, again, shown):
    found = step(tip, *pulls, is_it=tip == WANTED, again=again, shown=shown)
    if any(one.state == "open" for one in pulls):
        assert found.verb != "open"
        assert found.verb != "push" or found.pull is not None
    if found.verb == "push":
        assert found.expected == tip
        assert tip in (None, OURS)
    if found.verb in ("open", "follow"):
        assert tip == WANTED


@laws
@given(st.text(), st.text(), st.text(), st.floats(allow_nan=False, allow_infinity=False), st.text())
def test_a_marker_is_read_as_it_was_written_and_ends_no_comment(campaign, member, run, began, commit):
    written = Marker(campaign, member, run, began, commit)
    assert written.line().count("-->") == 1
    body = f"text\n\n{written.line()}\n"
    assert marker_of(pull()._replace(body=body)) == written


@pytest.mark.parametrize(
    "body", ["", "<!-- scaffold: {} -->", '<!-- scaffold: {"began": "x"} -->', "<!-- scaffold: [1] -->"]
)
def test_a_marker_that_cannot_be_read_is_none(body):
    assert marker_of(pull()._replace(body=body)) is None
