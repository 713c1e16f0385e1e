"""The work both tools get: one Copier template in two versions, and projects made from it that a team has edited."""

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
SIZES = SMALL, MIDDLE, LARGE = 15, 100, 500
OLD, NEW = "1.0.0", "1.1.0"
ANSWERS = {"project_name": "orders", "team": "payments", "port": 8080}
DATA = [word for name, value in ANSWERS.items() for word in ("--data", f"{name}={value}")]
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
ANSWERS_FILE = ".copier-answers.yml"
CONFIGURATION = {
    "copier.yml": QUESTIONS,
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n",
}
SUFFIXES = ("py", "md", "sh", "txt")
WRITTEN = {  # by line: as the template has it, and what the answers make of it
    0: ("# {{ project_name }}, kept by {{ team | title }}", "# orders, kept by Payments"),
    12: ("{% if port > 1024 %}port = {{ port }}{% else %}a port that needs rights{% endif %}", "port = 8080"),
    20: ("{% for name in ['one', 'two', 'three'] %}{{ name }} {% endfor %}", "one two three "),
}
CHANGED, EDITED, MARKED = 5, 30, 35  # the lines that the second version, the team, and `mark_template` change


@dataclass(frozen=True, slots=True)
class Project:
    """A project that one tool has stamped at the first version, committed, edited and committed again."""

    tool: Tool
    files: int
    folder: Path

    @property
    def template(self) -> Path:
        """The repository of the template that both tools stamp from."""
        return template_of(self.folder, self.files)

    @property
    def root(self) -> Path:
        """The project's own repository."""
        return self.folder / f"project-{self.tool}-{self.files}"

    def fresh(self, place: Path) -> Path:
        """Copy the project to a new folder, with git's index up to date as in a checkout that is in use."""
        copy = shutil.copytree(self.root, place, symlinks=True)
        git(copy, "update-index", "-q", "--refresh")
        return copy


def template_of(folder: Path, files: int) -> Path:
    """Return where the template of a size lies."""
    return folder / f"template-{files}"


def check(project: Project, root: Path, template: Path, *, edited: bool, mark: str = "") -> None:
    """Raise ValueError unless a folder holds the second version, the team's edits or none in it, and nothing else."""
    wanted = made_files(project.files, 2, edited=edited, mark=mark)
    if project.tool == "copier":
        wanted[ANSWERS_FILE] = answers_file(template)
    elif (version := json.loads((root / ".scaffold/lock.json").read_text())["version"]) != NEW:
        raise ValueError(f"scaffold records version {version}")
    check_files(project.tool, read(root), wanted)


def check_files(tool: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Raise ValueError unless every file is what it must be, and none is missing or too many."""
    if wrong := [path for path in sorted({*found, *wanted}) if found.get(path) != wanted.get(path)]:
        raise ValueError(f"{tool} made {len(wrong)} files wrongly, {wrong[0]} among them")


def read(root: Path) -> dict[str, str]:
    """Return the files below a folder, but for git's own and scaffold's."""
    places = (place for place in root.rglob("*") if place.is_file())
    files = {place.relative_to(root).as_posix(): place for place in places}
    return {path: place.read_text() for path, place in files.items() if path.split("/")[0] not in (".git", ".scaffold")}


def made_files(count: int, revision: int, *, edited: bool, mark: str = "") -> dict[str, str]:
    """Return what a project's files must be, put together without a renderer."""
    return {
        path_of(number): _body(number, revision, made=True, edited=edited and is_edited(number), mark=mark)
        for number in range(count)
    }


def template_files(count: int, revision: int, mark: str = "") -> dict[str, str]:
    """Return the template's files: two of three are rendered, one is copied as it stands."""
    files = dict(CONFIGURATION)
    for number in range(count):
        path = path_of(number).replace("orders", "{{ project_name }}")
        files[path + ".jinja" * _is_rendered(number)] = _body(number, revision, made=False, edited=False, mark=mark)
    return files


def answers_file(template: Path) -> str:
    """Return what Copier's answers file must be at the second version."""
    recorded = {"_commit": f"v{NEW}", "_src_path": template, **ANSWERS}
    return "".join(f"{name}: {recorded[name]}\n" for name in sorted(recorded))


def path_of(number: int) -> str:
    """Return where a file of the project lies."""
    return f"area_{number % 3}/orders_{number:03}.{SUFFIXES[number % 4]}"


def is_edited(number: int) -> bool:
    """Whether the team has edited the file: every third."""
    return number % 3 == 0


def _is_rendered(number: int) -> bool:
    return number % 3 != 1


def _body(number: int, revision: int, *, made: bool, edited: bool, mark: str) -> str:
    lines = [f"line {line} of file {number}" for line in range(40)]
    lines[CHANGED] = f"revision = {revision}"
    if _is_rendered(number):
        for line, (as_template, as_made) in WRITTEN.items():
            lines[line] = as_made if made else as_template
    if mark:
        lines[MARKED] = f"made for {mark}"
    if edited:
        lines[EDITED] = "# the team's own line"
    return "\n".join(lines) + "\n"


def make_template(folder: Path, files: int) -> None:
    """Make the template's repository with both versions, packed as a clone of a published one is."""
    template = template_of(folder, files)
    for version, revision in ((OLD, 1), (NEW, 2)):
        write(template, template_files(files, revision))
        commit(template, f"Release {version}")
        git(template, "tag", f"v{version}")
    git(template, "gc", "--quiet")


def mark_template(template: Path, files: int, mark: str) -> None:
    """Make the second version one of its own, with a line in each file that no other template has."""
    write(template, template_files(files, 2, mark))
    commit(template, f"Release {NEW} for {mark}")
    git(template, "tag", "--force", f"v{NEW}")


def make_project(project: Project) -> None:
    """Stamp the first version, and commit the team's edits to a third of the files."""
    call(*stamping(project.tool, project.template, project.root, OLD))
    if project.tool == "copier":
        commit(project.root, "Stamp")
    write(project.root, made_files(project.files, 1, edited=True))
    commit(project.root, "Edit")


def stamping(tool: Tool, template: Path, root: Path, version: str) -> list[str]:
    """Return the command that makes a project from a version of a template."""
    if tool == "scaffold":
        return [command(tool), "new", f"{template}@v{version}", str(root), "--defaults", *DATA]
    return [command(tool), "copy", "--quiet", "--defaults", "--vcs-ref", f"v{version}", *DATA, str(template), str(root)]


def environment(work: Path) -> dict[str, str]:
    """Return the environment of every run: a git identity, and a home and temporary folder that are not the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "COPIER_", "XDG_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed tool is compiled, and one installed editable may be too
    home, temporary = work / "home", work / "tmp"
    home.mkdir()
    temporary.mkdir()
    person = {"NAME": "Benchmark", "EMAIL": "benchmark@example.invalid"}
    identity = {f"GIT_{who}_{key}": value for who in ("AUTHOR", "COMMITTER") for key, value in person.items()}
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_CONFIG_HOME": str(home / "config")}
    places["TMPDIR"] = str(temporary)  # where Copier makes its clones
    return {**kept, **identity, **places, "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1"}


def command(tool: Tool) -> str:
    """Return the tool's command in the environment of this Python."""
    return str(Path(sys.executable).with_name(tool))


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder; raises CalledProcessError."""
    call("git", "-C", str(folder), *arguments)


def call(*arguments: str) -> None:
    """Run a command quietly; raises CalledProcessError."""
    subprocess.run(arguments, check=True, capture_output=True)


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
