"""A small library, a project stamped from it, and the command line as a real process."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.scenarios import forked

MANIFEST = """\
name: demo
version: {version}
title: Demo
owners: ["@platform/engineering"]
layers: [base]
ownership:
  "*": managed
  /ci.yml: locked
  /src/**: seeded
  /settings.toml:
    file: managed
    keys:
      tool.lint: locked
"""
COPIER = """\
name:
  type: str
  default: demo
token: # lint: BP-10 what is known of secrets is tested with it
  type: str
  secret: true
  default: none-yet
"""
TEMPLATES = {
    "ci.yml": "steps: [one]\n",
    "notes.md.jinja": "# {{ name }}\n\nfirst\n\nsecond\n\nthird\n",
    "settings.toml": '[project]\nname = "x"\n\n[tool.lint]\nlevel = 1  # strict\n\n[tool.other]\na = 1\n',
    "src/main.py": "print('hello')\n",
    "old.txt": "to be dropped\n",
    "run.sh": "#!/bin/sh\necho run\n",
}


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    said: str  # on standard error

    @property
    def err(self) -> str:
        """What was said but for progress: work that takes longer than a second is named, and the machine decides."""
        return re.sub(r"^.* \.\.\.\n", "", self.said, flags=re.MULTILINE)

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def scaffold(*words: Any, where: Path, **environment: str) -> Done:
    """Run the command line without a terminal; with another environment it has to start anew."""
    return _program("scaffold", words, where, environment)


def copier(*words: Any, where: Path) -> Done:
    """Run Copier's command line, which is to succeed."""
    done = _program("copier", words, where, {})
    assert done.code == 0, done.err
    return done


def _program(name: str, words: tuple[Any, ...], where: Path, environment: dict[str, str]) -> Done:
    if not environment and forked.fits():
        done = Done(*forked.run(name, [*map(str, words)], where))
        assert "Traceback" not in done.err, done.err
        return done
    return run([sys.executable, "-m", name, *map(str, words)], where, **environment)


def run(command: list[str], where: Path, **environment: str) -> Done:
    done = subprocess.run(
        command, cwd=where, env=os.environ | environment, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def git(*words: str, where: Path) -> str:
    done = subprocess.run(["git", *words], cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit(where: Path, message: str = "work") -> None:
    git("add", "--all", where=where)
    git("commit", "--quiet", "--message", message, where=where)


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def make_library(root: Path, *, manifest: str = MANIFEST, copier: str = COPIER) -> Path:
    """A library in git with demo 1.0.0 released."""
    write(root / "templates/base", TEMPLATES | {"copier.yml": copier})
    (root / "templates/base/run.sh").chmod(0o755)
    write(
        root,
        {
            "blueprints/demo/blueprint.yml": manifest.format(version="1.0.0"),
            "blueprints/demo/cases/minimal.yml": "{}\n",
        },
    )
    git("init", "--quiet", "--initial-branch=main", where=root)
    commit(root, "first")
    git("tag", "demo/v1.0.0", where=root)
    return root


def release(
    library: Path,
    version: str,
    changes: dict[str, str | None],
    *,
    manifest: str = MANIFEST,
) -> None:
    """Change template files (None: drop) and tag a release."""
    for path, text in changes.items():
        place = library / "templates/base" / path
        if text is None:
            place.unlink()
        else:
            write(library / "templates/base", {path: text})
    write(library, {"blueprints/demo/blueprint.yml": manifest.format(version=version)})
    commit(library, version)
    git("tag", f"demo/v{version}", where=library)


def stamp(library: Path, dest: Path, *words: str) -> Path:
    """A project of demo 1.0.0."""
    done = scaffold("new", "demo@1.0.0", dest, "--source", library, *words, where=dest.parent)
    assert done.code == 0, done.err
    return dest


NEXT = {
    "ci.yml": "steps: [one, two]\n",
    "notes.md.jinja": "# {{ name }}\n\nfirst\n\nsecond\n\nthird, changed\n",
    "settings.toml": '[project]\nname = "x"\n\n[tool.lint]\nlevel = 2  # stricter\n\n[tool.other]\na = 1\n',
    "old.txt": None,
    "new/file.txt": "new\n",
    "src/main.py": "print('hello, again')\n",
}


def snapshot(project: Path) -> dict[str, Any]:
    """Everything about a project that a user could lose: files with modes, the index, HEAD and the branch."""
    files = {
        path.relative_to(project).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in sorted(project.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }
    return {
        "files": files,
        "index": git("ls-files", "--stage", where=project),
        "head": git("rev-parse", "HEAD", where=project),
        "branch": git("symbolic-ref", "HEAD", where=project),
        "branches": git("for-each-ref", "refs/heads", where=project),
    }
