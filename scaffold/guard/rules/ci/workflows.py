"""Rules on CI: what a workflow may do, whose code it runs, and what keeps it honest."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of, value
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.expressions import dotted
from scaffold.guard.readers.pins import OWN, PINNED, Pin, pins_of, same_version, used, version_in
from scaffold.guard.readers.places import WORKFLOWS
from scaffold.guard.readers.scripts import Lines
from scaffold.guard.readers.workflow import (
    Job,
    Workflow,
    composite_steps,
    has_ci,
    is_false,
    own_actions,
    texts_in,
    workflows,
)
from scaffold.guard.rule import NotApplicable

DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
MATRIX = re.compile(r"matrix\.([\w-]+)")
COMMITTERS = ("stefanzweifel/git-auto-commit-action", "ad-m/github-push-action", "peter-evans/create-pull-request")


def _all(look: Look) -> list[Workflow]:
    """Return the workflows; raises NotApplicable where there are none."""
    if not look.paths(*WORKFLOWS):
        raise NotApplicable("there are no workflows")
    return list(workflows(look))


def permissions(look: Look) -> Iterator[Found]:
    """Look at the permissions of each workflow and of each job."""
    for workflow in _all(look):
        top = below(workflow.at, "permissions")
        if top is None:
            yield Found("the workflow sets no permissions, so it has the repository's default", workflow.path, 1)
        elif top.data:
            yield Found("the workflow gives permissions to every job", workflow.path, line_of(top))
        lines = (look.text(workflow.path) or "").splitlines()
        for job in workflow.jobs:
            given = below(job.at, "permissions")
            if given is not None and given.data in ("write-all", "read-all"):
                yield Found(f"the job {job.name} has {given.data}", workflow.path, line_of(given))
            elif given is not None and isinstance(given.data, Mapping):
                yield from _unexplained(job, given, lines)


def _unexplained(job: Job, given: Located, lines: list[str]) -> Iterator[Found]:
    """Yield each permission to write that no comment beside it or above it explains."""
    for name in given.data:
        line = line_of(given.child(name))
        near = lines[line - 1 : line] + [above for above in lines[line - 2 : line - 1] if above.lstrip()[:1] == "#"]
        if given.data[name] == "write" and not any("#" in text for text in near):
            yield Found(
                f"the job {job.name} may write {name}, and no comment says why",
                given.file,
                line,
                fix="Say in a comment what it is for, or take it away.",
            )


def pinned_actions(look: Look) -> Iterator[Found]:
    """Look at every `uses:` of a job, a step, and the repository's own actions."""
    if not has_ci(look):
        raise NotApplicable("there are no workflows")
    pins: Mapping[str, tuple[Pin, ...]] = {}
    try:
        pins = pins_of(look.parameters["pins"])
    except FormatError as error:
        yield Found(error.message, known=False)
    seen, texts = set(), Lines(look)
    for at in _uses(look):
        line, lines = line_of(at), texts.of(at.file)
        wrong = _unpinned(at.data, lines[line - 1] if line <= len(lines) else "", pins)
        if wrong is not None and (at.file, line, wrong) not in seen:  # an alias is one place with many names
            seen.add((at.file, line, wrong))
            name = used(at.data)
            mends = name is not None and name.repository in pins
            yield Found(wrong, at.file, line, fix="Run scaffold check --fix, which pins it." if mends else None)


def _uses(look: Look) -> Iterator[Located]:
    for workflow in workflows(look):
        for job in workflow.jobs:
            for at in (job.at, *(step.at for step in job.steps)):
                if (uses := below(at, "uses")) is not None:
                    yield uses
    for step in composite_steps(look):
        if (uses := below(step.at, "uses")) is not None:
            yield uses
    for path in own_actions(look):
        image = below(look.data(path), "runs", "image")
        if image is not None and str(image.data).startswith("docker://"):
            yield image


def _unpinned(uses: Any, line: str, pins: Mapping[str, tuple[Pin, ...]]) -> str | None:
    """Say what is wrong with a `uses:`, or nothing."""
    if not isinstance(uses, str) or uses.startswith(OWN):
        return None
    if uses.startswith("docker://"):
        return None if DIGEST.search(uses) else f"{uses} has no digest"
    name = used(uses)
    if name is None:
        return f"{uses} is no action that can be pinned"
    if not PINNED.fullmatch(name.ref):
        return f"{name.action} is taken at {name.ref or 'no version'}, and not at a commit"
    version = version_in(line, name.ref)
    if version is None:
        return f"no comment says which version of {name.action} is pinned"
    known = pins.get(name.repository)
    if known is None:
        return None
    allowed = next((one for one in known if one.sha == name.ref), None)
    if allowed is None:
        return f"{name.action} is at a commit that the platform does not pin: it pins {known[0].version}"
    if not same_version(version, allowed.version):
        return f"the comment says that {name.action} is at {version}, and it is at {allowed.version}"
    return None


def credentials_left(look: Look) -> Iterator[Found]:
    """Look at every checkout."""
    if not has_ci(look):
        raise NotApplicable("there are no workflows")
    groups = [list(job.steps) for workflow in workflows(look) for job in workflow.jobs]
    for steps in (*groups, list(composite_steps(look))):
        pushes = any(step.action in COMMITTERS or ("git" in step.run and "push" in step.run) for step in steps)
        for step in steps:
            keeps = step.given("persist-credentials")
            if not step.is_checkout or is_false(keeps) or "${{" in str(keeps):
                continue
            if keeps is None:
                yield Found("the checkout leaves the job's token in .git", step.path, line_of(step.at.child("uses")))
            elif not pushes:
                message = "the checkout leaves the job's token in .git, and nothing here pushes"
                yield Found(message, step.path, line_of(step.at.child("uses")))


def orderly_jobs(look: Look) -> Iterator[Found]:
    """Look at what each workflow and each job says of itself."""
    for workflow in _all(look):
        jobs = list(workflow.jobs)
        if not value(workflow.at, "name"):
            yield Found("the workflow has no name", workflow.path, 1)
        queued = "concurrency" in workflow.at.data or (jobs and all("concurrency" in job.at.data for job in jobs))
        if not queued and not workflow.is_called_only:
            message = "the workflow sets no concurrency, so runs of one branch pile up"
            yield Found(message, workflow.path, workflow.events_line)
        for job in jobs:
            yield from _disorder(workflow, job)


def _disorder(workflow: Workflow, job: Job) -> Iterator[Found]:
    line = line_of(job.at)
    if not value(job.at, "name"):
        yield Found(f"the job {job.name} has no name", workflow.path, line)
    if job.calls:
        return
    if value(job.at, "timeout-minutes") is None:
        yield Found(f"the job {job.name} has no timeout-minutes, so it may run for six hours", workflow.path, line)
    runner = below(job.at, "runs-on")
    floating = None if runner is None else next((label for label in _labels(job) if "-latest" in label), None)
    if runner is not None and floating:
        message = f"the job {job.name} runs on {floating}, which changes under it"
        yield Found(message, workflow.path, line_of(runner))


def _labels(job: Job) -> Iterator[str]:
    """Yield what a job runs on, and what its matrix puts there."""
    for label in texts_in(value(job.at, "runs-on")):
        yield label
        for name in set(MATRIX.findall(dotted(label))) if "${{" in label else ():
            yield from texts_in(value(job.at, "strategy", "matrix", name))
            included = value(job.at, "strategy", "matrix", "include")
            for row in included if isinstance(included, list) else ():
                yield from texts_in(row.get(name) if isinstance(row, Mapping) else None)
