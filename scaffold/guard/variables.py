"""The variables of the environment that a repository sets where its gates run."""

from collections.abc import Iterator
from typing import NamedTuple

from scaffold.formats.lookup import below, entries, line_of
from scaffold.guard.given import is_as_given
from scaffold.guard.look import Look, once
from scaffold.guard.readers.make_lines import RUNNING, Line, makefiles
from scaffold.guard.readers.makefile import made_by, makefile
from scaffold.guard.readers.shell import commands
from scaffold.guard.readers.workflow import Job, Step, Workflow, workflows

# How a folder begins that is none of the repository.
OUTSIDE = ("$HOME", "${HOME", "~", "/usr/", "/opt/", "/root/", "${{ runner.", "$RUNNER_")  # no folder of the repository


class Variable(NamedTuple):
    """A variable of the environment that the repository sets where gates run."""

    name: str
    path: str
    line: int


@once
def variables(look: Look) -> Iterator[Variable]:
    """Yield the variables that makefiles and workflows set for the gates, but for those of locked files as given."""
    for path, read in makefiles(look).items():
        if not is_as_given(look, path):
            yield from (Variable(name, path, number) for name, number in _made(read))
    for workflow in workflows(look):
        if not is_as_given(look, workflow.path) and any(_gates(look, job) for job in workflow.jobs):
            yield from _of_workflow(workflow)


def _made(read: tuple[Line, ...]) -> Iterator[tuple[str, int]]:
    """Yield the variables that a makefile hands to what it runs: those that it exports, or may."""
    exported = {name for line in read if line.kind == "export" for name in line.names}
    every = any((line.kind == "export" and not line.names) or ".EXPORT_ALL_VARIABLES" in line.names for line in read)
    for line in read:
        if line.kind == "variable":
            handed = (name for name in line.names if every or line.is_exported or name in exported)
            yield from ((name, line.number) for name in handed if name not in RUNNING)
        elif line.kind == "export":
            yield from ((name, line.number) for name in line.names if name not in RUNNING)
        elif line.variable:
            yield line.variable.split()[-1], line.number


def _gates(look: Look, job: Job) -> bool:
    """Whether a job runs what the Makefile that the blueprint gave is asked for in CI."""
    own = makefile(look)
    made = (target for step in job.steps for command in commands(step.run) for target in made_by(command.words))
    return any(not target or own.line(target) for target in made)


def _of_workflow(workflow: Workflow) -> Iterator[Variable]:
    steps = [step for job in workflow.jobs for step in job.steps]
    for at in (workflow.at, *(job.at for job in workflow.jobs), *(step.at for step in steps)):
        yield from (Variable(name, workflow.path, line_of(set_to)) for name, set_to in entries(below(at, "env")))
    for step in steps:
        yield from _written(step, workflow.path)


def _written(step: Step, path: str) -> Iterator[Variable]:
    """Yield what a step hands to those after it by the files that GitHub names, or exports for its own script."""
    at = below(step.at, "run")
    for command in commands(step.run) if at is not None else ():
        line = (line_of(at) if at is not None else 1) + command.line
        into = next((word for word in command.words if "GITHUB_ENV" in word or "GITHUB_PATH" in word), "")
        if "GITHUB_PATH" in into:
            elsewhere = all(
                word.startswith(OUTSIDE) or "GITHUB_PATH" in word or word in (">", ">>") for word in command.words[1:]
            )
            yield from () if elsewhere else (Variable("PATH", path, line),)
        elif into or command.program == "export":
            named = (word.partition("=")[0] for word in command.words[1:] if "=" in word)
            yield from (Variable(name, path, line) for name in named)
