"""What the adapters have in common, as values: whose close it was, checks out of many, reviews, refusals one by one."""

import pytest

from scaffold.forges import github, gitlab
from scaffold.forges.port import Check, PausedError, RefusedError
from scaffold.forges.shared import Once, Remembered, Who, merged, moment, newest, one_by_one, reviewed


def test_who_closed_it():
    who = Who(frozenset({"renovate"}))
    assert who.actor("me", "me", bot=True) == "self"
    assert who.actor("dependabot[bot]", "me", bot=True) == "bot"
    assert who.actor("renovate", "me", bot=False) == "bot"
    assert who.actor("renovate", "me", bot=None) == "bot"
    assert who.actor("ann", "me", bot=None) == "person"
    assert who.actor("", "me", bot=None) == "unknown"


def test_the_newest_of_a_name_counts_and_of_two_kinds_the_worst():
    first, second = Check("ci", "failed"), Check("ci", "passed")
    assert newest([(second, 2), (first, 1)]) == {"ci": second}
    assert merged([{"ci": second}, {"ci": first, "a": second._replace(name="a")}]) == (Check("a", "passed"), first)
    assert merged([{"ci": Check("ci", "none")}, {"ci": second}]) == (Check("ci", "none"),)
    assert merged([]) == ()


def test_what_was_skipped_or_may_fail_has_passed_nothing():
    skipped = {"name": "ci", "status": "completed", "conclusion": "skipped"}
    assert github._check_run(skipped).outcome == "none"
    assert github._check_run({**skipped, "conclusion": "neutral"}).outcome == "none"
    assert github._check_run({**skipped, "conclusion": "action_required"}).outcome == "pending"
    assert github._check_run({**skipped, "conclusion": "what comes some day"}).outcome == "failed"
    assert github._check_run({**skipped, "status": "in_progress", "conclusion": None}).outcome == "pending"
    assert gitlab._status({"name": "ci", "status": "failed", "allow_failure": True}).outcome == "none"
    assert gitlab._status({"name": "ci", "status": "failed"}).outcome == "failed"
    assert gitlab._status({"name": "ci", "status": "what comes some day"}).outcome == "pending"


def test_what_reviewers_say_together():
    assert reviewed({}, []).verdict == "none"
    assert reviewed({}, ["ann"]) == ("pending", ("ann",))
    assert reviewed({"ann": "approved"}, ["bob"]) == ("approved", ("bob",))
    assert reviewed({"ann": "approved", "bob": "changes requested"}, []).verdict == "changes requested"


def test_one_that_is_refused_keeps_the_others_from_nothing():
    asked = []

    def ask(names):
        asked.append(names)
        if "nobody" in names:
            raise RefusedError("no such user")

    assert one_by_one(["ann", "nobody", "bob"], ask) == (("nobody", "no such user"),)
    assert asked == [("ann", "nobody", "bob"), ("ann",), ("nobody",), ("bob",)]
    assert one_by_one(["ann", "bob"], ask) == ()
    assert len(asked) == 5
    assert one_by_one([], ask) == ()
    assert len(asked) == 5


def test_a_pause_is_no_refusal():
    def ask(_):
        raise PausedError("later")

    with pytest.raises(PausedError):
        one_by_one(["ann", "bob"], ask)


def test_times_of_forges():
    assert moment("2026-11-30T12:00:00Z") == 1_796_040_000.0
    assert moment("2026-11-30T13:00:00.000+01:00") == 1_796_040_000.0
    assert moment(None) == moment("") == moment("some day") == moment("0001-01-01T00:00:00Z") == 0.0


def test_what_was_looked_up_is_known_and_what_failed_is_asked_for_again():
    asked = []

    def look_up(key):
        asked.append(key)
        if len(asked) == 1:
            raise RefusedError("not now")
        return key

    once = Once(look_up)
    with pytest.raises(RefusedError):
        once("a")
    assert [once("a"), once("a")] == ["a", "a"]
    assert asked == ["a", "a"]


def test_what_is_remembered_has_a_bound():
    known = Remembered(most=2)
    for key in "abac":
        known.put(key, key)
    assert [known.get(key) for key in "abc"] == ["a", None, "c"]
