"""The rule on secrets in CI: given to protected environments, and to one job at a time."""

import re
from collections.abc import Iterator, Mapping

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.pins import OWN
from scaffold.guard.readers.places import WORKFLOWS
from scaffold.guard.readers.workflow import (
    Job,
    Workflow,
    texts_in,
    workflows,
)
from scaffold.guard.rule import NotApplicable

SECRET = regex(r"\bsecrets\.([A-Za-z_]\w*)|\bsecrets\[\s*'(\w+)'\s*\]")
ALL_SECRETS = regex(r"\btoJSON\(\s*secrets\s*\)|\bsecrets\[\s*[^'\s]", re.IGNORECASE)
CLOUD_KEYS = frozenset({
    "aws-access-key-id", "aws-secret-access-key", "aws_access_key_id", "aws_secret_access_key", "creds",
    "credentials_json", "azure_credentials", "service_account_key", "google_credentials", "arm_client_secret",
})  # fmt: skip
KEY = regex(r"SECRET|KEY|PASSWORD|PASSWD|TOKEN|CRED")
OIDC = "Let the cloud trust the job's own identity (OIDC, `id-token: write`), and delete the stored key."


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
        inside: Severity | None = "medium" if job.calls.startswith(OWN) else None  # what it does can be read here
        message = f"the job {job.name} hands on every secret there is"
        yield Found(message, workflow.path, line_of(given), severity=inside)
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
            message = f"the job {job.name} has the secret {name}, and no environment"
            yield Found(message, workflow.path, line, severity="medium")


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
                named = list(_secrets_in(at.child(key), set()))
                # beside the key, its place may hold what it belongs to: the tenant, the subscription
                yield from [one for one in named if len(named) == 1 or KEY.search(one[0])] or named[:1]
            else:
                yield from _cloud_keys(at.child(key))
    elif isinstance(at.data, list):
        for item in at.elements():
            yield from _cloud_keys(item)
