"""What breaks the rules on languages: a floor lowered for a day, and a tool told to look away."""

from tests.guard.service import Case, stamped

SELECT = 'select = ["ALL"]'
APP = "src/orders/adapters/http/app.py"
RUN = "src/orders/adapters/backup.py"
CALL = '"""Back up."""\n\nimport subprocess\n\n\ndef run() -> None:\n    subprocess.run(["true"], check=True){}\n'
FILE = '"""Legacy."""\n\n{}NAME = 1\n'
LEGACY = "src/orders/legacy.py"


def where(text: str, more: int = 0) -> str:
    """The place of a line of the manifest, as it is stamped."""
    lines = stamped().files["pyproject.toml"].decode().splitlines()
    return f"pyproject.toml:{next(at for at, line in enumerate(lines, 1) if line.startswith(text)) + more}"


CASES = [
    Case(
        "LG-01",
        "a part is written in another language",
        bad=lambda s: s.add("src/pricing/pricing.go", "package pricing\n"),
        fixed=lambda s: s.add("docs/assets/menu.js", "console.log(1)\n"),
        at="src/pricing/pricing.go",
        says="go is not a language that the blueprint allows (python)",
    ),
    Case(
        "LG-01",
        "an old version is allowed again",
        bad=lambda s: s.edit("pyproject.toml", 'requires-python = ">=3.11"', 'requires-python = ">=3.9,<4"'),
        fixed=lambda s: s,
        at=where("requires-python"),
        says="python 3.9 is outside the versions allowed, >=3.11",
    ),
    Case(
        "LG-02",
        "the linter looks for less",
        bad=lambda s: s.edit("pyproject.toml", SELECT, 'select = ["E", "F", "I", "S", "UP", "W"]'),
        fixed=lambda s: s,
        at=where("select"),
        says="Ruff does not look for B",
    ),
    Case(
        "LG-02",
        "another file sets the linter, and wins",
        bad=lambda s: s.add("ruff.toml", 'line-length = 120\n\n[lint]\nselect = ["E", "F", "S"]\n'),
        fixed=lambda s: s,
        at="ruff.toml:1",
        says="ruff takes settings from ruff.toml",
    ),
    Case(
        "LG-02",
        "the product is taken out",
        bad=lambda s: s.edit("pyproject.toml", '"tests/**" = [', '"src/orders/adapters/**" = ["ALL"]\n"tests/**" = ['),
        fixed=lambda s: s,
        at=where("[tool.ruff.lint.per-file-ignores]"),
        says="Ruff ignores everything in product code, src/orders/adapters/**",
    ),
    Case(
        "LG-02",
        "types become optional",
        bad=lambda s: s.edit("pyproject.toml", "strict = true\nwarn_unreachable", "strict = false\nwarn_unreachable"),
        fixed=lambda s: s,
        at=where("[tool.mypy]", 2),
        says="mypy is not strict",
    ),
    Case(
        "LG-02",
        "types of a package of ours are not looked at",
        bad=lambda s: s.append(
            "pyproject.toml", '\n[[tool.mypy.overrides]]\nmodule = ["orders.adapters.*"]\nignore_errors = true\n'
        ),
        fixed=lambda s: s,
        at=where("modules = ", 4),
        says="mypy ignores all errors in orders.adapters.*",
    ),
    Case(
        "LG-02",
        "a file takes itself out",
        good=lambda s: s.add(LEGACY, FILE.format("")),
        bad=lambda s: s.add(LEGACY, FILE.format("# ruff: noqa\n")),
        fixed=lambda s: s.add(LEGACY, FILE.format("")),
        at=f"{LEGACY}:3",
        says="# ruff: noqa takes the whole file out",
    ),
    Case(
        "LG-03",
        "half of the code need not be tested",
        bad=lambda s: s.edit("Makefile", "--cov-fail-under=90", "--cov-fail-under=50"),
        fixed=lambda s: s,
        at="Makefile:40",
        says="as little as 50 %",
    ),
    Case(
        "LG-03",
        "nothing has to be tested",
        bad=lambda s: s.edit("Makefile", " --cov --cov-fail-under=90", ""),
        fixed=lambda s: s,
        at="pyproject.toml",
        says="nothing fails where tests cover less than 90 %",
    ),
    Case(
        "LG-03",
        "warnings pass",
        bad=lambda s: s.edit("pyproject.toml", 'filterwarnings = ["error"]', 'filterwarnings = ["default"]'),
        fixed=lambda s: s,
        at=where("filterwarnings"),
        says="pytest lets warnings pass",
    ),
    Case(
        "LG-03",
        "another file sets pytest, and wins",
        bad=lambda s: s.add("pytest.ini", "[pytest]\nstrict = true\n"),
        fixed=lambda s: s,
        at="pytest.ini:1",
        says="pytest takes settings from pytest.ini",
    ),
    Case(
        "LG-04",
        "whatever is wrong with a line is to be ignored",
        good=lambda s: s.add(RUN, CALL.format("")),
        bad=lambda s: s.add(RUN, CALL.format("  # noqa")),
        fixed=lambda s: s.add(RUN, CALL.format("  # noqa: S603 - the command is our own")),
        at=f"{RUN}:7",
        says="# noqa names no rule",
    ),
    Case(
        "LG-04",
        "a warning about security is put aside without a word",
        good=lambda s: s.add(RUN, CALL.format("")),
        bad=lambda s: s.add(RUN, CALL.format("  # noqa: S603")),
        fixed=lambda s: s.add(RUN, CALL.format("  # noqa: S603 - the command is our own")),
        at=f"{RUN}:7",
        says="# noqa of S603 gives no reason",
    ),
]
