"""A library with the default answers: its own gates, the judges, and what is built, installed where it has never been."""

import re
import subprocess

import pytest
import yaml

from tests.golden.judges import find_nothing_but_local_hooks
from tests.golden.stamping import commit_hooks_pass, make, stamped
from tests.golden.test_matrix import LIBRARY, NEVER
from tests.scenarios.world import git, scaffold

pytestmark = [pytest.mark.slow, pytest.mark.toolchain]
USES = "import durations; print(durations.write(durations.read('90m')))"


@pytest.fixture(scope="module")
def library(tmp_path_factory, toolchain_environment):
    made = stamped(tmp_path_factory.mktemp("golden") / "durations", LIBRARY, service="durations")
    make(made, toolchain_environment, "setup")
    git("add", "uv.lock", where=made)
    git("commit", "--quiet", "--message", "chore: lock", where=made)
    return made


def test_it_passes_its_own_gates_unedited_and_what_is_built_works_elsewhere(library, tmp_path, toolchain_environment):
    assert re.search(r"\d+ passed", make(library, toolchain_environment, "check"))
    assert not git("status", "--porcelain", where=library)
    assert (library / ".tools/site/reference/index.html").read_text().count("durations.read")
    (wheel,) = (library / "dist").glob("*.whl")
    subprocess.run(["uv", "venv", "--quiet", tmp_path / "venv"], env=toolchain_environment, check=True)
    python = tmp_path / "venv/bin/python"
    subprocess.run(
        ["uv", "pip", "install", "--quiet", "--no-deps", "--python", python, wheel],
        env=toolchain_environment,
        check=True,
    )
    assert subprocess.check_output([python, "-c", USES], text=True, cwd=tmp_path) == "1h 30m\n"
    assert list((tmp_path / "venv").glob("lib/*/site-packages/durations/py.typed"))


def test_its_commit_hooks_pass(library, toolchain_environment):
    commit_hooks_pass(library, toolchain_environment)


def test_every_guardrail_holds_and_all_that_a_library_has_is_looked_at(library):
    done = scaffold("check", "--format", "json", where=library)
    assert done.code == 0, done.out
    assert {one["id"] for one in done.json["rules"] if one["state"] != "pass"} <= NEVER[LIBRARY]


@pytest.mark.parametrize("answers", [{}, {"ci": "gitlab", "license": "MIT"}], ids=str)
def test_judges_find_nothing_but_hooks_that_are_local(tmp_path, toolchain_environment, monkeypatch, answers):
    library = stamped(tmp_path / "durations", LIBRARY, service="durations", **answers)
    find_nothing_but_local_hooks(library, toolchain_environment, monkeypatch, gitlab="ci" in answers)


def test_it_is_tested_on_every_python_that_it_supports_and_published_without_a_token(library):
    ci = yaml.safe_load((library / ".github/workflows/ci.yml").read_text())["jobs"]["quality"]
    assert ci["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    publish = yaml.safe_load((library / ".github/workflows/release.yml").read_text())["jobs"]["publish"]
    assert publish["environment"] == "release"
    assert publish["permissions"] == {"id-token": "write", "attestations": "write"}
    assert "secrets" not in str(publish)
    assert "password" not in str(publish)
