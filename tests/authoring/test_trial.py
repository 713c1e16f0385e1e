"""A blueprint is tested: cases, all pairs of choices, snapshots, guardrails, and updates that keep a team's edits."""

import threading
import time
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.authoring.edits import OWN_FILE, edited
from scaffold.authoring.matrix import pairs_of, rows
from scaffold.authoring.past import past_of
from scaffold.authoring.trial import render_blueprint, try_blueprint
from scaffold.blueprint.ownership import Ownership
from scaffold.errors import ScaffoldError
from scaffold.sources.built_in import built_in_root
from scaffold.sources.library import FolderLibrary
from tests.authoring.shelf import QUIET, shelf
from tests.kit import file, laws, repo
from tests.scenarios.world import scaffold


def built_in_names():
    return FolderLibrary(built_in_root(), "builtin").names()


M, B, R = "blueprints/tool/blueprint.yml", "templates/base/copier.yml", "templates/base/README.md.jinja"
CASES = "blueprints/tool/cases"
PLAIN = {M: QUIET}  # the small workflow breaks many rules


@pytest.fixture
def root(tmp_path):
    return shelf(tmp_path / "library", PLAIN)


@laws
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 5), max_size=7))
def test_all_pairs_meet_in_few_rows(sizes):
    made = rows(sizes)
    for one, other in combinations(sizes, 2):
        met = {(row[one], row[other]) for row in made}
        assert met == set(product(range(sizes[one]), range(sizes[other])))
    assert all(row.keys() == sizes.keys() for row in made)
    assert made == rows(dict(reversed(sizes.items())))
    widest = sorted(sizes.values(), reverse=True)
    least = widest[0] * widest[1] if len(widest) > 1 else sum(widest)
    assert least <= len(made) <= max(least, 4 * least)
    assert len(pairs_of(sizes)) == sum(a * b for a, b in combinations(sizes.values(), 2))


def test_every_case_and_all_pairs_are_rendered(root):
    shelf(
        root,
        PLAIN
        | {
            B: (
                "  choices: [small, large]",
                "  choices: [small, large]\nfast:\n  type: bool\n  help: Fast\n  default: false",
            )
        },
    )
    result = try_blueprint("tool", library=root)
    assert [(case.name, case.files, case.error) for case in result.cases] == [("large", 6, ""), ("small", 6, "")]
    assert (result.rows, result.pairs, result.failed, result.passes) == (4, 4, (), True)


def test_a_pair_that_does_not_render_fails(root):
    question = "fast:\n  type: bool\n  help: Fast\n  default: false\n"
    text = "{% if fast and size == 'large' %}{{ [1][5].x }}{% endif %}\n"
    shelf(root, PLAIN | {B: ("size:\n", f"{question}size:\n"), R: text})
    result = try_blueprint("tool", library=root)
    ((where, why),) = result.failed
    assert "fast=True, size=large" in where
    assert "README.md.jinja:1" in why
    assert not result.passes
    done = scaffold("blueprint", "test", "tool", where=root)
    assert (done.code, "fast=True, size=large" in done.out, done.out.endswith("failed\n")) == (3, True, True)


def test_snapshots_are_shown_as_a_difference_and_then_accepted(root):
    assert "no snapshot" in scaffold("blueprint", "test", "tool", where=root).out
    assert scaffold("blueprint", "test", "tool", "--accept", where=root).code == 0
    assert " | root = true" in (root / CASES / "snapshots/small.txt").read_text()
    assert "as its snapshot" in scaffold("blueprint", "test", "tool", where=root).out
    shelf(root, PLAIN | {"templates/base/.editorconfig": "root = false\n"})
    done = scaffold("blueprint", "test", "tool", where=root)
    assert done.code == 3
    assert "- | root = true" in done.out and "+ | root = false" in done.out
    (root / CASES / "large.yml").unlink()
    assert scaffold("blueprint", "test", "tool", "--accept", where=root).code == 0
    assert [path.name for path in (root / CASES / "snapshots").iterdir()] == ["small.txt"]
    assert scaffold("blueprint", "lint", where=root).out.count("cases/snapshots") == 0


def test_a_mode_and_an_owner_are_part_of_a_snapshot(root):
    try_blueprint("tool", library=root, accept=True)
    shelf(root, {M: (root / M).read_text().replace("/.editorconfig: locked", "/.editorconfig: managed")})
    assert not try_blueprint("tool", library=root).passes
    try_blueprint("tool", library=root, accept=True)
    (root / "templates/base/.editorconfig").chmod(0o755)
    assert "100755" in try_blueprint("tool", library=root).cases[0].difference


def test_the_score_of_each_case(tmp_path):
    result = try_blueprint("tool", library=shelf(tmp_path))  # with all rules on CI
    assert all(0 < case.score[0] < case.score[1] for case in result.cases)
    assert any("ci.yml" in one for one in result.cases[0].failing)
    assert not result.passes


LINES = "".join(f"line {number}\n" for number in range(40))
NOTES = "templates/app/notes.md"


def test_an_update_from_each_release_in_use_keeps_a_teams_edits(root):
    shelf(root, PLAIN | {NOTES: LINES})
    repo(root, {}, "tool/v1.0.0")
    bumped = (root / M).read_text().replace("1.0.0", "1.1.0", 1)
    repo(shelf(root, {M: bumped, NOTES: LINES + "more\n"}), {}, "tool/v1.1.0")
    shelf(root, {M: bumped, NOTES: "first\n" + LINES + "more\n"})
    result = try_blueprint("tool", library=root)
    assert [(one.version, one.changed, one.is_clean) for one in result.cases[0].updates] == [
        ("1.0.0", 1, True),
        ("1.1.0", 1, True),
    ]
    gone = bumped.replace("layers:", "withdrawn: {1.0.0: wrong}\nlayers:")
    shelf(root, {M: gone, NOTES: "first\n" + LINES + "more\n"})
    assert [one.version for one in try_blueprint("tool", library=root).cases[0].updates] == ["1.1.0"]


def test_an_update_in_conflict_fails_unless_the_case_says_so(root):
    repo(shelf(root, PLAIN | {NOTES: LINES}), {}, "tool/v1.0.0")
    shelf(root, PLAIN | {NOTES: LINES.upper()})
    result = try_blueprint("tool", library=root)
    assert [one.conflicts for one in result.cases[0].updates] == [("notes.md",)]
    assert "from 1.0.0: notes.md is in conflict" in scaffold("blueprint", "test", "tool", where=root).out
    told = {
        f"{CASES}/small.yml": "_conflicts: [notes.md]\n",
        f"{CASES}/large.yml": "size: large\n_conflicts: [notes.md]\n",
    }
    assert try_blueprint("tool", library=shelf(root, PLAIN | {NOTES: LINES.upper()} | told)).passes
    result = try_blueprint("tool", library=shelf(root, PLAIN | {NOTES: LINES} | told))
    assert result.cases[0].updates[0].missing == ("notes.md",)
    assert not result.passes


def test_typical_edits_are_the_same_each_time_and_leave_locked_files_alone():
    owners = {"a.py": "managed", "b.py": "locked", "c.md": "seeded", "d.json": "managed", ".gitignore": "managed"}
    files = {path: file('{"a": 1}\n' if path == "d.json" else "x = 1\ny = 2\n") for path in owners}
    made = edited(files, lambda path: Ownership(owners[path]), 1.0)
    assert made == edited(files, lambda path: Ownership(owners[path]), 1.0)
    assert OWN_FILE in made
    assert made["b.py"] is files["b.py"]
    assert b"team" in made["a.py"].content and b"x = 1\n" in made["a.py"].content
    assert b'"team"' in made["d.json"].content
    assert made[".gitignore"].content.startswith(b"x = 1\ny = 2\n")
    assert made.get("c.md") != files["c.md"]


def test_gates_run_in_clean_folders(root):
    makefile = "check:\n\t@test -f settings.toml && grep -q small settings.toml || { echo no small here; exit 1; }\n"
    shelf(
        root,
        PLAIN
        | {
            "templates/app/Makefile": makefile,
            "templates/app/settings.toml": None,
            "templates/app/settings.toml.jinja": "[build]\nstrict = true\nsize = '{{ size }}'\n",
        },
    )
    result = try_blueprint("tool", library=root, gates=True)
    assert [(gate.case, gate.state) for gate in result.gates] == [("large", "fail"), ("small", "pass")]
    assert "no small here" in result.gates[0].why
    assert not result.passes
    (root / "templates/app/Makefile").unlink()
    assert {gate.state for gate in try_blueprint("tool", library=root, gates=True).gates} == {"unknown"}


def test_a_case_is_rendered_for_a_look(root, tmp_path):
    done = scaffold("blueprint", "render", "tool", "large", tmp_path / "look", where=root)
    assert done.code == 0
    assert (tmp_path / "look/src/big_tool/main.py").read_text() == "print('big-tool')\n"
    assert not (tmp_path / "look/.scaffold").exists()
    done = scaffold("blueprint", "render", "tool", "large", tmp_path / "look", where=root)
    assert (done.code, (tmp_path / "look/src/big_tool/main.py").exists()) == (1, True)
    done = scaffold("blueprint", "render", "tool", "larg", tmp_path / "other", where=root)
    assert (done.code, "tool has no case larg (did you mean large?)" in done.err) == (1, True)


def test_bad_input(root, tmp_path):
    done = scaffold("blueprint", "test", "toll", where=root)
    assert (done.code, "there is no blueprint 'toll'" in done.err) == (1, True)
    done = scaffold("blueprint", "test", "tool", "--watch", "--format", "json", where=root)
    assert (done.code, "goes neither with --gates" in done.err) == (2, True)
    shelf(root, PLAIN | {f"{CASES}/small.yml": "_conflict: [x]\n"})
    done = scaffold("blueprint", "test", "tool", where=root)
    assert (done.code, "did you mean `_conflicts`?" in done.err) == (1, True)
    for name in ("small", "large"):
        (root / CASES / f"{name}.yml").unlink()
    with pytest.raises(ScaffoldError, match="tool has no cases to test"):
        try_blueprint("tool", library=root)
    with pytest.raises(ScaffoldError, match="tool has no case x"):
        render_blueprint("tool", "x", tmp_path / "x", library=root)


def test_watching_tests_again_on_each_save(root):
    import subprocess
    import sys

    with subprocess.Popen(
        [sys.executable, "-m", "scaffold", "blueprint", "test", "tool", "--watch"],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        timer = threading.Timer(60, process.kill)
        timer.start()
        lines = iter(process.stdout.readline, "")
        assert next(line for line in lines if line.strip() in ("passed", "failed")).strip() == "passed"
        time.sleep(0.05)
        (root / R).write_text("{{ [1][5].x }}\n")
        assert next(line for line in lines if line.strip() in ("passed", "failed")).strip() == "failed"
        process.terminate()
        timer.cancel()


@pytest.mark.parametrize("name", built_in_names())
def test_the_built_in_library_passes_and_renders_what_its_snapshots_say(name):
    result = try_blueprint(name, library=built_in_root())
    changed = {case.name: case.difference for case in result.cases if case.difference}
    assert not changed, f"`make snapshots` takes it: {changed}"
    assert [case.name for case in result.cases if case.snapshot is None] == []
    assert result.passes
    assert {one.version for case in result.cases for one in case.updates} == {
        str(version) for version in past_of(built_in_root()).versions(name)
    }


A = "templates/app/copier.yml"
TASK = {A: ("package:", "_tasks:\n  - \"echo '{{ size }}' > made.txt\"\npackage:")}


def test_tasks_run_for_each_case_with_trust_and_are_counted_without(root):
    shelf(root, PLAIN | TASK)
    result = try_blueprint("tool", library=root, accept=True)
    assert result.cases[0].untried == (f"{A}:2",)
    assert "made.txt" not in result.cases[0].rendered.tree
    done = scaffold("blueprint", "test", "tool", where=root)
    assert (done.code, f"not run: 1 task ({A}:2); --trust runs it" in done.out) == (0, True)
    trusted = try_blueprint("tool", library=root, trust=True)
    assert {case.name: case.rendered.tree["made.txt"].content for case in trusted.cases} == {
        "large": b"large\n",
        "small": b"small\n",
    }
    assert (trusted.passes, trusted.cases[0].untried, trusted.cases[0].difference) == (True, (), "")
    assert "not run" not in scaffold("blueprint", "test", "tool", "--trust", where=root).out


def test_a_task_that_fails_and_one_that_makes_what_is_locked_fail_the_test(root):
    shelf(root, PLAIN | {A: ("package:", "_tasks: [exit 3]\npackage:")})
    assert try_blueprint("tool", library=root).passes
    done = scaffold("blueprint", "test", "tool", "--trust", where=root)
    assert (done.code, "large: does not render" in done.out, "exit 3" in done.out) == (3, True, True), done.out
    shelf(root, PLAIN | {A: ("package:", '_tasks: ["date > .editorconfig"]\npackage:')})
    done = scaffold("blueprint", "test", "tool", "--trust", where=root)
    assert (done.code, ".editorconfig is locked, and holds" in done.out) == (3, True), done.out


def test_updates_run_the_tasks_of_both_releases(root):
    repo(shelf(root, PLAIN | {A: ("package:", "_tasks: [seq 30 > made.txt]\npackage:")}), {}, "tool/v1.0.0")
    shelf(root, PLAIN | {A: ("package:", "_tasks: [seq 31 > made.txt]\npackage:")})
    assert [(one.changed, one.is_clean) for one in try_blueprint("tool", library=root).cases[0].updates] == [(0, True)]
    (update,) = try_blueprint("tool", library=root, trust=True).cases[0].updates
    assert (update.changed, update.conflicts) == (1, ())
    done = scaffold("blueprint", "release", "tool", "--note", "now", where=repo(root, {}))
    assert (done.code, f"{A}:1: a task was not tried (read it, then give --trust)" in done.err) == (1, True), done.err
    assert scaffold("blueprint", "release", "tool", "--note", "now", "--trust", where=root).code == 0


def test_brief_snapshots_are_a_line_a_file_and_show_the_text_that_changes(root):
    repo(root, {})
    done = scaffold("blueprint", "test", "tool", "--brief", where=root)
    assert (done.code, "it goes with --accept" in done.err) == (2, True)
    assert scaffold("blueprint", "test", "tool", "--accept", "--brief", where=root).code == 0
    kept = root / CASES / "snapshots/small.txt"
    lines = kept.read_text().splitlines()
    assert len(lines) == 1 + 6 and lines[1].endswith(" .editorconfig (100644, locked)"), lines
    assert any(line.endswith("settings.toml (100644, managed, build.strict locked)") for line in lines)
    assert "as its snapshot" in scaffold("blueprint", "test", "tool", where=root).out
    shelf(root, PLAIN | {"templates/base/.editorconfig": "root = false\n"})
    done = scaffold("blueprint", "test", "tool", where=root)
    assert done.code == 3
    assert "-root = true" in done.out and "+root = false" in done.out, done.out
    (root / CASES / "other.yml").write_text("name: other\n")
    assert scaffold("blueprint", "test", "tool", "--accept", where=root).code == 0
    assert (root / CASES / "snapshots/other.txt").read_text().startswith("# What the case renders to, by digest.")
    assert "as its snapshot" in scaffold("blueprint", "test", "tool", where=root).out
    (root / "templates/base/.editorconfig").chmod(0o755)
    assert "100755, locked" in try_blueprint("tool", library=root).cases[0].difference


def test_an_answer_that_breaks_a_file_fails(root):
    asked = "title:\n  type: str\n  help: Title\n  default: plain\n"
    shelf(root, PLAIN | {B: ("size:\n", f"{asked}size:\n"), "templates/app/app.yml.jinja": "title: {{ title }}\n"})
    ((where, why),) = try_blueprint("tool", library=root).failed
    assert where == 'title=it\'s "so": a # b'
    assert why.startswith("app.yml cannot be read: this is not valid YAML") and "| tojson" in why
    done = scaffold("blueprint", "test", "tool", where=root)
    assert (done.code, "app.yml cannot be read" in done.out) == (3, True)
    shelf(root, {"templates/app/app.yml.jinja": "title: {{ title | tojson }}\n"})
    shelf(
        root,
        PLAIN | {B: ("size:\n", f"{asked}size:\n"), "templates/app/app.yml.jinja": "title: {{ title | tojson }}\n"},
    )
    result = try_blueprint("tool", library=root)
    assert (result.failed, result.hard) == ((), 3)
    refused = f"{asked}  validator: \"{{% if ':' in title %}}no colon{{% endif %}}\"\n"
    shelf(root, PLAIN | {B: ("size:\n", f"{refused}size:\n"), "templates/app/app.yml.jinja": "title: {{ title }}\n"})
    assert try_blueprint("tool", library=root).passes
