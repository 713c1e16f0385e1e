"""A closed world: the tools that gates run take their settings from the places that the blueprint gave, and no others.

The tables of `readers.tools` name every place there is. What the blueprint gave is locked, by file or key, or held by a
floor; any other place is a breach, unless the blueprint allows it by name: a pattern of files, or a variable.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

from scaffold.blueprint.globs import like_git
from scaffold.formats.lookup import below, line_of, mapping
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers import versions
from scaffold.guard.readers.aside import is_foreign
from scaffold.guard.readers.make_lines import Line, lines
from scaffold.guard.readers.places import MAKEFILES
from scaffold.guard.readers.run_by_ci import run_by_ci
from scaffold.guard.readers.shell import commands
from scaffold.guard.readers.tools import Tool, tools
from scaffold.guard.readers.workflow import Job, Step, Workflow, all_steps, workflows

ALWAYS_RUN = ("make", "shell", "python")
FIX = "Take it out; what the team needs there, the blueprint allows by name, or it is waived."


class Variable(NamedTuple):
    """A variable of the environment that the repository sets where gates run."""

    name: str
    path: str
    line: int


def elsewhere(look: Look, rule: str) -> Iterator[Found]:
    """Yield what decides how a tool of a rule works and is not as the blueprint gave it."""
    if not look.lock.files or rule not in tools():
        return
    allowed = tuple(map(str, look.parameters.get("allowed", ())))
    for tool in tools()[rule]:
        if is_used(look, tool):
            yield from _other_places(look, tool, allowed)
            yield from _variables(look, tool, allowed)
            yield from _ignored(look, tool)
            yield from _newer(look, tool)


def is_used(look: Look, tool: Tool) -> bool:
    """Whether the gates run a tool: the blueprint gave it its settings, or CI calls it."""
    if tool.name in ALWAYS_RUN:
        return True
    called, actions = look.once(_called)
    given = any(
        like_git((place.file,)).matches(path) for place in tool.places if not place.key for path in given_to(look)
    )
    return given or not called.isdisjoint(tool.programs) or not actions.isdisjoint(tool.packages)


def _called(look: Look) -> tuple[frozenset[str], frozenset[str]]:
    names = frozenset(name for command in run_by_ci(look) for _, name in command.names())
    return names, frozenset(f"action:{step.action}" for step in all_steps(look) if step.action)


def given_to(look: Look) -> Iterable[str]:
    """Return the files that the blueprint gave."""
    return look.lock.files


def is_as_given(look: Look, path: str) -> bool:
    """Whether a file is locked, and stands as the blueprint gave it."""
    locked = look.lock.files.get(path)
    return locked is not None and locked.owner == "locked" and look.snapshot.blobs.get(path) == locked.blob


def _other_places(look: Look, tool: Tool, allowed: tuple[str, ...]) -> Iterator[Found]:
    given = set(given_to(look))
    wanted = next((str(place) for place in tool.places if place.file.lstrip("/") in given), "no file of its own")
    excused = like_git(allowed)
    for place, path, line in tool.settings(look):
        if path not in given and not is_foreign(path) and not excused.matches(path):
            named = f"{path} ({place.key or place.section})" if place.key or place.section else path
            yield Found(
                f"{tool.name} takes settings from {named}; the blueprint gives it {wanted}", path, line, fix=FIX
            )


def _variables(look: Look, tool: Tool, allowed: tuple[str, ...]) -> Iterator[Found]:
    for name, path, line in look.once(variables):
        if tool.obeys(name) and not any(fnmatchcase(name, one) for one in allowed):
            yield Found(f"{name} decides how {tool.name} works, and is set here", path, line, fix=FIX)


def variables(look: Look) -> tuple[Variable, ...]:
    """Return the variables that makefiles and workflows set for the gates, but for those of locked files as given."""
    found: list[Variable] = []
    for path, text in look.texts(*MAKEFILES):
        if not is_as_given(look, path):
            found += (Variable(name, path, number) for line in lines(text) for name, number in _made(line))
    for workflow in workflows(look):
        if not is_as_given(look, workflow.path) and any(_gates(job) for job in workflow.jobs):
            found += _of_workflow(workflow)
    return tuple(found)


def _made(line: Line) -> Iterator[tuple[str, int]]:
    if line.kind in ("variable", "export"):
        yield from ((name, line.number) for name in line.names)
    elif line.variable:
        yield line.variable.split()[-1], line.number


def _gates(job: Job) -> bool:
    return any(command.program in ("make", "gmake") for step in job.steps for command in commands(step.run))


def _of_workflow(workflow: Workflow) -> Iterator[Variable]:
    steps = [step for job in workflow.jobs for step in job.steps]
    for at in (workflow.at, *(job.at for job in workflow.jobs), *(step.at for step in steps)):
        env = below(at, "env")
        for name in mapping(env.data) if env is not None else ():
            yield Variable(str(name), workflow.path, line_of(env.child(name)) if env is not None else 1)
    for step in steps:
        yield from _written(step, workflow.path)


def _written(step: Step, path: str) -> Iterator[Variable]:
    """Yield what a step hands to those after it by the files that GitHub names, or exports for its own script."""
    at = below(step.at, "run")
    for command in commands(step.run) if at is not None else ():
        line = (line_of(at) if at is not None else 1) + command.line
        into = next((word for word in command.words if "GITHUB_ENV" in word or "GITHUB_PATH" in word), "")
        if "GITHUB_PATH" in into:
            yield Variable("PATH", path, line)
        elif into or command.program == "export":
            named = (word.partition("=")[0] for word in command.words[1:] if "=" in word)
            yield from (Variable(name, path, line) for name in named)


def _ignored(look: Look, tool: Tool) -> Iterator[Found]:
    for name in tool.committed:
        for path in look.paths(".gitignore"):
            folder = path.removesuffix(".gitignore")
            written = (look.text(path) or "").splitlines()
            number = next((n for n, one in enumerate(written, 1) if like_git((one,)).matches(name)), None)
            if number is not None and like_git(written).matches(name) and not folder:
                yield Found(f"{path} hides {name}, so it can never be committed", path, number, fix=FIX)


def _newer(look: Look, tool: Tool) -> Iterator[Found]:
    for path, line, version in versions.pinned(look, tool.packages):
        try:
            known = tool.versions.contains(Version(version), prereleases=True)
        except InvalidVersion:
            continue
        if not known:
            message = f"{tool.name} {version} is none of the versions ({tool.versions}) whose settings are known here"
            yield Found(message, path, line, known=False, fix=f"Upgrade scaffold, or pin {tool.name} {tool.versions}.")
