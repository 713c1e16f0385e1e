"""How much an update of one project asks of whoever reviews it.

none    nothing of the project's changes but what scaffold keeps for itself
low     files come, go and are replaced that the team has not touched
medium  the team's work is merged, an edit of what the platform owns is put back, or what runs in CI changes
high    somebody has to decide: a conflict; or a waiver, or code of the template, has a part in it
"""

import re
from collections.abc import Iterator

from scaffold.fleet.patches import OWN
from scaffold.plan.actions import Action, Plan
from scaffold.plan.fleet import RISKS, Risk

RUNS = re.compile(r"(^|/)(\.github/(workflows|actions)/|\.gitlab-ci|\.pre-commit-config|\.?husky/|Makefile|Dockerfile)")


def risk_of(plan: Plan) -> tuple[Risk, tuple[str, ...]]:
    """Return the class of an update, and the reasons for it, the gravest first."""
    found = sorted(set(_reasons(plan)), key=lambda one: (-RISKS.index(one[0]), one[1]))
    return (found[0][0] if found else "none"), tuple(reason for _, reason in found)


def _reasons(plan: Plan) -> Iterator[tuple[Risk, str]]:
    for action in plan.changes:
        if not action.path.startswith(OWN):
            yield from _reasons_of(action, plan)
    for action in plan.waived:
        yield "high", f"the waiver {action.waiver} covers {action.path}"


def _reasons_of(action: Action, plan: Plan) -> Iterator[tuple[Risk, str]]:
    entry = plan.lock_after.files.get(action.path)
    if entry and "hook" in entry.inputs:
        yield "high", f"code of the template has made {action.path}"
    if action.verb == "conflict":
        yield "high", f"conflict in {action.path}: {action.why}"
    elif action.verb == "merge":
        yield "medium", f"merges {action.path}: {action.why}"
    elif action.drift:
        yield "medium", f"puts {action.path} back, which had been edited"
    elif RUNS.search(action.path):
        yield "medium", f"{action.path} runs in CI or on the team's machines"
    else:
        yield "low", f"{action.verb}s {action.path}"
