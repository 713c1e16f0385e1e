"""How far a long run is, and who is told."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.cli import console
from scaffold.fleet.progress import WINDOW, Pace, counter, pace, shown


@pytest.mark.parametrize("seen", [[], [(0.0, 0)], [(0.0, 0), (5.0, 0)], [(5.0, 0), (5.0, 9)]])
def test_nobody_knows_the_pace_before_anything_is_done(seen):
    assert pace(seen, 10) == Pace(None, None)


@given(st.integers(1, 1000), st.integers(0, 1000), st.floats(0.1, 1000))
def test_what_is_left_takes_as_long_each_as_what_was_done(done, left, seconds):
    found = pace([(7.0, 3), (7.0 + seconds, 3 + done)], 3 + done + left)
    assert found.rate * seconds == pytest.approx(done)
    assert found.left * done == pytest.approx(left * seconds)


@pytest.mark.parametrize(
    ("rate", "left", "line"),
    [
        (None, None, "Planning: 312 of 10,000"),
        (0.25, 89, "Planning: 312 of 10,000, 0.2 a second, 89 s left"),
        (41.3, 234.5, "Planning: 312 of 10,000, 41 a second, 4 min left"),
        (1234.5, 7500, "Planning: 312 of 10,000, 1,234 a second, 2 h 5 min left"),
    ],
)
def test_a_line_says_count_rate_and_time_left(rate, left, line):
    assert shown("Planning", 312, 10_000, Pace(rate, left)) == line


def test_the_rate_is_that_of_the_last_while():
    now, lines = [0.0], []
    add = counter("Planning", 10_000, lines.append, lambda: now[0])
    for _ in range(100):  # a hundred a second, and then one
        now[0] += 0.01
        add(1)
    assert lines[-1] == "Planning: 100 of 10,000, 100 a second, 2 min left"
    for _ in range(round(WINDOW) + 5):
        now[0] += 1
        add(1)
    assert lines[-1] == "Planning: 135 of 10,000, 1.0 a second, 2 h 44 min left"


@pytest.fixture
def said(monkeypatch, capsys):
    monkeypatch.setattr(console, "SOON", 0.1)
    monkeypatch.setattr(console, "EVERY", 0.3)
    lines = []

    def so_far():
        lines.extend(capsys.readouterr().err.splitlines())
        return lines

    return so_far


def until(condition):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_without_a_terminal_there_are_lines_and_not_one_for_each_count(said):
    with console.progress(spinner=True) as notify:
        for number in range(100_000):
            notify(f"Planning: {number} of many")
            if len(said()) == 3:
                break
            time.sleep(0.01)
        notify("Writing")
        until(lambda: len(said()) == 4)
    assert said()[3] == "Writing ..."
    assert number > 10
    assert all(line.startswith("Planning: ") and line.endswith(" ...") for line in said()[:3])
    assert len(set(said())) == 4


def test_steps_that_are_short_are_not_named(said):
    with console.progress(spinner=True) as notify:
        for number in range(10):
            notify(f"Step {number}")
    assert said() == []


@pytest.fixture
def speak():
    yield console.speak
    console.speak("usual")


def test_to_be_quiet_is_to_show_nothing(said, speak):
    speak("quiet")
    with console.progress(spinner=True) as notify:
        notify("Planning")
        time.sleep(0.2)
    assert said() == []


def test_to_be_verbose_is_to_name_each_step_once_and_at_once(said, speak):
    speak("verbose")
    with console.progress(spinner=True) as notify:
        for number in range(10):
            notify(f"Planning: {number} of 10")
        assert [line.split(" s  ")[1] for line in said()] == ["Planning"]
        notify("Writing")
    assert [line.split(" s  ")[1] for line in said()] == ["Planning", "Writing"]
