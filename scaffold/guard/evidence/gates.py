"""The commands that CI runs, with those that a make target or a package's script stands for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scaffold.formats.lookup import below
from scaffold.guard.evidence.workflow import WORKFLOWS, Job, is_false, steps_of, workflows
from scaffold.guard.look import Look

OTHER_CI = (
    "/.gitlab-ci.yml", "/.circleci/config.yml", "/azure-pipelines.yml", "/bitbucket-pipelines.yml", "/Jenkinsfile",
    "/.travis.yml", "/.drone.yml", "/.buildkite/*.yml",
)  # fmt: skip
# A runner, and the files that say what it runs.
RUNNERS = {
    "tox": ("/tox.ini", "/tox.toml"), "nox": ("/noxfile.py",), "just": ("/justfile", "/Justfile"),
    "task": ("/Taskfile.yml", "/Taskfile.yaml"), "prek": ("/.pre-commit-config.yaml",),
    "pre-commit": ("/.pre-commit-config.yaml",), "hatch": ("/pyproject.toml", "/hatch.toml"),
}  # fmt: skip
_TARGET = re.compile(r"([\w./%-][\w./% -]*?)\s*::?(?![=:])([^#\n]*)")
_MAKE = re.compile(r"(?:\bmake|\$\(MAKE\)|\$\{MAKE\})((?:[ \t]+[^\s;&|]+)*)")
_SCRIPT = re.compile(r"\b(?:npm|pnpm|yarn|bun)(?:[ \t]+(?:run-script|run))?[ \t]+(?:--?[\w-]+[ \t]+)*([\w:.-]+)")
_POE = re.compile(r"\bpoe(?:thepoet)?[ \t]+([\w:.-]+)")
_RUNNER = re.compile(rf"(?<![\w/.-])({'|'.join(RUNNERS)})(?![\w.-])")
_ITEM = re.compile(r"^\s*(?:-\s+)?(?:[\w-]+:\s+)?")  # what stands before a command in YAML
_LET_PASS = re.compile(r"\|\|\s*(?:true|:|exit 0)\b|\|\|\s*:\s*$")


@dataclass(frozen=True, slots=True)
class _Files:
    """What commands are looked up in."""

    look: Look
    seen: set[str] = field(default_factory=set)
    make: dict[str, list[str]] = field(default_factory=dict)


def commands(look: Look) -> str:
    """Return every line that CI runs, one a line; what may fail without anybody noticing is left out."""
    files = _Files(look)
    if look.paths("/Makefile", "/makefile", "/GNUmakefile"):
        files.make.update(_makefile(look))
    waiting = list(_started(look))
    lines: list[str] = []
    while waiting:
        line = waiting.pop().strip()
        if not line or line in files.seen or line.startswith(("#", "-")) or _LET_PASS.search(line):
            continue
        files.seen.add(line)
        lines.append(line)
        waiting += _stands_for(line, files)
    return "\n".join(lines)


def _started(look: Look) -> Iterator[str]:
    if not look.paths(*WORKFLOWS):
        for _, text in look.texts(*OTHER_CI):
            yield from map(_bare, text.splitlines())
        return
    for workflow in workflows(look):
        for job in workflow.jobs:
            yield from _run_by(look, job)


def _run_by(look: Look, job: Job) -> Iterator[str]:
    if job.is_tolerated or is_false(job.condition):
        return
    for step in steps_of(look, job):
        if not step.is_tolerated and not is_false(step.at.data.get("if")):
            yield from re.sub(r"\\\n\s*", " ", step.run).splitlines()


def _makefile(look: Look) -> dict[str, list[str]]:
    """Return what each target of the Makefile runs; what it needs counts as `make` of that."""
    runs: dict[str, list[str]] = {}
    current: list[str] = []
    for _, text in look.texts("/Makefile", "/makefile", "/GNUmakefile", "/Makefile.local"):
        for line in re.sub(r"\\\n", " ", text).splitlines():
            if line.startswith("\t"):
                command = line.lstrip("\t @+")
                for target in current:
                    runs[target].append(command)
            elif line.startswith(".DEFAULT_GOAL"):
                runs.setdefault("", []).append(f"make {line.partition('=')[2].strip()}")
            elif match := _TARGET.match(line):
                current = match[1].split()
                needed = match[2].partition("|")[0].split(";")[0].split()
                for target in current:
                    runs.setdefault(target, []).extend(f"make {one}" for one in needed if "$" not in one)
                if not match[1].startswith("."):
                    runs.setdefault("", [f"make {current[0]}"])
    return runs


def _stands_for(line: str, files: _Files) -> Iterator[str]:
    for match in _MAKE.finditer(line):
        targets = [one for one in match[1].split() if not one.startswith("-") and "=" not in one]
        for target in targets or [""]:
            yield from files.make.get(target, ())
    for match in _SCRIPT.finditer(line):
        yield from _script(files.look, match[1])
    for match in _POE.finditer(line):
        yield from _task(files.look, match[1])
    for match in _RUNNER.finditer(line):
        for _, text in files.look.texts(*RUNNERS[match[1]]):
            yield from map(_bare, text.splitlines())


def _bare(line: str) -> str:
    return _ITEM.sub("", line)


def _script(look: Look, name: str) -> Iterator[str]:
    document = look.data("package.json") if "package.json" in look else None
    scripts = below(document, "scripts") if document is not None else None
    if scripts is not None and isinstance(scripts.data, dict):
        for one in (f"pre{name}", name, f"post{name}"):
            yield from str(scripts.data.get(one, "")).splitlines()


def _task(look: Look, name: str) -> Iterator[str]:
    document = look.data("pyproject.toml") if "pyproject.toml" in look else None
    task = below(document, "tool", "poe", "tasks", name) if document is not None else None
    waiting = [task.data] if task is not None else []
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield from (one, f"poe {one}") if re.fullmatch(r"[\w:.-]+", one) else (one,)
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += [value for key, value in one.items() if key in ("cmd", "shell", "sequence", "ref", "parallel")]
