"""Rules on what strangers can reach in CI: code of theirs with our token, text of theirs in our shell, our secrets."""

import re
from collections.abc import Iterable, Iterator, Mapping

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of, mapping, value
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.expressions import Values, dotted, values_of
from scaffold.guard.readers.pins import OWN
from scaffold.guard.readers.places import ACTIONS, WORKFLOWS
from scaffold.guard.readers.scripts import Lines
from scaffold.guard.readers.shell import Command, commands
from scaffold.guard.readers.workflow import (
    Job,
    Step,
    Workflow,
    action_steps,
    called_steps,
    is_false,
    texts_in,
    workflow_at,
    workflows,
)
from scaffold.guard.rule import NotApplicable

SHOWN = 60  # characters of an expression that a finding repeats
PRIVILEGED = ("pull_request_target", "workflow_run", "issue_comment")
HEAD = re.compile(
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
GUARDED = re.compile(
    r"head\.repo\.full_name\s*==\s*github\.repository|github\.repository\s*==\s*[\w.]*head\.repo\.full_name"
    r"|head_repository\.full_name\s*==\s*github\.repository"
    r"|head\.repo\.fork\s*==\s*false|!\s*github\.event\.pull_request\.head\.repo\.fork"
    r"|workflow_run\.event\s*==\s*'(?:push|schedule|workflow_dispatch|release)'"
    r"|pull_request\.user\.login\s*==\s*'(?:dependabot|renovate)\[bot\]'"
)
UNTRUSTED = re.compile(
    r"github\.event\.(?!repository\.|organization\.)(?:[\w.*\[\]]{0,200}\.)?"
    r"(?:title|body|message|name|email|label|ref|default_branch|page_name|head_branch|display_title|description)\b"
    r"|github\.head_ref\b|\bgithub\.event\s*(?![\w.\s])|toJSON\(\s*github\b|github\.event\.client_payload",
    re.IGNORECASE,
)
# Inputs of well-known actions that are run as code.
SCRIPTS: Mapping[str, str] = {
    "actions/github-script": "script",
    "appleboy/ssh-action": "script",
    "azure/cli": "inlinescript",
    "azure/powershell": "inlinescript",
    "nick-fields/retry": "command",
}
SECRET = re.compile(r"\bsecrets\.([A-Za-z_]\w*)|\bsecrets\[\s*'(\w+)'\s*\]")
ALL_SECRETS = re.compile(r"\btoJSON\(\s*secrets\s*\)|\bsecrets\[\s*[^'\s]", re.IGNORECASE)
CLOUD_KEYS = frozenset({
    "aws-access-key-id", "aws-secret-access-key", "aws_access_key_id", "aws_secret_access_key", "creds",
    "credentials_json", "azure_credentials", "service_account_key", "google_credentials", "arm_client_secret",
})  # fmt: skip
OIDC = "Let the cloud trust the job's own identity (OIDC, `id-token: write`), and delete the stored key."


def triggers(look: Look) -> Iterator[Found]:
    """Look for the checkout of a pull request's head where the trigger brings rights."""
    if not look.paths(*WORKFLOWS):
        raise NotApplicable("there are no workflows")
    for workflow in workflows(look):
        events = [event for event in PRIVILEGED if event in workflow.events and _reached(look, workflow, event)]
        for job in workflow.jobs if events else ():
            for at in _head_taken(look, workflow, job):
                message = f"the job {job.name} takes the code of a pull request, with the rights of {events[0]}"
                yield Found(message, workflow.path, line_of(at))


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
    if GUARDED.search(dotted(job.condition)) or is_false(job.condition):
        return
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
        if step.action == "actions/checkout":
            if HEAD.search(values.behind(_taken(step), step)):
                yield step.at.child("uses")
        elif step.uses.startswith(OWN):
            if _hands_on(values, step, [Values(tuple(called_steps(look, step)))]):
                yield step.at.child("uses")
        elif "git" in step.run or "gh" in step.run:
            near = "\n".join((step.run, *texts_in(step.at.data.get("env"))))
            named = around is not None or HEAD.search(values.behind(near, step)) is not None
            if any(_takes_head(command, named=named) for command in commands(step.run)):
                yield step.at.child("run")


def _taken(step: Step) -> str:
    """Return what a checkout is told to take."""
    return f"{step.given('ref')} {step.given('repository')}"


def _hands_on(values: Values, step: Step, called: Iterable[Values]) -> bool:
    """Whether what is called in this repository is handed a pull request's head, and checks that out."""
    given = mapping(step.at.data.get("with"))
    handed = [str(name).lower() for name in given if HEAD.search(values.behind(str(given[name]), step))]
    return bool(handed) and any(
        one.action == "actions/checkout" and any(_names_input(inner.behind(_taken(one), one), name) for name in handed)
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


def injection(look: Look) -> Iterator[Found]:
    """Look for `${{ }}` in what is run."""
    if not look.paths(*WORKFLOWS, *ACTIONS):
        raise NotApplicable("there are no workflows")
    seen, lines = set(), Lines(look)
    for values in _all_values(look):
        for step in values.steps:
            at = _script(step)
            if at is None or "${{" not in at.data:
                continue
            first = lines.first(at)
            for written, below_first in _expressions(at.data):
                line = first + below_first
                if (step.path, line, written) in seen:
                    continue
                seen.add((step.path, line, written))
                shown = written if len(written) <= SHOWN else f"{written[:SHOWN]}…"
                if UNTRUSTED.search(values.behind(written, step)):
                    yield Found(f"the script holds {shown}, which others write", step.path, line)
                else:
                    yield Found(f"the script holds the expression {shown}", step.path, line, severity="medium")


def _all_values(look: Look) -> Iterator[Values]:
    """Yield the steps of each job, and of the repository's own actions, with what they refer to."""
    for workflow in workflows(look):
        yield from (values_of(workflow, job) for job in workflow.jobs)
    for path in look.paths(*ACTIONS):
        yield Values(tuple(action_steps(look, path)))


def _script(step: Step) -> Located | None:
    """Return what a step runs as code."""
    if step.run:
        return below(step.at, "run")
    name = SCRIPTS.get(step.action)
    inputs = below(step.at, "with")
    if name is None or inputs is None or not isinstance(inputs.data, Mapping):
        return None
    found = next((inputs.child(key) for key in inputs.data if str(key).lower() == name), None)
    return found if found is not None and isinstance(found.data, str) else None


def _expressions(script: str) -> Iterator[tuple[str, int]]:
    """Yield what stands in each `${{ }}`, and how many lines below the first."""
    lines, counted = 0, 0
    start = script.find("${{")
    while start >= 0 and (end := script.find("}}", start)) >= 0:
        lines += script.count("\n", counted, start)
        counted = start
        yield " ".join(script[start + 3 : end].split()), lines
        start = script.find("${{", end)


def secrets(look: Look) -> Iterator[Found]:
    """Look at how each job comes by its secrets."""
    if not look.paths(*WORKFLOWS):
        raise NotApplicable("there are no workflows")
    for workflow in workflows(look):
        if "secrets" not in (look.text(workflow.path) or ""):
            continue
        call = workflow.events.get("workflow_call")
        handed = {str(name).upper() for name in (call.get("secrets") or () if isinstance(call, Mapping) else ())}
        env = below(workflow.at, "env")
        for name, line in _secrets_in(env, handed) if env is not None else ():
            yield Found(f"the secret {name} is given to every job", workflow.path, line)
        for job in workflow.jobs:
            yield from _secrets_of(workflow, job, handed)


def _secrets_of(workflow: Workflow, job: Job, handed: set[str]) -> Iterator[Found]:
    given = below(job.at, "secrets")
    if given is not None and given.data == "inherit":
        yield Found(f"the job {job.name} hands on every secret there is", workflow.path, line_of(given))
    if any(ALL_SECRETS.search(text) for text in texts_in(job.at.data)):
        yield Found(f"the job {job.name} takes secrets that it does not name", workflow.path, line_of(job.at))
    named: dict[str, int] = {}
    for name, line in _secrets_in(job.at, handed):
        named.setdefault(name, line)
    protected = bool(job.at.data.get("environment")) or bool(job.calls)
    keys = {name: line for name, line in _cloud_keys(job.at) if name in named}
    for name, line in named.items():
        if name in keys:
            message = f"the job {job.name} reaches a cloud with the stored key {name}"
            yield Found(message, workflow.path, keys[name], fix=OIDC)
        elif not protected:
            yield Found(f"the job {job.name} has the secret {name}, and no environment", workflow.path, line)


def _secrets_in(at: Located, handed: set[str]) -> Iterator[tuple[str, int]]:
    """Yield the secrets that a part of a workflow names, each with its line, but for those its caller hands over."""
    if isinstance(at.data, str):
        for match in SECRET.finditer(at.data) if "${{" in at.data or at.path[-1:] == ("if",) else ():
            name = (match[1] or match[2]).upper()
            if name != "GITHUB_TOKEN" and name not in handed:
                yield name, line_of(at)
    elif isinstance(at.data, Mapping | list):
        for key in at.data if isinstance(at.data, Mapping) else range(len(at.data)):
            yield from _secrets_in(at.child(key), handed)


def _cloud_keys(at: Located) -> Iterator[tuple[str, int]]:
    """Yield the secrets that stand where a cloud's long-lived key goes."""
    if isinstance(at.data, Mapping):
        for key in at.data:
            if str(key).lower() in CLOUD_KEYS:
                yield from _secrets_in(at.child(key), set())
            else:
                yield from _cloud_keys(at.child(key))
    elif isinstance(at.data, list):
        for item in at.elements():
            yield from _cloud_keys(item)
