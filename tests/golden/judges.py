"""Outside judges that the tools of the tests do not bring: each made by its own language's tool, and kept in the cache."""

import os
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

GO = ("github.com/rhysd/actionlint/cmd/actionlint@v1.7.12", "github.com/zricethezav/gitleaks/v8@v8.30.1")
PYTHON = {
    "checkov": ["checkov==3.3.30"],
    "repo-review": ["repo-review[cli]==1.3.0", "--with=sp-repo-review==2026.8.14"],
}


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
