"""The project keeps what its rules ask of others: licence, security, continuous integration, releases."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scaffold.formats import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def read(workflow):
    return yaml.load(workflow.read_bytes(), workflow.name).data


def test_the_auditor_finds_nothing():
    zizmor = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [zizmor, "--offline", "--persona=auditor", "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout + done.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_commits(workflow):
    taken = re.findall(r"uses: (.*)", workflow.read_text())
    assert taken
    assert not [line for line in taken if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v[\d.]+", line)]


def test_every_python_that_the_package_names_is_tested():
    named = re.findall(r"Python :: (3\.\d+)$", "\n".join(PROJECT["classifiers"]), re.MULTILINE)
    matrix = read(ROOT / ".github/workflows/test.yml")["jobs"]["gates"]["strategy"]["matrix"]["python"]
    assert matrix == named
    assert PROJECT["requires-python"] == f">={named[0]}"


def test_a_release_is_built_by_every_gate_and_published_without_a_token():
    jobs = read(ROOT / ".github/workflows/release.yml")["jobs"]
    assert any(step.get("run") == ".ci/run" for step in jobs["build"]["steps"])
    assert jobs["publish"]["permissions"] == {"id-token": "write", "attestations": "write"}
    assert not any(re.search(r"secrets\.|password", path.read_text()) for path in WORKFLOWS)


def test_the_licence_is_the_one_that_the_package_names():
    text = (ROOT / "LICENSE").read_text()
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert PROJECT["license-files"] == ["LICENSE"]
