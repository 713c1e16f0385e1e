"""Builders of real values: trees, libraries in a folder or in memory, repositories."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from hypothesis import settings

from scaffold.answers.question import Answers
from scaffold.blueprint.places import manifest_path
from scaffold.blueprint.release import Release, assemble, read_manifest
from scaffold.merge.text import Labels
from scaffold.render import native
from scaffold.tree import EXECUTABLE, SYMLINK, File, Tree
from tests.limits import TIMES

Content = str | bytes | File
LABELS = Labels("stamped 1.0.0", "yours", "demo 2.0.0")
GIT = ("-c", "user.name=A Tester", "-c", "user.email=tester@localhost", "-c", "commit.gpgsign=false")

laws = settings(max_examples=100 * TIMES)
few = settings(max_examples=40 * TIMES)


def file(content: Content, origin: str = "") -> File:
    """One file; text is a plain one."""
    if isinstance(content, File):
        return content
    return File(content.encode() if isinstance(content, str) else content, origin=origin)


def executable(content: str) -> File:
    return File(content.encode(), EXECUTABLE)


def link(target: str) -> File:
    return File(target.encode(), SYMLINK)


def tree(files: Mapping[str, Content]) -> Tree:
    """A tree; a file's origin is `base/PATH.jinja` unless it says another."""
    return Tree({path: file(content, f"base/{path}.jinja") for path, content in files.items()})


def manifest(name: str = "demo", version: str = "1.0.0", layers: tuple[str, ...] = ("base",), **more: Any) -> str:
    """The text of a blueprint.yml with what must be there, and `more`."""
    head = {"name": name, "version": version, "title": "Demo", "owners": ["@platform"], "layers": list(layers)}
    return yaml.safe_dump(head | more, sort_keys=False)


def release(templates: Mapping[str, Mapping[str, Content]], **more: Any) -> Release:
    """A release in memory, out of its layers' files and what else the manifest says."""
    blueprint = read_manifest("demo", manifest(layers=tuple(templates), **more).encode())
    layers = {layer: {path: file(content) for path, content in files.items()} for layer, files in templates.items()}
    return assemble(blueprint, layers, None)


def answers(**context: Any) -> Answers:
    return Answers(context, context)


def render(
    templates: Mapping[str, Mapping[str, Content]], context: Mapping[str, Any] | None = None, **more: Any
) -> Tree:
    """Render layers with answers that need no question."""
    return native.render(release(templates, **more), answers(**(context or {})))


def write(root: Path, files: Mapping[str, Content]) -> Path:
    """Write files below a folder."""
    for path, content in files.items():
        made = file(content)
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if made.mode == SYMLINK:
            place.symlink_to(made.content.decode())
            continue
        place.write_bytes(made.content)
        place.chmod(0o755 if made.mode == EXECUTABLE else 0o644)
    return root


def library(root: Path, templates: Mapping[str, Mapping[str, Content]], **more: Any) -> Path:
    """Write a library of the one blueprint `demo` (or `name=`): `blueprints/` and `templates/`."""
    text = manifest(layers=tuple(templates), **more)
    files = {f"templates/{layer}/{path}": c for layer, paths in templates.items() for path, c in paths.items()}
    return write(root, {manifest_path(more.get("name", "demo")): text, **files})


def git(folder: Path, *args: str, stdin: bytes | None = None) -> str:
    """Run git and return what it says."""
    done = subprocess.run(["git", *GIT, *args], cwd=folder, input=stdin, capture_output=True, check=True)
    return done.stdout.decode().strip()


def repo(root: Path, files: Mapping[str, Content], *tags: str) -> Path:
    """Make a git repository, or add to one: write the files, commit all, and tag the commit."""
    root.mkdir(parents=True, exist_ok=True)
    if not (root / ".git").exists():
        git(root, "init", "--quiet", "--initial-branch=main", f"--template={os.devnull}")
    write(root, files)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message=work")
    for tag in tags:
        git(root, "tag", tag)
    return root
