"""The closed world: each table is whole, and no second place or variable that it names goes unseen."""

import json
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

import scaffold
from scaffold.guard import catalogue
from scaffold.guard.readers.tools import TABLES, tools
from tests.guard.cases_workflows import GOOD
from tests.guard.service import stamped

FOLDER = Path(scaffold.__file__).parent / "guard/tools"
KEYS = {
    "tool", "rule", "source", "versions", "packages", "programs", "places", "environment", "harmless_environment",
    "options", "comments", "committed", "notes",
}  # fmt: skip
USED = [tool for some in tools().values() for tool in some if tool.name in (
    "make", "python", "pytest", "coverage", "ruff", "mypy", "import-linter", "uv", "zizmor", "yamllint", "pre-commit",
)]  # fmt: skip
TEXTS = {
    "": "x\n",
    ".toml": "[tool]\n",
    ".json": "{}",
    ".yml": "{}\n",
    ".yaml": "{}\n",
    ".ini": "[x]\n",
    ".cfg": "[x]\n",
}


def test_every_table_is_listed():
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_where_it_was_read_from_and_for_which_versions(name):
    said = json.loads((FOLDER / f"{name}.json").read_text())
    assert said.keys() <= KEYS
    assert said["source"]
    assert SpecifierSet(said.get("versions", ""))
    assert "allowed" in catalogue.BUILT_IN[said["rule"]].parameters


def written(place):
    """A file at the place, with what makes it count."""
    path = place.file.lstrip("/").replace("**/", "").replace("*", "x")
    if place.key:
        head, _, key = place.key.rpartition(".")
        table = f"[{head}.{key}]\n" if head else f"[{key}]\n"
        return path, table if path.endswith(".toml") else json.dumps({place.key: {}})
    if place.section:
        return path, f"[{place.section.replace('*', 'x')}]\na = 1\n"
    if place.names:
        return path, f"def {place.names[0]}():\n    pass\n"
    return path, TEXTS.get(Path(path).suffix, "x\n")


PLACES = [(tool, place) for tool in USED for place in tool.places]


@pytest.mark.parametrize(("tool", "place"), PLACES, ids=[f"{tool.name}: {place}" for tool, place in PLACES])
def test_a_second_place_is_found(tool, place):
    path, text = written(place)
    service = stamped()
    if path in service.lock.files:
        path = f"src/{path}"
        if place.file.startswith("/"):
            return  # the blueprint's own
    messages = [one.message for one in service.add(path, text).verdict(tool.rule).findings if one.state == "fail"]
    assert [one for one in messages if f"{tool.name} takes settings from {path}" in one], messages


VARIABLES = [(tool, name.replace("*", "X")) for tool in USED for name in tool.environment]


@pytest.mark.parametrize(("tool", "name"), VARIABLES, ids=[f"{tool.name}: {name}" for tool, name in VARIABLES])
@pytest.mark.parametrize("how", ["export {} = 1\n", "{} := 1\nexport {}\n", "test: export {} = 1\n"])
def test_a_variable_is_found(tool, name, how):
    service = stamped().add("Makefile.local", how.replace("{}", name))
    found = {one.rule for rule in {tool.rule, "CI-09"} for one in service.verdict(rule).findings if one.state == "fail"}
    assert found


def test_what_the_blueprint_allows_by_name():
    service = stamped().add("ruff.toml", "line-length = 100\n").add("Makefile.local", "export RUFF_X = 1\n")
    assert service.verdict("LG-02").state == "fail"
    allowed = service.verdict("LG-02", allowed=["/ruff.toml", "RUFF_*"])
    assert [one.path for one in allowed.findings] == ["ruff.toml"]  # which counts, and so has to keep the floor
    assert allowed.findings[0].message.startswith("Ruff does not look for")


@pytest.mark.parametrize(("version", "state"), [("0.17.2", "pass"), ("9.0.0", "unknown")])
def test_a_version_that_no_table_knows(version, state):
    lock = f'version = 1\n\n[[package]]\nname = "ruff"\nversion = "{version}"\n'
    assert stamped().add("uv.lock", lock).verdict("LG-02").state == state


def test_a_variable_of_a_makefile_that_is_included():
    service = (
        stamped()
        .add("Makefile.local", "include ops/verbs.inc\n")
        .add("ops/verbs.inc", "export PYTEST_ADDOPTS := -k x\n")
    )
    assert [one.path for one in service.verdict("LG-03").findings if one.state == "fail"] == ["ops/verbs.inc"]


NIGHTLY = GOOD.replace("run: make bench", "run: make load-test\n        env: {PYTHONPATH: src, ENV: staging}")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile.local", "ENV ?= dev\nbench:\n\techo $(ENV)\n"),
        (".github/workflows/nightly.yml", NIGHTLY),
        ("uv.lock", 'version = 1\n\n[[package]]\nname = "pytest-xdist"\nversion = "3.8.0"\n'),
    ],
)
def test_what_decides_nothing_about_the_gates(path, text):
    service = stamped().add(path, text)
    for rule in ("CI-09", "LG-03"):
        assert [one.message for one in service.verdict(rule).findings if path == one.path] == []


@pytest.mark.parametrize(
    "text",
    [
        'import os\nif os.environ.get("CI"):\n    collect_ignore = ["unit"]\n',
        "try:\n    from hooks import pytest_collection_modifyitems\nexcept ImportError:\n    pass\n",
        "import hooks\npytest_ignore_collect = hooks.quick\n",
        'globals()["collect_ignore_glob"] = ["test_*"]\n',
        "if True:\n    async def pytest_runtest_call(item):\n        pass\n",
        "import pytest\n@pytest.hookimpl(specname='pytest_collection_modifyitems')\ndef shorter(items): pass\n",
        "def pytest_configure(config):\n    config.option.keyword = 'not slow'\n",
        "from tests.hooks import *\n",
    ],
)
def test_what_decides_which_tests_run_wherever_it_stands(text):
    hooks = "from .more import *\n"
    service = stamped().add("tests/hooks.py", hooks).add("tests/more.py", "def pytest_ignore_collect(): return True\n")
    service = service.add("tests/conftest.py", text)
    assert [one.path for one in service.verdict("LG-03").findings if one.state == "fail"] == ["tests/conftest.py"]


def test_a_fixture_that_only_speaks_of_a_hook_is_none():
    text = "import pytest\nfrom tests.kit import *\n\n\n@pytest.fixture\ndef at():\n    collect_ignore = 1\n    return collect_ignore\n"
    text += "def pytest_configure(config):\n    config.option.xmlpath = 'report.xml'\n"
    assert [one.path for one in stamped().add("tests/conftest.py", text).verdict("LG-03").findings] == []
