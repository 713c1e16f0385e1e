from textwrap import dedent

import pytest

from scaffold.merge.drivers import ALL
from tests.merge.sides import merge, settled, taken


def lines(text):
    """Text written between others of its indentation."""
    return dedent(text).removeprefix("\n")


def test_values_are_merged_with_their_comments():
    base = lines("""
        [tool.ruff]
        # how long
        line-length = 88  # as black has it
        target-version = "py39"
    """)
    ours = base.replace("88  # as black has it", "100  # the team's")
    theirs = base.replace('"py39"', '"py311"').replace("# how long", "# characters")
    assert settled("pyproject.toml", base, ours, theirs) == lines("""
        [tool.ruff]
        # characters
        line-length = 100  # the team's
        target-version = "py311"
    """)


# Of the kind that updates of projects with many development dependencies bring.
def test_dependencies_are_a_set_and_each_has_the_newer_version():
    base = lines("""
        [dependency-groups]
        dev = [
            "build>=1.0",
            "duty>=0.10",
            "ruff>=0.0",
        ]
    """)
    ours = base.replace('    "ruff', '    "pytest>=7.4",\n    "ruff').replace("duty>=0.10", "duty>=1.0")
    theirs = base.replace('    "ruff>=0.0', '    "mypy>=1.5",\n    "ruff>=0.4').replace("duty>=0.10", "duty>=1.4")
    merged = merge("pyproject.toml", base, ours, theirs)
    assert merged.content.decode() == lines("""
        [dependency-groups]
        dev = [
            "build>=1.0",
            "duty>=1.4",
            "mypy>=1.5",
            "pytest>=7.4",
            "ruff>=0.4",
        ]
    """)
    assert set(merged.used) == {"keys", "sets", "pins"}


# The blueprint drops tools whose versions the team has only raised.
def test_hooks_of_pre_commit_are_merged_by_name():
    base = lines("""
        repos:
          - repo: https://github.com/pre-commit/mirrors-prettier
            rev: v3.0.2
            hooks:
              - id: prettier
          - repo: https://github.com/astral-sh/ruff-pre-commit
            rev: v0.0.285
            hooks:
              - id: ruff
                args: [--fix]
    """)
    ours = base.replace("v0.0.285", "v0.0.292").replace(
        "      - id: prettier\n", "      - id: prettier\n        exclude: docs\n"
    )
    theirs = base.replace("v0.0.285", "v0.1.1").replace(
        "      - id: ruff\n", "      - id: ruff-format\n      - id: ruff\n"
    )
    theirs = theirs.replace("v3.0.2", "v3.0.3")
    assert settled(".pre-commit-config.yaml", base, ours, theirs) == lines("""
        repos:
          - repo: https://github.com/pre-commit/mirrors-prettier
            rev: v3.0.3
            hooks:
              - id: prettier
                exclude: docs
          - repo: https://github.com/astral-sh/ruff-pre-commit
            rev: v0.1.1
            hooks:
              - id: ruff-format
              - id: ruff
                args: [--fix]
    """)


WORKFLOW = lines("""
    on: push
    jobs:
      test:
        steps:
          - uses: actions/checkout@v3
          - name: Install
            run: pip install .
          - name: Test
            run: pytest
    """)


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted"),
    [
        pytest.param(
            ("name: Test", "name: Run the tests"), ("run: pytest", "run: pytest -q"),
            [("name: Test", "name: Run the tests"), ("run: pytest", "run: pytest -q")], id="renamed",
        ),
        pytest.param(
            ("checkout@v3", "checkout@v3.1"), ("checkout@v3", "checkout@v4"), [("checkout@v3", "checkout@v4")],
            id="pinned",
        ),
        pytest.param(
            ("      - name: Install", "      - run: tox\n      - name: Install"), ("run: pip install .", "run: uv sync"),
            [("      - name: Install", "      - run: tox\n      - name: Install"), ("run: pip install .", "run: uv sync")],
            id="inserted",
        ),
    ],
)  # fmt: skip
def test_steps_are_merged_by_name(ours, theirs, wanted):
    text = WORKFLOW
    for change in wanted:
        text = text.replace(*change)
    assert settled(".github/workflows/ci.yml", WORKFLOW, WORKFLOW.replace(*ours), WORKFLOW.replace(*theirs)) == text


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(
            ("      - name: Test", "      - run: a\n      - name: Test"),
            ("      - name: Test", "      - run: b\n      - name: Test"), id="two steps in one place",
        ),
        pytest.param(("run: pytest", "run: tox"), ("run: pytest", "run: nox"), id="one value"),
        pytest.param(("name: Test", "name: Tests"), ("name: Test", "name: Check"), id="renamed by both"),
    ],
)  # fmt: skip
def test_steps_of_which_nobody_knows_stay_in_conflict(ours, theirs):
    assert settled(".github/workflows/ci.yml", WORKFLOW, WORKFLOW.replace(*ours), WORKFLOW.replace(*theirs)) is None


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs", "wanted"),
    [
        pytest.param(
            "a.json", '{"a": 1}', '{"a": 1, "b": 2}', '{"a": 1, "c": 2}', '{"a": 1, "b": 2, "c": 2}', id="on one line",
        ),
        pytest.param(
            "a.json", '{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "b": 2,\n}\n', '{\n    "a": 1,\n    "c": 2\n}\n',
            '{\n    "a": 1,\n    "b": 2,\n    "c": 2\n}\n', id="indented anew",
        ),
        pytest.param(
            "tsconfig.json", '{\n  "a": 1, // one\n}\n', '{\n  "a": 1, // one\n  "d": 1,\n}\n',
            '{\n  "a": 1, // one\n  "c": 1\n}\n', '{\n  "a": 1, // one\n  "c": 1,\n  "d": 1,\n}\n', id="last comma",
        ),
        pytest.param(
            "a.toml", "x = {a = 1, b = 2}\n", "x = {a = 1, b = 3}\n", "x = {a = 2, b = 2}\n", "x = {a = 2, b = 3}\n",
            id="inline table",
        ),
        pytest.param(
            "a.toml", "[a]\nx = 1\n", "[a]\nx = 1\n\n[b]\ny = 1\n", "[a]\nx = 1\n\n[c]\ny = 1\n",
            "[a]\nx = 1\n\n[b]\ny = 1\n\n[c]\ny = 1\n", id="tables",
        ),
        pytest.param(
            "a.yaml", 'a: "x"\nb: 1\n', "a: 'x'\nb: 2\n", "a: x\nb: 1\n", "a: 'x'\nb: 2\n", id="other quotes",
        ),
        pytest.param(
            "a.yaml", "a: &x 1\nb: *x\nc: 1\n", "a: &x 1\nb: *x\nc: 2\n", "a: &x 3\nb: *x\nc: 1\n",
            "a: &x 3\nb: *x\nc: 2\n", id="anchors",
        ),
        pytest.param(
            "setup.cfg", "[options]\ninstall_requires =\n    a\n", "[options]\ninstall_requires =\n    a\n    b\n",
            "[options]\ninstall_requires =\n  a\n  c\n", "[options]\ninstall_requires =\n  a\n  b\n  c\n", id="list of INI",
        ),
        pytest.param(
            ".gitignore", "/a\r\n", "/a\r\n/b\r\n", "/a\r\n/c\r\n", "/a\r\n/b\r\n/c\r\n", id="line ends of Windows",
        ),
        pytest.param(
            "requirements.txt", "a==1.0\nb\n", "a==1.1\nb\nc\n", "a==1.2\nd\n", "a==1.2\nc\nd\n", id="requirements",
        ),
        pytest.param(
            "pyproject.toml", '[project]\ndependencies = [\n  "a",\n  "b",\n]\n',
            '[project]\ndependencies = [\n  "x>=1",\n  "a",\n  "b",\n]\n',
            '[project]\ndependencies = [\n  "a",\n  "b",\n  "x>=2",\n]\n',
            '[project]\ndependencies = [\n  "x>=2",\n  "a",\n  "b",\n]\n', id="added by both in two places",
        ),
        pytest.param(
            "requirements.txt", "a\nb\nc\n", "b\nc\n", "b\nc\nd\na\n", "b\nc\nd\n", id="removed by one, moved by the other",
        ),
        pytest.param(
            "pyproject.toml", "[tool.a]\nx = 1\n\n[tool.b]\ny = 1\n", "[tool.a]\nx = 1\n",
            "[tool.a]\nx = 1\n\n[tool.b]\ny = 2\n", "[tool.a]\nx = 1\n", id="removed by the team",
        ),
    ],
)  # fmt: skip
def test_the_layout_stays(path, base, ours, theirs, wanted):
    assert settled(path, base, ours, theirs) == wanted


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs"),
    [
        pytest.param("a.yaml", "a: 1\n", "a: 2\n", "a: 3\n", id="one value"),
        pytest.param("a.yaml", "a: 1\n", "a: true\n", "a: 'true'\n", id="one value of two types"),
        pytest.param("a.yaml", "a: 3.1\n", "a: 3.10\n", "a: 3.11\n", id="numbers that look like versions"),
        pytest.param("a.yaml", "a: [1]\n", "a:\n- 1\n- 2\n", "a: [1, 3]\n", id="two styles"),
        pytest.param("a.yaml", "- a\n", "- a\n- b\n", "- a\n- c\n", id="a list of which nothing is known"),
        pytest.param("a.yaml", "a: 1\n", "", "a: 2\n", id="emptied by one"),
        pytest.param("a.yaml", "a:\n  b: 1\n", "a: 1\n", "a:\n  b: 2\n", id="no mapping any more"),
        pytest.param("a.toml", "a.b = 1\n", "a.b = 1\na.c = 2\n", "[a]\nb = 1\nd = 3\n", id="dotted key and table"),
        pytest.param("a.toml", "[a]\nx = 1\n", "[a]\nx = 2\n", "[b]\nx = 1\n", id="changed by the team, removed above"),
        pytest.param(
            "a.yaml", "a:\n  b: 1\nc: 1\n", "a:  # mine\n  b: 1\nc: 2\n", "c: 1\n", id="commented by the team, removed above",
        ),
        pytest.param(".gitignore", "a\n!a/b\n", "a\n!a/b\nc\n", "a\n!a/b\nd\n", id="exceptions have an order"),
        pytest.param(
            "requirements.txt", "a==1\n    # via x\n", "a==1\n    # via x\nb==1\n    # via y\n",
            "a==1\n    # via x\nc==1\n    # via z\n", id="a comment that follows its line",
        ),
        pytest.param(".gitignore", "# mine\na\n", "# mine\nb\n", "# mine\nc\n", id="one heading for two entries"),
        pytest.param(
            "setup.cfg", "[x]\na =\n    a\n    b\n", "[x]\na =\n    b\n    a\n    z\n", "[x]\na =\n    b\n",
            id="moved by one, removed by the other",
        ),
        pytest.param("package.json", '{"version": "1.0.0"}\n', '{"version": "1.1.0"}\n', '{"version": "2.0.0"}\n', id="own"),
    ],
)  # fmt: skip
def test_what_nobody_can_know_stays_in_conflict(path, base, ours, theirs):
    merged = merge(path, base, ours, theirs)
    assert not merged.clean
    for side, text in (("ours", ours), ("theirs", theirs)):
        kept = {line.strip().rstrip(",") for line in taken(merged, side).splitlines()}
        assert {line.strip().rstrip(",") for line in text.splitlines()} <= kept


def test_a_conflict_is_as_small_as_the_key():
    base = "a:\n  x: 1\n  y: 1\nb: 1\n"
    ours, theirs = "a:\n  x: 2\n  y: 1\nb: 2\n", "a:\n  x: 3\n  y: 2\nb: 1\n"
    merged = merge("a.yaml", base, ours, theirs)
    assert merged.content.decode() == lines("""
        a:
        <<<<<<< yours
          x: 2
        ||||||| stamped 1.0.0
          x: 1
        =======
          x: 3
        >>>>>>> demo 2.0.0
          y: 2
        b: 2
    """)


def test_a_merge_by_line_that_cannot_be_read_is_no_merge():
    base, ours, theirs = "a: 1\n\nb: 1\n", "c: 1\na: 1\n\nb: 1\n", "a: 1\n\nb: 1\nc: 1\n"
    assert settled("a.yaml", base, ours, theirs) == "c: 1\na: 1\n\nb: 1\n"
    assert settled("a.yaml", base, ours, theirs.replace("c: 1", "c: 2")) is None
    assert settled("a.yaml", base, ours, theirs, frozenset()) is None


def test_a_document_that_is_too_long_is_merged_by_line():
    base = "".join(f"k{number}: 1\n" for number in range(30_000))
    assert settled("a.yaml", base, f"{base}a: 1\n", f"{base}b: 1\n") is None
    assert settled("a.yaml", base, f"{base}a: 1\n", f"b: 1\n{base}") == f"b: 1\n{base}a: 1\n"


@pytest.mark.parametrize("path", ["a.toml", "a.yaml", "a.json", "a.cfg", ".gitignore", "requirements.txt"])
@pytest.mark.parametrize(
    "text", ["[", "{", "- a: [\n", "a = \n", "\x0b", "[[[\n", "*x\n", "'", "a: !!binary x\n", "\t"]
)
def test_no_text_is_too_odd(path, text):
    assert merge(path, "", text, f"{text}b\n").content is not None
    assert merge(path, f"{text}a\n", f"{text}b\n", f"{text}c\n").content is not None


def test_sets_may_be_switched_off():
    sides = ("a\nx\n", "a\nb\nx\n", "a\nc\nx\n")
    assert settled(".gitignore", *sides) == "a\nb\nc\nx\n"
    assert settled(".gitignore", *sides, ALL - {"sets"}) is None


def test_what_the_team_has_moved_to_another_key_counts_as_no_removal():
    base = lines("""
        [tool.ruff]
        line-length = 88
        select = ["E", "F", "W", "UP", "SIM"]
    """)
    moved = lines("""
        [tool.ruff]
        line-length = 88
        [tool.ruff.lint]
        select = ["E", "F", "W", "UP", "SIM"]
    """)
    theirs = base.replace('"SIM"]', '"SIM", "N"]')
    assert settled("pyproject.toml", base, moved, theirs) is None
    followed = moved.replace('"SIM"]', '"SIM", "N"]')
    assert settled("pyproject.toml", base, followed, theirs) == followed


def test_an_argument_that_both_sides_replaced_alike_leaves_the_others_of_one_side():
    base = 'args: [\n  "--omit=a", # omitted\n]\n'
    theirs = base.replace("omit=a", "omit=a,b")
    ours = theirs.replace(", # omitted\n", ', # omitted\n  "--strict",\n')
    assert settled("a.yml", base, ours, theirs.replace("# omitted", "# left out")) == ours.replace(
        "# omitted", "# left out"
    )
    other = base.replace("omit=a", "verbose")
    assert settled("a.yml", base, other.replace("\n]", '\n  "--strict",\n]'), other.replace("# o", "# O")) is None


def test_a_number_that_may_be_anything_is_no_version():
    for key, wanted in (("threshold", None), ("python", 'python = "0.3"\n')):
        sides = [f'{key} = "0.{minor}"\n' for minor in (1, 2, 3)]
        assert settled("a.toml", *sides) == wanted
