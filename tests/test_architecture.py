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
    {"render", "report", "apply", "sources", "forges"},
    {"project", "authoring"},
    {"fleet"},
    {"cli", "__main__"},
]
ROW_OF = {name: row for row, names in enumerate(ROWS) for name in names}
# The same within `project`; what stands in none of its rooms is below them all.
PROJECT = [{"planning"}, {"adoption", "applying"}, {"checking"}, {"commands"}]

# An effect, and the only modules that may have it.
EFFECTS = {
    "subprocess": {"process"},
    "signal": {"process"},
    "resource": {"process"},
    "sqlite3": {"fleet.journal"},
    "httpx": {"forges.http"},
    "jwt": {"forges.app"},
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
# What looks at a fleet, and what none of it may come to, by whatever way: what writes to a member.
LOOKING = {f"fleet.{name}" for name in ("planning", "plan", "impact", "survey", "status", "check", "report")}
WRITERS = {"project.applying", "fleet.journal", "fleet.campaign.offering", "git.pushing"}
READS_THE_JOURNAL = "fleet.report"
PLANNER, MORE_WRITERS = "fleet.planning", {"project.commands", "apply.transaction", "apply.back"}
MOST_PARAMETERS = 7  # beside `self`; a function of the public API has one for each thing that a caller may say
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


def room_in_project(name: str) -> int:
    room = name.removeprefix("project.").partition(".")[0]
    return next((row for row, rooms in enumerate(PROJECT, 1) if name.startswith("project.") and room in rooms), 0)


@pytest.mark.parametrize("name", [name for name in SOURCES if name.startswith("project")])
def test_the_rooms_of_a_project_point_down(name):
    upward = {i for i in inner_imports(name) if room_in_project(i) > room_in_project(name)}
    assert not upward, f"{name} reaches up to {sorted(upward)}"


def reached(name: str) -> set[str]:
    """What a module imports, and what that imports, and so on."""
    found, open_ = set(), [name]
    while open_:
        new = inner_imports(open_.pop()) - found
        found |= new
        open_ += new
    return found


@pytest.mark.parametrize("name", sorted(LOOKING & SOURCES.keys()))
def test_who_looks_at_a_fleet_cannot_write_to_a_member(name):
    writers = WRITERS | (MORE_WRITERS if name == PLANNER else set())
    writers -= {"fleet.journal"} if name == READS_THE_JOURNAL else set()
    found = {one for one in reached(name) for writer in writers if one == writer or one.startswith(f"{writer}.")}
    assert not found, f"{name} comes to {sorted(found)}"


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


def public_functions() -> set[tuple[str, str]]:
    """The functions of the Python API, by module and name."""
    imports = [node for node in ast.walk(ast.parse((PACKAGE / "__init__.py").read_text())) if imported(node)]
    return {tuple(target.removeprefix("scaffold.").rsplit(".", 1)) for node in imports for target in imported(node)}


def typer_commands() -> set[tuple[str, str]]:
    """The functions whose parameters Typer makes options of: by name, by decorator, or handed to `command()`."""
    heads, fleet = (ast.literal_eval(node.value) for node in TREES["cli.commands"].body
                    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"HEADS", "FLEET"})  # fmt: skip
    found = {(f"cli.{name}", name) for names in heads.values() for name in names} | {
        (f"cli.{module}", name) for name, module in fleet.items()
    }
    for module in (name for name in SOURCES if name.startswith("cli.")):
        origins = {target.rpartition(".")[2]: target for node in TREES[module].body for target in imported(node)}
        for node in ast.walk(TREES[module]):
            if isinstance(node, ast.FunctionDef) and any(".command(" in ast.unparse(d) for d in node.decorator_list):
                found.add((module, node.name))
            elif (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Call) and ".command(" in ast.unparse(node.func)
            ):
                handed = ast.unparse(node.args[0])
                found.add(
                    tuple(origins.get(handed, f"scaffold.{module}.{handed}").removeprefix("scaffold.").rsplit(".", 1))
                )
    return found


FREE = public_functions() | typer_commands()


@pytest.mark.parametrize("name", SOURCES)
def test_functions_take_few_parameters(name):
    for node in ast.walk(TREES[name]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (name, node.name) not in FREE:
            taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
            names = [one.arg for one in taken if one is not None and one.arg not in ("self", "cls")]
            assert len(names) <= MOST_PARAMETERS, f"{name}.{node.name} takes {', '.join(names)}"
