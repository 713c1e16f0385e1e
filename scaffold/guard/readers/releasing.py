"""Releases as rules see them: the workflows that publish something, and the jobs in them that make it."""

from collections.abc import Iterator
from typing import NamedTuple

from scaffold.guard.look import Look
from scaffold.guard.readers.pins import used
from scaffold.guard.readers.shell import Command, commands
from scaffold.guard.readers.workflow import Job, Step, Workflow, is_false, steps_of, workflows
from scaffold.guard.rule import NotApplicable
from scaffold.guard.tables import table

_KNOWN = table("readers/releasing")  # the events that start a release, and the actions and commands that publish
WORDS = frozenset(words[0] for words in (*_KNOWN["commands"], *_KNOWN["tasks"]))


class Release(NamedTuple):
    """A workflow that publishes, and the jobs in it whose work is published."""

    workflow: Workflow
    jobs: tuple[Job, ...]

    def steps(self, look: Look) -> Iterator[Step]:
        """Yield every step of the workflow, those of what it calls in this repository among them."""
        for job in self.workflow.jobs:
            yield from steps_of(look, job)

    @property
    def foreign(self) -> tuple[Job, ...]:
        """The jobs that call another repository's workflow, into which nobody can look from here."""
        return tuple(job for job in self.workflow.jobs if used(job.calls) is not None)


def all_releases(look: Look) -> list[Release]:
    """Return the workflows that publish something; raises NotApplicable where none does."""
    found = list(releases(look))
    if not found:
        raise NotApplicable("no workflow makes a release")
    return found


def releases(look: Look) -> Iterator[Release]:
    """Yield the workflows that publish something."""
    for workflow in workflows(look):
        if workflow.events.keys().isdisjoint(_KNOWN["starts"]):
            continue
        jobs = {job.name: job for job in workflow.jobs}
        by_tag = workflow.is_release and is_for_tags_only(workflow)
        publishing = [job for job in jobs.values() if any(_publishes(step) for step in steps_of(look, job))]
        if by_tag and not publishing:
            publishing = [job for job in jobs.values() if used(job.calls) is not None]
        if publishing:
            made = jobs.values() if by_tag else _makers(publishing, jobs)
            yield Release(workflow, tuple(made))


def is_for_tags_only(workflow: Workflow) -> bool:
    """Whether nothing but a tag, a release, or a person starts it."""
    if not workflow.events.keys() <= {"push", "release", "workflow_dispatch", "create"}:
        return False
    push = workflow.events.get("push")
    return "push" not in workflow.events or (isinstance(push, dict) and "tags" in push and "branches" not in push)


def _makers(publishing: list[Job], jobs: dict[str, Job]) -> Iterator[Job]:
    """Yield the jobs that publish, and those that hand files to them."""
    seen: set[str] = set()
    ahead = list(publishing)
    while ahead:
        job = ahead.pop()
        if job.name in seen:
            continue
        seen.add(job.name)
        if job in publishing or any(step.action == "actions/upload-artifact" for step in job.steps):
            yield job
        ahead += [jobs[name] for name in job.needs if name in jobs]


def _publishes(step: Step) -> bool:
    if step.action in _KNOWN["actions"]:
        return True
    if step.action in _KNOWN["builders"]:
        push = step.given("push")
        return push is not None and not is_false(push)
    if not any(word in step.run for word in WORDS):
        return False
    return any(_is_publishing(command) for command in commands(step.run))


def _is_publishing(command: Command) -> bool:
    dry = any(word.startswith("--dry-run") for word in command.words)
    found = any(command.starts(*words) for words in _KNOWN["commands"]) or any(
        command.runs(*words) for words in _KNOWN["tasks"]
    )
    return found and not dry
