"""Rules on CI: what a workflow may do, whose code it runs, and what keeps it honest."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of, mapping, value
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found, Severity
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

DIGEST = regex(r"@sha256:[0-9a-f]{64}$")
APP_TOKENS = "actions/create-github-app-token"
BY_TAG = ("slsa-framework/slsa-github-generator",)  # which looks up by its tag what it is, and fails at a commit
EXACT = regex(r"v\d+\.\d+\.\d+")
MATRIX = regex(r"matrix\.([\w-]+)")
OUTSIDE = regex(r"\$\{\{.*\b(?:vars|inputs|env|secrets|needs|github)\b")  # contexts that others fill
COMMITTERS = ("stefanzweifel/git-auto-commit-action", "ad-m/github-push-action", "peter-evans/create-pull-request")


def _all(look: Look) -> list[Workflow]:
    """Return the workflows; raises NotApplicable where there are none."""
    if not look.paths(*WORKFLOWS):
        raise NotApplicable("there are no workflows")
    return list(workflows(look))


def permissions(look: Look) -> Iterator[Found]:
    """Look at the permissions of each workflow and of each job."""
    for workflow in _all(look):
        jobs = list(workflow.jobs)
        top = below(workflow.at, "permissions")
        if top is None:
            message = "the workflow sets no permissions, so it has the repository's default"
            yield Found(message, workflow.path, 1, severity=_without(workflow, jobs))
        elif top.data:
            message = "the workflow gives permissions to every job"
            first = next((name for name, right in mapping(top.data).items() if right == "write"), None)
            at = top if first is None else top.child(first)
            yield Found(message, workflow.path, line_of(at), severity=_to_all(top.data, jobs))
        lines = (look.text(workflow.path) or "").splitlines()
        for job in jobs:
            given = below(job.at, "permissions")
            if given is not None and given.data in ("write-all", "read-all"):
                less: Severity | None = "medium" if given.data == "read-all" else None
                yield Found(f"the job {job.name} has {given.data}", workflow.path, line_of(given), severity=less)
            elif given is not None and isinstance(given.data, Mapping):
                yield from _unexplained(job, given, lines)
            yield from _whole_apps(job)


def _whole_apps(job: Job) -> Iterator[Found]:
    """Yield each token of an app that is asked for without saying what it is to do."""
    for step in job.steps:
        inputs = mapping(step.at.data.get("with"))
        if step.action == APP_TOKENS and not any(str(name).startswith("permission-") for name in inputs):
            message = f"the job {job.name} takes every right that an app has"
            fix = "Name what it is for: `permission-contents: read` and the like."
            yield Found(message, step.path, line_of(step.at.child("uses")), fix=fix, severity="medium")


def _without(workflow: Workflow, jobs: Sequence[Job]) -> Severity | None:
    """Return how grave it is that a workflow says nothing: its jobs may all say it, or whoever calls it."""
    if all("permissions" in job.at.data for job in jobs):
        return "low"
    return "medium" if workflow.is_called_only else None


def _to_all(given: Any, jobs: Sequence[Job]) -> Severity | None:
    """Return how grave it is what every job is given: rights to write are, of which one job alone has need."""
    if given == "write-all":
        return None
    if "write" in mapping(given).values():
        return None if len(jobs) > 1 else "medium"
    return "medium" if given == "read-all" else "low"


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
                severity="low",
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
            fix = "Run scaffold check --fix, which pins it." if mends else None
            yield Found(wrong.message, at.file, line, fix=fix, severity=wrong.severity)


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


class _Wrong(NamedTuple):
    """What is wrong with a `uses:`; once it is at a commit, nobody can put other code there."""

    message: str
    severity: Severity | None = None


def _unpinned(uses: Any, line: str, pins: Mapping[str, tuple[Pin, ...]]) -> _Wrong | None:
    """Say what is wrong with a `uses:`, or nothing."""
    if not isinstance(uses, str) or uses.startswith(OWN):
        return None
    if uses.startswith("docker://"):
        return None if DIGEST.search(uses) else _Wrong(f"{uses} has no digest")
    name = used(uses)
    if name is None:
        return _Wrong(f"{uses} is no action that can be pinned")
    if not PINNED.fullmatch(name.ref):
        by_tag = name.repository in BY_TAG and EXACT.fullmatch(name.ref)
        message = f"{name.action} is taken at {name.ref or 'no version'}, and not at a commit"
        return _Wrong(message, "low" if by_tag else None)
    version = version_in(line, name.ref)
    if version is None:
        return _Wrong(f"no comment says which version of {name.action} is pinned", "low")
    known = pins.get(name.repository)
    if known is None:
        return None
    allowed = next((one for one in known if one.sha == name.ref), None)
    if allowed is None:
        feigned = any(version == one.version.removeprefix("v") for one in known)  # other code under the same name
        message = f"{name.action} is at a commit that the platform does not pin: it pins {known[0].version}"
        return _Wrong(message, None if feigned else "medium")
    if not same_version(version, allowed.version):
        return _Wrong(f"the comment says that {name.action} is at {version}, and it is at {allowed.version}", "medium")
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
    if runner is None:
        return
    labels = list(_labels(job))
    if floating := next((label for label in labels if "-latest" in label), None):
        yield Found(f"the job {job.name} runs on {floating}, which changes under it", workflow.path, line_of(runner))
    elif outside := next((label for label in labels if OUTSIDE.search(label)), None):
        message = f"what the job {job.name} runs on is decided elsewhere, by {outside}, and cannot be told"
        yield Found(message, workflow.path, line_of(runner), known=False)


def _labels(job: Job) -> Iterator[str]:
    """Yield what a job runs on, and what its matrix puts there."""
    for label in texts_in(value(job.at, "runs-on")):
        yield label
        for name in set(MATRIX.findall(dotted(label))) if "${{" in label else ():
            yield from texts_in(value(job.at, "strategy", "matrix", name))
            matrix, included = (value(job.at, "strategy", "matrix", *way) for way in ((), ("include",)))
            yield from (one for one in (matrix, included) if isinstance(one, str))  # it is made elsewhere, as a whole
            for row in included if isinstance(included, list) else ():
                yield from texts_in(row.get(name) if isinstance(row, Mapping) else None)
