"""The commit hook: what is about to be committed is checked, and nothing else, by git alone and by pre-commit."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import scaffold as api
from tests.guard.service import ANSWERS
from tests.scenarios.world import git

ROOT = Path(__file__).parents[2]


@pytest.fixture
def service(tmp_path):
    root = tmp_path / "orders"
    api.new("python-http-service", root, data=ANSWERS)
    return root


def commit(service, *words, **environment):
    command = ["git", "commit", "--quiet", "--message=work", *words]
    return subprocess.run(command, cwd=service, capture_output=True, text=True, check=False, **environment)


@pytest.fixture
def hooked(service):
    (hook := service / ".git/hooks/pre-commit").parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {sys.executable} -m scaffold check --staged\n")
    hook.chmod(0o755)
    return service


def test_a_commit_that_breaks_a_rule_is_refused(hooked):
    (hooked / "LICENSE").write_text("ours\n")
    git("add", "LICENSE", where=hooked)
    done = commit(hooked)
    assert done.returncode != 0
    assert "LK-01" in done.stdout + done.stderr


def test_what_is_not_staged_is_not_looked_at(hooked):
    (hooked / "LICENSE").write_text("ours\n")
    (hooked / "notes.md").write_text("notes\n")
    git("add", "notes.md", where=hooked)
    assert commit(hooked).returncode == 0


def test_a_commit_of_some_files_is_checked_as_it_will_be(hooked):
    (hooked / "LICENSE").write_text("ours\n")
    (hooked / "notes.md").write_text("notes\n")
    git("add", "LICENSE", "notes.md", where=hooked)
    assert commit(hooked, "--", "notes.md").returncode == 0, "the edit of LICENSE is staged, and not in this commit"
    (hooked / "SECURITY.md").write_text("ours\n")
    git("reset", "--quiet", where=hooked)
    refused = commit(hooked, "--", "SECURITY.md")
    assert refused.returncode != 0
    assert "SECURITY.md" in refused.stdout + refused.stderr
    assert "LICENSE" not in refused.stdout + refused.stderr


def test_the_hook_that_pre_commit_takes_is_the_one_that_is_tested_here():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["entry"] == "scaffold check --staged"
    assert (hook["language"], hook["pass_filenames"], hook["always_run"]) == ("python", False, True)


@pytest.mark.slow
@pytest.mark.toolchain
def test_pre_commit_installs_and_runs_it(service, tmp_path, toolchain_environment):
    hooks = tmp_path / "scaffold"
    shutil.copytree(
        ROOT, hooks,
        ignore=shutil.ignore_patterns(".git", ".venv", "build", "tests", "site", ".*_cache", "__pycache__", ".hypothesis"),
    )  # fmt: skip
    git("init", "--quiet", "--initial-branch=main", where=hooks)
    git("add", "--all", "--force", where=hooks)
    git("commit", "--quiet", "--message=hooks", where=hooks)
    rev = git("rev-parse", "HEAD", where=hooks).strip()
    config = service / ".pre-commit-config.yaml"
    config.write_text(
        yaml.safe_dump({"repos": [{"repo": str(hooks), "rev": rev, "hooks": [{"id": "scaffold-check"}]}]})
    )
    git("add", ".pre-commit-config.yaml", where=service)
    environment = toolchain_environment | {"PRE_COMMIT_HOME": str(tmp_path / "home")}
    command = [Path(sys.executable).with_name("pre-commit"), "run"]
    fine = subprocess.run(command, cwd=service, env=environment, capture_output=True, text=True, check=False)
    assert (fine.returncode, "Passed" in fine.stdout) == (0, True), fine.stdout + fine.stderr
    (service / "LICENSE").write_text("ours\n")
    git("add", "LICENSE", where=service)
    refused = subprocess.run(command, cwd=service, env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "LK-01" in refused.stdout
