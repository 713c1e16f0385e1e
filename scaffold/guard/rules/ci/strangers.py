"""The rule on what strangers can start in CI: code of theirs with our token, or on our machines."""

import re
from collections.abc import Iterable, Iterator, Mapping

from scaffold.formats.located import Located
from scaffold.formats.lookup import line_of, mapping, value
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.expressions import Values, dotted, values_of
from scaffold.guard.readers.pins import OWN
from scaffold.guard.readers.places import WORKFLOWS
from scaffold.guard.readers.shell import SHELLS, Command, commands
from scaffold.guard.readers.workflow import (
    Job,
    Step,
    Workflow,
    called_steps,
    is_false,
    texts_in,
    workflow_at,
    workflows,
)
from scaffold.guard.rule import NotApplicable

PRIVILEGED = ("pull_request_target", "workflow_run", "issue_comment")
HEAD = regex(
    r"github\.head_ref"
    r"|github\.event\.pull_request\.(?:head\.(?:ref|sha|repo)|merge_commit_sha|number)"
    r"|github\.event\.workflow_run\.(?:head_|pull_requests)"
    r"|github\.event\.(?:number|issue\.number)"
    r"|refs/pull/"
    # as scripts ask for it, and as outputs of actions that find it are called
    r"|\bhead\.(?:sha|ref)\b|\bheadRef(?:Oid|Name)\b|\.outputs\.[\w-]{0,50}?head[_-]?(?:sha|ref)\b",
    re.IGNORECASE,
)
MOVES = frozenset({"fetch", "checkout", "switch", "worktree", "pull", "reset", "merge", "clone"})  # of git
# What a condition must ask so that the head is the repository's own.
GUARDED = regex(
    r"head\.repo\.full_name\s*==\s*github\.repository|github\.repository\s*==\s*[\w.]*head\.repo\.full_name"
    r"|head_repository\.full_name\s*==\s*github\.repository"
    r"|head\.repo\.fork\s*==\s*false|!\s*github\.event\.pull_request\.head\.repo\.fork"
    r"|workflow_run\.event\s*==\s*'(?:push|schedule|workflow_dispatch|release)'"
    r"|pull_request\.user\.login\s*==\s*'(?:dependabot|renovate)\[bot\]'"
    r"|!\s*github\.event\.issue\.pull_request"  # a comment on what is no pull request
)
ANYWAY = regex(r"\b(?:always|failure|cancelled)\(")  # a job that says so runs whatever became of those before it
HOSTED = "Run it on a runner that GitHub hosts, or let the job run for the repository's own branches only."
DOWNLOADS = ("actions/download-artifact", "dawidd6/action-download-artifact", "aochmann/actions-download-artifact")
RUNS_FILES = SHELLS | {"python", "node", "ruby", "perl", "source", ".", "pwsh", "deno", "bun", "chmod"}


def triggers(look: Look) -> Iterator[Found]:
    """Look for the checkout of a pull request's head where the trigger brings rights."""
    if not look.paths(*WORKFLOWS):
        raise NotApplicable("there are no workflows")
    for workflow in workflows(look):
        events = [event for event in PRIVILEGED if event in workflow.events and _reached(look, workflow, event)]
        for job in _open_to_strangers(workflow) if events else ():
            for at in _head_taken(look, workflow, job):
                message = f"the job {job.name} takes the code of a pull request, with the rights of {events[0]}"
                yield Found(message, workflow.path, line_of(at))
            left = _runs_what_was_left(job) if "workflow_run" in events else None
            if left is not None:
                message = f"the job {job.name} runs what a pull request's run has left, with the rights of workflow_run"
                yield Found(message, workflow.path, line_of(left))
        yield from _on_our_machines(workflow)


def _open_to_strangers(workflow: Workflow) -> Iterator[Job]:
    """Yield the jobs that no condition keeps to ourselves: of their own, or of one that they wait for."""
    kept: set[str] = set()
    waiting = {job.name: job for job in workflow.jobs}
    closed = [job for job in waiting.values() if GUARDED.search(dotted(job.condition)) or is_false(job.condition)]
    while closed:
        kept |= {job.name for job in closed}
        behind = (job for name, job in waiting.items() if name not in kept and not ANYWAY.search(job.condition))
        closed = [job for job in behind if job.needs & kept]
    yield from (job for name, job in waiting.items() if name not in kept)


def _on_our_machines(workflow: Workflow) -> Iterator[Found]:
    """Yield the jobs that strangers can start on runners which keep what they leave."""
    if not workflow.events.keys() & {"pull_request", *PRIVILEGED}:
        return
    for job in workflow.jobs:
        if job.machine != "hosted" and not GUARDED.search(dotted(job.condition)):
            message = f"the job {job.name} runs pull requests on a machine of our own, which keeps what they leave"
            graver: Severity = "high" if job.machine == "ours" else "medium"
            yield Found(message, workflow.path, line_of(job.at.child("runs-on")), severity=graver, fix=HOSTED)


def _runs_what_was_left(job: Job) -> Located | None:
    """Return the step that runs a file, behind one that has fetched what another run has left."""
    fetched = False
    for step in job.steps:
        downloads = step.action in DOWNLOADS or ("gh run download" in " ".join(step.run.split()))
        if fetched and any(_runs_file(command) for command in commands(step.run)):
            return step.at.child("run")
        fetched = fetched or downloads
    return None


def _runs_file(command: Command) -> bool:
    """Whether a command runs a file of the folder that it is in, or what such a file says to run."""
    if "/" in command.path and not command.path.startswith("/"):
        return True
    if command.program in RUNS_FILES:
        return any(not word.startswith("-") for word in command.words[1:])
    return command.program in ("make", "npm", "pnpm", "yarn", "pytest", "tox", "nox", "cargo", "mvn", "gradle")


def _reached(look: Look, workflow: Workflow, event: str) -> bool:
    """Whether a stranger can start it: not where it follows workflows of ours that no pull request starts."""
    if event != "workflow_run":
        return True
    filters = workflow.events[event]
    names = set(texts_in(filters.get("workflows"))) if isinstance(filters, Mapping) else set()
    known = {str(value(one.at, "name")): one for one in workflows(look)}
    return not names or not all(
        name in known and not {"pull_request", *PRIVILEGED} & known[name].events.keys() for name in names
    )


def _head_taken(look: Look, workflow: Workflow, job: Job) -> Iterator[Located]:
    values = values_of(workflow, job)
    if job.calls.startswith(OWN):
        called = workflow_at(look, job.calls[2:])
        inner = [values_of(called, one) for one in called.jobs] if called is not None else []
        if _hands_on(values, Step(job.at), inner):
            yield job.at.child("uses")
    around = HEAD.search(values.behind("\n".join(texts_in([workflow.at.data.get("env"), job.at.data.get("env")]))))
    for step in job.steps:
        if GUARDED.search(dotted(str(step.at.data.get("if", "")))):
            continue
        if step.is_checkout:
            if HEAD.search(values.behind(_taken(step), step)):
                yield step.at.child("uses")
        elif step.uses.startswith(OWN):
            called_here = Values(tuple(called_steps(look, step)))
            if _hands_on(values, step, [called_here]) or _takes_it_itself(called_here):
                yield step.at.child("uses")
        elif "git" in step.run or "gh" in step.run:
            near = "\n".join((step.run, *texts_in(step.at.data.get("env"))))
            named = around is not None or HEAD.search(values.behind(near, step)) is not None
            if any(_takes_head(command, named=named) for command in commands(step.run)):
                yield step.at.child("run")


def _takes_it_itself(called: Values) -> bool:
    """Whether an action of the repository checks a pull request's head out without being told of it."""
    return any(one.is_checkout and HEAD.search(called.behind(_taken(one), one)) for one in called.steps)


def _taken(step: Step) -> str:
    """Return what a checkout is told to take."""
    return f"{step.given('ref')} {step.given('repository')}"


def _hands_on(values: Values, step: Step, called: Iterable[Values]) -> bool:
    """Whether what is called in this repository is handed a pull request's head, and checks that out."""
    given = mapping(step.at.data.get("with"))
    handed = [str(name).lower() for name in given if HEAD.search(values.behind(str(given[name]), step))]
    return bool(handed) and any(
        one.is_checkout and any(_names_input(inner.behind(_taken(one), one), name) for name in handed)
        for inner in called
        for one in inner.steps
    )


def _names_input(text: str, name: str) -> bool:
    return re.search(rf"\binputs\.{re.escape(name)}(?![\w-])", text, re.IGNORECASE) is not None


def _takes_head(command: Command, *, named: bool) -> bool:
    """Whether a command brings the head of a pull request; `named` where the step knows which one."""
    if command.runs("gh", "pr", "checkout"):
        return True
    moves = command.program == "git" and not MOVES.isdisjoint(command.words)
    return moves and (named or any("pull/" in word for word in command.words))
