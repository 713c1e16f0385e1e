"""Twenty edits of any week of a well-behaved team: no finding."""

import pytest

from tests.guard.cases_workflows import GOOD
from tests.guard.service import stamped
from tests.guard.test_supply import locked

TOML = "pyproject.toml"
TESTS = '"tests/**" = ["D", "PLR2004", "S101", "S603"]'
CONTRACT = """
[[tool.importlinter.contracts]]
name = "use cases know no clock"
type = "forbidden"
source_modules = ["orders.application"]
forbidden_modules = ["time"]
"""
EDITS = {
    "a marker of pytest": lambda s: s.edit(TOML, 'testpaths = ["tests"]', 'testpaths = ["tests"]\nmarkers = ["slow: takes long"]'),
    "an override of mypy for an untyped library": lambda s: s.append(
        TOML, '\n[[tool.mypy.overrides]]\nmodule = ["boltons.*"]\nignore_missing_imports = true\n'
    ),
    "a per-file ignore of Ruff in tests": lambda s: s.edit(
        TOML, TESTS, f'{TESTS}\n"tests/unit/test_prices.py" = ["S105"] # names of tokens, and no tokens'
    ),
    "a per-file ignore of Ruff for one file": lambda s: s.edit(TOML, TESTS, f'{TESTS}\n"src/orders/main.py" = ["T201"]'),
    "a rule of Ruff more": lambda s: s.edit(TOML, 'select = ["ALL"]', 'select = ["ALL"]\nextend-select = ["RUF029"]'),
    "a lower complexity": lambda s: s.append(TOML, "\n[tool.ruff.lint.mccabe]\nmax-complexity = 6\n"),
    "a contract of import-linter more": lambda s: s.append(TOML, CONTRACT),
    "a framework more that the core may not know": lambda s: s.edit(TOML, '  "requests",\n', '  "redis",\n  "requests",\n'),
    "a warning that a library has announced": lambda s: s.edit(
        TOML, 'filterwarnings = ["error"]', 'filterwarnings = ["error", "ignore:old:DeprecationWarning:boltons"]'
    ),
    "what coverage shows": lambda s: s.edit(TOML, "report.skip_covered = true", "report.skip_covered = false"),
    "a line that coverage leaves out": lambda s: s.edit(
        TOML, "report.skip_covered = true", 'report.exclude_also = ["if TYPE_CHECKING:", "raise NotImplementedError"]'
    ),
    "a dependency with bounds": lambda s: s.edit(TOML, '  "uvicorn>=', '  "boltons>=25,<26",\n  "uvicorn>=').append(
        "uv.lock", '\n[[package]]\nname = "boltons"\nversion = "25.0.0"\n'
    ),
    "a verb of make": lambda s: s.add("Makefile.local", ".PHONY: bench\nROUNDS := 10\nbench:\n\t$(RUN) python -m tests.bench $(ROUNDS)\n"),
    "a verb that check also runs": lambda s: s.add("Makefile.local", "check: bench\nbench:\n\t$(RUN) python -m tests.bench\n"),
    "a variable for the service": lambda s: s.add("Makefile.local", "export LOG_LEVEL = debug\n"),
    "a hook more": lambda s: s.append(
        ".pre-commit-config.yaml", "  - repo: https://github.com/codespell-project/codespell\n    rev: v2.4.1\n    hooks:\n      - id: codespell\n"
    ),
    "the Python of this folder": lambda s: s.add(".python-version", "3.12\n"),
    "a workflow": lambda s: s.add(".github/workflows/nightly.yml", GOOD),
    "fixtures for tests": lambda s: s.add(
        "tests/conftest.py", '"""Fixtures."""\n\nimport pytest\n\n\n@pytest.fixture\ndef price() -> int:\n    """A price."""\n    return 7\n'
    ),
    "an owner of a folder": lambda s: s.edit(".github/CODEOWNERS", "* @acme/checkout\n", "* @acme/checkout\n/docs/ @acme/checkout @acme/writers\n"),
    "what git ignores": lambda s: s.append(".gitignore", "\n*.prof\n/notes/\n"),
}  # fmt: skip


def failing(service):
    return {
        (one.rule, one.path, one.message)
        for verdict in service.check().verdicts
        for one in verdict.findings
        if one.state == "fail"
    }


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_everyday_edit_yields_no_finding(edit):
    assert failing(edit(locked(stamped()))) == set()
