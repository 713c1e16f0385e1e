"""The keys that other programs rely on (design, section 6), and that they hold what was decided."""

import json
from pathlib import PurePosixPath

import pytest

from scaffold.lock import Lock, Locked
from scaffold.plan.actions import Action, Plan, Stages
from scaffold.plan.drift import Drift
from scaffold.report import data
from scaffold.report.results import (
    Diff,
    Difference,
    Explanation,
    LibraryMade,
    Listed,
    Released,
    Shown,
    Stamped,
    Status,
    Undone,
    Updated,
)
from tests.kit import file

ROOT = PurePosixPath("/p/orders")
OURS, THEIRS = file("ours\n"), file("theirs\n")


def lock(version):
    files = {"a": Locked("a" * 40, "100644", "managed", "base/a")}
    return Lock("0.1.0", "demo", "builtin", version, "c" * 40, {}, files)


def action(path, verb, **more):
    return Action(**{"path": path, "verb": verb, "why": f"why {path}", "before": OURS, "after": THEIRS} | more)


PLAN = Plan(
    actions=(
        action("clash", "conflict", stages=Stages(base=None, ours=OURS, theirs=THEIRS)),
        action("gone", "delete", after=None),
        action("kept", "keep"),
        action("left", "leave"),
        action("locked", "replace", drift=("",)),
        action("merged.toml", "merge", drift=("tool.ruff", "tool.mypy")),
        action("new", "create", before=None),
    ),
    lock_before=lock("1.0.0"),
    lock_after=lock("1.1.0"),
)
STAMPED = Stamped(
    ROOT, "demo", "1.0.0", "builtin", None, ("a", "b/c"), {"managed": 2}, "own", PLAN, ("make setup",), ("n",)
)
UPDATED = Updated(ROOT, PLAN, applied=True, up_to_date=False, commit="d" * 40, branch="up", notes=("n",))
STATUS = Status(
    ROOT, "demo", "builtin", "1.0.0", "1.1.0", True,
    (Drift("a", "modified"), Drift("b.toml", "key", "tool.ruff")), ("clash",), ("port",), False, ("n",),
)  # fmt: skip


def test_new_keeps_its_promised_keys():
    report = data.new(STAMPED)
    assert {key: report[key] for key in ("path", "blueprint", "version", "source", "files")} == {
        "path": "/p/orders", "blueprint": "demo", "version": "1.0.0", "source": "builtin", "files": ["a", "b/c"],
    }  # fmt: skip


def test_update_keeps_its_promised_keys():
    report = data.update(UPDATED)
    assert {key: report[key] for key in ("from", "to", "applied", "changed", "conflicts", "drift_replaced")} == {
        "from": "1.0.0",
        "to": "1.1.0",
        "applied": True,
        "changed": [
            {"path": "gone", "action": "delete", "why": "why gone"},
            {"path": "locked", "action": "replace", "why": "why locked"},
            {"path": "merged.toml", "action": "merge", "why": "why merged.toml"},
            {"path": "new", "action": "create", "why": "why new"},
        ],
        "conflicts": [{"path": "clash", "reason": "why clash"}],
        "drift_replaced": [
            {"path": "locked", "key": None},
            {"path": "merged.toml", "key": "tool.ruff"},
            {"path": "merged.toml", "key": "tool.mypy"},
        ],
    }
    assert [kept["path"] for kept in report["kept"]] == ["kept", "left"]


def test_status_keeps_its_promised_keys():
    promised = ("blueprint", "source", "version", "latest", "behind", "drift", "conflicts", "waivers", "state")
    report = data.status(STATUS)
    assert {key: report[key] for key in promised} == {
        "blueprint": "demo",
        "source": "builtin",
        "version": "1.0.0",
        "latest": "1.1.0",
        "behind": True,
        "drift": [
            {"path": "a", "kind": "modified", "key": None}, {"path": "b.toml", "kind": "key", "key": "tool.ruff"},
        ],
        "conflicts": [{"path": "clash"}],
        "waivers": [],
        "state": "conflicts",
    }  # fmt: skip


def test_what_is_unknown_is_null_and_never_false():
    unknown = Status(ROOT, "demo", "x", "1.0.0", None, None, (), (), (), False)
    report = data.status(unknown)
    assert (report["latest"], report["behind"], report["state"]) == (None, None, "unknown")


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "current"),
        ({"behind": None}, "unknown"),
        ({"behind": True}, "behind"),
        ({"behind": True, "missing": ("a",)}, "incomplete"),
        ({"edited_answers": ("a",), "drift": (Drift("a", "deleted"),)}, "drifted"),
        ({"drift": (Drift("a", "deleted"),), "conflicts": ("a",)}, "conflicts"),
        (
            {
                "conflicts": ("a",),
                "interrupted": "update was interrupted half-way; take it back with scaffold undo",
                "behind": None,
            },
            "interrupted",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_state_is_the_most_pressing_one(more, state):
    calm = {"behind": False, "drift": (), "conflicts": (), "edited_answers": (), "interrupted": ""}
    assert Status(ROOT, "demo", "x", "1.0.0", "1.0.0", **calm | more).state == state


OTHERS = [
    data.diff(Diff(ROOT, "1.0.0", "the working tree", (Difference("a", "managed", "edited", None),))),
    data.undo(Undone(ROOT, "update demo", ("a",))),
    data.explain(Explanation("a", "demo", "1.0.0", "base/a", "locked", "the platform's", "edited", {"k": "locked"}, 3, "x")),
    data.blueprint_list((Listed("demo", "1.0.0", "Demo", "active", ("1.0.0",)),)),
    data.blueprint_show(Shown("demo", "1.0.0", "Demo", "", ("@p",), "active", None, ("base",), ("1.0.0",),
                              {"q": {"type": "str", "help": ""}}, {"*": "managed"})),
    data.blueprint_release(Released(ROOT, "demo", "1.0.0", "1.1.0", "demo/v1.1.0", "c" * 40, ("n",))),
    data.library_init(LibraryMade(ROOT, ("demo/v1.0.0",))),
]  # fmt: skip


@pytest.mark.parametrize(
    "report", [data.new(STAMPED), data.update(UPDATED), data.status(STATUS), *OTHERS], ids=range(10)
)
def test_every_report_is_plain_json(report):
    assert json.loads(json.dumps(report)) == report
