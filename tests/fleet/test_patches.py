"""What patches have in common: the blueprint's part of them, and not what a project is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.fleet.patches import patch_of
from scaffold.fleet.risk import risk_of
from scaffold.lock import Lock, Locked
from scaffold.plan.actions import Action, Plan
from scaffold.tree import File

WORDS = st.from_regex(r"[a-z]{2,6}(-[a-z0-9]{1,4})?", fullmatch=True)


def file(text: str, mode="100644") -> File:
    return File(text.encode(), mode)


def plan(answers, *actions, origins=None) -> Plan:
    origins = origins or {}
    files = {a.path: Locked("0" * 40, "100644", "managed", origins.get(a.path, "base/f.jinja")) for a in actions}
    lock = Lock("1", "demo", "lib", "1.0.0", None, answers, files)
    return Plan(actions=actions, lock_before=lock, lock_after=lock)


def change(path, before, after, verb="replace", **more) -> Action:
    sides = (None if side is None else file(side) if isinstance(side, str) else side for side in (before, after))
    return Action(path, verb, "why", *sides, **more)


@given(one=WORDS, other=WORDS, below=st.text("xyz\n", max_size=9))
def test_the_values_of_answers_places_and_lines_do_not_count(one, other, below):
    def made(name):
        head = "".join(f"line {number}\n" for number in range(7))
        before = f"{head}name: {name}\nimage: {name}:1\n"
        after = f"{head}name: {name}\nimage: {name}:2\n{below}"
        path = f"src/{name}/app.yml"
        return patch_of(
            plan({"name": name}, change(path, before, after), origins={path: "base/src/{{ name }}/app.yml"})
        )

    first, second = made(one), made(other)
    assert first.digest == second.digest
    assert first.files == second.files == ("base/src/{{ name }}/app.yml",)
    assert f"src/{one}/app.yml" in first.text


def test_the_number_of_lines_above_does_not_count():
    texts = ["".join(f"same {n}\n" for n in range(start, 20)) for start in (0, 5)]
    found = {patch_of(plan({}, change("f", f"{text}old\n", f"{text}new\n"))).digest for text in texts}
    assert len(found) == 1


@pytest.mark.parametrize(
    "other",
    [
        change("f", "a\n", "c\n"),
        change("f", "x\n", "b\n"),
        change("f", "a\n", None, "delete"),
        change("f", "a\n", file("b\n", "100755")),
        change("f", "a\n", "b\n", "merge"),
        change("f", "--- a/f\n", "+++ b/f\n"),
        change("f", "a\0", "b\0"),
    ],
)
def test_what_changes_counts(other):
    assert patch_of(plan({}, other)).digest != patch_of(plan({}, change("f", "a\n", "b\n"))).digest


def test_lines_that_look_like_the_head_of_a_patch_count():
    one, other = (patch_of(plan({}, change("f", f"-- {n}\n", f"++ {n}\n"))).digest for n in "ab")
    assert one != other


def test_binary_files_are_told_by_their_ids():
    one, same, other = (patch_of(plan({}, change("f", "a\0", f"{n}\0"))) for n in "bbc")
    assert one == same != other


def test_scaffolds_own_files_are_no_part_of_it():
    assert patch_of(plan({}, change(".scaffold/lock.json", "a", "b"))).digest == ""


@pytest.mark.parametrize(
    ("action", "risk"),
    [
        (change(".scaffold/answers.yml", "a", "b"), "none"),
        (change("docs/a.md", "a", "b"), "low"),
        (change("docs/a.md", None, "b", "create"), "low"),
        (change(".github/workflows/ci.yml", "a", "b"), "medium"),
        (change("docs/a.md", "a", "b", "merge"), "medium"),
        (change("docs/a.md", "a", "b", drift=("",)), "medium"),
        (change("docs/a.md", "a", "b", "conflict"), "high"),
        (change("docs/a.md", "a", "b", waiver="LK-01"), "high"),
    ],
)
def test_the_risk_is_that_of_the_gravest_reason(action, risk):
    found, reasons = risk_of(plan({}, action, change("docs/other.md", "a", "b")))
    assert found == max(risk, "low", key=["none", "low", "medium", "high"].index)
    assert reasons[0].endswith("docs/other.md") == (risk == "none")
    assert "replaces docs/other.md" in reasons
