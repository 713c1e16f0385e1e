"""Outside judges that the tools of the tests do not bring: each made by its own language's tool, and kept in the cache."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from filelock import FileLock

from tests.scenarios.world import scaffold

GO = ("github.com/rhysd/actionlint/cmd/actionlint@v1.7.12", "github.com/zricethezav/gitleaks/v8@v8.30.1")
PYTHON = {
    "checkov": ["checkov==3.3.30"],
    "repo-review": ["repo-review[cli]==1.3.0", "--with=sp-repo-review==2026.8.14"],
}


BESIDE = Path(sys.executable).parent  # with those that the tools of the tests bring
BROUGHT = ("hadolint", "zizmor")
UNKNOWN = re.compile(r"^ *attestations: write.*\n", re.MULTILINE)


def find_nothing_but_local_hooks(project: Path, environment: dict[str, str], monkeypatch, *, gitlab: bool) -> None:
    """Have every judge that can be had here look at a project: only repo-review wants hooks from elsewhere."""
    folder, names = made(environment)
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), str(BESIDE)]), prepend=os.pathsep)
    done = scaffold("check", "--judges", ",".join([*names, *BROUGHT]), "--format", "json", where=project)
    unknown = {
        (one["rule"], one["path"])
        for one in done.json["findings"]
        if one["state"] == "unknown" and one["rule"] in {*names, *BROUGHT}
    }
    release = project / ".github/workflows/release.yml"  # one of whose rights checkov does not know
    passed_over = {("checkov", ".github/workflows/release.yml")} if release.is_file() and "checkov" in names else set()
    assert unknown == passed_over, done.out
    asked = {one["id"] for one in done.json["rules"] if one["state"] in ("pass", "fail")} | {
        name for name, _ in unknown
    }
    none = {"actionlint", "zizmor"} if gitlab else set()  # they look at workflows of GitHub alone
    assert {*names, *BROUGHT} - none <= asked, done.out
    found = {one["rule"] for one in done.json["findings"] if one["state"] == "fail"}
    local = {one for one in found if re.fullmatch(r"repo-review/(PC\d+|SEC001)", one)}
    assert found - local <= ({"repo-review/GH100"} if gitlab else set()), "GitLab has no workflows of GitHub"
    if not gitlab:
        checkov_reads_every_workflow(project, folder)
    if not shutil.which("go"):
        pytest.skip(f"no Go here: only {', '.join([*names, *BROUGHT])} were asked")


def checkov_reads_every_workflow(project: Path, judges: Path) -> None:
    """Have checkov look at workflows without the one right that it does not know.

    It says nothing of a workflow that does not fit its own schema, which is then as good as one without mistakes.
    """
    workflows = {path.name: path.read_text() for path in (project / ".github/workflows").iterdir()}
    with TemporaryDirectory() as folder:
        (there := Path(folder, ".github/workflows")).mkdir(parents=True)
        for name, text in workflows.items():
            (there / name).write_text(UNKNOWN.sub("", text))
        words = [
            "--directory",
            ".",
            "--framework",
            "github_actions",
            "--skip-download",
            "--compact",
            "--output",
            "json",
        ]
        done = subprocess.run([judges / "checkov", *words], cwd=folder, capture_output=True, text=True, check=False)
    results = json.loads(done.stdout)["results"]
    assert not results["failed_checks"]
    assert {Path(one["file_path"]).name for one in results["passed_checks"]} == workflows.keys()


def made(environment: dict[str, str]) -> tuple[Path, list[str]]:
    """Return the folder of the judges that can be had here, and which those are."""
    folder = Path(os.environ["SCAFFOLD_TESTS_CACHE"]) / "judges"
    folder.mkdir(parents=True, exist_ok=True)
    known = environment | {
        "GOBIN": str(folder), "GOPATH": str(folder / "go"), "GOCACHE": str(folder / "go/cache"),
        "UV_TOOL_BIN_DIR": str(folder), "UV_TOOL_DIR": str(folder / "tools"),
    }  # fmt: skip
    ways = {name: ["uv", "tool", "install", *words] for name, words in PYTHON.items()}
    if shutil.which("go"):
        ways |= {
            name: ["go", "install", module] for module in GO for name in ("actionlint", "gitleaks") if name in module
        }
    with FileLock(folder / "lock"):
        for name, command in ways.items():
            if not (folder / name).exists():
                subprocess.run(["nice", *command], env=known, check=True, capture_output=True)
    return folder, sorted(ways)
