"""What is run: the commands of scripts, of makefiles and images, and those that CI comes to by way of others."""

import pytest

from scaffold.guard.look import Look
from scaffold.guard.readers.dockerfile import instructions
from scaffold.guard.readers.makefile import Makefile
from scaffold.guard.readers.run_by_ci import run_by_ci
from scaffold.guard.readers.shell import commands
from tests.guard.alone import found
from tests.guard.service import Service, stamped
from tests.guard.trees import CI, PYTHON

PIPED = "curl https://x.test/i"


@pytest.mark.parametrize(
    ("script", "programs"),
    [
        ("a <<< $b\nc", ["a", "c"]),
        ("a <<<b\nc", ["a", "c"]),
        ("a <<< 'b c' d\ne", ["a", "e"]),
        ("x=$((1 << 2))\na", ["a"]),
        ("a $((1<<n)) b\nc", ["a", "c"]),
        ("(( n = 1 << b ))\na", ["((", "a"]),
        ("if (( (1 << n) > 2 )); then a; fi", ["((", "a", "fi"]),
        ("((a; b) | c)", ["a", "b", "c"]),
        ("bash <<'EOF'\na\nb\nEOF\nc", ["bash", "a", "b", "c"]),
        ("sh -s -- x <<EOF\na\nEOF\nc", ["sh", "a", "c"]),
        ("bash -x <<-A\n\ta\n\tA\nc", ["bash", "a", "c"]),
        ("bash x.sh <<EOF\nnot me\nEOF\nc", ["bash", "c"]),
        ("cat <<EOF | sh\na\nEOF\nc", ["cat", "sh", "a", "c"]),
        ("cat <<A; cat <<B\nnot\nA\nme\nB\nc", ["cat", "cat", "c"]),
        ("cat <<'END-OF-IT'\nnot me\nEND-OF-IT\nc", ["cat", "c"]),
        ("bash <<< 'a; b'\nc", ["bash", "a", "b", "c"]),
        ("bash -euxc 'a; b'", ["bash", "a", "b"]),
        ("timeout -k 5 60 a; nice -n 5 b; sudo -u me c; nohup d; stdbuf -o L e; xargs -n 1 f", list("abcdef")),
        ("sudo timeout 5 env A=b bash -c a", ["bash", "a"]),
        ("bash <<A\n" * 9, ["bash"] * 6),
    ],
)
def test_the_commands_of_a_script(script, programs):
    assert [command.program.partition(" ")[0] for command in commands(script)] == programs


def test_a_script_within_a_script_knows_its_line():
    assert [(one.program, one.line) for one in commands("x\nbash <<'EOF'\n\na\nEOF\nb")] == [
        ("x", 0), ("bash", 1), ("a", 3), ("b", 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "pipe",
    [
        f"{PIPED} | (sh)", f"{PIPED} | timeout 60 bash", f"{PIPED} | env A=b sh", f"{PIPED} | tee f | sh",
        f"{PIPED} |\n  sudo -u me bash -s -- -y", f"{PIPED} | {{ sh; }}", f"bash <<'EOF'\n{PIPED} | sh\nEOF",
        f"echo $((1 << 2))\n{PIPED} | sh", f"grep -q x <<< $A\n{PIPED} | sh", f"({PIPED}) | sh",
    ],
)  # fmt: skip
def test_what_is_piped_into_a_shell(pipe):
    (message,) = found("SC-05", {"scripts/a.sh": f"#!/bin/sh\n{pipe}\n"})
    assert "curl" in message


@pytest.mark.parametrize("pipe", [f"{PIPED} | (jq .)", f"{PIPED} | tee f", f"cat <<EOF\n{PIPED} | sh\nEOF"])
def test_what_is_piped_into_none(pipe):
    assert found("SC-05", {"scripts/a.sh": f"#!/bin/sh\n{pipe}\n"}) == []


# Makefiles.


def test_what_a_makefile_is_asked_to_do():
    make = Makefile(
        "V := 1\nRUN ?= uv run $(X)\nX = --locked\n.PHONY: a b\na b: c \\\n  d | $(DIR) # e\n\t@$(RUN) f\n\t-g $(UV) $$h\n"
        "c d: ; i\nj:\n\t$(MAKE) -C sub -j4 k V=1\nk:\n.DEFAULT_GOAL := j\ndefine l\n\tm\nendef\nn := o: p\n"
    )
    assert make.goal == "j"
    assert (make.line("a"), make.line("d"), make.line("nothing")) == (5, 9, 0)
    assert make.reached("b") == {"b", "c", "d"}
    assert make.reached("j") == {"j", "k"}
    assert [(one.words, one.line, one.tolerated) for one in make.commands("a")] == [
        (("uv", "run", "--locked", "f"), 7, False), (("g", "$(UV)", "$h"), 8, True),
    ]  # fmt: skip
    assert [one.words for one in make.commands("c")] == [("i",)]


# Images.


def test_the_instructions_of_an_image():
    text = 'FROM a\nrun --mount=type=x \\\n  # why\n  b && \\\n  c\nRUN <<EOF\nd\ne\nEOF\nRUN f $((1<<g)) <<H\nnot me\nH\nCOPY <<I /j\nnot me\nI\nRUN ["k", "l"]\nUSER m'
    run = [one for one in instructions(text) if one.script]
    seen = [(command.program, one.line + command.line) for one in run for command in commands(one.script)]
    assert seen == [("b", 4), ("c", 5), ("d", 7), ("e", 8), ("f", 10), ("k", 16)]
    assert [one.word for one in instructions(text)] == ["FROM", "RUN", "RUN", "RUN", "COPY", "RUN", "USER"]


@pytest.mark.parametrize(
    "path", ["Dockerfile.prod", "web.dockerfile", "web.Dockerfile", "Containerfile", "a/Containerfile.dev"]
)
def test_an_image_by_any_name(path):
    image = {path: "FROM docker.io/library/python:3.9-slim AS a\nRUN pip install x\n", "a.py": ""}
    assert len(found("SC-05", image)) == 1
    assert any(f"{path}:1 python 3.9" in one for one in found("LG-01", image, languages={"python": ">=3.12"}))
    assert any("docker" in one for one in found("SC-02", image))
    assert any(one.startswith(path) for one in found("SC-08", image))


def test_a_base_that_an_argument_names():
    image = {"Dockerfile": "ARG V=3.9\nFROM python:${V}\n", "a.py": ""}
    assert len(found("LG-01", image, languages={"python": ">=3.12"})) == 1


def test_arguments_that_name_each_other_come_to_nothing():
    image = {"Dockerfile": "ARG A=$B$B$B$B$B$B$B$B$B\nARG B=$A$A$A$A$A$A$A$A$A\nFROM $A\nUSER 1\n"}
    assert [one for one in found("SC-08", image) if "the rule itself" in one] == []


# What CI comes to.


def ran(files: dict[str, str]) -> set[str]:
    service = Service(
        {".scaffold/lock.json": stamped().files[".scaffold/lock.json"], **{k: v.encode() for k, v in files.items()}}, {}
    )
    return {" ".join(one.words) for one in run_by_ci(Look(service.snapshot, service.lock, {}))}


BY = {
    "make": {"Makefile": "check: a\na:\n\tgate x\n"},
    "make by a variable": {"Makefile": "RUN = uv run\ncheck:\n\t$(MAKE) a\na:\n\t$(RUN) gate x\n"},
    "the first target": {".github/workflows/ci.yml": CI.replace("make check", "make"), "Makefile": ".PHONY: a\na:\n\tgate x\n"},
    "a script of npm": {"Makefile": "check:\n\tnpm test\n", "package.json": '{"scripts": {"pretest": "npx gate x"}}'},
    "scripts of npm by pattern": {"Makefile": "check:\n\tnpx run-p 'lint:*'\n", "package.json": '{"scripts": {"lint:a": "gate x"}}'},
    "poe": {"Makefile": "check:\n\tuv run poe all\n", "pyproject.toml": '[tool.poe.tasks]\nall = ["a"]\na = "gate x"\n'},
    "tox": {"Makefile": "check:\n\ttox\n", "tox.ini": "[testenv]\ncommands =\n    gate x\n"},
    "nox": {"Makefile": "check:\n\tuvx nox\n", "noxfile.py": 'def a(session):\n    session.run("gate", "x")\n'},
    "a hook": {"Makefile": "check:\n\tpre-commit run -a\n", ".pre-commit-config.yaml": "repos:\n- hooks:\n  - id: a\n    entry: gate x\n"},
    "just": {"Makefile": "check:\n\tjust\n", "justfile": "a:\n    @{{ run }} gate x\n"},
    "a script that runs others": {"Makefile": "check:\n\t./uv.sh gate x\n"},
    "a script": {"Makefile": "check:\n\tbash scripts/a.sh\n", "scripts/a.sh": "#!/bin/sh\ngate x\n"},
    "another forge's CI": {".github/workflows/ci.yml": "", ".gitlab-ci.yml": "a:\n  script:\n    - gate x\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", BY.values(), ids=BY)
def test_ci_comes_to_it_by(files):
    given = {name: text for name, text in ({".github/workflows/ci.yml": CI} | files).items() if text}
    assert ran(given) & {"gate x", "uv run gate x", "npx gate x", "uv.sh gate x"}


ARCHITECTURE = {
    ".github/workflows/ci.yml": CI,
    "pyproject.toml": "[project]\nname='shop'\n[tool.importlinter]\nroot_package='shop'\n[[tool.importlinter.contracts]]\n"
    "name='a'\ntype='layers'\nlayers=['shop.main','shop.adapters','shop.application','shop.domain']\n",
    "tests/test_arch.py": "def test_a():\n    canary = run('lint-imports')\n",
    **PYTHON,
}


@pytest.mark.parametrize(
    "recipe",
    [
        "lint-imports", "uv run lint-imports", "poetry run -- lint-imports --verbose", "python -m importlinter",
        "uvx --from import-linter==2.5 lint-imports", "bash -c 'lint-imports'", "@cd . && lint-imports",
    ],
)  # fmt: skip
def test_the_gate_is_run(recipe):
    assert found("AR-01", {**ARCHITECTURE, "Makefile": f"check:\n\t{recipe}\n"}) == []


@pytest.mark.parametrize(
    "recipe",
    [
        "echo lint-imports", "@echo 'run lint-imports'", "# lint-imports", "uv add import-linter", "-lint-imports",
        "pip install import-linter", "lint-imports || true", "grep lint-imports Makefile", "uv tool install import-linter",
        "cat <<EOF; lint-imports-not",
    ],
)  # fmt: skip
def test_the_gate_is_only_spoken_of(recipe):
    (message,) = found("AR-01", {**ARCHITECTURE, "Makefile": f"check:\n\t{recipe}\n"})
    assert "nothing that CI runs calls import-linter" in message


@pytest.mark.parametrize(("recipe", "fails"), [("uv run ruff check .", 0), ("echo ruff check .", 1)])
def test_the_linter_that_knows_weaknesses_is_run(recipe, fails):
    makefile = stamped().files["Makefile"].decode().replace("$(RUN) ruff check $(if $(FIX),--fix) .", recipe)
    verdict = stamped().add("Makefile", makefile).verdict("SP-07")
    assert len(verdict.findings) == fails


def test_an_audit_that_is_only_fetched():
    manifest = {"go.mod": "module a.test/x\nrequire a.test/b v1.0.0\n"}
    ci = CI.replace("on: [push]", "on: [pull_request]")
    for run, fails in (
        ("go run golang.org/x/vuln/cmd/govulncheck@v1.1.4 ./...", 0),
        ("go install golang.org/x/vuln/cmd/govulncheck@v1.1.4", 1),
    ):
        workflow = {".github/workflows/ci.yml": ci.replace("make check", run)}
        assert len(found("SC-03", {**manifest, **workflow})) == fails


# What is known comes first.


def test_owners_are_looked_at_although_nobody_knows_the_platform():
    owners = {".github/CODEOWNERS": "* team\n/a\n", "a": "", "b": ""}
    messages = found("OW-01", owners, platform="")
    assert any("team is no owner" in one for one in messages)
    assert any("nobody owns a" in one for one in messages)


def test_other_languages_are_looked_at_although_one_range_is_none():
    files = {"a.py": "", "b.go": "", "go.mod": "module a\ngo 1.20\n", "c.rb": ""}
    messages = found("LG-01", files, languages={"python": "what", "go": ">=1.24"})
    assert [one.startswith("unknown") for one in sorted(messages, key=lambda one: "what" in one)] == [
        False,
        False,
        True,
    ]


def test_actions_are_looked_at_although_the_pins_are_none():
    workflow = {".github/workflows/ci.yml": CI.replace("run: make check", "uses: a/b@v1")}
    assert len(found("CI-02", workflow, pins={"a/b": {"sha": "v1"}})) == 2


@pytest.mark.parametrize(
    ("path", "text"),
    [("package.json", '{"dependencies": {"a": "1"}}'), ("pyproject.toml", "[project]\ndependencies = ['a']\n"), ("Cargo.toml", "[dependencies]\na = '1'\n")],
)  # fmt: skip
def test_a_mark_of_the_byte_order_is_no_mistake(path, text):
    assert found("SC-01", {path: f"\ufeff{text}"}) == found("SC-01", {path: text}) != []


def test_a_workflow_with_a_mark_of_the_byte_order():
    assert found("CI-01", {".github/workflows/ci.yml": f"\ufeff{CI}"}) == found(
        "CI-01", {".github/workflows/ci.yml": CI}
    )


@pytest.mark.parametrize(
    ("files", "fails"),
    [
        ({"pyproject.toml": "[dependency-groups]\ndev = ['zizmor==1.32.0']\n"}, 1),
        ({"Makefile": "check:\n\techo zizmor\n"}, 1),
        ({"Makefile": "check:\n\tuv tool install zizmor\n"}, 1),
        ({"Makefile": "Z := uvx zizmor==1.32.0\ncheck:\n\t$(Z) .\n"}, 0),
        ({".pre-commit-config.yaml": "repos:\n- repo: https://x.test/zizmor-pre-commit\n"}, 0),
    ],
)
def test_the_lint_of_ci_is_run_and_not_only_at_hand(files, fails):
    assert len(found("CI-10", {".github/workflows/ci.yml": CI, **files})) == fails


@pytest.mark.parametrize(
    ("renovate", "fails"),
    [("{\n  enabled: false,\n}", 1), ('{"enabled":false}', 1), ("{\n  npm: {\n    enabled: false,\n  },\n}", 0)],
)
def test_an_updater_is_off_where_all_of_it_is(renovate, fails):
    files = {"renovate.json5": renovate, "package.json": '{"dependencies": {"a": "1"}}'}
    assert len([one for one in found("SC-02", files) if "switched off" in one]) == fails
