"""Rules on CI: what a workflow may do, what starts it, and whose code it runs."""

import re
from collections.abc import Iterator

from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.rule import NotApplicable, rule
from scaffold.guard.workflow import WORKFLOWS, Job, Workflow, below, line_of, workflows

PINNED = re.compile(r"[0-9a-f]{40}")


def _all(look: Look) -> list[Workflow]:
    """Return the workflows; raises NotApplicable where there are none."""
    if not look.paths(*WORKFLOWS):
        raise NotApplicable("there are no workflows")
    return list(workflows(look))


@rule(
    "CI-01",
    "Workflows start from no permission, and jobs list what they use",
    severity="high",
    rationale="What a job may do, a compromised step may do: a token that can write can take the repository over.",
    fix="Set `permissions: {}` at the top of the workflow, and in each job only what it uses.",
    references=("OSPS-AC-04.01", "OSPS-AC-04.02", "Scorecard:Token-Permissions"),
    files=WORKFLOWS,
)
def permissions(look: Look) -> Iterator[Found]:
    """Look at the permissions of each workflow and of each job."""
    for workflow in _all(look):
        top = below(workflow.at, "permissions")
        if top is None:
            yield Found("the workflow sets no permissions, so it has the repository's default", workflow.path, 1)
        elif top.data:
            yield Found("the workflow gives permissions to every job", workflow.path, line_of(top))
        for job in workflow.jobs:
            given = below(job.at, "permissions")
            if given is not None and given.data in ("write-all", "read-all"):
                yield Found(f"the job {job.name} has {given.data}", workflow.path, line_of(given))


RULES = (permissions,)
__all__ = ["RULES", "Job", "permissions"]
