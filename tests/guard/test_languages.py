"""Languages, floors and suppressions: what lowers one unseen, and what is as it should be."""

import pytest

from scaffold.guard.readers.languages import lowest
from scaffold.guard.readers.suppressions import found as suppressions
from tests.guard.service import stamped
from tests.guard.trees import GO, TYPESCRIPT, found, repository

RANGES = [
    (">=3.11,<4", "3.11"), ("^20 || ^22", "20"), (">= 20", "20"), ("20.x", "20"), ("lts/*", None), ("~=3.11", "3.11"),
    ("==3.11.*", "3.11"), (">3.10", "3.11"), ("<4", None), ("*", None), ("", None), ("pypy3.10-7.3", "3.10"),
    ("v20.1.0", "20.1.0"), (">=18 <21", "18"), (">=3.9, !=3.9.7", "3.9"), ("!=3.9", None), ("9" * 50, "9" * 9),
]  # fmt: skip


@pytest.mark.parametrize(("written", "floor"), RANGES)
def test_the_lowest_version_of_a_range(written, floor):
    assert str(lowest(written)) == str(floor)


ALLOWED = {"python": ">=3.11", "typescript": ">=24", "javascript": None, "go": ">=1.26", "java": ">=21"}
OLD = [
    ("pyproject.toml", '[project]\nrequires-python = ">=3.10"\n', "python 3.10", 2),
    ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.9"\n', "python 3.9", 2),
    (".python-version", "3.12\n3.10.4\n", "python 3.10.4", 2),
    ("Dockerfile", "ARG X\nFROM --platform=linux/amd64 docker.io/library/python:3.9-slim AS build\n", "python 3.9", 2),
    ("package.json", '{\n "engines": {"node": "^20 || ^24"}\n}\n', "node 20", 2),
    (".nvmrc", "v18.2\n", "node 18.2", 1),
    ("deploy/Dockerfile", "FROM node:22\n", "node 22", 1),
    ("go.mod", "module x\n\ngo 1.21\n", "go 1.21", 3),
    ("pom.xml", "<a>\n  <maven.compiler.release>17</maven.compiler.release>\n</a>\n", "java 17", 2),
]
CODE = {"a.py": "", "b.ts": "", "c.go": "", "d.java": ""}


@pytest.mark.parametrize(("path", "text", "said", "line"), OLD)
def test_an_old_version_is_found_wherever_it_is_named(path, text, said, line):
    [(at, number, message)] = found(repository({**CODE, path: text}), "LG-01", languages=ALLOWED)
    assert (at, number) == (path, line)
    assert message.startswith(f"{said} is outside the versions allowed")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[project]\nrequires-python = ">=3.11"\n'),
        ("pyproject.toml", "[project]\nrequires-python = []\n[tool.poetry]\ndependencies = []\n"),
        ("Dockerfile", "# FROM python:3.8\nFROM python@sha256:00\nFROM mypython:2.7\nRUN echo FROM python:2\n"),
        (".python-version", "# 3.8\nsystem\n"),
        ("package.json", '{"engines": {"npm": "9"}, "node": "12"}'),
        ("docs/assets/menu.rb", ""),
        ("vendor/x.php", ""),
        ("web/menu.JS", ""),
        ("notes.md", ""),
        ("run.sh", "#!/bin/sh\n"),
    ],
)
def test_what_is_allowed(path, text):
    assert found(repository({**CODE, path: text}), "LG-01", languages=ALLOWED) == []


def test_a_script_without_an_ending_is_known_by_its_first_line():
    service = repository({"a.py": ""}).add("bin/tool", "#!/usr/bin/env ruby\n", "100755")
    assert [one[0] for one in found(service, "LG-01", languages=ALLOWED)] == ["bin/tool"]
    assert found(service.add("bin/tool", "#!/usr/bin/env ruby\n"), "LG-01", languages=ALLOWED) == []


def test_a_range_that_is_none_is_no_pass():
    assert repository(CODE).verdict("LG-01", languages={**ALLOWED, "python": "soon"}).state == "unknown"
    assert repository(CODE).verdict("LG-01", languages={}).state == "not_applicable"


RUFF = '[project]\nname = "x"\n[tool.mypy]\nstrict = true\n[tool.ruff]\n'
ASKED = '["E", "F", "B", "I", "S", "UP", "W"]'
FINE_RUFF = [
    f"lint.select = {ASKED}\n",
    f"select = {ASKED}\n",
    f'select = {ASKED}\ninclude = ["*.py", "*.pyi"]\n',
    '[tool.ruff.lint]\nselect = ["ALL"]\nignore = ["E501", "S101", "B008", "UP0"]\n',
    '[tool.ruff.lint]\nextend-select = ["B", "E", "I", "S", "UP", "W", "F"]\n',
    '[tool.ruff.lint]\nselect = ["ALL"]\n[tool.ruff.lint.per-file-ignores]\n"tests/**" = ["ALL"]\n"__init__.py" = ["F401"]\n',
    '[tool.ruff.lint]\nselect = ["ALL"]\n[tool.ruff.lint.per-file-ignores]\n"app/gen.py" = ["S"]\n"docs/*" = ["ALL"]\n',
]
LOW_RUFF = [
    (f'lint.select = {ASKED}\ninclude = ["tests/*.py"]\n', "Ruff looks at nothing but tests/*.py"),
    (f'lint.select = {ASKED}\nexclude = ["main.py", "gen.py"]\n', "Ruff leaves product code out: main.py, gen.py"),
    ("", "Ruff does not look for B, E, I, S, UP, W"),
    ('[tool.ruff.lint]\nselect = ["ALL"]\nignore = ["S", "D"]\n', "Ruff ignores all of S"),
    ('[tool.ruff.lint]\nselect = ["ALL"]\nextend-ignore = ["S"]\n', "Ruff ignores all of S"),
    ('[tool.ruff.lint]\nselect = ["E4", "F", "B", "I", "S", "UP", "W"]\n', "Ruff does not look for E"),
    (
        '[tool.ruff.lint]\nselect = ["ALL"]\n[tool.ruff.lint.per-file-ignores]\n"*" = ["S"]\n',
        "Ruff ignores S in product",
    ),
    (
        '[tool.ruff.lint]\nselect = ["ALL"]\n[tool.ruff.lint.per-file-ignores]\n"!tests/**" = ["B", "D"]\n',
        "Ruff ignores B in product code, !tests/**",
    ),
    (
        '[tool.ruff.lint]\nselect = ["ALL"]\n[tool.ruff.lint.extend-per-file-ignores]\n"app/main.py" = ["ALL"]\n',
        "Ruff ignores everything in product code, app/main.py",
    ),
]
APP = {"app/main.py": "", "app/gen.py": "", "tests/test_main.py": ""}


@pytest.mark.parametrize("text", FINE_RUFF)
def test_ruff_as_it_is_asked_for(text):
    assert found(repository({**APP, "pyproject.toml": RUFF + text}), "LG-02") == []


@pytest.mark.parametrize(("text", "said"), LOW_RUFF)
def test_ruff_below_its_floor(text, said):
    [(path, _, message)] = found(repository({**APP, "pyproject.toml": RUFF + text}), "LG-02")
    assert path == "pyproject.toml"
    assert message.startswith(said)


def test_a_folder_of_the_product_may_not_lower_the_floor_either():
    files = {**APP, "pyproject.toml": RUFF + FINE_RUFF[0], "app/ruff.toml": 'lint.select = ["E"]\n'}
    assert [one[0] for one in found(repository(files), "LG-02")] == ["app/ruff.toml"]
    files["app/ruff.toml"] = 'extend = "../pyproject.toml"\nline-length = 90\n'
    assert found(repository(files), "LG-02") == []


STRICT = f'[project]\nname = "x"\n[tool.ruff]\nlint.select = {ASKED}\n'
TYPES = [
    ("", {}, "neither mypy nor Pyright is set to strict"),
    ("[tool.mypy]\n", {}, "mypy is not strict"),
    ("[tool.mypy]\nstrict = true\n", {}, None),
    ("[tool.mypy]\nstrict = true\ndisallow_untyped_defs = false\n", {}, "mypy's disallow_untyped_defs is off"),
    ('[tool.mypy]\nstrict = true\n[[tool.mypy.overrides]]\nmodule = "boto.*"\nignore_errors = true\n', {}, None),
    ('[tool.mypy]\nstrict = true\n[[tool.mypy.overrides]]\nmodule = "*"\nignore_errors = true\n', {}, "in *"),
    ("[tool.mypy]\nstrict = true\n", {"mypy.ini": "[mypy]\nstrict = false\n"}, "mypy is not strict"),
    ("", {"setup.cfg": "[mypy]\nstrict = True\n"}, None),
    (
        "",
        {"mypy.ini": "[mypy]\nstrict = True\n[mypy-app.*]\nignore_errors = True\n"},
        "mypy ignores all errors in app.*",
    ),
    ('[tool.pyright]\ntypeCheckingMode = "strict"\n', {}, None),
    ('[tool.pyright]\ntypeCheckingMode = "basic"\n', {}, "neither mypy nor Pyright"),
    ("", {"pyrightconfig.json": '{\n // all\n "strict": ["**"]\n}'}, None),
]


@pytest.mark.parametrize(("text", "files", "said"), TYPES)
def test_types(text, files, said):
    messages = [one[2] for one in found(repository({**APP, "pyproject.toml": STRICT + text, **files}), "LG-02")]
    assert len(messages) == (0 if said is None else 1), messages
    assert said is None or said in messages[0]


MYPY_EXCLUDES = [
    ("'^app/'", "mypy leaves product code out: ^app/"),
    ("'(?x)( /gen\\.py$ | (main|other)\\.py$ )'", "mypy leaves product code out"),
    ("['^docs/', 'gen\\.py$']", None),
    ("'^build/|^ap$'", None),
    ("['app/gen', 'app/[a-f]', 'app/[h-z_]']", "mypy leaves product code out"),
    ("[]\nfiles = ['tests']", "mypy looks at nothing but tests"),
    ("[]\nfiles = ['app/main.py', 'tests']", None),
    ("[]\nfiles = 'app, tests'", None),
    ("[]\nfiles = ['$MYPY_CONFIG_FILE_DIR/app', '.']", None),
    ("[]\npackages = ['app']", None),
    ("[]\npackages = ['app.new']", "mypy looks at nothing but app.new"),
]


@pytest.mark.parametrize(("text", "said"), MYPY_EXCLUDES)
def test_what_mypy_leaves_out(text, said):
    toml = RUFF.replace("strict = true", f"strict = true\nexclude = {text}") + FINE_RUFF[0]
    messages = [one[2] for one in found(repository({**APP, "pyproject.toml": toml}), "LG-02")]
    assert len(messages) == (0 if said is None else 1), messages
    assert said is None or said in messages[0]


def test_more_patterns_than_people_write_are_no_pass():
    toml = f"{RUFF}{FINE_RUFF[0]}exclude = {[f'a{n}' for n in range(600)]}\n"
    assert repository({**APP, "pyproject.toml": toml}).verdict("LG-02").state == "unknown"


TSCONFIG = [
    ('{"compilerOptions": {"strict": true}}', {}, None),
    ('{"extends": "./base.json"}', {"base.json": '{"compilerOptions": {"strict": true}}'}, None),
    ('{"extends": "./base"}', {"base.json": '{"compilerOptions": {"strict": false}}'}, "strict is off"),
    ('{"extends": "@tsconfig/strictest/tsconfig.json"}', {}, None),
    ('{"extends": "@tsconfig/node24", "compilerOptions": {"noImplicitAny": false}}', {}, "noImplicitAny is off"),
    ('{"compilerOptions": {"target": "es2024"}}', {}, "TypeScript is not strict"),
    (
        '{"files": [], "references": [{"path": "./tsconfig.app.json"}]}',
        {"tsconfig.app.json": '{"compilerOptions": {"strict": true}}'},
        None,
    ),
    (
        '{"files": [], "references": [{"path": "./app"}, {"path": "./gone"}, {"path": "."}]}',
        {"app/tsconfig.json": "{}"},
        "TypeScript is not strict",
    ),
    ('{"extends": "./tsconfig.json"}', {}, "TypeScript is not strict"),
]


@pytest.mark.parametrize(("text", "files", "said"), TSCONFIG)
def test_tsconfig(text, files, said):
    messages = [one[2] for one in found(repository({**TYPESCRIPT, "tsconfig.json": text, **files}), "LG-02")]
    assert len(messages) == (0 if said is None else 1), messages
    assert said is None or said in messages[0]


def test_typescript_has_a_linter_that_is_on():
    files = {path: text for path, text in TYPESCRIPT.items() if path != "biome.json"}
    assert [one[2] for one in found(repository(files), "LG-02")] == [
        "no linter is set up: neither Biome nor ESLint nor oxlint"
    ]
    assert found(repository({**files, "eslint.config.js": ""}), "LG-02") == []
    off = {**files, "biome.json": '{"linter": {"enabled": false}}'}
    assert found(repository(off), "LG-02") == [("biome.json", 1, "Biome's linter is off")]


GOLANGCI = [
    ('version: "2"\n', None),
    ('version: "2"\nlinters: {default: all}\n', None),
    ('version: "2"\nlinters: {default: none, enable: [govet]}\n', "errcheck, ineffassign, staticcheck, unused"),
    ("linters:\n  disable-all: true\n  enable: [errcheck, govet, ineffassign, staticcheck, unused]\n", None),
    ("linters:\n  disable:\n    - errcheck\n", "does not run errcheck"),
]


@pytest.mark.parametrize(("text", "said"), GOLANGCI)
def test_golangci(text, said):
    messages = [one[2] for one in found(repository({**GO, ".golangci.yml": text}), "LG-02")]
    assert len(messages) == (0 if said is None else 1), messages
    assert said is None or said in messages[0]


def test_go_without_a_linter():
    files = {path: text for path, text in GO.items() if path != ".golangci.yml"}
    assert found(repository(files), "LG-02") == [("go.mod", None, "golangci-lint is not set up here")]


WHOLE = [
    ("a.py", '# mypy: ignore-errors\n"""A."""\n'),
    ("a.py", "#!/usr/bin/env python\n\n# type: ignore\nimport x\n"),
    ("a.py", "x = 1\n# ruff: noqa\n"),
    ("a.py", "#flake8: noqa\n"),
    ("a.py", "# pylint: skip-file\n"),
    ("a.ts", "// @ts-nocheck\n"),
    ("a.ts", "/* eslint-disable */\nx();\n"),
    ("a.js", "/* biome-ignore-all */\n"),
]
NOT_WHOLE = [
    ("a.py", '"""# ruff: noqa"""\n'),
    ("a.py", "# ruff: noqa: E501 the lines are data\n"),
    ("a.py", '"""A."""\nimport x\n# type: ignore[x]\n'),
    ("a.py", "# @generated by protoc: DO NOT EDIT\n# mypy: ignore-errors\n"),
    ("a.ts", 'const s = "/* eslint-disable */";\n'),
    ("a.ts", "/* eslint-disable no-console */\n"),
    ("a.ts", "/** eslint-disabled? no */\n"),
    ("vendor/a.ts", "// @ts-nocheck\n"),
]


@pytest.mark.parametrize(("path", "text"), WHOLE)
def test_a_file_that_takes_itself_out(path, text):
    [(at, _, message)] = found(stamped().add(path, text), "LG-02")
    assert at == path
    assert message.endswith("takes the whole file out")


@pytest.mark.parametrize(("path", "text"), NOT_WHOLE)
def test_a_file_that_does_not(path, text):
    assert found(stamped().add(path, text), "LG-02") == []


PYTEST = 'strict = true\nfilterwarnings = ["error", "ignore::UserWarning"]\n'
COVER = {
    "pyproject.toml": f"[tool.pytest]\n{PYTEST}[tool.coverage]\nreport.fail_under = 95\n",
    "ini_options": '[tool.pytest.ini_options]\naddopts = "--strict-markers -W error --cov-fail-under=90"\n',
}
FLOORS = [
    ({"pyproject.toml": COVER["pyproject.toml"]}, None),
    ({"pyproject.toml": COVER["ini_options"]}, None),
    ({"pyproject.toml": COVER["ini_options"].replace("90", "9")}, "as little as 9 %"),
    ({"pyproject.toml": f"[tool.pytest]\n{PYTEST}", ".coveragerc": "[report]\nfail_under = 100\n"}, None),
    (
        {
            "pyproject.toml": f"[tool.pytest]\n{PYTEST}",
            "tox.ini": "[testenv]\ncommands = coverage report --fail-under 80\n",
        },
        "80",
    ),
    ({"pyproject.toml": f"[tool.pytest]\n{PYTEST}", "scripts/test": "pytest --cov-fail-under 92.5\n"}, None),
    ({"pyproject.toml": f"[tool.pytest]\n{PYTEST}", "Makefile": "test:\n\t# --cov-fail-under=90\n"}, "nothing fails"),
    ({"pyproject.toml": COVER["pyproject.toml"].replace("strict = true\n", "")}, "misspelt marker"),
    ({"pyproject.toml": "[tool.coverage]\nreport.fail_under = 95\n"}, "pytest is not set up here"),
    (
        {"pyproject.toml": "[tool.coverage]\nreport.fail_under = 95\n", "setup.cfg": "[tool:pytest]\nstrict = true\n"},
        "pytest lets warnings pass",
    ),
    ({"pyproject.toml": COVER["pyproject.toml"] + 'run.omit = ["*"]\n'}, "coverage leaves product code out: *"),
    ({"pyproject.toml": COVER["pyproject.toml"] + 'run.omit = ["app/gen.py"]\n'}, None),
    (
        {"pyproject.toml": COVER["pyproject.toml"] + 'run.omit = ["app/gen.py", "app/main.py"]\n'},
        "app/gen.py, app/main.py",
    ),
    (
        {"pyproject.toml": COVER["pyproject.toml"] + 'report.include = ["app/new/*"]\n'},
        "measures nothing but app/new/*",
    ),
    ({"pyproject.toml": COVER["pyproject.toml"] + 'report.include = ["app/*"]\n'}, None),
    *(
        ({"pyproject.toml": COVER["pyproject.toml"] + f"run.{setting}\n"}, said)
        for setting, said in (
            ('source = ["app.new"]', "measures nothing but app.new"),
            ('source_pkgs = ["app.new"]', "measures nothing but app.new"),
            ('source = ["./app/new"]', "measures nothing but ./app/new"),
            ('source = ["app"]', None),
            ('source = ["."]', None),
        )
    ),
    ({"pyproject.toml": COVER["pyproject.toml"], "tests/test_main.py": None}, "there are no tests of the Python code"),
    *(
        ({"pyproject.toml": COVER["pyproject.toml"].replace("strict", f"{setting}\nstrict")}, said)
        for setting, said in (
            ('testpaths = ["tests/new"]', "nowhere but in tests/new"),
            ('testpaths = ["tests"]', None),
            ('norecursedirs = ["tests"]', "leaves tests out: tests"),
            ('norecursedirs = ["build", ".*"]', None),
            ('python_files = ["check_*.py"]', "nothing for tests but check_*.py"),
            ('python_files = "test_*.py  check_*.py"', None),
            ('python_functions = ["check"]', "no function for a test but check"),
            ('python_functions = ["test", "it_*"]', None),
            ('python_classes = ["Check*"]', "no class for tests but Check*"),
        )
    ),
]


@pytest.mark.parametrize(("files", "said"), FLOORS, ids=range(len(FLOORS)))
def test_floors_of_python_tests(files, said):
    kept = {path: text for path, text in {**APP, **files}.items() if text is not None}
    messages = [one[2] for one in found(repository(kept), "LG-03")]
    assert len(messages) == (0 if said is None else 1), messages
    assert said is None or said in messages[0]


VITEST = [
    ("vitest.config.ts", "export default { test: { coverage: { thresholds: { lines: 90 } } } }", None),
    ("vitest.config.ts", "export default { test: { coverage: { thresholds: { 100: true } } } }", None),
    ("vitest.config.ts", "export default { test: { coverage: { thresholds: { branches: 99, lines: 12 } } } }", "12 %"),
    ("vitest.config.ts", "export default { test: { coverage: { /* thresholds: { lines: 90 } */ } } }", "nothing fails"),
    ("jest.config.js", "module.exports = { coverageThreshold: { global: { lines: 85 } } }", "85 %"),
    ("package.json", '{"jest": {"coverageThreshold": {"global": {"statements": 91}}}}', None),
    ("package.json", '{"scripts": {"test": "node --test --test-coverage-lines=70"}}', "70 %"),
]


@pytest.mark.parametrize(("path", "text", "said"), VITEST)
def test_floors_of_typescript_tests(path, text, said):
    files = {name: text for name, text in TYPESCRIPT.items() if name != "vitest.config.ts"}
    messages = [one[2] for one in found(repository({**files, path: text}), "LG-03")]
    assert len(messages) == (0 if said is None else 1), messages
    assert said is None or said in messages[0]


def test_an_older_manifest_does_not_take_the_floors_away():
    messages = [one[2] for one in found(repository({**APP, "setup.py": ""}), "LG-02")]
    assert messages == ["Ruff is not set up here", "neither mypy nor Pyright is set to strict"]


def test_where_there_is_no_code_there_are_no_floors():
    for rule in ("LG-02", "LG-03"):
        assert repository({"README.md": ""}).verdict(rule).state == "not_applicable"


SUPPRESSED = [
    (".py", "x = 1  # noqa\n", "# noqa names no rule, so it hides all of them"),
    (".py", "x = 1  #NOQA because of the line\n", "# noqa names no rule, so it hides all of them"),
    (".py", "x = y  # type: ignore\n", "# type: ignore names no rule, so it hides all of them"),
    (".py", "x = y  # type: ignore[attr-defined]\n", None),
    (".py", "x = y  # pyright: ignore\n", "# pyright: ignore names no rule, so it hides all of them"),
    (".py", "x = 1  # noqa: E501, T201\n", None),
    (".py", "x = 1  # noqa: B006\n", None),
    (".py", "x = 1  # noqa: E501,S603\n", "# noqa of S603 gives no reason"),
    (".py", "x = 1  # noqa: S603 - our own command\n", None),
    (".py", "# the command is our own\nx = 1  # noqa: S603\n", None),
    (".py", "# the command is our own\n\nx = 1  # noqa: S603\n", "# noqa of S603 gives no reason"),
    (".py", "x = 1  # noqa: S603 # ours\n", "# noqa of S603 gives no reason"),
    (".py", "x = 1  # nosec\n", "# nosec names no rule, so it hides all of them"),
    (".py", "x = 1  # nosec B602\n", "# nosec of B602 gives no reason"),
    (".py", "x = 1  # nosec B602: the shell is needed\n", None),
    (".py", "x = 1  # pylint: disable=all\n", "# pylint: disable names no rule, so it hides all of them"),
    (".py", "x = 1  # pylint: disable=unused-import\n", None),
    (".py", 's = "# noqa"\nt = """\n# noqa\n"""\nu = f\'# type: ignore\'\n', None),
    (".py", "# Do not write noqa here, nor type: ignore\n", None),
    (".py", "x = '\n# noqa: S603\n", "# noqa of S603 gives no reason"),  # it is no Python, and a comment all the same
    (".ts", "// eslint-disable-next-line\n", "eslint-disable-line names no rule, so it hides all of them"),
    (".ts", "x(); // eslint-disable-line no-console\n", None),
    (".ts", "/* eslint-disable-next-line security/detect-eval -- it is ours alone */\n", None),
    (
        ".ts",
        "/* eslint-disable-next-line security/detect-eval */\n",
        "eslint-disable-line of security/detect-eval gives",
    ),
    (".ts", "// @ts-ignore\n", "@ts-ignore gives no reason"),
    (".ts", "// @ts-expect-error their types are wrong\n", None),
    (".ts", "// biome-ignore lint/suspicious/noExplicitAny: theirs\n", None),
    (
        ".ts",
        "// biome-ignore lint/security/noGlobalEval: <explanation>\n",
        "biome-ignore of lint/security/noGlobalEval",
    ),
    (".ts", "// biome-ignore: later\n", "biome-ignore names no rule, so it hides all of them"),
    (".ts", "const s = '// @ts-ignore';\nconst t = `\n// @ts-ignore\n`;\n", None),
    (".go", "x() //nolint\n", "//nolint names no rule, so it hides all of them"),
    (".go", "x() //nolint:all // it is fine here\n", "//nolint names no rule, so it hides all of them"),
    (".go", "x() //nolint:errcheck\n", None),
    (".go", "x() //nolint:gosec\n", "//nolint of gosec gives no reason"),
    (".go", "x() // #nosec G104 -- closing twice is harmless\n", None),
    (".go", "var s = `//nolint`\n", None),
    (".java", '@SuppressWarnings("unchecked")\nclass A {}\n', None),
    (".java", '@SuppressWarnings({"all", "unchecked"})\nclass A {}\n', "@SuppressWarnings names no rule"),
    (".java", 'String s = "@SuppressWarnings(\\"all\\")";\n', None),
    (".java", "x(); // NOSONAR\n", "NOSONAR gives no reason"),
]


@pytest.mark.parametrize(("ending", "text", "said"), SUPPRESSED)
def test_suppressions(ending, text, said):
    messages = [one[2] for one in found(repository({f"app/a{ending}": text}), "LG-04")]
    assert len(messages) == (0 if said is None else 1), messages
    assert said is None or said in messages[0]


def test_a_blueprint_may_ask_for_more_reasons_and_tests_need_none():
    service = repository({"app/a.py": "x = 1  # noqa: E501\n", "tests/test_a.py": "x = 1  # noqa: S603\n"})
    assert found(service, "LG-04") == []
    assert found(service, "LG-04", reasons=["*"]) == [("app/a.py", 1, "# noqa of E501 gives no reason")]
    assert found(service, "LG-04", without_reasons=[]) == [("tests/test_a.py", 1, "# noqa of S603 gives no reason")]


@pytest.mark.parametrize("ending", [".py", ".ts", ".java"])
@pytest.mark.parametrize(
    "piece", [b"#noqa\n", b'"""', b"'\\", b"# noqa: E1,", b"/* eslint-disable ", b"//@ts-ignore\n", b"`"]
)
def test_what_strangers_send_is_read_once(ending, piece):
    suppressions(piece * 5_000 + b"noqa", ending)


@pytest.mark.parametrize(
    ("path", "line", "says"),
    [
        ("a.yml", "a: 1 # zizmor: ignore[unpinned-uses]", "# zizmor: ignore of unpinned-uses gives no reason"),
        ("a.yml", "a: 1 # zizmor: ignore[unpinned-uses] the action is our own", ""),
        ("a.yml", "a: '# zizmor: ignore'", ""),
        ("x.sh", "# shellcheck disable=all", "# shellcheck disable names no rule"),
        ("x.sh", "# shellcheck disable=SC2086", ""),
        ("Dockerfile", "# hadolint ignore=DL3008", ""),
        ("Dockerfile", "# hadolint ignore", "# hadolint ignore names no rule"),
        ("k8s/a.yaml", "# checkov:skip=CKV_K8S_8", "# checkov:skip of CKV_K8S_8 gives no reason"),
        ("a.py", "@no_type_check\ndef f(): ...", "@no_type_check names no rule"),
        ("a.py", "x = 1\n# ruff: disable[F401, S]", "# ruff: disable of F401, S gives no reason"),
        ("a.py", "# ruff: disable[E501]\nx = 1\n# ruff: enable[E501]", ""),
        ("a.py", '# mypy: disable-error-code="arg-type"', "# mypy: disable-error-code of arg-type gives no reason"),
        ("a.py", '# mypy: disable-error-code="arg-type" the stubs of boltons are wrong', ""),
    ],
)  # fmt: skip
def test_who_else_is_told_to_look_away(path, line, says):
    messages = [one[2] for one in found(repository({path: f"{line}\n"}), "LG-04")]
    assert len(messages) == bool(says), messages
    assert "".join(messages).startswith(says)
