"""The message of the commit that an update makes."""

import re

import pytest

from scaffold.lock import Lock
from scaffold.plan.actions import Action, Offer, Plan
from scaffold.report.message import MOST, update_message
from tests import kit


def lock(version):
    return Lock("0.1.0", "demo", "builtin", version, None, {}, {})


def plan(*actions, after="2.0.0", **more):
    return Plan(actions=actions, lock_before=lock("1.0.0"), lock_after=lock(after), **more)


def action(path, verb, **more):
    return Action(path=path, verb=verb, why="w", before=kit.file("a"), after=kit.file("b"), **more)


def test_subject_changelog_files_and_what_is_to_do():
    actions = (
        action("ci.yml", "replace", drift=("",)),
        action("new.md", "create"),
        action("notes.md", "merge"),
        action("old.md", "delete"),
        action("same.md", "keep"),
    )
    said = [("2.0.0", "### Changed\n\n- the port\n"), ("1.1.0", "- a name")]
    offered = (Offer("src/a/own.py", "src/b/own.py"),)
    assert update_message(plan(*actions, offers=offered), said, ["run make setup\n"]) == (
        "chore: update demo from 1.0.0 to 2.0.0\n\n"
        "2.0.0:\nChanged:\n\n- the port\n\n1.1.0:\n- a name\n\n"
        "New files:\n- new.md\nMerged files:\n- notes.md\nDeleted files:\n- old.md\n"
        "Put back, for the platform owns it and it had been edited:\n- ci.yml\n\n"
        "To do:\n- run make setup\n- src/a/own.py may go along to src/b/own.py"
    )


def test_answers_alone():
    assert update_message(plan(after="1.0.0"), [], []) == "chore: apply the answers of demo 1.0.0"


def test_no_name_forges_a_line_and_no_list_is_endless():
    message = update_message(plan(action("a\nCo-authored-by: x", "create")), [("2.0.0", "x\x1b[31m")], [])
    assert "\nCo-authored" not in message
    assert "\x1b" not in message
    long = update_message(plan(*(action(f"f{n}", "create") for n in range(MOST * 2))), [], [])
    assert long.splitlines()[-1] == f"... and {MOST + 1} lines more"


@pytest.mark.parametrize(
    "said",
    [
        "Fixes #12, closes #3", "ask @everyone and @acme/core", "[skip ci]", "[ci skip]", "[no ci]", "***NO_CI***", "GH-7",
        "[skip actions]", "skip-checks: true", "(#4)",
    ],
)  # fmt: skip
def test_what_others_say_is_no_word_to_a_forge(said):
    message = update_message(plan(), [("2.0.0", said)], [said])
    assert not re.search(r"#\d|@\w|\[skip|\[ci|\[no|NO_CI\*{3}(?<!\* NO_CI\*{3})|GH-\d|skip-checks:", message)


def test_what_only_looks_like_one_stays():
    said = "C# and F#1?, me@example.invalid, `#` marks\n#hashtag\n\n## A heading"
    assert "me@example.invalid, `#` marks\n#hashtag\n\nA heading:" in update_message(plan(), [("2.0.0", said)], [])
