"""What people read: every state is a line of its own that says what it is and what mends it."""

from dataclasses import replace
from typing import get_args

import pytest

from scaffold.plan.actions import Offer, Plan
from scaffold.plan.drift import Drift
from scaffold.report import conflicts, libraries, text
from scaffold.report.results import (
    Continued,
    Diff,
    Difference,
    Explanation,
    LibraryMade,
    Listed,
    OpenConflict,
    Released,
    Resolution,
    Resolved,
    Shown,
    Undone,
)
from scaffold.report.text import Tone
from tests.report.test_data import PLAN, ROOT, STAMPED, STATUS, UPDATED, action, lock

CLEAN = replace(PLAN, actions=tuple(a for a in PLAN if a.verb != "conflict"))
OFFERS = tuple(Offer(f"old/{number}", f"new/{number}") for number in range(7))
CALM = STATUS._replace(drift=(), conflicts=(), edited_answers=(), latest="1.0.0", behind=False, notes=())
SHOWN = Shown(
    "demo", "1.0.0", "Demo", "A demo", ("@p", "@q"), "active", None, ("base", "web"), ("1.0.0",),
    {"q": {"type": "str", "help": "Its name", "required": True},
     "n": {"type": "int", "help": "", "default": 3},
     "c": {"type": "str", "help": "Size", "choices": ["s", "b"], "default": "s"},
     "t": {"type": "str", "help": "", "choices": "{{ x }}", "default": "s"}},
    {"*": "managed", "/a": "locked"},
)  # fmt: skip
EXPLAINED = Explanation(
    "a.toml", "demo", "1.0.0", "base/a", "managed", "shared", "edited", {"tool": "locked"}, 3, "base/a"
)
RESOLVED = Resolved(
    ROOT,
    "ours",
    (
        Resolution("a.md", 2, whole=False, deleted=False), Resolution("b.md", 1, whole=False, deleted=False),
        Resolution("c.bin", 0, whole=True, deleted=False), Resolution("d", 0, whole=True, deleted=True),
        Resolution("e.toml", 0, whole=False, deleted=False),
    ),
    ("f",),
)  # fmt: skip
OPEN = Continued(
    ROOT, "update demo", conflicts=(OpenConflict("a.md", 3, "marked"), OpenConflict("b.bin", None, "as left"))
)
CONTINUED = Continued(ROOT, "update demo", resolved=("a.md",), commit="d" * 40, branch="up")
ALL = {
    "new": text.new(STAMPED),
    "new-in-use": text.new(STAMPED._replace(in_use=True)),
    "update": text.update(UPDATED),
    "update-dry": text.update(UPDATED._replace(applied=False)),
    "update-rerere": text.update(UPDATED._replace(rerere=("clash",))),
    "resolve": conflicts.resolve(RESOLVED),
    "resolve-all": conflicts.resolve(RESOLVED._replace(conflicts=())),
    "continue-open": conflicts.update_continue(OPEN),
    "continue": conflicts.update_continue(CONTINUED),
    "continue-staged": conflicts.update_continue(CONTINUED._replace(commit=None)),
    "update-clean": text.update(UPDATED._replace(plan=CLEAN)),
    "update-staged": text.update(UPDATED._replace(plan=CLEAN, commit=None)),
    "update-offers": text.update(UPDATED._replace(plan=replace(CLEAN, offers=OFFERS), applied=False)),
    "update-nothing": text.update(UPDATED._replace(up_to_date=True, applied=False)),
    "status": text.status(STATUS),
    "status-calm": text.status(CALM),
    "diff": text.diff(
        Diff(ROOT, "1.0.0", "now", (Difference("a", "managed", "edited", "--- a\n+++ b\n@@\n-x\n+y\n z\n"),))
    ),
    "undo": text.undo(Undone(ROOT, "update demo", ("a", "b"))),
    "explain": text.explain(EXPLAINED),
    "list": libraries.blueprint_list((Listed("demo", "1.0.0", "Demo", "active", ("0.9.0", "1.0.0")),)),
    "show": libraries.blueprint_show(SHOWN),
    "release": libraries.blueprint_release(
        Released(ROOT, "demo", "1.0.0", "1.1.0", "demo/v1.1.0", "c" * 40, ("look",))
    ),
    "library": libraries.library_init(LibraryMade(ROOT, ("demo/v1.0.0",))),
}
ALL = {name: list(lines) for name, lines in ALL.items()}


def said(name):
    return [line.text for line in ALL[name]]


@pytest.mark.parametrize("name", ALL)
def test_every_line_is_one_line_with_a_tone_that_is_known(name):
    assert ALL[name]
    for line in ALL[name]:
        assert len(line.text.splitlines()) <= 1
        assert line.tone in get_args(Tone)
        assert "None" not in line.text
        assert "File(" not in line.text


def test_new_says_what_was_made_whose_it_is_and_what_is_next():
    first, made, owned, *tops, note, blank, title, advice = said("new")
    assert first == "Stamped demo 1.0.0 into /p/orders"
    assert made.startswith("  2 files")
    assert made.endswith("committed to a git repository of its own")
    assert owned == "  2 managed (shared)"
    assert tops == ["  b/  1 file"]
    assert [note, blank, title, advice] == ["  note: n", "", "Next, in /p/orders:", "  make setup"]


@pytest.mark.parametrize(
    ("repository", "words"),
    [("own", "a git repository of its own"), ("existing", "staged in the repository around it"),
     ("none", "cannot be updated until it is in one")],
)  # fmt: skip
def test_new_says_where_its_repository_is(repository, words):
    lines = [line.text for line in text.new(STAMPED._replace(repository=repository))]
    assert sum(words in line for line in lines) == 1


def test_new_names_each_path_for_a_dry_run_and_beside_what_is_there():
    dry = [line.text for line in text.new(STAMPED._replace(applied=False))]
    assert dry[0] == "Would stamp demo 1.0.0 into /p/orders"
    assert "  create   new          why new" in dry
    assert dry[-2:] == ["Nothing was written: this was a dry run.", "  make setup"]
    beside = [line.text for line in text.new(STAMPED._replace(in_use=True))]
    assert beside[beside.index("1 left for you to decide:") + 1] == "  conflict clash  why clash"
    assert "  The rest is staged. To take all of it back: scaffold undo" in beside
    clean = [line.text for line in text.new(STAMPED._replace(in_use=True, plan=CLEAN))]
    assert "Staged. Next: look at it with git diff --cached, then git commit." in clean


def test_update_names_every_change_what_was_put_back_and_what_is_left():
    assert said("update") == [
        "demo 1.0.0 -> 1.1.0",
        "  delete   gone         why gone",
        "  replace  locked       why locked",
        "  merge    merged.toml  why merged.toml",
        "  create   new          why new",
        "  2 more stay as they are",
        "  locked, edited here, and put back: locked, merged.toml (tool.ruff), merged.toml (tool.mypy)",
        "  note: n",
        "",
        "1 left for you to decide:",
        "  conflict clash  why clash",
        "",
        "Next: decide each of them, then scaffold update --continue.",
        "  Edit it, or take a side: scaffold resolve PATH --ours, --theirs or --both; or git mergetool.",
        "  The rest is staged on the branch up. To take all of it back: scaffold update --abort",
    ]


def test_what_git_resolved_is_told_for_a_look():
    assert "  resolved by git rerere as before, so look at it: clash" in said("update-rerere")


def test_resolve_says_in_a_line_what_became_of_each_file():
    assert said("resolve") == [
        "  a.md    yours in 2 places; the rest stays as it stood",
        "  b.md    yours in 1 place; the rest stays as it stood",
        "  c.bin   yours, the whole file",
        "  d       deleted, as that side has it",
        "  e.toml  no conflict was marked any more; staged as it stands",
        "1 conflict left: f",
    ]
    assert said("resolve-all")[-1] == "No conflict is left. Next: scaffold update --continue"


def test_continue_says_what_is_open_and_where_or_that_it_is_finished():
    assert said("continue-open") == [
        "Not finished: update demo. 2 conflicts are open:", "  a.md:3: marked", "  b.bin: as left",
    ]  # fmt: skip
    assert said("continue") == [
        "Finished: update demo", "  resolved a.md",
        f"Committed as {'d' * 10} on the branch up. To take it back: scaffold undo",
    ]  # fmt: skip
    assert said("continue-staged")[-2:] == [
        "All of it is staged. Next: look at it with git diff --cached, then git commit.",
        "  To take it back: scaffold undo",
    ]


def test_a_conflict_is_never_told_as_success():
    for name in ("update", "update-dry", "continue-open"):
        assert any(line.tone == "bad" and ("left for you" in line.text or "open" in line.text) for line in ALL[name])
        assert not any(line.text.startswith("Committed") for line in ALL[name])


def test_the_last_lines_of_an_update_say_where_things_stand():
    assert said("update-dry")[-1] == "Nothing was written: this was a dry run."
    assert said("update-clean")[-1] == f"Committed as {'d' * 10} on the branch up. To take it back: scaffold undo"
    assert said("update-staged")[-2:] == [
        "Staged. Next: look at it with git diff --cached, then git commit.",
        "  To take it back: scaffold undo",
    ]
    assert said("update-nothing") == ["demo 1.1.0: up to date, nothing to do", "  note: n"]


def test_an_update_to_the_same_version_says_whether_answers_changed():
    same = Plan(actions=(action("a", "replace"),), lock_before=lock("1.0.0"), lock_after=lock("1.0.0"))
    answered = replace(same, lock_after=replace(lock("1.0.0"), answers={"port": 1}))
    assert next(text.update(UPDATED._replace(plan=same))).text == "demo 1.0.0: put right"
    assert next(text.update(UPDATED._replace(plan=answered))).text == "demo 1.0.0: answers applied"


def test_status_has_one_line_for_each_state():
    assert said("status") == [
        "demo 1.0.0, from builtin",
        "  conflict     clash: edit it or scaffold resolve it, then scaffold update --continue",
        "  drift        a: was edited; scaffold update puts it back",
        "  drift        b.toml: its locked key tool.ruff was edited; scaffold update puts it back",
        "  edited       port: scaffold update applies it",
        "  behind       1.1.0 is out: scaffold update",
        "  note: n",
    ]
    assert said("status-calm") == ["demo 1.0.0, from builtin", "  current      nothing to do"]


@pytest.mark.parametrize(
    ("more", "word", "tone"),
    [
        ({"interrupted": "update was interrupted half-way; take it back with scaffold undo"}, "interrupted", "bad"),
        ({"conflicts": ("a",)}, "conflict", "bad"),
        *[({"drift": (Drift("a", kind),)}, "drift", "warn") for kind in ("modified", "deleted", "mode", "unknown")],
        ({"drift": (Drift("a", "key", "k"),)}, "drift", "warn"),
        ({"edited_answers": ("a", "b")}, "edited", "warn"),
        ({"missing": ("a", "b"), "files": 9}, "incomplete   2 of 9 files that the blueprint has are not here", "warn"),
        ({"unlike": ("a",), "files": 9}, "incomplete   1 of 9 files is the team's own throughout (a)", "warn"),
        ({"latest": "2.0.0", "behind": True}, "behind", "warn"),
        ({"latest": None, "behind": None, "notes": ("whether it is behind is unknown: x",)}, "unknown", "warn"),
        ({}, "current", "good"),
    ],
    ids=["interrupted", "conflict", "modified", "deleted", "mode", "unreadable", "key", "edited", "missing", "unlike",
         "behind", "unknown", "current"],
)  # fmt: skip
def test_a_state_alone_is_one_line(more, word, tone):
    _, *lines = text.status(CALM._replace(**more))
    assert len(lines) == 1
    assert word in lines[0].text
    assert lines[0].tone == tone


def test_diff_shows_gits_text_with_a_tone_for_each_side():
    assert [(line.text, line.tone) for line in ALL["diff"]] == [
        ("a: edited (managed)", "title"), ("--- a", "dim"), ("+++ b", "dim"), ("@@", "dim"), ("-x", "bad"), ("+y", "good"),
        (" z", "plain"),
    ]  # fmt: skip


def test_diff_says_when_there_is_nothing_or_nothing_to_compare_with():
    assert [line.text for line in text.diff(Diff(ROOT, "1.0.0", "now", ()))] == [
        "No differences between 1.0.0 and now."
    ]
    unknown = list(text.diff(Diff(ROOT, "1.0.0", "now", (Difference("a", "managed", "edited", None),), ("n",))))
    assert [line.text for line in unknown[1:]] == [
        "  what was stamped cannot be found, so the difference is unknown", "  note: n",
    ]  # fmt: skip


def test_undo_says_what_is_as_before():
    assert said("undo") == ["Took back: update demo", "  2 files are as before"]
    gone = text.undo(Undone(ROOT, "new demo", (), removed=True))
    assert [line.text for line in gone] == ["Took back: new demo", "  /p/orders is gone"]


def test_explain_is_a_table():
    assert said("explain") == [
        "a.toml",
        "  ownership  managed: shared",
        "  state      edited",
        "  template   base/a, in demo 1.0.0",
        "  key tool   locked",
        "  line 3     base/a",
    ]
    yours = EXPLAINED._replace(template=None, keys={}, line_from="yours")
    assert [line.text for line in text.explain(yours)][-1] == "  line 3     yours"


def test_a_blueprint_is_shown_with_its_questions():
    lines = said("show")
    assert "  q  Its name (str, required)" in lines
    assert "  n  int, default 3" in lines
    assert "  c  Size (one of s | b, default 's')" in lines
    assert "  t  a choice, default 's'" in lines
    assert "  layers     base > web" in lines
    assert lines[-2:] == ["  *   managed", "  /a  locked"]


def test_lists_and_releases():
    assert said("list") == ["demo 1.0.0", "  Demo (active); versions: 0.9.0, 1.0.0"]
    assert [line.text for line in libraries.blueprint_list(())] == ["The library holds no blueprints."]
    assert said("release")[0] == "Released demo 1.0.0 -> 1.1.0 as demo/v1.1.0"
    assert said("library")[0] == "Made a library at /p/orders, with demo/v1.0.0"


def test_files_of_the_teams_own_are_offered_the_move_and_how():
    lines = said("update-offers")
    at = lines.index("  yours, left where the blueprint has moved from: the same update with --move-own moves them")
    assert lines[at + 1] == "  old/0  -> new/0"
    assert lines[at + 1 + text.SHOWN] == "  and 2 more"
    applied = [line.text for line in text.update(UPDATED._replace(plan=replace(CLEAN, offers=OFFERS)))]
    assert any("scaffold undo, then the same update with --move-own" in line for line in applied)
