"""How a step of CI may run a gate: an allow-list of what stands in the step, and around it in its job and workflow."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_at, listed, mapping
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found
from scaffold.guard.given import is_as_given
from scaffold.guard.look import Look
from scaffold.guard.readers.shell import Command, commands
from scaffold.guard.readers.workflow import Job, Step, Workflow, is_true

ALONE = "Write the gate as a step of its own, `run: {gate}`, in a job that every pull request starts."
ALWAYS = regex(r"(?:\$\{\{)?\s*(?:|always\(\)|success\(\)|!\s*cancelled\(\)|!\s*failure\(\)|true)\s*(?:\}\})?")
# Named alone, GitHub starts it with -e; with options of its own it has only those.
SHELL = regex(
    r"|(?:ba)?sh|(?:/bin/|/usr/bin/|/usr/bin/env )?(?:ba)?sh(?= .*-\w*e)(?: -[eux]+| -[eux]*o pipefail)+(?: \{0\})?"
)
STARTED = frozenset({"opened", "synchronize", "reopened"})  # without `types`, a pull request starts CI at these
FILTERS = ("paths", "paths-ignore", "branches-ignore")
# What may stand in a script beside the gate: nothing that decides what the gate does.
BESIDE = frozenset({"set", "echo", "printf", ":", "true", "export"})
# Options of make that leave each gate as it is.
OPTIONS = regex(
    r"-[sSwkj]+\d*|-[jl]|\d+|--(?:jobs|load-average|output-sync|silent|quiet|keep-going|no-print-directory"
    r"|print-directory|trace|warn-undefined-variables|no-builtin-rules|no-builtin-variables)(?:=\w+)?"
)


class Running(NamedTuple):
    """A step that runs a gate, and where it stands."""

    workflow: Workflow
    job: Job
    step: Step


def weakened(look: Look, running: Running, gate: str) -> Iterator[Found]:
    """Yield each way in which the step may not run the gate, or may run it otherwise; nothing for a locked file."""
    workflow, job, step = running
    if is_as_given(look, workflow.path) and step.path == workflow.path:
        return
    fix = ALONE.format(gate=gate)
    for at, keys, wrong in (*_started(workflow), *_held(job.at), *_held(step.at), *_script(step, gate)):
        yield Found(wrong.format(gate=gate), at.file, line_at(at, *keys), fix=fix)


Wrong = tuple[Located, tuple[str, ...], str]


def _started(workflow: Workflow) -> Iterator[Wrong]:
    given = mapping(workflow.events.get("pull_request"))
    for name in FILTERS:
        if given.get(name):
            yield workflow.at, ("on", "pull_request", name), f"`{name}` lets pull requests pass without `{{gate}}`"
    types = given.get("types")
    if types is not None and not set(map(str, listed(types) or [types])) >= STARTED:
        yield workflow.at, ("on", "pull_request", "types"), "`types` leaves out pull requests that are changed"
    branches = [str(one) for one in listed(given.get("branches"))]
    if branches and not {"**", "*", "main", "master", "trunk"} & set(branches):
        yield workflow.at, ("on", "pull_request", "branches"), "`branches` lets pull requests pass without `{gate}`"
    yield from _shell(workflow.at, "defaults", "run")


def _held(at: Located) -> Iterator[Wrong]:
    """Yield what a job, or a step, says that may take its gate away."""
    condition = str(at.data.get("if", ""))
    if not ALWAYS.fullmatch(condition):
        yield at, ("if",), f"`{{gate}}` is run only if {' '.join(condition.split())[:60]}"
    if at.data.get("continue-on-error") is not None and is_true(at.data["continue-on-error"]):
        yield at, ("continue-on-error",), "`{gate}` may fail here and nobody notices"
    yield from _shell(at)
    yield from _shell(at, "defaults", "run")


def _shell(at: Located, *keys: str) -> Iterator[Wrong]:
    settings = below(at, *keys)
    given: Mapping[str, Any] = mapping(settings.data) if settings is not None else {}
    if not SHELL.fullmatch(str(given.get("shell") or "")):
        yield at, (*keys, "shell"), "the shell that runs `{gate}` is none that stops at a failure"
    folder = str(given.get("working-directory") or ".")
    if folder.rstrip("/") not in (".", "./.", "${{ github.workspace }}"):
        yield at, (*keys, "working-directory"), f"`{{gate}}` is run in {folder[:60]}, and not at the top"


def _script(step: Step, gate: str) -> Iterator[Wrong]:
    program, *words = gate.split()
    for command in commands(step.run):
        is_gate = command.runs(program, *words)
        if is_gate and (odd := _odd(command, words)):
            yield step.at, ("run",), f"`{{gate}}` is run with {odd}"
        elif is_gate and (command.tolerated or command.sources):
            yield step.at, ("run",), "`{gate}` may fail here and nobody notices"
        elif not is_gate and command.program != program and (odd := _beside(command)):
            yield step.at, ("run",), f"the script that runs `{{gate}}` also runs {odd}"


def _odd(command: Command, words: list[str]) -> str:
    """Return what a gate is told beside its name, where that may change what it does."""
    allowed = (one for one in command.words[1:] if one not in words and not OPTIONS.fullmatch(one))
    return next((one for one in allowed if not re.fullmatch(r"(?:[A-Z]|CI)=\w*|[a-z][\w-]*", one)), "")


def _beside(command: Command) -> str:
    if command.program not in BESIDE:
        return command.program
    off = command.program == "set" and any(re.match(r"\+.*[eo]|-n", word) for word in command.words[1:])
    return " ".join(command.words) if off else ""
