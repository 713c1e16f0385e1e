"""The work that both tools get: one template in two versions, and projects made from it that a team has edited."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Tool = Literal["scaffold", "copier"]
TOOLS: tuple[Tool, ...] = ("scaffold", "copier")
SIZES = (15, 100)
ANSWERS = {"project_name": "orders", "team": "payments", "port": 8080}
BLUEPRINT = "bench"
QUESTIONS = """\
project_name:
  type: str
  help: What is the project called?
team:
  type: str
  default: platform
  help: Who looks after it?
port:
  type: int
  default: 8000
  help: Which port does it listen on?
"""
MANIFEST = """\
name: bench
version: {version}
title: Benchmark
description: What the benchmark stamps.
owners: ["@platform"]
layers: [bench]
ownership:
  "*": managed
  "area_2/**": locked
"""
COPIER_ANSWERS = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n"}
SUFFIXES = ("py", "md", "sh", "txt")
CHANGED, EDITED = "revision = {}", "# the team's own line"


@dataclass(frozen=True, slots=True)
class Project:
    """A project that one tool has stamped at the first version, committed, edited and committed again."""

    tool: Tool
    files: int
    folder: Path

    @property
    def template(self) -> Path:
        """The repository of the template that it was stamped from."""
        return self.folder / f"template-{self.tool}-{self.files}"

    @property
    def root(self) -> Path:
        """The project's own repository."""
        return self.folder / f"project-{self.tool}-{self.files}"

    def fresh(self, place: Path) -> Path:
        """Copy the project to a new folder, with git's index up to date as in a checkout that is in use."""
        copy = shutil.copytree(self.root, place, symlinks=True)
        git(copy, "update-index", "-q", "--refresh")
        return copy

    def check(self, updated: Path) -> None:
        """Raise ValueError unless the update brought every file along and kept every edit of the team."""
        for number in range(self.files):
            path = path_of(number)
            expected = (self.root / path).read_text().replace(CHANGED.format(1), CHANGED.format(2))
            if CHANGED.format(2) not in expected or (EDITED in expected) is not is_edited(number):
                raise ValueError(f"{self.tool} was given {path} wrongly")
            if (updated / path).read_text() != expected:
                raise ValueError(f"{self.tool} updated {path} wrongly")
        if recorded_version(self.tool, updated) != "1.1.0":
            raise ValueError(f"{self.tool} does not record the new version")


def check_stamped(project: Project, root: Path) -> None:
    """Raise ValueError unless the newest version was stamped, as a first update would leave it but for the edits."""
    for number in range(project.files):
        stamped = (root / path_of(number)).read_text()
        if CHANGED.format(2) not in stamped or "{{" in stamped:
            raise ValueError(f"{project.tool} stamped {path_of(number)} wrongly")
    if recorded_version(project.tool, root) != "1.1.0":
        raise ValueError(f"{project.tool} does not record the version")


def environment(work: Path) -> dict[str, str]:
    """Return the environment of every run: a git identity, and a home and temporary folder that are not the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "COPIER_", "XDG_"))}
    home, temporary = work / "home", work / "tmp"
    home.mkdir()
    temporary.mkdir()
    person = {"NAME": "Benchmark", "EMAIL": "benchmark@example.invalid"}
    identity = {f"GIT_{who}_{key}": value for who in ("AUTHOR", "COMMITTER") for key, value in person.items()}
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_CONFIG_HOME": str(home / "config")}
    places["TMPDIR"] = str(temporary)  # where Copier makes its clones
    return {**kept, **identity, **places, "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1"}


def command(tool: str) -> str:
    """Return the tool's command in the environment of this Python."""
    return str(Path(sys.executable).with_name(tool))


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder; raises CalledProcessError."""
    call("git", "-C", str(folder), *arguments)


def call(*arguments: str) -> None:
    """Run a command quietly; raises CalledProcessError."""
    subprocess.run(arguments, check=True, capture_output=True)


def path_of(number: int) -> str:
    """Return where a file of the project lies."""
    return f"area_{number % 3}/orders_{number:03}.{SUFFIXES[number % 4]}"


def is_edited(number: int) -> bool:
    """Whether the team has edited the file: every third, none of them locked."""
    return number % 3 == 0


def template_files(count: int, revision: int) -> dict[str, str]:
    """Return the template's files: two of three are rendered, one is copied as it stands."""
    files = {"copier.yml": QUESTIONS}
    for number in range(count):
        path = path_of(number).replace("orders", "{{ project_name }}")
        rendered = number % 3 != 1
        files[path + ".jinja" * rendered] = _body(number, revision, rendered=rendered)
    return files


def _body(number: int, revision: int, *, rendered: bool) -> str:
    lines = [f"line {line} of file {number}" for line in range(40)]
    lines[5] = CHANGED.format(revision)
    if rendered:
        lines[0] = "# {{ project_name }}, kept by {{ team | title }}"
        lines[12] = "{% if port > 1024 %}port = {{ port }}{% else %}a port that needs rights{% endif %}"
        lines[20] = "{% for name in ['one', 'two', 'three'] %}{{ name }} {% endfor %}"
    return "\n".join(lines) + "\n"


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write text files below a folder."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)


def commit(folder: Path, message: str) -> None:
    """Commit everything in a folder, which becomes a repository if it is none."""
    if not (folder / ".git").is_dir():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def make_project(project: Project) -> None:
    """Make the template, stamp its first version, and commit the team's edits to a third of the files."""
    _make_template(project)
    data = [word for name, value in ANSWERS.items() for word in ("--data", f"{name}={value}")]
    tool, template, root = project.tool, str(project.template), str(project.root)
    if tool == "copier":
        call(command(tool), "copy", "--quiet", "--defaults", "--vcs-ref", "v1.0.0", *data, template, root)
        commit(project.root, "Stamp")
    else:
        call(command(tool), "new", f"{BLUEPRINT}@1.0.0", root, "--source", template, "--defaults", *data)
    for number in filter(is_edited, range(project.files)):
        file = project.root / path_of(number)
        lines = file.read_text().splitlines()
        file.write_text("\n".join([*lines[:30], EDITED, *lines[31:]]) + "\n")
    commit(project.root, "Edit")


def _make_template(project: Project) -> None:
    folder, is_copier = project.template, project.tool == "copier"
    folder.mkdir(parents=True)
    for version, revision in (("1.0.0", 1), ("1.1.0", 2)):
        files = template_files(project.files, revision)
        if is_copier:
            write(folder, files | COPIER_ANSWERS)
        else:
            manifest = {f"blueprints/{BLUEPRINT}/blueprint.yml": MANIFEST.format(version=version)}
            write(folder, {f"templates/{BLUEPRINT}/{path}": text for path, text in files.items()} | manifest)
        commit(folder, f"Release {version}")
        git(folder, "tag", f"v{version}" if is_copier else f"{BLUEPRINT}/v{version}")


def recorded_version(tool: Tool, root: Path) -> str:
    """Return the version that a project says it is at."""
    if tool == "scaffold":
        return str(json.loads((root / ".scaffold/lock.json").read_text())["version"])
    answers = (root / ".copier-answers.yml").read_text().splitlines()
    return next(line.split("v")[-1] for line in answers if line.startswith("_commit: "))
