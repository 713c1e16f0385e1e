"""The journal: only added to, held by one, never of another plan; and what its records come to."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from scaffold.errors import FormatError, ProjectError
from scaffold.fleet import journal
from scaffold.fleet.campaign.history import history
from scaffold.fleet.journal import Record

HOLD = """
import sys, time
from pathlib import Path
from scaffold.fleet import journal
with journal.held(Path(sys.argv[1]), "plan", "other", time.time) as held:
    for number in range(1000):
        held.add(f"m{number}", "pushing", commit="c", branch="b")
        print(number, flush=True)
        time.sleep(float(sys.argv[2]))
"""


def test_what_was_added_is_there_and_nothing_changes_it(tmp_path):
    with journal.held(tmp_path, "plan", "one", lambda: 5.0) as held:
        held.add("", "wave opened", name="w", members=["a"])
        held.add("a", "pushed", commit="c", branch="b")
    with journal.held(tmp_path, "plan", "two", lambda: 6.0) as held:
        assert [(one.run, one.event) for one in held.records] == [("one", "wave opened"), ("one", "pushed")]
        held.add("a", "open", number=1)
    assert [one.number for one in journal.read(tmp_path, "plan")] == [1, 2, 3]
    with closing(sqlite3.connect(tmp_path / journal.NAME)) as database, database:
        for line in ("DELETE FROM records", "UPDATE records SET event = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                database.execute(line)


def test_one_process_holds_it_and_when_that_is_killed_the_next_goes_on(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path), "60"], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline()
        with (
            pytest.raises(ProjectError, match="another scaffold is at work on this campaign"),
            journal.held(tmp_path, "plan", "mine", lambda: 1.0),
        ):
            pass
        other.send_signal(signal.SIGKILL)
    with journal.held(tmp_path, "plan", "mine", lambda: 1.0) as held:
        assert [one.member for one in held.records] == ["m0"]


def test_killed_in_the_middle_it_has_all_that_was_said_to_be_there(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path), "0"], stdout=subprocess.PIPE, text=True) as other:
        said = [int(other.stdout.readline()) for _ in range(50)]
        other.send_signal(signal.SIGKILL)
    with journal.held(tmp_path, "plan", "mine", lambda: 1.0) as held:
        assert [one.member for one in held.records][:50] == [f"m{number}" for number in said]


def test_another_plan_a_newer_format_and_what_is_no_journal_are_refused(tmp_path):
    with journal.held(tmp_path, "plan", "one", lambda: 1.0):
        pass
    with pytest.raises(FormatError, match="belongs to another plan"), journal.held(tmp_path, "x", "one", lambda: 1.0):
        pass
    with closing(sqlite3.connect(tmp_path / journal.NAME)) as database, database:
        database.execute("UPDATE about SET value = '2' WHERE key = 'format'")
    with pytest.raises(FormatError, match="has format 2, and this scaffold knows 1"):
        journal.read(tmp_path, "plan")
    (tmp_path / journal.NAME).write_bytes(b"no database, but long enough to be taken for one" * 100)
    with pytest.raises(ProjectError, match=r"journal\.db: the campaign's journal cannot be read"):
        journal.read(tmp_path, "plan")


def test_a_disk_that_is_full_is_a_sentence_and_loses_nothing(tmp_path):
    with journal.held(tmp_path, "plan", "one", lambda: 1.0) as held:
        held.add("a", "pushed", commit="c")
        held._database.execute("PRAGMA max_page_count = 1")  # what SQLite says then is what it says of a full disk
        with pytest.raises(ProjectError, match="cannot be written: database or disk is full"):
            for _ in range(10_000):
                held.add("a", "pushing", branch="b" * 1000, commit="c")
    assert journal.read(tmp_path, "plan")[0].event == "pushed"


def come_to(*events):
    records = [Record(number, float(number), "run", *event) for number, event in enumerate(events, 1)]
    return history(["a", "b"], records)


def test_a_member_stands_where_its_last_record_says():
    said = come_to(
        ("", "wave opened", {"name": "w", "members": ["a", "strange"]}),
        ("a", "pushing", {"branch": "x", "commit": "1"}),
        ("a", "pushed", {"branch": "x", "commit": "1", "base": "0"}),
        ("a", "opening", {}),
        ("a", "open", {"number": 3, "web": "w3"}),
        ("a", "seen", {"tested": "failed", "failing": ["t"], "waiting_for": []}),
        ("strange", "open", {}),
    )
    one = said.members["a"]
    assert (one.stage, one.number, one.since, one.wave) == ("open", 3, 3.0, "w")
    assert (one.commits, one.failing, one.tested) == (frozenset("1"), ("t",), "failed")
    assert said.members["b"].stage == "waiting"
    assert said.waves[0].members == ("a",)


def test_going_on_pardons_those_who_halted_it():
    halted = [("", "halted", {"why": "w", "causes": ["a"]})]
    assert come_to(*halted).halted == "w"
    said = come_to(*halted, ("", "resumed", {"reason": "r", "by": "jo"}))
    assert (said.halted, said.pardoned) == ("", {"a": "jo: r"})
    assert come_to(("", "aborted", {"reason": "r"})).aborted == "r"


def test_what_was_closed_elsewhere_is_known_to_have_been_shown():
    said = come_to(("a", "closed elsewhere", {"number": 4, "by": "bot"}), ("a", "waiting", {"why": ""}))
    assert (said.members["a"].stage, said.members["a"].shown) == ("waiting", frozenset([4]))
