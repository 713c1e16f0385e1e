"""Releases as rules see them: the workflows that publish something, and the jobs in them that make it."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from scaffold.formats.lookup import mapping, value
from scaffold.formats.regex import regex
from scaffold.guard.look import Look, once
from scaffold.guard.reached import reached
from scaffold.guard.readers.gitlab import pipelines
from scaffold.guard.readers.pins import used
from scaffold.guard.readers.shell import Command, commands
from scaffold.guard.readers.workflow import Job, Step, Workflow, is_false, is_true, steps_of
from scaffold.guard.rule import NotApplicable
from scaffold.guard.tables import table

_KNOWN = table("readers/releasing")  # the events that start a release, and the actions and commands that publish
DRY = frozenset({"--snapshot", "--skip=publish", "--skip-publish", "--skip-push"})
REHEARSES = regex(r"dry[-_]?run", re.IGNORECASE)  # an input by which a workflow that is called publishes nothing
UPLOAD, DOWNLOAD = "actions/upload-artifact", "actions/download-artifact"
_EXPRESSION = regex(r"\$\{\{.*?\}\}", re.DOTALL)
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


@once
def releases(look: Look) -> Iterator[Release]:
    """Yield the workflows that publish something."""
    for workflow in pipelines(look):
        if workflow.events.keys().isdisjoint(_KNOWN["starts"]):
            continue
        jobs = {job.name: job for job in workflow.jobs}
        by_tag = workflow.is_release and is_for_tags_only(workflow)
        makes = by_tag and "push" in workflow.events  # a release that starts it is there already
        publishing = [job for job in jobs.values() if _is_publisher(look, job)]
        if by_tag and not publishing:
            makers = (job for job in jobs.values() if makes and _may_publish(workflow, job))
            publishing = [*(job for job in jobs.values() if used(job.calls) is not None), *makers]
        if publishing:
            made = jobs.values() if by_tag else _makers(publishing, jobs)
            yield Release(workflow, tuple(made))


def _is_publisher(look: Look, job: Job) -> bool:
    given = mapping(job.at.data.get("with"))
    rehearses = any(REHEARSES.search(str(name)) and is_true(given[name]) for name in given)
    return publishes_by_trust(job) or (not rehearses and any(map(_publishes, steps_of(look, job))))


def publishes_by_trust(job: Job) -> bool:
    """Whether npm knows the job by its identity: then it makes the provenance by itself."""
    permitted = value(job.at, "permissions", "id-token") == "write"
    registry = any(step.action == "actions/setup-node" and step.given("registry-url") for step in job.steps)
    return permitted and registry and "NODE_AUTH_TOKEN" not in str(job.at.data)


def _may_publish(workflow: Workflow, job: Job) -> bool:
    """Whether a job that a tag starts may write where releases are: by a tool that is not known here."""
    given = value(job.at, "permissions")
    given = mapping(value(workflow.at, "permissions") if given is None else given)
    may = any(given.get(name) == "write" for name in ("contents", "packages", "attestations"))
    return may and not any(
        step.action in _KNOWN["builders"] for step in job.steps
    )  # which says by itself whether it does


def is_for_tags_only(workflow: Workflow) -> bool:
    """Whether nothing but a tag, a release, or a person starts it."""
    if not workflow.events.keys() <= {"push", "release", "workflow_dispatch", "create"}:
        return False
    push = workflow.events.get("push")
    return "push" not in workflow.events or (isinstance(push, dict) and "tags" in push and "branches" not in push)


def _makers(publishing: list[Job], jobs: dict[str, Job]) -> Iterator[Job]:
    """Yield the jobs that publish, and those that hand files to them, to one of these, and so on."""

    def givers(name: str) -> Iterator[str]:
        taken = _artifacts(jobs[name], DOWNLOAD) or ["*"]  # by another way than the usual action it may be anything
        for before in reached(needed(name), needed):
            if any(_meet(given, taken) for given in _artifacts(jobs[before], UPLOAD)):
                yield before

    def needed(name: str) -> frozenset[str]:
        return jobs[name].needs & jobs.keys()

    return (jobs[name] for name in reached([job.name for job in publishing], givers))


def _artifacts(job: Job, action: str) -> list[str]:
    """Return the patterns of what a job takes, or leaves, by an action: what only a run knows may be anything."""
    steps = (step for step in job.steps if step.action == action)
    named = (step.given("name") or step.given("pattern") or "*" for step in steps)
    return [_EXPRESSION.sub("*", str(name)) for name in named]


def _meet(given: str, taken: Iterable[str]) -> bool:
    return any(fnmatchcase(given, one) or fnmatchcase(one, given) for one in taken)


def _publishes(step: Step) -> bool:
    if step.action in _KNOWN["actions"]:
        return {*DRY, "check", "build"}.isdisjoint(str(step.given("args") or "").split())
    if step.action in _KNOWN["builders"]:
        push = step.given("push")
        return push is not None and not is_false(push)
    if not any(word in step.run for word in WORDS):
        return False
    return any(_is_publishing(command) for command in commands(step.run))


def _is_publishing(command: Command) -> bool:
    dry = not DRY.isdisjoint(command.words) or any(word.startswith("--dry-run") for word in command.words)
    found = any(command.starts(*words) for words in _KNOWN["commands"]) or any(
        command.runs(*words) for words in _KNOWN["tasks"]
    )
    return found and not dry
