"""The house rules of design.md, checked by reading the source; nothing of scaffold is imported.

A starting point: take it into the project as tests/test_architecture.py, set PACKAGE, and keep ROWS and EFFECTS true
as rooms come. A rule here changes only together with the decision that changes it (docs/why/decisions.md).
"""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "scaffold"

# Lower rows know nothing of higher rows. A module may import its own row and below.
ROWS = [
    {"errors", "tree", "formats", "templating", "process"},
    {"answers", "blueprint", "lock", "merge"},
    {"plan", "guard", "git", "disk"},
    {"render", "report", "apply", "sources"},
    {"project", "authoring"},
    {"fleet"},
    {"cli", "__main__"},
]
ROW_OF = {name: row for row, names in enumerate(ROWS) for name in names}

# An effect, and the only modules that may have it.
EFFECTS = {
    "subprocess": {"process"},
    "signal": {"process"},
    "resource": {"process"},
    "sqlite3": {"fleet.journal"},
    "urllib.request": {"fleet.forges.http"},
    "typer": {"cli"},
    "rich": {"cli"},
    "questionary": {"cli.prompt"},
    "pygit2": {"git", "merge.text"},  # objects, and the line merge of libgit2
    "git": {"git"},  # GitPython
    "distributed": {"fleet.engines"},
    "copier": {"render.via_copier"},
    "cookiecutter": {"render.via_cookiecutter"},
}
# The core: values in, values out. No clock, no environment, no disk.
PURE = {
    "errors",
    "tree",
    "formats",
    "templating",
    "answers",
    "blueprint",
    "lock",
    "merge",
    "plan",
    "guard",
    "report",
    "render.native",
    "render.native_cookiecutter",
    "render.cookiecutter_steps",
}
IMPURE_IMPORTS = ("os", "pathlib.Path", "tempfile", "shutil", "time", "datetime.datetime", "random", "socket")
BANNED_CALLS = {"print", "input", "os.chdir", "contextlib.chdir", "os.system", "date.today", "datetime.date.today"}

SOURCES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path != PACKAGE / "__init__.py"
}
TREES = {name: ast.parse(path.read_text()) for name, path in SOURCES.items()}


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "spell imports from the package root"
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def inner_imports(name: str) -> set[str]:
    found = set()
    for node in ast.walk(TREES[name]):
        for target in imported(node):
            if target.startswith("scaffold."):
                target = target.removeprefix("scaffold.")
                while target and target not in SOURCES:
                    target = target.rpartition(".")[0]
                found.add(target)
    return found - {name, ""}


def test_every_module_has_a_row():
    assert {name.partition(".")[0] for name in SOURCES} <= ROW_OF.keys()


@pytest.mark.parametrize("name", SOURCES)
def test_imports_point_down(name):
    row = ROW_OF[name.partition(".")[0]]
    upward = {i for i in inner_imports(name) if ROW_OF[i.partition(".")[0]] > row}
    assert not upward, f"{name} reaches up to {sorted(upward)}"


def test_no_import_cycles():
    try:
        list(TopologicalSorter({n: inner_imports(n) for n in SOURCES}).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("name", SOURCES)
def test_imports_stand_at_the_top(name):
    inside = {
        target
        for function in ast.walk(TREES[name])
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        for target in imported(node)
        if target.startswith("scaffold.")
    }
    assert not inside, f"{name} hides an import: {sorted(inside)}"


@pytest.mark.parametrize("name", SOURCES)
def test_effects_stay_in_their_rooms(name):
    for node in ast.walk(TREES[name]):
        for target in imported(node):
            for effect, rooms in EFFECTS.items():
                if target == effect or target.startswith(effect + "."):
                    assert any(name == r or name.startswith(r + ".") for r in rooms), f"{name} may not import {effect}"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in BANNED_CALLS or name == "cli.console", f"{name} calls {called}"


@pytest.mark.parametrize("name", [n for n in SOURCES if {n, n.partition(".")[0]} & PURE])
def test_the_core_is_pure(name):
    for node in ast.walk(TREES[name]):
        for target in imported(node):
            assert not any(target == i or target.startswith(i + ".") for i in IMPURE_IMPORTS), (
                f"{name} may not import {target}"
            )
        assert not (isinstance(node, ast.Call) and ast.unparse(node.func) == "open"), f"{name} opens a file"


@pytest.mark.parametrize("name", SOURCES)
def test_modules_and_functions_stay_small(name):
    lines = SOURCES[name].read_text().count("\n")
    assert lines <= 400, f"{name} has {lines} lines"
    for node in ast.walk(TREES[name]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = node.end_lineno - node.lineno + 1
            assert length <= 60, f"{name}.{node.name} has {length} lines"
